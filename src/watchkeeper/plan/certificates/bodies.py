"""Names of bodies that certify nobody, however they are written."""

from __future__ import annotations

import re
import unicodedata

from watchkeeper.plan.documents.wording import fold

_LONG = re.compile(
    r"international organi[sz]ation for standardi[sz]ation"
    r"|organisation internationale de normalisation"
)
_LONG_IEC = re.compile(r"international electrotechnical commission")
_BESIDE = frozenset(
    {
        "the",
        "of",
        "and",
        "for",
        "geneva",
        "switzerland",
        "ch",
        "swiss",
        "central",
        "secretariat",
        "certification",
        "certifications",
        "certified",
        "certificate",
        "certificates",
        "body",
        "bodies",
        "organization",
        "organisation",
        "standard",
        "standards",
        "committee",
        "jtc",
        "jtc1",
        "sc",
        "sc42",
        "casco",
        "www",
        "http",
        "https",
        "org",
        "com",
        "int",
    }
)
_SITES = re.compile(r"^(?:https?://)?(?:[^/@]*@)?(?:[a-z0-9-]+\.)*(?:iso\.org|iec\.ch)(?:[:/?#]|$)")


def certifies_nobody(name: str) -> bool:
    """Tell whether a name is that of ISO or IEC, who write standards and certify nobody.

    Case, spaces, marks, letters that look alike and words around it ("ISO Central Secretariat,
    Geneva") do not matter; a company whose name has more in it is not meant.
    """
    text = _plain(name)
    said = _LONG_IEC.sub("iec", _LONG.sub("iso", text)).split()
    words = {word for word in said if not word.isdecimal()}  # `ISO/IEC 42001:2023` is no body
    short = {"".join(ch for ch in text if ch.isalnum())} & {"iso", "iec", "isoiec"}
    return bool(short) or bool(words & {"iso", "iec", "isoiec"} and words <= _NAMES)


def is_their_site(url: str) -> bool:
    """Tell whether a URL leads to ISO's or IEC's own site, which holds no certificates."""
    return bool(_SITES.match(unicodedata.normalize("NFKC", url).strip().casefold()))


_NAMES = _BESIDE | {"iso", "iec", "isoiec"}


def _plain(name: str) -> str:
    return " ".join("".join(ch if ch.isalnum() else " " for ch in fold(name)).split())
