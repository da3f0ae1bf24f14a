"""Is a document valid CycloneDX 1.6, by the validator of the CycloneDX project itself."""

from __future__ import annotations

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

_LONGEST = 300


def why_invalid(text: str) -> str:
    """Return why a document is not valid in strict mode; empty where it is.

    Strict means that no key may stand there that the specification does not know.
    """
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if found is None:
        return ""
    data = getattr(found, "data", None)
    where = "/".join(str(part) for part in getattr(data, "absolute_path", ()))
    message = str(getattr(data, "message", found)).splitlines()[0][:_LONGEST]
    return f"{message} (at {where})" if where else message
