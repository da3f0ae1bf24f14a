"""What stands beside the arguments of a planted call: like that of the agent's newest real one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from watchkeeper.do.decision.request import INPUT, Call
from watchkeeper.do.state.parts import Planted
from watchkeeper.errors import LedgerError
from watchkeeper.loop.home import Home
from watchkeeper.records.action import DecisionRecord

_BACK = 512
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-[0-9a-f]{32}-[0-9a-f]{16}-([0-9a-f]{2})")


def disguised(home: Home, call: Call) -> Call:
    """Return a call with the claims and traces that the agent's calls have, made up anew.

    Where the agent did nothing among the newest records, it has the number of a message alone.
    """
    claimed, trace = _newest(home, call.agent)
    fresh = {name: _like(home, text) for name, text in trace.items() if name not in INPUT}
    return replace(call, claimed=claimed, trace=fresh or {"messageId": _number(home)})


def _newest(home: Home, agent: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the agent's newest call claimed, and its traces."""
    log, planted = home.log, home.state.part(Planted)
    try:
        entries = list(log.entries(max(0, log.size_of(log.shard) - _BACK)))
    except LedgerError:
        return {}, {}
    for entry in reversed(entries):
        said = entry.record.predicate
        if not isinstance(said, DecisionRecord) or said.agent != agent or entry.payload is None:
            continue
        request = entry.payload.body["request"]
        if request["problem"] is None and planted.of(said.action_id) is None:
            return request["claimed"], request["trace"]
    return {}, {}


def _like(home: Home, text: str) -> str:
    """Return another text of the same form: a number, a W3C trace parent; else the same again."""
    if text.isdigit() and len(text) <= len(_number(home)) + 6:
        return str(int(text) + 1 + home.ids.random_bytes(1)[0] % 3)
    found = _TRACEPARENT.fullmatch(text)
    if found is not None:
        drawn = home.ids.random_bytes(24).hex()
        return f"{found[1]}-{drawn[:32]}-{drawn[32:]}-{found[2]}"
    return text


def _number(home: Home) -> str:
    return str(1 + home.ids.random_bytes(1)[0] % 9)
