"""`docs/start.md`: what it tells a new user to do works, in an empty folder, in its order."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "start.md"
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = "8930"
MARK = "=== "

pytestmark = pytest.mark.timeout(700)


@dataclass(frozen=True)
class Told:
    """One command of the page: how it ended, and what it printed."""

    command: str
    code: int
    said: str


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return str(found.getsockname()[1])


def steps(page: str) -> list[tuple[str, str, str]]:
    """The files and commands of the page, as they come: a file's name and text, or a command."""
    found = [(match.start(), "file", match[1], match[2]) for match in FILE.finditer(page)]
    for match in CONSOLE.finditer(page):
        for number, line in enumerate(match[1].splitlines()):
            assert line.startswith("$ "), f"no command: {line}"
            found.append((match.start() + number, "command", line[2:], ""))
    return [(kind, name, text) for _, kind, name, text in sorted(found)]


def script(page: str, port: str) -> str:
    lines = ["exec 2>&1"]
    for number, (kind, name, text) in enumerate(steps(page.replace(PORT, port))):
        if kind == "file":
            body = f"mkdir -p {Path(name).parent}\ncat > {name} <<'END-OF-FILE'\n{text}END-OF-FILE"
            lines.append(body)
            continue
        lines.append(f"echo '{MARK}{number}'")
        if name.startswith("watchkeeper serve"):
            lines.append(f"{name} --port {port} --console 0 > serve.log 2>&1 &\nSERVING=$!; CODE=0")
            lines.append("until grep -q connect serve.log; do kill -0 $SERVING; sleep 0.1; done")
        else:
            lines.append(f"{name}\nCODE=$?")
        lines.append(f"echo; echo '{MARK}'$CODE")
    return "\n".join([*lines, "kill $SERVING; wait $SERVING", ""])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """Run the page as one shell session, the way its reader would."""
    folder = tmp_path_factory.mktemp("start")
    page = PAGE.read_text(encoding="utf-8")
    beside = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",
        "WATCHKEEPER_PEOPLE": str(folder / "people"),
        "WATCHKEEPER_PASSPHRASE": "correct horse",
    }
    work = folder / "empty"
    work.mkdir()
    done = subprocess.run(
        ["bash", "-c", script(page, free_port())],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    parts = re.split(rf"^{MARK}(\d+)$", done.stdout, flags=re.MULTILINE)[1:]
    commands = steps(page)
    return [
        Told(commands[int(parts[at])][1], int(parts[at + 2]), parts[at + 1].strip())
        for at in range(0, len(parts) - 3, 4)
    ]


def one(told: list[Told], beginning: str, nth: int = 0) -> Told:
    return [step for step in told if step.command.startswith(beginning)][nth]


def test_every_command_was_run_and_none_failed(told: list[Told]) -> None:
    commands = [name for kind, name, _ in steps(PAGE.read_text(encoding="utf-8")) if kind != "file"]
    assert [step.command for step in told] == commands
    # `check gap` ends with 1 where it finds something, which a draft always has.
    failed = [
        step for step in told if step.code and not step.command.startswith("watchkeeper check")
    ]
    assert failed == []


def test_nothing_that_a_user_sees_is_a_traceback(told: list[Told]) -> None:
    assert [step for step in told if "Traceback" in step.said] == []


def test_the_agent_reads_alone_and_pays_only_with_a_person(told: list[Told]) -> None:
    assert '"left": 1000.0' in one(told, "python agent.py", 0).said
    assert "A person must approve this action first" in one(told, "python agent.py", 1).said
    assert "ada" in one(told, "watchkeeper do pending").said
    assert "approved" in one(told, "watchkeeper do approve").said


def test_what_was_approved_is_paid_once(told: list[Told]) -> None:
    first, again, left = (one(told, "python agent.py", number).said for number in (2, 3, 4))
    assert '"paid": 20' in first
    assert again == first
    assert '"left": 980.0' in left


def test_the_grant_lets_it_pay_within_its_limits(told: list[Told]) -> None:
    release = one(told, "watchkeeper plan release", 1).said
    assert "weaker" in release
    assert '"paid": 45' in one(told, "python agent.py", 5).said
    assert "no-authority" in one(told, "python agent.py", 6).said


def test_the_log_answers_and_verifies(told: list[Told]) -> None:
    assert "UNWITNESSED" in one(told, "watchkeeper answer").said
    assert one(told, "watchkeeper log verify").code == 0


def test_a_stop_stops(told: list[Told]) -> None:
    assert "[stopped," in one(told, "python agent.py", 7).said
