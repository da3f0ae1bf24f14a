"""Which keys of a record can hold parts of their own: only those are walked."""

from __future__ import annotations

import functools
from typing import Any, get_args

from pydantic import BaseModel


@functools.cache
def keys_with_parts(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return of each key that a part can stand below: its name here, and its name in a file."""
    fields = model.model_fields.items()
    return tuple((key, field.alias or key) for key, field in fields if _holds(field.annotation))


def _holds(annotation: Any) -> bool:
    """Say whether a value of this type can be a part, or have one in it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_holds(inner) for inner in get_args(annotation))
