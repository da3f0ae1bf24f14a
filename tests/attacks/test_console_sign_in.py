"""Ways into a session that is not one's own, or into one at all; and what each is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.bank import bank_bundle
from tests.worlds.console import InsideConsole
from tests.worlds.people import Passholder
from watchkeeper.console.headers import SECURITY
from watchkeeper.console.signin.session import IDLE, LONGEST_BY_CODE
from watchkeeper.records.kinds import Kind

PLACE = "https://watch.example"


@pytest.fixture
def console() -> InsideConsole:
    return InsideConsole()


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://localhost:9999"},
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"uv": False},
        {"up": False},
        {"cross_origin": True},
        {"client": {"type": "webauthn.create"}},
        {"client": {"challenge": "AAAA"}},
        {"seed": "another key under the same id"},
    ],
    ids=str,
)
def test_a_sign_in_that_lies(console: InsideConsole, lie: dict[str, object]) -> None:
    _, ben = console.come_in("ben")
    visitor, liar = console.visitor(), replace(ben, **lie)  # type: ignore[arg-type]
    asked = visitor.post("/api/v1/sign-in/passkey/options").json()["challenge"]
    answer = {**liar.web_answer(asked), "id": ben.passkey.credential}
    found = visitor.post("/api/v1/sign-in/passkey", {"challenge": asked, "assertion": answer})
    assert (found.status_code, found.json()["code"]) == (403, "sign-in-refused")
    assert not visitor.signed_in


def test_an_answer_given_twice(console: InsideConsole) -> None:
    _, ben = console.come_in("ben")
    visitor = console.visitor()
    asked = visitor.post("/api/v1/sign-in/passkey/options").json()["challenge"]
    body = {"challenge": asked, "assertion": ben.web_answer(asked)}
    assert visitor.post("/api/v1/sign-in/passkey", body).status_code == 200
    thief = console.visitor()
    assert thief.post("/api/v1/sign-in/passkey", body).status_code == 403
    assert not thief.signed_in


def test_an_answer_carried_to_another_machine_or_given_late(console: InsideConsole) -> None:
    _, ben = console.come_in("ben")
    visitor, thief = console.visitor(), console.visitor("198.51.100.7")
    asked = visitor.post("/api/v1/sign-in/passkey/options").json()["challenge"]
    body = {"challenge": asked, "assertion": ben.web_answer(asked)}
    assert thief.post("/api/v1/sign-in/passkey", body).status_code == 403
    asked = visitor.post("/api/v1/sign-in/passkey/options").json()["challenge"]
    console.bank.clock.advance(121)
    body = {"challenge": asked, "assertion": ben.web_answer(asked)}
    assert visitor.post("/api/v1/sign-in/passkey", body).status_code == 403


def test_a_passkey_that_counts_backwards(console: InsideConsole) -> None:
    _, ben = console.come_in("ben")
    assert console.visitor().sign_in(replace(ben, counter=5)).status_code == 200
    assert console.visitor().sign_in(replace(ben, counter=5)).status_code == 403
    assert console.visitor().sign_in(replace(ben, counter=6)).status_code == 200


def test_somebody_whom_the_plan_does_not_know(console: InsideConsole) -> None:
    visitor = console.visitor()
    assert visitor.sign_in(Passholder("eve")).status_code == 403
    assert not visitor.signed_in


def test_guessing_a_code(console: InsideConsole) -> None:
    right, guesser = console.code("ben"), console.visitor("198.51.100.7")
    for number in range(10):
        wrong = guesser.send_form("/sign-in/code", code=f"AAAAA-AAAAA-AAAAA-AAAAA-AAAA{number}2")
        assert wrong.status_code == 403
    assert guesser.send_form("/sign-in/code", code=right).status_code == 429
    assert guesser.post("/api/v1/sign-in/passkey/options").status_code == 429
    assert console.visitor().send_form("/sign-in/code", code=right).status_code == 303
    console.bank.clock.advance(61)
    assert guesser.post("/api/v1/sign-in/passkey/options").status_code == 200


def test_what_a_proxy_says_of_the_address_is_not_believed(console: InsideConsole) -> None:
    guesser = console.visitor("198.51.100.7")
    for number in range(10):
        headers = {"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for=203.0.113.{number}"}
        guesser.post("/api/v1/sign-in/code", {"code": "A"}, headers)
    assert guesser.post("/api/v1/sign-in/code", {"code": "A"}).status_code == 429


def test_many_addresses_together(console: InsideConsole) -> None:
    for number in range(100):
        visitor = console.visitor(f"198.51.{number}.7")
        assert visitor.post("/api/v1/sign-in/code", {"code": "A"}).status_code == 403
    late = console.visitor("203.0.113.1").post("/api/v1/sign-in/code", {"code": "A"})
    assert late.status_code == 429


def test_a_code_given_twice_or_late(console: InsideConsole) -> None:
    code = console.code("ben")
    assert console.visitor().send_form("/sign-in/code", code=code).status_code == 303
    assert console.visitor().send_form("/sign-in/code", code=code).status_code == 403
    code = console.code("ben")
    console.bank.clock.advance(600)
    assert console.visitor().send_form("/sign-in/code", code=code).status_code == 403


def test_a_newer_code_ends_the_one_before(console: InsideConsole) -> None:
    old, new = console.code("ben"), console.code("ben")
    assert console.visitor().send_form("/sign-in/code", code=old).status_code == 403
    assert console.visitor().send_form("/sign-in/code", code=new).status_code == 303


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"uv": False},
        {"client": {"type": "webauthn.get"}},
        {"client": {"challenge": "AAAA"}},
    ],
    ids=str,
)
def test_a_registration_that_lies(console: InsideConsole, lie: dict[str, object]) -> None:
    visitor = console.visitor()
    visitor.send_form("/sign-in/code", code=console.code("ben"))
    visitor.look()
    found = visitor.register(console.holder("ben", **lie))
    assert (found.status_code, found.json()["code"]) == (422, "command-invalid")
    assert not any(e.record.kind is Kind.PASSKEY for e in console.bank.entries())


def test_a_code_registers_one_passkey_and_no_second(console: InsideConsole) -> None:
    visitor = console.visitor()
    visitor.send_form("/sign-in/code", code=console.code("ben"))
    visitor.look()
    before, csrf = dict(visitor.client.cookies), visitor.csrf
    options = visitor.post("/api/v1/passkeys/options").json()["challenge"]
    assert visitor.register(console.holder("ben")).status_code == 201
    thief = console.visitor()
    thief.client.cookies.update(before)
    thief.csrf = csrf
    second = console.holder("ben", seed="2").registration(options)
    body = {"challenge": options, "credential": second}
    assert thief.post("/api/v1/passkeys", body).status_code == 401
    assert sum(1 for e in console.bank.entries() if e.record.kind is Kind.PASSKEY) == 1


def test_two_registrations_at_once_by_one_code(console: InsideConsole) -> None:
    visitor = console.visitor()
    visitor.send_form("/sign-in/code", code=console.code("ben"))
    visitor.look()
    other = console.visitor()
    other.client.cookies.update(dict(visitor.client.cookies))
    other.csrf = visitor.csrf
    asked = [v.post("/api/v1/passkeys/options").json()["challenge"] for v in (visitor, other)]
    holders = [console.holder("ben"), console.holder("ben", seed="2")]
    found = [
        v.post("/api/v1/passkeys", {"challenge": c, "credential": h.registration(c)}).status_code
        for v, c, h in zip((visitor, other), asked, holders, strict=True)
    ]
    assert found[0] == 201
    assert found[1] != 201
    assert sum(1 for e in console.bank.entries() if e.record.kind is Kind.PASSKEY) == 1


def test_a_session_that_was_fixed_before_the_sign_in(console: InsideConsole) -> None:
    """Eve has Ben's browser keep a cookie of hers; after his sign-in it is another's."""
    _, ben = console.come_in("ben")
    visitor = console.visitor()
    visitor.client.cookies.set("wk-8932", "fixed-by-eve", domain="localhost")
    assert visitor.sign_in(ben).status_code == 200
    eve = console.visitor()
    eve.client.cookies.set("wk-8932", "fixed-by-eve")
    assert not eve.signed_in


def test_a_session_left_alone(console: InsideConsole) -> None:
    visitor, _ = console.come_in("ben")
    console.bank.clock.advance(IDLE)
    assert not visitor.signed_in
    assert visitor.get("/me").headers["location"] == "/sign-in?next=/me"
    coded = console.visitor()
    coded.send_form("/sign-in/code", code=console.code("ben"))
    console.bank.clock.advance(LONGEST_BY_CODE)
    assert not coded.signed_in


def test_a_session_of_somebody_whom_a_release_takes_out(console: InsideConsole) -> None:
    visitor, _ = console.come_in("ben")
    bundle = bank_bundle()
    people = tuple(one for one in bundle.people if one.id != "ben")
    roles = {role: tuple(p for p in held if p != "ben") for role, held in bundle.roles.items()}
    assert visitor.signed_in
    console.bank.release(replace(bundle, people=people, roles=roles))
    assert not visitor.signed_in


def test_the_console_seen_by_clocks_minutes_apart(console: InsideConsole) -> None:
    """A browser's clock is never asked: only this process' own."""
    _, ben = console.come_in("ben")
    console.bank.clock.leap(1_200)
    assert console.visitor().sign_in(ben).status_code == 200


def test_every_answer_has_the_security_headers(console: InsideConsole) -> None:
    visitor, _ = console.come_in("ben")
    for path in ("/me", "/sign-in", "/nowhere", "/api/v1/me", "/static/passkey.js"):
        answer = visitor.get(path)
        for name, value in SECURITY.items():
            assert answer.headers.get_list(name) == [value], path


def test_the_cookie_is_out_of_reach_of_scripts_and_other_places() -> None:
    for place, marks in (
        (PLACE, ("__Host-wk=", "Secure")),
        ("http://localhost:8932", ("wk-8932=",)),
    ):
        console = InsideConsole(place)
        visitor = console.visitor()
        found = visitor.send_form("/sign-in/code", code=console.code("ben"))
        cookie = found.headers["set-cookie"]
        assert all(mark in cookie for mark in (*marks, "HttpOnly", "SameSite=lax", "Path=/"))
        assert "Domain" not in cookie


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example",
        "//evil.example",
        "/\\\\evil.example",
        "javascript:alert(1)",
        "/\tx",
        "",
    ],
)
def test_nobody_is_sent_elsewhere_after_a_sign_in(console: InsideConsole, after: str) -> None:
    page = console.visitor().client.get(console.place + "/sign-in", params={"next": after}).text
    assert 'data-after="/"' in page


def test_a_path_of_the_console_is_gone_on_to(console: InsideConsole) -> None:
    page = console.visitor().get("/sign-in?next=/e/esc_1%3Fa=b").text
    assert 'data-after="/e/esc_1?a=b"' in page


def test_names_with_markup_are_shown_as_they_are() -> None:
    bundle = bank_bundle()
    name = "<script>alert('x')</script>"
    people = tuple(replace(p, name=name) if p.id == "ben" else p for p in bundle.people)
    console = InsideConsole(bundle=replace(bundle, people=people))
    page = console.come_in("ben")[0].look()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_another_passkey_only_on_the_word_of_one_that_counts(console: InsideConsole) -> None:
    """A session alone registers none: what the browser made has to be signed for."""
    visitor, ben = console.come_in("ben")
    second = console.holder("ben", seed="2")
    told = visitor.register(second).json()["sign"]
    assert console.visitor().sign_in(second).status_code == 403
    assert visitor.say(second, "add-passkey", told).status_code == 422
    assert visitor.say(ben, "add-passkey", told).status_code == 200
    assert console.visitor().sign_in(second).status_code == 200


def test_a_session_ends_with_the_passkey_that_opened_it(console: InsideConsole) -> None:
    visitor, ben = console.come_in("ben")
    other, _ = console.come_in("cyd")
    body = {"person": "ben", "keyid": ben.keyid, "reason": None}
    assert other.say(console.holder("cyd"), "revoke-passkey", body).status_code == 403
    assert visitor.signed_in
    assert visitor.say(ben, "revoke-passkey", body).status_code == 200
    assert not visitor.signed_in
    assert console.visitor().sign_in(ben).status_code == 403


def test_a_code_is_no_session_for_reading_or_deciding(console: InsideConsole) -> None:
    visitor = console.visitor()
    visitor.send_form("/sign-in/code", code=console.code("ben"))
    visitor.look()
    assert visitor.get("/").headers["location"].startswith("/sign-in")
    for path in ("/api/v1/escalations", "/api/v1/live", "/api/v1/agents"):
        assert visitor.get(path).status_code == 401
    asked = visitor.post("/api/v1/challenges", {"verb": "stop", "body": {}})
    assert asked.status_code == 403
