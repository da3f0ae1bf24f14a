"""Who comes back from the provider must be who left, in the same browser, once, and soon."""

from __future__ import annotations

import pytest

from tests.worlds.console import InsideConsole
from tests.worlds.openid import BACK, Provider


@pytest.fixture
def console(provider: Provider) -> InsideConsole:
    return provider.console()


def test_an_honest_sign_in(provider: Provider, console: InsideConsole) -> None:
    visitor = console.visitor()
    found = provider.sign_in(visitor, after="/agents")
    assert (found.status_code, found.headers["location"]) == (303, "/agents")
    me = visitor.get("/api/v1/me").json()
    assert (me["person"], me["signedInBy"]) == ("ben", "openid")
    cookies = found.headers.get_list("set-cookie")
    assert all("HttpOnly" in one and "SameSite=lax" in one for one in cookies)
    assert any(one.startswith("wk-8932=") for one in cookies)


def test_another_browser_that_brings_the_answer_back(
    provider: Provider, console: InsideConsole
) -> None:
    """Eve signs in as herself as far as the code, and has Ben's browser finish it."""
    eve, ben = console.visitor(), console.visitor()
    sent = provider.leave(eve)
    answer = {"code": provider.code(sent), "state": sent["state"], "iss": provider.issuer}
    assert provider.come_back(ben, **answer).status_code == 403
    assert not ben.signed_in
    assert provider.come_back(eve, **answer).status_code == 403, "it was over with the first try"


def test_with_another_browser_that_left_itself(provider: Provider, console: InsideConsole) -> None:
    eve, ben = console.visitor(), console.visitor()
    provider.leave(ben)
    sent = provider.leave(eve)
    answer = {"code": provider.code(sent), "state": sent["state"], "iss": provider.issuer}
    assert provider.come_back(ben, **answer).status_code == 403
    assert not ben.signed_in


@pytest.mark.parametrize("state", ["", "A" * 43, "\udcff"])
def test_a_state_that_nobody_gave(provider: Provider, console: InsideConsole, state: str) -> None:
    visitor = console.visitor()
    sent = provider.leave(visitor)
    given = {"code": provider.code(sent), "iss": provider.issuer}
    query = "&".join(f"{name}={value}" for name, value in given.items())
    raw = state.encode(errors="surrogateescape").hex() if state == "\udcff" else state
    found = visitor.get(f"{BACK}?{query}&state={'%' + raw if raw == 'ff' else raw}")
    assert found.status_code == 403
    assert not visitor.signed_in


def test_the_same_answer_twice(provider: Provider, console: InsideConsole) -> None:
    visitor = console.visitor()
    sent = provider.leave(visitor)
    browser = dict(visitor.client.cookies)
    answer = {"code": provider.code(sent), "state": sent["state"], "iss": provider.issuer}
    assert provider.come_back(visitor, **answer).status_code == 303
    thief = console.visitor()
    thief.client.cookies.update(browser)
    provider.codes[answer["code"]] = sent
    assert provider.come_back(thief, **answer).status_code == 403
    assert not thief.signed_in


def test_a_state_that_stands_there_twice(provider: Provider, console: InsideConsole) -> None:
    visitor = console.visitor()
    sent = provider.leave(visitor)
    code = provider.code(sent)
    found = visitor.get(f"{BACK}?state={sent['state']}&code={code}&code=other")
    assert found.status_code == 403
    assert not visitor.signed_in


def test_an_answer_after_ten_minutes(provider: Provider, console: InsideConsole) -> None:
    visitor = console.visitor()
    sent = provider.leave(visitor)
    console.bank.clock.advance(600)
    answer = {"code": provider.code(sent), "state": sent["state"], "iss": provider.issuer}
    assert provider.come_back(visitor, **answer).status_code == 403


def test_a_code_that_was_given_for_another_sign_in(
    provider: Provider, console: InsideConsole
) -> None:
    """A stolen code is worth nothing in another browser: its verifier is another (RFC 7636)."""
    ben, eve = console.visitor(), console.visitor()
    stolen = provider.code(provider.leave(ben))
    sent = provider.leave(eve)
    found = provider.come_back(eve, code=stolen, state=sent["state"], iss=provider.issuer)
    assert found.status_code == 403
    assert not eve.signed_in


def test_many_that_never_come_back(provider: Provider, console: InsideConsole) -> None:
    """They are forgotten in the end, and each tried state counts as a failed sign-in."""
    visitor = console.visitor()
    for _ in range(10):
        provider.come_back(visitor, code="c", state="s", iss=provider.issuer)
    assert provider.come_back(visitor, code="c", state="s").status_code == 429
    assert visitor.get("/sign-in/openid").status_code == 429
    console.bank.clock.advance(61)
    assert provider.sign_in(console.visitor()).status_code == 303
