"""An agent comes to the door for people, with all that it could lay its hands on."""

from __future__ import annotations

import contextlib
import secrets
import socket
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.worlds.ways import API, Person, Ways
from watchkeeper.console.pages.table import PAGES

PLACES = {"handle": "esc_x", "agent": "payer"}


class Anything(dict[str, str]):
    """Whatever else a page names in its path."""

    def __missing__(self, name: str) -> str:
        return "0"


READS = [API + page.api.format_map(Anything(PLACES)) for page in PAGES]
READS += [f"{API}/live", f"{API}/me"]
SAYS = [f"{API}/commands", f"{API}/challenges", f"{API}/passkeys/options", f"{API}/passkeys"]


@pytest.mark.parametrize("path", READS)
def test_an_agents_token_reads_nothing(ways: Ways, path: str) -> None:
    token = ways.world.tokens["payer"]
    cookie = f"wk-{urlsplit(ways.console.place).port}={token}"
    for headers in (ways.world.headers("payer"), {"cookie": cookie}, {"x-wk-session": token}):
        answer = ways.world.client.get(ways.console.place + path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", SAYS)
def test_an_agents_token_says_nothing(ways: Ways, path: str) -> None:
    waiting = ways.asks()
    said = ways.person("ben").approval(waiting)
    headers = {**ways.world.headers("payer"), "origin": ways.console.place, "x-csrf": "x"}
    with ways.nothing_done():
        answer = ways.world.client.post(ways.console.place + path, json=said, headers=headers)
        assert answer.status_code == 401
        assert ways.again(waiting).reason == "review-required"


def test_a_persons_session_opens_nothing_at_the_door_of_agents(ways: Ways) -> None:
    cookies = dict(ways.person("ben").visitor.client.cookies)
    headers = {
        "authorization": f"Bearer {next(iter(cookies.values()))}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "pay"}}
    with ways.nothing_done(), httpx2.Client(cookies=cookies) as client:
        answer = client.post(f"{ways.world.url}/mcp/till", json=body, headers=headers)
        assert answer.status_code == 401


def _thief(ways: Ways) -> Person:
    """A reviewer's own agent: it has the browser's cookie and the page's token, but no passkey."""
    ben, visitor = ways.person("ben"), ways.console.visitor()
    visitor.client.cookies.update(dict(ben.visitor.client.cookies))
    visitor.csrf = ben.visitor.csrf
    return Person(visitor, ways.console.holder("ben", seed="thief"))


def test_a_reviewers_own_agent_with_the_session_approves_nothing(ways: Ways) -> None:
    thief, ben = _thief(ways), ways.person("ben")
    waiting = ways.asks()
    with ways.nothing_done():
        made_up = thief.approves(waiting)
        assert made_up.status_code == 422
        claimed = thief.approval(waiting)
        claimed["assertion"]["id"] = ben.holder.passkey.credential
        assert thief.posts(claimed).status_code == 422
        unsigned = {**claimed, "assertion": {**claimed["assertion"], "signature": ""}}
        assert thief.posts(unsigned).status_code == 422
        assert ways.again(waiting).reason == "review-required"


def test_a_reviewers_own_agent_brings_in_no_passkey_of_its_own(ways: Ways) -> None:
    thief = _thief(ways)
    answer = thief.visitor.register(thief.holder)
    assert answer.status_code == 200
    assert set(answer.json()) == {"sign"}
    asked = thief.signs("add-passkey", answer.json()["sign"])
    assert thief.posts(asked).status_code == 422
    assert thief.visitor.sign_in(thief.holder).status_code == 403
    waiting = ways.asks()
    with ways.nothing_done():
        assert thief.approves(waiting).status_code == 422
        assert ways.again(waiting).reason == "review-required"


def test_a_handle_is_of_no_use_to_another_agent_or_to_who_is_not_asked(ways: Ways) -> None:
    waiting = ways.asks()
    dan = ways.person("dan")
    known = dan.visitor.get(f"{API}/escalations/{waiting.handle}")
    guessed = dan.visitor.get(f"{API}/escalations/esc_{secrets.token_hex(16)}")
    assert (known.status_code, known.content) == (guessed.status_code, guessed.content)
    assert known.status_code == 404
    with ways.nothing_done():
        assert ways.person("ben").approves(waiting).status_code == 200
        for tool, args in (
            ("watchkeeper_result", {"handle": waiting.handle}),
            ("pay", waiting.arguments),
        ):
            reply = ways.world.call(tool, agent="other", **args)
            assert not reply.done
    with ways.done_once():
        assert ways.again(waiting).done


def test_who_is_not_asked_decides_nothing_by_its_handle(ways: Ways) -> None:
    waiting, dan = ways.asks(), ways.person("dan")
    seen = ways.person("ben").opens(waiting)
    with ways.nothing_done():
        assert dan.posts(dan.approval(waiting, seen)).status_code == 403
        body = {"role": "lead", "reason": None, "items": [{"handle": waiting.handle, "view": None}]}
        assert dan.posts(dan.signs("approve-list", body)).status_code == 403
        assert ways.again(waiting).reason == "review-required"


def test_the_live_stream_tells_an_agent_nothing_and_nobody_a_value(ways: Ways) -> None:
    """What is escalated carries a name; a stream that is open meanwhile never says it."""
    secret = f"customer-{secrets.token_hex(8)}"
    dan = ways.person("dan")
    url = f"{ways.console.place}{API}/live"
    heard = b""
    with dan.visitor.client.stream("GET", url, headers={}) as stream:
        assert stream.status_code == 200
        action = ways.opened_action(ways.asks(to=secret))
        for part in stream.iter_bytes():
            heard += part
            if action.encode() in heard:
                break
    assert secret.encode() not in heard
    assert secret not in dan.visitor.get(f"{API}/decisions").text
    assert secret not in dan.visitor.get(f"{API}/decisions/{action}").text


def test_the_console_does_not_speak_to_who_does_not_speak_http(ways: Ways) -> None:
    """Another protocol, a request cut short, two lengths: closed, and nothing is carried out."""
    place = urlsplit(ways.console.place)
    head = (
        f"POST {API}/commands HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {ways.console.place}\r\n"
    )
    bodies = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n',
        f"{head}Content-Length: 5\r\nContent-Length: 50\r\n\r\n{{}}".encode(),
        f"{head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
    ]
    with ways.nothing_done():
        for body in bodies:
            with socket.create_connection(("127.0.0.1", place.port or 80), 5) as line:
                line.sendall(body)
                line.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionResetError):
                    answer = line.recv(200)
                    assert b" 200 " not in answer
    assert ways.person("ben").visitor.signed_in
