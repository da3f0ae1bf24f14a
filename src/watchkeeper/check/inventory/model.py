"""The inventory as the records show it, and its JSON."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from watchkeeper.records.codec import to_json
from watchkeeper.records.instant import Instant
from watchkeeper.records.reference import Ref


class Kind(enum.StrEnum):
    """What an item of the inventory is."""

    SYSTEM = "system"
    AGENT = "agent"
    TOOL = "tool"
    MODEL = "model"
    PROMPT = "prompt"
    VERSION = "version"


class State(enum.StrEnum):
    """How what was seen stands to what is declared."""

    DECLARED = "declared"
    """It is in the plan in force, and was seen."""

    NOT_SEEN = "not-seen"
    """It is in the plan in force, and was not seen: no finding."""

    NOT_DECLARED = "not-declared"
    """It was seen, and the plan in force does not have it, nor had any that was here: a finding."""

    DIFFERS = "differs"
    """Under a name of the plan, something else was seen than it declares: a finding."""

    OUT_OF_SCOPE = "out-of-scope"
    """It is declared to be out of scope, and acted all the same: a finding."""

    RETIRED = "retired"
    """It was seen while a plan had it; the plan in force has it no longer: no finding."""


FINDINGS = frozenset({State.NOT_DECLARED, State.DIFFERS, State.OUT_OF_SCOPE})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in one system, how often it was seen, when first, when last, and where that is.

    Models, prompts and versions are those of the agent `name`, as far as its client says something
    of them; `declared` is what the plan in force has for it, empty where it has nothing. A tool is
    `server/tool`, and what is declared of it is the digest of its definition. `values` are what was
    seen instead, as far as records or payloads tell: the first few. `system` is empty where it was
    not known yet when the action was refused.
    """

    kind: Kind
    name: str
    system: str
    state: State
    count: int = 0
    first: Instant | None = None
    last: Instant | None = None
    last_ref: Ref | None = None
    declared: str = ""
    values: tuple[str, ...] = ()

    @property
    def finding(self) -> bool:
        """Whether it was seen at run time and is not in the inventory as it was seen."""
        return self.state in FINDINGS

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "kind": self.kind.value,
            "name": self.name,
            "system": self.system,
            "state": self.state.value,
            "finding": self.finding,
            "count": self.count,
            "first": None if self.first is None else str(self.first),
            "last": None if self.last is None else str(self.last),
            "lastRecord": to_json(self.last_ref),
            "declared": self.declared,
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Names that stand in records and that nobody but an agent vouches for: counted, not listed."""

    count: int = 0
    last: Instant | None = None
    last_ref: Ref | None = None

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        last = None if self.last is None else str(self.last)
        return {"count": self.count, "last": last, "lastRecord": to_json(self.last_ref)}


NONE = MadeUp()


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that is declared, and all that was seen since `since`.

    `plan` is the digest of the plan in force, None where there is none; `readable` tells that its
    bundle is here. `more` are names beyond those that are listed. `unread_plans` are earlier plans
    whose bundle is not here, so that what they declared is not known.
    """

    plan: str | None
    readable: bool
    items: tuple[Item, ...] = ()
    agents_made_up: MadeUp = NONE
    tools_made_up: MadeUp = NONE
    more: int = 0
    decisions: int = 0
    since: Instant | None = None
    unread_plans: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Item, ...]:
        """What makes the check end with exit code 1."""
        return tuple(item for item in self.items if item.finding)

    def json(self) -> dict[str, Any]:
        """Render as a JSON object."""
        return {
            "plan": self.plan,
            "planReadable": self.readable,
            "since": None if self.since is None else str(self.since),
            "decisions": self.decisions,
            "items": [item.json() for item in self.items],
            "agentsMadeUp": self.agents_made_up.json(),
            "toolsMadeUp": self.tools_made_up.json(),
            "more": self.more,
            "unreadPlans": list(self.unread_plans),
        }
