"""The page asks of a decision's boundary what the verifier in Python asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.worlds.browser import Opened, opened, started

_ASK = """([servers, server]) => {
  const raw = new TextEncoder().encode(JSON.stringify({ servers }));
  const conduct = Object.create(Conduct.prototype);
  const data = (name) => name === 'plans/p.json' ? raw : null;
  Object.assign(conduct, { demanding: new Map(), bundle: { data } });
  return ['p', 'other'].map((plan) => conduct.permitless({ plan, server }));
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with started() as browser, opened(browser, tmp_path_factory.mktemp("page")) as found:
        yield found


@pytest.mark.parametrize(
    ("servers", "permitless"),
    [
        ([{"id": "desk", "permit": {"audience": "desk"}}], False),
        ([{"id": "desk"}], True),
        ([{"id": "till", "permit": {"audience": "till"}}], True),
        ([], True),
    ],
)
def test_a_server_without_a_rule(page: Opened, servers: Any, permitless: bool) -> None:
    # Of a plan that is not in the bundle nothing is said.
    assert page.page.evaluate(_ASK, [servers, "desk"]) == [permitless, False]
