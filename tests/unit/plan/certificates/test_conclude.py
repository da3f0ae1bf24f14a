"""What may be concluded from a certificate: what a person signed for, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.aims import TODAY
from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.conclude import NEVER, Concluded, conclude
from watchkeeper.plan.certificates.looked import Answer
from watchkeeper.records.instant import parse_instant

ID = "modelhouse-42001"
DIRECTORY = {"method": "ab_directory"}
SCOPE = {"method": "scope_judgement", "system": "desk"}


def concluded(*checks: dict[str, Any], at: str = "2026-11-23", **changes: Any) -> Concluded:
    register = bought(*checks, **changes).register()
    return conclude(register, ID, parse_instant(f"{at}T12:00:00.000000Z"), "desk")


def test_what_nobody_looked_up_is_not_known() -> None:
    found = concluded()
    assert {one.answer for one in (found.confirmed, found.accredited, found.in_scope) if one} == {
        Answer.UNKNOWN
    }
    assert found.stands
    assert found.cannot[-2:] == NEVER


def test_what_people_looked_up_may_be_concluded_with_their_names_and_days() -> None:
    found = concluded({}, DIRECTORY, {**SCOPE, "by": "ben"})
    assert found.may == (
        "a register of who issued it says what is recorded here (ana, 2026-11-01)",
        "who issued it is accredited for ISO/IEC 42001 (ana, 2026-11-01)",
        "it is held by whom it is taken for",
        "its scope covers desk (ben, 2026-11-01)",
    )
    assert found.cannot == NEVER


@pytest.mark.parametrize(
    ("check", "answer", "why"),
    [
        ({"method": "iaf_certsearch", "result": "not_found"}, Answer.UNKNOWN, "proves nothing"),
        ({"result": "not_found"}, Answer.NO, "not in the register"),
        ({"result": "mismatch", "mismatched": ["expires"]}, Answer.NO, "otherwise of expires"),
        ({"result": "unverifiable"}, Answer.UNKNOWN, "no answer"),
        ({"recheck_by": "2026-11-22"}, Answer.UNKNOWN, "nobody looked it up"),
        ({"recheck_by": "2026-11-23"}, Answer.YES, "confirmed by cb_register"),
        ({"on": "2026-11-24"}, Answer.UNKNOWN, "nobody looked it up"),
    ],
)
def test_a_register_confirms_denies_or_tells_nothing(
    check: dict[str, Any], answer: Answer, why: str
) -> None:
    found = concluded(check).confirmed
    assert (found.answer, why in found.why) == (answer, True)


def test_the_newest_look_into_a_register_counts() -> None:
    found = concluded({"on": "2026-11-10", "result": "mismatch"}, {"on": "2026-11-01"})
    assert found.confirmed.answer is Answer.NO
    assert not found.stands


@pytest.mark.parametrize(
    ("check", "accreditation", "answer"),
    [
        ({**DIRECTORY, "result": "not_found"}, {}, Answer.UNKNOWN),
        ({**DIRECTORY, "result": "mismatch"}, {}, Answer.NO),
        (DIRECTORY, {"scope_includes_42001": False}, Answer.UNKNOWN),
        (DIRECTORY, {"criteria": ["ISO/IEC 17021-1"]}, Answer.UNKNOWN),
        (DIRECTORY, {"body": None}, Answer.UNKNOWN),
        ({}, {}, Answer.UNKNOWN),
        (DIRECTORY, {}, Answer.YES),
    ],
)
def test_only_the_directory_of_the_accreditation_body_tells_that_a_body_is_accredited(
    check: dict[str, Any], accreditation: dict[str, Any], answer: Answer
) -> None:
    full = {
        "body": "Example Accreditation",
        "scope_includes_42001": True,
        "criteria": ["ISO/IEC 17021-1", "ISO/IEC 42006"],
    }
    found = concluded(check, claims={"accreditation": {**full, **accreditation}})
    assert found.accredited.answer is answer


def test_a_certificate_that_is_not_accredited_is_not_void() -> None:
    found = concluded({}, {**DIRECTORY, "result": "not_found"})
    assert found.stands
    assert any("accredited" in sentence for sentence in found.cannot)


@pytest.mark.parametrize(("at", "expired"), [("2028-05-31", Answer.NO), ("2028-06-01", Answer.YES)])
def test_it_is_good_until_the_end_of_its_last_day(at: str, expired: Answer) -> None:
    found = concluded({}, at=at)
    assert (found.expired, found.stands) == (expired, expired is Answer.NO)


@pytest.mark.parametrize("status", ["suspended", "withdrawn", "expired"])
def test_what_its_body_took_back_does_not_stand(status: str) -> None:
    found = concluded({}, claims={"status": status})
    assert not found.stands
    assert f"that it holds today: its status is `{status}`" in found.cannot


@pytest.mark.parametrize(
    ("result", "answer"),
    [("confirmed", Answer.YES), ("mismatch", Answer.NO), ("unverifiable", Answer.UNKNOWN)],
)
def test_a_scope_is_judged_by_a_person_for_one_system(result: str, answer: Answer) -> None:
    found = concluded({**SCOPE, "result": result})
    assert found.in_scope is not None
    assert found.in_scope.answer is answer


def test_of_a_system_that_does_not_use_the_supplier_nothing_is_known() -> None:
    register = bought(SCOPE).change("supplier", "modelhouse", systems=[]).register()
    found = conclude(register, ID, TODAY, "desk")
    assert found.in_scope is not None
    assert found.in_scope.answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"standard": "ISO/IEC 27001"}, "anything on the management of AI"),
        ({"expires": None}, "until when it holds"),
        ({"cb": None}, "who issued it"),
        ({"soa": None}, "for which controls"),
    ],
)
def test_what_is_not_written_down_can_not_be_concluded(claims: dict[str, Any], said: str) -> None:
    assert any(sentence.startswith(said) for sentence in concluded({}, claims=claims).cannot)


def test_it_never_says_that_anything_complies() -> None:
    found = concluded({}, DIRECTORY, SCOPE)
    words = " ".join(found.may).lower()
    assert not any(word in words for word in ("complian", "complies", "certified", "satisf"))
