"""The guard: a decorator for plain Python functions (boundary `in-process`).

The same decisions and the same records as the gateway: through one that runs, or on a home of its
own. It never counts as enforced by itself: code in the same process can walk round it.
"""

from watchkeeper.enforcement.guard.decorator import Guard, guard

__all__ = ["Guard", "guard"]
