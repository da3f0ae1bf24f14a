"""One browser for each file, and a console of its own for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.pages import Desk, served, started


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as found:
        yield found


@pytest.fixture
def desk() -> Iterator[Desk]:
    with served() as found:
        yield found
