"""A gateway that breaks I1: it releases an action before its record is on the disk.

For `python -m faults --sabotage`: it changes the gateway, and starts nothing.
"""

from __future__ import annotations

from watchkeeper.enforcement import release
from watchkeeper.enforcement.gateway.action import calls
from watchkeeper.loop.steps import Allowed

_honest = release.settled


async def _at_once(kernel, answer):
    if isinstance(answer, Allowed):
        return answer
    return await _honest(kernel, answer)


release.settled = calls.settled = _at_once
