"""Names of bodies that certify or accredit nobody, however they are written."""

from __future__ import annotations

import re
import unicodedata

from watchkeeper.plan.documents.wording import fold

_MARKS = dict.fromkeys(map(ord, "\u2122\u2120\u00ae\u00a9"))
"""Marks of trade, which NFKD would turn into letters."""
_CAPITAL = str.maketrans("\u04c0\u04cf\u01c0\ua4f2\ua4e2\ua4f3\u13da", "IIIISOS")
"""Strokes of other scripts that stand for a capital I here, and what `fold` does not know."""
_SMALL_L = re.compile(r"\bl(?=(?:SO|EC)\b)")
_DIGITS = str.maketrans("150", "iso")
_LONG = re.compile(
    r"international organi[sz]ation (?:for|of) standard(?:s|i[sz]ation)?"
    r"|international standard(?:s|i[sz]ation)? organi[sz]ation"
    r"|organisation internationale de normalisation"
    r"|internationale organisation fur normung"
    r"|organizacion internacional (?:de|para la) (?:normalizacion|estandarizacion)"
    r"|organizzazione internazionale per la normazione"
)
_LONG_IEC = re.compile(r"international electrotechnical commission")
_FORUM = re.compile(
    r"international accreditation forum(?: inc)?"
    r"|international laboratory accreditation cooperation"
    r"|global accreditation cooperation(?: incorporated| inc)?"
)
_FORUMS = frozenset({"iaf", "ilac", "globac", "certsearch", "iafcertsearch", "mla"})
_BESIDE = frozenset(
    {
        "the",
        "international",
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
        "tc",
        "html",
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
_SITES = re.compile(
    r"^(?:https?:)?(?://)?(?:[^/@]*@)?(?:[a-z0-9-]+\.)*(?:iso\.org|iec\.ch)\.?(?:[:/?#]|$)"
)
_DOTS = str.maketrans("\u3002\uff61\\", "../")
"""What browsers take for a dot or a stroke in an address (UTS #46; WHATWG URL, 4.4)."""


def certifies_nobody(name: str) -> bool:
    """Tell whether a name is that of ISO or IEC, who write standards and certify nobody.

    Case, spaces, marks, letters that look alike and words around it ("ISO Central Secretariat,
    Geneva") do not matter; a company whose name has more in it is not meant.
    """
    text = _plain(name)
    said = _LONG_IEC.sub("iec", _LONG.sub("iso", text)).split()
    words = {_letters(word) for word in said if not word.isdecimal()}  # `ISO 42001` is no body
    short = {_letters("".join(text.split()))} & _SHORT
    return bool(short) or bool(words & _SHORT and words <= _NAMES)


def accredits_nobody(name: str) -> bool:
    """Tell whether a name is that of ISO or IEC, or of a forum of accreditation bodies.

    In IAF, ILAC and their successor accreditation bodies work together; CertSearch is a database.
    They accredit no certification body, and certify nobody.
    """
    said = _FORUM.sub("iaf", _plain(name)).split()
    words = {word for word in said if word not in {"the", "database", "org", "www", "https"}}
    alone = "".join(said) in _FORUMS or bool(words and words <= _FORUMS)
    return alone or certifies_nobody(name)


def is_their_site(url: str) -> bool:
    """Tell whether a URL leads to ISO's or IEC's own site, which holds no certificates."""
    text = unicodedata.normalize("NFKC", url.translate(_DOTS)).translate(_DOTS)
    return bool(_SITES.match(text.strip().casefold()))


_SHORT = frozenset({"iso", "iec", "isoiec"})
_NAMES = _BESIDE | _SHORT


def _letters(word: str) -> str:
    """Return a word with its digits read as the letters that they look like, if it has both."""
    return word if word.isdecimal() else word.translate(_DIGITS)


def _plain(name: str) -> str:
    seen = fold(_SMALL_L.sub("I", name.translate(_MARKS).translate(_CAPITAL)))
    return " ".join("".join(ch if ch.isalnum() else " " for ch in seen).split())
