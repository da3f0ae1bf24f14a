"""What is open as a plan of action and milestones: findings, and rows whose day has passed.

Each item has the observation that it came from, and a risk with what is to be done and until when.
Nothing here says that anything is satisfied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from watchkeeper.plan.exchange.oscal.names import Naming, control_id, filled, line, prop
from watchkeeper.plan.register.rows import is_overdue
from watchkeeper.plan.views.clauses.standing import due_of
from watchkeeper.plan.workspace.models.control import RowEntry
from watchkeeper.plan.workspace.models.head import Action
from watchkeeper.plan.workspace.models.management.findings import FindingFile

_UUIDS = "http://ietf.org/rfc/rfc4122"
_LONGEST_TITLE = 120


def open_items(naming: Naming) -> dict[str, Any] | None:
    """Return the plan of action; None where nothing is open, since it has to have an item."""
    made = [*_findings(naming), *_rows(naming)]
    if not made:
        return None
    title = f"Open findings and overdue rows of {naming.said.aims.organisation}"
    return {
        "uuid": naming.uuid("plan-of-action"),
        "metadata": naming.metadata(title),
        "system-id": {"identifier-type": _UUIDS, "id": naming.uuid("aims")},
        "observations": [observation for observation, _, _ in made],
        "risks": [risk for _, risk, _ in made],
        "poam-items": [item for _, _, item in made],
    }


_Made = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


def _findings(naming: Naming) -> Iterator[_Made]:
    for name, finding in sorted(naming.said.register.of("finding").items()):
        if finding.closed is None:
            yield _finding(naming, name, finding)


def _finding(naming: Naming, name: str, says: FindingFile) -> _Made:
    facts = {
        "finding": name,
        "kind": says.kind,
        "severity": says.severity or "",
        "source": says.source,
        "clause": says.clause or "",
        "control": says.control or "",
        "record": says.record or "",
    }
    props = [prop(key, value) for key, value in facts.items() if value]
    props += [prop("system", system) for system in says.systems]
    words = {"Correction": says.correction, "Cause": says.cause, "Elsewhere": says.similar}
    more = [f"{title}: {text}" for title, text in words.items() if text]
    return _made(
        naming,
        f"finding/{name}",
        (f"{name}: {says.what}", "\n\n".join([says.what, *more])),
        says.raised,
        due_of(says),
        props,
        says.actions,
        says.by,
    )


def _rows(naming: Naming) -> Iterator[_Made]:
    for row in naming.said.rows:
        if row.by and is_overdue(row.status, row.applicable, row.by, naming.at):
            yield _row(naming, row, row.by)


def _row(naming: Naming, row: RowEntry, by: str) -> _Made:
    title = f"The row of {row.control} is overdue"
    said = f"{title}: its status is {row.status}, and it was to be done by {by}. {row.why}".strip()
    props = [prop("row", control_id(row.control)), prop("status", row.status)]
    action = Action(what=f"Do what the row of {row.control} says.", owner=row.owner or None, by=by)
    return _made(naming, f"row/{row.control}", (title, said), by, by, props, [action], None)


def _made(  # noqa: PLR0913, PLR0917 - what an item of OSCAL has
    naming: Naming,
    key: str,
    words: tuple[str, str],
    since: str,
    due: str | None,
    props: list[dict[str, Any]],
    actions: Sequence[Action],
    by: str | None,
) -> _Made:
    title, description = line(words[0])[:_LONGEST_TITLE], words[1]
    people = {one.id for one in naming.said.aims.people}
    actors = [{"type": "party", "actor-uuid": naming.party(by)}] if by in people and by else []
    origins = [{"actors": actors}] if actors else []
    observation = {
        "uuid": naming.uuid("observation", key),
        "title": title,
        "description": description,
        "props": props,
        "methods": ["EXAMINE"],
        "origins": origins,
        "collected": f"{since}T00:00:00Z",
    }
    risk = {
        "uuid": naming.uuid("risk", key),
        "title": title,
        "description": description,
        "statement": description,
        "status": "open",
        "deadline": f"{due}T23:59:59Z" if due else "",
        "remediations": [_remediation(naming, key, actions)] if actions else [],
        "related-observations": [{"observation-uuid": observation["uuid"]}],
    }
    item = {
        "uuid": naming.uuid("item", key),
        "title": title,
        "description": description,
        "props": props,
        "origins": origins,
        "related-observations": [{"observation-uuid": observation["uuid"]}],
        "related-risks": [{"risk-uuid": risk["uuid"]}],
    }
    return filled(observation), filled(risk), filled(item)


def _remediation(naming: Naming, key: str, actions: Sequence[Action]) -> dict[str, Any]:
    tasks = [
        filled(
            {
                "uuid": naming.uuid("task", key, str(number)),
                "type": "milestone" if action.by else "action",
                "title": line(action.what)[:_LONGEST_TITLE],
                "description": action.what,
                "props": [prop("done", action.done)] if action.done else [],
                "timing": {"on-date": {"date": f"{action.by}T23:59:59Z"}} if action.by else {},
                "responsible-roles": naming.responsible(action.owner or ""),
            }
        )
        for number, action in enumerate(actions)
    ]
    return {
        "uuid": naming.uuid("response", key),
        "lifecycle": "planned",
        "title": "What is to be done",
        "description": "The actions of the record, each with its owner and its day.",
        "tasks": tasks,
    }
