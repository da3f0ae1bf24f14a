"""`do token`: agents' bearer tokens."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, open_line, tell
from watchkeeper.cli.people import hidden
from watchkeeper.errors import cut


def token(
    agent: Annotated[str | None, typer.Argument(help="The agent's id in the plan.")] = None,
    by: Person = "me",
    home: HomePath = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call it.")] = None,
    revoke: Annotated[str | None, typer.Option("--revoke", help="Take this one back.")] = None,
    acts_for: Annotated[
        str | None,
        typer.Option("--for", metavar="PERSON", help="Whom the agent acts for by this token."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a bearer token for an agent, shown once; or list them, or take one back.

    With `--for` that person never approves what the agent asks by this token. The log holds the
    name as a digest.

    Examples:
      watchkeeper do token my-agent --by ana
      watchkeeper do token my-agent --for ben --by ana
      watchkeeper do token --by ana                  (lists)
      watchkeeper do token --revoke NAME --by ana
    """
    with open_line(home, by) as line:
        if revoke is not None:
            tell(line.ask("revoke-token", {"name": revoke}), f"revoked {revoke}", as_json)
            return
        if agent is None:
            listed = line.ask("tokens", {})
            tell(listed, "\n".join(_line(one) for one in listed), as_json)
            return
        secret = "wk_" + base64.urlsafe_b64encode(wiring.ids().random_bytes(32)).decode().strip("=")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        called = name or f"{agent}-{digest[:8]}"
        person, beside = hidden("onBehalfOf", acts_for)
        body = {"agent": agent, "name": called, "digest": digest, "onBehalfOf": person}
        answer = line.ask("token", body, beside)
        if answer.get("forSomebodyElse"):
            output.say(f"the plan knows no person {cut(acts_for)}: nobody is kept from approving")
        output.say(f"token {called} of {agent}; it is shown this once:")
        tell({"agent": agent, "name": called, "token": secret}, secret, as_json)


def _line(one: dict[str, Any]) -> str:
    person = f"  for {one['for'] or '(not kept any more)'}" if "for" in one else ""
    return f"{one['name']}  {one['agent']}{person}"
