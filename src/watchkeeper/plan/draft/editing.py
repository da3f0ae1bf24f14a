"""YAML files changed in place: comments, order and quotes of a person stay."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from watchkeeper.errors import PlanUnreadable, cut
from watchkeeper.plan.draft.writing.fresh import write_fresh
from watchkeeper.plan.workspace.yaml_tree import OneAnchorEach, YamlRefused, parse_yaml


def read_editable(text: str, name: str) -> CommentedMap:
    """Parse a YAML mapping so that it can be changed and written back.

    It is read with bounds first: what keeps comments is slow where somebody nests deeply.

    Raises:
        PlanUnreadable: not YAML that we take, or no mapping.
    """
    try:
        parse_yaml(text)
    except YamlRefused as error:
        raise PlanUnreadable(f"{cut(name)}:{error.line}: {error.message}", error.advice) from None
    try:
        value = _yaml().load(text)
    except (YAMLError, RecursionError, ValueError, AttributeError) as error:
        first = str(error).splitlines()[0] if str(error) else "it does not parse"
        raise PlanUnreadable(
            f"{cut(name)} is not YAML: {first}", "run `watchkeeper plan lint`"
        ) from None
    if not isinstance(value, CommentedMap):
        raise PlanUnreadable(f"{cut(name)} is no mapping", "run `watchkeeper plan lint`")
    return value


def render_editable(value: Any) -> str:
    """Render what `read_editable` returned, changed or not."""
    out = io.StringIO()
    _yaml().dump(value, out)
    return out.getvalue()


def change_values(value: Any, changed: Callable[[Any], Any]) -> None:
    """Put `changed(item)` in the place of every item of a parsed file, the outer ones first."""
    places: Any = ()
    if isinstance(value, dict):
        places = list(value)
    elif isinstance(value, list):
        places = range(len(value))
    for place in places:
        value[place] = changed(value[place])
        change_values(value[place], changed)


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file as a whole, so that nobody reads half of it."""
    write_wholes({path: content})


def write_wholes(contents: Mapping[Path, str | bytes]) -> None:
    """Replace files as wholes, once all of them are written beside their places.

    Where one can not be written beside its place, none is replaced; where one can then not be put
    there, those before it are. `write_together` replaces the files of a workspace all or none. A
    file that is a link is replaced itself, and what it leads to stays.

    Raises:
        OSError: a disk that is full, a folder that is no folder.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            temporary = path.with_name(f".{path.name}.new")
            waiting[temporary] = path
            write_fresh(temporary, content.encode() if isinstance(content, str) else content)
        for temporary, path in waiting.items():
            os.replace(temporary, path)  # noqa: PTH105 - the same call, by its usual name
    except OSError:
        for temporary in waiting:
            with suppress(OSError):
                temporary.unlink()
        raise


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Composer = OneAnchorEach
    yaml.preserve_quotes = True
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
