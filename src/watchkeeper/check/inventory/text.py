"""The inventory as plain text for a terminal."""

from __future__ import annotations

from watchkeeper.check.columns import columns, one_line, short_time
from watchkeeper.check.inventory.model import Inventory, Item, Kind, State

_HEAD = ("system", "what", "name", "stands", "seen", "first", "last", "newest")
_SAYS = {
    State.NOT_DECLARED: "was seen and is in no inventory",
    State.DIFFERS: "is not what the inventory declares",
    State.OUT_OF_SCOPE: "is declared to be out of scope, and acted",
}


def render_inventory(found: Inventory) -> str:
    """Render what was seen and declared, what is left out, and what is a finding."""
    lines = [_title(found)]
    if found.items:
        lines += ["", *columns([_HEAD, *map(_cells, found.items)], right=(4,)), ""]
    lines += _notes(found)
    lines += [f"finding: {finding_sentence(item)}" for item in found.findings]
    return "\n".join(lines)


def finding_sentence(item: Item) -> str:
    """Say in a sentence what was seen and is not in the inventory."""
    of = {Kind.AGENT: "agent", Kind.SYSTEM: "system", Kind.TOOL: "tool"}.get(item.kind)
    what = f"{of} {item.name}" if of else f"the {item.kind.value} that agent {item.name} names"
    where = f" in {item.system}" if item.system and item.kind is not Kind.SYSTEM else ""
    said = f": {', '.join(item.values)}" if item.values else ""
    declared = f", declared is {item.declared}" if item.declared else ""
    return one_line(
        f"{what}{where} {_SAYS[item.state]}{said}{declared}; "
        f"{item.count} times, last in {item.last_ref}"
    )


def _title(found: Inventory) -> str:
    since = "" if found.since is None else f" since {short_time(found.since)}"
    if found.plan is None:
        return f"no plan was released, so nothing is declared; {found.decisions} decisions{since}"
    plan = f"plan {found.plan[:12]}"
    if not found.readable:
        return f"{plan} is not here: what it declares is not known"
    count = len(found.findings)
    findings = "1 finding" if count == 1 else f"{count} findings"
    return f"{plan}: {findings}, over {found.decisions} decisions{since}"


def _cells(item: Item) -> tuple[str, ...]:
    return (
        item.system or "-",
        item.kind.value,
        item.name,
        item.state.value,
        str(item.count),
        short_time(item.first),
        short_time(item.last),
        str(item.last_ref or "-"),
    )


def _notes(found: Inventory) -> list[str]:
    notes = [
        (found.agents_made_up, "decisions on agents that neither a plan nor a token names"),
        (found.tools_made_up, "decisions on tools that no server lists: a name and nothing else"),
    ]
    lines = [
        f"{made_up.count} {what}; the newest is {made_up.last_ref}"
        for made_up, what in notes
        if made_up.count
    ]
    if found.more:
        lines.append(f"{found.more} sightings of further names are counted and not listed")
    if found.unread_plans:
        lines.append(f"{len(found.unread_plans)} earlier plans are not here to compare with")
    return lines
