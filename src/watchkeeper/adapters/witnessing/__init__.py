"""Having checkpoints witnessed: in the background, in a thread of its own."""

from watchkeeper.adapters.witnessing.policy import load_policy
from watchkeeper.adapters.witnessing.witnessing import Witnessing

__all__ = ["Witnessing", "load_policy"]
