"""How people sign in to read, how long they stay, and who is told when."""

from __future__ import annotations

from watchkeeper.plan.diff.changes import Changes, listed
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.people import Channel, Console, Rung

_NOWHERE = Console("")


def compare_sign_in(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare accounts, the provider, and how long a session lasts."""
    people = {person.id: person.sign_in for person in old.people}
    for person in new.people:
        before, after = set(people.get(person.id, ())), set(person.sign_in)
        if after - before:
            found.weakened("person", person.id, "may read by another account")
        if before - after:
            found.strengthened("person", person.id, "may no longer read by an account")
    was, now = old.console or _NOWHERE, new.console or _NOWHERE
    if was.openid != now.openid:
        named = now.openid.issuer if now.openid else "nobody"
        found.moved("console", "openid", f"{named} says who reads", weaker=now.openid is not None)
    for name, seconds, before_that in (
        ("session", now.session_seconds, was.session_seconds),
        ("idle", now.idle_seconds, was.idle_seconds),
    ):
        if seconds != before_that:
            words = f"ends after {_span(seconds)}, before after {_span(before_that)}"
            weaker = None in {seconds, before_that} or (seconds or 0) > (before_that or 0)
            found.moved("console", name, words, weaker=weaker)


def compare_telling(old: Bundle, new: Bundle, found: Changes) -> None:
    """Compare the ways to tell people, and the ladders."""
    for id_, was, now in found.came_and_went(
        "channel", old.channels, new.channels, lambda _: False
    ):
        _channel(id_, was, now, found)
    for role, before, after in found.came_and_went(
        "ladder", old.on_call, new.on_call, lambda _: False
    ):
        _ladder(role, before, after, found)


def _channel(id_: str, old: Channel, new: Channel, found: Changes) -> None:
    if old.address != new.address:
        found.weakened("channel", id_, f"its address is read from {listed(new.address)}")
    if old.every_seconds != new.every_seconds:
        words = f"tells what came together after {_span(new.every_seconds)}"
        found.changed("channel", id_, words)


def _ladder(role: str, old: tuple[Rung, ...], new: tuple[Rung, ...], found: Changes) -> None:
    before, after = _soonest(old), _soonest(new)
    later = {name for name, seconds in before.items() if after.get(name, seconds + 1) > seconds}
    sooner = {name for name, seconds in after.items() if before.get(name, seconds + 1) > seconds}
    if later:
        found.weakened("ladder", role, f"tells {listed(later)} later, or not at all")
    if sooner:
        found.strengthened("ladder", role, f"tells {listed(sooner)} sooner")


def _soonest(rungs: tuple[Rung, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for rung in rungs:
        for name in rung.tell:
            found.setdefault(name, rung.after_seconds)
    return found


def _span(seconds: int | None) -> str:
    return "the usual time" if seconds is None else f"{seconds} s"
