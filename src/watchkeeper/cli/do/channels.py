"""`do channels`: by which people are told, whether they are heard, and a test notice."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from watchkeeper.cli.do.asking import AsJson, HomePath, Person, open_line, tell
from watchkeeper.cli.people import Line
from watchkeeper.errors import SettingsInvalid

_WAIT_SECONDS = 75.0
_LOOK_SECONDS = 0.5
_WHY = {
    "no-sender": "`apprise` is not installed where the gateway runs",
    "no-address": "its address is not where the plan says, or is none",
    "not-taken": "nobody took it: wrong address or password, or the service is down",
    "too-slow": "it took too long",
}


def channels(
    by: Person = "me",
    home: HomePath = None,
    test: Annotated[
        str | None,
        typer.Option("--test", metavar="CHANNEL", help="Send a test notice by this channel."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the channels of the plan and whether they are heard; or try one (role `operate`).

    A test is sent by the gateway that runs, as every notice is. Exit code 1: it did not go out.

    Examples:
      watchkeeper do channels --by ana
      watchkeeper do channels --test ops-chat --by ana
    """
    with open_line(home, by) as line:
        if test is None:
            listed = line.ask("channels", {})
            tell(listed, "\n".join(_line(one) for one in listed) or "no channels", as_json)
            return
        line.ask("try-channel", {"channel": test})
        found = _came_of(line, test)
        why = found["why"]
        text = f"it went out by {test}" if why is None else f"it did not go out: {_WHY[why]}"
        tell({"channel": test, **found}, text, as_json)
    if why is not None:
        raise typer.Exit(1)


def _came_of(line: Line, channel: str) -> dict[str, Any]:
    """Wait for what came of a test."""
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until:
        for one in line.ask("channels", {}):
            if one["channel"] == channel and one["trial"] is not None:
                return dict(one["trial"])
        time.sleep(_LOOK_SECONDS)
    raise SettingsInvalid("nothing came of the test in time", "see what the gateway says")


def _line(one: dict[str, Any]) -> str:
    roles = ", ".join(one["roles"]) or "nobody"
    state = one["state"]
    if one["state"] == "silent":
        state = f"SILENT since {one['since']}: {_WHY.get(one['why'], one['why'])}"
    elif one["lastHeard"]:
        state = f"heard, last at {one['lastHeard']}"
    return f"{one['channel']}  for {roles}  {state}"
