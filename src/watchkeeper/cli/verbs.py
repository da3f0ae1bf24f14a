"""Commands that are imported when they are asked for, so that one verb does not pay for the others.

Importing all of them takes longer than most of them run. So a list of them is not made of what they
are once imported: the first sentence of each is read from its source.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


def group(name: str, purpose: str, commands: Mapping[str, str]) -> typer.Typer:
    """Return the group `name` of `commands`: each name with its place, `module:function`.

    A place may also name a `typer.Typer`: then it is a group of its own.
    """
    return typer.Typer(
        name=name,
        help=purpose,
        cls=of(commands),
        callback=_nothing,
        no_args_is_help=True,
        rich_markup_mode=None,
    )


def of(commands: Mapping[str, str]) -> type[TyperGroup]:
    """Return the class of a group that imports each of `commands` when it is used or listed."""
    return type("Verbs", (_Verbs,), {"places": dict(commands)})


def _nothing() -> None:
    """Do nothing: a group with a callback is a group before any command is imported."""


class _Verbs(TyperGroup):
    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Imported(self.places)  # type: ignore[assignment]  # only read from

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in their order; not one command is imported for that."""
        del ctx
        return list(self.places)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands with the first sentence of each."""
        width = formatter.width - 6 - max(map(len, self.places))
        names = self.list_commands(ctx)
        rows = [(name, _listed(self.places[name]).get_short_help_str(width)) for name in names]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class _Imported(Mapping[str, Any]):
    """Names and commands: the names are there, a command is imported when it is looked up."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)

    def __getitem__(self, name: str) -> Any:
        return _command(name, self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _listed(place: str) -> Any:
    """Return a command as far as a list needs it: with its help, and without importing it."""
    text = _read(place)
    return _command("", place) if text is None else TyperCommand("", help=_laid_out(text))


def _read(place: str) -> str | None:
    """Return a function's docstring from its source; None of a group, and where there is none."""
    module, attribute = place.split(":")
    spec = find_spec(module)
    if spec is None or not str(spec.origin).endswith(".py"):
        return None
    parsed = ast.parse(Path(str(spec.origin)).read_bytes())
    found = (one for one in parsed.body if isinstance(one, ast.FunctionDef))
    return next((ast.get_docstring(one) for one in found if one.name == attribute), None)


def _command(name: str, place: str) -> Any:
    module, attribute = place.split(":")
    found: typer.Typer | Callable[..., Any] = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return get_group(found)
    return get_command(_alone(name, found))


def _alone(name: str, function: Callable[..., Any]) -> typer.Typer:
    alone = typer.Typer(name=name, add_completion=False, rich_markup_mode=None)
    alone.command(name, help=_laid_out(inspect.getdoc(function) or ""))(function)
    return alone


def _laid_out(text: str) -> str:
    """Return a help text whose examples keep their lines: click joins the lines of a paragraph."""
    return re.sub(r"\n(Examples?:\n)", "\n\b\n\\1", text)
