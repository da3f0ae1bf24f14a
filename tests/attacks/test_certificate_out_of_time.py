"""Attack: a look, or a certificate, of a day on which it can not have been."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.aims import TODAY
from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.conclude import Concluded, conclude
from watchkeeper.plan.certificates.looked import Answer
from watchkeeper.records.instant import parse_instant

ID = "modelhouse-42001"
SCOPE = {"method": "scope_judgement", "system": "desk"}


def _concluded(*checks: dict[str, Any], at: Any = TODAY, **claims: Any) -> Concluded:
    return conclude(bought(*checks, claims=claims).register(), ID, at, "desk")


@pytest.mark.parametrize(
    ("check", "claims", "why"),
    [
        ({"on": "2026-12-01"}, {}, "it is of a day to come"),
        ({"on": "2026-10-31"}, {"issued": "2026-11-01"}, "when the certificate was issued"),
        ({"on": "2025-11-01"}, {}, "it is older than a year"),
        ({"on": "2025-11-01", "recheck_by": "2026-11-01"}, {}, "it was due again by"),
    ],
)
def test_such_a_look_counts_as_none(
    check: dict[str, Any], claims: dict[str, Any], why: str
) -> None:
    found = _concluded(check, **claims)
    assert found.confirmed.answer is Answer.UNKNOWN
    (ignored,) = found.ignored
    assert why in ignored


def test_one_that_says_until_when_it_counts_may_be_older() -> None:
    found = _concluded({"on": "2025-11-01", "recheck_by": "2026-12-31"})
    assert found.confirmed.answer is Answer.YES


def test_one_of_somebody_who_left_counts_as_none() -> None:
    world = bought({"by": "ben"})
    people = [one for one in world.records["aims", ""]["people"] if one["id"] != "ben"]
    register = world.change("aims", people=people).register()
    found = conclude(register, ID, TODAY)
    assert found.confirmed.answer is Answer.UNKNOWN
    assert "by ben: signed with a key that is in no plan any more" in found.ignored[0]


@pytest.mark.parametrize("key", ["issued", "effective"])
def test_a_certificate_that_only_begins_does_not_hold_yet(key: str) -> None:
    found = _concluded(SCOPE, **{key: "2026-12-01"})
    assert not found.stands
    assert "that it holds today: it begins on 2026-12-01" in found.cannot


@pytest.mark.parametrize(
    "claims",
    [
        {"status": "withdrawn"},
        {"status": "suspended"},
        {"expires": "2026-11-01"},
        {"effective": "2027-01-01"},
    ],
)
def test_one_that_does_not_hold_covers_no_system(claims: dict[str, Any]) -> None:
    found = _concluded({}, SCOPE, **claims)
    assert not any("covers" in sentence for sentence in found.may)
    assert any(one.startswith("that its scope covers desk: it does not") for one in found.cannot)
    later = _concluded({}, SCOPE, at=parse_instant("2027-01-01T00:00:00.000000Z"))
    assert "its scope covers desk (ana, 2026-11-01)" in later.may
