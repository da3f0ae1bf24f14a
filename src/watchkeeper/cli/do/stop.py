"""`do stop`, `do resume`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, Why, open_line, tell
from watchkeeper.cli.people import reason_of
from watchkeeper.errors import cut


def stop(
    scope: Annotated[str, typer.Argument(help="all, agent:ID, system:ID or tool:SERVER/TOOL.")],
    by: Person = "me",
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Stop an agent, a system, a tool, or everything, from the next decision on.

    A name that the plan in force does not have is stopped too, and named; it ends with 1 then.

    Example:
      watchkeeper do stop agent:refund-agent --by ana --why "odd refunds tonight"
    """
    body, beside = _scoped(scope, why)
    with open_line(home, by) as line:
        answer = line.ask("stop", body, beside)
        tell(answer, f"stopped {scope}", as_json)
    if answer.get("unknown"):
        like = ", ".join(f"`{name}`" for name in answer["like"])
        advice = f"did you mean {like}?" if like else "look at `watchkeeper plan show`"
        output.fail(f"the plan has nothing called {cut(scope)}", advice, code=output.Exit.FOUND)


def resume(
    scope: Annotated[str, typer.Argument(help="The scope of the stop, as it was given.")],
    why: Annotated[str, typer.Option("--why", help="Your reason; required.")],
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Lift a stop; needs the role `operate` and a reason.

    Example:
      watchkeeper do resume agent:refund-agent --why "prompt mended" --by ana
    """
    body, beside = _scoped(scope, why)
    with open_line(home, by) as line:
        tell(line.ask("resume", body, beside), f"resumed {scope}", as_json)


def _scoped(scope: str, why: str) -> tuple[dict[str, Any], dict[str, Any]]:
    kind, _, name = scope.partition(":")
    digest, beside = reason_of(why)
    return {"scopeKind": kind, "scopeName": name, "reason": digest}, beside
