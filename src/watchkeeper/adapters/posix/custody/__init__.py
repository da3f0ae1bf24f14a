"""Whose home it is: its own keys, how they change, and whether it is where it was."""

from watchkeeper.adapters.posix.custody.change import Custody
from watchkeeper.adapters.posix.custody.history import KeyScan
from watchkeeper.adapters.posix.custody.keyring import Keyring
from watchkeeper.adapters.posix.custody.watch import Sighting, Watch, Watcher

__all__ = ["Custody", "KeyScan", "Keyring", "Sighting", "Watch", "Watcher"]
