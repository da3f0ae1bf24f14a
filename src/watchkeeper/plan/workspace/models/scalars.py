"""The small values of workspace files: ids, durations, limits, times, and where a secret is."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from watchkeeper.records.standing import LONGEST_STANDING

ID_PATTERN = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"
_ID = re.compile(ID_PATTERN)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d|w)")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,4})?")
_SOURCE = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+|text:.*)", re.DOTALL)
_KEPT_AWAY = re.compile(r"(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9:]{5})"
)
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_CONSOLE = re.compile(
    rf"(?:https://|http://(?=localhost(?::|$)))(?P<host>{_HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?"
)
CALENDARS = ("day", "week", "month")
KEPT_AWAY = "kept_away"
"""The kind of error of a secret that stands in the workspace itself."""
_ISSUER = re.compile(
    r"(?:https://[a-z0-9.-]+|http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::[1-9][0-9]{0,4})?"
    r"(?:/[A-Za-z0-9._~:@!$&'()*+,;=%/-]*)?"
)
_MAX_SECONDS = 10 * 366 * 86_400


class Part(BaseModel):
    """A piece of a workspace file: strict, frozen, and no key that we do not know."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


def check_id(text: str) -> str:
    """Return `text` if it can name something: a-z, 0-9 and hyphens, at most 63."""
    if not _ID.fullmatch(text):
        raise ValueError("an id has small letters a-z, digits and hyphens only, at most 63 of them")
    return text


def parse_duration(value: Any) -> int:
    """Return the seconds of a duration such as `90s`, `10m`, `4h`, `7d` or `2w`."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) * _UNITS[found[2]] > _MAX_SECONDS:
        raise ValueError("a duration is a whole number and a unit, like `90s`, `10m`, `4h` or `7d`")
    return int(found[1]) * _UNITS[found[2]]


def parse_ahead(value: Any) -> int:
    """Return the seconds for which one may approve ahead: seven days at most."""
    seconds = parse_duration(value)
    if seconds > LONGEST_STANDING:
        raise ValueError("nobody approves ahead for longer than `7d`")
    return seconds


def parse_window(value: Any) -> int | str:
    """Return the seconds of a rolling window, or `day`, `week` or `month` as it is."""
    return value if value in CALENDARS else parse_duration(value)


def decimal_text(value: Any) -> str:
    """Return a number as Cedar's decimal writes it: up to four places, and at least one."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not _DECIMAL.fullmatch(text) or abs(Decimal(text)) >= Decimal(900_000_000_000_000):
        raise ValueError("a limit is a plain number with at most four decimals, like `200.00`")
    return text


def moment_text(value: Any) -> str:
    """Return a date, or a time with its offset, as RFC 3339 in UTC with `Z`, whole seconds.

    A date means its first moment in UTC.
    """
    if isinstance(value, str) and _DATE.fullmatch(value):
        return f"{date.fromisoformat(value).isoformat()}T00:00:00Z"
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise ValueError("a time is a date like `2027-06-30`, or like `2027-06-30T18:00:00Z`")


def check_day(value: Any) -> str:
    """Return a calendar day as written, `2027-06-30`."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return date.fromisoformat(value).isoformat()
    raise ValueError("a day is written like `2027-06-30`")


def check_source(text: str) -> str:
    """Return where a value is read from, if it says so."""
    if not _SOURCE.fullmatch(text):
        raise ValueError("say where the value is: `env:NAME`, `file:PATH` or `text:VALUE`")
    return text


def check_kept_away(text: str) -> str:
    """Return where a secret is read from, if it does not stand there itself."""
    if not _KEPT_AWAY.fullmatch(text):
        # Never shown again: who wrote the secret itself here has it in the report otherwise.
        raise PydanticCustomError(KEPT_AWAY, "say where it is kept: `env:NAME` or `file:PATH`")
    return text


def check_issuer(text: str) -> str:
    """Return the issuer of a provider: an https URL, or http on this machine for a trial."""
    if not _ISSUER.fullmatch(text):
        raise ValueError("an issuer is an `https://` URL, spelt exactly as the provider spells it")
    return text


def parse_after(value: Any) -> int:
    """Return the seconds of a duration, which may be none: `0s`."""
    return 0 if value == "0s" else parse_duration(value)


def check_key(text: str) -> str:
    """Return a raw Ed25519 public key in base64 (32 bytes)."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32 or base64.b64encode(raw).decode() != text:
        raise ValueError("a key is a raw Ed25519 public key in base64, 44 characters")
    return text


def check_console(text: str) -> str:
    """Return the URL of a console as browsers spell its origin, without a path.

    A passkey is made for a domain, never for an address (WebAuthn level 3, 5.1.3), and browsers
    make one only on a page that came by https, or from `localhost`.
    """
    found = _CONSOLE.fullmatch(text)
    host, port = (found["host"], found["port"]) if found else ("", "")
    usual = {"https": "443", "http": "80"}.get(text.partition(":")[0])
    numeric = host.rpartition(".")[2].isdigit()
    if found is None or numeric or port == usual or (port and int(port) > 65535):
        raise ValueError(
            "a console's address is like `https://watch.example` or `http://localhost:8932`: "
            "small letters, a name and no path"
        )
    return text


def check_text(text: str) -> str:
    """Return text that says something."""
    if not text.strip():
        raise ValueError("write something here")
    return text.strip()


Id = Annotated[str, AfterValidator(check_id), Field(json_schema_extra={"pattern": ID_PATTERN})]
Text = Annotated[str, AfterValidator(check_text), Field(json_schema_extra={"minLength": 1})]
Seconds = Annotated[
    int,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,8}[smhdw]$"}),
]
Window = Annotated[
    int | Literal["day", "week", "month"],
    BeforeValidator(parse_window),
    WithJsonSchema({"type": "string", "pattern": r"^([1-9][0-9]{0,8}[smhdw]|day|week|month)$"}),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="as ISO 4217 has it: `EUR`")]
Ahead = Annotated[
    int,
    BeforeValidator(parse_ahead),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,8}[smhdw]$"}),
]
Limit = Annotated[
    str,
    BeforeValidator(decimal_text),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]
Moment = Annotated[str, BeforeValidator(moment_text)]
Day = Annotated[str, BeforeValidator(check_day)]
Source = Annotated[str, AfterValidator(check_source)]
After = Annotated[
    int,
    BeforeValidator(parse_after),
    WithJsonSchema({"type": "string", "pattern": r"^(0s|[1-9][0-9]{0,8}[smhdw])$"}),
]
KeptAway = Annotated[str, AfterValidator(check_kept_away)]
Issuer = Annotated[str, AfterValidator(check_issuer)]
Credential = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,1364}$")]
"""A credential's id in base64url without padding: at most 1,023 bytes (WebAuthn level 3, 4)."""
ConsoleUrl = Annotated[str, AfterValidator(check_console)]
PublicKey = Annotated[str, AfterValidator(check_key)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
