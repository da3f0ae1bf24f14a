"""The agent's process, played scene by scene, and what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from watchkeeper.demo.world.processes import Process
from watchkeeper.errors import UpstreamFailed

RESULT_TOOL = "watchkeeper_result"
_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Action:
    """One call of a tool as the agent saw it; `outcome` is ok, blocked, escalated, failed, lost."""

    scenario: str
    tool: str
    arguments: Mapping[str, Any]
    outcome: str
    reason: str | None = None
    handle: str | None = None
    decision: str | None = None
    sentence: str = ""

    @property
    def request_id(self) -> str:
        """What the agent calls its refund or credit by."""
        return str(self.arguments.get("request_id", ""))


@dataclass(slots=True)
class Agent:
    """Tells the agent's process what to play. `done` holds all that it did, in order."""

    process: Process
    record: Path
    tick: Callable[[int], None]
    done: list[Action] = field(default_factory=list)

    def play(self, scene: str, **arguments: Any) -> list[Action]:
        """Play a scene to its end and return its actions.

        Raises:
            UpstreamFailed: the scene could not be played.
        """
        self.begin(scene, **arguments)
        return self.finish()

    def begin(self, scene: str, **arguments: Any) -> None:
        """Begin a scene; `step` returns its actions one by one as they end."""
        self.process.tell({"scene": scene, "with": arguments})

    def step(self) -> Action | None:
        """Return the next action of the scene, None once it is over.

        Raises:
            UpstreamFailed: the scene broke off.
        """
        said = self.process.hear(_SECONDS)
        if "done" in said:
            if not said["done"]:
                raise UpstreamFailed(f"the agent could not play: {said.get('error')}")
            return None
        action = _action(said)
        self.done.append(action)
        with self.record.open("ab") as lines:
            lines.write(orjson.dumps(said) + b"\n")
        self.tick(len(self.done))
        return action

    def finish(self, *, broken: bool = False) -> list[Action]:
        """Play the scene to its end; `broken` forgives that it breaks off."""
        actions = []
        try:
            while (action := self.step()) is not None:
                actions.append(action)
        except UpstreamFailed:
            if not broken or self.process.code is not None:
                raise
        return actions


def named(actions: Sequence[Action], tool: str) -> list[Action]:
    """Return the actions on one tool."""
    return [action for action in actions if action.tool == tool]


def only(actions: Sequence[Action], tool: str) -> Action:
    """Return the one action on a tool.

    Raises:
        UpstreamFailed: there is none, or there are several.
    """
    found = named(actions, tool)
    if len(found) != 1:
        said = "; ".join(f"{a.tool} {a.outcome} {a.sentence}".strip() for a in actions)
        raise UpstreamFailed(f"the agent should have used {tool} once: {said}")
    return found[0]


def _action(said: Mapping[str, Any]) -> Action:
    return Action(
        scenario=said["scenario"],
        tool=said["tool"],
        arguments=said["arguments"],
        outcome=said["outcome"],
        reason=said["reason"],
        handle=said["handle"],
        decision=said["decision"],
        sentence=said["sentence"],
    )
