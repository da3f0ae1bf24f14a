"""What the page finds wrong with charges to shared budgets is what the verifier in Python finds."""

from __future__ import annotations

import json
import random
import subprocess
from typing import Any

from tests.worlds import needs
from watchkeeper.ledger.canonical import canonical, sha256_hex
from watchkeeper.records.instant import Instant, parse_instant, render_instant
from watchkeeper.records.reference import Ref
from watchkeeper.verify.bounds import Purses
from watchkeeper.verify.bounds.window import first_moment
from watchkeeper.verify.entries import _decided as decided_of
from watchkeeper.verify.page import render_script

_START = parse_instant("2026-10-24T20:00:00.000000Z")
_TAIL = """
const found = given.map(({ plans, events, since }) => {
  const data = (name) => plans[name] ? encode(plans[name]) : null;
  const purses = new Purses({ data }, since === null ? null : micros(since));
  return events.map(({ place, said, ended, failed }) => {
    if (ended) { purses.settled(ended, failed); return null; }
    return purses.allowed(place, { said, at: said.at }).length > 0;
  });
});
console.log(JSON.stringify(found));
"""
_WINDOWS: list[dict[str, Any]] = [
    {"seconds": 3_600},
    {"seconds": 86_400, "zone": "Europe/Berlin"},
    {"seconds": 3 * 86_400, "zone": "Australia/Lord_Howe"},
    {"seconds": 7 * 86_400, "zone": "America/Havana", "calendar": "week"},
    {"seconds": 31 * 86_400, "zone": "Europe/Berlin", "calendar": "month"},
]


def _plan(window: dict[str, Any], minor: int) -> dict[str, Any]:
    money = {"amount": "amount", "currency": "currency", "minor": minor}
    budget = {**window, "sum": "100.00", "count": 9}
    shared = {"id": "day", "control": "c", "grantedBy": "ana", "agents": ["a", "b"]}
    return {
        "servers": [{"id": "s", "tools": [{"name": "pay", "money": money}]}],
        "sharedBudgets": [{**shared, "actions": ["s/pay"], "budget": budget, "currency": "EUR"}],
    }


def _said(draw: random.Random, plan: str, at: Instant, held: tuple[int, str]) -> dict[str, Any]:
    """A decision that is mostly as it should be, and sometimes not."""
    cents = draw.choice([0, 1, 1250, 2000, 4050, 9999])
    minor = draw.choice(["EUR"] * 9 + ["USD"])
    charge: dict[str, Any] = {
        "grant": "shared.day",
        "satisfied": draw.random() > 0.03,
        "amount": f"{cents // 100}.{cents % 100:02}" if draw.random() > 0.05 else "1.00",
        "countBefore": held[0] if draw.random() > 0.1 else max(0, held[0] - 1),
        "sumBefore": held[1] if draw.random() > 0.1 else "0",
        "currency": "EUR",
    }
    return {
        "at": render_instant(at),
        "decision": {"outcome": "allow"},
        "actionId": f"{draw.random()}",
        "agent": draw.choice(["a", "b", "b", "c"]),
        "system": "x",
        "method": draw.choice(["tools/call"] * 9 + ["resources/read"]),
        "server": "s",
        "tool": "pay",
        "plan": plan,
        "point": {"boundary": "exclusive"},
        "accountable": {},
        "arguments": [
            {"name": "amount", "clear": cents},
            {"name": "currency", "clear": minor},
        ],
        "grants": [charge] if draw.random() > 0.1 else [],
    }


def _case(seed: int) -> tuple[dict[str, Any], list[bool | None]]:
    """One story, and what Python finds in it: for each event, whether something is wrong."""
    draw = random.Random(seed)
    whole, at = draw.random() > 0.3, _START
    plan = canonical(_plan(_WINDOWS[seed % len(_WINDOWS)], 2)).decode()
    plans = {sha256_hex(plan.encode()): plan}
    [digest] = plans
    purses = Purses(lambda one: plans[one].encode(), None if whole else int(at))
    events: list[dict[str, Any]] = []
    found: list[bool | None] = []
    for n in range(30):
        at = at.plus(draw.choice([1, 600, 3_600, 40_000, 90_000]))
        if draw.random() > 0.8 and events:
            index, failed = draw.randrange(n), draw.random() > 0.5
            purses.settled(Ref(0, index), failed=failed)
            events.append({"ended": f"0/{index}", "failed": failed})
            found.append(None)
            continue
        held = (0, "0")
        for _ in range(2):  # the second time with what the verifier itself added up
            said = _said(random.Random(seed * 1000 + n), digest, at, held)
            held = _held(purses, at)
        decided, _when = decided_of({"predicate": said, "subject": [{"digest": {"sha256": "d"}}]})
        found.append(bool(list(purses.allowed(Ref(0, n), decided, int(at)))))
        events.append({"place": f"0/{n}", "said": said})
    since = None if whole else render_instant(_START)
    given = {
        "plans": {f"plans/{name}.json": text for name, text in plans.items()},
        "events": events,
        "since": since,
    }
    return given, found


def _held(purses: Purses, at: Instant) -> tuple[int, str]:
    """What the verifier takes the budget to hold now, so that most stories go on rightly."""
    account = purses._accounts.get("shared.day EUR")
    if account is None or account.window is None:
        return 0, "0"
    since = first_moment(account.window.budget, int(at))
    assert since is not None
    count, total = account.window.holds(since)
    return count, str(total)


def test_the_page_and_the_verifier_find_the_same() -> None:
    node = needs.program("node")
    cases = [_case(seed) for seed in range(60)]
    given = json.dumps([given for given, _ in cases])
    script = f"{render_script(view=False)}\nconst given = {given};\n{_TAIL}"
    ran = subprocess.run(
        [node, "-"], input=script, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    by_page = json.loads(ran.stdout)
    wrong = sum(one is True for _, found in cases for one in found)
    right = sum(one is False for _, found in cases for one in found)
    assert wrong > 100
    assert right > 300
    for (_, found), again in zip(cases, by_page, strict=True):
        assert again == found
