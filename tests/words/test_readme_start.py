"""The README's start: from an empty folder to an agent whose refund waits, by it alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.words.test_start import free_port

README = Path(__file__).parents[2] / "README.md"
MARK = "=== "
Told = list[tuple[str, str]]
pytestmark = pytest.mark.timeout(700)


def commands() -> list[str]:
    """The commands of the first block of the section, each whole."""
    section = README.read_text("utf-8").partition("\n## Start\n")[2].partition("\n## ")[0]
    block = re.search(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block is not None
    return [part.strip() for part in re.split(r"^\$ ", block[1], flags=re.MULTILINE) if part]


def script(port: str) -> str:
    """The same as one shell session, with a port that is free, and served in sight of it."""
    lines = ["exec 2>&1"]
    for number, command in enumerate(commands()):
        lines.append(f"echo '{MARK}{number}'")
        if command.startswith("watchkeeper serve"):
            serve = command.removesuffix("&") + f"--port {port} --console 0"
            lines.append(f"{serve} > serve.log 2>&1 &\nSERVING=$!; CODE=0")
            lines.append("until grep -q connect serve.log; do kill -0 $SERVING; sleep 0.1; done")
        else:
            agent = f"starts.agent --gateway http://127.0.0.1:{port}"
            lines.append(command.replace("starts.agent", agent) + "\nCODE=$?")
        lines.append(f"echo; echo '{MARK}'$CODE")
    return "\n".join([*lines, "kill $SERVING; wait $SERVING", ""])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What each command printed; none of them failed."""
    folder = tmp_path_factory.mktemp("readme") / "an empty folder"
    folder.mkdir()
    beside = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",
        "WATCHKEEPER_PEOPLE": str(folder.parent / "people"),
        "WATCHKEEPER_PASSPHRASE": "correct horse",
    }
    done = subprocess.run(
        ["bash", "-c", script(free_port())],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    parts = re.split(rf"^{MARK}(\d+)$", done.stdout, flags=re.MULTILINE)[1:]
    ends = range(0, len(parts) - 2, 4)
    said = [(commands()[int(parts[at])], parts[at + 1], parts[at + 2]) for at in ends]
    assert [command for command, _, _ in said] == commands(), done.stdout
    assert [(command, text) for command, text, code in said if code != "0"] == []
    return [(command, text) for command, text, _ in said]


def one(told: Told, words: str, nth: int = 0) -> str:
    return [text for command, text in told if words in command][nth]


def test_it_is_a_matter_of_a_few_commands(told: Told) -> None:
    assert len(told) == 13
    assert not any("Traceback" in text for _, text in told)


def test_the_agent_reads_at_once(told: Told) -> None:
    assert '"refundable": 120.0' in one(told, "find_order")


def test_its_refund_waits_because_nobody_approved_the_assessment(
    told: Told,
) -> None:
    assert "A person must approve this action first" in one(told, "shop refund")
    waiting = one(told, "do pending")
    assert "Pay back 20 EUR on order o-500 (late)" in waiting
    assert "the impact assessment of customer-service is stale: nobody approved it" in waiting
    assert "governance" in waiting


def test_once_it_is_approved_and_released_the_refund_is_paid(told: Told) -> None:
    assert "impact/customer-service: approved by me" in one(told, "sign-off")
    assert '"amount": 20.0' in one(told, "shop refund", 1)


def test_lint_names_what_people_have_still_to_do(told: Told) -> None:
    said = one(told, "plan lint")
    assert "they stop nothing" in said
    assert "Safety errors" not in said
