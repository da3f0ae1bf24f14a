"""`do ask`: ask the agent back before deciding."""

from __future__ import annotations

from typing import Annotated

import typer

from watchkeeper.cli.do.asking import (
    AsJson,
    Handle,
    HomePath,
    Person,
    Stead,
    open_line,
    stead_of,
    tell,
)
from watchkeeper.cli.do.verdict import only_role
from watchkeeper.cli.people import reason_of
from watchkeeper.errors import CommandInvalid, cut


def ask(
    handle: Handle,
    text: Annotated[str, typer.Argument(help="The question; the agent is shown it.")],
    by: Person = "me",
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    stead: Stead = None,
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Ask the agent back about an action that waits; it waits no longer for that.

    Example:
      watchkeeper do ask esc_0123 "which invoice is it?" --by ben
    """
    with open_line(home, by) as line:
        item = next((i for i in line.ask("pending", {}) if i["handle"] == handle), None)
        if item is None or item["shown"] is None:
            raise CommandInvalid(f"no action waits under {cut(handle)}", "see `do pending`")
        digest, beside = reason_of(text)
        mine = role or only_role(item["shown"]["roles"])
        body = {
            "handle": handle,
            "request": item["shown"]["request"],
            "role": mine,
            "text": digest,
            **stead_of(line, stead, mine),
        }
        sent = {"text": text, "salt": beside.get("salt", "")}
        answer = line.ask("ask", body, sent)
        tell(answer, f"{handle}: asked, and {answer['state']}", as_json)
