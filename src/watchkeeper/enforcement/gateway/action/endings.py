"""How a released call ends: its one effect is durable before anybody is told (I2)."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from watchkeeper.enforcement.gateway.action.sending import asked_for, kept, status_of
from watchkeeper.enforcement.gateway.action.states import STATE, ServerStates
from watchkeeper.enforcement.gateway.server.sessions import OpenCall
from watchkeeper.enforcement.messages.answers import render_refusal
from watchkeeper.enforcement.messages.rpc import Message
from watchkeeper.enforcement.release import held_back
from watchkeeper.errors import LogUnavailable
from watchkeeper.loop.durable import durable
from watchkeeper.loop.kernel import Kernel
from watchkeeper.loop.steps import Refused
from watchkeeper.records.action import Reason, Status

_UNKNOWN = "It is not known whether the action was carried out; do not repeat it."
_NOT_DONE = "The tool server did not carry out the action."


class Endings:
    """Records how calls ended; `named` tells which methods a server may ask a host for."""

    def __init__(self, kernel: Kernel, named: Callable[[str], bool], states: ServerStates) -> None:
        self._kernel, self._named, self._states = kernel, named, states

    async def answered(self, call: OpenCall, message: Message) -> bytes:
        """Record what came back, and only then return what its agent is told."""
        allowed, result = call.allowed, message.body.get("result")
        if call.finished:
            return _told(call, _unknown(call))
        call.finished = True
        status = status_of(allowed, result)
        if status is None:
            return _told(call, _unknown(call))
        try:
            await durable(self._kernel.finish(allowed, status, call.started, kept(message)))
        except LogUnavailable:
            return _told(call, _unknown(call))
        if any(not self._named(method) for method in asked_for(result)):
            sentence = "The tool asked for something that is not let through."
            ours = allowed.request.action_id
            return _told(call, Refused(Reason.UNKNOWN_METHOD, sentence, ours))
        if isinstance(result, dict) and STATE in result:
            changed = self._states.wrapped(allowed.request.call, result)
            return orjson.dumps({**message.body, "result": changed})
        return message.raw

    async def broken(self, call: OpenCall, why: str, *, never_sent: bool = False) -> Refused:
        """The call broke off. Only what provably had no effect is recorded as failed."""
        allowed = call.allowed
        if call.finished:
            return _unknown(call)
        call.finished = True
        entry = allowed.decided.entry
        harmless = never_sent or entry is None or not entry.tool.writes
        if not harmless:
            return _unknown(call)
        try:
            ticket = self._kernel.finish(allowed, Status.FAILED, call.started, {"error": why})
            await durable(ticket)
        except LogUnavailable:
            return _unknown(call)
        return Refused(Reason.COULD_NOT_EVALUATE, _NOT_DONE, allowed.request.action_id)

    async def held_back(self, call: OpenCall, reason: Reason) -> Refused:
        """Not a byte of the call was sent, and none is: that is what is recorded."""
        call.finished = True
        return await held_back(self._kernel, call.allowed, reason)


def _unknown(call: OpenCall) -> Refused:
    return Refused(Reason.EFFECT_UNKNOWN, _UNKNOWN, call.allowed.request.action_id)


def _told(call: OpenCall, answer: Refused) -> bytes:
    return render_refusal(call.identity, answer, modern=call.modern)
