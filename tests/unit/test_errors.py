"""Messages can be printed, whatever they quote."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from watchkeeper.errors import SettingsInvalid, cut


@pytest.mark.parametrize(
    ("offending", "shown"),
    [
        ("plain é", "`plain é`"),
        ("two\nlines\r", r"`two\nlines\r`"),
        ("back`tick", "`back'tick`"),
        ("\udc80", r"`\udc80`"),
        ("\x1b[2Jgone", r"`\x1b[2Jgone`"),
        ("\u202eright to left", r"`\u202eright to left`"),
        (b"\xff", r"`b'\xff'`"),
        (7, "`7`"),
    ],
)
def test_what_can_not_be_printed_is_escaped(offending: object, shown: str) -> None:
    assert cut(offending) == shown
    assert str(SettingsInvalid(f"not that: {cut(offending)}")).isprintable()


def test_what_is_long_is_cut() -> None:
    assert cut("a" * 80) == f"`{'a' * 80}`"
    assert cut("a" * 81) == f"`{'a' * 79}…`"
    assert len(cut("\udc80" * 1000)) == 82


def test_of_a_path_the_end_is_kept() -> None:
    assert cut(PurePosixPath("/a/odd.yaml")) == "`/a/odd.yaml`"
    shown = cut(PurePosixPath("/" + "folder/" * 30 + "o`dd\x1b.yaml"))
    assert shown.startswith("`…")
    assert shown.endswith("folder/o'dd\\x1b.yaml`")
    assert len(shown) == 82
