"""Tasks: each opened by the application that says so, and kept to by what names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.ledger.canonical import parse_json_unverified, sha256_hex
from watchkeeper.records.administration import PlanReleaseRecord, ScopeKind, StopRecord
from watchkeeper.records.instant import render_instant
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import MandateEndedRecord, MandateRecord, MandateWordRecord
from watchkeeper.records.people import Signature
from watchkeeper.records.plan.systems import APP, Application
from watchkeeper.records.reference import Ref
from watchkeeper.records.statement import Record
from watchkeeper.verify.entries import Decided
from watchkeeper.verify.lent.frame import Scene
from watchkeeper.verify.people import OPERATE, Authority, keyring_of

LONGEST = 30 * 86_400
_MANDATE, _WORD = "mandate", "word"
_ELSEWHERE = "in tasks that shards say which were not given: not checked"


class Mandates:
    """Follows the tasks; a decision is held against the one that it cites.

    What a task is bound to besides its actions stands in the log as a digest: whether a call was
    within that is for a replay.
    """

    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {
            Kind.MANDATE,
            Kind.MANDATE_ENDED,
            Kind.MANDATE_WORD,
            Kind.PLAN_RELEASE,
            Kind.STOP,
        }
    )

    def __init__(self) -> None:
        self._held: dict[Ref, MandateRecord] = {}
        self._required: dict[str, frozenset[str] | None] = {}
        self._seen = self._decisions = 0

    def said(self) -> str:
        """Say what was looked at."""
        if not self._seen and not self._decisions:
            return ""
        return f"{self._seen} tasks, {self._decisions} decisions in them"

    def record(self, ref: Ref, record: Record, scene: Scene) -> Iterable[str]:
        """Take up a record; return what does not hold."""
        said = record.predicate
        if isinstance(said, MandateRecord):
            return self._opened(ref, record, scene)
        if isinstance(said, MandateEndedRecord):
            return self._ended(said, record, scene)
        if isinstance(said, MandateWordRecord):
            return self._word(said, record, scene)
        if isinstance(said, PlanReleaseRecord):
            held = self._held.items()
            self._held = {ref: m for ref, m in held if _may_still(m, said.applications)}
        elif isinstance(said, StopRecord) and said.scope.kind is not ScopeKind.TOOL:
            scope, held = said.scope, self._held.items()
            self._held = {r: m for r, m in held if not scope.holds(m.agent, m.system, "")}
        return ()

    def decision(self, ref: Ref, decided: Decided, at: int, scene: Scene) -> Iterator[str]:
        """Hold a decision against the task that it cites, or that its grants require."""
        del ref
        if decided.outcome == "allow" and decided.mandate is None:
            required = self._requiring(decided.plan, scene) & set(decided.grants)
            if required:
                yield f"allowed by {cut(min(required))} in no task, which its plan requires"
        if decided.mandate is None:
            return
        self._decisions += 1
        task = self._held.get(decided.mandate)
        if task is None and scene.elsewhere(decided.mandate):
            scene.unchecked[_ELSEWHERE] += 1
        elif task is None or at >= task.until:
            yield "decided in a task that was not open"
        elif (decided.agent, decided.system) != (task.agent, task.system):
            yield "decided in the task of another agent"
        elif decided.outcome != "block" and decided.tool not in task.actions:
            yield f"let through in a task that does not name {cut(decided.tool)}"

    def _opened(self, ref: Ref, record: Record, scene: Scene) -> Iterator[str]:
        said: MandateRecord = record.predicate
        self._seen += 1
        body = {
            "id": said.id,
            "agent": said.agent,
            "actions": list(said.actions),
            "until": render_instant(said.until),
            "content": said.content.digest or "",
        }
        problem = _signed(said.signature, f"{APP}{said.application}", "mandate", body, scene)
        problem = problem or self._unfit(said, record, scene.authority)
        if problem is None:
            self._held[ref] = said
        else:
            yield problem

    def _unfit(self, said: MandateRecord, record: Record, authority: Authority) -> str | None:
        if not _may_still(said, authority.applications):
            return "the plan lets the application open no task of this system with this key"
        if record.digest != sha256_hex(said.id.encode()):
            return "its subject is not its task"
        if any(m.id == said.id and said.at < m.until for m in self._held.values()):
            return "a task with its id is open"
        if not said.at < said.until <= said.at.plus(LONGEST):
            return "it is over, or lasts too long"
        return None if said.actions else "it names no action"

    def _ended(self, said: MandateEndedRecord, record: Record, scene: Scene) -> Iterator[str]:
        task = self._held.pop(said.mandate, None)
        body = {"id": said.id, "reason": said.why or None}
        problem = _signed(said.signature, said.by, "end-mandate", body, scene)
        if problem is not None:
            yield problem
        elif said.by.startswith(APP):
            if task is not None and said.by != f"{APP}{task.application}":
                yield "ended by another application than opened it"
        elif not scene.authority.holds(said.by, OPERATE):
            yield f"{cut(said.by)} does not hold the role {cut(OPERATE)}"
        yield from self._about(task, said, record, scene)

    def _word(self, said: MandateWordRecord, record: Record, scene: Scene) -> Iterator[str]:
        task = self._held.get(said.mandate)
        problem = _signed(said.signature, said.by, _WORD, {"id": said.id}, scene)
        application = _application(scene.authority, said.by)
        if problem is not None:
            yield problem
        elif application is None or _WORD not in application.may:
            yield f"the plan does not let {cut(said.by)} say that"
        elif task is not None and application.system != task.system:
            yield "it is about a task of another system"
        if task is not None and said.at >= task.until:
            yield "it is about a task that was over"
        yield from self._about(task, said, record, scene)

    def _about(
        self,
        task: MandateRecord | None,
        said: MandateEndedRecord | MandateWordRecord,
        record: Record,
        scene: Scene,
    ) -> Iterator[str]:
        """Hold what is said of a task against the task."""
        if record.digest != sha256_hex(said.id.encode()):
            yield "its subject is not its task"
        if task is None and scene.elsewhere(said.mandate):
            scene.unchecked[_ELSEWHERE] += 1
        elif task is None or task.id != said.id:
            yield "it is about a task that is not open"

    def _requiring(self, plan: str, scene: Scene) -> frozenset[str]:
        """Return the grants of a plan that permit in tasks alone; none where it is not at hand."""
        if plan not in self._required:
            self._required[plan] = _grants_requiring(plan, scene.plan_of(plan))
        return self._required[plan] or frozenset()


def _signed(
    signature: Signature, person: str, verb: str, body: Mapping[str, Any], scene: Scene
) -> str | None:
    """Return why a command is not this person's or application's, for exactly this."""
    authority = scene.authority
    if person.startswith(APP):
        application = _application(authority, person)
        keys = keyring_of(application.keys) if application is not None else {}
        authority = replace(authority, people={person: keys})
    return scene.commands.problem(signature, authority, person, verb, body)


def _application(authority: Authority, name: str) -> Application | None:
    return next((one for one in authority.applications if name == f"{APP}{one.id}"), None)


def _may_still(said: MandateRecord, applications: Iterable[Application]) -> bool:
    return any(
        (one.id, one.system) == (said.application, said.system)
        and _MANDATE in one.may
        and said.signature.keyid in one.keyids()
        for one in applications
    )


def _grants_requiring(plan: str, raw: bytes | None) -> frozenset[str] | None:
    if raw is None or sha256_hex(raw) != plan:
        return None
    try:
        grants = parse_json_unverified(raw)["grants"]
        return frozenset(grant["id"] for grant in grants if grant.get("mandate") == "required")
    except (RecordInvalid, KeyError, TypeError, AttributeError):
        return None  # what is wrong with the plan itself, step 12 says
