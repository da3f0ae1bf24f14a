"""The refund desk with fifty agents, of which each has what waits for people."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.world import AIMS, release
from watchkeeper import wiring
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import PlanRefused
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Escalated
from watchkeeper.plan.draft.basis import assess_again
from watchkeeper.plan.whole import beside_plan
from watchkeeper.records.action import Boundary, Point
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Person

AGENTS, EACH = 50, 20
_POINT = Point("bench", Boundary.EXCLUSIVE)
_GRANT = """\
agent: {agent}
grants:
  - id: addresses-{n}
    granted_by: ana
    control: customer-data-changes
    actions: [desk/change_address]
    valid_until: 2027-12-31
    review: {{role: refund-lead, expires: 24h, always: true}}
"""


@contextmanager
def many_agents(folder: Path, agents: int = AGENTS) -> Iterator[Kernel]:
    """Open a home with so many agents, whose changes of addresses all need a person."""
    aims = folder / "aims"
    shutil.copytree(AIMS, aims)
    system = aims / "systems" / "refund-desk.yaml"
    names = [f"agent-{n:02}" for n in range(agents)]
    more = "".join(f"  - id: {name}\n" for name in names)
    text = system.read_text(encoding="utf-8")
    system.write_text(
        re.sub(r"^agents:\n", f"agents:\n{more}", text, flags=re.MULTILINE), encoding="utf-8"
    )
    for n, name in enumerate(names):
        path = aims / "authority" / f"{name}.yaml"
        path.write_text(_GRANT.format(agent=name, n=n), encoding="utf-8")
    key = folder / "ana.key"
    public = base64.b64encode(wiring.create_person_key(key, "bench")).decode()
    linted = assess_again(aims)
    if linted.bundle is None:
        raise PlanRefused("the example does not hold")
    bundle = linted.bundle
    path = folder / "home"
    log = wiring.create_log(
        path, name="bench.example/desk", stage=bundle.stage, first_release={"ana": (public,)}
    )
    try:
        kernel = Kernel(Home(log, wiring.clock(), wiring.ids()), _POINT)
        signer = wiring.person_signer(key, "bench")
        release(kernel, _signed_by(bundle, public), signer, beside_plan(linted))
        for server in bundle.servers:
            kernel.home.pins |= {(server.id, tool.name): tool.pin for tool in server.tools}
        yield kernel
    finally:
        log.close()


def _signed_by(bundle: Bundle, public: str) -> Bundle:
    people = tuple(Person(p.id, p.name, (public,) if p.id == "ana" else ()) for p in bundle.people)
    return replace(bundle, people=people)


def escalate(kernel: Kernel, agent: str, number: int) -> Escalated:
    """Have an agent ask for something that waits."""
    arguments = {
        "customer_id": f"CUS-{10_000 + number}",
        "street": f"{number} Harbour Lane, second staircase on the left",
        "city": "Lisbon",
        "postcode": "1100-001",
        "country": "PT",
    }
    admitted = kernel.admit(Call(agent, "tools/call", "desk", "change_address", arguments))
    answer = kernel.decide(admitted) if isinstance(admitted, Admitted) else admitted
    if not isinstance(answer, Escalated):
        raise TypeError(f"not escalated: {answer}")
    return answer


def fill(kernel: Kernel, agents: int = AGENTS, each: int = EACH) -> int:
    """Fill the inbox; return how many wait."""
    tickets = [
        escalate(kernel, f"agent-{n:02}", n * each + k).ticket
        for n in range(agents)
        for k in range(each)
    ]
    for ticket in tickets:
        if ticket is not None:
            ticket.wait(60)
    return len(kernel.home.state.pending.waiting())
