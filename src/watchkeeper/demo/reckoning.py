"""The end of the day: database against log, the log against its verifiers, three answers."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson

from watchkeeper import wiring
from watchkeeper.check.answer import Answer, answer, render_answer, render_page
from watchkeeper.check.replay import replay_all, summarise
from watchkeeper.demo import evidence
from watchkeeper.demo.evidence import Pinned
from watchkeeper.demo.play import Play
from watchkeeper.demo.world.agent import named
from watchkeeper.demo.world.workspace import systems_declared
from watchkeeper.records.kinds import Kind

ENFORCED = frozenset(
    {
        "customer-data-changes",
        "human-review-of-refunds",
        "intended-use",
        "no-bulk-export",
        "refund-authority",
        "refund-eligibility",
        "stop-the-agent",
        "tool-integrity",
    }
)
"""The controls that this day called on: each must have fired, and be enforced."""
DOCUMENTS = frozenset({"staff-training"})


def database_against_log(play: Play) -> None:
    """The system of record and the log agree one to one: nothing lost, nothing double."""
    play.act("The refund desk's own database against the log")
    actions = evidence.actions_of(play.places.home)
    pairs: tuple[tuple[str, Counter[Any], Counter[Any]], ...] = (
        (
            "refunds",
            play.books.refunds(),
            evidence.succeeded(actions, "refund", "request_id", "order_id", "amount"),
        ),
        (
            "store credits",
            play.books.credits(),
            evidence.succeeded(actions, "store_credit", "request_id", "customer_id", "amount"),
        ),
        (
            "messages sent",
            play.books.messages(),
            evidence.succeeded(actions, "send_message", "customer_id", "text"),
        ),
    )
    for what, rows, effects in pairs:
        play.claims.check(
            f"{what}: the database's rows are the log's succeeded effects, one to one",
            rows.total() > 0 and rows == effects,
            _compared(rows, effects),
        )
    twice = [
        row
        for row, count in Counter(r[0] for r in play.books.refunds().elements()).items()
        if count > 1
    ]
    play.claims.same("no refund was paid twice", twice, [])
    ended = Counter(action.effects for action in actions)
    play.claims.check(
        "every allowed action has exactly one effect", set(ended) == {1}, f"{ended[1]} actions"
    )
    paid = {
        action.request_id for action in named(play.agent.done, "refund") if action.outcome == "ok"
    }
    there = {row[0] for row in play.books.refunds()}
    play.claims.check(
        "every refund that the agent was told of is in the database",
        bool(paid) and paid <= there,
        f"{len(paid)} told, {len(there)} paid",
    )


def _compared(rows: Counter[Any], effects: Counter[Any]) -> str:
    if rows == effects:
        return f"{rows.total()} rows, {effects.total()} effects"
    only, lacking = rows - effects, effects - rows
    return f"only in the database: {sorted(only)[:3]}; only in the log: {sorted(lacking)[:3]}"


def the_log_holds(play: Play, plan: str) -> None:
    """Verify with keys and a checkpoint kept from before; find tampered copies out; replay."""
    play.act("The log, verified with keys and a checkpoint that were kept from before")
    home, log = play.places.home, play.places.home / "log"
    pinned = (
        *("--vkey", str(play.places.vkey), "--older", str(play.places.kept)),
        *("--workers", "1", "--json"),
    )
    said = play.terminal.run("log", "verify", str(home), *pinned)
    found = said.json()
    size, records = found["size"], wiring.read_log(home).size
    play.claims.check(
        "`log verify` holds, and covers every record",
        said.code == 0 and found["ok"] and size == records,
        f"{size} records",
    )
    kept = int(play.places.kept.read_text("utf-8").split("\n")[1])
    play.claims.check(
        "the checkpoint kept half-way is consistent with it",
        0 < kept < size and _step(found, "older"),
        f"{kept} of {size} records",
    )
    _tampered(play)
    summary = summarise(replay_all(wiring.read_entries(home), wiring.replayer(home)))
    same = {answer.value: count for answer, count in summary.counts.items() if count}
    play.claims.check(
        "decided again, every decision comes out the same",
        summary.total > 0 and same == {"same": summary.total},
        f"{summary.total} decisions",
    )
    kinds = Counter(entry.record.kind for entry in wiring.read_entries(log))
    play.claims.check(
        "the published log says who released the plan, approved, refused, stopped and resumed",
        all(kinds[kind] for kind in (Kind.PLAN_RELEASE, Kind.VERDICT, Kind.STOP, Kind.RESUME)),
        f"plan {plan[:12]}",
    )


def _step(found: dict[str, Any], word: str) -> bool:
    """Whether the verification's step on this was done, and held."""
    steps = [step for step in found["steps"] if word in step["title"].lower()]
    return bool(steps) and all(step["status"] == "checked" for step in steps)


def _tampered(play: Play) -> None:
    log = play.places.home / "log"
    pinned = Pinned(
        play.places.vkey.read_text("utf-8"),
        evidence.record_keys(log),
        play.places.kept.read_bytes(),
    )
    play.claims.same("the same check holds for the untouched log", pinned.trouble(log), None)
    for what, copy in evidence.tampered_copies(log, play.places.run):
        trouble = pinned.trouble(copy)
        play.claims.check(f"found out: {what}", trouble is not None, trouble or "it was not")


def three_answers(play: Play) -> Answer:
    """Answer the three questions from the log, and check them against what is known apart."""
    play.act("The three questions")
    places = play.places
    verified = wiring.verified(
        places.home,
        vkey=places.vkey.read_text("utf-8"),
        older=[places.kept.read_bytes()],
        policy=places.policy.read_bytes(),
    )
    found = answer(wiring.read_entries(places.home), wiring.bundles(places.home), verified)
    (places.out / "answer.json").write_bytes(orjson.dumps(found.json(), option=orjson.OPT_INDENT_2))
    (places.out / "answer.html").write_text(render_page(found), "utf-8")
    _check_answer(play, found.json())
    return found


def _check_answer(play: Play, said: dict[str, Any]) -> None:
    claims = play.claims
    claims.same(
        "1. the systems in scope are those of the system files",
        {system["id"]: system["inScope"] for system in said["systems"]},
        systems_declared(play.places.aims),
    )
    states = {(row["control"], row["state"]) for row in said["controls"]}
    enforced = {control for control, state in states if state == "enforced"}
    claims.same(
        "2. the controls that this day called on are enforced", enforced & ENFORCED, ENFORCED
    )
    claims.check(
        "   a document does not count as enforced",
        not enforced & DOCUMENTS and {(one, "document-only") for one in DOCUMENTS} <= states,
        ", ".join(sorted(DOCUMENTS)),
    )
    claims.same(
        "   a demonstration enforces nothing in production", said["enforcedInProduction"], []
    )
    proof = said["evidence"]["verification"]
    records = said["evidence"]["records"]
    claims.check(
        "3. every record was verified, and nothing is unknown",
        proof["sound"]
        and proof["records"] == proof["verified"] == records
        and not said["evidence"]["unknownEffects"],
        f"{records} records",
    )
    named_people = {one["id"] for one in said["accountable"]["reviewers"]}
    claims.same("   the reviewers are those who answered", named_people, {"ben", "cara"})
    owners = {row["owner"] for row in said["controls"] if row["control"] in ENFORCED}
    claims.check(
        "   every enforced control has an owner",
        "" not in owners and bool(owners),
        ", ".join(sorted(owners)),
    )


def in_words(found: Answer) -> str:
    """Return the three answers as text."""
    return render_answer(found)
