"""What happened last: the newest records, one line each."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.console.live.feed import Told
from watchkeeper.console.visit import Missing, Visit
from watchkeeper.records.action import Outcome
from watchkeeper.records.instant import Instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.reference import Ref

PAGE = 100
OUTCOMES = tuple(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Row:
    """One record in a line: what it says of which action, by whom."""

    ref: Ref
    kind: Kind
    at: Instant
    action_id: str
    agent: str
    tool: str
    outcome: str
    reasons: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Live:
    """The newest records that the choice holds, the newest first; `newest` is where to go on from.

    `agents` and `tools` are what may be chosen: what the plan in force has. `behind` is how many
    records the choice was made from.
    """

    rows: tuple[Row, ...]
    newest: Ref | None
    behind: int
    outcome: str
    agent: str
    tool: str
    agents: tuple[str, ...]
    tools: tuple[str, ...]


async def live(visit: Visit) -> Live | Missing:
    """Return what happened last."""
    chosen = Choice.of(visit)
    told = visit.feed.all()
    rows = [row_of(one) for one in reversed(told) if chosen.holds(one)]
    plan = visit.plan
    return Live(
        rows=tuple(rows[:PAGE]),
        newest=told[-1].ref if told else None,
        behind=len(told),
        outcome=chosen.outcome,
        agent=chosen.agent,
        tool=chosen.tool,
        agents=tuple(sorted(agent.id for agent in plan.agents)),
        tools=tuple(
            sorted(f"{server.id}/{tool.name}" for server in plan.servers for tool in server.tools)
        ),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records are wanted; empty is any. With none chosen, stops are shown too."""

    outcome: str = ""
    agent: str = ""
    tool: str = ""
    action: str = ""

    @classmethod
    def of(cls, visit: Visit) -> Choice:
        """Return what a page's address asks for."""
        outcome = visit.query.get("outcome", "")
        return cls(
            outcome if outcome in OUTCOMES else "",
            visit.query.get("agent", ""),
            visit.query.get("tool", ""),
            visit.query.get("action", ""),
        )

    def holds(self, told: Told) -> bool:
        """Tell whether a record is wanted."""
        asked = (
            (self.outcome, told.outcome),
            (self.agent, told.agent),
            (self.tool, told.tool),
            (self.action, told.action_id),
        )
        return all(not wanted or wanted == found for wanted, found in asked)


def row_of(told: Told) -> Row:
    """Return the line of a record."""
    return Row(
        ref=told.ref,
        kind=told.kind,
        at=told.at,
        action_id=told.action_id,
        agent=told.agent,
        tool=told.tool,
        outcome=told.outcome,
        reasons=tuple(told.reasons),
        by=told.by,
    )
