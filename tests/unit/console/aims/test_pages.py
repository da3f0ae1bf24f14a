"""The pages of the management system: from the register of the plan in force, and the log."""

from __future__ import annotations

import dataclasses
import re
import typing
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import aims_desk, compiled, decide_some, on_disk
from tests.worlds.bank import bank_bundle
from tests.worlds.pages import Desk
from watchkeeper.console.pages.table import API, PAGES
from watchkeeper.console.views.aims import around

LISTED = [page for page in PAGES if page.group == "aims" and "{" not in page.path]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return aims_desk()


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    home = tmp_path_factory.mktemp("aims") / "home"
    desk = aims_desk(path=home, make=on_disk(home))
    decide_some(desk)
    return desk


def _json(desk: Desk, path: str) -> dict[str, Any]:
    found = desk.get(API + path)
    assert found.status_code == 200, found.text
    return dict(found.json())


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_each_page_is_reached_from_the_others(desk: Desk, page: Any) -> None:
    html = desk.get(page.path)
    assert html.status_code == 200
    for other in LISTED:
        assert f'href="{other.path}"' in html.text
    assert html.text.count('aria-current="page"') >= 1
    assert "<form" not in html.text.split("<main", 1)[1].split("</main>")[0]


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_without_a_register_a_page_says_so(page: Any) -> None:
    desk = aims_desk(bank_bundle(), people=("ana", "ben", "cyd"))
    html = desk.get(page.path)
    assert html.status_code == 200
    assert "names no register" in html.text


def test_a_register_that_was_erased_is_not_made_up() -> None:
    other = aims_desk()
    place = other.bank.home.state.plan_ref
    assert place is not None
    other.bank.log.erase(place.index)
    assert "is not here" in other.get("/risks").text
    assert _json(other, "/risks")["view"] is None


def test_clauses_name_what_is_lacking(desk: Desk) -> None:
    found = _json(desk, "/clauses")
    assert found["lacking"]
    rows = {row["clause"]: row for row in found["view"]["rows"]}
    assert rows["8.4"]["records"][0]["file"] == "impacts/desk.yaml"
    assert rows["6.2"]["runtime"] is None
    assert "no log at hand" in desk.get("/clauses").text


def test_a_record_keeps_its_words_whatever_its_id_is() -> None:
    aims = ManagedWorkspace()
    for kind, id_, like in (
        ("risk", "i", "overpaid"),
        ("system", "a", "desk"),
        ("impact", "a", "desk"),
    ):
        key = "system" if kind == "impact" else "id"
        aims.change(kind, id_, **{**aims.records[kind, like], key: id_})
    aims.change("system", "a", agents=None)
    text = aims_desk(compiled(aims)).get("/clauses").text
    for words in ("risk", "impact"):
        assert re.search(rf"<li>{words} <a [^>]*><bdi>[ai]</bdi></a>", text)
    assert "rsk" not in text
    assert "impct" not in text


def test_the_matrix_and_its_other_side(desk: Desk) -> None:
    left = _json(desk, "/risks")
    before = _json(desk, "/risks?show=before")
    assert (left["show"], before["show"], _json(desk, "/risks?show=x")["show"]) == (
        "after",
        "before",
        "after",
    )
    assert left["matrix"] == left["view"]["after"] != left["view"]["before"] == before["matrix"]
    html = desk.get("/risks").text
    assert "overdue" in html
    assert "Not in the matrix" in html
    assert 'href="/risks?at=paid-twice#risk-paid-twice"' in html


def test_the_statement_counts_what_is_overdue(desk: Desk) -> None:
    found = _json(desk, "/applicability")
    assert (found["total"], found["overdue"], found["cursor"]) == (39, 1, None)
    assert {one["what"]: one["count"] for one in found["applicable"]} == {"in": 38, "out": 1}
    assert found["approved"]["approvedBy"] == "ben"
    own = next(row for row in found["rows"] if row["control"] == "limits")
    assert [(one["kind"], one["origin"]) for one in own["says"]["evidence"]] == [
        ("words", "attested"),
        ("human", "attested"),
    ]
    assert _json(desk, "/applicability?cursor=99999")["rows"] == []
    assert len(_json(desk, "/applicability?cursor=-1")["rows"]) == 39


def test_one_control_and_what_it_did_last(at_work: Desk) -> None:
    found = _json(at_work, "/controls/limits")
    assert (found["log"], found["origin"]) == (True, "captured")
    assert len(found["lately"]) == 10
    assert found["places"][0]["system"] == "desk"
    (aim,) = found["view"]["objectives"]
    assert (aim["figure"]["verdict"], aim["figure"]["of"]) == ("met", 12)
    html = at_work.get("/controls/limits").text
    assert "100 % (12 of 12)" in html
    last = found["view"]["figure"]["last"]
    assert f'href="/r/{last["shard"]}/{last["index"]}"' in html


def test_an_annex_a_control_and_one_that_is_none(desk: Desk) -> None:
    found = _json(desk, "/controls/A.6.2.8")["view"]
    assert (found["annex"], found["figure"]) == (True, None)
    assert desk.get("/controls/A.6.2.8").status_code == 200
    assert desk.get("/controls/none-such").status_code == 404


def test_the_place_of_a_record_leads_to_its_action(at_work: Desk) -> None:
    last = _json(at_work, "/controls/limits")["lately"][0]
    place = f"{last['ref']['shard']}/{last['ref']['index']}"
    found = _json(at_work, f"/records/{place}")
    assert (found["kind"], found["actionId"], found["says"]) == ("decision", last["actionId"], "")
    html = at_work.get(f"/r/{place}")
    assert f'href="/d/{last["actionId"]}?at={place}"' in html.text
    release = _json(at_work, "/records/0/1")
    assert (release["kind"], release["actionId"]) == ("plan-release", "")
    assert '"releasedBy": "ana"' in release["says"]
    for nowhere in ("/r/9/9", "/r/0/99999999", "/r/x/0", "/r/0/-1"):
        assert at_work.get(nowhere).status_code == 404


def test_objectives_say_what_they_come_to(at_work: Desk, desk: Desk) -> None:
    found = _json(at_work, "/objectives")
    (aim,) = found["aims"]
    assert (found["origin"], aim["stands"], aim["value"]) == ("captured", "met", "100 % (12 of 12)")
    assert (aim["target"], aim["measured"]) == ("at least 95 %", "2026-10-01")
    (aim,) = _json(desk, "/objectives")["aims"]
    assert (aim["stands"], aim["value"]) == ("", "")
    assert "nothing was measured" in desk.get("/objectives").text


def test_a_log_that_takes_long_to_read_holds_up_no_page(
    at_work: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(around, "PATIENCE", 0.0)
    with TestClient(at_work.app, at_work.url) as client:  # one loop for all that is asked
        at_work.bank.clock.advance(7_200)  # what was seen an hour ago is looked at anew
        client.cookies.set(at_work.cookie, at_work.token("ben"))
        pages = [client.get("/risks").text for _ in range(2)]
    assert around.NOT_YET in pages[0]
    assert "Paid twice" in pages[0]


def test_the_scope_says_what_no_inventory_has(at_work: Desk, desk: Desk) -> None:
    assert "Nothing was seen in the log that is in no inventory" in at_work.get("/systems").text
    assert "No log at hand" in desk.get("/systems").text
    assert _json(desk, "/systems")["view"]["covered"][0]["id"] == "payments"


def test_no_two_schemas_have_one_name() -> None:
    named: dict[str, set[Any]] = {}

    def walk(kind: Any) -> None:
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            if kind in named.setdefault(kind.__name__, set()):
                return
            named[kind.__name__].add(kind)
            for hint in typing.get_type_hints(kind).values():
                walk(hint)
        for part in typing.get_args(kind):
            walk(part)

    for page in PAGES:
        walk(page.view)
    assert {name for name, kinds in named.items() if len(kinds) > 1} == set()
