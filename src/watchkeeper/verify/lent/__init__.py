"""Step 24: authority that somebody lent to another, each kind in a module of its own."""

from __future__ import annotations

from typing import TypeVar, cast

from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.lent.absences import Absences
from watchkeeper.verify.lent.delegations import Delegations
from watchkeeper.verify.lent.frame import Rule, Scene
from watchkeeper.verify.lent.mandates import Mandates
from watchkeeper.verify.lent.standing import Standings
from watchkeeper.verify.report import Report

__all__ = [
    "LENT",
    "RULES",
    "Absences",
    "Delegations",
    "Lent",
    "Mandates",
    "Rule",
    "Scene",
    "Standings",
]

LENT = 24
RULES: tuple[type[Rule], ...] = (Standings, Absences, Mandates, Delegations)
"""Every kind of lent authority that is followed."""

R = TypeVar("R", bound=Rule)


class Lent:
    """Gives each rule the records that concern it, and reports what does not hold."""

    def __init__(self, report: Report, scene: Scene, before: Lent | None = None) -> None:
        self._report, self.scene = report, scene
        self._rules: dict[type[Rule], Rule] = (
            {kind: kind() for kind in RULES} if before is None else before.followed()
        )

    def followed(self) -> dict[type[Rule], Rule]:
        """Return the rules with what they know, for the next shard."""
        return self._rules

    def part(self, kind: type[R]) -> R:
        """Return one of the rules, with what it knows."""
        return cast("R", self._rules[kind])

    def record(self, ref: Ref, record: Record) -> None:
        """Take up the next record that is no decision."""
        for rule in self._rules.values():
            if record.kind in rule.kinds:
                for problem in rule.record(ref, record, self.scene):
                    self._report.fail(LENT, f"{record.kind.value}: {problem}", ref.index)

    def decision(self, ref: Ref, decided: Decided, at: int) -> None:
        """Take up the next decision."""
        for rule in self._rules.values():
            for problem in rule.decision(ref, decided, at, self.scene):
                self._report.fail(LENT, problem, ref.index)

    def finish(self) -> None:
        """Say what was looked at, and what could not be."""
        said = [text for text in (rule.said() for rule in self._rules.values()) if text]
        missing = [f"{count} {why}" for why, count in sorted(self.scene.unchecked.items())]
        detail = "; ".join([*said, *missing]) or "none"
        if missing:
            self._report.skip(LENT, detail)
        else:
            self._report.say(LENT, detail)
