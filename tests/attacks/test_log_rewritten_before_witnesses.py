"""The operator rewrites history with the real keys, so well that the log verifies by itself.

Who saw it before finds it: our witness, one made by others, a kept checkpoint, and a verifier made
by others.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.attacks.test_log_rewritten import rewritten
from tests.worlds import needs
from tests.worlds.homes import NEVER, Story
from tests.worlds.witnessed import covered, failing, witnessed
from tests.worlds.witnesses import circle, policy, vkey_of
from watchkeeper.adapters.clock import SystemClock
from watchkeeper.adapters.posix import open_home
from watchkeeper.cli import log as command
from watchkeeper.records.plan.tools import Level
from watchkeeper.verify import Status, verify_log

BLOCK = 14
"""A refusal: nothing else in the log refers to it."""


@dataclass
class Crime:
    """A home whose history was rewritten after it was witnessed, and what others had of it."""

    story: Story
    kept: Path
    policy: Path
    folder: Path
    found: dict[str, str]

    @property
    def home(self) -> Path:
        return self.story.path


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(command.app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def crime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crime]:
    needs.module("aics_witness")
    folder = tmp_path_factory.mktemp("crime")
    story = Story(folder / "home")
    story.clock = SystemClock()  # type: ignore[assignment]
    kept, auditor = folder / "seen.checkpoint", folder / "auditor.policy"
    shutil.copy(story.path / "log/log.vkey", folder / "log.vkey")
    with circle(folder / "circle") as witnesses:
        vkey = vkey_of(story.path)
        pair = [witnesses.ours("ours", vkey), witnesses.others("others", vkey)]
        auditor.write_bytes(policy(vkey, pair, "all"))
        log = witnessed(story, auditor.read_bytes())
        story.day()
        assert covered(log, story.act(), Level.WITNESSED, 60) == [None]
        log.close()
        assert run("verify", story.path, "--keep", kept, "--policy", auditor)[0] == 0

        rewritten(story.path, BLOCK)
        (story.path / "newest.checkpoint").unlink()
        shutil.rmtree(story.path / "log")
        (story.path / "log").mkdir()
        story.log = open_home(story.path, clock=story.clock, publish_seconds=NEVER)
        story.act()
        log = witnessed(story, auditor.read_bytes())
        found = failing(log, {"ours", "others"})
        log.close()
        whys = {name: state.split.why for name, state in found.items() if state.split}
        yield Crime(story, kept, auditor, folder, whys)


def test_by_itself_it_holds(crime: Crime) -> None:
    found = verify_log(crime.home)
    assert found.ok, found.findings
    assert not found.witnessed
    code, out, _ = run("verify", crime.home)
    assert code == 0
    assert "UNWITNESSED" in out


def test_our_witness_and_the_others_hold_another_history(crime: Crime) -> None:
    assert set(crime.found) == {"ours", "others"}
    assert all("does not extend what it saw" in why for why in crime.found.values())
    code, out, _ = run("witnesses", crime.home)
    assert code == 1
    assert out.count("ANOTHER HISTORY") == 2


def test_an_auditor_with_a_policy_of_their_own_finds_it(crime: Crime) -> None:
    code, out, _ = run("verify", crime.home, "--policy", crime.policy)
    assert code == 1
    assert "14. FAILED" in out


def test_a_kept_checkpoint_finds_it_and_keeps_the_evidence(crime: Crime) -> None:
    before = crime.kept.read_bytes()
    code, _, err = run("verify", crime.home, "--keep", crime.kept)
    assert code == 1
    assert "kept as evidence" in err
    assert crime.kept.read_bytes() == before
    (evidence,) = crime.folder.glob("seen.checkpoint.*.contradicts")
    assert evidence.read_bytes() == (crime.home / "log/checkpoint").read_bytes()
    steps = {step.number: step for step in verify_log(crime.home, older=[before]).steps}
    assert steps[5].status is Status.FAILED


def test_a_verifier_made_by_others_finds_it(crime: Crime) -> None:
    needs.module("aics_tlog")

    def aics(older: Path) -> tuple[int, bool]:
        done = subprocess.run(
            [
                sys.executable, "-m", "aics_tlog", "verify-consistency",
                "--old-checkpoint", str(older), "--tiles", str(crime.home / "log"),
                "--vkey-file", str(crime.folder / "log.vkey"),
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout)["ok"]

    assert aics(crime.kept) == (1, False)
    own = crime.folder / "own.checkpoint"
    shutil.copy(crime.home / "log/checkpoint", own)
    assert aics(own) == (0, True)
