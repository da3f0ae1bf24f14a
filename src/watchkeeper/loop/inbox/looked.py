"""What a reviewer had before their eyes, as they say and as the home itself can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.do.state.pending import Pending
from watchkeeper.errors import CommandInvalid
from watchkeeper.loop.home import Home
from watchkeeper.loop.inbox.receipts import opened_at
from watchkeeper.loop.inbox.view import View, questions_in, view_digest

TIMED_HERE = "home"


@dataclass(frozen=True, slots=True)
class Looked:
    """How long a reviewer looked, and at which view.

    `timed` is `home` where this home gave the view out and measured, None where the reviewer says
    so; `view` is the digest that was signed, `text` the view itself.
    """

    millis: int
    timed: str | None = None
    view: str | None = None
    text: View | None = None


def looked(
    home: Home, pending: Pending, person: str, body: Mapping[str, Any], beside: Mapping[str, Any]
) -> Looked:
    """Return what a reviewer looked at before a verdict.

    `body` may name a `view` by its digest; `beside` then holds the `view` and its `receipt`.

    Raises:
        CommandInvalid: the view was not given to this person, or something was said since.
    """
    digest, text, receipt = body.get("view"), beside.get("view"), beside.get("receipt")
    if digest is None:
        millis = body.get("millis")
        return Looked(millis if isinstance(millis, int) and millis >= 0 else 0)
    opened = None
    if isinstance(text, dict) and isinstance(receipt, str) and view_digest(text) == digest:
        opened = opened_at(home.secret, pending.handle, person, digest, receipt)
    if opened is None or not isinstance(text, dict):
        raise CommandInvalid("the view is not one that was given here", "open it again")
    if questions_in(text) != len(pending.questions) + len(pending.answers):
        raise CommandInvalid("something was said since it was opened", "look again")
    return Looked(max(0, home.now() - opened) // 1000, TIMED_HERE, digest, text)
