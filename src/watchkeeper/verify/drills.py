"""Step 25: escalations that were planted.

Each was committed to before it came, is revealed when nobody can answer it any more, says truly
what became of it, and was never carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from watchkeeper.errors import cut
from watchkeeper.ledger.commitment import commitment_of
from watchkeeper.records.action import VoidRecord
from watchkeeper.records.drill import DrillRecord, DrillRevealedRecord, Observed
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import StandingRecord
from watchkeeper.records.statement import Record
from watchkeeper.verify.people import OPERATE, Authority, Commands
from watchkeeper.verify.report import Report

DRILLS = 25
OPEN_FOR = 7 * 86_400
_SALT = 16


@dataclass(frozen=True, slots=True)
class Ended:
    """An escalation that ended without release: how, and of which action and request."""

    how: Observed
    action: str
    digest: str


@dataclass(slots=True)
class Drills:
    """Follows commitments through the log, and from one shard to the next.

    How escalations ended is kept only while a commitment is open. With `gaps`, records may be
    missing: what may have happened there is not held against what is there.
    """

    report: Report
    commands: Commands
    shard: int = 0
    gaps: bool = False
    committed: int = 0
    shown: int = 0
    elsewhere: int = 0
    _first: int = -1
    _open: dict[str, tuple[Ref, int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _ended: dict[Ref, Ended] = field(default_factory=dict)
    _planted: set[str] = field(default_factory=set)
    _claimed: dict[Ref, int] = field(default_factory=dict)
    _approved: dict[Ref, Ref] = field(default_factory=dict)
    _rests: dict[Ref, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._first = self.shard

    def go_on(self, report: Report, commands: Commands, shard: int) -> None:
        """Follow the same commitments through the next shard."""
        self.report, self.commands, self.shard = report, commands, shard
        self.committed = self.shown = self.elsewhere = 0

    def ended(self, decision: Ref, ended: Ended) -> None:
        """Note how an escalation ended without release, if anybody may ask."""
        if self._open:
            self._ended[decision] = ended

    def claimed(self, said: VoidRecord) -> None:
        """Note that an escalation is said to have been planted: it has to be revealed as one."""
        self._claimed[said.decision] = said.at

    def follow(self, index: int, record: Record) -> None:
        """Note which approval is on what, and what is approved ahead by it, if anybody may ask."""
        said, here = record.predicate, Ref(self.shard, index)
        if isinstance(said, VerdictRecord) and self._open:
            self._approved[here] = said.decision
        elif isinstance(said, StandingRecord) and said.approval in self._approved:
            # What was planted must not let anything real through.
            self._rests[self._approved[said.approval]] = index

    def allowed(self, index: int, action: str) -> None:
        """Look at an allow: no planted action is ever allowed."""
        if action in self._planted:
            self.report.fail(DRILLS, "a planted action was allowed", index)

    def drill(self, index: int, record: Record, authority: Authority) -> None:
        """Check who committed to escalations that will be planted."""
        said: DrillRecord = record.predicate
        body = {"id": said.id, "commitments": list(said.commitments)}
        problem = self.commands.problem(said.signature, authority, said.by, "plant", body)
        if problem is None and not authority.holds(said.by, OPERATE):
            problem = f"{cut(said.by)} does not hold the role {cut(OPERATE)}"
        if problem is None and len(set(said.commitments) - self._seen) != len(said.commitments):
            problem = "a commitment that was made before"
        if problem is not None:
            self.report.fail(DRILLS, problem, index)
        self.committed += len(said.commitments)
        self._seen |= set(said.commitments)
        here = Ref(self.shard, index)
        self._open |= dict.fromkeys(said.commitments, (here, said.at))

    def revealed(self, index: int, record: Record, *, waits: bool) -> None:
        """Check what reveals a commitment; `waits` tells whether people can still answer it."""
        said: DrillRevealedRecord = record.predicate
        problem = self._problem(record, said, waits=waits)
        if problem is not None:
            self.report.fail(DRILLS, problem, index)
        self.shown += 1
        self._open.pop(said.commitment, None)
        if said.action_id is not None and said.decision is not None:
            self._planted.add(said.action_id)
            self._claimed.pop(said.decision, None)
        if said.decision in self._rests:
            what = "a standing approval rests on it"
            self.report.fail(DRILLS, what, self._rests.pop(said.decision))
        if not self._open:
            self._ended.clear()
            self._approved.clear()
            self._rests.clear()

    def finish(self, at: int) -> None:
        """Name what was to be revealed long before the end of the log, `at`, and was not."""
        before = at - OPEN_FOR * 1_000_000
        late = {ref for ref, made in self._open.values() if made < before}
        self._late(late, "committed to more than 7 days before the end, and not revealed")
        claimed = {ref for ref, made in self._claimed.items() if made < before}
        self._late(claimed, "ended as planted, and not revealed")

    def _late(self, refs: set[Ref], what: str) -> None:
        for ref in sorted(refs) if not self.gaps else ():
            self.report.fail(DRILLS, what, ref.index if ref.shard == self.shard else None)

    def sentence(self) -> str:
        """Say what was looked at."""
        said = f"{self.committed} planted escalations committed to, {self.shown} revealed"
        open_ = "" if self.gaps else f", {len(self._open)} open"
        away = f"; {self.elsewhere} refer to shards that were not given" if self.elsewhere else ""
        return said + open_ + away

    def _problem(self, record: Record, said: DrillRevealedRecord, *, waits: bool) -> str | None:
        if record.digest != said.request:
            return "reveals another request than it is about"
        if (said.decision is None) is not (said.observed is Observed.NOT_PLANTED):
            return "says neither that it was not planted nor which escalation it was"
        return (
            self._opening_problem(said)
            or self._order_problem(said)
            or self._ending_problem(said, waits=waits)
        )

    def _opening_problem(self, said: DrillRevealedRecord) -> str | None:
        """The salt opens a commitment that was made, and was not opened before."""
        try:
            salt = bytes.fromhex(said.salt)
        except ValueError:
            salt = b""
        opened = commitment_of(salt, said.request, said.expected.value, said.wrong)
        if len(salt) != _SALT or opened != said.commitment:
            return "does not open its commitment"
        found = self._open.get(said.commitment)
        if found is None and said.commitment not in self._seen and said.drill.shard < self._first:
            self.elsewhere += 1
            return None
        return None if found and found[0] == said.drill else "reveals what nobody committed to"

    def _order_problem(self, said: DrillRevealedRecord) -> str | None:
        if said.decision is not None and said.decision < said.drill:
            return "committed to after it was planted"
        return None

    def _ending_problem(self, said: DrillRevealedRecord, *, waits: bool) -> str | None:
        if said.decision is None:
            return None
        ended = self._ended.get(said.decision)
        if ended is None:
            if self.gaps or min(said.decision.shard, said.drill.shard) < self._first:
                return None
            return (
                "revealed while people could still answer it"
                if waits
                else "was never escalated, or was released"
            )
        if (ended.action, ended.digest) != (said.action_id, said.request):
            return "reveals another action than was escalated"
        if ended.how is not said.observed:
            return f"says {said.observed.value}, where it was {ended.how.value}"
        return None
