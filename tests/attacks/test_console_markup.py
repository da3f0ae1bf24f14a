"""Markup, directions and invisible signs in everything that an agent or a person may write."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.bank import escalated, pay
from tests.worlds.pages import Desk, looking, served, started

NASTY = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"'><svg onload=document.title='owned'>",
    "</script><script>document.title='owned'</script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:document.title='owned'",
    "safe \u202egnp.exe\u2066 \u200b\u200f\x1b[2J\x00",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


def test_what_agents_and_people_write_is_text(browser: Any) -> None:
    with served() as desk:
        handles = [
            escalated(desk.bank.ask(pay(300, mark=text, note=text, to=f"{text}{n}"))).handle
            for n, text in enumerate(NASTY)
        ]
        action = desk.bank.home.state.pending.by_handle(handles[0]).action_id
        desk.bank.ask(pay(20, mark="k", note=NASTY[1], to=NASTY[0]))
        desk.bank.stop("agent", "other", person="ana")
        desk.bank.refuse(handles[1])
        paths = ["/", "/?show=all", "/live", "/agents", "/stops", "/unknown", f"/d/{action}"]
        paths += [f"/e/{handle}" for handle in handles]
        paths += ["/?like=" + "%3Cscript%3E", "/live?agent=%3Cscript%3E%22", "/e/%3Cb%3E"]
        with looking(browser, desk, "ana") as look:
            for path in paths:
                look.page.goto(desk.url + path)
                assert look.page.title() != "owned"
                assert (
                    look.page.query_selector("main img, main script:not([type]), main [onerror]")
                    is None
                )
                assert "\u202e" not in look.page.content(), path
            found = [line for line in look.seen if "404 (Not Found)" not in line]
            assert found == []


@pytest.mark.parametrize("text", NASTY)
def test_the_json_carries_it_whole(text: str) -> None:
    desk = Desk("http://localhost:8932")
    handle = escalated(desk.bank.ask(pay(300, note=text))).handle
    found = desk.get(f"/api/v1/escalations/{handle}").json()
    told = {one["name"]: one["text"] for one in [*found["first"], *found["rest"]]}
    assert told["note"] == text
    page = desk.get(f"/e/{handle}").text
    assert not set(text) & set("<\u202e") or text not in page
