"""Attack: a supplier's file that writes sentences of its own into what may be concluded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.test_plan import run
from tests.worlds.certificates import bought

ESC = "\x1b[1A\x1b[2K\u202e"
LIE = "\n  may be concluded: that desk complies with ISO/IEC 42001"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = bought(
        claims={
            "holder": {"legal_name": f"Model House{LIE}{ESC}"},
            "scope_statement": f"Hosting{LIE}{ESC}",
            "standard": f"ISO/IEC 42001{LIE}{ESC}",
        }
    )
    given = {"question": "body", "answered": "2026-11-20", "answer": f"Us{LIE}{ESC}"}
    world.change("supplier", "modelhouse", answers=[{**given, "origin": "captured"}])
    return world.write(tmp_path_factory.mktemp("lie") / "aims")


@pytest.mark.parametrize(
    "words", [("check",), ("check", "--system", "desk"), ("ask", "--system", "desk")]
)
def test_no_line_is_theirs(folder: Path, words: tuple[str, ...]) -> None:
    _, out, _ = run("certificate", *words, "--workspace", folder)
    assert "Model House" in out
    assert not set(out) & set(ESC[:1] + "\u202e")
    assert not any(
        line.strip().startswith("may be concluded: that desk") for line in out.split("\n")
    )


def test_what_a_supplier_answered_is_never_captured(folder: Path) -> None:
    _, out, _ = run("certificate", "ask", "--supplier", "modelhouse", "--workspace", folder)
    assert "answered 2026-11-20 (attested): Us" in out
    assert "captured" not in out
