"""Attack: a certificate "by ISO", written in any way that looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.certificates import bought
from watchkeeper.plan.certificates.bodies import certifies_nobody, is_their_site
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
]
OTHERS = [
    "42001",
    "Example Certification",
    "Isometric Assurance",
    "DNV",
    "Global ISO Cert Ltd",
    "Isotec",
]


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
    ],
)
def test_its_site_is_no_register(url: str, theirs: bool) -> None:
    assert is_their_site(url) is theirs


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
