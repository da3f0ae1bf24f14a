"""What a release takes: whether people could ever meet it, or nobody could release again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

from watchkeeper.plan.lint.names import Names
from watchkeeper.plan.workspace.load import Workspace
from watchkeeper.plan.workspace.models.organisation import ReleasesEntry
from watchkeeper.plan.workspace.report import Report, Spot

_RELEASE = "release"
_MANY = 12


def check_releases(workspace: Workspace, names: Names, report: Report) -> None:
    """Check the rule of the next release: its roles, and that different people can fill it."""
    says = workspace.aims.says.releases
    if says is None:
        return
    spot = report.at(workspace.aims, "releases")
    known = [_role(spot.inside("exceptions"), says.exceptions, names)]
    for i, one in enumerate(says.approvals):
        known.append(_role(spot.inside("approvals", i, "role"), one.role, names))
    if says.emergency is not None:
        _emergency(spot, says.emergency.role, names)
    if all(known):
        _seats(spot, says, names)


def _role(spot: Spot, role: str, names: Names) -> bool:
    return spot.needs("role", role, names.roles)


def _emergency(spot: Spot, role: str, names: Names) -> None:
    where = spot.inside("emergency", "role")
    if _role(where, role, names) and not set(names.roles[role]) & _holders(names):
        where.gap(
            "emergency-without-release",
            f"nobody who holds `{role}` holds `{_RELEASE}`: nobody can release in an emergency",
            f"give one of them `{_RELEASE}`",
        )


def _holders(names: Names) -> set[str]:
    return set(names.roles.get(_RELEASE, ()))


def _seats(spot: Spot, says: ReleasesEntry, names: Names) -> None:
    needed: Counter[str] = Counter()
    for one in says.approvals:
        needed[one.role] += one.count
    apart = bool(says.separate)
    if not any(_fit(needed, names.roles, {one} if apart else ()) for one in _holders(names)):
        kept = ", without who releases it" if apart else ""
        total = sum(needed.values())
        spot.inside("approvals").safety(
            "rule-never-met",
            f"no {total} different people hold the roles that approve a release{kept}",
            "ask fewer, or let more people hold the roles: nobody could release again",
        )


def _fit(
    needed: Mapping[str, int], roles: Mapping[str, tuple[str, ...]], kept_out: Iterable[str]
) -> bool:
    """Tell whether different people can fill all seats (Hall's marriage theorem)."""
    out = set(kept_out)
    for size in range(1, min(len(needed), _MANY) + 1):
        for some in combinations(sorted(needed), size):
            people = {one for role in some for one in roles.get(role, ())} - out
            if len(people) < sum(needed[role] for role in some):
                return False
    return True
