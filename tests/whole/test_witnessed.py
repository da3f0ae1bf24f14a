"""A real gateway, real witnesses: what is to be witnessed waits for them, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.worlds.gateway import World, make_world, open_till
from tests.worlds.till_workspace import till_files
from tests.worlds.witnesses import Witness, circle, policy, vkey_of
from watchkeeper.records.action import Outcome, Status
from watchkeeper.verify import verify_log

_RUN = "import sys; from watchkeeper.cli.app import main; sys.argv[0] = 'watchkeeper'; main()"


def files(folder: Path, keys: Mapping[str, str]) -> dict[str, str]:
    """The till, where gifts are to be witnessed and messages to be published."""
    found = till_files(folder, keys, limits="cover_wait: 5s", grants={"gifts": 10_000})
    tools = found["tools/till.yaml"]
    tools = tools.replace("clear: [amount]}", "clear: [amount], level: witnessed}")
    tools = tools.replace("    once_per: {arg", "    level: published\n    once_per: {arg")
    found["tools/till.yaml"] = tools
    return found


@dataclass
class Scene:
    """A gateway and its two witnesses, both of which the quorum needs."""

    world: World
    pair: tuple[Witness, Witness]

    def witnesses(self) -> dict[str, dict[str, object]]:
        return {one["name"]: one for one in self.world.health()[1]["witnesses"]}


@contextmanager
def witnessed(folder: Path) -> Iterator[Scene]:
    world = make_world(folder / "world", files)
    vkey = vkey_of(world.home)
    with circle(folder / "circle") as witnesses:
        pair = (witnesses.ours("a", vkey), witnesses.ours("b", vkey))
        (world.home / "witness.policy").write_bytes(policy(vkey, list(pair), "2"))
        try:
            world.start()
            yield Scene(world, pair)
        finally:
            world.end()
            world.client.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with witnessed(tmp_path_factory.mktemp("witnessed")) as scene:
        yield scene


def gifts(world: World) -> list[object]:
    return [one["arguments"] for one in world.executed() if one["name"] == "give"]


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RUN, "log", "verify", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_witness_goes_and_comes_back(scene: Scene) -> None:
    world, (_, second) = scene.world, scene.pair
    assert world.call("give", amount=1).done
    assert world.call("send", to="x", text="y").done
    before = gifts(world)
    second.kill()
    held = world.call("give", amount=2)
    assert held.reason == "not-witnessed"
    assert world.call("pay", to="x", amount=3, key="durable").done
    assert world.call("send", to="x", text="published").done
    (decided,) = world.decisions(held.refusal["decision"])
    assert decided.decision.outcome is Outcome.ALLOW
    (effect,) = world.effects(decided.action_id)
    assert effect.status is Status.FAILED
    assert effect.result is not None
    assert effect.result.clear == "not-witnessed"
    assert gifts(world) == before
    assert "can not be reached" in str(scene.witnesses()["b"]["failure"])
    second.start()
    assert world.call("give", amount=4).done
    assert scene.witnesses()["b"]["failure"] is None


def test_what_was_released_is_under_a_witnessed_checkpoint(scene: Scene, tmp_path: Path) -> None:
    world = scene.world
    for amount in range(1, 4):
        assert world.call("give", amount=amount).done
    raw = (world.home / "witness.policy").read_bytes()
    while_it_runs = verify_log(world.home / "log", policy=raw)
    assert while_it_runs.ok, while_it_runs.findings
    last = max(e.ref.index for e in world.entries() if e.record.kind.value == "decision")
    assert while_it_runs.witnessed_size > last
    assert world.end() == 0
    world.start()
    auditor, kept = tmp_path / "auditor.policy", tmp_path / "seen"
    auditor.write_bytes(raw)
    first = verify(world.home / "log", "--policy", auditor, "--keep", kept)
    assert first.returncode == 0, first.stdout
    assert "UNWITNESSED" not in first.stdout
    assert "by 2 witnesses" in first.stdout
    assert verify(world.home / "log", "--keep", kept).returncode == 0


def test_a_stop_that_comes_while_an_action_waits_ends_it(scene: Scene) -> None:
    import threading

    world, (_, second) = scene.world, scene.pair
    before = gifts(world)
    second.kill()
    told = []
    decided = len(world.decisions())
    call = threading.Thread(target=lambda: told.append(world.call("give", amount=9)))
    call.start()
    while decided == len(world.decisions()):
        call.join(0.02)
    world.stop("tool:till/give")
    second.start()
    call.join(30)
    world.resume("tool:till/give")
    assert told[0].reason in {"stopped", "not-witnessed"}
    assert gifts(world) == before


def test_without_a_policy_it_is_blocked_and_said_at_the_start(tmp_path: Path) -> None:
    with open_till(tmp_path / "world", files) as world:
        said = (world.path / "gateway.err").read_text()
        assert "till/give: the home has no witness policy" in said
        blocked = world.call("give", amount=1)
        assert blocked.reason == "not-witnessed"
        (decided,) = world.decisions(blocked.refusal["decision"])
        assert decided.decision.outcome is Outcome.BLOCK
        assert world.call("send", to="x", text="published").done


def test_the_witnesses_go_on_with_the_next_shard(tmp_path: Path) -> None:
    with witnessed(tmp_path) as scene:
        world = scene.world
        assert world.call("give", amount=1).done
        assert world.ask("ana", "roll", {})["shard"] == 1
        assert world.call("give", amount=2).done
        assert {one["failure"] for one in scene.witnesses().values()} == {None}
        assert world.end() == 0
        auditor = tmp_path / "auditor.policy"
        auditor.write_bytes((world.home / "witness.policy").read_bytes())
        both = verify(world.home, "--policy", auditor)
        assert both.returncode == 0, both.stdout
        assert "UNWITNESSED" not in both.stdout
        world.start()
        assert world.call("give", amount=3).done
