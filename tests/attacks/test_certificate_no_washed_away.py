"""Attack: a look that found something wrong is covered up by looks that found nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.aims import TODAY
from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.conclude import Concluded, conclude
from watchkeeper.plan.certificates.looked import Answer

EARLY, LATE = "2026-11-01", "2026-11-10"
MISMATCH = {"result": "mismatch", "mismatched": ["status"]}
SEARCH = {"method": "iaf_certsearch"}
DIRECTORY = {"method": "ab_directory"}
SCOPE = {"method": "scope_judgement", "system": "desk"}


def _concluded(*checks: dict[str, Any], **claims: Any) -> Concluded:
    register = bought(*checks, claims=claims).register()
    return conclude(register, "modelhouse-42001", TODAY, "desk")


@pytest.mark.parametrize(
    "later",
    [
        {**SEARCH, "result": "not_found"},
        {**SEARCH, "result": "unverifiable"},
        {**SEARCH, "result": "confirmed"},
        {"method": "cb_email", "result": "unverifiable"},
        {"result": "unverifiable"},
    ],
)
@pytest.mark.parametrize("no", [MISMATCH, {"result": "not_found"}])
def test_what_the_bodys_register_denied_only_the_body_takes_back(
    no: dict[str, Any], later: dict[str, Any]
) -> None:
    found = _concluded({**no, "on": EARLY}, {**later, "on": LATE})
    assert found.confirmed.answer is Answer.NO
    assert not found.stands
    back = _concluded({**no, "on": EARLY}, {"method": "cb_email", "on": LATE})
    assert back.confirmed.answer is Answer.YES


def test_a_letter_that_they_have_no_such_certificate_denies_it() -> None:
    found = _concluded({"method": "cb_email", "result": "not_found"})
    assert found.confirmed.answer is Answer.NO


@pytest.mark.parametrize("look", [{}, DIRECTORY, SCOPE])
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_looks_on_one_day_the_worse_counts_however_the_file_has_them(
    look: dict[str, Any], turned: bool
) -> None:
    checks = [{**look, **MISMATCH}, {**look, "result": "confirmed"}]
    found = _concluded(*(reversed(checks) if turned else checks))
    assert found.in_scope is not None
    answers = (found.confirmed.answer, found.accredited.answer, found.in_scope.answer)
    assert Answer.NO in answers
    assert not found.stands


@pytest.mark.parametrize("look", [DIRECTORY, SCOPE])
def test_a_look_without_an_answer_takes_no_no_back(look: dict[str, Any]) -> None:
    found = _concluded(
        {**look, **MISMATCH, "on": EARLY}, {**look, "result": "unverifiable", "on": LATE}
    )
    assert not found.stands


@pytest.mark.parametrize("look", [DIRECTORY, SCOPE])
def test_it_does_take_a_yes_back(look: dict[str, Any]) -> None:
    found = _concluded({**look, "on": EARLY}, {**look, "result": "unverifiable", "on": LATE})
    assert found.in_scope is not None
    assert Answer.YES not in (found.accredited.answer, found.in_scope.answer)


def test_that_certsearch_lacks_it_says_nothing_beside_the_bodys_own_register() -> None:
    found = _concluded({"on": EARLY}, {**SEARCH, "result": "not_found", "on": LATE})
    assert (found.confirmed.answer, found.confirmed.on) == (Answer.YES, EARLY)
    denied = _concluded({"on": EARLY}, {**SEARCH, **MISMATCH, "on": LATE})
    assert denied.confirmed.answer is Answer.NO


def test_another_standard_with_a_number_like_it_is_no_criterion() -> None:
    accreditation = {
        "body": "Example Accreditation",
        "scope_includes_42001": True,
        "criteria": ["ISO/IEC TS 17021-10", "ISO/IEC 142006"],
    }
    found = _concluded(DIRECTORY, accreditation=accreditation)
    assert found.accredited.answer is Answer.UNKNOWN


@pytest.mark.parametrize("what", ["accredited", "confirmed"])
def test_of_a_body_that_the_file_does_not_name_nothing_is_known(what: str) -> None:
    found = _concluded({}, DIRECTORY, cb=None)
    assert getattr(found, what).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    "standard", ["aligned with ISO/IEC 42001", "ISO/IEC 420011", "ISO/IEC 27001 (not 42001)"]
)
def test_what_calls_itself_like_the_standard_is_not_about_the_management_of_ai(
    standard: str,
) -> None:
    said = _concluded({}, standard=standard).cannot
    assert any(one.startswith("anything on the management of AI") for one in said)
    for same in ("ISO/IEC 42001:2023", "DIN EN ISO/IEC 42001:2025-01", "ISO/IEC 42001"):
        said = _concluded({}, standard=same).cannot
        assert not any("management of AI" in one for one in said)
