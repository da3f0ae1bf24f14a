"""The refund desk of the example on an ordinary morning: everything that the console can show."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.worlds.bank import REGISTERS, Bank, allowed, escalated, public, reason_of
from tests.worlds.disk_bank import DiskBank
from tests.worlds.pages import Desk, served
from tests.worlds.standing import after, go_away, standing_body
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.do.decision.request import Call
from watchkeeper.loop.answering import answer_question
from watchkeeper.loop.steps import Admitted, Allowed, Answer
from watchkeeper.plan.whole import beside_plan, lint_workspace
from watchkeeper.records.action import Status
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.policies import StandingRule

AIMS = Path(__file__).parents[2] / "examples/refund-desk/aims"
PEOPLE = ("ana", "ben", "cara", "dev")
AGENT = "refund-agent"
REASONS = ("damaged", "late", "wrong-item", "goodwill")


@cache
def desk_bundle() -> Bundle:
    """The example's plan, with keys for its people."""
    linted = lint_workspace(AIMS)
    bundle = linted.bundle
    assert bundle is not None
    assert bundle.management is not None
    REGISTERS[bundle.management.register] = beside_plan(linted)["register"]
    people = tuple(replace(p, keys=(public(p.id),)) for p in bundle.people)
    ahead = StandingRule(count=20, within_seconds=8 * 3_600, most={"amount": "300.00"})
    policies = tuple(
        replace(p, standing=ahead) if p.id == "grant.refunds.review" else p for p in bundle.policies
    )
    deputies = {"refund-lead": ("dev",)}
    return replace(bundle, people=people, policies=policies, deputies=deputies)


@dataclass
class Morning:
    """A desk with everything on it; the paths of its pages, by name."""

    desk: Desk
    paths: dict[str, str]

    @property
    def bank(self) -> Bank:
        return self.desk.bank


def refund(n: int, amount: float = 320, **changes: Any) -> Call:
    arguments = {
        "order_id": f"ORD-{10_400 + n}",
        "amount": amount,
        "currency": "EUR",
        "reason": REASONS[n % len(REASONS)],
        "request_id": f"req-{n}",
    }
    return Call(AGENT, "tools/call", "desk", "refund", {**arguments, **changes})


def address(customer: str, street: str = "Lindenweg 4", city: str = "Bremen") -> Call:
    where = {"street": street, "city": city, "postcode": "28203", "country": "DE"}
    return Call(AGENT, "tools/call", "desk", "change_address", {"customer_id": customer, **where})


def close(customer: str) -> Call:
    arguments = {"customer_id": customer, "reason": "asked for it by mail"}
    return Call(AGENT, "tools/call", "desk", "close_account", arguments)


def asks(bank: Bank, call: Call) -> Any:
    """The agent asks; the shop says what it knows of the order."""
    answer = _decided(bank, bank.kernel.admit(call))
    answer.ticket.wait(10)
    return answer


def _decided(bank: Bank, admitted: Admitted | Answer) -> Any:
    if not isinstance(admitted, Admitted):
        return admitted
    known = {"refundable": "480.00", "status": "delivered"}
    at = bank.home.now()
    reads = tuple(FactRead(query.source.name, at, known) for query in admitted.reads)
    return bank.kernel.decide(admitted, reads)


def waits(bank: Bank, call: Call) -> str:
    return escalated(asks(bank, call)).handle


def done(bank: Bank, answer: Any, status: Status = Status.SUCCEEDED) -> str:
    """The call was made and came back; its action."""
    found: Allowed = allowed(answer)
    bank.clock.advance(0.4)
    bank.kernel.finish(found, status, bank.home.now().plus(-0.4), {"ok": True})
    return found.request.action_id


@contextlib.contextmanager
def morning(folder: Path) -> Iterator[Morning]:
    """Serve the console over a refund desk at work, on a real home."""
    make = partial(DiskBank, folder / "home")
    with served(path=folder / "home", bundle=desk_bundle(), people=PEOPLE, make=make) as desk:
        bank = desk.bank
        for server in desk.bundle.servers:
            bank.home.pins.update({(server.id, tool.name): tool.pin for tool in server.tools})
        found = _happens(desk)
        bank.log.publish_now()
        try:
            yield found
        finally:
            bank.close()


def _ahead(bank: Bank, handle: str) -> None:
    """Cara approves the next ones like one that she approved."""
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    caps = [{"argument": "amount", "most": "205.00"}]
    body = standing_body(bank, pending.verdicts[0].ref, role="refund-lead", caps=caps, count=12)
    bank.tell("cara", "standing", **body)


def _happens(desk: Desk) -> Morning:
    bank = desk.bank
    bank.clock.advance(300)
    for n in range(6):
        done(bank, asks(bank, refund(n, 40 + 17 * n)))
        bank.clock.advance(95)
    paid = waits(bank, refund(7, 260))
    bank.approve(paid, "cara", role="refund-lead")
    whole = done(bank, _decided(bank, bank.kernel.come_back(AGENT, paid)))
    asks(bank, refund(8, 900))
    refused = waits(bank, refund(9, 410))
    bank.refuse(refused, "ben", role="refund-lead")
    bank.clock.advance(2000)
    lost = allowed(asks(bank, refund(10, 88))).request.action_id
    bank.clock.advance(600)
    closing = waits(bank, close("CUS-20077"))
    bank.approve(closing, "cara", role="refund-lead")
    bank.clock.advance(1900)
    asked = waits(bank, refund(11, 455))
    text, beside = reason_of("Is this the second refund on the same parcel?", "text")
    body = bank.home.state.pending.by_handle(asked)
    bank.tell(
        "cara", "ask", beside, handle=asked, role="refund-lead", request=body.digest, text=text
    )
    bank.clock.advance(60)
    answer_question(bank.home, AGENT, asked, "No. The first was for ORD-09977, sent back in March.")
    bank.clock.advance(300)
    for n in range(5):
        waits(bank, refund(20 + n, 210 + 15 * n))
        bank.clock.advance(70)
    mine = waits(bank, refund(30, 240))
    bank.approve(mine, "ben", role="refund-lead")
    bank.stop("tool", "desk/store_credit", person="ana")
    _ahead(bank, paid)
    go_away(bank, "cara", role="refund-lead", deputy="dev", since=after(bank, 60_000))
    for n in range(3):
        done(bank, asks(bank, refund(40 + n, 25 + n)))
    bank.clock.advance(35)
    like = next(
        group["key"] for group in desk.visitor("ben").get("/api/v1/escalations").json()["groups"]
    )
    paths = {
        "inbox": "/",
        "inbox-all": "/?show=all",
        "escalation": f"/e/{asked}",
        "two-people": f"/e/{closing}",
        "approved": f"/e/{mine}",
        "over": f"/e/{refused}",
        "together": f"/together?like={quote(like)}",
        "live": "/live",
        "decision": f"/d/{whole}",
        "agents": "/agents",
        "agent": f"/agents/{AGENT}",
        "stops": "/stops",
        "standing": f"/standing?of={mine}",
        "unknown": "/unknown",
        "answers": "/answers",
        "oversight": "/oversight",
        "me": "/me",
        "missing": "/d/nothing",
        "nowhere": "/no-such-page",
    }
    assert lost
    return Morning(desk, paths)
