"""Findings as they are gathered: the place by path into a file, the words, the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchkeeper.plan.workspace.checked import Checked, nearest
from watchkeeper.plan.workspace.finding import Finding, Severity

Place = tuple[str | int, ...]


class Report:
    """Gathers findings."""

    __slots__ = ("findings",)

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def safety(
        self, file: Checked[Any], place: Place, message: str, advice: str, code: str
    ) -> None:
        """Note what stops a release."""
        line = file.line(*place)
        self.findings.append(Finding(Severity.SAFETY, file.file, line, message, advice, code))

    def gap(self, file: Checked[Any], place: Place, message: str, advice: str, code: str) -> None:
        """Note a gap of the management system, which stops nothing."""
        line = file.line(*place)
        self.findings.append(Finding(Severity.MANAGEMENT, file.file, line, message, advice, code))

    def needs(
        self, file: Checked[Any], place: Place, kind: str, name: str, known: Mapping[str, Any]
    ) -> bool:
        """Note a reference to a `kind` that is not there; return whether it is."""
        if name in known:
            return True
        message = f"there is no {kind} `{name}`"
        self.safety(file, place, message, nearest(name, known), "unknown-reference")
        return False
