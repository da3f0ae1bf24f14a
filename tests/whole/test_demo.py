"""`watchkeeper demo`: what it leaves behind is true, looked at apart from the demonstration."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.worlds.demonstration import EXAMPLE, Demonstration, demonstrate

DONE = {
    "refund": ("request_id", "order_id", "amount"),
    "store_credit": ("request_id", "customer_id", "amount"),
}


def records(home: Path) -> list[dict]:
    """The log's records, as `log show --json` prints them."""
    ran = subprocess.run(
        [sys.executable, "-m", "watchkeeper", "log", "show", str(home), "--json"],
        capture_output=True,
        check=True,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_everything_that_it_claims_held(demonstration: Demonstration) -> None:
    assert demonstration.failed == []
    assert demonstration.code == 0, demonstration.told
    report = demonstration.json("run/report.json")
    assert report["held"] is True
    assert len(report["claims"]) > 50
    assert all(claim["held"] for claim in report["claims"])
    assert 180 <= report["actions"] <= 300


def test_it_says_in_a_pipe_how_it_goes_on_and_colours_nothing(demonstration: Demonstration) -> None:
    assert "The gateway is killed" in demonstration.told
    assert demonstration.told.count("  ok  ") > 50
    assert "\x1b" not in demonstration.told + demonstration.said
    for question in ("1. Which AI systems", "2. Which controls", "3. What evidence"):
        assert question in demonstration.said


def test_it_leaves_what_it_promises(demonstration: Demonstration) -> None:
    out = demonstration.out
    for name in (
        "aims/aims.yaml",
        "home/log/checkpoint",
        "home/log/log.vkey",
        "home/log/records.pem",
    ):
        assert (out / name).is_file(), name
    page = (out / "answer.html").read_text("utf-8")
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_three_questions_are_right(demonstration: Demonstration) -> None:
    said = demonstration.json("answer.json")
    assert {"systems", "controls", "evidence"} <= set(said)
    in_scope = {system["id"]: system["inScope"] for system in said["systems"]}
    assert in_scope == {"refund-desk": True, "sales-insight": True, "hiring-screener": False}
    states = {row["control"]: row["state"] for row in said["controls"]}
    assert {control for control, state in states.items() if state == "enforced"} == {
        "assessments-current",
        "customer-data-changes",
        "human-review-of-refunds",
        "intended-use",
        "no-bulk-export",
        "refund-authority",
        "refund-eligibility",
        "stop-the-agent",
        "tool-integrity",
    }
    assert states["staff-training"] == "document-only"
    assert said["enforcedInProduction"] == []
    evidence = said["evidence"]
    assert evidence["witnessed"] is True
    assert evidence["verification"]["sound"] is True
    assert evidence["verification"]["keysPinned"] is True
    assert evidence["verification"]["verified"] == evidence["records"]
    assert evidence["unknownEffects"] == []
    assert evidence["effects"]["resolved"] > 0
    assert {one["id"] for one in said["accountable"]["reviewers"]} == {"ben", "cara"}


def test_i3_the_database_has_no_refund_twice(demonstration: Demonstration) -> None:
    with sqlite3.connect(demonstration.out / "desk.db") as database:
        rows = database.execute("SELECT request_id, count(*) FROM refunds GROUP BY 1").fetchall()
        (exports,) = database.execute("SELECT count(*) FROM exports").fetchone()
        (cents,) = database.execute("SELECT sum(amount_cents) FROM refunds").fetchone()
    database.close()
    assert len(rows) > 40
    assert {count for _, count in rows} == {1}
    assert exports == 0
    assert 0 < cents <= 150_000


def test_i2_the_database_is_the_log_one_to_one(demonstration: Demonstration) -> None:
    """Counted again from the records alone: as many effects as rows, each of one allow."""
    said = records(demonstration.out / "home")
    allows = {
        r["predicate"]["actionId"]: r["predicate"]
        for r in said
        if r["kind"] == "decision" and r["predicate"]["decision"]["outcome"] == "allow"
    }
    effects = [r["predicate"] for r in said if r["kind"] == "effect"]
    assert Counter(e["actionId"] for e in effects) == Counter(allows.keys())
    done = Counter(allows[e["actionId"]]["tool"] for e in effects if e["status"] == "succeeded")
    with sqlite3.connect(demonstration.out / "desk.db") as database:
        for tool, table in (("refund", "refunds"), ("store_credit", "store_credits")):
            (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert count == done[tool], tool
    database.close()


def test_i1_every_effect_stands_behind_its_allow(demonstration: Demonstration) -> None:
    said = records(demonstration.out / "home")
    for record in said:
        if record["kind"] == "effect":
            allow = said[record["predicate"]["decision"]["index"]]
            assert allow["index"] < record["index"]
            assert allow["predicate"]["decision"]["outcome"] == "allow"
            assert allow["predicate"]["actionId"] == record["predicate"]["actionId"]


def test_a_second_look_finds_the_log_in_order(demonstration: Demonstration) -> None:
    home = demonstration.out / "home"
    pinned = ("--vkey", str(demonstration.out / "run/log.vkey"))
    older = ("--older", str(demonstration.out / "run/kept.checkpoint"))
    for words in (("log", "verify", str(home), *pinned, *older), ("check", "replay", str(home))):
        ran = subprocess.run(
            [sys.executable, "-m", "watchkeeper", *words], capture_output=True, check=False
        )
        assert ran.returncode == 0, ran.stderr


def test_no_secret_of_people_or_desk_reaches_the_agent_or_the_log(
    demonstration: Demonstration,
) -> None:
    out = demonstration.out
    secrets = [(out / "run" / name).read_bytes() for name in ("desk.credential", "agent.token")]
    seen = [(out / "run" / "actions.jsonl"), *(out / "home" / "log").rglob("*")]
    seen += (out / "home" / "segments").iterdir()
    for path in seen:
        if path.is_file():
            raw = path.read_bytes()
            assert not any(secret in raw for secret in secrets), path


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    ended = demonstrate(tmp_path)
    assert ended.code == 2
    assert "no demonstration made it" in ended.told
    assert mine.read_text() == "mine"


def test_without_the_example_it_says_where_to_find_it(tmp_path: Path) -> None:
    ended = demonstrate(tmp_path / "out", "--example", str(tmp_path))
    assert ended.code == 2
    assert "--example" in ended.told
    assert "Traceback" not in ended.told
    assert not (tmp_path / "out").exists()


def test_a_path_too_long_for_the_gateways_socket_is_refused_at_once(tmp_path: Path) -> None:
    ended = demonstrate(tmp_path / ("long" * 30))
    assert ended.code == 2
    assert "too long a path" in ended.told


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_interrupted_it_ends_every_process(tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-m", "watchkeeper", "demo", "--out", str(out)],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        until = time.monotonic() + 90
        while len(running(out)) < 3:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        os.kill(process.pid, number)
        assert process.wait(60) == 2
    assert running(out) == []


def running(out: Path) -> list[str]:
    """The processes that were started for this demonstration and still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if any(word.startswith(str(out) + "/") for word in words):
                found.append(" ".join(words))
    return found


def test_the_example_is_the_one_of_this_checkout() -> None:
    assert (EXAMPLE / "agent.py").is_file()
