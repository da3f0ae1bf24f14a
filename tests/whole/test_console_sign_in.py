"""The whole way of a person: a code, a passkey, sign out, sign in, over a gateway that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.console import ConsoleWorld, open_console
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleWorld]:
    with open_console(tmp_path_factory.mktemp("console")) as world:
        yield world


def test_the_whole_way(tmp_path: Path) -> None:
    with open_console(tmp_path / "w") as console:
        _whole_way(console)


def _whole_way(console: ConsoleWorld) -> None:
    visitor, ben = console.come_in("ben")
    me = visitor.get("/api/v1/me").json()
    assert (me["person"], me["roles"], me["signedInBy"]) == ("ben", ["lead"], "passkey")
    assert [one["keyid"] for one in me["passkeys"]] == [ben.keyid]
    assert not me["mayOnlyEnrol"]

    assert visitor.send_form("/sign-out", csrf=visitor.csrf).status_code == 303
    assert not visitor.signed_in
    assert visitor.sign_in(ben).json()["person"] == "ben"
    assert visitor.signed_in

    console.world.end()
    console.world.start()
    assert not visitor.signed_in
    assert visitor.sign_in(ben).status_code == 200
    found = verify_log(console.world.home, workers=1)
    assert found.counts[Kind.PASSKEY.value] == 1
    assert found.findings == ()


def test_an_approval_by_a_passkey_of_the_console(tmp_path: Path) -> None:
    """What an agent asks waits; Ben approves in the console, and it is carried out once."""
    with open_console(tmp_path / "w") as console:
        visitor, ben = console.come_in("ben")
        till = console.world
        handle = till.call("drop", what="a").handle
        said = visitor.say(ben, "approve", {"handle": handle, "role": "lead", "reason": None})
        assert said.status_code == 200, said.text
        assert till.call("drop", what="a").done
        assert [one["name"] for one in till.executed()] == ["drop"]
        again = visitor.post("/api/v1/commands", visitor.said)
        assert again.json()["code"] == "command-invalid"
        assert verify_log(till.home, workers=1).findings == ()


def test_somebody_else_vouches(console: ConsoleWorld) -> None:
    visitor, holder = console.visitor(), console.holder("cara")
    visitor.send_form("/sign-in/code", code=console.code("cara", by="ana").lower())
    assert "vouched" not in visitor.look()
    assert visitor.register(holder).status_code == 201
    assert "vouched for by <bdi>ana</bdi>" in visitor.look()


def test_a_session_by_code_may_only_enrol(console: ConsoleWorld) -> None:
    visitor = console.visitor()
    visitor.send_form("/sign-in/code", code=console.code("ana"))
    assert visitor.get("/api/v1/me").json()["mayOnlyEnrol"] is True
    # What has been registered ends it; the session after that is the passkey's.
    visitor.look()
    before = dict(visitor.client.cookies)
    visitor.register(console.holder("ana"))
    after = dict(visitor.client.cookies)
    assert before != after
    visitor.client.cookies.clear()
    visitor.client.cookies.update(before)
    assert not visitor.signed_in
