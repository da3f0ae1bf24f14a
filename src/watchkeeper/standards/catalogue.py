"""The standards that a plan refers to: identifiers, short titles, and our own paraphrase.

The texts of ISO standards are not here and not needed: read them in a licensed copy.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from watchkeeper.errors import StandardInvalid, cut

NAMES = ("iso42001", "nist_ai_rmf", "eu_ai_act", "owasp_agentic", "crosswalk")
ANNEX_A_CONTROLS = 38


@dataclass(frozen=True, slots=True)
class AnnexControl:
    """A control of ISO/IEC 42001:2023 Annex A: number, title, our paraphrase.

    `evidence` are the classes of evidence that can show it: document, configuration, test,
    runtime, human.
    """

    id: str
    title: str
    paraphrase: str
    group: str
    evidence: tuple[str, ...]
    runtime_signal: str = ""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What one item of ISO/IEC 42001 meets in other frameworks; our own reading."""

    iso42001: str
    nist_ai_rmf: tuple[str, ...]
    eu_ai_act: tuple[str, ...]
    owasp_asi: tuple[str, ...]


@functools.cache
def annex_a() -> Mapping[str, AnnexControl]:
    """Return the 38 controls of Annex A, in order.

    Raises:
        StandardInvalid: the data is not what it should be.
    """
    try:
        found = {control.id: control for control in _annex_controls(standard("iso42001"))}
    except (KeyError, TypeError) as error:
        raise StandardInvalid(f"the data of ISO/IEC 42001 lacks {cut(error)}") from None
    if len(found) != ANNEX_A_CONTROLS:
        raise StandardInvalid(f"{len(found)} controls in Annex A, where 38 should be")
    return found


@functools.cache
def crosswalk() -> Mapping[str, Correspondence]:
    """Return what each mapped item of ISO/IEC 42001 meets elsewhere.

    Raises:
        StandardInvalid: a row names an item that its framework does not have.
    """
    found = {}
    for row in standard("crosswalk")["mappings"]:
        item = Correspondence(
            row["iso42001"],
            tuple(row.get("nist_ai_rmf", ())),
            tuple(row.get("eu_ai_act", ())),
            tuple(row.get("owasp_asi", ())),
        )
        _check_row(item)
        found[item.iso42001] = item
    return found


@functools.cache
def known_ids(name: str) -> frozenset[str]:
    """Return every identifier that a standard has."""
    return frozenset(_ids(standard(name)))


@functools.cache
def standard(name: str) -> Mapping[str, Any]:
    """Return the data of one standard.

    Raises:
        StandardInvalid: there is no such standard, or its data does not parse.
    """
    if name not in NAMES:
        raise StandardInvalid(f"unknown standard {cut(name)}", f"known are {', '.join(NAMES)}")
    text = files(__package__).joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    try:
        value = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise StandardInvalid(f"the data of {cut(name)} does not parse: {error}") from None
    if not isinstance(value, dict):
        raise StandardInvalid(f"the data of {cut(name)} is no mapping")
    return value


def _annex_controls(data: Mapping[str, Any]) -> Iterator[AnnexControl]:
    for group in data["annex_a"]["groups"]:
        for control in group["controls"]:
            yield AnnexControl(
                id=control["id"],
                title=control["title"],
                paraphrase=control["paraphrase"],
                group=group["title"],
                evidence=tuple(control["evidence"]),
                runtime_signal=control.get("runtime_signal", ""),
            )


def _check_row(item: Correspondence) -> None:
    named = (
        ("iso42001", (item.iso42001,)),
        ("nist_ai_rmf", item.nist_ai_rmf),
        ("eu_ai_act", item.eu_ai_act),
        ("owasp_agentic", item.owasp_asi),
    )
    for name, ids in named:
        for wanted in ids:
            if wanted not in known_ids(name):
                raise StandardInvalid(f"{cut(name)} has no {cut(wanted)}, which a mapping names")


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), str):
            yield value["id"]
        for item in value.values():
            yield from _ids(item)
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item)
