"""`do pending`, `do approve`, `do refuse`: what waits for people, and what they say to it."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, Handle, HomePath, Person, Why, open_line, tell
from watchkeeper.cli.people import reason_of
from watchkeeper.errors import CommandInvalid, cut
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex


def pending(by: Person = "me", home: HomePath = None, as_json: AsJson = False) -> None:
    """List the actions that wait for people."""
    with open_line(home, by) as line:
        waiting = line.ask("pending", {})
    text = "\n\n".join(_pending_text(item) for item in waiting) or "nothing waits"
    tell(waiting, text, as_json)


def approve(
    handle: Handle,
    by: Person = "me",
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    why: Why = "",
    home: HomePath = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Approve an action, exactly as it is shown.

    Example: watchkeeper do approve esc_0123 --by ben --why "photo of the damage seen"
    """
    _verdict("approve", handle, by, role, why, home, yes, as_json)


def refuse(
    handle: Handle,
    by: Person = "me",
    role: Annotated[str | None, typer.Option("--role", help="In which role.")] = None,
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Refuse an action; a reason is required.

    Example: watchkeeper do refuse esc_0123 --by ben --why "not the customer's order"
    """
    if not why:
        output.fail("a reason is required to refuse", "give `--why`")
    _verdict("refuse", handle, by, role, why, home, True, as_json)


def _verdict(
    verb: str,
    handle: str,
    by: str,
    role: str | None,
    why: str,
    home: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    with open_line(home, by) as line:
        began = wiring.clock().monotonic()
        item = next((i for i in line.ask("pending", {}) if i["handle"] == handle), None)
        if item is None or item["shown"] is None:
            raise CommandInvalid(f"no action waits under {cut(handle)}", "see `do pending`")
        shown = item["shown"]
        if sha256_hex(canonical_arguments(shown)) != item["shownDigest"]:
            raise CommandInvalid("what is shown is not what was recorded", "refuse it")
        output.say(_pending_text(item))
        if not yes and sys.stdin.isatty() and not typer.confirm(f"{verb}?", err=True):
            output.fail("nothing was said", code=output.Exit.FOUND)
        digest, beside = reason_of(why)
        body = {
            "handle": handle,
            "request": shown["request"],
            "tool": shown["tool"],
            "pin": shown["pin"],
            "agent": shown["agent"],
            "plan": shown["plan"],
            "shown": item["shownDigest"],
            "expires": item["expires"],
            "role": role or _only_role(shown["roles"]),
            "reason": digest,
            "millis": (wiring.clock().monotonic() - began) // 1000,
        }
        answer = line.ask(verb, body, beside)
        tell(answer, f"{handle}: {answer['state']}", as_json)


def _only_role(roles: list[str]) -> str:
    if len(set(roles)) != 1:
        named = ", ".join(sorted(set(roles)))
        raise CommandInvalid(f"several roles must approve: {named}", "say yours with `--role`")
    return roles[0]


def _plainly(text: str) -> str:
    """Escape what a terminal would not show as it is: an agent must not dress up what it asks."""
    hidden = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    return "".join(
        char if unicodedata.category(char) not in hidden else f"\\u{ord(char):04x}" for char in text
    )


def _pending_text(item: dict[str, Any]) -> str:
    shown = item["shown"] or {}
    arguments = canonical_arguments(shown.get("arguments", {})).decode()
    facts = canonical_arguments(shown.get("facts", {})).decode()
    lines = (
        f"{item['handle']}  ({item['state']}, until {item['expires']})",
        f"  {shown.get('sentence', 'the request was erased')}",
        f"  arguments: {arguments}",
        f"  facts:     {facts}",
        f"  because:   {', '.join(shown.get('reviews', []))}",
        f"  asks:      {', '.join(shown.get('roles', []))}",
    )
    return "\n".join(_plainly(line) for line in lines)
