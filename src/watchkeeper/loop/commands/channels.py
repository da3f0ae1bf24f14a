"""Channels: which are silent, and a test notice by one of them."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.state.parts import Channels
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb
from watchkeeper.loop.notices.due import EVERY
from watchkeeper.records.instant import Instant, render_instant
from watchkeeper.records.plan.people import Channel


def _list(desk: Desk, _: Asked) -> Any:
    plan = desk.home.enforcer.bundle
    return [_told(desk, name, says) for name, says in plan.channels.items()]


def _told(desk: Desk, name: str, says: Channel) -> dict[str, Any]:
    silent = desk.home.state.part(Channels).silent.get(name)
    trials = desk.home.trials
    tried = trials.outcomes.get(name)
    return {
        "channel": name,
        "roles": [
            role
            for role, rungs in desk.home.enforcer.bundle.on_call.items()
            if any(name in rung.tell for rung in rungs)
        ],
        "every": EVERY if says.every_seconds is None else says.every_seconds,
        "state": "silent" if silent else "heard" if name in trials.heard else "not used yet",
        "since": _time(silent.since) if silent else None,
        "why": silent.why.value if silent and silent.why else None,
        "lastHeard": _time(trials.heard.get(name)),
        "trial": tried and {"at": _time(tried.at), "why": tried.why and tried.why.value},
    }


def _time(at: Instant | None) -> str | None:
    return None if at is None else render_instant(at)


def _try(desk: Desk, asked: Asked) -> Any:
    """Have a test notice sent; what came of it is listed soon. Nothing is recorded by itself."""
    name = asked.text("channel")
    if name not in desk.home.enforcer.bundle.channels:
        raise CommandInvalid(f"there is no channel {cut(name)}", "see `do channels`")
    if not desk.home.trials.served:
        raise CommandInvalid("no gateway runs that could send it", "start `watchkeeper serve`")
    desk.home.trials.ask(name)
    return {"channel": name}


VERBS = {
    "channels": Verb(_list, of_doubtful=True),
    "try-channel": Verb(_try, OPERATE),
}
