"""`watchkeeper log export`: the records, as other systems take them."""

from __future__ import annotations

import enum
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer

from watchkeeper import wiring
from watchkeeper.check.export import (
    Actions,
    Emitter,
    Spans,
    ocsf_event,
    otlp_request,
    record_line,
)
from watchkeeper.cli import output
from watchkeeper.cli.log.arguments import moment
from watchkeeper.records.instant import Instant
from watchkeeper.records.statement import Entry

POLL_SECONDS = 1.0


class Format(enum.StrEnum):
    """What the lines are."""

    OCSF = "ocsf"
    OTEL = "otel"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which records: from an index, and by time (`until` is left out)."""

    index: int
    since: Instant | None
    until: Instant | None

    def has(self, at: Instant) -> bool:
        """Tell whether something at a time is chosen."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def export(
    where: Annotated[Path, typer.Argument(help="A home, or the folder of a published log.")] = Path(
        "home"
    ),
    form: Annotated[
        Format,
        typer.Option("--format", help="OCSF events, OpenTelemetry spans (OTLP), or the records."),
    ] = Format.JSONL,
    since: Annotated[str | None, typer.Option("--since", help="From this time on (UTC).")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before this time (UTC).")] = None,
    since_index: Annotated[int, typer.Option("--since-index", min=0, help="Begin here.")] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is recorded later, until Ctrl-C.")
    ] = False,
    out: Annotated[
        str, typer.Option("--out", help="A file, written anew (added to with --follow), or `-`.")
    ] = "-",
) -> None:
    """Write the log as JSON lines for a SIEM, for a trace store, or as it is.

    `ocsf` writes an API Activity event (class 6003) for each record; `otel` an OTLP request with
    one `execute_tool` span for each action; `jsonl` the records. Nothing that is not in the log
    itself is written: no value that a record holds as a digest. Nothing is verified here.

    Examples:
      watchkeeper log export home --format ocsf --since 2026-11-23 --out events.jsonl
      watchkeeper log export home --format otel --follow --out spans.jsonl
    """
    with output.speaking_plainly():
        chosen = Chosen(since_index, moment(since), moment(until))
        lines = _lines(where, form, chosen, follow=follow)
        with _opened(out, add=follow) as file, suppress(BrokenPipeError):
            _write(file, lines, follow=follow)


def _write(file: BinaryIO, lines: Iterable[Any], *, follow: bool) -> None:
    try:
        for line in lines:
            if line is not None:
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            elif follow:
                file.flush()
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        if not follow:
            raise
    file.flush()


def _lines(where: Path, form: Format, chosen: Chosen, *, follow: bool) -> Iterator[Any]:
    """Yield what is to be written; None where everything that there is now was."""
    emitter = Emitter(wiring.origin_of(where), version("watchkeeper"))
    entries = wiring.follow(where, chosen.index) if follow else _once(where, chosen.index)
    match form:
        case Format.OTEL:
            return _spans(entries, emitter, where, chosen)
        case Format.OCSF:
            return _events(entries, emitter, where, chosen)
    return _records(entries, emitter, chosen)


def _once(where: Path, index: int) -> Iterator[Entry | None]:
    yield from wiring.read_entries(where, index)
    yield None


def _until(entries: Iterator[Entry | None], chosen: Chosen) -> Iterator[Entry | None]:
    """Stop at the first record that is too late: times never decrease in a log."""
    for entry in entries:
        if entry and chosen.until is not None and entry.record.predicate.at >= chosen.until:
            yield None
            return
        yield entry


def _records(entries: Iterator[Entry | None], emitter: Emitter, chosen: Chosen) -> Iterator[Any]:
    for entry in _until(entries, chosen):
        if entry is None:
            yield None
        elif chosen.has(entry.record.predicate.at):
            yield record_line(entry, emitter)


def _events(
    entries: Iterator[Entry | None], emitter: Emitter, where: Path, chosen: Chosen
) -> Iterator[Any]:
    actions = Actions(wiring.entry_reader(where))
    for entry in _until(entries, chosen):
        if entry is None:
            yield None
            continue
        decision = actions.decision_of(entry)
        if chosen.has(entry.record.predicate.at):
            yield ocsf_event(entry, emitter, decision)


def _spans(
    entries: Iterator[Entry | None], emitter: Emitter, where: Path, chosen: Chosen
) -> Iterator[Any]:
    spans = Spans(emitter, look_up=wiring.entry_reader(where))
    for entry in _until(entries, chosen):
        if entry is None:
            yield None
            continue
        span = spans.take(entry)
        if span is not None and chosen.has(span.end):
            yield otlp_request([span], emitter)
    for span in spans.unended():
        if chosen.has(span.end):
            yield otlp_request([span], emitter)


@contextmanager
def _opened(out: str, *, add: bool) -> Iterator[BinaryIO]:
    if out == "-":
        yield sys.stdout.buffer
        return
    with Path(out).open("ab" if add else "wb") as file:
        yield file
