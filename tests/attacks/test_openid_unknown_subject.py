"""Whom the provider recognises comes in only where the plan says whose account it is; to read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.console import InsideConsole, Visitor
from tests.worlds.openid import SUBJECT, Provider
from watchkeeper.records.kinds import Kind
from watchkeeper.records.plan.people import Person, SignIn


@pytest.fixture
def console(provider: Provider) -> InsideConsole:
    return provider.console()


def _signed_in(provider: Provider, console: InsideConsole) -> Visitor:
    visitor = console.visitor()
    assert provider.sign_in(visitor).status_code == 303
    visitor.look()
    return visitor


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "somebody-else"},
        {"sub": "ben"},
        {"sub": SUBJECT.upper() + " "},
        {"sub": "x", "email": "ben@example.org", "preferred_username": "ben", "name": "Ben"},
    ],
    ids=str,
)
def test_an_account_that_is_nobodys(
    provider: Provider, console: InsideConsole, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    visitor = console.visitor()
    found = provider.sign_in(visitor)
    assert found.status_code == 403
    assert "nobody&#39;s in the plan" in found.text
    assert not visitor.signed_in


def test_an_account_with_markup_in_its_name(provider: Provider, console: InsideConsole) -> None:
    provider.claims = {"sub": "<script>alert(1)</script>"}
    found = provider.sign_in(console.visitor())
    assert "<script>alert" not in found.text
    assert "&lt;script&gt;alert" in found.text


def test_it_ends_with_the_account_or_the_person(provider: Provider, console: InsideConsole) -> None:
    visitor = _signed_in(provider, console)
    plan = console.bank.home.enforcer.bundle
    people = tuple(replace(one, sign_in=()) for one in plan.people)
    console.bank.release(replace(plan, people=people))
    assert not visitor.signed_in
    other = provider.sign_in(console.visitor())
    assert other.status_code == 403


def test_who_has_nothing_but_an_account_reads(provider: Provider, console: InsideConsole) -> None:
    """An auditor: named in the plan, without a role, a key or a passkey."""
    plan = console.bank.home.enforcer.bundle
    account = SignIn(provider.issuer, "auditor-7")
    console.bank.release(
        replace(plan, people=(*plan.people, Person("eli", "Eli", sign_in=(account,))))
    )
    provider.claims = {"sub": "auditor-7"}
    visitor = _signed_in(provider, console)
    assert visitor.get("/api/v1/me").json()["roles"] == []
    assert visitor.get("/agents").status_code == 200
    assert visitor.get("/api/v1/escalations").json()["total"] == 0
    console.bank.release(plan)
    assert not visitor.signed_in


def test_who_reads_says_nothing(provider: Provider, console: InsideConsole) -> None:
    """Neither a command nor a passkey, whoever signs it, comes from such a session."""
    _, ben = console.come_in("ben")
    visitor = _signed_in(provider, console)
    assert visitor.get("/agents").status_code == 200
    before = len(console.bank.entries())
    for path in (
        "/api/v1/challenges",
        "/api/v1/commands",
        "/api/v1/passkeys/options",
        "/api/v1/passkeys",
    ):
        found = visitor.post(path, {"verb": "stop", "body": {}})
        assert (found.status_code, found.json()["code"]) == (403, "reads-only"), path
    # Not by the way of another page's session, method or spelling either.
    for path in ("//api/v1/commands", "/api/v1/commands/", "/API/v1/commands", "/me"):
        assert visitor.post(path, {}).status_code == 403
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        headers = {"origin": console.place, "x-csrf": visitor.csrf, "content-length": "0"}
        found = visitor.client.request(method, console.place + "/api/v1/commands", headers=headers)
        assert found.status_code in {403, 405, 415}
    assert len(console.bank.entries()) == before
    assert visitor.sign_in(ben).status_code == 200, "but whoever has a passkey signs in by it"
    assert visitor.get("/api/v1/me").json()["signedInBy"] == "passkey"


def test_what_was_read_by_account_ends_when_the_passkey_comes(
    provider: Provider, console: InsideConsole
) -> None:
    _, ben = console.come_in("ben")
    visitor = _signed_in(provider, console)
    kept = console.visitor()
    kept.client.cookies.update(dict(visitor.client.cookies))
    assert kept.signed_in
    assert visitor.sign_in(ben).status_code == 200
    assert not kept.signed_in


def test_who_reads_may_give_a_code_to_register_a_passkey(
    provider: Provider, console: InsideConsole
) -> None:
    visitor = _signed_in(provider, console)
    kept = dict(visitor.client.cookies)
    assert visitor.send_form("/sign-in/code", code=console.code("ben")).status_code == 403
    assert f'value="{visitor.csrf}"' in visitor.get("/sign-in/code").text
    given = {"code": console.code("ben"), "csrf": visitor.csrf}
    assert visitor.send_form("/sign-in/code", **given).status_code == 303
    visitor.look()
    assert visitor.register(console.holder("ben")).status_code == 201
    assert visitor.get("/api/v1/me").json()["signedInBy"] == "passkey"
    old = console.visitor()
    old.client.cookies.update(kept)
    assert not old.signed_in


def test_who_signs_out_is_out(provider: Provider, console: InsideConsole) -> None:
    place = "https://watch.example"
    console = provider.console(place)
    visitor = _signed_in(provider, console)
    found = visitor.send_form("/sign-out", csrf=visitor.csrf)
    gone = found.headers["set-cookie"]
    assert gone.startswith("__Host-wk=")
    assert all(mark in gone for mark in ("Max-Age=0", "Secure", "Path=/"))
    assert not visitor.signed_in


def test_the_page_says_so_and_offers_the_passkey(
    provider: Provider, console: InsideConsole
) -> None:
    visitor = _signed_in(provider, console)
    me = visitor.get("/me").text
    assert "/sign-in?passkey" in me
    assert 'data-does="register"' not in me
    assert "/sign-in?passkey" in visitor.get("/").text
    stops = visitor.get("/stops").text
    for page in (stops, visitor.get("/unknown").text, visitor.get("/standing").text):
        assert "stops.js" not in page, "no form is shown whose command would be refused"
    assert "/sign-in?passkey&amp;next=/stops" in stops
    assert 'data-does="sign-in"' in visitor.get("/sign-in?passkey&next=/me").text
    assert visitor.get("/sign-in").status_code == 303


def test_it_records_nothing(provider: Provider, console: InsideConsole) -> None:
    before = len(console.bank.entries())
    _signed_in(provider, console)
    assert len(console.bank.entries()) == before
    assert not any(e.record.kind is Kind.PASSKEY for e in console.bank.entries())


def test_a_plan_without_a_provider_has_no_way_there() -> None:
    console = InsideConsole(bundle=bank_bundle())
    visitor = console.visitor()
    assert visitor.get("/sign-in/openid").status_code == 403
    assert visitor.get("/sign-in/openid/back?code=c&state=s").status_code == 403
    assert "/sign-in/openid" not in visitor.get("/sign-in").text
