"""Real servers, real clients, real processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer

from tests.worlds.demonstration import Demonstration, House, Silent, demonstrate
from watchkeeper.cli.app import app
from watchkeeper.cli.demo import inside
from watchkeeper.demo.claims import Claims
from watchkeeper.demo.desk import DeskBooks
from watchkeeper.demo.play import Play
from watchkeeper.demo.run import COMMAND
from watchkeeper.demo.world.places import find_example, make_places
from watchkeeper.demo.world.processes import Processes
from watchkeeper.demo.world.terminal import Terminal


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """The demonstration, run once for all tests that look at what it left."""
    return demonstrate(tmp_path_factory.mktemp("demo") / "out")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("house") / "out") as opened:
        yield opened


@contextmanager
def house_with(
    out: Path, more: Mapping[str, str] | None = None, *, files: Mapping[str, str] | None = None
) -> Iterator[House]:
    """The desk, a plan and a gateway; `more` of its environment, `files` put into its home."""
    places = make_places(out)
    command = inside(typer.main.get_command(app))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WATCHKEEPER_")}
    environment = {**kept, **(more or {})}
    secrets = {"WATCHKEEPER_PEOPLE": str(places.people), "WATCHKEEPER_PASSPHRASE": "of the tests"}
    with pytest.MonkeyPatch.context() as patch, Processes(places.run, environment) as processes:
        for name, value in secrets.items():
            patch.setenv(name, value)
        play = Play(
            places=places,
            example=find_example(None),
            claims=Claims(Silent()),
            terminal=Terminal(places.home, command, {**environment, **secrets}),
            processes=processes,
            gateway_command=COMMAND,
            books=DeskBooks(places.database),
        )
        seeding = play.seed_desk()
        play.enrol()
        play.make_plan(play.start_desk(seeding))
        for name, text in (files or {}).items():
            (places.home / name).write_text(text)
        play.open_gateway()
        yield House(play)
