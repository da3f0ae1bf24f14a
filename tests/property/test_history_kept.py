"""What is remembered is the same, rebuilt, restored and carried on, and never a false `no`."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.remembered import RememberingBank
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.do.state.projection import State
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked
from watchkeeper.loop.steps import Allowed
from watchkeeper.records.action import Reason, Status
from watchkeeper.records.instant import Instant
from watchkeeper.records.statement import Entry

MONTH = 30 * 86_400
_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["payer", "clerk", "seller"]),
        st.sampled_from(["pay", "move", "read", "tell"]),
        st.sampled_from(["shop", "cafe"]),
        st.sampled_from(["succeeded", "failed", "held", "never"]),
        st.sampled_from([0, 1, 3_600, 86_400, MONTH]),
    ),
    max_size=14,
)
_GIVEN = {"pay": {"amount": 1, "currency": "EUR"}, "move": {"cents": 1}}


@settings(max_examples=25)
@given(_EVENTS, st.floats(0, 1))
def test_it_is_kept_and_asked_the_same(
    events: list[tuple[str, str, str, str, int]], part: float
) -> None:
    bank, done = RememberingBank(), dict[str, list[Instant]]()
    for agent, tool, to, end, seconds in events:
        bank.clock.advance(seconds)
        answer = bank.ask_for(agent, tool, to=to, **_GIVEN.get(tool, {}))
        if tool == "move" and agent != "seller":
            _never_a_false_no(bank, done.get(to, []), isinstance(answer, Allowed))
        if isinstance(answer, Allowed):
            if end == "held":
                bank.kernel.not_released(answer, Reason.STOPPED)
            elif end != "never":
                bank.kernel.finish(answer, Status(end), answer.at, {})
            if tool in {"pay", "move"} and end in {"succeeded", "never"}:
                done.setdefault(to, []).append(answer.at)
    _the_same(bank.entries(), part)
    before = render_checked(state_to_json(bank.home.state))
    bank.crash()
    assert render_checked(state_to_json(bank.home.state)) == before


def _never_a_false_no(bank: RememberingBank, done: list[Instant], allowed: bool) -> None:
    now = bank.home.now()
    happened = any(at > now.plus(-MONTH) for at in done)
    assert allowed is not happened


def _the_same(entries: list[Entry], part: float) -> None:
    cut = round(part * len(entries))
    rebuilt, before = _applied(State(), entries), _applied(State(), entries[:cut])
    kept = state_from_json(parse_json_unverified(render_checked(state_to_json(before))))
    restored = _applied(kept, entries[cut:])
    assert render_checked(state_to_json(restored)) == render_checked(state_to_json(rebuilt))


def _applied(state: State, entries: list[Entry]) -> State:
    for entry in entries:
        state.apply(entry)
    return state
