"""The EU AI Act, seen from one system: its class, our role, the articles that matter.

Our own reading, no legal advice: it says what supports, and never that it is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.register.evidence import ATTESTED, IN_WORDS
from watchkeeper.plan.views.frameworks.support import (
    Evidence,
    Seen,
    Support,
    joined,
)
from watchkeeper.plan.workspace.models.system import SystemFile
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.standards.articles import HIGH_RISK, Article, articles, roles, tiers
from watchkeeper.standards.items import items, related

UNDETERMINED = "undetermined"
_BY_CLASS = {"art-5", "art-6"}
"""Articles to which the class itself, and why, is what the system's file has to say."""
_NOTHING = "nothing here bears on it: it is for people"


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article that matters to a system: from when, why, what supports it, what lacks.

    `applies` are days in words, `in_force` whether the first has come. `beside` are the items of
    ISO/IEC 42001 through which evidence was looked for.
    """

    id: str
    title: str
    applies: tuple[str, ...]
    in_force: bool
    why: str
    beside: tuple[str, ...]
    support: Support
    verified: bool

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "id": self.id,
            "title": self.title,
            "applies": list(self.applies),
            "inForce": self.in_force,
            "why": self.why,
            "beside": list(self.beside),
            **self.support.json(),
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class ArticlesView:
    """One system under the EU AI Act: class and why, role and where that is from, its articles."""

    system: str
    title: str
    in_scope: bool
    tier: str
    tier_why: str
    role: str
    role_said: str
    rows: tuple[ArticleRow, ...]

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "system": self.system,
            "title": self.title,
            "inScope": self.in_scope,
            "class": self.tier,
            "classWhy": self.tier_why,
            "role": self.role,
            "roleSaid": self.role_said,
            "rows": [row.json() for row in self.rows],
        }


def articles_view(
    register: Register,
    bundle: Bundle | None,
    system: str,
    at: Instant,
    figures: Figures | None = None,
) -> ArticlesView:
    """Say which articles matter to a system, what supports them, and what lacks."""
    says = register.systems[system]
    ours = roles_of(says)
    seen = Seen(register, bundle, system, at, figures)
    rows = [
        _row(seen, article, says, why)
        for article in articles().values()
        if (why := _why(article, says.ai_act.tier, ours))
    ]
    tier, why = says.ai_act.tier, says.ai_act.why
    role = ", ".join(ours) or UNDETERMINED
    return ArticlesView(system, says.title, says.in_scope, tier, why, role, says.role, tuple(rows))


def roles_of(says: SystemFile) -> tuple[str, ...]:
    """Return our roles under the regulation: as said there, or as `role` plainly names them."""
    if says.ai_act.role is not None:
        return (says.ai_act.role,)
    words = re.sub(r"[\W_]+", "-", says.role.casefold())
    return tuple(role for role in roles() if re.search(rf"(?<![a-z]){role}(?![a-z])", words))


def _why(article: Article, tier: str, ours: tuple[str, ...]) -> str:
    """Say why an article matters to a class and to roles; empty where it does not."""
    if tier not in {UNDETERMINED, *article.classes}:
        return ""
    of_class = (
        "the class is undetermined, and articles of every class are shown"
        if tier == UNDETERMINED
        else "it speaks of every system"
        if set(article.classes) >= set(tiers())
        else f"it speaks of class {tier}"
    )
    if not ours:
        return f"{of_class}; the role is undetermined, and articles of every role are shown"
    if mine := [role for role in ours if role in article.roles]:
        it = "; it speaks" if tier == UNDETERMINED else " and"
        return f"{of_class}{it} of {' and of '.join(_a(role) for role in mine)}"
    if through := [role for role in ours if role in article.through]:
        role = through[0]
        return f"{of_class}; it reaches {_a(role)} through {article.through[role]}"
    return ""


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def _row(seen: Seen, article: Article, says: SystemFile, why: str) -> ArticleRow:
    item = items("eu_ai_act")[article.id]
    beside = related(item)
    found = joined(seen.support(one) for one in beside)
    own = tuple(_own_words(article, says))
    missing = found.missing or (() if beside or own else (_NOTHING,))
    if article.id == "art-5" and says.ai_act.tier == "prohibited":
        missing = ("its class is prohibited: it may be neither put on the market nor used",)
    days = _days(article, says.ai_act.tier)
    return ArticleRow(
        id=article.id,
        title=article.title,
        applies=tuple(f"{day} ({what})" for day, what in days),
        in_force=bool(days) and min(day for day, _ in days) <= str(seen.at)[:10],
        why=why,
        beside=tuple(one.id for one in beside),
        support=Support((*own, *found.evidence), missing),
        verified=article.verified,
    )


def _own_words(article: Article, says: SystemFile) -> list[Evidence]:
    """Return what the system's file itself says to an article: its class and why.

    Nobody approves that file by itself, so that it is a word and no document.
    """
    if article.id not in _BY_CLASS or says.ai_act.tier == UNDETERMINED:
        return []
    what = f"class {says.ai_act.tier}: {says.ai_act.why}"
    return [Evidence(IN_WORDS, ATTESTED, what, f"systems/{says.id}.yaml")]


def _days(article: Article, tier: str) -> list[tuple[str, str]]:
    """Return the days that count for a class, the latest of which it waits for."""
    wanted = tier if tier in HIGH_RISK else ""
    if tier == UNDETERMINED or (tier not in HIGH_RISK and "from" not in article.applies):
        return [(day, what.replace("_", " ")) for what, day in article.applies.items()]
    days = [(article.applies_from(wanted), "applies")]
    if article.with_high_risk and wanted:
        others = [one.applies_from(wanted) for one in articles().values() if one.id == "art-9"]
        days = [(others[0], f"in effect with the high-risk dates; itself from {days[0][0]}")]
    return [day for day in days if day[0]]
