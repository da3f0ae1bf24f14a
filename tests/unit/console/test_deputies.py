"""A deputy is told for whom they answer, and answers for them with one passkey: one, or a list."""

import pytest

from tests.worlds.bank import escalated, pay
from tests.worlds.console import Visitor
from tests.worlds.pages import Desk
from tests.worlds.standing import go_away, standing_plan
from watchkeeper.records.kinds import Kind
from watchkeeper.records.people import VerdictRecord

API = "/api/v1"


@pytest.fixture
def desk() -> Desk:
    found = Desk(
        "http://localhost:8932", bundle=standing_plan(), people=("ana", "ben", "cyd", "dan")
    )
    go_away(found.bank, "ben")
    return found


def asked(desk: Desk, count: int) -> list[str]:
    calls = (pay(300 + n, note=f"n{n}") for n in range(count))
    return [escalated(desk.bank.ask(call)).handle for call in calls]


def says(desk: Desk, dan: Visitor, verb: str, body: dict, beside: dict) -> int:
    given = dan.post(f"{API}/challenges", {"verb": verb, "body": body}).json()
    answer = desk.holders["dan"].web_answer(given["challenge"])
    said = {"payload": given["payload"], "assertion": answer, "beside": beside}
    return int(dan.post(f"{API}/commands", said).status_code)


def verdicts(desk: Desk) -> list[VerdictRecord]:
    return [e.record.predicate for e in desk.bank.entries() if e.record.kind is Kind.VERDICT]


def test_on_the_page_of_one_action(desk: Desk) -> None:
    (handle,) = asked(desk, 1)
    dan = desk.visitor("dan")
    assert (
        "You answer for <strong><bdi>Ben</bdi></strong>, who is away"
        in dan.get(f"/e/{handle}").text
    )
    assert "You answer for" not in desk.visitor("cyd").get(f"/e/{handle}").text
    seen = dan.get(f"{API}/escalations/{handle}").json()
    assert seen["choices"]["stead"] == ["Ben"]
    body = {"handle": handle, "role": "lead", "reason": None, "view": seen["viewDigest"]}
    beside = {"view": seen["view"], "receipt": seen["receipt"]}
    assert says(desk, dan, "approve", body, beside) == 200
    assert [(v.reviewer, v.stands_in_for) for v in verdicts(desk)] == [("dan", "ben")]


def test_on_a_list(desk: Desk) -> None:
    asked(desk, 3)
    dan = desk.visitor("dan")
    (group,) = dan.get(f"{API}/escalations").json()["groups"]
    found = dan.client.get(f"{desk.url}{API}/lists", params={"like": group["key"]}).json()
    assert found["stead"] == ["Ben"]
    items = [{"handle": r["handle"], "view": r["viewDigest"]} for r in found["items"]]
    views = {r["handle"]: {"view": r["view"], "receipt": r["receipt"]} for r in found["items"]}
    body = {"role": "lead", "reason": None, "items": items}
    assert says(desk, dan, "approve-list", body, {"views": views}) == 200
    assert [(v.reviewer, v.stands_in_for) for v in verdicts(desk)] == [("dan", "ben")] * 3
