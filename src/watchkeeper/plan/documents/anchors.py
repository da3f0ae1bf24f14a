"""The stable name of a sentence: what it says, whatever stands around it.

A sentence that moves, is wrapped anew or gets another number keeps its anchor; one whose words
change is another sentence.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from watchkeeper.plan.documents.wording import visible

_MARK = r"(?:[-*+•‣▪◦·]\s+|\[[ xX]\]\s+)"
_NUMBER = (
    r"(?:\(?(?:\d{1,3}|[a-z]|[ivx]{2,5})[.)]\s+|\d{1,3}(?:\.\d{1,3}){2,}[.)]?\s+|§\s*\d+[.)]?\s+)"
)
# Two numbers with a point may be a number: they go only before a word that is no unit of one.
_UNITS = r"Million|Billion|Mio|Mrd|Thousand|Euro|Dollar|Pound|Franc|Percent|Hour|Day|Minute"
_SECTION = rf"\d{{1,3}}\.\d{{1,3}}(?:[.)]\s+|\s+(?!(?:{_UNITS}))(?=[A-Z](?:[a-z]|\s)))"
_BEFORE = re.compile(rf"^(?:{_MARK}|{_NUMBER}|{_SECTION})+")
_LETTERS = 8


def normal(text: str) -> str:
    """Return what a sentence says: as it is seen, without list marks and numbering, case kept."""
    return _BEFORE.sub("", visible(text))


def digest_of(says: str) -> str:
    """Return the anchor of a sentence that is normal already: 8 hex digits of its SHA-256."""
    return hashlib.sha256(says.encode("utf-8", "surrogatepass")).hexdigest()[:_LETTERS]


def anchors_of(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return the anchor of each sentence of one document; a second equal one gets `-2`."""
    seen: Counter[str] = Counter()
    names = []
    for says in sentences:
        anchor = digest_of(says)
        seen[anchor] += 1
        names.append(anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor]}")
    return tuple(names)
