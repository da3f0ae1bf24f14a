"""The data of the standards."""

from __future__ import annotations

import pytest

from watchkeeper.errors import StandardInvalid
from watchkeeper.standards.catalogue import NAMES, annex_a, crosswalk, known_ids, standard


def test_annex_a_has_its_38_controls() -> None:
    assert len(annex_a()) == 38
    assert annex_a()["A.6.2.8"].title == "AI system recording of event logs"
    assert all(control.evidence for control in annex_a().values())


def test_annex_a_has_nine_groups() -> None:
    assert len({control.group for control in annex_a().values()}) == 9


def test_every_correspondence_names_items_that_there_are() -> None:
    assert crosswalk()["A.9.3"].eu_ai_act == ("art-14",)
    assert all(name in known_ids("iso42001") for name in crosswalk())


@pytest.mark.parametrize("name", NAMES)
def test_every_standard_loads_and_says_where_it_is_from(name: str) -> None:
    assert standard(name)["source"]


def test_an_unknown_standard() -> None:
    with pytest.raises(StandardInvalid, match="iso9001"):
        standard("iso9001")
