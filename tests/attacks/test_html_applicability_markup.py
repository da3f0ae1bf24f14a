"""Texts of the statement of applicability hold markup, which the page would run for its reader."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.worlds.aims import TODAY, ManagedWorkspace
from watchkeeper.plan.views.applicability.render import statement_html
from watchkeeper.plan.views.applicability.view import applicability_view

MARKUP = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><svg onload=alert(1)>",
    "<!--",
    "&lt;b&gt;",
]


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _page(text: str) -> _Seen:
    world = ManagedWorkspace()
    world.change("aims", organisation=text, scope=text).change("soa", version=text)
    world.change("control", "limits", title=text)
    items = [{"class": "human", "origin": "attested", "by": "ana", "note": text}]
    world.records["soa", ""]["rows"][0].update(why=text, evidence=items)
    world.records["soa", ""]["rows"][1].update(evidence=text, owner=text)
    view = applicability_view(world.register(), None, TODAY)
    assert view is not None
    seen = _Seen()
    seen.feed(statement_html(view))
    return seen


@pytest.mark.parametrize("text", MARKUP)
def test_it_is_shown_and_is_no_markup(text: str) -> None:
    seen = _page(text)
    assert seen.tags == _page("plain").tags
    assert any(text in said for said in seen.text)
