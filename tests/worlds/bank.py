"""A bank in memory: an agent that pays, people who decide, and everything that can go wrong."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.worlds.memory import ORIGIN, START, CountedIds, FakeClock, MemoryLog
from tests.worlds.workspace_files import FILES, PINS, write_workspace
from watchkeeper.adapters.keys import FileSigner
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.request import Call
from watchkeeper.errors import HomeInvalid
from watchkeeper.ledger.canonical import hidden_digest, sha256_hex
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.loop.commands import Commands
from watchkeeper.loop.home import Home
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Escalated, Refused
from watchkeeper.plan.whole import beside_plan, compile_folder, lint_workspace
from watchkeeper.records.action import Boundary, Point, Reason
from watchkeeper.records.administration import GenesisRecord
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import Command, Signature
from watchkeeper.records.plan.bundle import Bundle, Limits
from watchkeeper.records.plan.people import Person
from watchkeeper.records.plan.systems import Stage
from watchkeeper.records.statement import Entry, Record

POINT = Point("mcp-gateway", Boundary.EXCLUSIVE)
NAMES = ("ana", "ben", "cyd")
REGISTERS: dict[str, Any] = {}
"""What stands beside the plans of this world that have a management system, by digest."""
LIMITS = Limits(key_lifetime_seconds=600, pending_per_agent=3, refusals_per_minute=50)

_CHANGES: dict[str, str | bytes | None] = {
    "aims.yaml": FILES["aims.yaml"]
    .replace("people:\n", "people:\n  - id: cyd\n    name: Cyd\n")
    .replace("lead: [ana, ben]", "lead: [ana, ben, cyd]"),
    "authority/payer.yaml": FILES["authority/payer.yaml"].replace(
        "within: 24h\n        count: 10", "within: 1h\n        count: 6"
    ),
    "tools/bank.yaml": FILES["tools/bank.yaml"].replace(
        "    idempotency: key\n", "    once_per: {arguments: [to, note], within: 20m}\n"
    ),
    "systems/desk.yaml": FILES["systems/desk.yaml"].replace(
        "  - id: payer\n", "  - id: payer\n  - id: other\n"
    ),
}


def signer(name: str) -> FileSigner:
    """The key of a person, the same in every run."""
    seed = hashlib.sha256(name.encode()).digest()
    return FileSigner(Ed25519PrivateKey.from_private_bytes(seed))


def reason_of(text: str, name: str = "reason") -> tuple[str, dict[str, str]]:
    """The digest of a text that a person signs, and what comes beside it."""
    salt = hashlib.sha256(text.encode()).digest()[:16]
    return hidden_digest(salt, text), {name: text, "salt": salt.hex()}


def public(name: str) -> str:
    return base64.b64encode(signer(name).public_key).decode()


@lru_cache(maxsize=1)
def bank_bundle() -> Bundle:
    """The plan of the bank, compiled from its workspace, with people's keys."""
    return bundle_of({})


def bank_file(name: str) -> str:
    """A file of the bank's workspace."""
    return str(_CHANGES.get(name) or FILES[name])


def bundle_of(changes: Mapping[str, str]) -> Bundle:
    """The same with files changed."""
    with tempfile.TemporaryDirectory() as folder:
        place = write_workspace(Path(folder), {**_CHANGES, **changes})
        bundle = compile_folder(place)
        if bundle.management is not None:
            beside = beside_plan(lint_workspace(place))
            REGISTERS[bundle.management.register] = beside["register"]
    people = tuple(Person(p.id, p.name, (public(p.id),)) for p in bundle.people)
    return replace(bundle, people=people, limits=LIMITS)


class Bank:
    """One home with the bank's plan in force, its kernel, and people at their terminals."""

    def __init__(self, bundle: Bundle | None = None) -> None:
        self.clock, self.log = FakeClock(), MemoryLog()
        self.ids, self._signed = CountedIds("bank"), CountedIds("people")
        keys = {name: (public(name),) for name in NAMES}
        genesis = GenesisRecord(START, ORIGIN, 0, 1, Stage.DEMONSTRATION, {}, "", keys)
        self.log.append(Record(Kind.GENESIS, "home", "0" * 64, genesis))
        self.open()
        self.release(bundle or bank_bundle())

    def open(self) -> None:
        """Start on what the log holds."""
        self.home = Home(self.log, self.clock, self.ids)
        self.kernel = Kernel(self.home, POINT)
        self.commands = Commands(self.kernel)
        self.home.pins.update({("bank", name): pin for name, pin in PINS.items()})

    def crash(self, mono: bool = False) -> None:
        """Lose what was not durable, and start again."""
        self.log = self.log.again()
        if mono:
            self.clock.boot()
        self.open()

    # people

    def sign(self, person: str, verb: str, body: Mapping[str, Any], key: str = "") -> Signature:
        said = Command(
            self.log.origin,
            person,
            verb,
            self._signed.random_bytes(16).hex(),
            self.clock.wall(),
            body,
        )
        return seal_command(said, signer(key or person))

    def tell(
        self, person: str, verb: str, beside: Mapping[str, Any] | None = None, **body: Any
    ) -> Any:
        """Have a person give a command."""
        return self.commands.run(self.sign(person, verb, body), beside or {})

    def release(self, bundle: Bundle, person: str = "ana") -> str:
        digest = bundle_digest(bundle_bytes(bundle))
        body = {"plan": digest, "previous": self.home.state.plan}
        signature = self.sign(person, "release", body)
        named = bundle.management.register if bundle.management else None
        beside = {} if named is None else {"register": REGISTERS[named]}
        self.commands.run(signature, {"bundle": to_json(bundle), **beside})
        return digest

    def verdict_body(self, handle: str, role: str = "lead") -> dict[str, Any]:
        pending = self.home.state.pending.by_handle(handle)
        assert pending is not None
        return {
            "handle": handle,
            "role": role,
            "request": pending.digest,
            "tool": pending.action,
            "pin": pending.pin,
            "agent": pending.agent,
            "plan": pending.plan,
            "shown": pending.shown,
            "expires": str(pending.expires),
            "reason": None,
        }

    def approve(self, handle: str, person: str = "ben", **changes: Any) -> Any:
        return self.tell(person, "approve", **{**self.verdict_body(handle), **changes})

    def refuse(self, handle: str, person: str = "ben", **changes: Any) -> Any:
        reason, beside = reason_of("not like this")
        body = {**self.verdict_body(handle), "reason": reason, **changes}
        return self.tell(person, "refuse", beside, **body)

    def withdraw(self, handle: str, person: str = "ben", **changes: Any) -> Any:
        """Have a person take their approval back."""
        pending = self.home.state.pending.by_handle(handle)
        assert pending is not None
        mine = next((v.ref for v in pending.verdicts if v.reviewer == person), None)
        body = {
            "handle": handle,
            "request": pending.digest,
            "verdict": mine and {"shard": mine.shard, "index": mine.index},
            "reason": None,
        }
        return self.tell(person, "withdraw", **{**body, **changes})

    def stop(self, kind: str = "all", name: str = "", person: str = "ben") -> Any:
        return self.tell(person, "stop", scopeKind=kind, scopeName=name, reason=None)

    def resume(self, kind: str = "all", name: str = "", person: str = "ana") -> Any:
        salt = b"s" * 16
        body = {"scopeKind": kind, "scopeName": name, "reason": hidden_digest(salt, "over")}
        return self.tell(person, "resume", {"reason": "over", "salt": salt.hex()}, **body)

    def token(self, name: str, agent: str = "payer", person: str = "ana") -> Any:
        digest = sha256_hex(name.encode())
        return self.tell(person, "token", agent=agent, name=name, digest=digest)

    # the agent

    def ask(self, call: Call, limit: str = "5000.00", **changes: Any) -> Answer:
        """Admit, read the facts and decide."""
        return self.decide(self.kernel.admit(call), limit, **changes)

    def come_back(self, handle: str, agent: str = "payer", limit: str = "5000.00") -> Answer:
        return self.decide(self.kernel.come_back(agent, handle), limit)

    def decide(self, admitted: Admitted | Answer, limit: str = "5000.00", **changes: Any) -> Answer:
        if not isinstance(admitted, Admitted):
            return admitted
        return self.kernel.decide(admitted, self.reads(admitted, limit, **changes))

    def reads(
        self, admitted: Admitted, limit: str = "5000.00", **changes: Any
    ) -> tuple[FactRead, ...]:
        at = self.home.now()
        given: dict[str, Any] = {"values": {"limit": limit}, **changes}
        return tuple(FactRead(query.source.name, at, **given) for query in admitted.reads)

    def roll(self, person: str = "ana", **body: Any) -> Any:
        return self.tell(person, "roll", **body)

    def entries(self) -> list[Entry]:
        """Every durable record, of every shard that is here."""
        found: list[Entry] = []
        for shard in range(self.log.shard + 1):
            with suppress(HomeInvalid):
                found += self.log.entries(shard=shard)
        return found


def pay(amount: float = 100, **changes: Any) -> Call:
    """The agent pays."""
    arguments = {
        "to": changes.pop("to", "shop"),
        "amount": amount,
        "cents": 0,
        "why": changes.pop("why", "late"),
        "key": changes.pop("mark", "k"),
    }
    if "note" in changes:
        arguments["note"] = changes.pop("note")
    given: dict[str, Any] = {
        "agent": "payer",
        "method": "tools/call",
        "server": "bank",
        "tool": "pay",
        "arguments": arguments,
    }
    return Call(**{**given, **changes})


def allowed(answer: Answer) -> Allowed:
    assert isinstance(answer, Allowed), answer
    return answer


def escalated(answer: Answer) -> Escalated:
    assert isinstance(answer, Escalated), answer
    return answer


def refused(answer: Answer, reason: Reason) -> None:
    """Assert that a call was refused, for this reason."""
    assert isinstance(answer, Refused), answer
    assert answer.reason is reason
