"""`scope.yaml`: what the management system covers and what not (ISO/IEC 42001:2023, 4.3).

The scope statement itself is `scope` of `aims.yaml`; the systems are the files of `systems/`.
"""

from __future__ import annotations

from pydantic import Field

from watchkeeper.plan.workspace.models.head import Approved
from watchkeeper.plan.workspace.models.scalars import Id, Part, Text


class Covered(Part):
    """A unit, a site or a process: in scope or not, and why."""

    id: Id
    name: Text
    in_scope: bool
    why: Text | None = None


class Interface(Part):
    """Where what is in scope meets what is not: our side, theirs, and what passes."""

    id: Id
    ours: Text
    theirs: Text = Field(description="a system that is out of scope, by id, or a name")
    what: Text
    system: Id | None = Field(default=None, description="our system that it belongs to")


class Exclusion(Part):
    """Something that is left out, and why."""

    what: Text
    why: Text


class ScopeFile(Approved):
    """`scope.yaml`."""

    units: list[Covered] = Field(default_factory=list)
    sites: list[Covered] = Field(default_factory=list)
    processes: list[Covered] = Field(default_factory=list)
    interfaces: list[Interface] = Field(default_factory=list)
    exclusions: list[Exclusion] = Field(default_factory=list)
