"""Whom to tell, when, and how seldom: ladders, rings and words, without a clock."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.pending import Pending, Waiting
from watchkeeper.loop.notices.due import EVERY, GATHER, URGENT, Bell, Known, Step, due
from watchkeeper.loop.notices.words import notice_of, trial_notice
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.people import Channel, Rung
from watchkeeper.records.reference import Ref

START = Instant(1_795_000_000_000_000)
LADDER = {"lead": (Rung(0, ("mail",)), Rung(900, ("chat",)), Rung(1_800, ("pager", "chat")))}
CHANNELS = {"mail": Channel("env:M"), "chat": Channel("env:C"), "pager": Channel("env:P")}


def pending(name: str, at: float = 0, lasts: float = 14_400, **changes: object) -> Pending:
    found = Pending(
        action_id=name,
        handle=f"esc_{name}",
        agent="payer",
        system="desk",
        action="bank/pay",
        same=name,
        digest="0" * 64,
        pin=None,
        plan="0" * 64,
        decision=Ref(0, 1),
        at=START.plus(at),
        expires=START.plus(at + lasts),
        roles=("lead",),
        approvals=1,
        reviews=(),
        shown="",
        shown_facts="",
    )
    return replace(found, **changes)


class _Ringing:
    """Looks every second, and takes it that each ring goes through, but for the silent ones."""

    def __init__(self, silent: tuple[str, ...] = (), **channels: Channel) -> None:
        self.channels = {**CHANNELS, **channels}
        self.waiting: list[Pending] = []
        self.told: set[Step] = set()
        self.rang: dict[str, Instant] = {}
        self.silent, self.rings = silent, list[tuple[float, Bell]]()

    def look(self, second: float) -> list[Bell]:
        now = START.plus(second)
        known = Known(self.told, self.rang, self.silent)
        found = due(self.waiting, LADDER, self.channels, known, now)
        for bell in found:
            if bell.channel not in self.silent:
                self.told.update(bell.steps)
                self.rang[bell.channel] = now
                self.rings.append((second, bell))
        return list(found)

    def run(self, seconds: int, since: int = 0) -> None:
        for second in range(since, since + seconds):
            self.look(second)

    def times(self, channel: str) -> list[float]:
        return [second for second, bell in self.rings if bell.channel == channel]


def test_it_climbs_rung_by_rung() -> None:
    ringing = _Ringing()
    ringing.waiting = [pending("a")]
    ringing.run(4_000)
    assert ringing.times("mail") == [GATHER]
    assert ringing.times("pager") == [1_800 + GATHER]
    assert ringing.times("chat") == [900 + GATHER, 1_800 + GATHER]
    assert [bell.climbed for _, bell in ringing.rings] == [0, 900, 1_800, 1_800]


@pytest.mark.parametrize("state", [Waiting.APPROVED, Waiting.REFUSED, Waiting.VOIDED])
def test_what_was_answered_climbs_no_more(state: Waiting) -> None:
    ringing = _Ringing()
    ringing.waiting = [pending("a")]
    ringing.run(600)
    ringing.waiting[0].state = state
    ringing.run(4_000, since=600)
    assert len(ringing.rings) == 1


def test_what_is_over_is_told_nobody() -> None:
    ringing = _Ringing()
    ringing.waiting = [pending("a", lasts=600)]
    ringing.run(2_000)
    assert ringing.times("chat") == []


def test_what_comes_together_is_told_together() -> None:
    ringing = _Ringing()
    ringing.waiting = [pending(str(n), at=n / 20) for n in range(40)]
    ringing.run(EVERY)
    [(_, bell)] = ringing.rings
    assert (bell.waiting, len(bell.steps)) == (40, 40)


def test_forty_a_day_do_not_ring_forty_times() -> None:
    """Eight hours, one each twelve minutes, each answered after two hours."""
    ringing = _Ringing(mail=Channel("env:M", 3_600))
    for second in range(0, 9 * 3_600, 10):
        if second % 720 == 0 and second < 8 * 3_600:
            ringing.waiting.append(pending(str(second), at=second))
        ringing.waiting = [p for p in ringing.waiting if START.plus(second) < p.at.plus(7_200)]
        ringing.look(second)
    assert len({step.handle for _, bell in ringing.rings for step in bell.steps}) == 40
    assert len(ringing.times("mail")) <= 10


def test_what_would_end_before_the_next_ring_is_told_now() -> None:
    ringing = _Ringing(mail=Channel("env:M", 3_600))
    ringing.waiting = [pending("a")]
    ringing.run(60)
    ringing.waiting.append(pending("short", at=60, lasts=1_800))
    ringing.run(60, since=60)
    assert ringing.times("mail") == [GATHER, URGENT + GATHER]


def test_an_agent_that_asks_without_end_does_not_ring_without_end() -> None:
    """Whatever it asks is over in ten minutes: each would be told before its end."""
    ringing = _Ringing()
    for second in range(0, 3_600, 3):
        ringing.waiting.append(pending(str(second), at=second, lasts=600))
        ringing.waiting = [p for p in ringing.waiting if p.expires > START.plus(second)][-20:]
        ringing.look(second)
    assert len(ringing.times("mail")) <= 61


def test_past_a_silent_channel_the_next_one_is_told_at_once() -> None:
    ringing = _Ringing(silent=("mail",))
    ringing.waiting = [pending("a")]
    ringing.run(60)
    assert ringing.times("chat") == [GATHER]
    both = _Ringing(silent=("mail", "chat"))
    both.waiting = [pending("a")]
    both.run(60)
    assert both.times("pager") == [GATHER]


def test_a_silent_channel_is_still_tried() -> None:
    ringing = _Ringing(silent=("mail",))
    ringing.waiting = [pending("a")]
    assert "mail" in {bell.channel for bell in ringing.look(GATHER)}


def test_a_channel_that_the_plan_names_no_more_rings_nowhere() -> None:
    ringing = _Ringing()
    del ringing.channels["mail"]
    ringing.waiting = [pending("a")]
    ringing.run(60)
    assert ringing.rings == []


def test_who_starts_again_tells_again_and_skips_nothing() -> None:
    first = _Ringing()
    first.waiting = [pending("a"), pending("b", at=500)]
    first.run(1_000)
    again = _Ringing()
    again.waiting = first.waiting
    [mail, chat] = sorted(again.look(1_000), key=lambda bell: bell.channel, reverse=True)
    assert (mail.channel, mail.waiting) == ("mail", 2)
    assert (chat.channel, {step.handle for step in chat.steps}) == ("chat", {"esc_a"})


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(60, 4_000), st.integers(10, 4_000)), max_size=8
    ),
    st.integers(30, 1_200),
    st.sampled_from([(), ("mail",), ("mail", "chat")]),
)
def test_nothing_that_waits_is_skipped(
    came: list[tuple[int, int, int]], every: int, silent: tuple[str, ...]
) -> None:
    """Whatever waits longer than a rung and a ring is told by that rung before it ends."""
    changed = {name: Channel("env:X", every) for name in CHANNELS}
    ringing = _Ringing(silent, **changed)
    whole = [
        (pending(str(n), at=at, lasts=lasts), at + answered)
        for n, (at, lasts, answered) in enumerate(came)
    ]
    for second in range(0, 8_000, 10):
        ringing.waiting = [p for p, end in whole if p.at <= START.plus(second) and second < end]
        ringing.look(second)
    for one, end in whole:
        ends = min(START.plus(end), one.expires)
        for number, rung in enumerate(LADDER["lead"]):
            told_by = one.at.plus(rung.after_seconds + GATHER + every + 20)
            if ends > told_by:
                heard = [name for name in rung.tell if name not in silent]
                steps = {Step(name, one.handle, "lead", number) for name in heard}
                assert steps <= ringing.told


def _bell(*handles: str, **changes: object) -> Bell:
    steps = tuple(Step("mail", handle, "lead", 0) for handle in handles)
    return replace(Bell("mail", steps, len(handles), START, 0), **changes)


def test_the_words() -> None:
    one = notice_of(_bell("esc_a"), "https://watch.example")
    assert one.title == "1 action waits for a decision"
    assert one.body == "It ends at 2026-11-18 11:06 UTC.\nhttps://watch.example/e/esc_a"
    many = notice_of(_bell("esc_a", "esc_b", climbed=900), "https://watch.example")
    assert many.title == "2 actions wait for a decision, unanswered for 15 minutes"
    assert many.body.endswith("UTC.\nhttps://watch.example/")
    more = notice_of(_bell("esc_a", waiting=3), "https://watch.example")
    assert more.body.endswith("/")
    assert "do pending" in notice_of(_bell("esc_a"), None).body
    assert "Nothing waits" in trial_notice(None).body
