"""Another release follows an emergency, and its plan comes back: an answer is to one of the two.

A look at the emergency afterwards and an approval of the same plan as the next release are
different answers. Where one is taken for the other, nobody can approve the plan any more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.change_control import URGENT, Desk, released
from watchkeeper.verify import verify_log


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A home in which an emergency is over, and a workspace that makes its plan again."""
    desk = released(tmp_path, monkeypatch)
    desk.pays("500.00")
    assert desk.release(*URGENT)[0] == 0
    desk.pays("300.00")
    assert desk.answer("approve", "ben", "--yes")[0] == 0
    assert desk.release()[0] == 0
    desk.pays("500.00")
    return desk


def test_a_plan_that_comes_back_can_be_approved_and_released(desk: Desk) -> None:
    for verb in (("approve", "--yes"), ("refuse", "--reason", "not again")):
        code, out, err = desk.answer(verb[0], "ben", *verb[1:])
        assert (code, out, "`--afterwards`" in err, "`--next`" in err) == (2, "", True, True)
    assert desk.told()["answers"] == []

    code, _, err = desk.answer("approve", "ben", "--yes", "--afterwards")
    assert (code, "the look at it afterwards" in err) == (0, True)
    told = desk.told()
    assert told["emergencies"] == []
    assert ": no answers to it" in told["text"]
    assert "to its release in an emergency" in told["text"]
    assert "takes 1 to approve" in desk.release()[2]

    code, _, err = desk.answer("approve", "ben", "--yes")
    assert (code, "afterwards" in err, "before 300.00" in err) == (0, False, True)
    assert ": 1 answer to it" in desk.told()["text"]
    assert desk.release()[0] == 0
    assert verify_log(desk.home, workers=1).findings == ()


def test_an_approval_is_not_a_look_and_who_released_may_answer_to_the_next(desk: Desk) -> None:
    assert desk.answer("approve", "ben", "--yes", "--next")[0] == 0
    assert len(desk.told()["emergencies"]) == 1
    assert desk.answer("refuse", "ana", "--reason", "not again")[0] == 0
    assert "`ana` refuses it" in desk.release()[2]
    code, _, err = desk.answer("approve", "ana", "--yes", "--afterwards")
    assert (code, "does not look at it afterwards" in err) == (2, True)


def test_there_is_nothing_to_look_at_without_an_emergency(desk: Desk) -> None:
    desk.pays("600.00")
    code, out, err = desk.answer("approve", "ben", "--yes", "--afterwards")
    assert (code, out, "no emergency" in err) == (2, "", True)
