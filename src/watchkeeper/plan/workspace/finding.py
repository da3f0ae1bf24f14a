"""What is wrong with a workspace, where, and what to do about it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


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

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f"; {self.advice}" if self.advice else "")


def stops_release(findings: Iterable[Finding]) -> bool:
    """Say whether anything among `findings` stops a release."""
    return any(finding.severity is not Severity.MANAGEMENT for finding in findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings the worst first, then by place, and drop repetitions."""
    worst = {severity: at for at, severity in enumerate(Severity)}
    once = dict.fromkeys(findings)
    return tuple(sorted(once, key=lambda f: (worst[f.severity], f.file, f.line, f.code, f.message)))
