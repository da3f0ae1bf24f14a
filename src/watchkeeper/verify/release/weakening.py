"""What a release says of its weakenings, held against the two plans themselves."""

from __future__ import annotations

from dataclasses import dataclass

from watchkeeper.errors import cut
from watchkeeper.records.administration import PlanReleaseRecord
from watchkeeper.verify.erasures import PlanOf
from watchkeeper.verify.release.told import Release, names_no_more, told_wider
from watchkeeper.verify.release.wider import Wider, plan_at, wider_between


@dataclass(frozen=True, slots=True)
class Seen:
    """What is certainly wider by a release; `both` says that both plans are at hand."""

    both: bool = True
    wider: tuple[Wider, ...] = ()

    @property
    def systems(self) -> frozenset[str]:
        """The systems in which it is."""
        return frozenset(system for one in self.wider for system in one.systems)


def seen_by(release: Release, plan_of: PlanOf) -> Seen:
    """Compare the plan of a release with the one that it follows; a first one widens nothing."""
    if release.plan is None:
        return Seen()
    before, after = (plan_at(plan_of, name) for name in (release.plan, release.said.plan))
    if before is None or after is None:
        return Seen(both=False)
    return Seen(wider=tuple(wider_between(before, after)))


def weakening_problem(said: PlanReleaseRecord, seen: Seen) -> str | None:
    """Return what a release does not say of what it lets through more, or None."""
    if not seen.wider:
        return None
    if not said.weakenings:
        return f"names no weakening, and {seen.wider[0].words}"
    unsaid = sorted(seen.systems - told_wider(said)) if names_no_more(said) else []
    if unsaid:
        return f"does not say that it lets more through in {cut(unsaid[0])}"
    return None
