"""The decisions over time, as an inline SVG."""

from __future__ import annotations

from markupsafe import Markup, escape

from watchkeeper.check.timeline import Bucket, Timeline
from watchkeeper.records.instant import Instant

_WIDTH, _HEIGHT = 720, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 26
_PLOT_WIDTH = _WIDTH - _LEFT - _RIGHT
_PLOT_HEIGHT = _HEIGHT - _TOP - _BOTTOM
_MICROS = 1_000_000
_LONG = 36 * 3_600
_COLUMNS = (("allow", "allowed"), ("escalate", "escalated"), ("block", "blocked"))


def draw(timeline: Timeline) -> Markup:
    """Draw stacked bars, one per bucket: allowed, escalated, blocked; empty for no decisions.

    Colours come from the page's classes `allow`, `escalate` and `block`; every bar carries its
    figures as a title, so that nothing is said by colour alone.
    """
    if not timeline.buckets:
        return Markup("")
    width = timeline.seconds * _MICROS
    first, last = timeline.buckets[0].start, timeline.buckets[-1].start
    slots = (last - first) // width + 1
    top = _round_up(max(bucket.total for bucket in timeline.buckets))
    slot = _PLOT_WIDTH / max(slots, 12)
    parts = [
        _opening(timeline),
        *_grid(top),
        *(
            _bar(bucket, _LEFT + slot * ((bucket.start - first) // width), slot, top, timeline)
            for bucket in timeline.buckets
        ),
        *_times(first, Instant(last + width), slot * slots),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _opening(timeline: Timeline) -> Markup:
    total = sum(bucket.total for bucket in timeline.buckets)
    label = f"{total} decisions over time, in steps of {_span(timeline.seconds)}"
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}" class="picture">').format(
        _WIDTH, _HEIGHT, label
    )


def _grid(top: int) -> list[Markup]:
    lines = []
    for share in (0, 1, 2):
        y = _TOP + _PLOT_HEIGHT * (1 - share / 2)
        value = top * share / 2
        text = f"{value:g}"
        lines.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(_LEFT, _WIDTH - _RIGHT, y, y, _LEFT - 6, y + 4, text)
        )
    return lines


def _bar(bucket: Bucket, left: float, slot: float, top: int, timeline: Timeline) -> Markup:
    y = float(_TOP + _PLOT_HEIGHT)
    parts = []
    gap = min(2.0, slot * 0.2)
    for name, field in _COLUMNS:
        height = _PLOT_HEIGHT * getattr(bucket, field) / top
        if height:
            y -= height
            parts.append(
                Markup(
                    '<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>'
                ).format(name, left + gap / 2, y, slot - gap, height)
            )
    said = ", ".join(f"{getattr(bucket, field)} {field}" for _, field in _COLUMNS)
    title = escape(f"{str(bucket.start)[:19]}Z, {_span(timeline.seconds)}: {said}")
    return Markup("<g><title>{}</title>{}</g>").format(title, Markup("").join(parts))


def _times(first: Instant, last: Instant, width: float) -> list[Markup]:
    """Label the ends of what is drawn: with the date where they are far apart."""
    y = _HEIGHT - 8
    cut = slice(0, 10) if last - first > _LONG * _MICROS else slice(11, 19)
    ends = [(_LEFT, "start", first), (_LEFT + width, "end", last)]
    if width < _PLOT_WIDTH / 3:
        ends = [(_LEFT, "start", first)]
    return [
        Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
            x, y, anchor, str(at)[cut] + ("" if cut.start == 0 else " UTC")
        )
        for x, anchor, at in ends
    ]


def _round_up(value: int) -> int:
    """Return the next of 2, 4, 10, 20, 40, 100, ... so that half of it is a whole number."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if value <= factor * step:
                return factor * step
        step *= 10


def _span(seconds: int) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
