"""`watchkeeper plan view`: a framework, seen from the systems of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from watchkeeper.cli import output
from watchkeeper.cli.plan.arguments import (
    AsJson,
    AtDay,
    Workspace,
    moment,
    registered,
    say_plan,
)
from watchkeeper.cli.plan.logs import Home, Ran, what_ran
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.frameworks.articles import articles_view
from watchkeeper.plan.views.frameworks.elements import elements_view
from watchkeeper.plan.views.frameworks.subcategories import subcategories_view
from watchkeeper.plan.views.frameworks.text import (
    articles_text,
    elements_text,
    subcategories_text,
)

Framework = Literal["eu-ai-act", "nist-ai-rmf", "iso42005"]
FROM_FILES = "iso42005"
"""The framework that no log has a part in: what an assessment says of its elements."""


def view(
    framework: Annotated[Framework, typer.Argument(help="Which one.")],
    path: Workspace = Path("aims"),
    system: Annotated[
        str | None, typer.Option("--system", help="One system; every one if left out.")
    ] = None,
    home: Home = None,
    at: AtDay = None,
    as_json: AsJson = False,
) -> None:
    """Show a framework from the side of each system: what matters, what supports it, what lacks.

    The EU AI Act by class and role, article by article; the NIST AI RMF by subcategory; an impact
    assessment by the elements of ISO/IEC 42005. Evidence stands with its class, its origin and its
    place in the files or the log (`log show` has the record). It says what supports an item, never
    that it is enough: that is for people to judge. For ISO/IEC 42005 no log is read. Ends with 2
    where the workspace or the log can not be read.

    Examples:
      watchkeeper plan view eu-ai-act aims --system refund-desk
      watchkeeper plan view nist-ai-rmf aims --home home --json
    """
    with output.speaking_plainly():
        when = moment(at)
        register, bundle = registered(path, when)
        systems = _systems(register, system)
        ran = what_ran(home, when, register) if framework != FROM_FILES else Ran()
        figures = ran.figures
        views: Sequence[Any]
        if framework == "eu-ai-act":
            views = [articles_view(register, bundle, one, when, figures) for one in systems]
            text = articles_text(views, log=figures is not None)
        elif framework == "nist-ai-rmf":
            views = [subcategories_view(register, bundle, one, when, figures) for one in systems]
            text = subcategories_text(views, log=figures is not None)
        else:
            views = [elements_view(register, one, when) for one in systems]
            text = elements_text(views)
    if framework == FROM_FILES and home is not None:
        output.say(f"{framework} is seen from the files alone: the log in {cut(home)} was not read")
    if as_json:
        about = {"framework": framework, "at": str(when), "home": ran.home}
        output.show_json({**about, "systems": [one.json() for one in views]})
        return
    output.show_folded(text)
    if framework != FROM_FILES:
        ran.say()
    say_plan(bundle)


def _systems(register: Register, only: str | None) -> list[str]:
    if only is not None and only not in register.systems:
        known = ", ".join(sorted(register.systems))
        raise SettingsInvalid(f"there is no system {cut(only)}", f"known are {known}")
    return [only] if only is not None else sorted(register.systems)
