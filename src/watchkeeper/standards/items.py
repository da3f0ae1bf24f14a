"""Whatever has a number in one of the standards, in one shape: for looking up and for showing."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from watchkeeper.errors import StandardInvalid, cut
from watchkeeper.standards.articles import articles
from watchkeeper.standards.catalogue import annex_a, crosswalk, reading, standard
from watchkeeper.standards.clauses import clauses
from watchkeeper.standards.elements import elements
from watchkeeper.standards.subcategories import framework

STANDARDS = {
    "iso42001": "ISO/IEC 42001:2023",
    "nist_ai_rmf": "NIST AI RMF 1.0",
    "eu_ai_act": "EU AI Act, Regulation (EU) 2024/1689",
    "owasp_agentic": "OWASP Top 10 for Agentic Applications 2026",
    "iso42005": "ISO/IEC 42005:2025",
}
LONGEST_PARAPHRASE = 200
_RULE = re.compile(r"\b(shall|should)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"art(?:icle|\.)?[ -]*([0-9]{1,3})", re.IGNORECASE)
_FUNCTION = re.compile(r"(govern|map|measure|manage)[ -_]?([0-9.]*)", re.IGNORECASE)
_RISK = re.compile(r"asi[ -]?([0-9]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a standard: id, title, our paraphrase (of NIST the text itself), what is above.

    `verified` is False where the title or the date was not seen in two sources; `source` says
    where it is from, if that differs from the rest of its standard. `heading` holds others only.
    """

    id: str
    standard: str
    kind: str
    title: str
    paraphrase: str
    parent: str = ""
    verified: bool = True
    source: str = ""
    heading: bool = False


@functools.cache
def items(name: str) -> Mapping[str, Item]:
    """Return everything in a standard that has a number, in order, by id.

    Raises:
        StandardInvalid: there is no such standard, its data is not what it should be, or a
            paraphrase reads like the text of a standard that is under copyright.
    """
    if name not in _MAKERS:
        known = ", ".join(STANDARDS)
        raise StandardInvalid(f"unknown standard {cut(name)}", f"known are {known}")
    found = {item.id: item for item in _MAKERS[name]()}
    if name.startswith("iso"):
        for item in found.values():
            _check_words(item)
    return found


def check_all() -> None:
    """Check the data of every standard, and the crosswalk between them.

    Raises:
        StandardInvalid: something is not what it should be.
    """
    for name in STANDARDS:
        items(name)
    crosswalk()


def look_up(text: str, name: str | None = None) -> tuple[Item, ...]:
    """Return the items that `text` may mean, in one standard or in all: `A.9.3`, `art 14`, `6.1.2`.

    Upper and lower case, hyphens and OSCAL's spelling are all the same.
    """
    wanted = normal_id(text)
    places = (name,) if name else tuple(STANDARDS)
    found = (items(place).get(wanted) for place in places)
    return tuple(item for item in found if item is not None)


def normal_id(text: str) -> str:
    """Return an id as our data spells it: `a.9.3` is `A.9.3`, `Article 14` is `art-14`."""
    plain = " ".join(text.split())
    if found := _ARTICLE.fullmatch(plain):
        return f"art-{int(found[1])}"
    if found := _FUNCTION.fullmatch(plain):
        return f"{found[1].upper()} {found[2]}".strip()
    if found := _RISK.fullmatch(plain):
        return f"ASI{found[1]}"
    return plain[:1].upper() + plain[1:]


def related(item: Item) -> tuple[Item, ...]:
    """Return what the crosswalk puts beside an item: our own reading, a draft by one author."""
    found: list[Item] = []
    for row in crosswalk().values():
        named = {
            "iso42001": (row.iso42001,),
            "nist_ai_rmf": row.nist_ai_rmf,
            "eu_ai_act": row.eu_ai_act,
            "owasp_agentic": row.owasp_asi,
        }
        if item.id not in named.get(item.standard, ()):
            continue
        others = named if item.standard == "iso42001" else {"iso42001": named["iso42001"]}
        for name, ids in others.items():
            if name != item.standard:
                found += [items(name)[id_] for id_ in ids]
    return tuple(dict.fromkeys(found))


def below(item: Item) -> tuple[Item, ...]:
    """Return the items directly below one."""
    return tuple(one for one in items(item.standard).values() if one.parent == item.id)


def _iso42001() -> Iterable[Item]:
    for clause in clauses().values():
        yield Item(
            clause.id,
            "iso42001",
            "clause",
            clause.title,
            clause.paraphrase,
            clause.parent,
            heading=clause.heading,
        )
    with reading("iso42001"):
        data = standard("iso42001")
        known = {row["id"]: row.get("verified", True) for row in data["annexes"]}
        titles = {row["id"]: row["title"] for row in data["annexes"]}
        groups = [(row["id"], row["title"]) for row in data["annex_a"]["groups"]]
    for id_, title in titles.items():
        yield Item(id_, "iso42001", "annex", title, "", verified=known[id_], heading=True)
    for id_, title in groups:
        yield Item(id_, "iso42001", "objective", title, "", "A", heading=True)
    for one in annex_a().values():
        parent = ".".join(one.id.split(".")[:2])
        yield Item(one.id, "iso42001", "control", one.title, one.paraphrase, parent)


def _nist() -> Iterable[Item]:
    for one in framework().values():
        kind = "function" if not one.parent else "category" if "." not in one.id else "subcategory"
        title = one.id.capitalize() if kind == "function" else ""
        yield Item(one.id, "nist_ai_rmf", kind, title, one.text, one.parent, one.verified)


def _articles() -> Iterable[Item]:
    for one in articles().values():
        yield Item(
            one.id,
            "eu_ai_act",
            "article",
            one.title,
            one.note,
            verified=one.verified,
            source=one.source,
        )


def _owasp() -> Iterable[Item]:
    with reading("owasp_agentic"):
        rows = standard("owasp_agentic")["entries"]
        found = [Item(r["id"], "owasp_agentic", "risk", r["title"], r["paraphrase"]) for r in rows]
    if [item.id for item in found] != [f"ASI{number:02}" for number in range(1, 11)]:
        raise StandardInvalid("the OWASP list has ten entries, ASI01 to ASI10")
    yield from found


def _elements() -> Iterable[Item]:
    for one in elements().values():
        parent = one.id.rpartition(".")[0]
        yield Item(
            one.id,
            "iso42005",
            "element",
            one.title,
            one.paraphrase,
            parent if "." in parent else "",
            one.verified,
            heading=not one.keys,
        )


_MAKERS: Mapping[str, Callable[[], Iterable[Item]]] = {
    "iso42001": _iso42001,
    "nist_ai_rmf": _nist,
    "eu_ai_act": _articles,
    "owasp_agentic": _owasp,
    "iso42005": _elements,
}


def _check_words(item: Item) -> None:
    if len(item.paraphrase) > LONGEST_PARAPHRASE or _RULE.search(item.paraphrase):
        raise StandardInvalid(f"the paraphrase of {cut(item.id)} reads like a standard's text")
