"""A gateway that breaks I3: after an error it calls the tool once more.

For `python -m faults --sabotage`: it changes the gateway, and starts nothing.
"""

from __future__ import annotations

from watchkeeper.enforcement.gateway.action.calls import Calls
from watchkeeper.enforcement.gateway.server.sessions import OpenCall

_honest = Calls._relayed


async def _again(self, session, message, call, headers, queue):
    ended = await _honest(self, session, message, call, headers, queue)
    if self._kernel.home.failure() is None:
        return ended
    once_more = OpenCall(call.allowed, call.identity, call.started, call.modern)
    return await _honest(self, session, message, once_more, headers, queue)


Calls._relayed = _again
