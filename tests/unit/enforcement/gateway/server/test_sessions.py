"""Whose session is whose, how many there are, and when they end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from watchkeeper.enforcement.gateway.server.sessions import (
    MAX_PER_AGENT,
    MAX_STARTED,
    Session,
    Sessions,
)
from watchkeeper.enforcement.messages.rpc import Message, Shape, id_key


@dataclass
class Line:
    """A channel that only lives or does not."""

    alive: bool = True


def session(agent: str, name: str, used: float = 1.0) -> Session:
    channel: Any = Line()
    return Session(agent, "till", channel, id=name, used=used)


def message(identity: int, *, modern: bool = True) -> Message:
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"} if modern else {}
    return Message(Shape.REQUEST, identity, "tools/call", {"_meta": meta}, {}, b"")


def line() -> Any:
    return Line()


def test_a_session_is_found_by_its_agent_and_server_alone() -> None:
    sessions = Sessions()
    sessions.add(session("ada", "s1"))
    assert sessions.find("ada", "till", "s1") is not None
    assert sessions.find("bob", "till", "s1") is None
    assert sessions.find("ada", "safe", "s1") is None


def test_an_agent_with_too_many_loses_the_longest_unused_and_others_none() -> None:
    sessions = Sessions()
    sessions.add(session("bob", "of-bob", used=0.5))
    for number in range(MAX_PER_AGENT):
        assert sessions.add(session("ada", f"s{number}", used=10.0 + number)) is None
    given_up = sessions.add(session("ada", "new", used=5.0))
    assert given_up is not None
    assert given_up.id == "s0"
    assert sessions.find("bob", "till", "of-bob") is not None


def test_a_session_whose_server_ended_or_forgot_it_is_none() -> None:
    sessions = Sessions()
    dead, gone = session("ada", "dead"), session("ada", "gone")
    channel: Any = dead.channel
    channel.alive, gone.gone = False, True
    sessions.add(dead)
    sessions.add(gone)
    assert sessions.find("ada", "till", "dead") is None
    assert sessions.find("ada", "till", "gone") is None
    assert set(map(id, sessions.idle(0.0))) == {id(dead), id(gone)}


async def test_only_what_nobody_uses_is_idle() -> None:
    sessions = Sessions()
    quiet, busy = session("ada", "quiet"), session("ada", "busy")
    sessions.add(quiet)
    sessions.add(busy)
    with busy.in_use(None):
        assert sessions.idle(1_000_000.0, 60.0) == [quiet]
    now = asyncio.get_running_loop().time()
    assert sessions.idle(now, 60.0) == [] if now - 1.0 < 60.0 else [quiet]


def test_one_that_was_never_used_counts_from_now() -> None:
    sessions = Sessions()
    sessions.add(session("ada", "new", used=0.0))
    assert sessions.idle(5_000.0, 60.0) == []
    assert len(sessions.idle(5_061.0, 60.0)) == 1


async def test_without_sessions_an_agent_keeps_one_process_for_each_era() -> None:
    sessions = Sessions()
    first = sessions.unnamed("ada", "till", message(1), line)
    assert sessions.unnamed("ada", "till", message(2), line) is first
    assert sessions.unnamed("bob", "till", message(1), line) is not first
    assert sessions.unnamed("ada", "till", message(1, modern=False), line) is not first


async def test_a_request_of_the_same_id_gets_another_process_and_never_too_many() -> None:
    sessions = Sessions()
    first = sessions.unnamed("ada", "till", message(1), line)
    assert first is not None
    taken = [first.in_use(id_key(1))]
    taken[0].__enter__()
    for _ in range(MAX_STARTED - 1):
        more = sessions.unnamed("ada", "till", message(1), line)
        assert more is not None
        assert not more.is_taken(id_key(1))
        taken.append(more.in_use(id_key(1)))
        taken[-1].__enter__()
    assert sessions.unnamed("ada", "till", message(1), line) is None
    assert sessions.unnamed("ada", "till", message(2), line) is first
    taken[0].__exit__(None, None, None)
    assert sessions.unnamed("ada", "till", message(1), line) is first


def test_a_process_that_ended_is_replaced() -> None:
    sessions = Sessions()
    first = sessions.unnamed("ada", "till", message(1), line)
    assert first is not None
    channel: Any = first.channel
    channel.alive = False
    assert sessions.unnamed("ada", "till", message(2), line) is not first
    assert len(sessions.all()) == 1


def test_what_is_remembered_is_bounded() -> None:
    one = session("ada", "s1")
    for number in range(5_000):
        with one.asking(message(number)) as ours:
            one.note_answered(id_key(ours.id), "digest")
        one.note_asked(id_key(number), "ping")
    assert max(len(one.sent), len(one.answered), len(one.asked)) <= 256
    assert one.waiting == {}


def test_what_goes_to_a_server_has_an_id_that_was_never_there() -> None:
    one = session("ada", "s1")
    with one.asking(message(7)) as first, one.asking(message(7)) as second:
        assert len({first.id, second.id, 7}) == 3
        found = one.asked_under(id_key(first.id))
        assert found is not None
        assert found.identity == 7
        assert one.ours(7) == first.id
        assert one.ours("7") is None
    assert one.ours(7) is None
    assert one.asked_under(id_key(7)) is None
    late = one.asked_under(id_key(first.id))
    assert late is not None
    assert late.method == "tools/call"
