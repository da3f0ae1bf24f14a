"""What a reviewer sees beside the request itself: made when it is opened, signed with the verdict.

`shown` is fixed when an action is escalated. A view is what changes meanwhile: how old the facts
are by now, what the agent did lately, what is left of its budgets. Other actions stand in it as
references and outcomes, never as values: it is kept with the verdict, and erasing somebody's data
must not leave a copy in the verdict on somebody else's (decision 0110).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.do.state.pending import Pending
from watchkeeper.ledger.canonical import canonical_arguments, sha256_hex
from watchkeeper.loop.home import Home
from watchkeeper.loop.inbox.bars import bars_of
from watchkeeper.loop.inbox.dialogue import dialogue_of
from watchkeeper.loop.inbox.past import Done, Past
from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant, parse_instant, render_instant

View = dict[str, Any]


def view_of(home: Home, pending: Pending, person: str, past: Past | None = None) -> View:
    """Return what a person who opens an escalation now is given beside `shown`.

    A JSON object: `salt`, `handle`, `person`, `at`; `factsAge` (seconds by source); `lately` and
    `similar` (lists of `{ref, at, tool, outcome, ended, by}`, the newest first; empty without
    `past`); `budgets` (as `Bar`); `dialogue` (what was asked back, and the agent's answers).
    """
    at = home.now()
    shown = home.shown(pending) or {}
    return {
        "salt": home.ids.random_bytes(16).hex(),
        "handle": pending.handle,
        "person": person,
        "at": render_instant(at),
        "factsAge": _ages(shown.get("factsRead", {}), at),
        "lately": [_said(d) for d in past.lately(pending.agent, pending.action_id)] if past else [],
        "similar": [_said(d) for d in past.similar(pending.action_id)] if past else [],
        "budgets": [to_json(bar) for bar in bars_of(home, pending.agent, pending.action, at)],
        "dialogue": [to_json(one) for one in dialogue_of(home, pending)],
    }


def questions_in(view: Mapping[str, Any]) -> int:
    """Return how many questions and answers a view holds."""
    said = view.get("dialogue", [])
    return len(said) + sum(1 for one in said if one.get("answered") is not None)


def view_digest(view: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a view's canonical JSON (RFC 8785), in hex; its salt is in it."""
    return sha256_hex(canonical_arguments(view))


def _ages(read: Mapping[str, str], at: Instant) -> dict[str, int]:
    return {source: max(0, at - parse_instant(when)) // 1_000_000 for source, when in read.items()}


def _said(done: Done) -> dict[str, Any]:
    return {
        "ref": [done.ref.shard, done.ref.index],
        "at": render_instant(done.at),
        "tool": done.action,
        "outcome": done.outcome,
        "ended": done.ended,
        "by": list(done.by),
    }
