"""Every text of the register is markup: whoever writes the plan's files writes no page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import aims_desk, compiled
from tests.worlds.pages import Desk

NASTY = "</bdi><script>owned()</script><img src=x onerror=owned()>\"'{{ 7*7 }}\u202ex"


class _Tags(HTMLParser):
    """Notes what a browser would take for an element or a handler."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        handlers = [name for name in names if name.startswith("on")]
        src = names.get("src") or ""
        if handlers or (tag in {"script", "img"} and not src.startswith("/static/")):
            self.odd.append(f"{tag} {names}")


def _nasty(says: Any) -> Any:
    """Put markup into each text that is free."""
    if isinstance(says, list):
        return [_nasty(one) for one in says]
    if isinstance(says, dict):
        return {
            key: NASTY if key in _FREE and isinstance(value, str) else _nasty(value)
            for key, value in says.items()
        }
    return says


_FREE = {
    *("title", "name", "why", "what", "theirs", "description", "says", "statement"),
    *("purpose", "reason", "note", "version", "meaning"),
}


@pytest.fixture(scope="module")
def desk() -> Desk:
    aims = ManagedWorkspace()
    for place in [
        *(("scope", ""), ("methods", ""), ("risk", "overpaid"), ("control", "limits")),
        *(
            ("system", "desk"),
            ("objectives", ""),
            ("drill", "too-much"),
            ("sentences", "ai-policy"),
        ),
    ]:
        aims.records[place] = _nasty(aims.records[place])
    aims.change("scope", exclusions=[{"what": NASTY, "why": NASTY}])
    sentence = {"anchor": "3f9a1c20", "says": NASTY, "control": "limits"}
    aims.change("sentences", "ai-policy", sentences=[sentence])
    item = {"class": "document", "origin": "attested", "file": NASTY, "note": NASTY}
    rows = [{**row, "why": NASTY, "evidence": NASTY} for row in aims.records["soa", ""]["rows"]]
    rows[0]["evidence"] = [{**item, "digest": "1" * 64}]
    aims.change("soa", rows=rows, version=NASTY)
    aims.change("control", "limits", claims=[NASTY, {"says": NASTY, "objective": "in-time"}])
    aims.change("aims", scope=NASTY)
    return aims_desk(compiled(aims))


@pytest.mark.parametrize(
    "path",
    [
        "/clauses",
        "/systems",
        "/risks",
        "/objectives",
        "/soa",
        "/controls/limits",
        "/controls/A.9.4",
        "/r/0/1",
    ],
)
def test_what_the_files_say_is_text(desk: Desk, path: str) -> None:
    page = desk.get(path)
    assert page.status_code == 200
    seen = _Tags()
    seen.feed(page.text)
    assert seen.odd == []
    assert "\u202e" not in page.text
    if path not in {"/clauses", "/r/0/1", "/controls/A.9.4"}:
        assert "&lt;script&gt;owned()" in page.text
        assert "{{ 7*7 }}" in page.text


LONG = "w" * 9_000
LINKS = f"[see](javascript:owned()) <javascript:owned()> javascript:owned() {LONG}\x00\x1b[2J\u2028"


@pytest.fixture(scope="module")
def linking() -> Desk:
    aims = ManagedWorkspace()
    address = {"class": "document", "origin": "attested", "url": "javascript:owned()"}
    ran = {"class": "runtime", "origin": "captured"}
    rows = [{**row, "why": LINKS, "evidence": LINKS} for row in aims.records["soa", ""]["rows"]]
    rows[0]["evidence"] = [
        {**address, "digest": "1" * 64, "note": LINKS},
        *({**ran, "record": record} for record in ("../../stops", "0/1")),
        {**ran, "control": "limits"},
    ]
    aims.change("soa", rows=rows)
    for name in ("overpaid", "again"):
        aims.change(
            "risk", name, **{**aims.records["risk", "overpaid"], "id": name, "title": LINKS}
        )
    aims.change("system", "desk", title=LONG, purpose=LINKS)
    return aims_desk(compiled(aims))


@pytest.mark.parametrize("path", ["/systems", "/risks", "/soa", "/controls/A.2.2"])
def test_no_text_becomes_a_link_or_hides_what_it_is(linking: Desk, path: str) -> None:
    page = linking.get(path).text
    assert "javascript:" not in "".join(re.findall(r'(?:href|src)="[^"]*"', page))
    assert not set(page) & set("\x00\x1b\u2028")
    if path == "/soa":
        assert 'href="/r/0/1"' in page
    assert "/r/.." not in page
    if path != "/controls/A.2.2":
        assert "more characters" in page  # what is long is unfolded, and is all there
        assert "w" * 8_000 in page


@pytest.mark.parametrize("name", [NASTY, "../../aims", "%00", "x" * 5_000, "a/b"])
def test_names_in_the_address_are_text(desk: Desk, name: str) -> None:
    page = desk.get("/controls/" + name.replace("/", "%2F").replace("<", "%3C"))
    assert page.status_code == 404
    seen = _Tags()
    seen.feed(page.text)
    assert seen.odd == []
