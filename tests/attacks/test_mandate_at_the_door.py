"""The agents' port takes tasks by an application's signature alone, and binds agents to them."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.bank import public, signer
from tests.worlds.gateway import Reply, World, refused
from tests.worlds.tasks import task_files, tasks_of
from watchkeeper import wiring
from watchkeeper.enforcement.mandate import Task
from watchkeeper.errors import MandateRefused
from watchkeeper.ledger.envelope import seal_command
from watchkeeper.records.codec import to_json
from watchkeeper.records.kinds import Kind
from watchkeeper.records.lent import ValueLimit
from watchkeeper.records.people import Command, Signature

FIFTY = ValueLimit("amount", most="50.00")


@pytest.fixture(scope="module")
def till(lenders: World) -> World:
    return lenders


def _give(till: World, task: Task | None, amount: float = 10, **changes: Any) -> Reply:
    meta = changes.pop("meta", task.meta if task else None)
    return till.call("give", meta=meta, amount=amount, **changes)


def test_an_agent_is_bound_to_its_task(till: World) -> None:
    refused(till, lambda: _give(till, None), "no-mandate")
    with tasks_of(till).open("payer", ["till/give"], values=[FIFTY]) as task:
        task.word()
        assert _give(till, task, 50).done
        refused(till, lambda: _give(till, task, 50.01), "outside-mandate")
        refused(till, lambda: till.call("look", meta=task.meta, to="x"), "outside-mandate")
    refused(till, lambda: _give(till, task), "no-mandate")
    kinds = [entry.record.kind for entry in till.entries()]
    assert {Kind.MANDATE, Kind.MANDATE_WORD, Kind.MANDATE_ENDED} <= set(kinds)


def test_the_task_of_another_agent_is_none(till: World) -> None:
    with tasks_of(till).open("other", ["till/give", "till/look"]) as task:
        refused(till, lambda: _give(till, task), "no-mandate")
        refused(till, lambda: till.call("look", meta=task.meta, to="x"), "no-mandate")
        assert till.call("look", agent="other", meta=task.meta, to="x").done


@pytest.mark.parametrize("said", [1, "", [], {}, True, ["x"], {"id": "x"}])
def test_what_is_no_id_is_no_call(till: World, said: Any) -> None:
    meta = {"watchkeeper/task": said}
    refused(till, lambda: till.call("look", meta=meta, to="x"), "invalid-request")


@pytest.mark.parametrize("said", ["x" * 256, "../../etc", "app:desk-app", "task\u0000", "\u202e"])
def test_an_id_that_nobody_gave_opens_nothing(till: World, said: str) -> None:
    meta = {"watchkeeper/task": said}
    refused(till, lambda: till.call("look", meta=meta, to="x"), "no-mandate")


def _post(till: World, body: Any, path: str = "/tasks", **more: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    method = more.pop("method", "POST")
    return till.client.request(method, till.url + path, content=raw, **more)


def _signed(
    till: World, verb: str, body: Any, person: str = "app:desk-app", key: str = ""
) -> Signature:
    origin = f"example.org/till/{till.shard}"
    said = Command(origin, person, verb, secrets.token_hex(16), wiring.clock().wall(), body)
    return seal_command(said, signer(key or "desk-app"))


def _refused_at_the_door(till: World, answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"signature": {}}',
        b'{"signature": 1, "beside": {}}',
        b'{"signature": {"payload": "e30=", "keyid": "x", "sig": "x"}}',
        b"\xff\xfe",
        b'{"signature":' * 100,
        b"x" * 200_000,
    ],
)
def test_what_is_no_command_is_refused(till: World, raw: bytes) -> None:
    _refused_at_the_door(till, _post(till, raw), 400)


def test_people_and_agents_have_no_word_here(till: World) -> None:
    before = len(till.entries())
    for person in ("ana", "payer", "desk-app", ""):
        signature = till.signed(
            "ana", "stop", {"scopeKind": "all", "scopeName": "", "reason": None}
        )
        if person != "ana":
            signature = _signed(till, "mandate", {}, person, key="k")
        answer = _post(till, {"signature": to_json(signature)})
        _refused_at_the_door(till, answer, 403)
    answer = _post(till, {}, headers=till.headers())
    _refused_at_the_door(till, answer, 400)
    assert len(till.entries()) == before


def test_the_address_and_the_command_say_the_same(till: World) -> None:
    with tasks_of(till).open("payer", ["till/give"]) as task:
        signature = to_json(_signed(till, "end-mandate", {"id": task.id, "reason": None}))
        for path in ("/tasks", f"/tasks/{task.id}/word"):
            _refused_at_the_door(till, _post(till, {"signature": signature}, path), 400)
        other = "/tasks/task_" + "0" * 32
        answer = _post(till, {"signature": signature}, other, method="DELETE")
        _refused_at_the_door(till, answer, 400)
        assert _give(till, task).done


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"host": "evil.example"}, 421), ({"origin": "https://evil.example"}, 403)],
)
def test_no_page_of_another_place_reaches_it(till: World, headers: Any, status: int) -> None:
    _refused_at_the_door(till, _post(till, {}, headers=headers), status)
    answer = till.client.get(till.url + "/tasks", headers=headers)
    _refused_at_the_door(till, answer, status)


def test_the_example_of_the_documentation_runs(
    till: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs/concepts/lent-authority.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    made, blank, used = example.partition("\n\ntasks = ")
    assert blank
    monkeypatch.chdir(tmp_path)
    said: dict[str, Any] = {"print": lambda key: said.setdefault("public", key)}
    exec(made, said)
    files = task_files(till.till, till.keys, grants={"gifts": 100_000})
    files["systems/till.yaml"] = files["systems/till.yaml"].replace(
        public("desk-app"), said["public"]
    )
    till.release(files)
    replies: list[Reply] = []
    said["run_agent"] = lambda meta: replies.extend(
        till.call("give", meta=meta, amount=amount) for amount in (50, 51)
    )
    exec(blank + used.replace("http://127.0.0.1:8930", till.url), said)
    till.release(task_files(till.till, till.keys, grants={"gifts": 100_000}))
    assert replies[0].done
    assert replies[1].reason == "outside-mandate"


def test_an_application_opens_so_many_in_a_minute(till: World) -> None:
    opened: list[Task] = []

    def open_many() -> None:
        busy = tasks_of(till, "busy-app")
        opened.extend(busy.open("payer", ["till/give"]) for _ in range(30))

    with pytest.raises(MandateRefused, match="20 tasks a minute"):
        open_many()
    assert len(opened) == 20
    tasks_of(till).open("payer", ["till/give"]).end()
