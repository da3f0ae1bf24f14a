"""Files and folders that can not be read: file, cure, exit code 2, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.plan.whole import lint_workspace
from watchkeeper.plan.workspace.finding import Severity


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize(
    "raw", [b"\xff\xfe\x00", b"a: \xe9\n", b"", b"\x00" * 10, b"\x80\n"], ids=repr
)
def test_a_file_of_rubbish_never_compiles(name: str, raw: bytes, tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path, {name: raw}))
    assert linted.bundle is None
    assert any(f.file == name and f.severity is not Severity.MANAGEMENT for f in linted.findings)


def test_not_utf_8_is_said_with_its_line(tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path, {"aims.yaml": b"a: 1\nb: \xe9\n"}))
    (finding,) = (f for f in linted.findings if f.file == "aims.yaml")
    assert finding.severity is Severity.UNREADABLE
    assert "not UTF-8 in line 2" in finding.message
    assert "UTF-8" in finding.advice


def test_an_empty_folder(tmp_path: Path) -> None:
    (finding,) = lint_workspace(tmp_path).findings
    assert finding.severity is Severity.UNREADABLE
    assert "aims.yaml" in finding.message
    assert "init" in finding.advice


@pytest.mark.parametrize("name", ["missing", "a\x00b", "aims.yaml/x"])
def test_no_folder(name: str, tmp_path: Path) -> None:
    (finding,) = lint_workspace(tmp_path / name).findings
    assert finding.severity is Severity.UNREADABLE


def test_a_file_that_is_a_folder(tmp_path: Path) -> None:
    write_workspace(tmp_path, {"soa.yaml": None})
    (tmp_path / "soa.yaml").mkdir()
    linted = lint_workspace(tmp_path)
    assert linted.bundle is None
    assert any(f.file == "soa.yaml" and "not a file" in f.message for f in linted.findings)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    linted = lint_workspace(write_workspace(tmp_path, {"soa.yaml": b"# " + b"x" * 3_000_000}))
    assert any(f.file == "soa.yaml" and "larger than" in f.message for f in linted.findings)


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    plain = lint_workspace(write_workspace(tmp_path / "a plain folder")).bundle
    windows = {
        name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        for name, text in FILES.items()
        if not name.endswith(".json")
    }
    assert plain is not None
    assert lint_workspace(write_workspace(tmp_path / "windows", windows)).bundle == plain


def test_all_errors_are_gathered_not_only_the_first(tmp_path: Path) -> None:
    linted = lint_workspace(
        write_workspace(
            tmp_path,
            {
                "aims.yaml": FILES["aims.yaml"].replace("scope", "scpoe"),
                "soa.yaml": b"\xff",
                "systems/desk.yaml": FILES["systems/desk.yaml"].replace(
                    "id: desk\n", "id: d\nid: e\n"
                ),
            },
        )
    )
    assert {"aims.yaml", "soa.yaml", "systems/desk.yaml"} <= {f.file for f in linted.findings}
