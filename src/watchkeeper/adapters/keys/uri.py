"""Where a key lives, as a URI: `file:` (a PEM file) or `pkcs11:` (RFC 7512, a key in a token)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from watchkeeper.errors import KeyUnsafe, SettingsInvalid, cut

_PATH = frozenset({"token", "serial", "object", "id", "type"})
_QUERY = frozenset({"module-path", "pin-source"})


def no_pin(_: str | None) -> str:
    """Say that no PIN was given.

    Raises:
        SettingsInvalid: always.
    """
    raise SettingsInvalid(
        "the key is in a token, and no PIN was given",
        "set WATCHKEEPER_PKCS11_PIN_FILE, or WATCHKEEPER_PKCS11_PIN",
    )


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """How tokens are reached: the PKCS #11 library, unless the URI names one, and the PIN.

    `pin` is asked at each login, with the URI's `pin-source` if it has one; nothing is kept.
    """

    module: str | None = None
    pin: Callable[[str | None], str] = no_pin


@dataclass(frozen=True, slots=True)
class TokenUri:
    """A `pkcs11:` URI that names one Ed25519 key: at least its token and its label or id."""

    token: str | None
    serial: str | None
    label: str | None
    id: bytes | None
    module: str | None
    pin_source: str | None


def parse_token_uri(uri: str) -> TokenUri:
    """Parse a PKCS #11 URI (RFC 7512); what is not understood is refused.

    Raises:
        KeyUnsafe: a PIN stands in it.
        SettingsInvalid: malformed, or it names no key.
    """
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    if "pin-value" in query:
        # Never shown: it would put the PIN into the message.
        raise KeyUnsafe(
            "a PIN stands in the URI of a key", "use `pin-source=file:…` or the settings"
        )
    named, asked = _attributes(path, ";", _PATH), _attributes(query, "&", _QUERY)
    if named.get("type", b"private") != b"private":
        raise SettingsInvalid(f"not the URI of a private key: {cut(uri)}")
    found = TokenUri(
        token=_text(named, "token"),
        serial=_text(named, "serial"),
        label=_text(named, "object"),
        id=named.get("id"),
        module=_text(asked, "module-path"),
        pin_source=_text(asked, "pin-source"),
    )
    if not (found.token or found.serial) or not (found.label or found.id):
        raise SettingsInvalid(
            f"it does not name one key: {cut(uri)}", "as in `pkcs11:token=NAME;object=LABEL`"
        )
    return found


def _attributes(text: str, between: str, known: frozenset[str]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for part in text.split(between) if text else ():
        name, equals, value = part.partition("=")
        if not equals or name in found or name not in known:
            raise SettingsInvalid(f"an attribute that is not understood: {cut(name)}")
        found[name] = unquote(value, encoding="latin-1").encode("latin-1")
    return found


def _text(named: Mapping[str, bytes], name: str) -> str | None:
    value = named.get(name)
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        raise SettingsInvalid(f"not UTF-8: the attribute {cut(name)}") from None
