"""Erasing payloads on the disk: a note beforehand, segments written anew, torn tails removed."""

from watchkeeper.adapters.posix.erasing.eraser import Eraser, resume
from watchkeeper.adapters.posix.erasing.removal import tails

__all__ = ["Eraser", "resume", "tails"]
