"""`do withdraw`: take one's own approval back."""

from __future__ import annotations

from watchkeeper.cli.do.asking import AsJson, Handle, HomePath, Person, Why, open_line, tell
from watchkeeper.cli.people import reason_of
from watchkeeper.errors import CommandInvalid, cut


def withdraw(
    handle: Handle,
    by: Person = "me",
    why: Why = "",
    home: HomePath = None,
    as_json: AsJson = False,
) -> None:
    """Take your own approval back, as long as the action was not released.

    Example:
      watchkeeper do withdraw esc_0123 --by ben --why "the customer called"
    """
    with open_line(home, by) as line:
        item = next((i for i in line.ask("pending", {}) if i["handle"] == handle), None)
        mine = next((v for v in item["verdicts"] if v["by"] == by), None) if item else None
        if item is None or mine is None or item["shown"] is None:
            raise CommandInvalid(
                f"no approval of yours waits under {cut(handle)}", "see `do pending`"
            )
        digest, beside = reason_of(why)
        body = {
            "handle": handle,
            "request": item["shown"]["request"],
            "verdict": {"shard": mine["shard"], "index": mine["index"]},
            "reason": digest,
        }
        answer = line.ask("withdraw", body, beside)
        tell(answer, f"{handle}: {answer['state']}", as_json)
