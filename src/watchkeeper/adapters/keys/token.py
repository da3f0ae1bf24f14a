"""Ed25519 keys in a PKCS #11 token: the private half never leaves it (OASIS PKCS #11 v3.0, 2.3).

Needs `python-pkcs11` (the extra `pkcs11`) and the token's own library.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from watchkeeper.adapters.keys.uri import TokenAccess, TokenUri
from watchkeeper.errors import KeyUnavailable, KeyUnsafe, SettingsInvalid, cut
from watchkeeper.ledger.signature import KEY_BYTES, SIGNATURE_BYTES, keyid_of, verifies

T = TypeVar("T")
_POINT = b"\x04\x20"
"""CKA_EC_POINT of Ed25519 is the raw key as a DER octet string; some tokens leave the DER out."""
_opening = threading.Lock()


class TokenSigner:
    """A key in a token. A session that was lost is opened again, once for each signature."""

    __slots__ = ("_access", "_key", "_keyid", "_lock", "_public", "_session", "_uri")

    def __init__(self, uri: TokenUri, access: TokenAccess) -> None:
        self._uri, self._access = uri, access
        self._lock = threading.Lock()
        self._session: Any = None
        self._key: Any = None
        with _said_plainly(uri):
            self._open()
            self._public = self._read_public()
        self._keyid = keyid_of(self._public)

    def __repr__(self) -> str:
        return f"TokenSigner({self._keyid[:16]}…)"

    @property
    def keyid(self) -> str:
        """SHA-256 of the raw public key, in hex."""
        return self._keyid

    @property
    def public_key(self) -> bytes:
        """The raw Ed25519 public key, 32 bytes."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`, 64 bytes.

        Raises:
            KeyUnavailable: the token can not sign now; nothing was signed.
        """
        with self._lock, _said_plainly(self._uri):
            signature = self._again(lambda: self._sign(message))
        # A token that swapped its key, or is broken, must not write what nobody can verify.
        if len(signature) != SIGNATURE_BYTES or not verifies(self._public, message, signature):
            raise KeyUnavailable(f"the token's signature does not verify: {cut(self._name)}")
        return signature

    def close(self) -> None:
        """Let go of the session."""
        from pkcs11.exceptions import PKCS11Error

        with self._lock, suppress(PKCS11Error):
            if self._session is not None:
                self._session.close()
            self._session = self._key = None

    @property
    def _name(self) -> str:
        return f"{self._uri.token or self._uri.serial}/{self._uri.label or self._uri.id!r}"

    def _sign(self, message: bytes) -> bytes:
        from pkcs11 import Mechanism

        if self._key is None:
            self._open()
        return bytes(self._key.sign(message, mechanism=Mechanism.EDDSA))

    def _again(self, act: Callable[[], T]) -> T:
        """Do it, and once more after a new login: sessions end when a token was unplugged.

        Where there was no session, one attempt is all: wrong PINs lock a token.
        """
        from pkcs11.exceptions import PKCS11Error

        if self._key is None:
            return act()
        try:
            return act()
        except PKCS11Error:
            with suppress(PKCS11Error):
                self._session.close()
            self._session = self._key = None
            return act()

    def _open(self) -> None:
        """Open a session; a token lets one process log in once, whatever it has open there."""
        from pkcs11.exceptions import UserAlreadyLoggedIn

        with _opening:
            token = self._token()
            self._session = token.open()
            self._key = self._find("PRIVATE_KEY")
            if self._key is None:
                pin = self._access.pin(self._uri.pin_source)
                # Where another key of ours has logged in, this one is simply not there.
                with suppress(UserAlreadyLoggedIn):
                    self._session = token.open(user_pin=pin)
                    self._key = self._find("PRIVATE_KEY")
        if self._key is None:
            raise KeyUnavailable(f"no private key {cut(self._name)} in the token")

    def _token(self) -> Any:
        import pkcs11

        module = self._uri.module or self._access.module
        if module is None:
            raise SettingsInvalid(
                "the key is in a token, and its PKCS #11 library is not named",
                "give `module-path=` in the URI, or set WATCHKEEPER_PKCS11_MODULE",
            )
        wanted: dict[str, Any] = {}
        if self._uri.token is not None:
            wanted["token_label"] = self._uri.token
        if self._uri.serial is not None:
            wanted["token_serial"] = self._uri.serial.encode()
        return pkcs11.lib(module).get_token(**wanted)

    def _find(self, kind: str) -> Any:
        from pkcs11 import Attribute, ObjectClass

        wanted: dict[Any, Any] = {Attribute.CLASS: ObjectClass[kind]}
        if self._uri.label is not None:
            wanted[Attribute.LABEL] = self._uri.label
        if self._uri.id is not None:
            wanted[Attribute.ID] = self._uri.id
        found = list(self._session.get_objects(wanted))
        if len(found) > 1:
            raise SettingsInvalid(
                f"several keys are called {cut(self._name)}", "give its `id=` too"
            )
        return found[0] if found else None

    def _read_public(self) -> bytes:
        from pkcs11 import Attribute, KeyType

        key = self._find("PUBLIC_KEY")
        if key is None or self._key.key_type is not KeyType.EC_EDWARDS:
            raise KeyUnsafe(
                f"not an Ed25519 key with its public half: {cut(self._name)}",
                "records and checkpoints are signed with Ed25519 alone",
            )
        point = bytes(key[Attribute.EC_POINT])
        public = point.removeprefix(_POINT) if len(point) > KEY_BYTES else point
        if len(public) != KEY_BYTES:
            raise KeyUnsafe(f"not an Ed25519 key: {cut(self._name)}")
        return public


@contextmanager
def _said_plainly(uri: TokenUri) -> Iterator[None]:
    """Turn what the token's library raises into one of our errors; a PIN is never in it."""
    try:
        from pkcs11.exceptions import NoSuchToken, PKCS11Error
    except ImportError:
        raise SettingsInvalid(
            "keys in tokens need `python-pkcs11`", "install `watchkeeper[pkcs11]`"
        ) from None
    token = cut(uri.token or uri.serial)
    try:
        yield
    except NoSuchToken:
        raise KeyUnavailable(f"there is no token {token}") from None
    except PKCS11Error as error:
        what = type(error).__name__
        raise KeyUnavailable(f"the token {token} does not sign: {what}") from None
    except OSError as error:
        raise KeyUnavailable(f"the library of token {token} can not be loaded: {error}") from None
