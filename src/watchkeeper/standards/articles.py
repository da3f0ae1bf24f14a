"""Articles of the EU AI Act, Regulation (EU) 2024/1689 as amended: whose they are, from when."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import StandardInvalid, cut
from watchkeeper.standards.catalogue import check_day, reading, standard

HIGH_RISK = ("high-risk-annex-i", "high-risk-annex-iii")
_OF_CLASS = {"high-risk-annex-i": "annex_i", "high-risk-annex-iii": "annex_iii"}


@dataclass(frozen=True, slots=True)
class Article:
    """An article: number, title, and in our reading whose part it is and in which classes.

    `applies` maps what the date is for (`from`, `annex_iii`, `annex_i`, …) to the day; `through`
    maps a role that is none of `roles` to the article in which the subject meets it.
    `with_high_risk` says that it has nothing to apply to before the dates of high-risk systems.
    """

    id: str
    number: int
    title: str
    note: str
    roles: tuple[str, ...]
    classes: tuple[str, ...]
    applies: Mapping[str, str]
    through: Mapping[str, str]
    with_high_risk: bool
    verified: bool
    source: str

    def applies_from(self, tier: str) -> str:
        """Return the day from which it applies to a class, or empty if it has none for that."""
        named = self.applies.get(_OF_CLASS.get(tier, "from"))
        return named or self.applies.get("from", "")


@dataclass(frozen=True, slots=True)
class KeyDate:
    """A day from which something applies."""

    day: str
    what: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """A day that was amended: others' texts still name it."""

    was: str
    what: str
    now: str


@functools.cache
def articles() -> Mapping[str, Article]:
    """Return the articles that we carry, in order, by id (`art-14`)."""
    return articles_of(standard("eu_ai_act"))


def articles_of(data: Mapping[str, Any]) -> Mapping[str, Article]:
    """Return the articles of some data of the regulation.

    Raises:
        StandardInvalid: the data is not what it should be.
    """
    with reading("eu_ai_act"):
        found = {one.id: one for one in _articles(data)}
        numbers = [row["article"] for row in data["articles"]]
        for one in found.values():
            _check(one, data, found)
    if numbers != sorted(set(numbers)):
        raise StandardInvalid("the articles of the EU AI Act are not in order")
    return found


@functools.cache
def roles() -> tuple[str, ...]:
    """Return the roles that the regulation knows."""
    return tuple(standard("eu_ai_act")["roles"])


@functools.cache
def tiers() -> Mapping[str, str]:
    """Return the classes of systems and models, with what they rest on."""
    return {row["class"]: row["basis"] for row in standard("eu_ai_act")["classes"]}


@functools.cache
def key_dates() -> tuple[KeyDate, ...]:
    """Return the days that matter, in order."""
    return key_dates_of(standard("eu_ai_act"))


def key_dates_of(data: Mapping[str, Any]) -> tuple[KeyDate, ...]:
    """Return the days of some data of the regulation.

    Raises:
        StandardInvalid: one is no day, or they are not in order.
    """
    with reading("eu_ai_act"):
        found = tuple(KeyDate(row["date"], row["what"]) for row in data["key_dates"])
    for one in found:
        check_day(one.day)
    if [one.day for one in found] != sorted({one.day for one in found}):
        raise StandardInvalid("the dates of the EU AI Act are not in order")
    return found


@functools.cache
def superseded_dates() -> tuple[Superseded, ...]:
    """Return the days that an amendment moved."""
    return superseded_of(standard("eu_ai_act"))


def superseded_of(data: Mapping[str, Any]) -> tuple[Superseded, ...]:
    """Return the moved days of some data of the regulation.

    Raises:
        StandardInvalid: a new day is none of the key dates, or lies before the old one.
    """
    with reading("eu_ai_act"):
        rows = data["superseded_dates"]
        found = tuple(Superseded(row["was"], row["what"], row["now"]) for row in rows)
    days = {one.day for one in key_dates_of(data)}
    for one in found:
        check_day(one.was)
        if one.now not in days or one.now <= one.was:
            raise StandardInvalid(f"the superseded date {cut(one.was)} became no key date")
    return found


def highest_article() -> int:
    """Return the number of the regulation's last article."""
    return int(standard("eu_ai_act")["articles_in_regulation"])


def _articles(data: Mapping[str, Any]) -> Iterator[Article]:
    for row in data["articles"]:
        applies = dict(row["applies"])
        together = applies.pop("in_effect_with", None)
        yield Article(
            id=row["id"],
            number=row["article"],
            title=row["title"],
            note=row["note"],
            roles=tuple(row["roles"]),
            classes=tuple(row["classes"]),
            applies=applies,
            through=dict(row.get("through", {})),
            with_high_risk=together is not None,
            verified=row.get("verified", True),
            source=row.get("source", ""),
        )


def _check(one: Article, data: Mapping[str, Any], among: Mapping[str, Article]) -> None:
    days = {date.day for date in key_dates_of(data)}
    known = set(data["roles"])
    tiers_ = {row["class"] for row in data["classes"]}
    if one.id != f"art-{one.number}" or not 1 <= one.number <= data["articles_in_regulation"]:
        raise StandardInvalid(f"the id {cut(one.id)} is not that of its article")
    if not one.applies or set(one.applies.values()) - days:
        raise StandardInvalid(f"{cut(one.id)} applies from a day that is no key date")
    if not one.roles or (set(one.roles) | set(one.through)) - known:
        raise StandardInvalid(f"{cut(one.id)} names a role that the regulation has not")
    if not one.classes or set(one.classes) - tiers_:
        raise StandardInvalid(f"{cut(one.id)} names a class that there is not")
    if set(one.through.values()) - set(among):
        raise StandardInvalid(f"{cut(one.id)} leads to an article that is not here")
