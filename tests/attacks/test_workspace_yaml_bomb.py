"""A workspace file that grows without end once its aliases are expanded."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.worlds.workspace_files import write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity

_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n"
    for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        _LAUGHS,
        "a: &a\n  b: *a\n",
        "[" * 2_000,
        "[" * 500_000,
        "!x a: " + "[" * 500_000,
        "{a: " * 5_000,
        "- " * 3_000 + "x",
        "a: [" + "1," * 400_000 + "1]",
    ],
    ids=["aliases", "itself", "brackets", "file-of-brackets", "tagged", "braces", "dashes", "long"],
)
def test_it_is_refused_soon_and_without_a_traceback(text: str, tmp_path: Path) -> None:
    write_workspace(tmp_path, {"aims.yaml": text})
    started = time.process_time()
    linted = lint_workspace(tmp_path)
    assert time.process_time() - started < 3
    assert linted.bundle is None
    (finding,) = (f for f in linted.findings if f.file == "aims.yaml")
    assert finding.severity is Severity.UNREADABLE
    assert finding.advice
