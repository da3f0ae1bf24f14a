"""`--json` of each command is one document, with the keys that the page on it promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tests.worlds.aims import ManagedWorkspace
from tests.worlds.aims_desk import managed_plan, on_disk
from watchkeeper.cli.app import app

PAGE = Path(__file__).parents[2] / "docs/concepts/json.md"
_ROW = re.compile(r"\| `((?:plan|check) [^`]+)` \| ([^|]*) \| (.*) \|")
_AIMS = "--workspace {aims}"
_WORDS = {
    "plan assess SYSTEM": "desk {aims} --look",
    "plan certificate ask": f"--system desk {_AIMS}",
    "plan certificate check": _AIMS,
    "plan control CONTROL": "limits {aims}",
    "plan diff OLD NEW": "{aims} {aims}",
    "plan export cyclonedx": "{aims} --out {root}/out.cdx.json",
    "plan export oscal": "{aims} --out {root}/oscal",
    "plan export xlsx": "{aims} --out {root}/out.xlsx",
    "plan ready --audit DAY": "{aims} --audit 2027-09-01",
    "plan sign-off": f"--by ana --look {_AIMS}",
    "plan soa --since OLD": "{aims} --since {aims}",
    "plan standards": "",
    "plan standards ITEM": f"A.9.3 {_AIMS}",
    "plan standards --check FILE": "--check {aims}/soa.yaml",
    "plan view FRAMEWORK": "iso42005 {aims}",
}
_ELSEWHERE = {
    *("plan approvals", "plan approve", "plan refuse", "plan withdraw", "plan release"),
    *("plan certificate answer", "plan certificate verified"),
    *("plan import cyclonedx", "plan import oscal", "plan import xlsx"),
}
"""Write, or ask a home: what they print is of what they did."""


def _rows() -> dict[str, tuple[str, list[str]]]:
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: (kind, re.findall(r"`([^`]+)`", keys)) for name, kind, keys in found}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("json")
    ManagedWorkspace().write(folder / "aims")
    bank = on_disk(folder / "home")(managed_plan())
    bank.log.publish_now()
    yield folder
    bank.log.close()


@pytest.mark.parametrize("name", sorted(_rows()))
def test_the_keys_are_those_of_the_page(name: str, root: Path) -> None:
    kind, keys = _rows()[name]
    verb = [word for word in name.split() if word.islower() and not word.startswith("--")]
    usual = "{home}" if verb[0] == "check" and verb[1] != "drill" else "{aims}"
    annex = ["--annex"] if "--annex" in name else []
    words = _WORDS.get(name, usual).format(aims=root / "aims", home=root / "home", root=root)
    done = CliRunner().invoke(app, [*verb, *words.split(), *annex, "--json"])
    assert done.exit_code in {0, 1}, done.output
    said: Any = json.loads(done.stdout)
    if kind.startswith("by supplier"):
        said = said["modelhouse"]
    if kind.endswith("list of"):
        said = said[0]
    assert (list(said) == keys) if keys else said["format"]


def _verbs(found: Any, path: tuple[str, ...]) -> Iterator[str]:
    below = getattr(found, "commands", None)
    if below is not None:
        for name, one in below.items():
            yield from _verbs(one, (*path, name))
    elif any("--json" in parameter.opts for parameter in found.params):
        yield " ".join(path)


def test_every_command_that_prints_json_is_on_the_page() -> None:
    top = get_command(app).commands  # type: ignore[attr-defined]
    known = {" ".join(w for w in name.split() if w.islower() and w[0] != "-") for name in _rows()}
    assert {
        *_verbs(top["plan"], ("plan",)),
        *_verbs(top["check"], ("check",)),
    } == known | _ELSEWHERE
