"""`watchkeeper log show`: records, one a line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import EvidencePath
from watchkeeper.records.codec import to_json
from watchkeeper.records.erasure import ErasureRecord
from watchkeeper.records.kinds import Kind
from watchkeeper.records.statement import Entry


def show(
    path: EvidencePath = Path("home"),
    kind: Annotated[
        list[Kind] | None, typer.Option("--kind", help="Only records of this kind; repeatable.")
    ] = None,
    since_index: Annotated[int, typer.Option("--since-index", min=0, help="Begin here.")] = 0,
    shard: Annotated[
        int | None, typer.Option("--shard", min=0, help="Only this shard; default: all.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most this many records.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document a line, each a record.")
    ] = False,
) -> None:
    """Show records in order. Nothing is verified here: see `log verify`.

    An index is one of the newest shard, unless --shard names another.

    Example:
      watchkeeper log show home --kind verdict
    """
    with output.speaking_plainly():
        kinds = set(kind or Kind)
        left = limit
        for entry in wiring.read_evidence(path, since_index, shard):
            if entry.record.kind not in kinds:
                continue
            _print_entry(entry, as_json=as_json)
            left = None if left is None else left - 1
            if left == 0:
                break


def _print_entry(entry: Entry, *, as_json: bool) -> None:
    record = entry.record
    if as_json:
        line = {
            "shard": entry.ref.shard,
            "index": entry.ref.index,
            "kind": record.kind.value,
            "subject": {"name": record.subject, "digest": record.digest},
            "predicate": to_json(record.predicate),
        }
        sys.stdout.buffer.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    else:
        output.show(f"{_place(entry):>8}  {record.predicate.at}  {_sentence(entry)}")


def _place(entry: Entry) -> str:
    return str(entry.ref) if entry.ref.shard else str(entry.ref.index)


def _sentence(entry: Entry) -> str:
    said, kind = entry.record.predicate, entry.record.kind
    if kind is Kind.DECISION:
        reasons = ", ".join(said.decision.reasons)
        return f"{said.decision.outcome.value:8} {said.agent} {said.server}/{said.tool} ({reasons})"
    if kind is Kind.EFFECT:
        return f"effect   of {said.decision}: {said.status.value}"
    if kind is Kind.VERDICT:
        return f"verdict  on {said.decision}: {said.answer.value} by {said.reviewer}"
    if kind in {Kind.QUESTION, Kind.ANSWER}:
        by = said.by if kind is Kind.QUESTION else said.agent
        return f"{kind.value:8} on {said.decision}: by {by}"
    if kind is Kind.CHANNEL:
        return f"channel  {said.channel}: {said.state.value}, silent since {said.since}"
    return _erasure(said) if kind is Kind.ERASURE else _other(entry)


def _erasure(said: ErasureRecord) -> str:
    count = sum(span.end - span.first for span in said.spans)
    where = "" if said.shard is None else f" of shard {said.shard}"
    by = said.by or "the plan"
    return f"erasure  of {count} payloads{where} ({said.asked.value}) by {by}"


def _other(entry: Entry) -> str:
    kind = entry.record.kind
    return f"{kind.value:8} {entry.record.subject} {entry.record.digest[:16]}"
