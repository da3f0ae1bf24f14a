"""Lists, withdrawals, questions, separation, channels in the page: it finds what Python finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.test_one_key_under_two_people import forced, with_key
from tests.worlds.approvals import RULE, answer, renamed
from tests.worlds.approvals import lied as forged_answer
from tests.worlds.approvals import release as release_plan
from tests.worlds.assessed import assessed_plan, pass_the_day
from tests.worlds.bank import allowed, public, reason_of
from tests.worlds.browser import Opened, opened, started
from tests.worlds.disk_bank import DiskBank
from tests.worlds.drills import (
    drilled,
    forge,
    forge_drill,
    handle_of,
    planted,
    revelation,
    turn,
)
from tests.worlds.enrolled import enrolled, revoked, told
from tests.worlds.lenders import lenders_bundle
from tests.worlds.lenders import lent as lend_on
from tests.worlds.people import Passholder
from tests.worlds.reviews import (
    approve_seen,
    ask_back,
    bundle_with,
    durable,
    listed,
    said,
    verdicts,
)
from tests.worlds.standing import (
    approve_ahead,
    finish,
    forged_standing,
    forged_use,
    go_away,
    messages,
    place_of,
    standing_plan,
)
from tests.worlds.tasks import APPLICATIONS, pay_in_task
from tests.worlds.tasks import opened as opened_task
from watchkeeper import wiring
from watchkeeper.do.state.parts import Standings
from watchkeeper.do.state.pending import Waiting
from watchkeeper.ledger.canonical import sha256_hex
from watchkeeper.loop.answering import answer_question
from watchkeeper.records.drill import Observed
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import ChannelRecord, Hearing, Silence
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.bundle.manifest import Selection
from watchkeeper.verify.compose.compose import Wish


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[DiskBank]:
    """Everything that a verdict can be, once."""
    bank = DiskBank(tmp_path / "home", bundle_with(separate=("author", "grantor")))
    first, second = durable(bank, amount=210), durable(bank, amount=201, note="second")
    ask_back(bank, first)
    answer_question(bank.home, "payer", first, "because").wait(10)
    bank.tell("ben", "approve-list", **listed(bank, [first, second]))
    bank.withdraw(first)
    approve_seen(bank, first, "cyd")
    allowed(bank.come_back(first)).ticket.wait(10)
    reason, beside = reason_of("enough for today")
    bank.withdraw(second)
    bank.tell("cyd", "refuse-list", beside, **listed(bank, [second], reason=reason))
    yield bank
    bank.close()


def _found(page: Opened, bank: DiskBank) -> list[str]:
    bank.log.publish_now()
    out, log = bank.path.parent / "out.wkb", bank.path / "log"
    wish = Wish(Selection())
    wiring.write_bundle(str(bank.path), out, wish, replace=True, progress=lambda _a, _b: None)
    pins = {"vkey": (log / "log.vkey").read_text(), "records": (log / "records.pem").read_text()}
    found: dict[str, Any] = page.verify(out.read_bytes(), pins)
    assert found["refused"] is None
    return [one for step in found["failed"] for one in step["detail"].split("; ")]


def test_all_of_it_holds(page: Opened, bank: DiskBank) -> None:
    assert _found(page, bank) == []
    assert bank.verify().ok


def _about(bank: DiskBank, handle: str) -> tuple[str, dict[str, Any]]:
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    return pending.digest, {
        "at": bank.home.now(),
        "action_id": pending.action_id,
        "decision": pending.decision,
    }


def _same(page: Opened, bank: DiskBank, reasons: list[str]) -> None:
    found, python = _found(page, bank), [one.message for one in bank.verify().findings]
    assert len(found) == len(python) == len(reasons), (found, python)
    for why in reasons:
        assert any(why in one for one in found), (why, found)
        assert any(why in one for one in python), (why, python)


def test_forged_verdicts_are_found_in_both(page: Opened, bank: DiskBank) -> None:
    handle = durable(bank, amount=201, note="forged")
    digest, ours = _about(bank, handle)
    ours["shown"] = bank.verdict_body(handle)["shown"]
    seen = [verdict for _, verdict, _ in verdicts(bank)]
    one = next(v for v in seen if v.group is None and v.withdraws is None)
    by_author = bank.sign("ana", "approve", bank.verdict_body(handle))
    for lied in (
        replace(seen[0], **ours),
        replace(one, **ours, reviewer="ana", signature=by_author, view=None, timed=None),
        replace(next(v for v in seen if v.withdraws is not None), **ours),
        replace(one, **ours),
    ):
        said(bank, lied, digest)
    reasons = ["a list that does not hold it", "keeps apart", "does not stand", "another handle"]
    _same(page, bank, reasons)


def test_forged_questions_and_answers_are_found_in_both(page: Opened, bank: DiskBank) -> None:
    digest, ours = _about(bank, durable(bank, amount=201, note="forged"))
    for entry in bank.entries():
        if entry.record.kind in {Kind.QUESTION, Kind.ANSWER}:
            said(bank, replace(entry.record.predicate, **ours), digest)
    _same(page, bank, ["question: the command is for another handle", "to no open question"])


def test_an_approval_by_a_key_revoked_since_is_found_in_both(page: Opened, bank: DiskBank) -> None:
    ben, handle = enrolled(bank, Passholder("ben")), durable(bank, amount=202, note="stolen")
    told(bank, ben, "approve", **bank.verdict_body(handle))
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    stood = pending.verdicts
    revoked(bank, "ana", ben)
    assert _found(page, bank) == []
    pending.verdicts, pending.state = stood, Waiting.APPROVED
    finish(bank, handle)
    _same(page, bank, ["of a revoked key"])


def test_one_key_under_two_people_is_found_in_both(page: Opened, bank: DiskBank) -> None:
    bank.release(bundle_with(approvals=2))
    forced(bank, with_key(bank, "cyd", public("ben")))
    handle = durable(bank, amount=203, note="twice")
    bank.approve(handle, "ben")
    pending = bank.home.state.pending.by_handle(handle)
    assert pending is not None
    pending.keyids = {}
    bank.commands.run(bank.sign("cyd", "approve", bank.verdict_body(handle), key="ben"), {})
    _same(page, bank, ["`cyd` has the same key as `ben`", "by a key that had approved"])


def test_channels_out_of_turn_are_found_in_both(page: Opened, bank: DiskBank) -> None:
    at = bank.home.now()
    silent = ChannelRecord(at, "ops", Hearing.SILENT, at.plus(-85), 5, Silence.NOT_TAKEN)
    heard = replace(silent, state=Hearing.HEARD, why=None)
    _channel(bank, silent, heard)
    assert _found(page, bank) == []
    _channel(bank, heard, silent, silent, replace(heard, since=at))
    _channel(bank, replace(silent, channel="web", failures=0), replace(silent, channel="chat"))
    again = "it was not silent, or since another time"
    rest = ["it was silent before", again, "it does not say why", "its subject is not"]
    _same(page, bank, [again, *rest])


def _channel(bank: DiskBank, *said: ChannelRecord) -> None:
    for one in said:
        digest = sha256_hex(one.channel.replace("chat", "other").encode())
        bank.home.append(Record(Kind.CHANNEL, "channel", digest, one)).wait(10)


# Approving ahead, and standing in


@pytest.fixture
def lent(tmp_path: Path) -> Iterator[DiskBank]:
    """Ben approves ahead, and Dan stands in for Cyd, over two who must approve."""
    bank = DiskBank(tmp_path / "lent", standing_plan(approvals=2))
    stead = go_away(bank, "cyd")
    first = durable(bank, amount=300)
    bank.approve(first, "ben")
    ask_back(bank, first, "dan", **stead)
    bank.tell("dan", "approve-list", **listed(bank, [first], **stead))
    finish(bank, first)
    pending = bank.home.state.pending.by_handle(first)
    assert pending is not None
    approve_ahead(bank, "ben", pending.verdicts[0].ref, count=2, id="std_ben")
    second = durable(bank, amount=300, note="second")
    bank.approve(second, "dan", **stead)
    finish(bank, second)
    yield bank
    bank.close()


def test_what_was_lent_holds(page: Opened, lent: DiskBank) -> None:
    assert _found(page, lent) == []
    assert lent.verify().ok, lent.verify().findings


def test_what_was_lent_beyond_is_found_by_both(page: Opened, lent: DiskBank) -> None:
    standing = place_of(lent, "std_ben")
    forged_standing(lent, "ana", approval=standing_of(lent), count=1, id="std_ana")
    forged_use(lent, standing)
    forged_use(lent, standing, reviews=("broken",))
    python = {m.partition(" ")[2] for m in messages(lent) if m.startswith("24")}
    told = set(_found(page, lent))
    for words in (
        "approved by 1 people, where 2 are needed",
        "by a standing approval for another review than the one that asked",
        "more than the 2 that `ben` approved ahead",
        "of the approval of somebody else",
    ):
        assert any(words in message for message in python), (words, python)
        assert any(words in message for message in told), (words, told)


def standing_of(bank: DiskBank) -> Ref:
    ahead = bank.home.state.part(Standings).find("std_ben")
    assert ahead is not None
    return ahead.approval


def test_what_was_lent_no_more_is_found_by_both(page: Opened, lent: DiskBank) -> None:
    lent.tell("ben", "end-standing", id="std_ben", reason=None)
    forged_use(lent, place_of(lent, "std_ben"))
    words = "by a standing approval of `ben` that is over"
    assert any(words in message for message in _found(page, lent))
    assert any(words in message for message in messages(lent))


def test_a_deputy_out_of_time_is_found_by_both(page: Opened, lent: DiskBank) -> None:
    absence = lent.tell("ana", "absences")[0]
    lent.tell("cyd", "end-absence", id=absence["id"], reason=None)
    handle = durable(lent, amount=300, note="third")
    about, where = _about(lent, handle)
    before = next(v for _, v, _ in verdicts(lent) if v.stands_in_for and v.group is None)
    pending = lent.home.state.pending.by_handle(handle)
    assert pending is not None
    stead = {"for": "cyd", "absence": absence["absence"]}
    signature = lent.sign("dan", "approve", {**lent.verdict_body(handle), **stead})
    said(lent, replace(before, **where, shown=pending.shown, signature=signature), about)
    words = "`dan` stood in for nobody as `lead` then"
    assert any(words in message for message in _found(page, lent))
    assert any(words in message for message in messages(lent))


def test_planted_ones_hold_and_their_forgeries_are_found_in_both(
    page: Opened, tmp_path: Path
) -> None:
    bank = DiskBank(tmp_path / "drills", drilled())
    bank.refuse(handle_of(bank, planted(bank)))
    turn(bank)
    bank.approve(handle_of(bank, planted(bank)))
    turn(bank)
    plant = planted(bank)
    bank.approve(handle_of(bank, plant))
    assert _found(page, bank) == []
    assert bank.verify().ok
    early = revelation(bank, plant, observed=Observed.APPROVED)
    forge(bank, early)
    forge(bank, replace(early, salt="00" * 16))
    forge_drill(bank, ("1" * 64,), by="ben")
    forge_drill(bank, ("1" * 64,))
    _same(
        page,
        bank,
        [
            "revealed while people could still answer it",
            "does not open its commitment",
            "`ben` does not hold the role `operate`",
            "a commitment that was made before",
        ],
    )
    bank.close()


def test_tasks_and_delegations_are_said_to_be_for_the_verifier(
    page: Opened, tmp_path: Path
) -> None:
    """The page reads them; that it did not look at them stands in its step."""
    bank = DiskBank(tmp_path / "tasks", replace(lenders_bundle(), applications=APPLICATIONS))
    made = lend_on(bank, "payer", "other", person="ben", resources=("shop",), count=2)
    opened_task(bank, {"resources": ["shop"], "onBehalfOf": "ben"}, agent="other")
    allowed(bank.ask(pay_in_task(50, agent="other"))).ticket.wait(10)
    bank.tell("ana", "end-delegation", id=made.id, reason=None)
    assert bank.verify().ok
    assert _found(page, bank) == []
    page.pin(bank.path / "log")
    page.give(bank.path.parent / "out.wkb")
    bank.close()
    assert page.steps()[24] == "not-checked"
    assert "tasks of applications" in page.page.inner_text("#steps li[data-step='24']")


# What a management system adds to records


def test_answers_to_a_plan_and_what_of_the_management_system_counted_are_told(
    page: Opened, tmp_path: Path
) -> None:
    plan = replace(assessed_plan(), releases=RULE)
    bank, other = DiskBank(tmp_path / "managed", plan), renamed(plan)
    pass_the_day(bank)
    durable(bank, amount=100)
    answer(bank, "ben", other)
    forged_answer(bank, "ben", other, role="</dd><script>owned()</script>")
    release_plan(bank, other)
    _found(page, bank)
    page.pin(bank.path / "log")
    assert page.give(bank.path.parent / "out.wkb") == "This holds"
    told = page.page.inner_text("body")
    for said_there in (
        "impact: date",
        "held against the plan by `log verify` (step 26)",
        "approved",
        "not looked at in this page: `log verify` does that (step 27)",
        "</dd><script>owned()</script>",
        "Approved in records",
    ):
        assert said_there in told
    assert page.seen == []
    bank.close()
