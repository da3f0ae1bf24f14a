"""The order of a release, for the doors that wait without blocking (evidence format, 3).

Facts, decide and reserve, record, sync, look at stops, release, effect recorded and synced,
result to the agent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.decision.facts import FactRead
from watchkeeper.errors import LogUnavailable, RecordInvalid, UpstreamFailed, WatchkeeperError
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.loop.cover import cover_of
from watchkeeper.loop.durable import durable
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.recall import at_path
from watchkeeper.loop.steps import Admitted, Allowed, Answer, FactQuery, Refused, Stored
from watchkeeper.records.action import Reason

Read = Callable[[FactQuery], Awaitable[Any]]
"""Asks a tool server for a fact: returns its structured content, or raises UpstreamFailed."""


async def review(kernel: Kernel, admitted: Admitted, read: Read) -> Answer:
    """Take an admitted request to a durable answer; `Allowed` may be released at once."""
    reads = await _read_all(kernel, admitted, read)
    answer = kernel.decide(admitted, reads)
    return await settled(kernel, answer)


async def settled(kernel: Kernel, answer: Answer) -> Answer:
    """Wait until the record of an answer is durable and covered, then look at the stops again."""
    if isinstance(answer, Allowed):
        with kernel.home.under_way.carrying(answer.request.action_id):
            return await _looked_at(kernel, answer)
    if isinstance(answer, Stored) or answer.ticket is None:
        return answer
    try:
        await durable(answer.ticket)
    except LogUnavailable:
        return unrecorded(answer)
    return answer


async def _looked_at(kernel: Kernel, answer: Allowed) -> Answer:
    try:
        await durable(answer.ticket)
    except LogUnavailable:
        return unrecorded(answer)
    reason = await _uncovered(kernel, answer) or kernel.may_release(answer)
    if reason is None:
        return answer
    return await held_back(kernel, answer, reason)


def unrecorded(answer: Answer) -> Refused:
    """Return the refusal for an answer that could not be recorded."""
    ours = answer.request.action_id if isinstance(answer, Allowed) else answer.decision_id
    reason = Reason.LOG_UNAVAILABLE
    return Refused(reason, agent_sentence(reason), ours)


async def _uncovered(kernel: Kernel, allowed: Allowed) -> Reason | None:
    """Wait for the level that the tool asks for, a bounded time; None once it is reached."""
    cover = cover_of(kernel.home, allowed)
    if cover is None:
        return None
    done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def finish(error: WatchkeeperError | None) -> None:
        if not done.done():
            done.set_result(error is None)

    forget = kernel.home.log.when_covered(allowed.ticket.ref, cover.level, finish)
    try:
        async with asyncio.timeout(cover.seconds):
            return None if await done else cover.reason
    except TimeoutError:
        return cover.reason
    finally:
        forget()


async def held_back(kernel: Kernel, allowed: Allowed, reason: Reason) -> Refused:
    """An allowed action that is not released after all had no effect, which is recorded."""
    try:
        await durable(kernel.not_released(allowed, reason))
    except LogUnavailable:
        return unrecorded(allowed)
    return Refused(reason, agent_sentence(reason), allowed.request.action_id)


async def _read_all(kernel: Kernel, admitted: Admitted, read: Read) -> tuple[FactRead, ...]:
    if not admitted.reads:
        return ()
    agent = admitted.request.call.agent
    return tuple(
        await asyncio.gather(*(read_one(kernel, agent, query, read) for query in admitted.reads))
    )


async def read_one(kernel: Kernel, agent: str, query: FactQuery, read: Read) -> FactRead:
    """Read one fact that a decision needs; what fails is a fact that failed."""
    source = query.source
    failed: str | None = None
    values: Mapping[str, Any] = {}
    if not kernel.take_read(agent):
        failed = "the agent caused too many reads in this minute"
    else:
        try:
            async with asyncio.timeout(source.timeout_millis / 1000):
                content = await read(query)
            values = declared_values(source.fields, content)
        except TimeoutError:
            failed = "it did not answer in time"
        except (UpstreamFailed, RecordInvalid) as error:
            failed = error.message
    return FactRead(source.name, kernel.home.now(), values, failed)


def declared_values(fields: Mapping[str, str], content: Any) -> dict[str, Any]:
    """Keep only what the tool file declares; a field that is absent is left out, which blocks."""
    values = {}
    for name, path in fields.items():
        value = at_path(content, path)
        if value is not None:
            canonical_arguments(value)
            values[name] = value
    return values
