"""`watchkeeper demo`: placeholder import for the command table."""

from __future__ import annotations


def demo() -> None:
    """Run the main job on the refund desk."""
