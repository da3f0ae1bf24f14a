"""Opening a key where it lives."""

from __future__ import annotations

from pathlib import Path

from watchkeeper.adapters.keys.files import load_key
from watchkeeper.adapters.keys.token import TokenSigner
from watchkeeper.adapters.keys.uri import TokenAccess, parse_token_uri
from watchkeeper.errors import SettingsInvalid, cut
from watchkeeper.ports import Signer


def open_signer(uri: str, folder: Path, access: TokenAccess) -> Signer:
    """Open the key that a URI names; a relative `file:` is looked for in `folder`.

    Raises:
        SettingsInvalid: not a URI of a kind that is offered.
        KeyUnsafe: no such file, or one that others may read, or not an Ed25519 key.
        KeyUnavailable: the token is not there, or does not let us in.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == "file" and rest:
        return load_key(folder / rest)
    if scheme == "pkcs11":
        return TokenSigner(parse_token_uri(uri), access)
    raise SettingsInvalid(f"not where a key can live: {cut(uri)}", "use `file:` or `pkcs11:`")
