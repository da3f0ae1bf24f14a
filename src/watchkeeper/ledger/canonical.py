"""One form for one value: canonical JSON, and strict reading of JSON.

Records are JSON without floats, with integers within +-(2^53-1) and ASCII keys. On that domain
`orjson` with sorted keys, the standard library and RFC 8785 (JCS) give the same bytes, which a
property test holds together; so records verify with the standard library alone. User arguments
may hold floats and any key; they are rendered by RFC 8785 (evidence format, 1).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Callable
from typing import Any

from watchkeeper.errors import RecordInvalid, cut
from watchkeeper.records.codec import MAX_INTEGER, Json

MAX_DEPTH = 32
"""How deep user values may nest (decision semantics, 1)."""
MAX_RECORD_DEPTH = 200
"""How deep records and plans may nest: a compiled policy nests deeper than a user's value."""
MAX_ARGUMENT_BYTES = 65_536
_RESERVED = frozenset({"__entity", "__extn"})
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def _stdlib_dumps(value: Any) -> bytes:
    return _ENCODER.encode(value).encode()


def _fast_dumps() -> Callable[[Any], bytes]:
    """Return `orjson` with sorted keys, or the standard library where it is not installed."""
    try:
        import orjson
    except ImportError:
        return _stdlib_dumps
    options = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

    def dumps(value: Any) -> bytes:
        return orjson.dumps(value, option=options)

    return dumps


def _fast_loads() -> Callable[[bytes], Any]:
    try:
        import orjson
    except ImportError:
        return json.loads
    return orjson.loads


_dumps = _fast_dumps()
_loads = _fast_loads()


def sha256_hex(data: bytes) -> str:
    """Return SHA-256 of `data` in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Json) -> bytes:
    """Render a record's JSON value: the same value always gives the same bytes.

    Raises:
        RecordInvalid: a float, an integer beyond 2^53-1, a key that is not ASCII, a lone
            surrogate, nesting deeper than 200, or something that is no JSON value.
    """
    _check_record(value, MAX_RECORD_DEPTH)
    return _render(value)


def render_checked(value: Json) -> bytes:
    """Render what `records.codec.to_json` made, as `canonical` does, without a second look at it.

    What that leaves open is a key that is not ASCII, which only bytes that are not can hold.

    Raises:
        RecordInvalid: as `canonical`.
    """
    out = _render(value)
    return out if out.isascii() else canonical(value)


def parse_canonical(raw: bytes) -> Json:
    """Parse what `canonical` wrote, and refuse every other spelling of it.

    Rendering it again must give the same bytes, which rules out duplicate keys, white space,
    other escapes and other orders at once.

    Raises:
        RecordInvalid: not JSON, outside the domain of records, or not in canonical form.
    """
    try:
        value = _loads(raw)
    except (ValueError, RecursionError):
        raise RecordInvalid(f"not JSON: {cut(raw)}") from None
    if canonical(value) != raw:
        raise RecordInvalid(f"JSON that is not in canonical form: {cut(raw)}")
    return value


_PLAIN_FROM, _PLAIN_TO = 1e-4, 1e15


def canonical_arguments(value: Any) -> bytes:
    """Render a user's JSON value by RFC 8785, floats and any keys included.

    Raises:
        RecordInvalid: NaN, an infinity, an integer beyond 2^53-1, a lone surrogate, or something
            that is no JSON value.
    """
    try:
        return _render(_with_plain_numbers(value, MAX_RECORD_DEPTH))
    except _NotPlainError:
        pass
    try:
        return _jcs()(value)
    except (ValueError, TypeError, RecursionError, AttributeError) as error:
        raise RecordInvalid(f"no canonical form: {cut(error)}") from None


def _jcs() -> Callable[[Any], bytes]:
    """Return `rfc8785`, or our own rendering where it is not installed: the verifier alone."""
    try:
        import rfc8785
    except ImportError:
        from watchkeeper.ledger.jcs import render_jcs

        return render_jcs
    return rfc8785.dumps


def check_arguments(value: Any) -> bytes:
    """Return a user's value in canonical form, refusing what no request may hold.

    Refused (decision semantics, 1): NaN and infinities, numbers without fraction beyond
    +-(2^53-1), lone surrogates in keys and values, nesting deeper than 32, more than 65,536
    canonical bytes, and the keys `__entity` and `__extn` anywhere, which Cedar would interpret.

    Raises:
        RecordInvalid: naming the first thing that is refused.
    """
    _check_user(value, MAX_DEPTH)
    out = canonical_arguments(value)
    if len(out) > MAX_ARGUMENT_BYTES:
        raise RecordInvalid(f"{len(out)} bytes of arguments, where {MAX_ARGUMENT_BYTES} may be")
    return out


def parse_json(raw: bytes | str, *, max_bytes: int = 1 << 20, max_depth: int = MAX_DEPTH) -> Any:
    """Parse JSON strictly: no duplicate keys, NaN, infinities or lone surrogates.

    Raises:
        RecordInvalid: not UTF-8, not JSON, larger than `max_bytes`, deeper than `max_depth`.
    """
    data = _utf8(raw)
    if len(data) > max_bytes:
        raise RecordInvalid(f"{len(data)} bytes of JSON, where {max_bytes} may be")
    try:
        # As text: from bytes, the standard library would guess UTF-16 and skip a byte order mark.
        value = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecordInvalid:
        raise
    except (ValueError, RecursionError) as error:
        raise RecordInvalid(f"not JSON ({error}): {cut(raw)}") from None
    _check_parsed(value, max_depth)
    return value


def render_json(value: Any) -> bytes:
    """Render any JSON value, floats kept as they are; keys sorted, but not canonical.

    Raises:
        RecordInvalid: NaN, an infinity, a lone surrogate, or something that is no JSON value.
    """
    out = _render(value)
    if b"null" in out:  # orjson writes NaN as null
        _refuse_nan(value)
    return out


def _refuse_nan(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        for item in value.values():
            _refuse_nan(item)
    elif kind is list or kind is tuple:
        for item in value:
            _refuse_nan(item)
    elif isinstance(value, float) and not math.isfinite(value):
        raise RecordInvalid("a number too large, or NaN")


def parse_json_unverified(raw: bytes) -> Any:
    """Parse JSON that we wrote ourselves, without the checks of `parse_json`.

    Raises:
        RecordInvalid: not JSON.
    """
    try:
        return _loads(raw)
    except (ValueError, RecursionError):
        raise RecordInvalid(f"not JSON: {cut(raw)}") from None


def keyed_digest(secret: bytes, data: bytes) -> str:
    """Return HMAC-SHA-256 of `data` under a secret, in hex."""
    return hmac.digest(secret, data, "sha256").hex()


def hidden_digest(salt: bytes, value: Any) -> str:
    """Return HMAC-SHA-256 of the canonical value under `salt`, in hex (evidence format, 1)."""
    return hmac.digest(salt, canonical_arguments(value), "sha256").hex()


def _render(value: Any) -> bytes:
    try:
        return _dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordInvalid(f"no JSON value ({error}): {cut(value)}") from None


def _utf8(raw: bytes | str) -> bytes:
    try:
        if isinstance(raw, str):
            return raw.encode()
        raw.decode()
    except UnicodeError:
        raise RecordInvalid(f"not UTF-8: {cut(raw)}") from None
    return raw


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise RecordInvalid(f"the same key twice in one object: {cut(key)}")
            seen.add(key)
    return out


def _no_constant(text: str) -> Any:
    raise RecordInvalid(f"not a JSON number: {cut(text)}")


def _check_record(value: Any, depth: int) -> None:
    """Walk a record's value; strings are left to the renderer, which refuses surrogates."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise RecordInvalid(f"integer beyond 2^53-1: {cut(value)}")
    elif kind is dict or kind is list or kind is tuple:
        if depth == 0:
            raise RecordInvalid(f"nested deeper than {MAX_RECORD_DEPTH}")
        _check_record_members(value, depth - 1)
    elif not isinstance(value, str):
        raise RecordInvalid(f"not a value that a record may hold: {cut(value)}")


def _check_record_members(value: Any, depth: int) -> None:
    if type(value) is dict:
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise RecordInvalid(f"key that is not ASCII: {cut(key)}")
            if type(item) is not str:
                _check_record(item, depth)
    else:
        for item in value:
            _check_record(item, depth)


class _NotPlainError(Exception):
    """The quick renderer would not write this value as RFC 8785 does."""


def _with_plain_numbers(value: Any, depth: int) -> Any:
    """Return a value that the quick renderer writes as RFC 8785 does.

    Between 1e-4 and 1e15 both write a float as the shortest decimal without exponent, except that
    RFC 8785 writes a whole one as an integer; outside, and for keys that are not ASCII, they
    differ.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    if kind is float:
        return _plain_float(value)
    if depth and kind is dict and all(type(key) is str and key.isascii() for key in value):
        return {key: _with_plain_numbers(item, depth - 1) for key, item in value.items()}
    if depth and (kind is list or kind is tuple):
        return [_with_plain_numbers(item, depth - 1) for item in value]
    raise _NotPlainError


def _plain_float(value: float) -> float:
    if value.is_integer() and -MAX_INTEGER <= value <= MAX_INTEGER:
        return int(value)
    if _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        return value
    raise _NotPlainError


def _check_parsed(value: Any, depth: int) -> None:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RecordInvalid("a number too large, or NaN")
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list | tuple):
        if depth == 0:
            raise RecordInvalid("nested deeper than may be")
        for item in value.values() if isinstance(value, dict) else value:
            _check_parsed(item, depth - 1)
        if isinstance(value, dict):
            for key in value:
                _check_text(key)


def _check_text(text: Any) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RecordInvalid("a lone surrogate, which is no Unicode text") from None
    except AttributeError:
        raise RecordInvalid(f"a key that is no text: {cut(text)}") from None


def _check_user(value: Any, depth: int) -> None:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int | float):
        _check_number(value)
    elif isinstance(value, dict | list | tuple):
        if depth == 0:
            raise RecordInvalid(f"nested deeper than {MAX_DEPTH}")
        if isinstance(value, dict):
            _check_keys(value)
        for item in value.values() if isinstance(value, dict) else value:
            _check_user(item, depth - 1)
    else:
        raise RecordInvalid(f"not a JSON value: {cut(value)}")


def _check_keys(value: dict[Any, Any]) -> None:
    for key in value:
        _check_text(key)
        if key in _RESERVED:
            raise RecordInvalid(f"a key that policy engines interpret: {cut(key)}")


def _check_number(value: float) -> None:
    # A float beyond 2^53 has no fraction: it would be sent on as such an integer. The comparison
    # is written so that NaN fails it too.
    if not abs(value) <= MAX_INTEGER:
        raise RecordInvalid(f"a number beyond 2^53-1, or none: {cut(value)}")
