"""An agent's action, from its arrival to its answer: decided, recorded, released, recorded.

Each runs in a task of its own, so that an agent that goes away in the middle changes nothing:
the effect is recorded all the same, and a retry that can be recognised gets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace

from watchkeeper.do.account.explain import agent_sentence
from watchkeeper.do.decision.request import Call
from watchkeeper.enforcement.gateway.action.elicit import Back, Elicitation
from watchkeeper.enforcement.gateway.action.endings import Endings
from watchkeeper.enforcement.gateway.action.flights import Flight, Flights
from watchkeeper.enforcement.gateway.action.lending import lent
from watchkeeper.enforcement.gateway.action.sending import (
    BeforeSend,
    http_status,
    nothing_beside,
    render,
    to_send,
)
from watchkeeper.enforcement.gateway.action.states import FOREIGN, STATE, ServerStates
from watchkeeper.enforcement.gateway.action.waiting import Waiters
from watchkeeper.enforcement.gateway.server.relay import Out, Relay
from watchkeeper.enforcement.gateway.server.sessions import OpenCall, Session
from watchkeeper.enforcement.messages import methods
from watchkeeper.enforcement.messages.answers import (
    ANSWER_TOOL,
    MOST_WAIT,
    refusal_body,
    render_answered,
    render_question,
)
from watchkeeper.enforcement.messages.asking import asks_for_result, call_of, meta_of
from watchkeeper.enforcement.messages.lending import DELEGATE_TOOL
from watchkeeper.enforcement.messages.rpc import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    Message,
    id_key,
    is_modern,
    render_error,
    render_progress,
)
from watchkeeper.enforcement.release import review, settled
from watchkeeper.enforcement.upstream.box import Box
from watchkeeper.enforcement.upstream.channel import HeldBack, NeverSent, SessionGone
from watchkeeper.errors import CommandInvalid, LogUnavailable, UpstreamFailed
from watchkeeper.loop.answering import answer_question, question_for
from watchkeeper.loop.durable import durable
from watchkeeper.loop.facts_of.persons import is_for
from watchkeeper.loop.steps import Admitted, Allowed, Answer, Escalated, Refused, Stored
from watchkeeper.records.action import Reason

Outbox = Box[Out | None]


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a call waits for a person, and how often it says so, in seconds."""

    seconds: float = 20.0
    progress: float = 5.0


@dataclass(frozen=True, slots=True)
class Shared:
    """What the doors of one gateway have in common."""

    waiters: Waiters
    hold: Hold
    elicitation: Elicitation
    flights: Flights


class Calls:
    """Carries out the actions of agents on one tool server."""

    def __init__(
        self, relay: Relay, shared: Shared, before_send: BeforeSend = nothing_beside
    ) -> None:
        self._relay, self._kernel = relay, relay.kernel
        self._waiters, self._hold = shared.waiters, shared.hold
        self._elicitation, self._flights = shared.elicitation, shared.flights
        self._before_send = before_send
        self._states = ServerStates(self._kernel.home)
        self._endings = Endings(self._kernel, relay.named, self._states)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(
        self, session: Session, message: Message, headers: Mapping[str, str]
    ) -> AsyncGenerator[Out]:
        """Carry out one action; what it yields ends with a final message."""
        queue: Outbox = Box()
        task = asyncio.create_task(self._run(session, message, headers, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: queue.put(None, always=True))
        try:
            while (out := await queue.get()) is not None:
                yield out
        finally:
            queue.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    async def drain(self, seconds: float) -> None:
        """Wait for the actions under way."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def finish(self, call: OpenCall, message: Message) -> bytes:
        """Record the effect of a released call, and only then return its answer (I2)."""
        return await self._endings.answered(call, message)

    async def _run(
        self,
        session: Session,
        message: Message,
        headers: Mapping[str, str],
        queue: Outbox,
    ) -> None:
        with session.in_use(id_key(message.id)):
            await self._carried_out(session, message, headers, queue)

    async def _carried_out(
        self,
        session: Session,
        message: Message,
        headers: Mapping[str, str],
        queue: Outbox,
    ) -> None:
        await self._relay.pins.fresh()
        modern, agent = is_modern(message), session.agent
        if message.method == methods.CALL and message.params.get("name") == ANSWER_TOOL:
            _put(queue, Out(await self._say(agent, message), final=True))
            return
        if message.method == methods.CALL and message.params.get("name") == DELEGATE_TOOL:
            _put(queue, Out(await self._lend(agent, message), final=True))
            return
        message, back = self._brought(agent, message)
        if isinstance(back, Back) and back.renew:
            _put(queue, Out(self._elicitation.renew(message, back.pending), final=True))
            return
        answer = await self._answered(self._admit(agent, message, back))
        if isinstance(answer, Escalated):
            answer = await self._held(answer, agent, message, queue)
        if isinstance(answer, Allowed):
            await self._released(session, message, answer, headers, queue)
            return
        asked = self._asked(agent, message, answer) if isinstance(answer, Escalated) else None
        if isinstance(answer, Stored):
            answer = self._states.told_again(agent, self._relay.server, message, answer)
        status = http_status(message, answer, modern=modern)
        if back == FOREIGN and isinstance(answer, Refused):
            asked = render_error(
                message.id, INVALID_PARAMS, FOREIGN, {"watchkeeper": refusal_body(answer)}
            )
        data = asked or render(message, answer, modern=modern)
        _put(queue, Out(data, final=True, status=status))

    def _brought(self, agent: str, message: Message) -> tuple[Message, Back | str | None]:
        """Return a call and what it came back with: a state of ours, its tool's, or a wrong one."""
        back = self._elicitation.take(agent, self._relay.server, message)
        if isinstance(back, Back):
            return back.message, back
        if back is None and STATE in message.params and not asks_for_result(message):
            call = call_of(agent, self._relay.server, message)
            unwrapped = self._states.unwrapped(call, message)
            return (message, FOREIGN) if unwrapped is None else (unwrapped, None)
        return message, back

    def _asked(self, agent: str, message: Message, answer: Escalated) -> bytes | None:
        """Return what a person asks back, or what asks the host to open the action's page."""
        question = question_for(self._kernel.home, agent, answer.handle, message.token)
        if question is None or message.method != methods.CALL:
            return self._elicitation.ask(message, answer)
        return render_question(message.id, answer, question.text, modern=is_modern(message))

    async def _say(self, agent: str, message: Message) -> bytes:
        """Take an agent's answer to a question; it is recorded before the agent is told so."""
        said, modern = message.params.get("arguments"), is_modern(message)
        named = [said.get(name) for name in ("handle", "text")] if isinstance(said, dict) else []
        handle, text = named if all(isinstance(one, str) for one in named) and named else ("", "")
        try:
            ticket = answer_question(
                self._kernel.home, agent, str(handle), str(text), message.token
            )
            await durable(ticket)
        except (CommandInvalid, LogUnavailable) as error:
            return await self._not_taken(agent, message, error)
        return render_answered(message.id, modern=modern)

    async def _lend(self, agent: str, message: Message) -> bytes:
        """Let an agent lend what it may do; it is recorded before the agent is told so."""
        try:
            return await lent(self._kernel, agent, self._relay.server, message)
        except (CommandInvalid, LogUnavailable) as error:
            return await self._not_taken(agent, message, error)

    async def _not_taken(
        self, agent: str, message: Message, error: CommandInvalid | LogUnavailable
    ) -> bytes:
        """Refuse a call of a tool of ours, and record that like any other refusal."""
        modern = is_modern(message)
        if isinstance(error, LogUnavailable):
            reason, ours = Reason.LOG_UNAVAILABLE, self._kernel.home.ids.action_id()
            return render(message, Refused(reason, agent_sentence(reason), ours), modern=modern)
        call = call_of(agent, self._relay.server, message)
        wrong = replace(call, problem=error.message, raw=message.raw)
        return render(message, await self._answered(self._kernel.admit(wrong)), modern=modern)

    def _admit(self, agent: str, message: Message, back: Back | str | None) -> Admitted | Answer:
        """Take a call in; `back` is what it came back with, or what is wrong with that."""
        if isinstance(back, Back):
            return self._kernel.come_back(agent, back.pending.handle, message.token)
        call = call_of(agent, self._relay.server, message)
        if isinstance(back, str):
            return self._kernel.admit(replace(call, problem=back, raw=message.raw))
        if asks_for_result(message):
            return self._come_back(agent, message, call)
        return self._kernel.admit(call)

    def _come_back(self, agent: str, message: Message, call: Call) -> Admitted | Answer:
        """Take up what waits under a handle: the agent's own, at the server that it is for."""
        arguments = message.params.get("arguments")
        handle = arguments.get("handle") if isinstance(arguments, dict) else None
        pending = self._kernel.home.state.pending.by_handle(
            handle if isinstance(handle, str) else ""
        )
        mine = pending is not None and pending.agent == agent
        mine = mine and pending is not None and is_for(self._kernel.home, call.token, pending)
        problem = "there is no such handle"
        if pending is not None and mine and pending.action.startswith(f"{self._relay.server}/"):
            if _wait_of(message, 0.0) is not None:
                return self._kernel.come_back(agent, pending.handle, call.token)
            problem = f"`wait` is a number of seconds from 0 to {MOST_WAIT}"
        return self._kernel.admit(replace(call, problem=problem, raw=message.raw))

    async def _answered(self, admitted: Admitted | Answer) -> Answer:
        if isinstance(admitted, Admitted):
            return await review(self._kernel, admitted, self._relay.pins.read_fact)
        return await settled(self._kernel, admitted)

    async def _held(self, answer: Escalated, agent: str, message: Message, queue: Outbox) -> Answer:
        """Hold the call while people decide, and say so; then go on with what they said."""
        token, patience = meta_of(message).get("progressToken"), self._hold.seconds
        if asks_for_result(message):
            patience = _wait_of(message, patience) or 0.0
        held: Answer = answer
        began, round_ = asyncio.get_running_loop().time(), 0
        while isinstance(held, Escalated):
            left = patience - (asyncio.get_running_loop().time() - began)
            if left <= 0 or question_for(self._kernel.home, agent, held.handle, message.token):
                return held
            await self._waiters.wait(held.handle, min(left, self._hold.progress))
            # Looked up whether or not a word was heard: it may have come before anybody waited.
            # So is the token: it may have been taken back since.
            found = self._kernel.come_back(agent, held.handle, message.token)
            held = await self._answered(found)
            if isinstance(held, Escalated) and token is not None:
                round_ += 1
                _put(queue, Out(render_progress(token, round_, "waiting for approval")))
        return held

    async def _released(
        self,
        session: Session,
        message: Message,
        allowed: Allowed,
        headers: Mapping[str, str],
        queue: Outbox,
    ) -> None:
        """Call the tool with exactly what was decided, and record what came of it."""
        modern = is_modern(message)
        call = OpenCall(allowed, message.id, self._kernel.home.now(), modern)
        entry = allowed.decided.entry
        seconds = (entry.tool.timeout_millis if entry else 60_000) / 1000
        limit = asyncio.timeout(seconds)
        with (
            session.asking(message) as ours,
            self._flights.under_way(session, ours, allowed, limit) as flight,
        ):
            session.calls[id_key(ours.id)] = call
            call.begin = flight.begin
            try:
                async with limit:
                    if await self._relayed(session, ours, call, headers, queue):
                        return
                answer = await self._endings.broken(call, "the tool server answered nothing")
            except HeldBack as held:
                answer = await self._endings.held_back(call, held.reason)
            except NeverSent as error:
                session.gone = session.gone or isinstance(error, SessionGone)
                # That a session is gone is the server's word, and it may have done the work first.
                never_sent = not isinstance(error, SessionGone)
                answer = await self._endings.broken(call, error.message, never_sent=never_sent)
                if not never_sent:
                    _put(queue, session_gone(message))
                    return
            except (UpstreamFailed, TimeoutError, TypeError, ValueError) as error:
                answer = await self._given_up(call, flight, error)
            finally:
                if call.finished:
                    session.calls.pop(id_key(ours.id), None)
        if flight.stopped and answer.reason is Reason.COULD_NOT_EVALUATE:
            sentence = agent_sentence(Reason.STOPPED)
            answer = Refused(Reason.STOPPED, sentence, allowed.request.action_id)
        _put(queue, Out(render(message, answer, modern=modern), final=True))

    async def _given_up(self, call: OpenCall, flight: Flight, error: Exception) -> Refused:
        """No answer came in time, or the connection broke off."""
        why = str(error) or "the tool server did not answer"
        if not flight.began:
            if flight.stopped:
                return await self._endings.held_back(call, Reason.STOPPED)
            return await self._endings.broken(call, why, never_sent=True)
        return await self._endings.broken(call, why)

    async def _relayed(
        self,
        session: Session,
        message: Message,
        call: OpenCall,
        headers: Mapping[str, str],
        queue: Outbox,
    ) -> bool:
        """Send a released call and pass on what comes; True if its answer came, or may yet come.

        It may yet where the server ended a stream that can be resumed (2025-11-25, polling): the
        agent comes back for it with the id of the last event.
        """
        body, sent_headers = to_send(message, call.allowed, session, headers, self._before_send)
        resumable = False
        async with session.channel.send(body, sent_headers, call.begin) as opened:
            async for out in self._relay.from_server(session, opened, self.finish, message):
                resumable = resumable or any(line.startswith(b"id:") for line in out.lines)
                _put(queue, out)
        return call.finished or (resumable and session.id is not None)


def _put(queue: Outbox, out: Out) -> None:
    """Hand a message over; who reads slowly misses some of what comes before the last one."""
    queue.put(out, len(out.data), always=out.final or not out.data)


def _wait_of(message: Message, usual: float) -> float | None:
    """Return how long a call for a result may be held, in seconds; None if it says nonsense."""
    arguments = message.params.get("arguments")
    wait = arguments.get("wait", usual) if isinstance(arguments, dict) else usual
    if isinstance(wait, bool) or not isinstance(wait, int | float):
        return None
    return float(wait) if wait == usual or 0 <= wait <= MOST_WAIT else None


def session_gone(message: Message) -> Out:
    """Return what tells an agent to begin a new session (MCP 2025-11-25, session management)."""
    why = "the session with the tool server has ended"
    return Out(render_error(message.id, INVALID_REQUEST, why), final=True, status=404)
