"""The views of frameworks for a terminal: what supports, and never that it is enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watchkeeper.plan.views.clauses.runtime import NO_LOG
from watchkeeper.plan.views.frameworks.articles import ArticlesView
from watchkeeper.plan.views.frameworks.elements import ElementsView, standing_of
from watchkeeper.plan.views.frameworks.subcategories import SubcategoriesView
from watchkeeper.plan.views.frameworks.support import Support

FOOT = (
    "What is listed supports an item; whether it is enough is for people to judge.",
    "The crosswalk is one author's draft, reviewed by nobody. No legal advice.",
)


def articles_text(views: Iterable[ArticlesView], *, log: bool) -> str:
    """Render systems under the EU AI Act; `log` says whether a log was looked at."""
    lines: list[str] = []
    for view in views:
        lines += _title(view.system, view.title, in_scope=view.in_scope)
        lines.append(f"  class {view.tier}: {view.tier_why}")
        said = f", as `role: {view.role_said}` says" if view.role_said != view.role else ""
        lines.append(f"  role {view.role}{said}")
        for row in view.rows:
            mark = "" if row.verified else "  (unverified)"
            lines += ["", f"  {row.id}  {row.title}{mark}"]
            since = "since" if row.in_force else "not yet: from"
            lines.append(f"    {since} {', '.join(row.applies)}")
            lines.append(f"    here because {row.why}")
            lines += _beside(row.beside)
            lines += _support(row.support)
        if not view.rows:
            lines.append("  no article of those that we carry speaks of this class and role")
        lines.append("")
    dates = "Titles and dates of the regulation are from secondary sources, looked up 2026-11-23."
    return "\n".join([*lines, *_foot(log=log), dates])


def subcategories_text(views: Iterable[SubcategoriesView], *, log: bool) -> str:
    """Render systems under the NIST AI RMF."""
    lines: list[str] = []
    for view in views:
        lines += _title(view.system, view.title, in_scope=view.in_scope)
        lines.append(f"  our role: {view.role_said}")
        for row in view.rows:
            mark = "" if row.verified else " (unverified)"
            lines += ["", f"  {row.id}{mark}  {row.text}"]
            lines += [*_beside(row.beside), *_support(row.support)]
        lines += ["", f"  nothing here stands beside: {', '.join(view.untouched)}", ""]
    return "\n".join([*lines, *_foot(log=log)])


def elements_text(views: Iterable[ElementsView]) -> str:
    """Render the impact assessments of systems along ISO/IEC 42005."""
    lines: list[str] = []
    for view in views:
        lines += _title(view.system, view.title, in_scope=view.in_scope)
        lines.append(f"  assessment: {standing_of(view)}")
        for row in view.rows:
            mark = "" if row.verified else "  (unverified)"
            lines.append(f"  {row.id:<7}{row.title}{mark}")
            lines += _support(row.support)
        lines.append("")
    return "\n".join([*lines, FOOT[0]])


def _title(system: str, title: str, *, in_scope: bool) -> list[str]:
    return [f"{system}: {title}" + ("" if in_scope else " (out of scope)")]


def _beside(ids: tuple[str, ...]) -> Iterator[str]:
    if ids:
        yield f"    beside it in ISO/IEC 42001: {', '.join(ids)}"


def _support(found: Support) -> Iterator[str]:
    for one in found.evidence:
        where = f"  [{one.where}]" if one.where and one.where != one.what else ""
        whole = ", of the whole organisation" if one.whole else ""
        yield f"    {one.kind}, {one.origin}{whole}: {one.what}{where}"
    for said in found.missing:
        yield f"    missing  {said}"


def _foot(*, log: bool) -> Iterator[str]:
    if not log:
        yield f"Runtime evidence: {NO_LOG}; name one with `--home`."
    yield from FOOT
