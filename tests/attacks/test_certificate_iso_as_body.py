"""Attack: a certificate "by ISO", written in any way that looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.aims import TODAY
from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.answers import CRITERIA
from watchkeeper.plan.certificates.bodies import (
    accredits_nobody,
    certifies_nobody,
    is_their_site,
)
from watchkeeper.plan.certificates.conclude import conclude
from watchkeeper.plan.certificates.looked import Answer
from watchkeeper.plan.whole import lint_workspace

ISO = [
    "ISO",
    "iso.",
    "I S O",
    "I.S.O.",
    "ISO/IEC",
    "IEC",
    "ISO Central Secretariat, Geneva",
    "The International Organization for Standardization (ISO)",
    "International Organisation for Standardisation",
    "ISO/IEC JTC 1/SC 42",
    "ISO 42001",
    "ISO/IEC 42001:2023",
    "International Electrotechnical Commission",
    "ISO Certification Body",
    "\uff29\uff33\uff2f",
    "\u0406S\u041e",
    "I\u200bSO",
    "I\u00adSO",
    "\u00cfSO",
    "www.iso.org",
    "ISO\u2122",
    "ISO\u00ae/IEC",
    "1SO",
    "IS0",
    "I5O / 1EC",
    "lSO",
    "\u026a\ua731\u1d0f",
    "\u04c0S\u0555",
    "IS\u3164O",
    "I\u20ddSO",
    "ISO International",
    "ISO/TC 176",
    "International Standards Organization",
    "International Organization of Standards (ISO), Geneva",
    "Internationale Organisation f\u00fcr Normung",
    "https://www.iso.org/standard/42001.html",
]
OTHERS = [
    "42001",
    "Example Certification",
    "Isometric Assurance",
    "DNV",
    "Global ISO Cert Ltd",
    "Isotec",
    "LSO",
    "150",
    "International Standards Certification Ltd",
    "5ISO Quality",
]
FORUMS = [
    "IAF",
    "I.A.F.",
    "International Accreditation Forum, Inc.",
    "IAF CertSearch",
    "www.iafcertsearch.org",
    "IAF MLA",
    "ILAC",
    "Global Accreditation Cooperation Incorporated",
    "ISO",
]
ACCREDITORS = ["DAkkS", "UKAS", "ANAB", "Example Accreditation", "IAF-listed Assurance GmbH"]


@pytest.mark.parametrize("name", ISO)
def test_iso_is_known_however_it_is_written(name: str) -> None:
    assert certifies_nobody(name)


@pytest.mark.parametrize("name", OTHERS)
def test_a_body_with_a_name_of_its_own_is_another(name: str) -> None:
    assert not certifies_nobody(name)


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://www.iso.org/standard/42001", True),
        ("ISO.ORG", True),
        ("https://webstore.iec.ch:443/x", True),
        ("https://register.example/iso.org", False),
        ("https://notiso.org/", False),
        ("https://www.iso.org./42001", True),
        ("//iso.org/x", True),
        ("https://www\u3002iso\uff0eorg/", True),
        ("https:\\\\iso.org", True),
        ("https://iso.org.example/", False),
    ],
)
def test_its_site_is_no_register(url: str, theirs: bool) -> None:
    assert is_their_site(url) is theirs


@pytest.mark.parametrize("name", FORUMS)
def test_a_forum_of_accreditation_bodies_accredits_nobody(name: str) -> None:
    assert accredits_nobody(name)


@pytest.mark.parametrize("name", ACCREDITORS)
def test_an_accreditation_body_is_none(name: str) -> None:
    assert not accredits_nobody(name)


def test_the_forum_as_who_accredits_stops_the_release(tmp_path: Path) -> None:
    linted = lint_workspace(bought(claims={"accreditation": {"body": "IAF"}}).write(tmp_path))
    assert linted.bundle is None
    assert "forum-accredits-nobody" in {finding.code for finding in linted.findings}


@pytest.mark.parametrize("name", ["ISO", "IAF"])
def test_whatever_was_looked_up_nothing_follows_from_a_certificate_by_nobody(name: str) -> None:
    claims = {"cb": {"name": name}}
    looks = ({}, {"method": "iaf_certsearch"}, {"method": "ab_directory"})
    found = conclude(bought(*looks, claims=claims).register(), "modelhouse-42001", TODAY)
    assert (found.confirmed.answer, found.accredited.answer) == (Answer.NO, Answer.NO)
    assert not found.stands


@pytest.mark.parametrize("body", ["ISO", "IAF", "International Accreditation Forum"])
def test_nobody_accredits_by_the_name_of_a_forum(body: str) -> None:
    accreditation = {"body": body, "scope_includes_42001": True, "criteria": list(CRITERIA)}
    world = bought({"method": "ab_directory"}, claims={"accreditation": accreditation})
    found = conclude(world.register(), "modelhouse-42001", TODAY)
    assert found.accredited.answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    "claims",
    [
        {"cb": {"name": "ISO"}},
        {"accreditation": {"body": "ISO/IEC"}},
        {"cb": {"name": "Example", "register_url": "https://iso.org/certificates"}},
    ],
)
def test_it_stops_the_release(claims: dict[str, object], tmp_path: Path) -> None:
    linted = lint_workspace(bought(claims=claims).write(tmp_path))
    assert linted.bundle is None
    assert "iso-certifies-nobody" in {finding.code for finding in linted.findings}
