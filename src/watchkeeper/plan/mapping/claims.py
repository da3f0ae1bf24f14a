"""Days that were amended since, and wrong counts: claims of a passage that name no number."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from watchkeeper.plan.mapping.ids import named_articles, plain_text
from watchkeeper.plan.mapping.read.passage import Passage
from watchkeeper.plan.mapping.speaks import Spoken
from watchkeeper.plan.mapping.wrong import Wrong
from watchkeeper.standards.articles import Superseded, articles, superseded_dates
from watchkeeper.standards.catalogue import ANNEX_A_CONTROLS

_MONTHS = tuple(calendar.month_name)[1:]
_HIGH_RISK = re.compile(r"high[ -]?risk(?! dates)", re.IGNORECASE)
_ANNEX = {
    "Annex III high-risk": re.compile(r"Annex[ _]?(III|3)\b", re.IGNORECASE),
    "Annex I high-risk": re.compile(r"Annex[ _]?(I|1)\b|\b6\(1\)", re.IGNORECASE),
}
_DAYS = {"Annex III high-risk": "annex_iii", "Annex I high-risk": "annex_i"}
"""Under which name an article has the day of each."""
_AMENDED = re.compile(
    r"supersed|amend|defer|postpon|delay|moved|original|formerly|\bwas\b|\bold\b|omnibus"
    r"|2026/1744|until|instead|no longer",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(\d{2,3})\s+(?:\w+\s+){0,2}?(controls|subcategories)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(all|the|its|has|have|contains?|comprises?|defines?|lists?|total)\W+$", re.IGNORECASE
)
_COUNTS = {
    "controls": ("iso42001", ANNEX_A_CONTROLS, "Annex A of ISO/IEC 42001 has 38 controls"),
    "subcategories": ("nist_ai_rmf", 72, "the NIST AI RMF has 72 subcategories"),
}


def claims(passage: Passage, spoken: Spoken) -> Iterator[Wrong]:
    """Yield superseded days of the EU AI Act, and wrong counts."""
    if spoken.means("eu_ai_act"):
        for old in superseded_dates():
            yield from _superseded(passage, old)
    if not passage.row:
        yield from _counts(passage, spoken)


def _superseded(passage: Passage, old: Superseded) -> Iterator[Wrong]:
    text = passage.text
    if not any(day in text for day in _spellings(old.was)) or _AMENDED.search(text):
        return
    under = " ".join((text, *passage.around))
    other = _ANNEX["Annex I high-risk" if "III" in old.what else "Annex III high-risk"]
    named = _ANNEX[old.what].search(under) is not None
    if "III" in old.what and not named:
        named = _HIGH_RISK.search(text) is not None and other.search(text) is None
    named = named or _of_high_risk_alone(text, old.what)
    if named and not any(day in under for day in _spellings(old.now)):
        message = f"`{old.was}` is no longer the day for {old.what}"
        advice = f"it is {old.now} since Regulation (EU) 2026/1744"
        yield Wrong(passage.place, "superseded-date", old.was, message, advice)


def _of_high_risk_alone(text: str, what: str) -> bool:
    """Say whether every article that a text names applies from the day of `what` on, and no other.

    Of an article that we do not carry nobody knows.
    """
    named = [articles().get(one) for one in named_articles(plain_text(text))]
    return bool(named) and all(
        one is not None and "from" not in one.applies and _DAYS[what] in one.applies
        for one in named
    )


def _spellings(day: str) -> tuple[str, ...]:
    year, month, date = day.split("-")
    name, number = _MONTHS[int(month) - 1], str(int(date))
    short = name[:3]
    return (
        day,
        f"{number} {name} {year}",
        f"{name} {number}, {year}",
        f"{number} {short} {year}",
        f"{short} {number}, {year}",
        f"{date}.{month}.{year}",
        f"{date}/{month}/{year}",
    )


def _counts(passage: Passage, spoken: Spoken) -> Iterator[Wrong]:
    for found in _COUNT.finditer(passage.text):
        standard, right, message = _COUNTS[found[2].lower()]
        count = int(found[1])
        claimed = count > right or _ALL.search(passage.text[: found.start()])
        if spoken.only(standard) and count != right and claimed:
            yield Wrong(passage.place, "wrong-count", found[1], f"{message}, not {count}", "")
