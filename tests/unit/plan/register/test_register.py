"""The register: what the files say, as one document that a plan names by its digest."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from tests.worlds.workspace_files import write_workspace
from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest, parse_bundle
from watchkeeper.plan.register.form import parse_register, register_bytes, register_digest
from watchkeeper.plan.whole import Linted, lint_workspace


def _linted(folder: Path, world: ManagedWorkspace) -> Linted:
    linted = lint_workspace(world.write(folder))
    assert linted.bundle is not None, linted.findings
    return linted


def _raw(linted: Linted) -> bytes:
    assert linted.register is not None
    return register_bytes(linted.register)


def test_it_reads_back_whole(tmp_path: Path) -> None:
    linted = _linted(tmp_path, ManagedWorkspace())
    raw = _raw(linted)
    read = parse_register(raw)
    assert read == linted.register
    assert register_bytes(read) == raw
    assert read.of("risk")["overpaid"].title == "Too much is paid"
    assert read.one("methods").risk.accept_up_to == 3
    assert read.soa is not None


def test_a_plan_names_it_and_reads_back(tmp_path: Path) -> None:
    linted = _linted(tmp_path, ManagedWorkspace())
    assert linted.bundle is not None
    assert linted.bundle.management is not None
    assert linted.bundle.management.register == register_digest(_raw(linted))
    assert parse_bundle(bundle_bytes(linted.bundle)) == linted.bundle
    (objective,) = linted.bundle.objectives
    assert (objective.target.at_least, objective.window_seconds) == ("0.95", 30 * 86_400)


def test_another_word_is_another_plan(tmp_path: Path) -> None:
    world = ManagedWorkspace()
    before = _linted(tmp_path / "a", world).bundle
    after = _linted(tmp_path / "b", world.change("risk", "overpaid", title="Too little")).bundle
    assert before is not None
    assert after is not None
    assert bundle_bytes(before) != bundle_bytes(after)


def test_a_plan_does_not_depend_on_the_day(tmp_path: Path) -> None:
    folder = ManagedWorkspace().write(tmp_path)
    days = (None, TODAY, TODAY.plus(86_400 * 3_000))
    plans = {bundle_bytes(b) for at in days if (b := lint_workspace(folder, at).bundle)}
    assert len(plans) == 1


def test_without_records_a_plan_has_no_state(tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path))
    assert linted.bundle is not None
    assert linted.bundle.management is None
    assert b'"management"' not in bundle_bytes(linted.bundle)
    assert len(bundle_digest(bundle_bytes(linted.bundle))) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(format=2),
        lambda value: value.update(more={}),
        lambda value: value.pop("bases"),
        lambda value: value["files"].update(stories={}),
        lambda value: value["files"].update(risk=[]),
        lambda value: value.update(files=[]),
        lambda value: value["files"]["risk"]["overpaid"].update(title=7),
        lambda value: value["aims"].pop("people"),
        lambda value: value.update(documents=[]),
        lambda value: value["documents"].update(other=7),
    ],
)
def test_what_is_no_register_is_refused(tmp_path: Path, change: object) -> None:
    value = orjson.loads(_raw(_linted(tmp_path, ManagedWorkspace())))
    change(value)  # type: ignore[operator]
    with pytest.raises(RecordInvalid):
        parse_register(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def test_another_spelling_of_it_is_refused(tmp_path: Path) -> None:
    raw = _raw(_linted(tmp_path, ManagedWorkspace()))
    with pytest.raises(RecordInvalid):
        parse_register(raw + b" ")
    with pytest.raises(RecordInvalid):
        parse_register(b"[]")
