"""Python functions as tools: their definitions, and their arguments bound by signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.ledger.plan_bundle import tool_pin

_UNBOUND = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


@dataclass(frozen=True, slots=True)
class GuardedFunction:
    """A function behind the guard, and the definition that is pinned for it."""

    name: str
    function: Callable[..., Any]
    signature: inspect.Signature
    definition: Mapping[str, Any]
    pin: str

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Name every argument, positional ones and defaults included, so that policy sees it.

        Raises:
            TypeError: the call does not fit the signature, as Python itself would say.
        """
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    def call(self, arguments: Mapping[str, Any]) -> Any:
        """Call the function with exactly the arguments that were decided."""
        positional, named = [], {}
        for name, parameter in self.signature.parameters.items():
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                positional.append(arguments[name])
            else:
                named[name] = arguments[name]
        return self.function(*positional, **named)


def guarded_function(function: Callable[..., Any], name: str) -> GuardedFunction:
    """Describe a function as a tool, from its signature and docstring.

    Raises:
        SettingsInvalid: it takes `*args` or `**kwargs`, or a type that has no JSON Schema.
    """
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.kind in _UNBOUND:
            raise SettingsInvalid(
                f"{cut(function)} takes any arguments: {cut(parameter)}",
                "name each argument, so that a policy can look at it",
            )
    try:
        schema = TypeAdapter(cast("type", function)).json_schema()
    except PydanticUserError as error:
        raise SettingsInvalid(
            f"the arguments of {cut(name)} have no JSON Schema: {error.message}",
            "give each argument a type that JSON has",
        ) from None
    definition = {
        "name": name,
        "description": inspect.getdoc(function) or "",
        "inputSchema": schema,
    }
    return GuardedFunction(name, function, signature, definition, tool_pin(definition))
