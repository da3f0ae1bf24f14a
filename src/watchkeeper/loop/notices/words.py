"""What a notice says: how many wait, until when, and where to look. Nothing of what is asked."""

from __future__ import annotations

from watchkeeper.loop.notices.due import Bell
from watchkeeper.ports.people import Notice
from watchkeeper.records.instant import render_instant

_AT_A_TERMINAL = "Look at a terminal: watchkeeper do pending"


def notice_of(bell: Bell, console: str | None) -> Notice:
    """Return what a channel is told; `console` is where people open the console."""
    one = bell.waiting == 1
    count = "1 action waits" if one else f"{bell.waiting} actions wait"
    late = f", unanswered for {_span(bell.climbed)}" if bell.climbed else ""
    ends = render_instant(bell.ends)[:16].replace("T", " ")
    until = "It ends" if one else "The first ends"
    where = _AT_A_TERMINAL if console is None else _link(bell, console)
    return Notice(f"{count} for a decision{late}", f"{until} at {ends} UTC.\n{where}")


def trial_notice(console: str | None) -> Notice:
    """Return what is told where somebody tries a channel."""
    where = "" if console is None else f"\n{console}/"
    return Notice("A test of this channel", f"Nothing waits because of it.{where}")


def _link(bell: Bell, console: str) -> str:
    handles = {step.handle for step in bell.steps}
    if bell.waiting == 1 and len(handles) == 1:
        return f"{console}/e/{handles.pop()}"
    return f"{console}/"


def _span(seconds: int) -> str:
    for size, word in ((3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}" + ("s" if count > 1 else "")
    return "a moment"
