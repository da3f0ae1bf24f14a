"""Two plans side by side."""

from __future__ import annotations

from dataclasses import replace

from watchkeeper.plan.diff.assessments import compare_assessments
from watchkeeper.plan.diff.authority.grants import compare_grants
from watchkeeper.plan.diff.authority.policies import compare_policies
from watchkeeper.plan.diff.budgets import compare_budgets
from watchkeeper.plan.diff.changes import Changes, PlanDiff, Way
from watchkeeper.plan.diff.management import compare_management, compare_register
from watchkeeper.plan.diff.people.applications import compare_applications
from watchkeeper.plan.diff.people.organisation import (
    compare_console,
    compare_controls,
    compare_home,
    compare_limits,
    compare_oversight,
    compare_people,
    compare_systems,
)
from watchkeeper.plan.diff.people.reached import compare_sign_in, compare_telling
from watchkeeper.plan.diff.tools import compare_servers
from watchkeeper.plan.diff.touches import with_touches
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.management.state import Management


def diff_bundles(old: Bundle | None, new: Bundle) -> PlanDiff:
    """Say what changed from one plan to the next; everything came where there was none.

    Anything that lets more through is among the weakenings, and so is anything of which that can
    not be told. A first plan weakens nothing.
    """
    found = Changes()
    before = old if old is not None else _nothing(new)
    compare_home(before, new, found)
    compare_systems(before, new, found)
    compare_servers(before, new, found)
    compare_people(before, new, found)
    compare_console(before, new, found)
    compare_applications(before, new, found)
    compare_sign_in(before, new, found)
    compare_telling(before, new, found)
    compare_policies(before, new, found)
    compare_grants(before, new, found)
    compare_budgets(before, new, found)
    compare_controls(before, new, found)
    compare_assessments(before, new, found)
    compare_limits(before.limits, new.limits, found)
    compare_oversight(before.oversight, new.oversight, found)
    compare_management(before, new, found)
    if not found.changes and _without_register(before) != _without_register(new):
        found.weakened("plan", "whole", "something changed of which we can not tell what")
    compare_register(before.management, new.management, found)
    result = found.result()
    if old is None:
        came = tuple(replace(change, way=Way.NEITHER) for change in result.changes)
        result = PlanDiff(came)
    return with_touches(result, before, new)


def _without_register(plan: Bundle) -> Bundle:
    """Return a plan without what words alone move: gaps, and the digest of its register."""
    state = plan.management and replace(plan.management, register="")
    return replace(plan, gaps=(), management=None if state == Management("") else state)


def _nothing(new: Bundle) -> Bundle:
    """Return a plan that has nothing, of the same organisation."""
    return Bundle(
        format=new.format,
        organisation=new.organisation,
        stage=new.stage,
        scope=new.scope,
        systems=(),
        agents=(),
        people=(),
        roles={},
        servers=(),
        grants=(),
        policies=(),
        controls=(),
        applicability=(),
        cedar_schemas={},
        limits=new.limits,
        console=new.console,
        oversight=new.oversight,
    )
