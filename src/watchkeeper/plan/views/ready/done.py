"""On which day each step was done, as the records say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watchkeeper.plan.certificates.conclude import about_ai
from watchkeeper.plan.certificates.whose import is_ours
from watchkeeper.plan.register.content import Register
from watchkeeper.plan.views.clauses.standing import State, due_of
from watchkeeper.plan.views.clauses.view import RAN, ClausesView
from watchkeeper.plan.workspace.models.management.documents import DocumentsFile
from watchkeeper.records.day import has_passed
from watchkeeper.records.figures import Figures

_GOOD = frozenset({State.PRESENT, State.NOT_NEEDED})
_ORDER = list(State)


@dataclass(frozen=True, slots=True)
class Done:
    """Since when a step is done; `on` is empty where it is not, and `why` says what is missing."""

    on: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the steps are worked out from."""

    register: Register
    clauses: ClausesView
    figures: Figures | None

    def present(self, *wanted: str) -> str:
        """Return what is the matter with clauses; empty where each of them is as it should be.

        What only a log can show is left out: a path is reckoned without one, too.
        """
        for row in self.clauses.rows:
            if row.clause in wanted and row.state not in _GOOD:
                bad = [r for r in row.records if r.what != RAN and r.state not in _GOOD]
                for one in sorted(bad, key=lambda record: _ORDER.index(record.state)):
                    return f"{row.clause} {one.state.value}: {one.file}: {one.why}"
        return ""


def done_of(known: Known) -> dict[str, Done]:
    """Return for each step since when it is done."""
    return {step: answer(known) for step, answer in _DONE.items()}


def _approved(*clauses: str, kinds: tuple[str, ...]) -> Callable[[Known], Done]:
    """Return an answer: done since the newest approval, once the clauses are as they should be."""

    def answer(known: Known) -> Done:
        why = known.present(*clauses)
        days = [
            says.approved or ""
            for kind in kinds
            for says in known.register.of(kind).values()
            if getattr(says, "approved", None)
        ]
        return Done(why=why) if why else Done(max(days, default=""), "" if days else "no day")

    return answer


def _treated(known: Known) -> Done:
    why = known.present("8.3")
    days = [
        max(result.on for result in one.treatment.results)
        for one in known.register.of("risk").values()
        if one.treatment is not None and one.treatment.results
    ]
    return Done(why=why) if why else Done(max(days, default=""), "" if days else "no result")


def _policy(known: Known) -> Done:
    why = known.present("5.2")
    says: DocumentsFile | None = known.register.one("documents")
    rows = [row for row in (says.documents if says else ()) if "5.2" in row.clauses]
    return Done(why=why) if why else Done(max((row.approved or "" for row in rows), default=""))


def _operation(known: Known) -> Done:
    """Running since the last of what it needs was approved; the log, if at hand, must show it.

    Where something was measured before, it ran before: an approval anew does not begin it anew.
    """
    parts = [_SCOPE(known), _policy(known), _METHODS(known), _SOA(known)]
    missing = next((part.why for part in parts if not part.on), "") or known.present("8.1")
    if missing:
        return Done(why=f"it does not run yet: {missing}")
    if known.figures is not None and not known.figures.decisions:
        return Done(why="the log holds no decision")
    measured = [
        row.window.start[:10]
        for one in known.register.of("measurement").values()
        for row in one.rows
        if row.of
    ]
    return Done(min([max(part.on for part in parts), *measured]))


def _measured(known: Known) -> Done:
    why = known.present("9.1")
    days = [one.on for one in known.register.of("measurement").values()]
    return Done(why=why) if why else Done(max(days))


def _audit(known: Known) -> Done:
    found = known.register.of("audit").values()
    done = [one for one in found if one.conclusion and one.reported]
    if not done:
        return Done(why="no internal audit is concluded and reported")
    why = known.present("9.2.2")
    return Done(why=why) if why else Done(max(one.reported for one in done))


def _findings(known: Known) -> Done:
    at = known.clauses.at
    audits = known.register.of("audit").values()
    from_audits = {name for audit in audits for name in audit.findings}
    last = ""
    for name in sorted(from_audits):
        finding = known.register.of("finding").get(name)
        if finding is None:
            return Done(why=f"the finding {name} is not recorded")
        day = due_of(finding)
        if finding.closed is None and (not finding.actions or (day and has_passed(day, at))):
            return Done(why=f"{name} is open, " + (f"due by {day}" if day else "without action"))
        last = max(last, finding.closed or finding.raised)
    why = known.present("10.2") if audits else "no internal audit yet"
    return Done(why=why) if why else Done(max(last, _audit(known).on))


def _review(known: Known) -> Done:
    days = [one.on for one in known.register.of("review").values() if one.decisions]
    why = known.present("9.3.3") if days else "no management review with decisions"
    return Done(why=why) if why else Done(max(days))


def _stage(kind: str) -> Callable[[Known], Done]:
    """Return an answer: done on the newest such audit of a certificate of ours for 42001."""

    def answer(known: Known) -> Done:
        suppliers = known.register.of("supplier").values()
        days = [
            audit.date
            for one in known.register.of("certificate").values()
            if is_ours(suppliers, one) and about_ai(one)
            for audit in one.audits
            if audit.kind == kind
        ]
        return Done(max(days)) if days else Done(why="no certificate of ours names it")

    return answer


_SCOPE = _approved("4.3", kinds=("scope",))
_METHODS = _approved("6.1.1", "6.1.2", "6.1.4", kinds=("methods",))
_SOA = _approved("6.1.3", kinds=("soa",))
_DONE: dict[str, Callable[[Known], Done]] = {
    "scope": _SCOPE,
    "policy": _policy,
    "methods": _METHODS,
    "risks": _approved("8.2", kinds=("assessment",)),
    "impacts": _approved("8.4", kinds=("impact",)),
    "applicability": _SOA,
    "objectives": _approved("6.2", kinds=("objectives",)),
    "competence": _approved("7.2", kinds=("competence",)),
    "documents": _approved("7.5", kinds=("documents",)),
    "operation": _operation,
    "measured": _measured,
    "treated": _treated,
    "audit": _audit,
    "findings": _findings,
    "review": _review,
    "stage-1": _stage("stage1"),
    "stage-2": _stage("stage2"),
}
