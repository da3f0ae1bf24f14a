"""Every code that lint has for the management system stands on its page, and no other does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/workspace/lint.md"
LINT = ROOT / "src/watchkeeper/plan/lint"


def _named() -> Iterator[str]:
    files = [*(LINT / "management").rglob("*.py"), LINT / "measures.py", LINT / "controls.py"]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args else None
                if node.func.attr in {"gap", "safety"} and isinstance(first, ast.Constant):
                    yield str(first.value)


def test_every_code_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [code for code in sorted(set(_named())) if f"`{code}`" not in page] == []


def test_every_code_on_the_page_is_one() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    said = {code for row in rows for code in re.findall(r"`([a-z]+(?:-[a-z]+)*)`", row)}
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("lint", "workspace")
        for file in sorted((ROOT / "src/watchkeeper/plan" / folder).rglob("*.py"))
    ) + (ROOT / "src/watchkeeper/plan/whole.py").read_text(encoding="utf-8")
    assert [code for code in sorted(said - {"expects"}) if f'"{code}"' not in source] == []
