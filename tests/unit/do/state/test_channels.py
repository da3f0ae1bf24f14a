"""Which channels are silent, by the records alone."""

from __future__ import annotations

from dataclasses import replace

from watchkeeper.do.state.kept import state_from_json, state_to_json
from watchkeeper.do.state.parts import Channels
from watchkeeper.do.state.projection import State
from watchkeeper.ledger.canonical import parse_json_unverified, render_checked
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import ChannelRecord, Hearing, Silence
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Entry, Record

AT = Instant(1_795_000_000_000_000)
SILENT = ChannelRecord(AT, "ops", Hearing.SILENT, AT.plus(-85), 5, Silence.TOO_SLOW)
HEARD = replace(SILENT, at=AT.plus(60), state=Hearing.HEARD, failures=7, why=None)


def _state(*said: ChannelRecord) -> State:
    state = State()
    for index, one in enumerate(said, 1):
        state.apply(Entry(Ref(0, index), Record(Kind.CHANNEL, "channel", "0" * 64, one), None))
    return state


def test_a_silent_one_is_known_until_it_is_heard() -> None:
    assert _state(SILENT).part(Channels).silent == {"ops": SILENT}
    other = replace(SILENT, channel="mail")
    assert _state(SILENT, other, HEARD).part(Channels).silent == {"mail": other}


def test_a_kept_state_knows_the_same() -> None:
    for said in ((SILENT,), (SILENT, HEARD), (SILENT, replace(SILENT, channel="mail"))):
        form = render_checked(state_to_json(_state(*said)))
        again = state_from_json(parse_json_unverified(form))
        assert again.part(Channels).silent == _state(*said).part(Channels).silent
        assert render_checked(state_to_json(again)) == form
