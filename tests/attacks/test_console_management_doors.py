"""Pages of the management system asked for by strangers, otherwise than by GET, and made up."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import aims_desk, compiled, decide_some, on_disk
from tests.worlds.pages import Desk
from watchkeeper.console.headers import SECURITY
from watchkeeper.console.pages.table import PAGES

API = "/api/v1"
LISTED = [page for page in PAGES if page.group == "aims" and "{" not in page.path]
FILLED = ["/controls/limits", "/controls/A.6.2.8", "/r/0/1"]
PATHS = [*(page.path for page in LISTED), *FILLED]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    home = tmp_path_factory.mktemp("doors") / "home"
    made = aims_desk(path=home, make=on_disk(home))
    decide_some(made, 2)
    return made


@pytest.mark.parametrize("path", PATHS)
def test_nobody_who_is_not_signed_in_sees_anything(desk: Desk, path: str) -> None:
    page = desk.get(path, None)
    assert (page.status_code, page.text) == (303, "")
    assert page.headers["location"].startswith("/sign-in?next=%2F")
    assert desk.get(API + path.replace("/soa", "/applicability"), None).status_code in {401, 404}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_kept_nowhere_and_runs_nothing(desk: Desk, path: str) -> None:
    for person in ("ben", None):
        found = desk.get(path, person)
        assert {name: found.headers[name] for name in SECURITY} == SECURITY


@pytest.mark.parametrize("path", PATHS)
def test_they_are_read_and_nothing_else(desk: Desk, path: str) -> None:
    visitor = desk.visitor("ben")
    head = visitor.client.head(desk.url + path)
    assert (head.status_code, head.content) == (200, b"")
    visitor.look()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        headers = {"origin": desk.url, "x-csrf": visitor.csrf}
        done = visitor.client.request(method, desk.url + path, json={}, headers=headers)
        assert done.status_code == 405
    assert visitor.get(path).text.count("<form") == 1  # that of the keys, which closes itself


@pytest.mark.parametrize(
    "path",
    [
        *("/controls/", "/controls/..%2f..%2fsoa", "/controls/limits%2F..", "/controls/limits/"),
        *("/controls/%00", "/controls/%FF", "/clauses/..%2frisks", "/risks/overpaid", "/Clauses"),
        *(
            "/r/0/%2e%2e",
            "/r/0/1%2f..",
            "/r/0/+1",
            "/r/%D9%A0/1",
            "/r/0/1e0",
            "/soa;x",
            "/systems/",
        ),
    ],
)
def test_an_address_that_is_made_up_is_not_here(desk: Desk, path: str) -> None:
    found = desk.get(path)
    assert found.status_code == 404
    assert "Traceback" not in found.text
    assert 'href="/"' in found.text


@pytest.mark.parametrize(
    "query",
    [
        *(
            "cursor=-1",
            "cursor=9999999",
            "cursor=99999999999999999999",
            "cursor=%D9%A1",
            "cursor=1e9",
        ),
        *(
            "cursor=&show=",
            "show=%3Cscript%3E",
            "at=%2F..%2F",
            "at=" + "x" * 4000,
            "cursor=1&cursor=2",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/soa", "/risks", "/clauses"])
def test_whatever_is_asked_a_page_comes(desk: Desk, path: str, query: str) -> None:
    found = desk.get(f"{path}?{query}")
    assert found.status_code == 200
    assert "<script>" not in found.text


class _Links(HTMLParser):
    """Collects the links of a page, and the names of its parts."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "a" and names.get("href"):
            self.links.add(str(names["href"]))
        if names.get("id"):
            self.names.add(str(names["id"]))


def test_no_link_of_these_pages_leads_nowhere(desk: Desk) -> None:
    visitor = desk.visitor("ben")
    seen: dict[str, _Links] = {}

    def look(address: str) -> _Links:
        if address not in seen:
            found = visitor.get(address)
            assert found.status_code == 200, address
            seen[address] = _Links()
            seen[address].feed(found.text)
        return seen[address]

    for path in [*PATHS, "/answers"]:
        for link in sorted(look(path).links):
            assert link.startswith(("/", "#")), link
            parts = urlsplit(link)
            address = path if link.startswith("#") else parts.path + f"?{parts.query}".rstrip("?")
            there = look(address)
            if parts.fragment:  # a part of a page is there, by its name
                assert unquote(parts.fragment) in there.names, f"{path}: {link}"


def test_whose_evidence_of_competence_lapsed_is_named_to_who_operates() -> None:
    world = ManagedWorkspace()
    held = [{**one, "expires": "2026-10-01"} for one in world.records["competence", ""]["held"]]
    lapsed = aims_desk(compiled(world.change("competence", held=held)))
    named = re.compile(r"lapsed: [^<]*\w+ \(")
    assert lapsed.bank.home.state.authority.holds("ana", "operate")
    assert not lapsed.bank.home.state.authority.holds("ben", "operate")
    assert named.search(lapsed.get("/clauses", "ana").text)
    for path in ("/clauses", f"{API}/clauses"):
        found = lapsed.get(path, "ben").text
        assert not named.search(found)
        assert re.search(r"\d+ lapsed", found)


def test_evidence_that_was_renewed_has_not_lapsed() -> None:
    world = ManagedWorkspace()
    held = world.records["competence", ""]["held"]
    older = [{**one, "expires": "2026-10-01", "since": None} for one in held]
    older = [{key: value for key, value in one.items() if value is not None} for one in older]
    found = aims_desk(compiled(world.change("competence", held=[*older, *held]))).get("/clauses")
    assert "lapsed" not in found.text
