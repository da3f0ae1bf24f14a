"""An audit of a page by axe-core (npm, made by others): what keeps somebody from using it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tests.worlds import needs

AXE = Path(__file__).parents[1] / "conformance/npm/node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2 at level AA, and what axe-core recommends beside it."""
_RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"


@cache
def _source() -> str:
    return needs.file(str(AXE)).read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """Return every violation on the page as it stands, with the first element it is about.

    The library comes by the browser's own protocol: the page's policy keeps scripts out.
    """
    page.evaluate(_source())
    found = page.evaluate(_RUN, list(TAGS))["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]
