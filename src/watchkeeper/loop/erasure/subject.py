"""Which records are about a person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from watchkeeper.errors import RecordInvalid
from watchkeeper.ledger.canonical import canonical_arguments
from watchkeeper.loop.erasure.plans import Plans
from watchkeeper.records.action import DecisionRecord


class Subject:
    """A person, by the value that names them; capitals and Unicode spellings do not matter."""

    def __init__(self, value: str) -> None:
        self._folded = folded(value)

    def named_by(self, said: DecisionRecord, body: Mapping[str, Any], plans: Plans) -> bool:
        """Tell whether a decision is about the person.

        By an argument that the plan of the decision says names a person, or by whom the agent
        acted for. Where the plan does not know the tool, any argument may be the one.
        """
        request = body.get("request", {})
        arguments = request.get("arguments")
        names = plans.subject_arguments(said.plan, said.server, said.tool)
        if names is not None and isinstance(arguments, Mapping):
            arguments = [arguments.get(name) for name in names]
        found = (*_leaves(arguments), *_leaves(request.get("onBehalfOf")))
        return any(folded(leaf) == self._folded for leaf in found)

    def is_in(self, value: Any) -> bool:
        """Tell whether any text of a JSON value holds what names the person."""
        return any(self._folded in folded(leaf) for leaf in _leaves(value))


def folded(text: str) -> str:
    """Return how a name is compared: NFC, whatever its case and the space around it."""
    return unicodedata.normalize("NFC", text).casefold().strip()


def _leaves(value: Any) -> Iterator[str]:
    """Yield every text and number in a JSON value, as text; names of members too."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield _number(value)


def _number(value: float) -> str:
    try:
        return canonical_arguments(value).decode()
    except RecordInvalid:
        return str(value)
