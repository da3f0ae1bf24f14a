"""`do passkeys`: whose passkeys count, and the end of one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from watchkeeper.cli import output
from watchkeeper.cli.do.asking import AsJson, HomePath, Person, Why, open_line, tell
from watchkeeper.cli.people import reason_of
from watchkeeper.errors import SettingsInvalid, cut


def passkeys(
    by: Person = "me",
    home: HomePath = None,
    revoke: Annotated[
        str | None,
        typer.Option("--revoke", metavar="KEYID", help="Let this one count no more; 8 digits do."),
    ] = None,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """List the passkeys that count; or revoke one, for good: your own, or with `operate` any.

    Examples:
      watchkeeper do passkeys --by ana
      watchkeeper do passkeys --revoke 3f9a02c1 --by ana --why "the phone is lost"
    """
    with open_line(home, by) as line:
        listed = line.ask("passkeys", {})
        if revoke is None:
            if not listed and not as_json:
                output.say("no passkey counts yet; `watchkeeper do code` lets you make the first")
                return
            tell(listed, "\n".join(_line(one) for one in listed), as_json)
            return
        found = _one_of(listed, revoke)
        reason, beside = reason_of(why)
        body = {"person": found["person"], "keyid": found["keyid"], "reason": reason}
        told = line.ask("revoke-passkey", body, beside)
        text = f"{found['keyid'][:8]} of {found['person']} counts no more"
        tell(told, text, as_json)


def _one_of(listed: list[dict[str, Any]], keyid: str) -> dict[str, Any]:
    found = [one for one in listed if len(keyid) >= 8 and one["keyid"].startswith(keyid.lower())]
    if len(found) != 1:
        raise SettingsInvalid(
            f"no one passkey whose id begins with {cut(keyid)}", "see `do passkeys`"
        )
    return found[0]


def _line(one: dict[str, Any]) -> str:
    vouched = f"  vouched for by {one['vouchedBy']}" if one["vouchedBy"] else ""
    named = f"  {one['name']}" if one["name"] else ""
    return f"{one['keyid'][:8]}  {one['person']}  by the {one['from']}{named}{vouched}"
