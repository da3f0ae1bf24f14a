"""What is wrong with a workspace, where, and what to do about it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

OTHER_PIN = "pin-mismatch"
BAD_TOOL = "bad-tool"
_CAUSES = {OTHER_PIN: 0, BAD_TOOL: 1}
"""What other findings may follow from: it comes before them."""


class Severity(enum.StrEnum):
    """How bad it is.

    `unreadable` and `safety` stop a release; `management` is named and never stops one.
    """

    UNREADABLE = "unreadable"
    SAFETY = "safety"
    MANAGEMENT = "management"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `file:line`, what it is, and what to do.

    `file` is relative to the workspace, `line` counts from 1 and is 0 where no line is to blame,
    `code` is stable and may be relied on by programs. What is `dated` depends on the day on which
    it is asked for, and never stands in a plan.
    """

    severity: Severity
    file: str
    line: int
    message: str
    advice: str
    code: str
    dated: bool = False

    @property
    def stops(self) -> bool:
        """Whether it stops a release."""
        return self.severity is not Severity.MANAGEMENT

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f"; {self.advice}" if self.advice else "")


def stops_release(findings: Iterable[Finding]) -> bool:
    """Say whether anything among `findings` stops a release."""
    return any(finding.stops for finding in findings)


def that_stop(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return those that stop a release, in the order in which they come."""
    return tuple(finding for finding in findings if finding.stops)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings the worst first, causes before what may follow, then by place; none twice."""
    worst = {severity: at for at, severity in enumerate(Severity)}
    last = len(_CAUSES)

    def place(f: Finding) -> tuple[int, int, str, int, str, str]:
        cause = _CAUSES.get(f.code, last)
        return worst[f.severity], cause, f.file, f.line, f.code, f.message

    return tuple(sorted(dict.fromkeys(findings), key=place))
