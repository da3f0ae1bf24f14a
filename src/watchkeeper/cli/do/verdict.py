"""`do pending`, `do approve`, `do refuse`: what waits for people, and what they say to it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.do.asking import (
    AsJson,
    Handles,
    HomePath,
    Person,
    Stead,
    Why,
    open_line,
    stead_of,
    tell,
)
from watchkeeper.cli.people import reason_of
from watchkeeper.do.account.shown import plainly
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.binding import item_binding
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex


def pending(by: Person = "me", home: HomePath = None, as_json: AsJson = False) -> None:
    """List the actions that wait for people.

    Examples:
      watchkeeper do pending --by ben
      watchkeeper do pending --by ben --json
    """
    with open_line(home, by) as line:
        waiting = line.ask("pending", {})
    text = "\n\n".join(pending_text(item) for item in waiting) or "nothing waits"
    tell(waiting, text, as_json)


def approve(
    handles: Handles,
    by: Person = "me",
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    stead: Stead = None,
    why: Why = "",
    home: HomePath = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Approve an action, exactly as it is shown; several like ones with one signature.

    Examples:
      watchkeeper do approve esc_0123 --by ben --why "photo of the damage seen"
      watchkeeper do approve esc_0123 esc_4567 --by ben
    """
    _verdict("approve", handles, (by, stead), role, why, home, yes, as_json)


def refuse(
    handles: Handles,
    by: Person = "me",
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    stead: Stead = None,
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Refuse an action, or several like ones; a reason is required.

    Example:
      watchkeeper do refuse esc_0123 --by ben --why "not the customer's order"
    """
    if not why:
        output.fail("a reason is required to refuse", "give `--why`")
    _verdict("refuse", handles, (by, stead), role, why, home, True, as_json)


def _ask_once_more(verb: str) -> None:
    """End the command unless somebody at a terminal says yes; what is piped in says nothing."""
    if not sys.stdin.isatty():
        output.fail(f"nobody is at a terminal to say whether to {verb}", "give `--yes`")
    if not typer.confirm(f"{verb}?", err=True):
        output.fail("nothing was said", code=output.Exit.FOUND)


def _verdict(
    verb: str,
    handles: list[str],
    who: tuple[str, str | None],
    role: str | None,
    why: str,
    home: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    by, stead = who
    with open_line(home, by) as line:
        began = wiring.clock().monotonic()
        listed = {item["handle"]: item for item in line.ask("pending", {})}
        items = [_shown(listed, handle) for handle in dict.fromkeys(handles)]
        output.say("\n\n".join(pending_text(item) for item in items))
        if not yes:
            _ask_once_more(verb)
        digest, beside = reason_of(why)
        mine = role or only_role(items[0]["shown"]["roles"])
        said = {
            "role": mine,
            "reason": digest,
            "millis": (wiring.clock().monotonic() - began) // 1000,
            **stead_of(line, stead, mine),
        }
        if len(items) == 1:
            answer = line.ask(verb, {**_bound(items[0]), **said}, beside)
            tell(answer, f"{answer['handle']}: {answer['state']}", as_json)
            return
        body = {**said, "items": [_item(item, mine) for item in items]}
        answer = line.ask(f"{verb}-list", body, beside)
        text = "\n".join(f"{one['handle']}: {one['state']}" for one in answer["items"])
        tell(answer, text, as_json)


def _shown(listed: dict[str, Any], handle: str) -> dict[str, Any]:
    """Return what waits under a handle, exactly as it was recorded."""
    item = listed.get(handle)
    if item is None or item["shown"] is None:
        raise CommandInvalid(f"no action waits under {cut(handle)}", "see `do pending`")
    if sha256_hex(canonical_arguments(item["shown"])) != item["shownDigest"]:
        raise CommandInvalid("what is shown is not what was recorded", "refuse it")
    return dict(item)


def _bound(item: dict[str, Any]) -> dict[str, Any]:
    """Return what a verdict is bound to, from what was shown."""
    shown = item["shown"]
    names = ("request", "tool", "pin", "agent", "plan")
    return {
        **{name: shown[name] for name in names},
        "handle": item["handle"],
        "shown": item["shownDigest"],
        "expires": item["expires"],
    }


def _item(item: dict[str, Any], role: str) -> dict[str, Any]:
    binding = item_binding({**_bound(item), "role": role})
    return {"handle": item["handle"], "binding": binding, "view": None}


def only_role(roles: list[str]) -> str:
    """Return the role that is asked for, where that is but one.

    Raises:
        CommandInvalid: there are several.
    """
    if len(set(roles)) != 1:
        named = ", ".join(sorted(set(roles)))
        raise CommandInvalid(f"several roles must approve: {named}", "say yours with `--role`")
    return roles[0]


def pending_text(item: dict[str, Any]) -> str:
    """Return what waits in words; what an agent wrote can not dress up as anything else."""
    shown = item["shown"] or {}
    arguments = canonical_arguments(shown.get("arguments", {})).decode()
    facts = canonical_arguments(shown.get("facts", {})).decode()
    lines = [
        f"{item['handle']}  ({item['state']}, until {item['expires']})",
        f"  {shown.get('filled') or shown.get('sentence', 'the request was erased')}",
        f"  arguments: {arguments}",
        f"  facts:     {facts}",
        f"  because:   {_because(shown)}",
        f"  asks:      {', '.join(shown.get('roles', []))}",
    ]
    lines += [f"  overdue:   {said}" for said in shown.get("management", ())]
    ahead = shown.get("standing", ())
    lines += [f"  ahead:     {one['by']} approved this ahead, by {one['id']}" for one in ahead]
    if shown.get("reason"):
        lines.append("  needs:     a reason, also to approve")
    for one in item.get("dialogue", ()):
        lines.append(f"  {one['by']} asks:  {one.get('text') or 'the question was erased'}")
        if one.get("answered"):
            lines.append(f"  the agent says:  {one.get('answer') or 'the answer was erased'}")
    return "\n".join(plainly(line) for line in lines)


def _because(shown: dict[str, Any]) -> str:
    why = shown.get("why")
    if why is None:
        return ", ".join(shown.get("reviews", []))
    return "; ".join(f"{one['policy']} ({one['statement']})" for one in why)
