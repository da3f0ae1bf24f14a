"""`watchkeeper do`: what people do while agents act."""

from __future__ import annotations

import base64
import hashlib
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from watchkeeper import wiring
from watchkeeper.cli import output
from watchkeeper.cli.people import (
    Line,
    find_home,
    key_path,
    passphrase_for,
    reason_of,
    signer_of,
)
from watchkeeper.errors import CommandInvalid, KeyUnsafe, cut
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.plan.draft.person_key import add_person_key

app = typer.Typer(
    name="do",
    help="Decide, approve, refuse, stop, resume, settle: what people do while agents act.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

HomePath = Annotated[
    Path | None, typer.Option("--home", help="The home; else WATCHKEEPER_HOME, else `home`.")
]
Person = Annotated[str, typer.Option("--by", help="Who you are: your id in the plan.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Handle = Annotated[str, typer.Argument(help="The handle, as `do pending` shows it.")]
Why = Annotated[str, typer.Option("--why", help="Your reason, in a sentence.")]


@contextmanager
def _line(home: Path | None, person: str) -> Iterator[Line]:
    with output.speaking_plainly():
        line = Line(find_home(home), person)
        try:
            yield line
        finally:
            line.close()


@app.command("enroll")
def enroll(
    name: Annotated[str, typer.Argument(help="Your id in the plan.")],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Put the public half into this workspace.")
    ] = None,
) -> None:
    """Make a key of your own, under a passphrase; its public half goes into the plan.

    Who has a key already puts the same one into a further workspace.
    The key is kept outside every home, in WATCHKEEPER_PEOPLE or your configuration folder.

    Example: watchkeeper do enroll ana --workspace aims
    """
    with output.speaking_plainly():
        path = key_path(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            public = wiring.create_person_key(path, passphrase_for(name, new=True))
        elif workspace is None:
            raise KeyUnsafe(
                f"{cut(name)} has a key already: {path}",
                "put it into a plan with `--workspace`, or move it away",
            )
        else:
            public = signer_of(name).public_key
        text = base64.b64encode(public).decode()
        output.say(f"key of {name}: {path}")
        if workspace is not None:
            add_person_key(workspace, name, text)
            output.say(f"its public half is now in {workspace}; release the plan to use it")
        else:
            output.say("put this public half among the person's `keys` in aims.yaml:")
        output.show(text)


@app.command("token")
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
    with _line(home, by) as line:
        if revoke is not None:
            _tell(line.ask("revoke-token", {"name": revoke}), f"revoked {revoke}", as_json)
            return
        if agent is None:
            listed = line.ask("tokens", {})
            _tell(listed, "\n".join(f"{t['name']}  {t['agent']}" for t in listed), as_json)
            return
        secret = "wk_" + base64.urlsafe_b64encode(wiring.ids().random_bytes(32)).decode().strip("=")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        called = name or f"{agent}-{digest[:8]}"
        line.ask("token", {"agent": agent, "name": called, "digest": digest})
        output.say(f"token {called} of {agent}; it is shown this once:")
        _tell({"agent": agent, "name": called, "token": secret}, secret, as_json)


@app.command("pending")
def pending(by: Person = "me", home: HomePath = None, as_json: AsJson = False) -> None:
    """List the actions that wait for people."""
    with _line(home, by) as line:
        waiting = line.ask("pending", {})
    text = "\n\n".join(_pending_text(item) for item in waiting) or "nothing waits"
    _tell(waiting, text, as_json)


@app.command("approve")
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


@app.command("refuse")
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


@app.command("stop")
def stop(
    scope: Annotated[str, typer.Argument(help="all, agent:ID, system:ID or tool:SERVER/TOOL.")],
    by: Person = "me",
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Stop an agent, a system, a tool, or everything, from the next decision on.

    Example: watchkeeper do stop agent:refund-agent --by ana --why "odd refunds tonight"
    """
    body, beside = _scoped(scope, why)
    with _line(home, by) as line:
        _tell(line.ask("stop", body, beside), f"stopped {scope}", as_json)


@app.command("resume")
def resume(
    scope: Annotated[str, typer.Argument(help="The scope of the stop, as it was given.")],
    why: Annotated[str, typer.Option("--why", help="Your reason; required.")],
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Lift a stop; needs the role `operate` and a reason."""
    body, beside = _scoped(scope, why)
    with _line(home, by) as line:
        _tell(line.ask("resume", body, beside), f"resumed {scope}", as_json)


@app.command("resolve")
def resolve(
    action_id: Annotated[
        str | None, typer.Argument(help="The action; without it, all unknown ones are listed.")
    ] = None,
    status: Annotated[
        str, typer.Option("--as", help="read (as the tool file declares), succeeded or failed.")
    ] = "read",
    by: Person = "me",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Settle an action whose effect is not known, with its one effect record.

    Examples:
      watchkeeper do resolve --by ana                        (lists)
      watchkeeper do resolve ACTION --by ana                 (by the declared read)
      watchkeeper do resolve ACTION --as failed --by ana
    """
    with _line(home, by) as line:
        if action_id is None:
            listed = line.ask("unknown", {})
            rows = (f"{u['actionId']}  {u['at']}  {u['agent']}  {u['tool']}" for u in listed)
            _tell(listed, "\n".join(rows) or "no effect is unknown", as_json)
            return
        answer = line.ask("resolve", {"actionId": action_id, "status": status})
        _tell(answer, f"{action_id}: {answer['status']} (by {answer['by']})", as_json)


@app.command("accept-clock")
def accept_clock(by: Person = "me", home: HomePath = None, as_json: AsJson = False) -> None:
    """Accept the clock as it stands, after it went backwards or leapt."""
    with _line(home, by) as line:
        _tell(line.ask("accept-clock", {}), "the clock is accepted", as_json)


@app.command("decide")
def decide(
    file: Annotated[Path, typer.Argument(help="The action as JSON; `-` reads standard input.")],
    home: HomePath = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Decide under this workspace instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what would happen to an action, and why. A dry run: nothing is released or used up.

    FILE holds {"agent", "tool": "server/tool", "arguments", "facts"?, "at"?}; `facts` gives the
    values of the declared sources, since a dry run reads no system of record.

    Example: watchkeeper do decide refund.json --workspace aims
    """
    from watchkeeper.cli.dry_run import dry_run, render

    with output.speaking_plainly():
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        found = dry_run(raw, None if workspace else find_home(home), workspace)
    _tell(found, render(found), as_json)


def _tell(value: Any, text: str, as_json: bool) -> None:
    if as_json:
        output.show_json(value)
    else:
        output.show(text)


def _scoped(scope: str, why: str) -> tuple[dict[str, Any], dict[str, Any]]:
    kind, _, name = scope.partition(":")
    digest, beside = reason_of(why)
    return {"scopeKind": kind, "scopeName": name, "reason": digest}, beside


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
    with _line(home, by) as line:
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
        _tell(answer, f"{handle}: {answer['state']}", as_json)


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
