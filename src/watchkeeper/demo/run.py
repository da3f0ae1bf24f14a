"""The play from its first act to its last, and what came of it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from watchkeeper.demo import acts, crash, outdated, outsider, purse, reckoning, stolen
from watchkeeper.demo.claims import Claim, Claims, Teller
from watchkeeper.demo.desk import DeskBooks
from watchkeeper.demo.play import Play
from watchkeeper.demo.world.places import Places
from watchkeeper.demo.world.processes import Processes
from watchkeeper.demo.world.terminal import Terminal
from watchkeeper.errors import WatchkeeperError

COMMAND = (sys.executable, "-m", "watchkeeper")


@dataclass(frozen=True, slots=True)
class Staging:
    """What a demonstration is given: where it plays, with what, and who is told."""

    places: Places
    example: Path
    terminal: Terminal
    teller: Teller
    environment: Mapping[str, str]
    gateway_command: tuple[str, ...] = COMMAND


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a demonstration; `answers` are the three answers in words."""

    claims: tuple[Claim, ...]
    answers: str
    actions: int
    seconds: float
    all_held: bool = field(default=False)


def run_demo(staging: Staging) -> Outcome:
    """Play everything; no process that was started runs on when this returns or raises.

    Where the play breaks off after a claim that did not hold, that is what came of it.

    Raises:
        WatchkeeperError: the play could not go on, although every claim had held so far.
    """
    began = time.monotonic()
    claims = Claims(staging.teller)
    words = ""
    with Processes(staging.places.run, staging.environment) as processes:
        play = _set_up(staging, claims, processes)
        try:
            words = _from_first_to_last(play)
        except WatchkeeperError as error:
            if all(claim.held for claim in claims.made):
                raise
            claims.check("the demonstration could go on to its end", False, error.message)
    seconds, actions = time.monotonic() - began, play.acted
    outcome = Outcome(tuple(claims.made), words, actions, seconds, claims.all_held)
    _write_report(staging.places, outcome)
    return outcome


def _set_up(staging: Staging, claims: Claims, processes: Processes) -> Play:
    return Play(
        places=staging.places,
        example=staging.example,
        claims=claims,
        terminal=staging.terminal,
        processes=processes,
        gateway_command=staging.gateway_command,
        books=DeskBooks(staging.places.database),
    )


def _from_first_to_last(play: Play) -> str:
    plan = _prepare(play)
    _day(play)
    _end(play)
    reckoning.database_against_log(play)
    reckoning.the_log_holds(play, plan)
    outsider.evidence_taken_away(play)
    found = reckoning.three_answers(play)
    outsider.forgotten(play)
    actions = len(play.agent.done)
    play.claims.check("the agent did some 200 actions", actions >= 180, f"{actions} actions")
    return reckoning.in_words(found)


def _prepare(play: Play) -> str:
    play.act("A plan, its people, a refund desk, a gateway and an agent")
    seeding = play.seed_desk()
    play.enrol()
    url = play.start_desk(seeding)
    customers, orders = play.books.size()
    play.claims.check(
        "the refund desk has its own database",
        (customers, orders) == (500, 500),
        f"{customers} customers, {orders} orders",
    )
    plan = play.make_plan(url)
    shutil.copyfile(play.places.home / "log" / "log.vkey", play.places.vkey)
    outsider.witnesses(play)
    said = play.open_doors()
    play.claims.same("the gateway serves the plan that ana released", said["plan"], plan)
    return plan


def _day(play: Play) -> None:
    handles = acts.escalations(play)
    asked = time.monotonic()
    acts.ordinary_work(play)
    acts.hard_rules(play)
    acts.smuggled(play)
    stolen.stolen_credential(play)
    acts.dropped_connection(play)
    crash.keep_checkpoint(play)
    killed_at = crash.killed(play)
    unknown = crash.restarted(play)
    acts.drift(play)
    acts.expiry(play, handles["over-limit-expired"], asked)
    acts.stop_and_resume(play)
    crash.settled(play, unknown, killed_at)
    outdated.assessment_ran_out(play)
    acts.many_small(play)
    purse.shared_purse(play)


def _end(play: Play) -> None:
    codes = {name: play.servers[name].end() for name in ("gateway", "desk")}
    play.claims.same("the gateway ends cleanly when it is asked to", codes["gateway"], 0)
    acts.refusals_on_record(play)


def _write_report(places: Places, outcome: Outcome) -> None:
    report = {
        "held": outcome.all_held,
        "seconds": round(outcome.seconds, 2),
        "actions": outcome.actions,
        "claims": [
            {"text": claim.text, "held": claim.held, "seen": claim.seen} for claim in outcome.claims
        ],
    }
    path = places.run / "report.json"
    path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
