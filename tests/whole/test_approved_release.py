"""A plan is changed under a gateway that runs: two people approve it, and it is in force."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.gateway import World, open_till
from tests.worlds.till_workspace import till_files, write_and_compile
from watchkeeper.ledger.canonical import parse_json
from watchkeeper.ledger.plan_bundle import bundle_bytes, bundle_digest
from watchkeeper.verify import verify_log

_PATIENCE_SECONDS = 30.0
RULE = "releases: {approvals: [{role: lead, count: 2}], separate: [releaser]}\n"


def _files(folder: Path, keys: Mapping[str, str], **changes: Any) -> dict[str, str]:
    files = till_files(folder, keys, **changes)
    return {**files, "aims.yaml": files["aims.yaml"] + RULE}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_till(tmp_path_factory.mktemp("approved") / "world", _files) as world:
        yield world


def test_two_terminals_and_a_gateway(world: World) -> None:
    bundle = write_and_compile(
        world.path / "aims", _files(world.till, world.keys, grants={"total": 901})
    )
    raw = bundle_bytes(bundle)
    plan = bundle_digest(raw)
    previous = world.line(b'{"hello": true}')["result"]["plan"]
    value = parse_json(raw, max_bytes=len(raw) + 1, max_depth=256)
    body = {"plan": plan, "previous": previous}

    def release() -> dict[str, Any]:
        return dict(world.send(world.signed("ana", "release", body), {"bundle": value}))

    said = {**body, "role": "lead", "excepts": [], "reason": None}
    assert "takes 2 to approve as `lead`" in release()["error"]["message"]
    world.ask("ben", "approve-plan", said)
    assert "1 did so far" in release()["error"]["message"]
    refused = world.send(world.signed("ana", "approve-plan", said), {})
    assert "does not hold the role" in refused["error"]["message"]
    world.ask("cara", "approve-plan", said)
    told = world.ask("ana", "plan-approvals", {})
    assert [one["by"] for one in told["answers"]] == ["ben", "cara"]
    assert len(release()["result"]["approvals"]) == 2
    assert world.line(b'{"hello": true}')["result"]["plan"] == plan
    assert "another plan was released" in release()["error"]["message"]
    assert (
        _told(world)
        == "looked at 2 releases by the rule of the plan before, and at 2 answers to plans"
    )


def _told(world: World) -> str:
    """What `log verify` says of approvals, once the gateway has published what it did."""
    detail, end = "", time.monotonic() + _PATIENCE_SECONDS
    while "2 releases" not in detail and time.monotonic() < end:
        time.sleep(0.3)
        found = verify_log(world.home, workers=1)
        (detail,) = (one.detail for one in found.steps if one.number == 27)
        assert not [one for one in found.findings if one.step == 27]
    return detail
