"""`permit:` of a tool file: in the plan, linted, and named where it weakens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.workspace_files import with_change, write_workspace
from watchkeeper.plan.diff.changes import PlanDiff
from watchkeeper.plan.diff.compare import diff_bundles
from watchkeeper.plan.whole import compile_folder, lint_workspace
from watchkeeper.records.codec import to_json
from watchkeeper.records.plan.bundle import Bundle
from watchkeeper.records.plan.tools import PermitRule

_BY = "command: [python, bank.py]\n"


def _written(folder: Path, permit: str, by: str = _BY) -> Path:
    return write_workspace(folder, with_change("tools/bank.yaml", _BY, f"{by}permit: {permit}\n"))


def _codes(folder: Path) -> set[tuple[str, str]]:
    return {(f.severity.value, f.code) for f in lint_workspace(folder).findings}


def test_it_stands_in_the_plan(tmp_path: Path) -> None:
    bundle = compile_folder(_written(tmp_path, "{audience: bank, lifetime: 2m}"))
    assert bundle.servers[0].permit == PermitRule("bank", 120)


def test_a_minute_where_nothing_is_said(tmp_path: Path) -> None:
    bundle = compile_folder(_written(tmp_path, "{audience: bank}"))
    assert bundle.servers[0].permit == PermitRule("bank", 60)


def test_a_plan_without_it_keeps_its_bytes() -> None:
    assert all("permit" not in server for server in to_json(bank_bundle())["servers"])  # type: ignore[index]


@pytest.mark.parametrize("permit", ["true", "{}", "{audience: 'a b'}", "{audience: b, life: 5s}"])
def test_what_is_no_rule_stops_the_release(tmp_path: Path, permit: str) -> None:
    assert lint_workspace(_written(tmp_path, permit)).bundle is None


def test_a_permit_that_lives_long_stops_the_release(tmp_path: Path) -> None:
    folder = _written(tmp_path, "{audience: bank, lifetime: 11m}")
    assert ("safety", "permit-too-long") in _codes(folder)


def test_functions_in_the_agents_process_demand_nothing_of_it(tmp_path: Path) -> None:
    folder = _written(tmp_path, "{audience: bank}", by="module: bank\n")
    assert ("safety", "permit-means-nothing") in _codes(folder)


def test_two_servers_with_one_audience(tmp_path: Path) -> None:
    folder = _written(tmp_path, "{audience: bank}")
    tools = folder / "tools"
    said = (tools / "bank.yaml").read_text().replace("id: bank", "id: till")
    (tools / "till.yaml").write_text(said)
    (tools / "till.definitions.json").write_bytes((tools / "bank.definitions.json").read_bytes())
    assert ("safety", "audience-shared") in _codes(folder)


@pytest.mark.parametrize(("named", "found"), [("exclusive", True), ("permit-verified", False)])
def test_a_policy_that_looks_for_another_boundary_is_named(
    tmp_path: Path, named: str, found: bool
) -> None:
    folder = _written(tmp_path, "{audience: bank}")
    system = next((folder / "policies").iterdir())
    (system / "more.forbid.cedar").write_text(
        '@id("only-here")\n@control("limits")\nforbid (principal, action, resource)\n'
        f'unless {{ context.facts.boundary == "{named}" }};\n'
    )
    assert (("management", "boundary-changes") in _codes(folder)) is found


def _diff(old: PermitRule | None, new: PermitRule | None) -> PlanDiff:
    def with_rule(rule: PermitRule | None) -> Bundle:
        bundle = bank_bundle()
        first, *rest = bundle.servers
        return replace(bundle, servers=(replace(first, permit=rule), *rest))

    return diff_bundles(with_rule(old), with_rule(new))


A_MINUTE = PermitRule("bank", 60)


@pytest.mark.parametrize(
    ("old", "new", "word", "weaker"),
    [
        (None, A_MINUTE, "is sent a permit", False),
        (A_MINUTE, None, "no longer sent a permit", True),
        (A_MINUTE, PermitRule("other", 60), "`other`", True),
        (A_MINUTE, PermitRule("bank", 90), "good for 90 s", True),
        (A_MINUTE, PermitRule("bank", 30), "good for 30 s", False),
    ],
)
def test_what_a_change_lets_through(
    old: PermitRule | None, new: PermitRule | None, word: str, weaker: bool
) -> None:
    found = _diff(old, new)
    [words] = found.weakenings if weaker else found.strengthenings
    assert word in words
    assert (found.strengthenings if weaker else found.weakenings) == ()
