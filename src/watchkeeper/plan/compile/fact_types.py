"""The type of `context.facts` for one action, as Cedar text.

Always there: `clock` (now, hour 0-23, weekday from 1 = Monday, all in UTC), `stage`, `boundary`,
`claims`. `budget` has an entry for each grant with budgets that names the action; it is optional,
since only the asking agent's own grants are given. `shared` has one for each shared budget in
whose scope the action is; what can not be added up has none. `mandate` is there where a grant that
names the action requires one, `lent` where one may be lent; `aims`, the state of the management
system, wherever the workspace keeps any record of it. Declared sources stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watchkeeper.errors import PlanRefused, cut
from watchkeeper.plan.compile.numbers import find_number
from watchkeeper.plan.typing import TypedTool, fact_type, quoted
from watchkeeper.plan.workspace.models.authority import GrantEntry
from watchkeeper.plan.workspace.models.tool import Fact
from watchkeeper.records.plan.management.state import MEMBERS

RESERVED = (
    "clock",
    "stage",
    "boundary",
    "claims",
    "budget",
    "shared",
    "history",
    "mandate",
    "lent",
    "aims",
)
_FIXED = (
    '"clock": {"now": datetime, "hour": Long, "weekday": Long}, '
    '"stage": String, "boundary": String, "claims": {"matches": Bool}'
)


def facts_type(
    action: str,
    typed: TypedTool,
    facts: Mapping[str, Fact],
    grants: Iterable[GrantEntry],
    own: Iterable[str] = (),
) -> str:
    """Return the record type of `context.facts` for an action; `own` are more members of ours."""
    mine = [grant for grant in grants if action in grant.actions]
    parts = [_FIXED, f'"budget": {{{_budgets(typed, mine)}}}', *own]
    if any(grant.mandate for grant in mine):
        parts.append('"mandate": {"covers": Bool}')
    if any(grant.delegable for grant in mine):
        parts.append('"lent": Set<String>')
    for name, fact in sorted(facts.items()):
        fields = ", ".join(
            f"{quoted(field)}: {fact_type(says.type)}"
            for field, says in sorted(fact.fields.items())
        )
        parts.append(f"{quoted(name)}: {{{fields}}}")
    return "{" + ", ".join(parts) + "}"


def aims_type() -> str:
    """Return the member of `context.facts` that says in which state the management system is."""
    members = (f'"{one.name}": {"Set<String>" if one.named else "Bool"}' for one in MEMBERS)
    return f'"aims": {{{", ".join(members)}}}'


def check_fact_name(name: str) -> None:
    """Refuse names of facts that are ours.

    Raises:
        PlanRefused: the name is taken, or no plain name.
    """
    if name in RESERVED:
        raise PlanRefused(
            f"the fact {cut(name)} has a name that is taken",
            f"call it otherwise than {', '.join(RESERVED)}",
        )
    if not (name.isascii() and name.isidentifier()):
        raise PlanRefused(
            f"the fact {cut(name)} has no plain name", "use letters, digits and underscores"
        )


def _budgets(typed: TypedTool, grants: Iterable[GrantEntry]) -> str:
    return ", ".join(
        f"{quoted(grant.id)}?: {{{_windows(typed, grant)}}}"
        for grant in sorted(grants, key=lambda grant: grant.id)
        if grant.budgets
    )


def _windows(typed: TypedTool, grant: GrantEntry) -> str:
    fields = []
    for i, budget in enumerate(grant.budgets):
        fields.append(f'"count{i}": Long')
        if budget.argument is not None:
            kind = "Long" if find_number(typed, budget.argument).long else "decimal"
            fields.append(f'"sum{i}": {kind}')
    return ", ".join(fields)
