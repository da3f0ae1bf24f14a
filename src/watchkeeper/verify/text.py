"""A verification as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchkeeper.verify.report import Status, Verification

_MARKS = {Status.CHECKED: "checked", Status.FAILED: "FAILED", Status.NOT_CHECKED: "not checked"}


def verification_json(found: Verification) -> dict[str, Any]:
    """Return a verification as a JSON object."""
    return {
        "ok": found.ok,
        "origin": found.origin,
        "size": found.size,
        "held": found.size if found.held is None else found.held,
        "root": found.root,
        "records": found.size if found.records is None else found.records,
        "shards": [
            {"origin": s.origin, "size": s.size, "root": s.root, "follows": s.follows}
            for s in found.shards
        ],
        "pinned": found.pinned,
        "witnessed": found.witnessed,
        "witnessedSize": found.witnessed_size,
        "policyGiven": found.policy_given,
        "cosigned": [{"name": one.name, "at": one.at} for one in found.cosigned],
        "steps": [
            {"number": s.number, "title": s.title, "status": s.status.value, "detail": s.detail}
            for s in found.steps
        ],
        "counts": dict(found.counts),
        "unknown": found.unknown,
        "findings": [
            {"step": f.step, "index": f.index, "message": f.message} for f in found.findings
        ],
        "findingsLeftOut": found.left_out,
    }


def verification_text(found: Verification) -> str:
    """Return a verification as plain text, a line for each step."""
    return "\n".join(_verification_lines(found))


def _verification_lines(found: Verification) -> Iterator[str]:
    held = found.size if found.held is None else f"{found.held} of {found.size}"
    for shard in found.shards[:-1]:
        yield f"{shard.origin}: {shard.size} records, root {shard.root}"
    yield f"{found.origin}: {held} records, root {found.root}"
    for step in found.steps:
        yield f"{step.number:3}. {_MARKS[step.status]:11}  {step.title}: {step.detail}".rstrip()
    for one in found.findings[:20]:
        where = "" if one.index is None else f"record {one.index}: "
        yield f"  - step {one.step}: {where}{one.message}"
    if len(found.findings) > 20:
        yield f"  - and {len(found.findings) - 20 + found.left_out} more; see --json"
    counts = ", ".join(f"{count} {kind}" for kind, count in found.counts.items())
    yield f"counted: {counts or 'nothing'}; {found.unknown} allowed actions without an effect"
    yield _witnessed_line(found)
    what = "log" if found.held is None else "bundle"
    yield "everything that was checked holds" if found.ok else f"this {what} does NOT hold"


def _witnessed_line(found: Verification) -> str:
    if not found.witnessed:
        return "UNWITNESSED: whoever holds the keys could rewrite what no kept checkpoint covers"
    count = len(found.cosigned)
    who = "1 witness" if count == 1 else f"{count} witnesses"
    by = "" if found.policy_given else ", if its own policy names them rightly"
    size = found.size if found.records is None else found.records
    return f"witnessed: {found.witnessed_size} of {size} records, by {who}{by}"
