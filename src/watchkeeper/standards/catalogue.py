"""The standards that a plan refers to: identifiers, short titles, and our own paraphrase.

The texts of ISO standards are not here and not needed: read them in a licensed copy.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from watchkeeper.errors import StandardInvalid, cut

NAMES = ("iso42001", "nist_ai_rmf", "eu_ai_act", "owasp_agentic", "iso42005", "crosswalk")
ANNEX_A_CONTROLS = 38
OBJECTIVES = 9
EVIDENCE = ("document", "configuration", "test", "runtime", "human")
"""The classes of evidence: none of them stands for another."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The data is our own: libyaml reads it ten times as fast as ruamel does, where it is there."""
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


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
    oscal_id: str = ""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What one item of ISO/IEC 42001 meets in other frameworks; our own reading."""

    iso42001: str
    nist_ai_rmf: tuple[str, ...]
    eu_ai_act: tuple[str, ...]
    owasp_asi: tuple[str, ...]


@functools.cache
def annex_a() -> Mapping[str, AnnexControl]:
    """Return the 38 controls of Annex A, in order."""
    return annex_of(standard("iso42001"))


def annex_of(data: Mapping[str, Any]) -> Mapping[str, AnnexControl]:
    """Return the controls of Annex A in some data of the standard.

    Raises:
        StandardInvalid: the data is not what it should be.
    """
    with reading("iso42001"):
        every = tuple(_annex_controls(data))
    found = {control.id: control for control in every}
    if not len(every) == len(found) == ANNEX_A_CONTROLS:
        raise StandardInvalid(f"{len(every)} controls in Annex A, where 38 should be")
    if len({control.group for control in found.values()}) != OBJECTIVES:
        raise StandardInvalid("Annex A has nine objectives")
    for control in found.values():
        if not control.evidence or set(control.evidence) - set(EVIDENCE):
            raise StandardInvalid(f"{cut(control.id)} names no class of evidence that there is")
        if control.oscal_id != control.id.lower():
            raise StandardInvalid(f"the OSCAL id of {cut(control.id)} is another's")
    return found


@functools.cache
def crosswalk() -> Mapping[str, Correspondence]:
    """Return what each mapped item of ISO/IEC 42001 meets elsewhere."""
    return crosswalk_of(standard("crosswalk"))


def crosswalk_of(data: Mapping[str, Any]) -> Mapping[str, Correspondence]:
    """Return the rows of some data of the crosswalk.

    Raises:
        StandardInvalid: a row names an item that its framework does not have, or stands twice.
    """
    found: dict[str, Correspondence] = {}
    if data["relationship_default"] not in data["relationship_vocabulary"]:
        raise StandardInvalid("the crosswalk's relationship is none of its vocabulary")
    with reading("crosswalk"):
        for row in data["mappings"]:
            item = _correspondence(row)
            _check_row(item)
            if item.iso42001 in found:
                raise StandardInvalid(f"the crosswalk has {cut(item.iso42001)} twice")
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
        value = yaml.load(text, _LOADER)  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise StandardInvalid(f"the data of {cut(name)} does not parse: {error}") from None
    if not isinstance(value, dict):
        raise StandardInvalid(f"the data of {cut(name)} is no mapping")
    return value


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Name the standard whose data lacks something.

    Raises:
        StandardInvalid: a key is missing, or a value is of another kind.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise StandardInvalid(f"the data of {cut(name)} lacks {cut(error)}") from None


def check_day(text: str) -> None:
    """Refuse what is no calendar day.

    Raises:
        StandardInvalid: not like `2027-12-02`.
    """
    if not _DAY.fullmatch(text):
        raise StandardInvalid(f"{cut(text)} is no day")


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
                oscal_id=control["oscal_id"],
            )


def _correspondence(row: Mapping[str, Any]) -> Correspondence:
    return Correspondence(
        row["iso42001"],
        tuple(row.get("nist_ai_rmf", ())),
        tuple(row.get("eu_ai_act", ())),
        tuple(row.get("owasp_asi", ())),
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
