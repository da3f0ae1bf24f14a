"""A real browser with a virtual authenticator: code, passkey, sign out, sign in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.browser import started
from tests.worlds.console import ConsoleWorld, open_console
from watchkeeper.records.kinds import Kind
from watchkeeper.verify import verify_log


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleWorld]:
    with open_console(tmp_path_factory.mktemp("console")) as world:
        yield world


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as browser:
        yield browser


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page whose browser has an authenticator that verifies its person by itself."""
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
    line = context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    page.authenticator = line.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
        "authenticatorId"
    ]
    page.line = line
    yield page
    context.close()
    assert faults == [], faults


def _is_fault(said: Any) -> bool:
    """An error of the page's own, or of its policy; that an answer was a refusal is none."""
    return said.type == "error" and "Failed to load resource" not in said.text


def _enrol(console: ConsoleWorld, page: Any, person: str) -> None:
    page.goto(console.place + "/sign-in/code")
    page.fill("#code", console.code(person))
    page.click("text=Go on")
    page.click("text=Register a passkey")
    page.wait_for_selector("ul.passkeys")


def test_the_whole_way_in_a_browser(console: ConsoleWorld, page: Any) -> None:
    _enrol(console, page, "ben")
    assert page.locator("ul.passkeys li").count() == 1
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.click("text=Sign in with a passkey")
    page.wait_for_url(console.place + "/")
    page.click("a[href='/me']")
    assert page.inner_text("h1") == "ben"
    told = page.request.get(console.place + "/api/v1/me").json()
    assert told["signedInBy"] == "passkey"
    records = [e.record for e in console.world.entries() if e.record.kind is Kind.PASSKEY]
    assert "ben" in {record.predicate.person for record in records}
    page.click("ul.passkeys button")
    page.click("text=Revoke for good")
    page.wait_for_selector("text=Sign in with a passkey")
    assert verify_log(console.world.home, workers=1).findings == ()


def test_an_authenticator_that_does_not_verify_its_person(console: ConsoleWorld, page: Any) -> None:
    _enrol(console, page, "cara")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.line.send(
        "WebAuthn.setResponseOverrideBits",
        {"authenticatorId": page.authenticator, "isBadUV": True},
    )
    with page.expect_response("**/api/v1/sign-in/passkey") as answer:
        page.click("text=Sign in with a passkey")
    assert answer.value.status == 403
    page.wait_for_selector(".problem:not([hidden])")
    assert page.url.endswith("/sign-in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone(console: ConsoleWorld, browser: Any, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=scheme, java_script_enabled=False
    )
    page = context.new_page()
    for path in ("/sign-in", "/sign-in/code"):
        page.goto(console.place + path)
        assert page.locator("main").bounding_box()["width"] <= 320
        assert page.locator("h1").count() == 1
    assert page.locator("label[for=code]").count() == 1
    context.close()


def test_without_a_script_the_page_says_what_needs_one(console: ConsoleWorld, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(console.place + "/sign-in")
    assert "needs JavaScript" in page.inner_text("main")
    page.goto(console.place + "/sign-in/code")
    page.fill("#code", console.code("dan"))
    page.click("text=Go on")
    page.wait_for_url("**/me")
    assert "needs JavaScript" in page.inner_text("main")
    context.close()
