"""Budgets and keys that were kept, at any moments, are what their records add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from watchkeeper.do.state.budget import Budgets
from watchkeeper.do.state.keys import Keys, KeyUse
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked, sha256_hex
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref

BEGAN = Instant(1_800_000_000_000_000)
_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["act", "act", "failed", "failed", "done", "release", "kept", "kept", "looked"]
        ),
        st.integers(0, 3),
        st.sampled_from([0, 1, 59, 60, 61, 4_000]),
    ),
    min_size=4,
    max_size=24,
)


@dataclass
class Sums:
    """What the records of a home add up to, as far as budgets and keys go."""

    budgets: Budgets = field(default_factory=Budgets)
    keys: Keys = field(default_factory=Keys)

    def form(self, at: Instant) -> bytes:
        return render_checked({"b": self.budgets.to_json(at), "k": self.keys.to_json(at)})

    def again(self, at: Instant) -> Sums:
        body = parse_json_unverified(self.form(at))
        return Sums(Budgets.from_json(body["b"]), Keys.from_json(body["k"]))

    def act(self, action: str, which: int, at: Instant) -> None:
        self.budgets.reserve(action, at, [(f"g{which % 2}", Decimal(which))])
        use = KeyUse("same", action, at, at.plus((1, 60)[which % 2]), refuse_after=which < 2)
        self.keys.use(_key(which), use)

    def failed(self, action: str, which: int, at: Instant) -> None:
        self.budgets.give_back(action)
        self.keys.free(_key(which), action, at)

    def done(self, action: str, which: int) -> None:
        self.budgets.keep(action)
        self.keys.end(_key(which), action, Ref(0, 1))


@settings(max_examples=200)
@given(_EVENTS)
def test_they_are_a_function_of_the_records(events: list[tuple[str, int, int]]) -> None:
    rebuilt, kept, at = Sums(), Sums(), BEGAN
    open_: list[tuple[str, int]] = []
    for step, (event, which, seconds) in enumerate(events):
        at = at.plus(seconds)
        ended = open_.pop(which % len(open_)) if open_ and event in {"failed", "done"} else None
        if event == "kept":
            kept = kept.again(at)
        elif event == "looked":
            kept.keys.find(_key(which), at)
            kept.keys.is_expired(_key(which), at)
        for one in (rebuilt, kept):
            if event == "act":
                one.act(f"a{step}", which, at)
            elif event == "release":
                one.budgets.keep_for((0, 60, 3_600, 10_000)[which], at)
            elif ended is not None and event == "failed":
                one.failed(*ended, at)
            elif ended is not None:
                one.done(*ended)
        if event == "act":
            open_.append((f"a{step}", which))
    assert kept.form(at) == rebuilt.form(at)


def _key(which: int) -> str:
    return sha256_hex(bytes([which]))


def test_a_key_that_expired_before_its_action_was_held_back_stays_expired() -> None:
    late = BEGAN.plus(5)
    for restored in (False, True):
        held = Sums()
        held.act("a", 0, BEGAN)
        held = held.again(late) if restored else held
        held.failed("a", 0, late)
        assert held.keys.is_expired(_key(0), late)
