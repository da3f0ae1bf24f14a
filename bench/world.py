"""A home to measure on: a plan of any number of policies, and one action of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from watchkeeper import wiring
from watchkeeper.adapters.posix import open_home
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import PlanRefused
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Allowed
from watchkeeper.plan.policies.parse import parse_body
from watchkeeper.plan.whole import beside_plan, lint_workspace
from watchkeeper.ports import Log
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.people import Command
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.policies import Policy, PolicyKind

AIMS = Path(__file__).parents[1] / "examples" / "refund-desk" / "aims"
SYSTEM, AGENT, TOOL = "refund-desk", "refund-agent", "refund"
_POINT = Point("bench", Boundary.EXCLUSIVE)


@dataclass
class World:
    """An open home and its kernel."""

    home: Home
    kernel: Kernel
    count: int = 0

    def admit(self) -> Admitted:
        """Take in the next small refund."""
        self.count += 1
        arguments = {
            "order_id": "ORD-10003",
            "amount": 0.01,
            "currency": "EUR",
            "reason": "late",
            "request_id": f"bench-{self.count}",
        }
        admitted = self.kernel.admit(Call(AGENT, "tools/call", "desk", TOOL, arguments))
        if not isinstance(admitted, Admitted):
            raise TypeError(f"not admitted: {admitted}")
        return admitted

    def decide(self) -> Allowed:
        """Decide and queue the next small refund; it is always allowed."""
        admitted = self.admit()
        read = FactRead("order", self.home.now(), {"refundable": 500.0, "status": "paid"})
        answer = self.kernel.decide(admitted, (read,))
        if not isinstance(answer, Allowed):
            raise TypeError(f"not allowed: {answer}")
        return answer


@contextmanager
def world(
    folder: Path, policies: int = 50, *, publish_seconds: float | None = None
) -> Iterator[World]:
    """Release a plan with that many policies to a new home, and open it.

    `publish_seconds` is how often it publishes, where that is not to be as always.
    """
    person = folder / "ana.key"
    public = base64.b64encode(wiring.create_person_key(person, "bench")).decode()
    linted = lint_workspace(AIMS)
    if linted.bundle is None:
        raise PlanRefused("the example does not hold")
    bundle = _widened(linted.bundle, policies, public)
    path = folder / "home"
    log: Log = wiring.create_log(
        path, name="bench.example/refunds", stage=bundle.stage, first_release={"ana": (public,)}
    )
    try:
        home = Home(log, wiring.clock(), wiring.ids())
        kernel = Kernel(home, _POINT)
        release(kernel, bundle, wiring.person_signer(person, "bench"), beside_plan(linted))
        if publish_seconds is not None:
            log.close()
            log = open_home(path, clock=wiring.clock(), publish_seconds=publish_seconds)
            home = Home(log, wiring.clock(), wiring.ids())
            kernel = Kernel(home, _POINT)
        for server in bundle.servers:
            for tool in server.tools:
                home.pins[server.id, tool.name] = tool.pin
        wiring.settle_memory()
        yield World(home, kernel)
    finally:
        log.close()


def _widened(bundle: Bundle, policies: int, public: str) -> Bundle:
    """Fill a plan up with policies of other actions, and take its budgets out of the way."""
    actions = [f"desk/{tool.name}" for tool in bundle.servers[0].tools if tool.name != TOOL]
    more = tuple(
        _filler(n, actions[n % len(actions)]) for n in range(policies - len(bundle.policies))
    )
    grants = tuple(
        replace(
            grant,
            budgets=tuple(
                replace(b, count=None if b.count is None else 10**9, sum=b.sum and "900000000000.0")
                for b in grant.budgets
            ),
        )
        for grant in bundle.grants
    )
    people = tuple(Person(p.id, p.name, (public,) if p.id == "ana" else ()) for p in bundle.people)
    kept = tuple(_unlimited(policy) for policy in bundle.policies)
    return replace(bundle, policies=(*kept, *more), grants=grants, people=people)


def _unlimited(policy: Policy) -> Policy:
    if policy.grant is None or policy.kind is not PolicyKind.PERMIT:
        return policy
    text = re.sub(r"(\.count\d <=) \d+", r"\1 1000000000", policy.text)
    text = re.sub(r'(\.sum\d\.lessThanOrEqual\(decimal\()"[^"]+"', r'\1"900000000000.0"', text)
    return replace(policy, text=text, body=parse_body(text))


def _filler(n: int, action: str) -> Policy:
    text = (
        f'forbid (principal, action == Action::"{action}", resource) '
        f'when {{ context.facts.stage == "never-{n}" }};'
    )
    return Policy(
        id=f"filler-{n}",
        system=SYSTEM,
        kind=PolicyKind.FORBID,
        control="refund-authority",
        body=parse_body(text),
        text=text,
        actions=(action,),
    )


def release(kernel: Kernel, bundle: Bundle, signer: Any, beside: Mapping[str, Any]) -> None:
    """Release a plan to a new home, as ana, with what goes beside it."""
    raw = bundle_bytes(bundle)
    value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
    command = Command(
        origin=kernel.home.log.origin,
        person="ana",
        verb="release",
        nonce=wiring.ids().random_bytes(16).hex(),
        at=wiring.clock().wall(),
        body={"plan": bundle_digest(raw), "previous": None},
    )
    Commands(kernel).run(seal_command(command, signer), {"bundle": value, **beside})
