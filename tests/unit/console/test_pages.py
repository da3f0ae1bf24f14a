"""Every page, as HTML and as JSON: for who is signed in, and for nobody else."""

import pytest

from tests.worlds.bank import allowed, escalated, pay
from tests.worlds.enrolled import code_for
from tests.worlds.pages import Desk
from watchkeeper.console.pages.table import API, PAGES

LISTED = [
    page for page in PAGES if "{" not in page.path and page.name not in {"answers", "together"}
]


@pytest.fixture
def desk() -> Desk:
    return Desk("http://localhost:8932")


@pytest.mark.parametrize("page", LISTED, ids=lambda page: page.name)
def test_a_page_is_there_as_html_and_as_json(desk: Desk, page) -> None:
    desk.bank.ask(pay(300))
    html, data = desk.get(page.path), desk.get(API + page.api)
    assert (html.status_code, data.status_code) == (200, 200)
    assert html.headers["content-type"].startswith("text/html")
    assert f"<title>{page.title}" in html.text
    assert isinstance(data.json(), dict)
    assert "default-src 'none'" in html.headers["content-security-policy"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nobody_is_shown_anything_who_is_not_signed_in(desk: Desk, page) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    path = page.path.format(
        handle=handle, action="x", agent="payer", control="limits", shard="0", index="0"
    )
    html = desk.get(path, None)
    assert html.status_code == 303
    assert html.headers["location"].startswith("/sign-in?next=%2F")
    api = page.api.format(
        handle=handle, action="x", agent="payer", control="limits", shard="0", index="0"
    )
    data = desk.get(API + api, None)
    assert (data.status_code, data.json()["code"]) == (401, "not-signed-in")


def test_a_session_of_a_code_reads_and_says_nothing(desk: Desk) -> None:
    visitor = desk.visitor()
    code = code_for(desk.bank, "ben", place=desk.url)
    assert visitor.send_form("/sign-in/code", code=code).status_code == 303
    visitor.look()
    assert visitor.get("/").status_code == 303
    assert visitor.get(f"{API}/live").status_code == 401
    said = visitor.post(f"{API}/challenges", {"verb": "stop", "body": {}})
    assert (said.status_code, said.json()["code"]) == (403, "not-authorised")


def test_the_inbox_says_what_waits_and_for_whom(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    found = desk.get(f"{API}/escalations").json()
    (item,) = found["items"]
    assert (found["total"], found["yours"], item["handle"]) == (1, 1, handle)
    assert item["mine"] == {"may": True, "roles": ["lead"], "why": ""}
    desk.bank.approve(handle, "cyd")
    assert desk.get(f"{API}/escalations").json()["yours"] == 0


def test_more_than_fifty_come_in_parts(desk: Desk) -> None:
    for n in range(55):
        escalated(desk.bank.ask(pay(300, mark=f"m{n}", note=f"n{n}")))
    first = desk.get(f"{API}/escalations").json()
    rest = desk.get(f"{API}/escalations?cursor={first['cursor']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["cursor"]) == (50, 5, None)
    assert not {i["handle"] for i in first["items"]} & {i["handle"] for i in rest["items"]}
    like = desk.get(f"{API}/escalations", "ben").json()["groups"][0]
    assert like["count"] == 55


def test_an_escalation_says_everything_that_decides_it(desk: Desk) -> None:
    allowed(desk.bank.ask(pay(30, mark="before", note="before")))
    handle = escalated(desk.bank.ask(pay(300, to="shop"))).handle
    found = desk.get(f"{API}/escalations/{handle}").json()
    assert {one["name"] for one in found["first"]} >= {"amount", "to"}
    assert found["why"][0]["statement"] == "Pays within limits."
    assert found["facts"][0]["values"] == [{"name": "limit", "text": "5000.00"}]
    assert found["facts"][0]["readAt"] is not None
    money = next(bar for bar in found["budgets"] if bar["unit"] == "amount")
    assert (float(money["used"]), float(money["cap"]), money["share"]) == (30, 500, 60)
    assert [one["outcome"] for one in found["lately"]] == ["allow"]
    html = desk.get(f"/e/{handle}").text
    assert "If nobody answers" in html
    assert f"watchkeeper do approve {handle} --by ben" in html


def test_a_handle_that_is_none_leads_nowhere(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    assert desk.get(f"/e/{handle}x").status_code == 404
    found = desk.get(f"{API}/escalations/{handle}x").json()
    assert (found["status"], found["code"]) == (404, "not-found")


def test_a_decision_names_its_records_and_who_answers(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    desk.bank.approve(handle)
    done = allowed(desk.bank.come_back(handle))
    found = desk.get(f"{API}/decisions/{done.request.action_id}", "ana").json()
    kinds = [step["kind"] for step in found["steps"]]
    assert kinds == ["decision", "verdict", "decision"]
    assert (found["outcome"], found["unknown"]) == ("allow", True)
    people = {(link["kind"], link["who"]) for link in found["chain"]}
    assert {("grantor", "ana"), ("reviewer", "ben"), ("release", "ana")} <= people
    assert found["proof"]["missing"] != ""


def test_values_are_for_who_was_asked_or_answers_for_it(desk: Desk) -> None:
    done = allowed(desk.bank.ask(pay(30)))
    path = f"{API}/decisions/{done.request.action_id}"
    assert desk.get(path, "ana").json()["arguments"]
    assert desk.get(path, "ben").json()["arguments"]  # owns the control
    found = desk.get(path, "cyd").json()
    assert (found["arguments"], found["withheld"], found["sentence"]) == (None, True, "")


def test_live_shows_what_happened_last(desk: Desk) -> None:
    desk.bank.ask(pay(300))
    before = desk.get(f"{API}/decisions").json()["rows"]
    assert [row["kind"] for row in before] == ["decision"]
    assert before[0]["outcome"] == "escalate"
    chosen = desk.get(f"{API}/decisions?outcome=block").json()["rows"]
    assert chosen == []


def test_a_command_is_the_persons_own_passkey(desk: Desk) -> None:
    handle = escalated(desk.bank.ask(pay(300))).handle
    ben, body = desk.visitor("ben"), {"handle": handle, "role": "lead", "reason": None}
    given = ben.post(f"{API}/challenges", {"verb": "approve", "body": body}).json()
    for who, status in (("cyd", 422), ("ben", 200)):
        answer = desk.holders[who].web_answer(given["challenge"])
        said = {"payload": given["payload"], "assertion": answer, "beside": {}}
        assert ben.post(f"{API}/commands", said).status_code == status
    pending = desk.bank.home.state.pending.by_handle(handle)
    assert [verdict.reviewer for verdict in pending.verdicts] == ["ben"]


def test_without_the_token_of_the_session_nothing_is_given_out(desk: Desk) -> None:
    ben = desk.visitor("ben")
    ben.csrf = "x"
    found = ben.post(f"{API}/challenges", {"verb": "stop", "body": {}})
    assert (found.status_code, found.json()["code"]) == (403, "another-session")


def test_where_there_is_no_page_it_says_so_and_nothing_else(desk: Desk) -> None:
    page, data = desk.get("/no-such"), desk.get(f"{API}/no-such")
    assert (page.status_code, data.status_code) == (404, 404)
    assert "<h1>Not here</h1>" in page.text
    assert data.json()["code"] == "not-found"
    wrong = desk.visitor("ben").client.request("DELETE", desk.url + "/")
    assert wrong.status_code == 403
    read = desk.visitor("ben").get(f"{API}/commands")
    assert (read.status_code, read.headers["allow"]) == (405, "POST")
    for answer in (page, data, read):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
