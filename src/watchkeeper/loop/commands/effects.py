"""Actions whose effect is not known, and what settles them."""

from __future__ import annotations

from typing import Any

from watchkeeper.do.state.actions import OpenAction
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.loop.commands.asked import OPERATE, Asked, Desk, Verb
from watchkeeper.loop.settle import settle, settling_of
from watchkeeper.records.action import ResolvedBy, Status
from watchkeeper.records.instant import render_instant


def _unknown(desk: Desk, _: Asked) -> Any:
    return [_unknown_json(action) for action in desk.home.state.unknown()]


def _resolve(desk: Desk, asked: Asked) -> Any:
    action = desk.home.state.open.get(asked.text("actionId"))
    if action is None:
        raise CommandInvalid("no action with that id is unknown", "see `do resolve`")
    status = asked.text("status")
    by = ResolvedBy("person", asked.command.person, asked.signature)
    settling = settling_of(desk.home, action, by)
    if status == "read":
        return settling.by_read()
    if status not in set(Status):
        raise CommandInvalid(f"an effect is succeeded or failed, not {cut(status)}")
    return settle(desk.home, settling, None, Status(status))


def _unknown_json(action: OpenAction) -> dict[str, Any]:
    return {
        "actionId": action.action_id,
        "agent": action.agent,
        "tool": f"{action.server}/{action.tool}",
        "writes": action.writes,
        "at": render_instant(action.at),
    }


VERBS = {
    "unknown": Verb(_unknown, of_doubtful=True),
    "resolve": Verb(_resolve, OPERATE),
}
