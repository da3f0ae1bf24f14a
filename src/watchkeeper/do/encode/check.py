"""Are these arguments what the pinned schema accepts?"""

from __future__ import annotations

from typing import Any, NoReturn

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from watchkeeper.errors import EngineFailed, cut

_SHOWN = 160
_PATH_SHOWN = 120
_TOLD = {
    "type": "has the wrong JSON type",
    "required": "lacks a required member",
    "enum": "is none of the values that it may have",
    "const": "is not the value that it must have",
    "pattern": "does not match the pattern",
    "format": "is not in the format",
    "unevaluatedProperties": "has a member that the schema does not declare",
    "additionalProperties": "has a member that the schema does not declare",
    "minimum": "is below the least value",
    "exclusiveMinimum": "is not above the least value",
    "maximum": "is above the greatest value",
    "exclusiveMaximum": "is not below the greatest value",
    "multipleOf": "is no multiple of the step",
    "minLength": "is too short",
    "maxLength": "is too long",
    "minItems": "has too few elements",
    "maxItems": "has too many elements",
    "uniqueItems": "has an element twice",
    "falseSchema": "may not be there",
    "anyOf": "fits none of the alternatives",
    "oneOf": "does not fit exactly one of the alternatives",
    "not": "is what it must not be",
}


class ArgumentCheck:
    """Checks arguments against one tool's closed schema; made once for a plan.

    Patterns are matched in linear time, formats are asserted, nothing is ever fetched.
    """

    def __init__(self, closed_schema: dict[str, Any]) -> None:
        """Compile the schema.

        Raises:
            EngineFailed: it does not compile, which its release should have found out.
        """
        try:
            self._validator = Draft202012Validator(
                closed_schema,
                validate_formats=True,
                pattern_options=RegexOptions(),
                retriever=_never,
            )
        except ValueError as error:
            raise EngineFailed(
                f"an input schema of the plan does not compile: {cut(error)}",
                "release the plan again with this version",
            ) from None

    def check(self, value: object) -> str | None:
        """Return the path and the reason of the first thing wrong, None if there is nothing.

        The reason names what the schema asks for, never the value that was sent.
        """
        try:
            if self._validator.is_valid(value):
                return None
            error = next(iter(self._validator.iter_errors(value)), None)
        except (ValueError, RecursionError, OverflowError):
            return "arguments: are no JSON that can be checked"
        return "arguments: are not valid" if error is None else _told(error)


def _told(error: ValidationError) -> str:
    path = ".".join(str(part) for part in error.instance_path)
    where = cut(path, _PATH_SHOWN) if path else "arguments"
    kind = error.kind.name
    why = _TOLD.get(kind, f"is against `{kind}`")
    wanted = _wanted(error)
    return f"{where}: {why}{f' {cut(wanted, _SHOWN)}' if wanted else ''}"


def _wanted(error: ValidationError) -> str:
    """Return what the schema says, which is the plan's own text; names of members are shown."""
    kind, said = error.kind.name, error.kind.as_dict()
    if kind in {"unevaluatedProperties", "additionalProperties"}:
        return ", ".join(sorted(str(name) for name in said.get("unexpected", ())))
    keys = {
        "type": "types",
        "required": "property",
        "enum": "options",
        "const": "expected_value",
        "pattern": "pattern",
        "format": "format",
        "multipleOf": "multiple_of",
    }
    value = said.get(keys.get(kind, "limit"))
    return "" if value is None else str(value)


def _never(uri: str) -> NoReturn:
    raise ValueError(f"remote reference {cut(uri)} is never fetched")
