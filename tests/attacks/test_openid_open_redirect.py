"""Nobody is sent anywhere but to the plan's provider and to the console's own pages."""

from __future__ import annotations

import pytest

from tests.worlds.openid import CLIENT, Provider


@pytest.mark.parametrize(
    "after",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\tx",
        "/a\r\nLocation: https://evil.example",
        "",
    ],
)
def test_on_the_way_back(provider: Provider, after: str) -> None:
    found = provider.sign_in(provider.console().visitor(), after=after)
    assert (found.status_code, found.headers["location"]) == (303, "/")


def test_on_the_way_there(provider: Provider) -> None:
    """All that a link can choose is where to go on; never the provider, client or way back."""
    visitor = provider.console().visitor()
    query = "next=/&redirect_uri=https://evil.example&client_id=evil&issuer=https://evil.example"
    place = visitor.get(f"/sign-in/openid?{query}").headers["location"]
    assert place.startswith(f"{provider.issuer}/authorize?")
    assert "evil" not in place
    sent = provider.leave(visitor)
    assert sent["redirect_uri"] == f"{visitor.place}/sign-in/openid/back"
    assert (sent["client_id"], sent["scope"]) == (CLIENT, "openid groups")
    assert (sent["response_type"], sent["code_challenge_method"]) == ("code", "S256")


def test_what_the_answer_asks_for_is_not_done(provider: Provider) -> None:
    found = provider.sign_in(provider.console().visitor(), next="https://evil.example")
    assert found.headers["location"] == "/me"


def test_a_provider_that_redirects_its_own_answers(provider: Provider) -> None:
    """The code and the client's secret go to the address that it published, and nowhere else."""
    console = provider.console()
    provider.answers["/token"] = (307, {"location": f"{provider.issuer}/elsewhere"}, b"")
    assert provider.sign_in(console.visitor()).status_code == 502
    assert not any(path == "/elsewhere" for path, _, _ in provider.asked)
