"""What a person's command asks to be erased, and what it must not give away.

The command is recorded with its signature, so nothing of a person stands in it: the subject comes
beside it, held against a digest under a salt that is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.errors import CommandInvalid, RecordInvalid, cut
from watchkeeper.ledger.canonical import hidden_digest
from watchkeeper.loop.erasure.erase import Erasing, Word
from watchkeeper.loop.erasure.selection import Wanted
from watchkeeper.loop.erasure.subject import folded
from watchkeeper.loop.kernel import Kernel
from watchkeeper.records.erasure import ErasureKind, Span
from watchkeeper.records.instant import Instant, parse_instant
from watchkeeper.records.people import Command

_ASKABLE = {kind.value: kind for kind in ErasureKind if kind is not ErasureKind.SETTLED}

_MOST_NAMED = 100


def erasing_of(kernel: Kernel, command: Command, beside: Mapping[str, Any], word: Word) -> Erasing:
    """Return the erasure that a command asks for; with verb `erasable` it only looks.

    Raises:
        CommandInvalid: it does not say what to erase, gives no reason, gives the person away, or
            names a shard that is not here.
    """
    body = command.body
    asked = _ASKABLE.get(str(body.get("asked")))
    if asked is None:
        raise CommandInvalid(f"not a kind of erasure: {cut(body.get('asked'))}")
    wanted = Wanted(
        asked,
        kernel.home.now(),
        shard=_older_shard(kernel, body.get("shard")),
        spans_in=_index(body.get("spansIn")),
        end=_index(body.get("end")),
        subject=_subject(body, beside) if asked is ErasureKind.SUBJECT else None,
        before=_moment(body.get("before")) if asked is ErasureKind.AGE else None,
        system=_text(body.get("system")),
        spans=_spans(body.get("spans")) if asked is ErasureKind.RECORDS else (),
    )
    if wanted.before is not None and wanted.before > wanted.now:
        raise CommandInvalid("that moment is still to come", "what is younger than now stays")
    if command.verb == "erasable":
        return Erasing(kernel, wanted, word, signed=None)
    if not word.why or wanted.end is None:
        raise CommandInvalid("an erasure needs a reason", "give `--why`")
    _check_discreet(wanted.subject, beside)
    return Erasing(kernel, wanted, word, signed=str(body.get("records")))


def _older_shard(kernel: Kernel, value: Any) -> int | None:
    """Return the older shard that a command names; None for the one that is written to."""
    shard, newest = _index(value), kernel.home.log.shard
    if shard is not None and shard > newest:
        raise CommandInvalid(f"there is no shard {shard} yet", f"the newest is shard {newest}")
    if shard is not None and shard not in kernel.home.log.shards:
        raise CommandInvalid(
            f"shard {shard} of this log is not here", "put it back and run this again"
        )
    return None if shard == newest else shard


def _check_discreet(subject: str | None, beside: Mapping[str, Any]) -> None:
    """Refuse a reason that names the person: it would outlive the erasure."""
    if subject is not None and folded(subject) in folded(str(beside.get("reason", ""))):
        raise CommandInvalid(
            "the reason names the person whose data is to be erased",
            "name the number of the request instead",
        )


def _subject(body: Mapping[str, Any], beside: Mapping[str, Any]) -> str:
    subject, salt = beside.get("subject"), beside.get("subjectSalt")
    try:
        same = hidden_digest(bytes.fromhex(str(salt)), subject) == body.get("subject")
    except (ValueError, RecordInvalid):
        same = False
    if not isinstance(subject, str) or not subject.strip() or len(str(salt)) != 32 or not same:
        raise CommandInvalid("the person is not the one that was signed for")
    return subject


def _spans(value: Any) -> tuple[Span, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_NAMED:
        raise CommandInvalid(f"not 1 to {_MOST_NAMED} ranges of records", "give `--index`")
    spans = []
    for pair in value:
        first, end = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        if type(first) is not int or type(end) is not int or not 0 <= first < end:
            raise CommandInvalid(f"not a range of records: {cut(pair)}")
        spans.append(Span(first, end))
    return tuple(spans)


def _moment(value: Any) -> Instant:
    try:
        return parse_instant(value)
    except RecordInvalid as error:
        raise CommandInvalid(error.message) from None


def _index(value: Any) -> int | None:
    if value is None or (type(value) is int and value >= 0):
        return value
    raise CommandInvalid(f"not an index: {cut(value)}")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise CommandInvalid(f"not the name of a system: {cut(value)}")
