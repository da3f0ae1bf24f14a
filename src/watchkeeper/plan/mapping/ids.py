"""The numbers of standards in a passage, as they are written and as they are meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from watchkeeper.plan.mapping.read.passage import Passage
from watchkeeper.plan.mapping.speaks import Spoken

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+|\]\([^)\s]*\)|\bwww\.\S+", re.IGNORECASE)
_ANNEX = re.compile(r"(?<![\w.])(?:ISO[ -])?([AB])\.(\d{1,3}(?:\.\d{1,3}){0,3})(?![\w]|\.\d)")
_ANNEX_SMALL = re.compile(r"([ab])\.(\d{1,3}(?:\.\d{1,3}){0,3})")
_NIST = re.compile(r"\b(GOVERN|MAP|MEASURE|MANAGE)[ _-]?(\d{1,2}(?:\.\d{1,3})?)(?![\w]|\.\d)")
_NIST_LOW = re.compile(r"\b(govern|map|measure|manage)-(\d{1,2}\.\d{1,3})(?![\w]|\.\d)")
_ARTICLE = re.compile(r"\b[Aa]rt(?:icle|\.|-)?[ -]?(\d{1,3}[a-z]?)(?![\w])")
_RISK = re.compile(r"\bASI[ -]?(\d{2})\b")
_NUMBER = r"(\d{1,2}(?:\.\d{1,2}){1,3})"
_CLAUSE = re.compile(rf"\b(?:sub-?)?clauses?\s+{_NUMBER}(?![\w]|\.\d)|§\s*{_NUMBER}", re.IGNORECASE)
_LEADING = re.compile(
    rf"(?:(?:ISO(?:/IEC)?[ -])?(?:42001[:\d]*\s*)?(?:§\s*)?){_NUMBER}(?![\w%]|\.\d)"
)
_CLAUSE_KEY = re.compile(r"clause|42001|42005", re.IGNORECASE)
_ANY_KEY = re.compile(r"requirement|control|\bids?\b|\bref|\bno\b|number", re.IGNORECASE)
_BARE = re.compile(_NUMBER)
_MEASURE = re.compile(
    r"version|score|rating|weight|level|maturity|effort|cost|price|amount|percent|%|hours|days|date",
    re.IGNORECASE,
)
_OF_CLAUSES = ("4.", "5.", "6.", "7.", "8.", "9.", "10.")
_UNMISTAKABLE = {"nist_ai_rmf", "owasp_agentic"}
_SEPARATOR = re.compile(r"[\s:.)\]–—-]+")  # noqa: RUF001 - dashes as people type them
_ENDS = re.compile(r"\s[–—|-]\s|[:;(\[]|\.\s")  # noqa: RUF001 - dashes as people type them
_IN_BRACKETS = re.compile(r"\s*[(\[]([A-Z][^()\[\]]{5,119})[)\]]")
_OF_A_LIST = re.compile(r"\s*[:–—-]?\s+([A-Z][^;,.()\d]{5,79})(?=;|$)")  # noqa: RUF001 - as typed
_LEADS = {"clause", "control", "article", "annex a", "iso 42001"}
_OTHERS = (_ANNEX, _NIST, _RISK)
_ALIKE = dict(zip("АВСЕНІКМОРТХаеорсхΑΒΕΗΙΚΜΝΟΡΤΧ", "ABCEHIKMOPTXaeopcxABEHIKMNOPTX", strict=True))  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Mention:
    """A number of a standard in a file: what is meant, how it is written, the words beside it.

    `id` is spelt as our data spells it. `sure` says that no other standard can be meant, so that
    a number that there is not is an error; `title` that the words beside it are meant as its name.
    """

    standard: str
    id: str
    written: str
    place: str
    label: str = ""
    title: bool = False
    sure: bool = True
    lookalike: bool = False


def mentions(passage: Passage, spoken: Spoken, named: str | None = None) -> Iterator[Mention]:
    """Yield the numbers in a passage that speaks of the standards in `spoken`.

    Of a standard that somebody `named` a cell that is nothing but a number is a clause, but for
    those under headings of measures, and for the terms of clause 3, which our data leaves out.
    """
    text = _URL.sub(lambda found: " " * len(found[0]), passage.text)
    plain = plain_text(text)
    for standard, id_, start, end in _found(plain, passage, spoken, named):
        label, title = _label(passage, plain, text, start, end)
        sure = standard in _UNMISTAKABLE or spoken.only(standard)
        written = text[start:end].strip()
        alike = _is_alike(text[start:end], plain[start:end])
        yield Mention(standard, id_, written, passage.place, label, title, sure, alike)


def _is_alike(text: str, plain: str) -> bool:
    """Say whether a sign only looks like the one that is meant; a space is a space of any kind."""
    pairs = zip(text, plain, strict=True)
    return any(was != is_ and not (was.isspace() and is_.isspace()) for was, is_ in pairs)


def plain_text(text: str) -> str:
    """Return text with full-width signs and letters that only look Latin made plain, in place."""
    out = []
    for char in text:
        made = unicodedata.normalize("NFKC", char)
        digit = unicodedata.decimal(char, None)
        plain = made if len(made) == 1 else char
        out.append(_ALIKE.get(char, plain) if digit is None else str(digit))
    return "".join(out)


def named_articles(plain: str) -> list[str]:
    """Return the articles of the EU AI Act that plain text names, as our data spells them."""
    return [f"art-{one[1]}" for one in _ARTICLE.finditer(plain)]


def is_bare(passage: Passage) -> bool:
    """Say whether a passage is a cell that is nothing but a number like a clause's."""
    return passage.cell and _BARE.fullmatch(plain_text(passage.text).strip()) is not None


def _found(
    plain: str, passage: Passage, spoken: Spoken, named: str | None
) -> Iterator[tuple[str, str, int, int]]:
    if spoken.means("iso42001"):
        small = _ANNEX_SMALL.fullmatch(plain.strip()) if passage.cell else None
        if small is not None:
            yield "iso42001", f"{small[1].upper()}.{small[2]}", 0, len(plain)
        for one in _ANNEX.finditer(plain):
            yield "iso42001", f"{one[1]}.{one[2]}", one.start(), one.end()
    for pattern in (_NIST, _NIST_LOW):
        for one in pattern.finditer(plain):
            if "." in one[2] or spoken.means("nist_ai_rmf"):
                yield "nist_ai_rmf", f"{one[1].upper()} {one[2]}", one.start(), one.end()
    if spoken.only("eu_ai_act"):
        for one in _ARTICLE.finditer(plain):
            yield "eu_ai_act", f"art-{one[1]}", one.start(), one.end()
    for one in _RISK.finditer(plain):
        yield "owasp_agentic", f"ASI{one[1]}", one.start(), one.end()
    yield from _clauses(plain, passage, spoken, named)


def _clauses(
    plain: str, passage: Passage, spoken: Spoken, named: str | None
) -> Iterator[tuple[str, str, int, int]]:
    standard = next((name for name in ("iso42001", "iso42005") if spoken.only(name)), None)
    if standard is None:
        return
    found = list(_CLAUSE.finditer(plain))
    leading = _LEADING.match(plain) if passage.cell else None
    meant = named == standard and is_bare(passage) and not _no_clause(passage)
    if leading is not None and (meant or _is_clause(leading, passage)):
        found = [leading, *found]
    for one in found:
        number = next(group for group in one.groups() if group)
        yield standard, number, one.start(), one.end()


def _is_clause(leading: re.Match[str], passage: Passage) -> bool:
    """Say whether a number that stands first is a clause, and not one of somebody's own."""
    under = passage.around[0] if passage.around else ""
    if "42001" in leading[0] or _CLAUSE_KEY.search(under):
        return True
    return _ANY_KEY.search(under) is not None and leading[1].startswith(_OF_CLAUSES)


def _no_clause(passage: Passage) -> bool:
    """Say whether a number is a term's, or stands under a heading of what is measured or dated."""
    under = passage.around[0] if passage.around else ""
    return _MEASURE.search(under) is not None or plain_text(passage.text).strip().startswith("3.")


def _label(passage: Passage, plain: str, text: str, start: int, end: int) -> tuple[str, bool]:
    """Return the words beside an id: those of its structure, or those that follow it."""
    lead = plain[:start].strip(" ([").lower()
    if found := _IN_BRACKETS.match(text, end):
        return found[1].strip(), True
    if lead and (not passage.cell or lead not in _LEADS):
        return _in_a_list(lead, text[end:]), True
    between = _SEPARATOR.match(text, end)
    rest = text[between.end() :] if between else ""
    if not any(char.isalpha() for char in rest):
        return passage.label, passage.title
    if between is not None and not between[0].strip() and rest[0].islower():
        return "", False  # a sentence goes on: `Article 50 applies from …`
    return _first_words(rest, passage)


def _in_a_list(lead: str, rest: str) -> str:
    """Return the words after an id that is one of a list, up to where the next of it begins.

    They are a name where they begin with a capital letter, as a sentence that goes on does not.
    """
    found = _OF_A_LIST.match(rest)
    return found[1].strip() if found and lead.endswith((";", "42001", ":")) else ""


def _first_words(rest: str, passage: Passage) -> tuple[str, bool]:
    """Return the words after an id, up to where a description begins."""
    if any(pattern.search(rest) for pattern in _OTHERS):
        listed = _in_a_list(";", f" {rest}")
        return (listed, True) if listed else (passage.label, passage.title)
    found = _ENDS.search(rest)
    name = rest[: found.start()].strip() if found else rest.strip()
    if 1 <= len(name.split()) <= 14:
        return name, True
    return rest.strip(), False
