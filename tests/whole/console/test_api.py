"""The JSON of the pages is what its description says, whatever is asked."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.worlds import needs
from tests.worlds.bank import pay
from tests.worlds.pages import Desk
from watchkeeper.console.pages.table import PAGES

OPERATIONS = [page.name for page in PAGES] + ["challenge", "command", "description"]


@pytest.fixture(scope="module")
def desk() -> Desk:
    found = Desk("http://localhost:8932")
    for n in range(3):
        found.bank.ask(pay(300, mark=f"m{n}", note=f"n{n}"))
        found.bank.ask(pay(1, mark=f"k{n}", note=f"k{n}"))
    found.bank.stop("agent", "other")
    return found


@pytest.fixture(scope="module")
def api(desk: Desk) -> Any:
    needs.module("schemathesis")
    import schemathesis

    return schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", desk.app, headers={"host": "localhost:8932"}
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_as_described(name: str, desk: Desk, api: Any) -> None:
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    visitor = desk.visitor("ben")
    headers = {"x-csrf": visitor.csrf, "origin": desk.url, "host": "localhost:8932"}
    cookies = dict(visitor.client.cookies)
    records = desk.bank.log.size
    asked, posts = 0, name in {"challenge", "command"}

    @settings(max_examples=12, database=None, suppress_health_check=list(HealthCheck))
    @given(case=api.find_operation_by_id(name).as_strategy())
    def hold(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.headers = {**dict(case.headers or {}), **headers}
        # What is well formed may still be no command, or none that was signed.
        case.call_and_validate(
            cookies=cookies, excluded_checks=[positive_data_acceptance] if posts else []
        )

    hold()
    assert asked > 0
    assert desk.bank.log.size == records
