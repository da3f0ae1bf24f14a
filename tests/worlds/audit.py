"""An audit of a page by axe-core (npm, made by others): what keeps somebody from using it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tests.worlds import needs

AXE = Path(__file__).parents[1] / "conformance/npm/node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""WCAG 2.2 at level AA, and what axe-core recommends beside it."""
OF_LOOKS = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
"""The rules that hang on colours and sizes alone: what is the same page otherwise needs no more."""
_RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"


@cache
def _source() -> str:
    return needs.file(str(AXE)).read_text(encoding="utf-8")


def violations(page: Any, rules: tuple[str, ...] = TAGS) -> list[str]:
    """Return every violation on the page as it stands, with the first element it is about.

    `rules` are tags of rules, or rules by name.

    The library comes by the browser's own protocol: the page's policy keeps scripts out.
    """
    page.evaluate(_source())
    found = page.evaluate(_RUN, list(rules))["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]
