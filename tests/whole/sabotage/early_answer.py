"""A gateway that breaks I2: it answers the agent first, and records the effect a moment later.

Takes the place of `watchkeeper` in `watchkeeper demo --gateway-command`.
"""

from __future__ import annotations

import asyncio

from watchkeeper.cli.app import main
from watchkeeper.enforcement.gateway.action.calls import Calls

_LATER = 0.25
_honest = Calls.finish
_tasks = set()


class _Open:
    """The call as it was, so that the honest code still takes it for open."""

    def __init__(self, call):
        self.allowed, self.started = call.allowed, call.started
        self.identity, self.modern = call.identity, call.modern
        self.finished = False


async def _later(calls, call, message):
    await asyncio.sleep(_LATER)
    await _honest(calls, call, message)


async def _early(self, call, message):
    task = asyncio.get_running_loop().create_task(_later(self, _Open(call), message))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    call.finished = True
    return message.raw


Calls.finish = _early

if __name__ == "__main__":
    main()
