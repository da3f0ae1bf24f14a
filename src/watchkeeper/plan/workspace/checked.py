"""A YAML document against its model: every error with its line and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from watchkeeper.errors import cut
from watchkeeper.plan.workspace.finding import Finding, Severity
from watchkeeper.plan.workspace.models.scalars import KEPT_AWAY
from watchkeeper.plan.workspace.yaml_tree import Tree

M = TypeVar("M", bound=BaseModel)

_TYPES = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "int_type": "a whole number",
    "list_type": "a list (lines that begin with `- `)",
    "dict_type": "a mapping (lines like `key: value`)",
    "model_type": "a mapping (lines like `key: value`)",
}


@dataclass(frozen=True, slots=True)
class Checked(Generic[M]):
    """A file of the workspace that holds: its name, what it says, and where."""

    file: str
    says: M
    tree: Tree

    def line(self, *path: str | int) -> int:
        """Return the line of what stands at `path`."""
        return self.tree.line(*path)


def check(kind: type[M], file: str, tree: Tree) -> tuple[Checked[M] | None, tuple[Finding, ...]]:
    """Check a document against its model."""
    try:
        return Checked(file, kind.model_validate(tree.value), tree), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(_finding(kind, file, tree, detail) for detail in details)


def nearest(word: str, among: Iterable[str]) -> str:
    """Return advice that names the nearest known word, or the known ones."""
    known = sorted(among)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {cut(close[0])}?"
    return f"known are {', '.join(known[:12])}" if known else "there is none yet"


def _finding(kind: type[BaseModel], file: str, tree: Tree, detail: ErrorDetails) -> Finding:
    path = _placed(tree.value, detail["loc"])
    message, advice, code = _words(kind, path, detail)
    return Finding(Severity.SAFETY, file, tree.line(*path), message, advice, code)


def _placed(value: Any, steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Leave out of a path what is no step into the document: `[key]`, and names of choices."""
    path: list[str | int] = []
    for i, step in enumerate(steps):
        if _leads_on(value, step):
            value = value[step]
        elif i + 1 < len(steps) or not isinstance(value, Mapping) or step == "[key]":
            continue
        path.append(step)
    return tuple(path)


def _leads_on(value: Any, step: str | int) -> bool:
    if isinstance(value, Mapping):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _words(
    kind: type[BaseModel], path: tuple[str | int, ...], detail: ErrorDetails
) -> tuple[str, str, str]:
    where = _dotted(path)
    error = detail["type"]
    if error == "extra_forbidden":
        known = _known_keys(kind, path[:-1])
        return f"unknown key {cut(path[-1])}", nearest(str(path[-1]), known), "unknown-key"
    if error == "missing":
        return f"the key {cut(path[-1])} is missing", f"add `{path[-1]}:` here", "missing-key"
    if error in _TYPES:
        got = _got(detail["input"])
        return f"{where} should be {_TYPES[error]}, not {got}", _type_advice(error), "wrong-type"
    if error in {"literal_error", "enum"}:
        expected = str((detail.get("ctx") or {}).get("expected", "")).replace("'", "`")
        return f"{where} can not be {_got(detail['input'])}", f"write {expected}", "wrong-value"
    if error == KEPT_AWAY:
        return f"{where} does not say where a secret is kept", detail["msg"], "secret-in-plan"
    said = detail["msg"].removeprefix("Value error, ")
    said = said[:1].lower() + said[1:]
    return f"{where} can not be {_got(detail['input'])}", said, "wrong-value"


def _type_advice(error: str) -> str:
    if error == "bool_type":
        return "write it without quotes; `yes` and `no` are text in YAML 1.2"
    return "see the reference of this file"


def _got(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else cut(value, 60)


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return cut(text or "the file")


def _known_keys(kind: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a model knows at `path`, by walking its annotations."""
    found: Any = kind
    for part in path:
        fields = getattr(found, "model_fields", None)
        if fields is not None:
            by_key = {field.alias or name: field.annotation for name, field in fields.items()}
            found = by_key.get(str(part))
        else:
            found = (get_args(found) or (None,))[-1]
        found = _model_in(found)
    if not hasattr(found, "model_fields"):
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """See through `X | None`, choices and `Annotated`; lists and mappings are the next step's."""
    while get_origin(annotation) in _CHOICES:
        options = [arg for arg in get_args(annotation) if not _is_plain(arg)]
        if get_origin(annotation) is Annotated:
            options = options[:1]
        if len(options) != 1:
            return annotation
        annotation = options[0]
    return annotation


_CHOICES = (Union, UnionType, Annotated)


def _is_plain(annotation: Any) -> bool:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation in {str, int, type(None)}
