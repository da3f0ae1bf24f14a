"""A glance at a record: what choosing needs to know, without verifying anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import parse_json_unverified
from watchkeeper.ledger.envelope import parse_envelope_unverified
from watchkeeper.records.instant import Instant, parse_instant

_BEFORE, _AFTER = len("urn:x-watchkeeper:"), len(":v1")
_CITES = ("withdraws", "question", "afterStop", "absence")
"""What a record about an action may refer back to besides its decision."""
_ACTION = b'"actionId":"'


@dataclass(frozen=True, slots=True)
class Glance:
    """What a record is about. `refs` are the records that it refers back to: (shard, index).

    `system`, `controls` and `plan` are those of a decision; `plan` and `previous` those of a
    release; of a genesis, `plan` is what its shard took over, if anything.
    """

    index: int
    kind: str
    at: Instant
    action: str | None
    refs: tuple[tuple[int, int], ...]
    system: str | None = None
    controls: tuple[str, ...] = ()
    plan: str | None = None
    previous: str | None = None


def glance(index: int, entry: bytes) -> Glance:
    """Look at an entry.

    Raises:
        EnvelopeInvalid: not an envelope.
        RecordInvalid: not a record.
    """
    value = parse_json_unverified(parse_envelope_unverified(entry).statement)
    try:
        kind = value["predicateType"][_BEFORE:-_AFTER]
        said = value["predicate"]
        return Glance(
            index,
            kind,
            parse_instant(said["at"]),
            said.get("actionId"),
            _refs(kind, said),
            said.get("system"),
            tuple(said["decision"].get("controls", ())) if kind == "decision" else (),
            _plan(kind, said),
            said.get("previous") if kind == "plan-release" else None,
        )
    except (KeyError, TypeError, AttributeError):
        raise RecordInvalid(f"record {index} does not parse") from None


def _plan(kind: str, said: dict[str, Any]) -> str | None:
    if kind == "plan-verdict":
        return None  # of a plan that may never be released
    found: str | None = said.get("plan") or (said.get("carried") or {}).get("plan")
    return found


def _refs(kind: str, said: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    if kind == "decision":
        before = said.get("escalatedBy")
        asked = [] if before is None else [before]
        tasks = [said["mandate"]] if "mandate" in said else []
        tasks += said.get("delegations", ())
        cited = [*said.get("verdicts", ()), *said.get("standing", ()), *asked, *tasks]
    elif kind == "drill-revealed":
        cited = [ref for ref in (said["drill"], said.get("decision")) if ref is not None]
    elif kind in {"mandate-ended", "mandate-word"}:
        cited = [said["mandate"]]
    elif kind == "standing":
        cited = [said["approval"]]
    elif kind in {"delegation", "delegation-ended"}:
        cited = [ref for ref in (said.get("parent"), said.get("delegation")) if ref is not None]
    elif kind == "plan-release":
        cited = [*said.get("approvals", ()), *said.get("exceptions", ())]
    elif kind == "plan-verdict":
        cited = [ref for ref in (said.get("withdraws"),) if ref is not None]
    else:
        about = kind in {"effect", "verdict", "void", "question", "answer"}
        named = (said["decision"], *(said.get(name) for name in _CITES)) if about else ()
        cited = [ref for ref in named if ref is not None]
    return tuple((ref["shard"], ref["index"]) for ref in cited)


def action_of(entry: bytes) -> str | None:
    """Return the id of the action that an entry is about, without parsing it; None if of none."""
    statement = parse_envelope_unverified(entry).statement
    at = statement.find(_ACTION)
    if at < 0:
        return None
    at += len(_ACTION)
    return statement[at : statement.find(b'"', at)].decode()
