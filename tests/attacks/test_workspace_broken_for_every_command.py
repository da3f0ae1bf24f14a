"""A broken workspace, or none: every command of `plan` and `check` says so in a line, and ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tests.worlds.workspace_files import FILES, write_workspace
from watchkeeper.cli.app import app

_NAMES = "bcdefghi"
_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]\n"
    for last, name in zip("a" + _NAMES, _NAMES, strict=False)
)
_TWICE = FILES["controls/limits.yaml"]
RAW: dict[str, tuple[str, str | bytes]] = {
    "empty": ("systems/desk.yaml", b""),
    "nul": ("soa.yaml", b"rows: \x00\x00\n"),
    "utf-16": ("aims.yaml", FILES["aims.yaml"].encode("utf-16")),
    "latin-1": ("controls/limits.yaml", "owner: Jérôme\n".encode("latin-1")),
    "long line": ("controls/limits.yaml", b"id: " + b"x" * 200_000 + b"\n"),
    "brackets": ("soa.yaml", b"[" * 200_000),
    "bomb": ("controls/limits.yaml", _BOMB),
    "a list": ("systems/desk.yaml", b"- a\n- b\n"),
    "a lone surrogate": ("aims.yaml", FILES["aims.yaml"].replace("Example", '"\\ud800"', 1)),
    "escapes": ("aims.yaml", FILES["aims.yaml"].replace("owner", "\x1b[31mowner", 1) + "\x1b: x\n"),
    "two files of one id": ("controls/other.yaml", _TWICE),
    "two documents": ("soa.yaml", b"rows: []\n---\nrows: []\n"),
}
"""What is wrong, by file."""
ODD = ("a folder", "a link out", "a link in a circle", "a pipe")
NOWHERE = ("gone", "a file", "without aims.yaml")
FEW = ("utf-16", "a folder", "gone")
"""What every command is tried with; some are tried with all of it."""

PLAN: dict[str, tuple[str, ...]] = {
    "approvals": ("{aims}", "--home", "{none}"),
    "approve": ("{aims}", "--role", "lead", "--home", "{none}", "--yes"),
    "assess": ("desk", "{aims}", "--by", "ana"),
    "certificate answer": ("s", "--question", "body", "--answer", "x", "--workspace", "{aims}"),
    "certificate ask": ("--system", "desk", "--workspace", "{aims}"),
    "certificate check": ("--workspace", "{aims}"),
    "certificate verified": (
        *("c", "--method", "cb_register", "--result", "confirmed", "--by", "ana"),
        *("--evidence", "seen", "--workspace", "{aims}"),
    ),
    "clauses": ("{aims}",),
    "control": ("limits", "{aims}"),
    "diff": ("{good}", "{aims}"),
    "export cyclonedx": ("{aims}", "--out", "{none}.json"),
    "export oscal": ("{aims}", "--out", "{none}"),
    "export xlsx": ("{aims}", "--out", "{none}.xlsx"),
    "import cyclonedx": ("{file}", "{aims}", "--owner", "ana"),
    "import oscal": ("{file}", "{aims}", "--owner", "ana"),
    "import xlsx": ("{file}", "{aims}"),
    "lint": ("{aims}",),
    "new": ("risk", "late", "--workspace", "{aims}"),
    "ready": ("{aims}", "--audit", "2027-09-01"),
    "refuse": ("{aims}", "--role", "lead", "--home", "{none}", "--reason", "no"),
    "register": ("{aims}",),
    "release": ("{aims}", "--home", "{none}", "--by", "ana"),
    "risks": ("{aims}",),
    "scope": ("{aims}",),
    "sentences": ("{aims}", "--write"),
    "show": ("{aims}",),
    "sign-off": ("--by", "ana", "--workspace", "{aims}"),
    "soa": ("{aims}",),
    "standards": ("A.9.3", "--workspace", "{aims}"),
    "view": ("eu-ai-act", "{aims}"),
}
_OF_NO_WORKSPACE = {"export-schemas", "import-tools", "withdraw"}
CHECK: dict[str, tuple[str, ...]] = {
    "drill": ("{aims}",),
    "gap": ("{aims}",),
    "inventory": ("{aims}",),
    "objectives": ("{aims}",),
    "oversight": ("{aims}",),
    "replay": ("{aims}",),
}
"""All but `drill` read a log: what is broken for them is that there is none."""


def _verbs(found: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    below = getattr(found, "commands", None)
    if below is None:
        yield " ".join(path)
        return
    for name, one in below.items():
        yield from _verbs(one, (*path, name))


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good workspace and one for each way in which it is broken, in a folder with a space."""
    root = tmp_path_factory.mktemp("work spaces")
    write_workspace(root / "good")
    for name, (file, raw) in RAW.items():
        write_workspace(root / name, {file: raw})
    for name in ODD:
        file = write_workspace(root / name, {"soa.yaml": None}) / "soa.yaml"
        _MADE[name](file)
    (root / "a file").write_text("organisation: Example\n")
    (root / "without aims.yaml").mkdir()
    (root / "paper.json").write_text("{}")
    return root


_MADE = {
    "a folder": Path.mkdir,
    "a link out": lambda file: file.symlink_to("/etc/hostname"),
    "a link in a circle": lambda file: file.symlink_to(file.name),
    "a pipe": os.mkfifo,
}


def _run(root: Path, verb: str, words: tuple[str, ...], broken: str) -> Any:
    said = {
        "{aims}": str(root / broken),
        "{good}": str(root / "good"),
        "{none}": str(root / "nothing"),
        "{file}": str(root / "paper.json"),
    }
    for mark, text in said.items():
        words = tuple(word.replace(mark, text) for word in words)
    return CliRunner().invoke(app, [*verb.split(), *words])


def _is_plain(done: Any) -> None:
    """Ended by itself, with 2, and what is wrong in a line or two that a terminal takes."""
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2, done.output
    lines = done.stderr.splitlines()
    assert 1 <= len(lines) <= 4, lines
    assert max(map(len, lines)) < 500, lines
    assert not any(char < " " for line in lines for char in line), lines


def test_every_command_is_tried() -> None:
    plan = get_command(app).commands["plan"]  # type: ignore[attr-defined]
    check = get_command(app).commands["check"]  # type: ignore[attr-defined]
    assert set(_verbs(plan)) == set(PLAN) | _OF_NO_WORKSPACE
    assert set(_verbs(check)) == set(CHECK)


@pytest.mark.parametrize("broken", FEW)
@pytest.mark.parametrize("verb", sorted(PLAN))
def test_plan_says_what_is_broken(verb: str, broken: str, places: Path) -> None:
    done = _run(places, f"plan {verb}", PLAN[verb], broken)
    if (verb, broken) == ("standards", "gone"):
        assert (done.exit_code, "no workspace at" in done.stderr) == (0, True)
        return
    _is_plain(done)
    if verb == "lint":
        assert "Can not be read" in done.stdout
    elif verb not in {"standards", "approve", "approvals", "refuse"}:
        assert done.stdout == ""
        named = RAW[broken][0] if broken in RAW else "soa.yaml" if broken in ODD else broken
        assert named in done.stderr


@pytest.mark.parametrize("verb", sorted(CHECK))
def test_check_says_what_is_broken(verb: str, places: Path) -> None:
    for broken in NOWHERE:
        _is_plain(_run(places, f"check {verb}", CHECK[verb], broken))


@pytest.mark.parametrize("broken", [*RAW, *ODD, *NOWHERE])
def test_each_way_of_being_broken_is_said_with_its_file(broken: str, places: Path) -> None:
    for verb in ("clauses", "sign-off"):
        done = _run(places, f"plan {verb}", PLAN[verb], broken)
        _is_plain(done)
        file = RAW[broken][0] if broken in RAW else "soa.yaml" if broken in ODD else broken
        assert file in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user whom the mode of a file keeps out")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    write_workspace(tmp_path / "shut")
    (tmp_path / "shut/soa.yaml").chmod(0)
    done = _run(tmp_path, "plan clauses", ("{aims}",), "shut")
    _is_plain(done)
    assert "soa.yaml: can not be read: permission denied" in done.stderr


@pytest.mark.parametrize("raw", [b"\xff\xfei\x00", b"", b"[" * 200_000, b"id: x\n", b"id: \x00\n"])
def test_a_measurement_that_can_not_be_read_is_named(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(raw)
    file = str(tmp_path / "odd.yaml")
    done = CliRunner().invoke(app, ["check", "objectives", str(tmp_path), "--again", file])
    _is_plain(done)
    assert "odd.yaml" in done.stderr


@pytest.mark.parametrize("raw", [b"\xff\xfe{\x00", b"", b"[" * 200_000, None])
def test_a_plan_and_a_layout_that_can_not_be_read_are_named(
    raw: bytes | None, places: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.json"
    if raw is not None:
        odd.write_bytes(raw)
    good, book = str(places / "good"), str(places / "paper.json")
    for words in (["diff", good, str(odd)], ["import", "xlsx", book, good, "--map", str(odd)]):
        done = CliRunner().invoke(app, ["plan", *words])
        _is_plain(done)
        assert "odd.json" in done.stderr


def test_what_is_right_elsewhere_is_right_in_a_folder_with_spaces_and_crlf(places: Path) -> None:
    windows = {name: text.replace("\n", "\r\n") for name, text in FILES.items()}
    write_workspace(places / "wind ows", windows)
    told = [_run(places, "plan show", ("{aims}", "--json"), name) for name in ("good", "wind ows")]
    assert [one.exit_code for one in told] == [0, 0]
    assert told[0].stdout == told[1].stdout


@pytest.mark.parametrize("wild", ["\\e[2J", "\\x9b2J", "\\u202e", "\\r", "\\0"])
def test_nothing_in_a_record_speaks_to_the_terminal(wild: str, tmp_path: Path) -> None:
    said = FILES["aims.yaml"].replace("organisation: Example", f'organisation: "E{wild}x"')
    said = said.replace("scope: Paying people.", f'scope: "P{wild}x"')
    write_workspace(tmp_path / "aims", {"aims.yaml": said})
    for verb in ("soa", "show", "lint", "scope"):
        done = _run(tmp_path, f"plan {verb}", PLAN[verb], "aims")
        assert done.exit_code in {0, 1}
        assert not [char for char in done.output if char != "\n" and not char.isprintable()]
