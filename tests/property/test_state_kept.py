"""A state that was kept is the state that the records add up to, to the byte."""

from __future__ import annotations

from tests.property.test_kernel_machine import Kernels
from tests.worlds.bank import Bank, allowed, pay
from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.do.state.projection import State
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked
from watchkeeper.loop.home import Home
from watchkeeper.loop.notices.board import Board
from watchkeeper.loop.steps import Admitted
from watchkeeper.records.oversight import Silence
from watchkeeper.records.statement import Entry

from hypothesis import HealthCheck, settings  # isort: skip
from hypothesis import strategies as st  # isort: skip
from hypothesis.stateful import precondition, rule  # isort: skip


class KeptKernels(Kernels):
    """The same world, in which a start may go on from any earlier moment."""

    @precondition(lambda self: hasattr(self, "bank"))
    @rule(part=st.floats(0, 1))
    def a_kept_state_goes_on_the_same(self, part: float) -> None:
        entries = self.bank.entries()
        cut = round(part * len(entries))
        rebuilt, before = _applied(State(), entries), _applied(State(), entries[:cut])
        restored = _applied(_again(before), entries[cut:])
        assert _form(restored) == _form(rebuilt)

    @precondition(lambda self: hasattr(self, "bank"))
    @rule()
    def a_start_by_snapshot_knows_the_same(self) -> None:
        if self.bank.log.queued or self.bank.home.failure():
            return
        running = self.bank.home
        fresh = Home(type(self.bank.log)(self.bank.log.disk), self.bank.clock, self.bank.ids)
        assert fresh.kept_form() == running.kept_form()
        assert running.keep(0)

    @precondition(lambda self: hasattr(self, "bank"))
    @rule(name=st.sampled_from(["web", "mail"]), failures=st.integers(1, 9))
    def a_channel_fails_or_is_heard(self, name: str, failures: int) -> None:
        board = Board(self.bank.home)
        for _ in range(failures):
            board.failed(name, Silence.NOT_TAKEN)
        if failures == 9:
            board.heard(name)

    @rule()
    def a_snapshot_is_kept(self) -> None:
        self.bank.home.keep(0)


KeptKernels.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestKeptKernels = KeptKernels.TestCase


def _applied(state: State, entries: list[Entry]) -> State:
    for entry in entries:
        state.apply(entry)
    return state


def _form(state: State) -> bytes:
    return render_checked(state_to_json(state))


def _again(state: State) -> State:
    return state_from_json(parse_json_unverified(_form(state)))


def test_a_late_look_at_a_key_leaves_no_trace_in_what_is_kept() -> None:
    bank = Bank()
    allowed(bank.ask(pay(20, key="k1")))
    bank.log.write()
    before = bank.home.kept_form()
    bank.clock.advance(601)
    assert isinstance(bank.kernel.admit(pay(20, key="k1")), Admitted)
    assert bank.home.kept_form() == before
    assert Home(type(bank.log)(bank.log.disk), bank.clock, bank.ids).kept_form() == before


def test_what_is_kept_holds_no_value_of_a_payload() -> None:
    bank = Bank()
    bank.ask(pay(120, why="a very telling reason", to="somebody in particular", key="k-77"))
    form = bank.home.kept_form()
    for value in (b"telling", b"somebody in particular", b"k-77"):
        assert value not in form
