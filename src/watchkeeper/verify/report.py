"""What a verification found, step by step."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_FINDINGS = 1000
"""Findings kept in full; beyond that they are only counted."""


class Status(enum.StrEnum):
    """How a step ended."""

    CHECKED = "checked"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the verification: what was looked at and how it ended."""

    number: int
    title: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: in which step, at which record if at one, and what."""

    step: int
    index: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness that cosigned, and when (RFC 3339, its own clock)."""

    name: str
    at: str


@dataclass(frozen=True, slots=True)
class ShardSeen:
    """One of several shards: the checkpoint that was verified, as it was read.

    `follows` says that it was held against the shard before, which was given as well.
    """

    origin: str
    size: int
    root: str
    checkpoint: bytes
    follows: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: `ok` only if no step failed.

    `size` and `root` (base64) are the checkpoint's; `counts` counts records by kind and
    decisions by outcome (`decision.allow`); `unknown` are allowed actions without an effect.
    `pinned` says that the log's key came from the caller, not from the log itself; `witnessed`
    that a quorum of witnesses vouched for its first `witnessed_size` records, by a policy that the
    caller gave (`policy_given`) or that the log itself claims; `cosigned` who did. `checkpoint` is
    the note that was verified, as it was read. `held` says how many of the records a bundle
    holds; it is None where a whole log was verified. Of a log in several shards, `origin`, `size`,
    `root`, `checkpoint` and `cosigned` are the newest one's, `records` and `witnessed_size` count
    those of all, and `shards` names each, the oldest first; of one alone it is empty.
    """

    origin: str
    size: int
    root: str
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    left_out: int
    counts: Mapping[str, int]
    unknown: int
    pinned: bool
    witnessed: bool
    witnessed_size: int = 0
    policy_given: bool = False
    cosigned: tuple[Cosigned, ...] = ()
    checkpoint: bytes = b""
    held: int | None = None
    records: int | None = None
    shards: tuple[ShardSeen, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether no step failed."""
        return all(step.status is not Status.FAILED for step in self.steps)


TITLES = {
    1: "keys",
    2: "checkpoint",
    3: "entries, tiles and tree",
    4: "signatures of all records",
    5: "older checkpoints",
    6: "order and times",
    7: "plan releases",
    8: "commands of people",
    9: "approvals",
    10: "stops and the plan in force",
    11: "effects",
    12: "released plans",
    13: "truth of the home",
    14: "witnesses",
    15: "replay of decisions",
    16: "keys over time",
    17: "time stamps",
    18: "shards",
    19: "adoptions of restored homes",
    20: "erasures",
    21: "completeness",
    22: "disclosed values",
    24: "lent authority",
    25: "planted escalations",
    26: "state of the management system",
    27: "approvals of plans",
}


@dataclass(slots=True)
class Report:
    """Collects findings and what was counted while the steps run."""

    findings: list[Finding] = field(default_factory=list)
    failed: Counter[int] = field(default_factory=Counter)
    details: dict[int, str] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def fail(self, step: int, message: str, index: int | None = None) -> None:
        """Note that something does not hold."""
        self.failed[step] += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(step, index, message))

    def say(self, step: int, detail: str) -> None:
        """Say what a step looked at."""
        self.details[step] = detail

    def skip(self, step: int, why: str) -> None:
        """Say that a step could not be done, and why."""
        self.skipped[step] = why

    @property
    def left_out(self) -> int:
        """How many findings were counted only."""
        return self.failed.total() - len(self.findings)

    def steps(self) -> tuple[Step, ...]:
        """Return every step, in order."""
        return tuple(self._step(number) for number in TITLES)

    def _step(self, number: int) -> Step:
        title = TITLES[number]
        if found := self.failed[number]:
            first = next((f for f in self.findings if f.step == number), None)
            where = "" if first is None or first.index is None else f" at record {first.index}"
            what = f"{found} found; first{where}: {first.message}" if first else f"{found} found"
            return Step(number, title, Status.FAILED, what)
        if number in self.skipped:
            return Step(number, title, Status.NOT_CHECKED, self.skipped[number])
        return Step(number, title, Status.CHECKED, self.details.get(number, ""))
