"""Records are other ones while a snapshot's process reads them, and the true ones afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import signer
from tests.worlds.rolled import RolledBank
from watchkeeper.adapters.beside import keep_beside
from watchkeeper.adapters.posix import read_home
from watchkeeper.adapters.posix.layout import Layout
from watchkeeper.errors import LedgerError
from watchkeeper.ledger.envelope import read_record_unverified, seal
from watchkeeper.ledger.frame import frames_of, render_frame
from watchkeeper.loop.standing import Standing
from watchkeeper.records.administration import ScopeKind, StopScope
from watchkeeper.records.kinds import Kind


def test_a_stop_that_was_another_one_for_a_moment(tmp_path: Path) -> None:
    bank = RolledBank(tmp_path / "home")
    bank.do(note="a")
    bank.stop()
    bank.log.publish_now()
    segment = Layout(bank.path).segment(0)
    true, forged = segment.read_bytes(), b""
    for frame in frames_of(true):
        record, envelope = read_record_unverified(frame.envelope), frame.envelope
        if record.kind is Kind.STOP:
            said = replace(record.predicate, scope=StopScope(ScopeKind.TOOL, "no/tool"))
            envelope = seal(replace(record, predicate=said), signer("mal"))
        forged += render_frame(frame.index, frame.batch, envelope, frame.payload)
    segment.write_bytes(forged)
    log = read_home(bank.path)
    standing = Standing(log, bank.clock)
    segment.write_bytes(true)
    with pytest.raises(LedgerError, match="records changed"):
        keep_beside(log, standing.counted, standing.kept_form())
    assert bank.log.kept_size == 0
    bank.restart()
    assert [scope.kind for scope in bank.home.state.stops] == [ScopeKind.ALL]
    bank.log.close()
