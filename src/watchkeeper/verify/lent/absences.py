"""Absences: who stands in for whom, by whose word, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from watchkeeper.errors import cut
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.oversight import QuestionRecord
from watchkeeper.records.people import VerdictRecord
from watchkeeper.records.reference import Ref
from watchkeeper.records.standing import LONGEST_ABSENCE, AbsenceEndedRecord, AbsenceRecord
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.lent.frame import Scene
from watchkeeper.verify.people import OPERATE, Authority


class Absences:
    """Follows the absences; a verdict of a deputy is held against the one that it cites."""

    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.ABSENCE, Kind.ABSENCE_ENDED, Kind.PLAN_RELEASE, Kind.VERDICT, Kind.QUESTION}
    )

    def __init__(self) -> None:
        self._held: dict[Ref, AbsenceRecord] = {}
        self._ids: set[str] = set()
        self._seen = self._verdicts = 0

    def said(self) -> str:
        """Say what was looked at."""
        if not self._seen and not self._verdicts:
            return ""
        return f"{self._seen} absences, {self._verdicts} verdicts of deputies"

    def record(self, ref: Ref, record: Record, scene: Scene) -> Iterable[str]:
        """Take up a record; return what does not hold."""
        said = record.predicate
        if isinstance(said, AbsenceRecord):
            return self._absence(ref, said, scene)
        if isinstance(said, AbsenceEndedRecord):
            return self._ended(said, scene)
        if isinstance(said, VerdictRecord | QuestionRecord):
            return self._cited(said, scene)
        if isinstance(said, PlanReleaseRecord):
            held = self._held.items()
            self._held = {r: a for r, a in held if _may_stand_in(a, scene.authority)}
        return ()

    def decision(self, ref: Ref, decided: Decided, at: int, scene: Scene) -> Iterable[str]:
        """A decision says nothing of absences: its verdicts do."""
        del ref, decided, at, scene
        return ()

    def _stands_in(self, said: VerdictRecord | QuestionRecord) -> bool:
        away = self._held.get(said.absence) if said.absence else None
        if away is None or not away.since <= said.at < away.until:
            return False
        if isinstance(said, QuestionRecord):
            return (away.deputy, away.role) == (said.by, said.role)
        named = (said.reviewer, said.stands_in_for, said.role)
        return named == (away.deputy, away.person, away.role)

    def _absence(self, ref: Ref, said: AbsenceRecord, scene: Scene) -> Iterator[str]:
        self._seen += 1
        body = {
            "id": said.id,
            "person": said.person,
            "role": said.role,
            "deputy": said.deputy,
            "since": render_instant(said.since),
            "until": render_instant(said.until),
        }
        problem = scene.commands.problem(said.signature, scene.authority, said.by, "away", body)
        problem = problem or _unfit(said, scene.authority)
        if problem is None and said.id in self._ids:
            problem = "its id was used before"
        self._ids.add(said.id)
        if problem is None:
            self._held[ref] = said
        else:
            yield problem

    def _ended(self, said: AbsenceEndedRecord, scene: Scene) -> Iterator[str]:
        body = {"id": said.id, "reason": said.why or None}
        authority = scene.authority
        problem = scene.commands.problem(said.signature, authority, said.by, "end-absence", body)
        if problem is not None:
            yield problem
        for ref, away in list(self._held.items()):
            if away.id == said.id:
                del self._held[ref]
                if said.by not in {away.person, away.by} and not authority.holds(said.by, OPERATE):
                    yield f"{cut(said.by)} does not hold the role {cut(OPERATE)}"

    def _cited(self, said: VerdictRecord | QuestionRecord, scene: Scene) -> Iterator[str]:
        if isinstance(said, QuestionRecord):
            who, named = said.by, None
        else:
            who, named = said.reviewer, said.stands_in_for
        if said.absence is None and named is None:
            return
        self._verdicts += isinstance(said, VerdictRecord)
        if said.absence is not None and scene.elsewhere(said.absence):
            scene.unchecked["by absences in shards that were not given: not checked"] += 1
        elif not self._stands_in(said):
            yield f"{cut(who)} stood in for nobody as {cut(said.role)} then"


def _unfit(said: AbsenceRecord, authority: Authority) -> str | None:
    if said.by == said.deputy:
        return "recorded by the deputy"
    if said.by != said.person and not authority.holds(said.by, OPERATE):
        return f"{cut(said.by)} does not hold the role {cut(OPERATE)}"
    if not _may_stand_in(said, authority):
        return f"the plan names {cut(said.deputy)} as no deputy of a holder of {cut(said.role)}"
    if not max(said.since, said.at) < said.until <= said.since.plus(LONGEST_ABSENCE):
        return "it is over, or lasts too long"
    return None


def _may_stand_in(away: AbsenceRecord, authority: Authority) -> bool:
    return (
        authority.holds(away.person, away.role)
        and away.deputy in authority.deputies.get(away.role, ())
        and not authority.holds(away.deputy, away.role)
    )
