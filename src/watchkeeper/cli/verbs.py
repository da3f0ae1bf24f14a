"""Commands that are imported when they are asked for, so that one verb does not pay for the others.

Importing all of them takes longer than most of them run.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
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
