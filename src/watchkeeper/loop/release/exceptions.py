"""Authority that widens while an assessment of the system is stale: somebody has to except it."""

from __future__ import annotations

from collections.abc import Iterable

from watchkeeper.do.state.parts.plan_verdicts import Given
from watchkeeper.errors import AssessmentStale
from watchkeeper.records.day import day_of
from watchkeeper.records.instant import Instant
from watchkeeper.records.people import Answer
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import ASSESSMENTS, Management, Topic
from watchkeeper.records.plan.release_rule import excepting_role
from watchkeeper.records.reference import Ref


def exceptions_for(
    old: Bundle, new: Bundle, widened: Iterable[str], given: Iterable[Given], at: Instant
) -> tuple[Ref, ...]:
    """Return the answers that except what is stale in the systems in which authority widens.

    What is stale the new plan says itself, and of a plan that has no management system any more
    the one before.

    Raises:
        AssessmentStale: nobody who may excepted one of them.
    """
    stale = stale_in(old, new, widened, at)
    role = excepting_role(old.releases)
    may = [one for one in given if one.role == role and one.answer is Answer.APPROVE]
    oldest: dict[str, Ref] = {}
    for one in may:
        for what in one.excepts:
            oldest.setdefault(what, one.ref)
    missing = [what for what in stale if what not in oldest]
    if missing:
        raise _stale(missing, stale, role)
    return tuple(sorted({oldest[what] for what in stale}))


def _stale(missing: list[str], stale: list[str], role: str) -> AssessmentStale:
    """Return a refusal that names all of them: a later answer of a person replaces the one before.

    So the command excepts what is excepted already, too.
    """
    options = " ".join(f"--except {what}" for what in stale)
    return AssessmentStale(
        f"the release widens what agents may do while an assessment is stale: {', '.join(missing)}",
        f"assess again, or have a holder of `{role}` except it: "
        f"`watchkeeper plan approve --role {role} {options} --reason …`",
    )


def stale_in(old: Bundle, new: Bundle, widened: Iterable[str], at: Instant) -> list[str]:
    """Return what is stale of some systems at a moment, as `system:impact` and `system:risk`."""
    management = new.management or old.management
    if management is None:
        return []
    return [
        f"{system}:{topic.value}"
        for system in sorted(widened)
        for topic in sorted(ASSESSMENTS)
        if topic.value in management.at(system, at).counting
        or _made_ahead(management, system, topic, at)
    ]


def _made_ahead(management: Management, system: str, topic: Topic, at: Instant) -> bool:
    """Tell whether an assessment says that it was made on a day that is not yet.

    A plan that says from when on each assessment holds counts that by itself. This is for plans
    from before that was said, and for systems out of scope, whose assessments nothing watches.
    """
    days = (a.on for a in management.assessments if (a.system, a.topic) == (system, topic))
    return any(day is not None and day > day_of(at) for day in days)
