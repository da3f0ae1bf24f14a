"""A gateway that breaks I2: where the effect can not be recorded, it answers all the same.

For `python -m faults --sabotage`: it changes the gateway, and starts nothing.
"""

from __future__ import annotations

from watchkeeper.enforcement.gateway.action.calls import Calls

_honest = Calls.finish


async def _answered(self, call, message):
    await _honest(self, call, message)
    return message.raw


Calls.finish = _answered
