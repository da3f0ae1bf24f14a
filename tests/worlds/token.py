"""A real PKCS #11 token in a folder of the test: SoftHSM, with Ed25519 keys made inside of it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import needs

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711-keep"
_CURVE = b"\x13\x0cedwards25519"
"""The curve's name as CKA_EC_PARAMS holds it (PKCS #11 v3.0, 2.3.5): a PrintableString."""


@dataclass
class Token:
    """One token. `pin` is a file that only its owner may read."""

    label: str
    pin: Path

    def uri(self, label: str, **more: str) -> str:
        query = "".join(f"&{name}={value}" for name, value in more.items())
        return f"pkcs11:token={self.label};object={label}?module-path={LIBRARY}{query}"

    def make_key(self, label: str, identity: bytes = b"\x01") -> None:
        import pkcs11
        from pkcs11 import Attribute, KeyType, Mechanism

        with self._token().open(rw=True, user_pin=PIN) as session:
            curve = session.create_domain_parameters(
                KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _CURVE}, local=True
            )
            curve.generate_keypair(
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label, id=identity
            )
        assert pkcs11.lib(LIBRARY).initialized

    def make_ecdsa_key(self, label: str) -> None:
        from pkcs11 import Attribute, KeyType
        from pkcs11.util.ec import encode_named_curve_parameters

        with self._token().open(rw=True, user_pin=PIN) as session:
            params = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            curve = session.create_domain_parameters(KeyType.EC, params, local=True)
            curve.generate_keypair(store=True, label=label, id=b"\x09")

    def _token(self) -> Any:
        import pkcs11

        return pkcs11.lib(LIBRARY).get_token(token_label=self.label)


def make_token(folder: Path, patch: pytest.MonkeyPatch, label: str = "desk") -> Token:
    """Make a token; the library finds it by `SOFTHSM2_CONF`, in processes of ours too."""
    util = needs.program("softhsm2-util")
    needs.file(LIBRARY)
    needs.module("pkcs11")
    (folder / "tokens").mkdir(parents=True)
    conf, pin = folder / "softhsm2.conf", folder / "pin"
    conf.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
        "log.level = ERROR\n"
    )
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    patch.setenv("SOFTHSM2_CONF", str(conf))
    patch.setenv("WATCHKEEPER_PKCS11_PIN_FILE", str(pin))
    command = [util, "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "8888"]
    subprocess.run(command, check=True, capture_output=True)
    _read_again()
    return Token(label, pin)


def _read_again() -> None:
    """Make a library that is loaded already look at the tokens of this test."""
    import pkcs11

    pkcs11.lib(LIBRARY).reinitialize()
