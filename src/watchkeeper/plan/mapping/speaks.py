"""Which standard a passage speaks of: the nearest words around it that name one decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from watchkeeper.plan.mapping.read.passage import Passage

OTHER = "other"
_NAMES = {
    "iso42001": re.compile(r"42001"),
    "iso42005": re.compile(r"42005"),
    "eu_ai_act": re.compile(r"\bAI[ _-]?Act\b|\b2024/1689\b|\beu_?ai_?act\b", re.IGNORECASE),
    "nist_ai_rmf": re.compile(r"\bAI[ _-]?RMF\b|\bAI 100-1\b|\bnist_ai_rmf\b", re.IGNORECASE),
    "owasp_agentic": re.compile(r"\bOWASP\b", re.IGNORECASE),
    OTHER: re.compile(
        r"\b(27001|27002|27005|27017|27018|27701|9001|14001|20000|22301|22989|23894|31000|38507"
        r"|800-53|800-171|CSF|SOC ?2|GDPR|HIPAA|PCI|CIS|COBIT|NIS ?2|DORA|CRA)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """The standards that words name."""

    names: frozenset[str]

    def means(self, name: str) -> bool:
        """Say whether `name` can be meant."""
        return name in self.names

    def only(self, name: str) -> bool:
        """Say whether nothing else of the same look can be meant."""
        rivals = {"iso42001": {"iso42005", OTHER}, "iso42005": {"iso42001", OTHER}}
        return name in self.names and not self.names & rivals.get(name, {OTHER})


def spoken(text: str) -> Spoken:
    """Return which standards a text names."""
    return Spoken(frozenset(name for name, words in _NAMES.items() if words.search(text)))


@lru_cache(maxsize=512)
def _spoken_around(text: str) -> Spoken:
    # Many passages stand under the same words.
    return spoken(text)


def spoken_under(passage: Passage, last: Spoken, whole: Spoken) -> Spoken:
    """Return what a passage speaks of by what it stands under, else by what was spoken of last.

    `whole` is what the file as a whole speaks of.
    """
    for text in passage.around:
        found = _spoken_around(text)
        if found.names:
            return last if last.names and not passage.cell else found
    return last if last.names and not passage.cell else whole


def whole_file(name: str, text: str, standard: str | None) -> Spoken:
    """Return what a file speaks of as a whole; `standard` is what somebody said of it."""
    return Spoken(frozenset({standard})) if standard else spoken(f"{name}\n{text}")
