"""The starting points: each holds, is complete, and comes approved by nobody."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from watchkeeper.demo.starts.server import sample
from watchkeeper.errors import PlanRefused, SettingsInvalid
from watchkeeper.ledger.plan_bundle import bundle_bytes, tool_pin
from watchkeeper.plan.draft.basis import look, note_assessed
from watchkeeper.plan.draft.signing_off import sign_off
from watchkeeper.plan.draft.starts.begin import STARTS, Begun, begin
from watchkeeper.plan.draft.starts.own import WRITTEN, Own
from watchkeeper.plan.draft.together import write_together
from watchkeeper.plan.whole import compile_folder, lint_workspace
from watchkeeper.plan.workspace.finding import Severity
from watchkeeper.plan.workspace.kinds import BY_KIND, RECORDS
from watchkeeper.plan.workspace.load import load_workspace
from watchkeeper.standards.catalogue import annex_a

TODAY = date(2026, 11, 23)
SERVER = ("python", "-m", "watchkeeper.demo.starts.server")
OWN = Own("An organisation", "an.example/desk")
AFTERWARDS = {"no-competence", "not-aware", "left-as-template"}
NOT_YET = {"measurement", "audit", "review", "certificate", "supplier"}
"""Records of what only happens later, or elsewhere."""


@pytest.fixture(scope="module", params=STARTS)
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    folder = tmp_path_factory.mktemp("begun") / "a folder with spaces"
    return begin(folder, request.param, OWN, TODAY, [*SERVER, request.param])


def _folder(begun: Begun) -> Path:
    return begun.files[0].parent


def test_lint_names_only_what_people_have_still_to_do(begun: Begun) -> None:
    found = Counter(finding.code for finding in begun.linted.findings)
    assert {f.severity for f in begun.linted.findings} == {Severity.MANAGEMENT}
    assert set(found) == {"not-approved", "not-assessed", *AFTERWARDS}
    assert found["not-approved"] > 20
    assert begun.linted.bundle is not None


def test_once_signed_off_only_what_people_have_to_show_is_still_named(
    begun: Begun, tmp_path: Path
) -> None:
    shutil.copytree(_folder(begun), tmp_path / "aims")
    looked = look(begun.linted, begun.linted.bundle.systems[0].id)
    note_assessed(tmp_path / "aims", ["assessment", "impact"], looked, ("me", str(TODAY)))
    done = sign_off(load_workspace(tmp_path / "aims")[0], [], "me", TODAY.isoformat(), None)
    assert done.refused == ()
    write_together(tmp_path / "aims", done.texts, done.read)
    linted = lint_workspace(tmp_path / "aims")
    assert {finding.code for finding in linted.findings} == AFTERWARDS
    watched = linted.bundle.management.watched
    assert [w for w in watched if w.topic in {"impact", "risk"} and w.since] == []


def test_every_kind_of_record_that_can_be_there_is_there(begun: Begun) -> None:
    management = begun.linted.workspace.management
    there = {place.kind for place in RECORDS if management.of(place.kind)}
    assert {place.kind for place in RECORDS} - there <= NOT_YET
    assert len(management.of("risk")) >= 5
    assert len(management.of("drill")) >= 5
    controls = begun.linted.workspace.controls
    rows = [row.control for row in begun.linted.workspace.applicability.says.rows]
    assert rows == [*annex_a(), *[row for row in rows if row in controls]]
    assert set(rows) == {*annex_a(), *controls}


def test_nothing_comes_approved_and_the_system_waits_for_that(begun: Begun) -> None:
    for file in begun.files:
        if file.suffix in {".yaml", ".md"}:
            assert "approved_by" not in file.read_text("utf-8")
    watched = begun.linted.bundle.management.watched
    waiting = {w.since for w in watched if w.topic in {"impact", "risk"}}
    assert waiting == {("not-approved", "undated")}
    policies = {policy.id for policy in begun.linted.bundle.policies}
    assert "stale-impact" in policies


def test_days_are_due_as_long_after_today_as_they_were_written(begun: Begun) -> None:
    aims = begun.linted.workspace.aims.says
    assert aims.review_by == (date(2027, 1, 1) + (TODAY - WRITTEN)).isoformat()
    years = {day[:4] for file in begun.files if file.suffix == ".yaml" for day in _days(file)}
    assert years <= {"2026", "2027"}
    assert min(day for file in begun.files for day in _days(file)) == TODAY.isoformat()


def _days(file: Path) -> list[str]:
    return re.findall(r"^\s*\w+: (\d{4}-\d\d-\d\d)$", file.read_text("utf-8"), re.MULTILINE)


def test_every_file_names_the_schema_beside_it_that_completes_it(begun: Begun) -> None:
    for file in begun.files:
        if file.suffix == ".yaml":
            first = file.read_text("utf-8").splitlines()[0]
            schema = file.parent / first.removeprefix("# yaml-language-server: $schema=")
            kind = schema.name.partition(".")[0]
            assert (BY_KIND[kind].folder or ".") == str(file.parent.relative_to(_folder(begun)))
            assert json.loads(schema.read_bytes())["type"] == "object"


def test_what_was_written_is_what_a_person_would_write(begun: Begun) -> None:
    """Written again, nothing is wrapped or quoted otherwise than in the package."""
    name = begun.linted.bundle.systems[0].id
    place = files("watchkeeper.plan.draft.starts").joinpath("data")
    for file in begun.files:
        relative = file.relative_to(_folder(begun)).as_posix()
        source = next(
            (p for p in (place.joinpath(f, relative) for f in (name, "every")) if p.is_file()), None
        )
        if file.suffix == ".yaml" and relative not in {"soa.yaml", "aims.yaml"}:
            assert source is not None, relative
            written = file.read_text("utf-8").split("\n", 1)[1]
            assert len(written.splitlines()) == len(source.read_text("utf-8").splitlines()), file


async def test_its_tools_are_those_of_the_sample_server(begun: Begun) -> None:
    bundle = begun.linted.bundle
    listed = await sample(bundle.systems[0].id).list_tools()
    pins = {t.name: tool_pin(t.model_dump(by_alias=True, exclude_none=True)) for t in listed}
    assert pins == {tool.name: tool.pin for tool in bundle.servers[0].tools}


def test_a_checkout_with_other_line_ends_is_the_same_plan(begun: Begun, tmp_path: Path) -> None:
    folder = _folder(begun)
    for file in begun.files:
        copy = tmp_path / file.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    same = compile_folder(tmp_path)
    texts = [(p.id, p.text.replace("\r\n", "\n")) for p in same.policies]
    assert texts == [(p.id, p.text) for p in begun.linted.bundle.policies]
    assert same.management.watched == begun.linted.bundle.management.watched


@pytest.mark.parametrize("name", ['- "A": {b}, [c] # & *!', "yes", "Ünïcode — 'GmbH': 2026-01-01"])
def test_a_name_with_marks_of_yaml_breaks_no_file(name: str, tmp_path: Path) -> None:
    own = Own(name, "an.example/desk", name=name, person="ana")
    begun = begin(tmp_path / "aims", "coding", own, TODAY, SERVER)
    assert begun.linted.bundle is not None
    assert begun.linted.bundle.organisation == name
    (person,) = begun.linted.bundle.people
    assert (person.id, person.name) == ("ana", name)


@pytest.mark.parametrize(
    ("flag", "own"),
    [
        ("--organisation", Own("", "an.example/desk")),
        ("--origin", Own("A", "no origin+")),
        ("--person", Own("A", "an.example/desk", person="../me")),
        ("--name", Own("A", "an.example/desk", name="")),
        ("--stage", Own("A", "an.example/desk", stage="live")),
    ],
)
def test_an_answer_that_does_not_fit_writes_nothing(flag: str, own: Own, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=flag):
        begin(tmp_path / "aims", "coding", own, TODAY, SERVER)
    assert not (tmp_path / "aims").exists()


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(PlanRefused, match="not empty"):
        begin(tmp_path, "coding", OWN, TODAY, SERVER)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_the_same_day_gives_the_same_plan(begun: Begun, tmp_path: Path) -> None:
    name = begun.linted.bundle.systems[0].id
    again = begin(tmp_path / "again", name, OWN, TODAY, [*SERVER, name])
    assert bundle_bytes(again.linted.bundle) == bundle_bytes(begun.linted.bundle)
