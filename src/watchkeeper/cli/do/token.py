"""`do token`: agents' bearer tokens."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, open_line, tell


def token(
    agent: Annotated[str | None, typer.Argument(help="The agent's id in the plan.")] = None,
    by: Person = "me",
    home: HomePath = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call it.")] = None,
    revoke: Annotated[str | None, typer.Option("--revoke", help="Take this one back.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a bearer token for an agent, shown once; or list them, or take one back.

    Examples:
      watchkeeper do token my-agent --by ana
      watchkeeper do token --by ana                  (lists)
      watchkeeper do token --revoke NAME --by ana
    """
    with open_line(home, by) as line:
        if revoke is not None:
            tell(line.ask("revoke-token", {"name": revoke}), f"revoked {revoke}", as_json)
            return
        if agent is None:
            listed = line.ask("tokens", {})
            tell(listed, "\n".join(f"{t['name']}  {t['agent']}" for t in listed), as_json)
            return
        secret = "wk_" + base64.urlsafe_b64encode(wiring.ids().random_bytes(32)).decode().strip("=")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        called = name or f"{agent}-{digest[:8]}"
        line.ask("token", {"agent": agent, "name": called, "digest": digest})
        output.say(f"token {called} of {agent}; it is shown this once:")
        tell({"agent": agent, "name": called, "token": secret}, secret, as_json)
