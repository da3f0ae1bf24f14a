"""Putting a plan into force, once the rule of the plan before it is met."""

from watchkeeper.loop.release.putting import people_of, release_plan

__all__ = ["people_of", "release_plan"]
