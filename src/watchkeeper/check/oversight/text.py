"""Figures of oversight as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from watchkeeper.check.columns import columns, one_line
from watchkeeper.check.oversight.model import Oversight, Planted, Rate, Reviewed, Times

_HEAD = (
    "reviewer",
    "role",
    "approved",
    "median",
    "fastest tenth",
    "too fast",
    "reversed",
    "ahead",
    "caught",
)
_CONTROLS = ("control", "system", "approved", "median", "too fast")


def render_oversight(found: Oversight) -> str:
    """Render the figures; those of persons only where they are all there."""
    ends = f"{rate_text(found.expired)} expired, {found.ended} ended otherwise"
    lines = [
        f"{found.escalated} escalated: {found.answered} answered, {ends}, {found.waiting} wait",
        f"from the escalation to the last answer: {times_text(found.decided)}",
    ]
    if found.approved and found.timed and found.too_fast:
        pace = f"faster than could be read at {found.words_per_minute} words a minute"
        lines += [
            f"approved: {rate_text(found.approved)}",
            f"from opening to the verdict, measured here: {times_text(found.timed)}",
            f"{pace}: {rate_text(found.too_fast)}",
        ]
    if found.planted is not None:
        lines.append(_planted(found.planted))
    if found.controls:
        lines += ["", *columns([_CONTROLS, *map(_control, found.controls)])]
    if found.persons and found.reviewers:
        rows = [_row(one) for one in _reviewers(found)]
        lines += ["", *columns([_HEAD, *rows])]
    return "\n".join(lines)


def rate_text(rate: Rate) -> str:
    """Render a rate: counts, and from 20 on the share with its interval."""
    text = f"{rate.count} of {rate.of}"
    if rate.share is None or rate.low is None or rate.high is None:
        return text
    return f"{text} ({percent(rate.share)} %, 95 %: {percent(rate.low)}-{percent(rate.high)} %)"


def percent(mille: int) -> str:
    """Render per mille as percent: whole where it is whole."""
    return str(mille // 10) if mille % 10 == 0 else f"{mille / 10:.1f}"


def times_text(times: Times) -> str:
    """Render how long it took."""
    if times.median_millis is None or times.tenth_millis is None:
        return "not measured"
    median, tenth = span(times.median_millis), span(times.tenth_millis)
    return f"median {median}, fastest tenth within {tenth} ({times.n})"


def span(millis: int) -> str:
    """Render a time in the unit that fits it."""
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if millis >= 2 * length:
            return f"{millis / length:.1f} {unit}"
    return f"{millis / 1000:.1f} s"


def review_sentence(found: Reviewed) -> str:
    """Say in a sentence what people did with a control's escalations."""
    said = [f"people approved {rate_text(found.approved)}"]
    if found.timed.median_millis is not None:
        said.append(f"median {span(found.timed.median_millis)} to decide")
    if found.too_fast.count:
        count, of = found.too_fast.count, found.too_fast.of
        said.append(f"{count} of {of} faster than the text could be read")
    return ", ".join(said)


def _planted(found: Planted) -> str:
    text = f"planted: {rate_text(found.caught)} caught"
    more = [
        f"{count} {what}"
        for count, what in (
            (found.expired, "expired unanswered"),
            (found.other, "ended otherwise"),
            (found.open, "not revealed yet"),
        )
        if count
    ]
    return ", ".join([text, *more])


def _control(one: Reviewed) -> Sequence[str]:
    median = one.timed.median_millis
    return (
        one_line(one.control),
        one_line(one.system),
        rate_text(one.approved),
        "-" if median is None else span(median),
        f"{one.too_fast.count} of {one.too_fast.of}",
    )


def _reviewers(found: Oversight) -> Iterable[tuple[str, ...]]:
    for one in found.reviewers:
        times = one.timed if one.timed.n else one.said
        mark = "" if one.timed.n or not one.said.n else " (own word)"
        yield (
            one.reviewer,
            one.role,
            rate_text(one.approved),
            "-" if times.median_millis is None else span(times.median_millis) + mark,
            "-" if times.tenth_millis is None else span(times.tenth_millis),
            f"{one.too_fast.count} of {one.readable}",
            str(one.reversed),
            str(one.ahead),
            f"{one.caught} of {one.planted}",
        )


def _row(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one_line(cell) for cell in cells)
