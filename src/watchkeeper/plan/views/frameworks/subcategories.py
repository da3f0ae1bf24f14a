"""The NIST AI RMF, seen from one system: the subcategories that something here stands beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.frameworks.support import Seen, Support, joined
from watchkeeper.records.figures import Figures
from watchkeeper.records.instant import Instant
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.standards.items import items, related
from watchkeeper.standards.subcategories import subcategories


@dataclass(frozen=True, slots=True)
class SubcategoryRow:
    """A subcategory with NIST's text, the items of ISO/IEC 42001 beside it, and what there is."""

    id: str
    text: str
    beside: tuple[str, ...]
    support: Support
    verified: bool

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "id": self.id,
            "text": self.text,
            "beside": list(self.beside),
            **self.support.json(),
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class SubcategoriesView:
    """One system under the NIST AI RMF; `untouched` are subcategories that nothing stands beside.

    Those are not unimportant: our crosswalk says nothing of them, so they are for people.
    """

    system: str
    title: str
    in_scope: bool
    role_said: str
    rows: tuple[SubcategoryRow, ...]
    untouched: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "system": self.system,
            "title": self.title,
            "inScope": self.in_scope,
            "roleSaid": self.role_said,
            "rows": [row.json() for row in self.rows],
            "untouched": list(self.untouched),
        }


def subcategories_view(
    register: Register,
    bundle: Bundle | None,
    system: str,
    at: Instant,
    figures: Figures | None = None,
) -> SubcategoriesView:
    """Say which subcategories something of a system stands beside, and what lacks."""
    says = register.systems[system]
    seen = Seen(register, bundle, system, at, figures)
    rows, untouched = [], []
    for one in subcategories().values():
        beside = related(items("nist_ai_rmf")[one.id])
        if not beside:
            untouched.append(one.id)
            continue
        support = joined(seen.support(item) for item in beside)
        ids = tuple(item.id for item in beside)
        rows.append(SubcategoryRow(one.id, one.text, ids, support, one.verified))
    return SubcategoriesView(
        system, says.title, says.in_scope, says.role, tuple(rows), tuple(untouched)
    )
