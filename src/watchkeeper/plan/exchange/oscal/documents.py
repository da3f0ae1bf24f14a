"""All documents of an export: paths as `compliance-trestle` lays them out, and their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from watchkeeper.errors import ExportInvalid
from watchkeeper.plan.exchange.oscal.catalogs import annex_catalog, own_catalog
from watchkeeper.plan.exchange.oscal.checking.references import check_documents
from watchkeeper.plan.exchange.oscal.components import Measured, component_definition
from watchkeeper.plan.exchange.oscal.items import open_items
from watchkeeper.plan.exchange.oscal.names import (
    CATALOGS,
    COMPONENTS,
    ISO,
    ITEMS,
    OWN,
    PROFILE,
    Naming,
)
from watchkeeper.plan.exchange.oscal.profile import applicability_profile
from watchkeeper.plan.exchange.said import Said
from watchkeeper.records.instant import Instant

PATHS = (CATALOGS[ISO], CATALOGS[OWN], PROFILE, COMPONENTS, ITEMS)
"""Where each document lies, in the order in which they build on one another."""


def oscal_documents(
    said: Said, at: Instant, measured: Measured | None = None, *, trestle: bool = False
) -> Mapping[str, bytes]:
    """Return the documents by their path; what has nothing to say is left out.

    The same plan, moment and measures give the same bytes. `trestle` writes addresses as
    `compliance-trestle` resolves them.

    Raises:
        ExportInvalid: a reference in them leads nowhere: that is a fault of ours.
    """

    def naming() -> Naming:
        return Naming(said, at, trestle)

    made: dict[str, tuple[str, dict[str, Any] | None]] = {
        CATALOGS[ISO]: ("catalog", annex_catalog(naming())),
        CATALOGS[OWN]: ("catalog", own_catalog(naming()) if said.controls else None),
        PROFILE: ("profile", applicability_profile(naming())),
        COMPONENTS: ("component-definition", component_definition(naming(), measured)),
        ITEMS: ("plan-of-action-and-milestones", open_items(naming())),
    }
    documents = {path: {kind: value} for path, (kind, value) in made.items() if value is not None}
    broken = [found for found in check_documents(documents).found if found.broken]
    if broken:
        raise ExportInvalid(f"the export does not hold together: {broken[0]}")
    return {path: _rendered(value) for path, value in documents.items()}


def _rendered(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
