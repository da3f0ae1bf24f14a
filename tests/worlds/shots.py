"""Pictures of every page of the console, in light and dark, on a desk and on a phone.

python -m tests.worlds.shots [FOLDER [PAGE...]]
python -m tests.worlds.shots --docs FOLDER      (those of the management system in the documents)
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

from tests.worlds import aims_desk
from tests.worlds.audit import violations
from tests.worlds.pages import Desk, Looked, looking, started
from tests.worlds.scenes import Morning, morning

SIZES = {"desk": (1280, 860), "phone": (390, 844)}
SCHEMES = ("light", "dark")
OPERATES = ("oversight", "stops", "unknown")
"""Pages that show more to who operates."""
DOOR = {"sign-in": "/sign-in", "code": "/sign-in/code"}
DOCUMENTED = {
    "console-risks": ("/risks", 940),
    "console-control": ("/controls/refund-authority", 1_000),
}
"""Pictures of the documents: the page, over the example at work, and how much of it."""


def main(folder: Path, *only: str) -> int:
    """Write `PAGE-SCHEME-SIZE.png` for each; returns 1 where axe-core finds a violation on one."""
    folder.mkdir(parents=True, exist_ok=True)
    found = 0
    with (
        tempfile.TemporaryDirectory() as home,
        started() as browser,
        morning(Path(home)) as at_work,
        aims_desk.at_work(Path(home) / "aims") as aims,
    ):
        shots = chain(_shots(browser, at_work, folder, only), _aims(browser, aims, folder, only))
        for name, problems in shots:
            for problem in problems:
                print(f"{name}: {problem}")
            found += len(problems)
    print(f"{folder}: {len(list(folder.glob('*.png')))} pictures, {found} violations")
    return min(found, 1)


def document(folder: Path) -> int:
    """Write the pictures of the documents that show the management system of the example."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        started() as browser,
        morning(Path(home)) as at_work,
        looking(browser, at_work.desk, "ben", viewport={"width": 1120, "height": 760}) as look,
    ):
        for name, (path, high) in DOCUMENTED.items():
            look.page.set_viewport_size({"width": 1120, "height": high})
            look.open(path)
            look.page.screenshot(path=folder / f"{name}.png")
    return 0


def _shots(
    browser: Any, at_work: Morning, folder: Path, only: tuple[str, ...]
) -> Iterator[tuple[str, list[str]]]:
    paths = {**at_work.paths, **DOOR}
    for person, scheme, size in product(("ben", "ana"), SCHEMES, SIZES):
        names = [n for n in paths if (n in OPERATES) == (person == "ana") and n in (only or paths)]
        width, height = SIZES[size]
        view = {"width": width, "height": height}
        with looking(browser, at_work.desk, person, viewport=view, color_scheme=scheme) as look:
            for name in names:
                if name in DOOR:
                    look.context.clear_cookies()
                yield _shot(look, paths[name], folder / f"{name}-{scheme}-{size}.png", view)


def _aims(
    browser: Any, desk: Desk, folder: Path, only: tuple[str, ...]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the pages of the management system, which are over a desk of their own."""
    for scheme, size in product(SCHEMES, SIZES):
        width, height = SIZES[size]
        view = {"width": width, "height": height}
        with looking(browser, desk, "ben", viewport=view, color_scheme=scheme) as look:
            for name, path in aims_desk.PATHS.items():
                if not only or name in only:
                    yield _shot(look, path, folder / f"{name}-{scheme}-{size}.png", view)


def _shot(look: Looked, path: str, picture: Path, view: dict[str, int]) -> tuple[str, list[str]]:
    look.open(path)
    # The whole page, without what is fixed to the screen lying across it.
    high = look.page.evaluate("document.documentElement.scrollHeight")
    look.page.set_viewport_size({"width": view["width"], "height": max(view["height"], high)})
    look.page.screenshot(path=picture)
    look.page.set_viewport_size(view)
    return picture.stem, violations(look.page)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--docs"]:
        sys.exit(document(Path((sys.argv[2:] or ["docs/pictures"])[0])))
    sys.exit(main(Path((sys.argv[1:] or ["console-out"])[0]), *sys.argv[2:]))
