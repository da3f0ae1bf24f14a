"""Single values as Cedar values: exact, or refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Rounded
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any

from watchkeeper.do.encode.outcome import Refusal
from watchkeeper.records.codec import MAX_INTEGER

MAX_DECIMAL = Decimal("922337203685477.5807")
"""The largest Cedar decimal; the smallest is one ten-thousandth below its negative, unused."""
EXACT = Context(prec=4_000, traps=[Inexact, Rounded, Overflow, InvalidOperation])
"""Arithmetic that never rounds: products and sums of doubles need far fewer digits than this, and
a result that would be rounded is trapped."""
_WHOLE = Context(prec=4_000)
_PLACES = 4
_PLAIN_DIGITS = 14
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))",
    re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def text(value: Any, path: str) -> str:
    """Return a text as it is, without any normalisation."""
    if type(value) is not str:
        raise Refusal(path, "is no text")
    return value


def boolean(value: Any, path: str) -> bool:
    """Return true or false as it is."""
    if type(value) is not bool:
        raise Refusal(path, "is neither true nor false")
    return value


def whole(value: Any, path: str) -> int:
    """Return a whole number within +-(2^53-1); 1250.0 and 5e4 are whole."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise Refusal(path, "is no whole number")
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise Refusal(path, "is beyond 2^53-1")
    return value


def exact(value: Any, path: str) -> Decimal:
    """Return the number that the shortest decimal spelling of a double names."""
    if type(value) is float:
        number = Decimal(repr(value))
        if number.is_finite():
            return number
    elif type(value) is int:
        return Decimal(value)
    raise Refusal(path, "is no number")


def decimal(value: Any, path: str) -> str:
    """Return a number as the text of a Cedar decimal, never rounded.

    Refused: more than four decimal places, or beyond +-922337203685477.5807.
    """
    if type(value) is float:
        spelled = repr(value)
        whole_part, dot, places = spelled.partition(".")
        # Nearly every amount: the spelling is a Cedar decimal already. "-0.0" is one to Cedar as
        # well, but would be a second spelling of zero.
        if dot and len(places) <= _PLACES and places.isdigit() and len(whole_part) <= _PLAIN_DIGITS:
            return spelled if value else "0.0"
    return render_decimal(exact(value, path), path)


def render_decimal(number: Decimal, path: str) -> str:
    """Render an exact number as the text of a Cedar decimal."""
    if not -MAX_DECIMAL <= number <= MAX_DECIMAL:
        raise Refusal(path, f"is beyond {MAX_DECIMAL}")
    if not number:
        return "0.0"
    spelled = f"{number:f}"
    if "." not in spelled:
        return f"{spelled}.0"
    spelled = spelled.rstrip("0")
    if spelled.endswith("."):
        return f"{spelled}0"
    if len(spelled) - spelled.index(".") - 1 > _PLACES:
        raise Refusal(path, f"has more than {_PLACES} decimal places")
    return spelled


def scaled(value: Any, path: str, scale: int) -> int:
    """Return value x 10^scale as a whole number within +-(2^53-1)."""
    number = exact(value, path)
    if abs(number) > MAX_INTEGER:
        raise Refusal(path, f"is beyond 2^53-1 times 10^-{scale}")
    big = number.scaleb(scale, EXACT)
    if big != big.to_integral_value(context=_WHOLE):
        raise Refusal(path, f"has more than {scale} decimal places")
    if abs(big) > MAX_INTEGER:
        raise Refusal(path, f"is beyond 2^53-1 times 10^-{scale}")
    return int(big)


def moment(value: Any, path: str) -> str:
    """Return a time with offset as UTC with milliseconds, rounded down (RFC 3339, 5.6).

    Refused: no offset, a leap second, digits that are not ASCII, a year outside 1 to 9999.
    """
    found = _TIME.fullmatch(value) if type(value) is str else None
    if found is None:
        raise Refusal(path, "is no time with an offset (RFC 3339)")
    day, clock, fraction, sign, hours, minutes = found.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)
        if sign is not None:
            local -= _offset(sign, int(hours), int(minutes))
    except (ValueError, OverflowError):
        raise Refusal(path, "is a time that does not exist") from None
    millis = ((fraction or "") + "000")[:3]
    return f"{local:%Y-%m-%dT%H:%M:%S}.{millis}Z".rjust(24, "0")


def _offset(sign: str, hours: int, minutes: int) -> timedelta:
    if hours > 23 or minutes > 59:
        raise ValueError
    return timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)


def day(value: Any, path: str) -> str:
    """Return a date as its first moment in UTC."""
    if type(value) is str and _DATE.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return f"{value}T00:00:00.000Z"
    raise Refusal(path, "is no date that exists (RFC 3339)")


def address(value: Any, path: str) -> str:
    """Return an IP address in its one spelling.

    Refused: a zone, and an IPv4 address dressed as IPv6, which no IPv4 range would contain.
    """
    if type(value) is not str:
        raise Refusal(path, "is no IP address")
    try:
        if ":" not in value:
            return str(IPv4Address(value))
        six = IPv6Address(value)
    except AddressValueError:
        raise Refusal(path, "is no IP address") from None
    if six.scope_id is not None or six.ipv4_mapped is not None:
        raise Refusal(path, "is an IPv6 address with a zone or with an IPv4 address in it")
    return str(six)


def parse_decimal(value: Any, path: str) -> Decimal:
    """Return the exact number of a fact, which may also be a decimal as text (`12.50`)."""
    if type(value) is str and _NUMBER.fullmatch(value):
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    return exact(value, path)


_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
