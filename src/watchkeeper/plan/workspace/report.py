"""Findings as they are gathered: a spot in a file, the words, what to do, the code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.finding import Finding, Severity

_MANY, _SEARCHES = 200, 20


@dataclass(slots=True)
class Report:
    """Gathers findings."""

    findings: list[Finding] = field(default_factory=list)
    _searches: int = 0

    def nearest(self, word: str, among: Iterable[str]) -> str:
        """Return advice that names the nearest known word; among many words, a few times only."""
        known = tuple(among)
        if len(known) > _MANY:
            self._searches += 1
            if self._searches > _SEARCHES:
                return f"it is none of the {len(known)} that are known"
        return nearest(word, known)

    def at(self, file: Checked[Any], *place: str | int) -> Spot:
        """Return a spot of a file, by path into it."""
        return Spot(self, file, place)


@dataclass(frozen=True, slots=True)
class Spot:
    """A spot of a file, to which something can be wrong."""

    report: Report
    file: Checked[Any]
    place: tuple[str | int, ...]

    def inside(self, *place: str | int) -> Spot:
        """Return a spot below this one."""
        return Spot(self.report, self.file, (*self.place, *place))

    def safety(self, code: str, message: str, advice: str) -> None:
        """Note what stops a release."""
        self._note(Severity.SAFETY, code, message, advice)

    def gap(self, code: str, message: str, advice: str) -> None:
        """Note a gap of the management system, which stops nothing."""
        self._note(Severity.MANAGEMENT, code, message, advice)

    def needs(self, kind: str, name: str, known: Iterable[str], *place: str | int) -> bool:
        """Note a reference, at `place` below, to a `kind` that is not there; say whether it is."""
        if name in known:
            return True
        advice = self.report.nearest(name, known)
        self.inside(*place).safety("unknown-reference", f"there is no {kind} `{name}`", advice)
        return False

    def _note(self, severity: Severity, code: str, message: str, advice: str) -> None:
        line = self.file.line(*self.place)
        self.report.findings.append(Finding(severity, self.file.file, line, message, advice, code))
