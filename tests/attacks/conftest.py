"""One gateway for each module of attacks: its process, its home, its tool server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.worlds.gateway import World, open_till
from tests.worlds.guards import shop_files
from tests.worlds.openid import SECRET, Provider, open_provider
from tests.worlds.tasks import task_files
from tests.worlds.ways import Ways, open_ways


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that runs before a till, for the whole module."""
    with open_till(tmp_path_factory.mktemp("till") / "world") as world:
        yield world


@pytest.fixture(scope="session")
def lenders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway with applications that open tasks, and agents that may lend."""
    folder = tmp_path_factory.mktemp("lenders") / "world"
    with open_till(folder, task_files, grants={"gifts": 100_000}) as world:
        yield world


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider of sign-ins, and the secret of the console that is its client."""
    monkeypatch.setenv("OPENID_SECRET", SECRET)
    with open_provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that runs before a till and a guarded shop, for all that leave it running."""
    with open_till(tmp_path_factory.mktemp("guarded") / "world", shop_files) as world:
        yield world


@pytest.fixture(autouse=True)
def _good_mood(request: pytest.FixtureRequest) -> Iterator[None]:
    """What one test made the till do, no other test sees."""
    yield
    if "till" in request.fixturenames:
        request.getfixturevalue("till").mood()


@pytest.fixture(scope="session")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    """A console, people who are signed in, and a till: for every way round that leaves no mark."""
    with open_ways(tmp_path_factory.mktemp("ways") / "world") as found:
        yield found
