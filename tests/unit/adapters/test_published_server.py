"""A published log behind a real web server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.worlds.homes import Story
from watchkeeper.cli import log as command


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    story = Story(tmp_path / "home")
    story.reopen()
    story.day()
    story.log.close()
    log = story.path / "log"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(log)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", log
    server.shutdown()
    thread.join()
    server.server_close()


def test_verified_from_its_address(served: tuple[str, Path]) -> None:
    url, log = served
    done = CliRunner().invoke(command.app, ["verify", url, "--vkey", str(log / "log.vkey")])
    assert done.exit_code == 0, done.output
    (log / "checkpoint").unlink()
    assert CliRunner().invoke(command.app, ["verify", url]).exit_code == 2
