"""Sessions that are shared, doubled, left open or ended: none of them decides anything twice."""

from __future__ import annotations

import contextlib
import secrets
from concurrent.futures import ThreadPoolExecutor

import httpx2

from tests.worlds.ways import API, Ways
from watchkeeper.console.live.events import MOST_STREAMS
from watchkeeper.ledger.canonical import hidden_digest


def test_a_shared_browser_decides_for_nobody_but_the_one_who_signs(ways: Ways) -> None:
    """Cara sits down before Ben's open session, with her own passkey."""
    ben, cara = ways.person("ben"), ways.person("cara")
    waiting = ways.asks()
    said = ben.approval(waiting)
    challenge = ben.asked("approve", {"handle": waiting.handle, "role": "lead"}).json()
    said["payload"] = challenge["payload"]
    said["assertion"] = cara.holder.web_answer(challenge["challenge"])
    with ways.nothing_done():
        answer = ben.posts(said)
        assert answer.status_code == 422
        assert "another person's passkey" in answer.json()["detail"]
        assert ways.again(waiting).reason == "review-required"


def test_what_one_signed_is_not_said_in_the_session_of_another(ways: Ways) -> None:
    ben, cara = ways.person("ben"), ways.person("cara")
    waiting = ways.asks()
    with ways.nothing_done():
        assert cara.posts(ben.approval(waiting)).status_code == 422
        assert ways.again(waiting).reason == "review-required"


def test_the_same_assertion_from_two_tabs_at_once_counts_once(ways: Ways) -> None:
    ben, other = ways.person("ben"), ways.another_browser("ben")
    waiting = ways.asks()
    said = ben.approval(waiting)
    with ThreadPoolExecutor(4) as tabs:
        tabs_of = [ben, other, ben, other]
        answers = list(tabs.map(lambda person: person.posts(said).status_code, tabs_of))
    assert sorted(answers) == [200, 422, 422, 422]
    with ways.done_once():
        assert ways.again(waiting).done
        ways.again(waiting)


def test_two_signatures_of_one_person_are_not_two_people(ways: Ways) -> None:
    """Erasing takes two; Ben opens it in two browsers and signs in both."""
    ben, other = ways.person("ben"), ways.another_browser("ben")
    waiting = ways.asks("erase", what=secrets.token_hex(4))
    first, second = ben.approval(waiting), other.approval(waiting)
    with ways.nothing_done():
        assert ben.posts(first).json()["state"] == "pending"
        assert other.posts(second).status_code in {403, 422}
        assert ways.again(waiting).reason == "review-required"


def test_an_approval_is_carried_out_once_however_many_come_for_it(ways: Ways) -> None:
    waiting = ways.asks()
    assert ways.person("ben").approves(waiting).status_code == 200
    with ways.done_once(), ThreadPoolExecutor(6) as callers:
        list(callers.map(lambda _: ways.again(waiting), range(6)))


def test_a_page_left_open_decides_nothing_that_was_asked_about_since(ways: Ways) -> None:
    ben, cara = ways.person("ben"), ways.person("cara")
    waiting = ways.asks()
    seen, salt = ben.opens(waiting), secrets.token_bytes(16)
    question = {"handle": waiting.handle, "role": "lead", "text": hidden_digest(salt, "why?")}
    beside = {"text": "why?", "salt": salt.hex()}
    assert cara.posts(cara.signs("ask", question, beside)).status_code == 200
    with ways.nothing_done():
        late = ben.posts(ben.approval(waiting, seen))
        assert late.status_code == 422
        assert "since it was opened" in late.json()["detail"]
        assert ways.again(waiting).reason == "review-required"


def test_a_view_of_one_action_is_not_shown_for_another(ways: Ways) -> None:
    ben = ways.person("ben")
    small, large = ways.asks(amount=201), ways.asks(amount=999)
    with ways.nothing_done():
        assert ben.posts(ben.approval(large, ben.opens(small))).status_code == 422
        assert ways.again(large).reason == "review-required"


def test_who_signed_out_elsewhere_says_nothing_more_here(ways: Ways) -> None:
    tab = ways.another_browser("ben")
    waiting = ways.asks()
    said = tab.approval(waiting)
    token = dict(tab.visitor.client.cookies)
    assert tab.visitor.post("/api/v1/sign-out").status_code == 200
    tab.visitor.client.cookies.update(token)
    with ways.nothing_done():
        assert tab.posts(said).status_code == 401
        assert ways.again(waiting).reason == "review-required"


def test_a_refusal_is_not_turned_into_an_approval_on_the_way(ways: Ways) -> None:
    """What was signed is the payload: the verb in another one, the assertion of this one."""
    ben = ways.person("ben")
    waiting = ways.asks()
    salt = secrets.token_bytes(16)
    body = {"handle": waiting.handle, "role": "lead", "reason": hidden_digest(salt, "no")}
    refusal = ben.signs("refuse", body, {"reason": "no", "salt": salt.hex()})
    with ways.nothing_done():
        refusal["payload"] = ben.approval(waiting)["payload"]
        assert ben.posts(refusal).status_code == 422
        assert ways.again(waiting).reason == "review-required"


def _rest(stream: httpx2.Response) -> bytes:
    """Everything that a stream still says until the console ends it."""
    return b"".join(stream.iter_raw())


def test_a_stream_that_was_open_ends_with_its_session(ways: Ways) -> None:
    tab = ways.another_browser("ben")
    with tab.visitor.client.stream("GET", f"{ways.console.place}{API}/live") as stream:
        assert stream.status_code == 200
        other = ways.console.visitor()
        other.client.cookies.update(dict(tab.visitor.client.cookies))
        other.look()
        assert other.post(f"{API}/sign-out").status_code == 200
        with ThreadPoolExecutor(1) as reading:
            rest = reading.submit(_rest, stream)
            later = ways.opened_action(ways.asks())
            assert later.encode() not in rest.result(20)


def test_no_more_streams_are_open_for_one_person_than_a_browser_needs(ways: Ways) -> None:
    cara = ways.another_browser("cara")
    with contextlib.ExitStack() as open_ones:
        url = f"{ways.console.place}{API}/live"
        begun = []
        for _ in range(MOST_STREAMS):
            stream = open_ones.enter_context(cara.visitor.client.stream("GET", url))
            begun.append(stream.iter_raw())
            assert next(begun[-1]) == b"retry: 2000\n\n"
        more = open_ones.enter_context(cara.visitor.client.stream("GET", url))
        assert more.status_code == 429
        assert ways.person("ben").visitor.get("/").status_code == 200
