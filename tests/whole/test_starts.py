"""Starting points as their users have them: served, with a real agent, sample and person.

The third, `customer-service`, is served by the README (`tests/words/test_readme_start.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.worlds.begun import Start, open_start

pytestmark = pytest.mark.timeout(300)
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Scene:
    """What an agent does: each a tool and its arguments.

    `ready` comes before what `waits`; `after` follows, and is refused by what the sample then says.
    """

    reads: Call
    alone: Call
    forbidden: tuple[Call, ...]
    not_granted: Call
    waits: Call
    after: Call
    wider: tuple[str, str]
    ready: tuple[Call, ...] = field(default=())


SCENES = {
    "coding": Scene(
        reads=("read_file", {"branch": "main", "path": "service.py"}),
        alone=("write_file", {"branch": "fix", "path": "a.py", "text": "x = 1\n"}),
        forbidden=(
            ("write_file", {"branch": "main", "path": "a.py", "text": "x = 1\n"}),
            ("write_file", {"branch": "refs/heads/main", "path": "a.py", "text": "x = 1\n"}),
            ("write_file", {"branch": "fix", "path": "./.build/test.yaml", "text": "-"}),
            ("write_file", {"branch": "fix", "path": "a/../.build/test.yaml", "text": "-"}),
            ("read_secret", {"name": "deploy"}),
        ),
        not_granted=("delete_branch", {"branch": "fix"}),
        ready=(
            ("open_change", {"request_id": "c-1", "branch": "fix", "title": "A fix"}),
            ("run_tests", {"request_id": "c-1"}),
            ("open_change", {"request_id": "c-2", "branch": "more", "title": "More"}),
        ),
        waits=("merge", {"request_id": "c-1"}),
        after=("merge", {"request_id": "c-2"}),
        wider=("count: 20", "count: 25"),
    ),
    "back-office": Scene(
        reads=("find_invoice", {"invoice_id": "i-700"}),
        alone=("pay_invoice", {"request_id": "p-1", "invoice_id": "i-700", "amount": 180}),
        forbidden=(
            ("export_payroll", {"month": "2026-11"}),
            ("pay_invoice", {"request_id": "p-2", "invoice_id": "i-702", "amount": 90}),
            ("pay_invoice", {"request_id": "p-3", "invoice_id": "i-700", "amount": 10}),
        ),
        not_granted=("pay_invoice", {"request_id": "p-4", "invoice_id": "i-701", "amount": 0}),
        waits=("pay_invoice", {"request_id": "p-5", "invoice_id": "i-701", "amount": 2300}),
        after=("pay_invoice", {"request_id": "p-6", "invoice_id": "i-701", "amount": 101}),
        wider=("alone: 250.00", "alone: 300.00"),
    ),
}


@pytest.fixture(scope="module", params=sorted(SCENES))
def start(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    with open_start(tmp_path_factory.mktemp("start") / "a folder", request.param) as opened:
        yield opened


def do(start: Start, call: Call) -> str:
    tool, arguments = call
    return start.call(tool, **arguments)


def test_a_start_governs_its_agent_from_the_first_day_on(start: Start) -> None:
    scene = SCENES[start.name]
    assert "decision" not in do(start, scene.reads)
    assert "review-required" in do(start, scene.alone)
    start.look_at_it()
    done = do(start, scene.alone)
    assert "decision" not in done
    assert do(start, scene.alone) == done
    for call in scene.forbidden:
        assert "nobody can approve it. [forbidden" in do(start, call), call
    assert "[no-authority" in do(start, scene.not_granted)
    _a_person_approves(start, scene)
    assert "nobody can approve it. [forbidden" in do(start, scene.after)
    _somebody_stops_it(start, scene)
    if start.name == "coding":
        _what_was_written_since_is_not_merged(start)
    else:
        _more_needs_a_yes(start, scene)
    start.terminal.must("log", "verify", str(start.terminal.home))


def _a_person_approves(start: Start, scene: Scene) -> None:
    for call in scene.ready:
        assert "decision" not in do(start, call), call
    assert "review-required" in do(start, scene.waits)
    (waiting,) = start.me("pending")
    assert waiting["shown"]["roles"] == ["reviewer"]
    start.me("approve", waiting["handle"], "--yes", "--why", "it is due")
    done = start.call("watchkeeper_result", handle=waiting["handle"])
    assert "decision" not in done
    assert start.call("watchkeeper_result", handle=waiting["handle"]) == done


def _somebody_stops_it(start: Start, scene: Scene) -> None:
    (agent,) = [file.stem for file in (start.aims / "authority").iterdir()]
    start.me("stop", f"agent:{agent}", "--why", "enough")
    assert "[stopped" in do(start, scene.reads)
    start.me("resume", f"agent:{agent}", "--why", "again")
    assert "decision" not in do(start, scene.reads)


def _what_was_written_since_is_not_merged(start: Start) -> None:
    """The tests that passed were of another text: an approved merge does not take this one."""
    start.call("run_tests", request_id="c-2")
    start.call("merge", request_id="c-2")
    (waiting,) = start.me("pending")
    start.me("approve", waiting["handle"], "--yes", "--why", "read")
    start.call("write_file", branch="more", path="b.py", text="raise SystemExit\n")
    told = start.call("watchkeeper_result", handle=waiting["handle"])
    assert "nobody can approve it. [forbidden" in told
    assert "b.py" not in start.call("list_files", branch="main")


def _more_needs_a_yes(start: Start, scene: Scene) -> None:
    """What lets the agent do more is released once somebody has said yes to exactly that."""
    (file,) = (start.aims / "authority").iterdir()
    old, new = scene.wider
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    refused = start.release()
    assert (refused.code, "governance" in refused.err) == (2, True)
    system = start.name
    yes = ("--role", "governance", "--home", str(start.terminal.home), "--by", "me", "--yes")
    stale = ("--except", f"{system}:impact", "--except", f"{system}:risk", "--reason", "a trial")
    assert start.plan("approve", *yes, *stale).code == 0
    released = start.release()
    assert (released.code, "weaker" in released.out) == (0, True), released.err
