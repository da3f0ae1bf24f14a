"""Attack: a check of a certificate that its person did not sign, or of something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from tests.worlds.certificates import CLAIMS, bought, check, key_of
from watchkeeper.plan.certificates.conclude import conclude
from watchkeeper.plan.certificates.looked import Answer
from watchkeeper.plan.whole import lint_workspace

ID = "modelhouse-42001"


def _verification(world: ManagedWorkspace, change: Callable[[dict[str, Any]], Any]) -> None:
    change(world.records["certificate", ID]["verifications"][0])


def _signed_by_ben_for_ana(world: ManagedWorkspace) -> None:
    said = check(CLAIMS, world.records["aims", ""]["origin"], by="ben")
    world.records["certificate", ID]["verifications"] = [{**said, "by": "ana"}]


FORGED: dict[str, Callable[[ManagedWorkspace], Any]] = {
    "another result": lambda w: _verification(w, lambda c: c.update(result="unverifiable")),
    "another day": lambda w: _verification(w, lambda c: c.update(on="2026-11-20")),
    "a later recheck": lambda w: _verification(w, lambda c: c.update(recheck_by="2030-01-01")),
    "another person": lambda w: _verification(w, lambda c: c.update(by="ben")),
    "another's key": lambda w: _verification(w, lambda c: c.update(key=key_of("ben"))),
    "another digest": lambda w: _verification(w, lambda c: c.update(of="0" * 64)),
    "no base64": lambda w: _verification(w, lambda c: c.update(signature="A")),
    "of another certificate": lambda w: w.records["certificate", ID].update(
        verifications=[check({**CLAIMS, "id": "other"}, w.records["aims", ""]["origin"])]
    ),
    "of another organisation": lambda w: w.records["certificate", ID].update(
        verifications=[check(CLAIMS, "elsewhere.example/x")]
    ),
    "signed with a colleague's key": _signed_by_ben_for_ana,
}
NOT_COUNTED: dict[str, tuple[Callable[[ManagedWorkspace], Any], str]] = {
    "unsigned": (lambda w: _verification(w, lambda c: c.pop("signature")), "check-unsigned"),
    "claims changed": (
        lambda w: w.change("certificate", ID, expires="2031-01-01"),
        "certificate-changed-since-check",
    ),
    "status changed": (
        lambda w: w.change("certificate", ID, status="unknown"),
        "certificate-changed-since-check",
    ),
    "key gone": (lambda w: _without_key(w, "ana"), "signed-by-former-key"),
}


def _without_key(world: ManagedWorkspace, person: str) -> None:
    people = world.records["aims", ""]["people"]
    world.change("aims", people=[{**p, "keys": []} if p["id"] == person else p for p in people])


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_it_stops_the_release_and_counts_as_none(
    forge: Callable[[ManagedWorkspace], Any], tmp_path: Path
) -> None:
    world = bought({})
    forge(world)
    found = conclude(world.register(), ID, TODAY)
    assert found.confirmed.answer is Answer.UNKNOWN
    assert found.ignored
    linted = lint_workspace(world.write(tmp_path))
    assert linted.bundle is None
    assert "check-not-signed-by-them" in {one.code for one in linted.findings}


@pytest.mark.parametrize(("change", "code"), NOT_COUNTED.values(), ids=NOT_COUNTED)
def test_what_nobody_signed_for_as_it_stands_is_named_and_counts_as_none(
    change: Callable[[ManagedWorkspace], Any], code: str, tmp_path: Path
) -> None:
    world = bought({})
    change(world)
    found = conclude(world.register(), ID, TODAY)
    assert found.confirmed.answer is Answer.UNKNOWN
    assert code in {one.code for one in lint_workspace(world.write(tmp_path)).findings}


def test_an_untouched_check_counts(tmp_path: Path) -> None:
    world = bought({"evidence": "The register of the body."})
    assert conclude(world.register(), ID, TODAY).confirmed.answer is Answer.YES
    codes = {one.code for one in lint_workspace(world.write(tmp_path)).findings}
    assert not {code for code in codes if "check" in code or "certif" in code}


@pytest.mark.parametrize(
    ("says", "named"),
    [({}, True), ({"evidence": "The page of the body."}, False), ({"digest": "0" * 64}, False)],
)
def test_a_check_of_which_nothing_shows_where_somebody_looked_is_named(
    says: dict[str, Any], named: bool, tmp_path: Path
) -> None:
    linted = lint_workspace(bought(says).write(tmp_path))
    assert linted.bundle is not None
    found = {one.code for one in linted.findings}
    assert ("check-without-evidence" in found) is named
