"""What the records of the management system say now and did not before: by file, in both registers.

Which way a change goes is told by the plans alone: a record decides nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from watchkeeper.plan.diff.changes import Change, PlanDiff, Touches, What, listed
from watchkeeper.plan.diff.touches import together
from watchkeeper.plan.register.content import Register

Says = Mapping[str, Any]
_IN_THE_PLAN = frozenset({"system", "control", "soa", "objectives"})
"""Kinds that the plans themselves are compared by."""
_AIMS = frozenset({"context", "interested_parties", "communication", "resources", "ai_policy"})
"""What of `aims.yaml` is no part of the plan."""


def with_registers(diff: PlanDiff, old: Register | None, new: Register | None) -> PlanDiff:
    """Return what changed between two plans, and record by record what their registers say."""
    if old is None or new is None or old.value == new.value:
        return diff
    found = tuple(_changes(old.value, new.value))
    changes = tuple(dict.fromkeys((*diff.changes, *found)))
    return replace(diff, changes=changes, touches=together(one.touches for one in changes))


def _changes(old: Says, new: Says) -> Iterator[Change]:
    before, after = _records(old), _records(new)
    for kind, id_ in sorted(before.keys() | after.keys()):
        was, now = before.get((kind, id_)), after.get((kind, id_))
        if was == now:
            continue
        touches = together(_touches(kind, id_, one) for one in (was, now) if one is not None)
        what = What.CHANGED
        if was is None or now is None:
            what = What.CAME if was is None else What.WENT
        yield Change(kind, id_ or "whole", what, _words(was, now), touches=touches)


def _records(register: Says) -> dict[tuple[str, str], Says]:
    """Return what each file says, by kind and id; of `aims.yaml` what is no part of the plan."""
    aims = {name: says for name, says in register["aims"].items() if name in _AIMS}
    found: dict[tuple[str, str], Says] = {("aims", ""): aims}
    for kind, files in register["files"].items():
        if kind not in _IN_THE_PLAN:
            found |= {(kind, id_): says for id_, says in files.items()}
    return found


def _words(was: Says | None, now: Says | None) -> str:
    if was is None or now is None:
        return ""
    keys = {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
    return f"{listed(keys)} changed"


def _touches(kind: str, id_: str, says: Says) -> Touches:
    treated = says.get("treatment")
    inside = treated if isinstance(treated, Mapping) else {}
    return Touches(
        systems=_ids(says, "system", "systems"),
        controls=tuple(sorted({*_ids(says, "control", "controls"), *_ids(inside, "controls")})),
        risks=(id_,) if kind == "risk" else _ids(says, "risks"),
        objectives=_ids(says, "objective", "objectives"),
    )


def _ids(says: Says, *names: str) -> tuple[str, ...]:
    found: set[str] = set()
    for name in names:
        value = says.get(name)
        named = value if isinstance(value, list) else [value]
        found |= {one for one in named if isinstance(one, str)}
    return tuple(sorted(found))
