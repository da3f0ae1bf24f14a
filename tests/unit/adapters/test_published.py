from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.worlds.homes import Story
from watchkeeper.adapters.published import UrlSource
from watchkeeper.errors import LogUnavailable, SettingsInvalid
from watchkeeper.verify import verify_log


@pytest.fixture
def log(tmp_path: Path) -> Path:
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    story.log.close()
    return story.path / "log"


def served(log: Path, status: int = 200) -> UrlSource:
    """The log as a web server would hand it out."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = log / request.url.path.removeprefix("/logs/a/")
        if not path.is_file():
            return httpx2.Response(404)
        return httpx2.Response(status, content=path.read_bytes())

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return UrlSource("https://log.example/logs/a/", client)


def test_a_log_is_verified_over_http(log: Path) -> None:
    with served(log) as source:
        found = verify_log(source, vkey=(log / "log.vkey").read_text())
        assert found.ok
        assert found.pinned
        assert source.read("nothing/here") is None


@pytest.mark.parametrize("status", [301, 403, 500])
def test_other_answers_are_failures(log: Path, status: int) -> None:
    with served(log, status) as source, pytest.raises(LogUnavailable, match=str(status)):
        source.read("checkpoint")


def test_a_server_that_is_not_there() -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    client = httpx2.Client(transport=httpx2.MockTransport(refuse))
    with UrlSource("http://127.0.0.1:1", client) as source, pytest.raises(LogUnavailable):
        source.read("checkpoint")


def test_not_an_address() -> None:
    with pytest.raises(SettingsInvalid):
        UrlSource("ftp://log.example")
