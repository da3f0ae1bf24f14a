"""Who has the tool server's credential, and even the gateway's whole request, does nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.gateway import refused
from tests.worlds.permits import CREDENTIAL, Shop, open_shop
from watchkeeper.ledger.permit import HEADER, META
from watchkeeper.records.action import Boundary, Status


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(tmp_path_factory.mktemp("shop") / "world") as opened:
        yield opened


def _headers(**more: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {CREDENTIAL}",
        "content-type": "application/json",
        "accept": "application/json",
        **more,
    }


def _pay(amount: float, **meta: str) -> str:
    params: dict[str, Any] = {"name": "pay", "arguments": {"to": "thief", "amount": amount}}
    params["_meta"] = meta
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


def test_the_credential_alone_does_nothing(shop: Shop) -> None:
    before = shop.world.executed()
    answer = shop.post(_pay(10), _headers())
    assert answer.status_code == 403
    assert answer.json()["code"] == "permit-invalid"
    assert answer.json()["reason"] == "missing"
    assert shop.world.executed() == before


def test_the_credential_is_good_for_what_does_nothing(shop: Shop) -> None:
    listed = shop.post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}', _headers())
    assert listed.status_code == 200
    assert {tool["name"] for tool in listed.json()["result"]["tools"]} >= {"pay", "look"}


def test_nor_does_it_read(shop: Shop) -> None:
    body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"look","arguments":{}}}'
    assert shop.post(body, _headers()).json()["reason"] == "missing"


def test_through_the_gateway_it_is_done_and_the_record_says_how(shop: Shop) -> None:
    reply = shop.world.call("pay", to="x", amount=10.5, key="k-1")
    assert reply.done, reply.body
    assert shop.world.executed()[-1]["arguments"]["key"] == "k-1"
    decided = shop.world.decisions()[-1]
    assert decided.point.boundary is Boundary.PERMIT_VERIFIED


@pytest.mark.parametrize("restart", [False, True], ids=["at-once", "after-a-restart"])
def test_the_whole_request_again_does_nothing(shop: Shop, restart: bool) -> None:
    assert shop.world.call("pay", to="x", amount=11.5, key=f"k-whole-{restart}").done
    stolen = shop.calls("pay")[-1]
    assert HEADER in stolen["headers"]
    before = shop.world.executed()
    if restart:
        shop.end()
        shop.start()
    answer = shop.post(stolen["body"], stolen["headers"])
    assert (answer.status_code, answer.json()["reason"]) == (403, "used")
    assert shop.world.executed() == before


def test_its_permit_does_nothing_else(shop: Shop) -> None:
    assert shop.world.call("pay", to="x", amount=12.5, key="k-else").done
    permit = shop.calls("pay")[-1]["headers"][HEADER]
    before = shop.world.executed()
    answer = shop.post(_pay(1000), _headers(**{HEADER: permit}))
    assert (answer.status_code, answer.json()["reason"]) == (403, "other-call")
    assert shop.world.executed() == before


def test_the_permit_of_a_read_is_for_that_read(shop: Shop) -> None:
    assert shop.world.call("pay", to="x", amount=13.5, key="k-read").done
    permit = shop.calls("look")[-1]["headers"][HEADER]
    answer = shop.post(_pay(1000), _headers(**{HEADER: permit}))
    assert answer.json()["reason"] == "other-call"


def test_what_is_refused_is_sent_no_permit(shop: Shop) -> None:
    came = len(shop.calls("pay"))
    refused(shop.world, lambda: shop.world.call("pay", to="x", amount=5000), "no-authority")
    assert len(shop.calls("pay")) == came


def test_an_agent_does_not_pass_a_permit_on(shop: Shop) -> None:
    assert shop.world.call("pay", meta={META: "made-up"}, to="x", amount=14.5, key="k-own").done
    sent = json.loads(shop.calls("pay")[-1]["body"])["params"]["_meta"][META]
    assert sent != "made-up"
    assert sent == shop.calls("pay")[-1]["headers"][HEADER]


def test_the_keys_are_published_for_anybody(shop: Shop) -> None:
    answer = shop.world.client.get(shop.world.url + "/.well-known/watchkeeper-permits.json")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.content == (Path(shop.world.home) / "permits.jwks").read_bytes()
    assert set(answer.json()["keys"][0]) == {"alg", "crv", "kid", "kty", "use", "x"}


def test_without_its_key_the_gateway_sends_nothing(shop: Shop) -> None:
    before, came = shop.world.executed(), len(shop.calls("send"))
    pointer = shop.world.home / "keys" / "permit.uri"
    pointer.write_text("file:gone.key\n")
    try:
        reply = shop.world.call("send", to="x", text="hello")
    finally:
        pointer.unlink()
    assert not reply.done
    assert (shop.world.executed(), len(shop.calls("send"))) == (before, came)
    assert shop.world.effects()[-1].status is Status.FAILED
    assert shop.world.call("send", to="x", text="hello again").done
