"""Signed notes, checkpoints and cosignatures for the vectors, straight from the specifications."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vectors_tree import Tree

ORIGIN = "vectors.example/watchkeeper/0"
TIME = 1_795_000_000
ED25519, COSIGNATURE = 1, 4


class Key:
    """A key that anybody can make again: its seed is SHA-256 of its name."""

    def __init__(self, name: str, kind: int = ED25519, seed: str | None = None) -> None:
        self.name, self.kind = name, kind
        self.seed = hashlib.sha256((seed or name).encode()).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def blob(self) -> bytes:
        """The type and the public key."""
        return bytes([self.kind]) + self._private.public_key().public_bytes_raw()

    @property
    def keyid(self) -> bytes:
        """The four bytes before each signature (C2SP signed-note)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.blob).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key."""
        return f"{self.name}+{self.keyid.hex()}+{b64(self.blob)}"

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message (RFC 8032)."""
        return self._private.sign(message)

    def line(self, text: str, time: int = TIME) -> str:
        """Return this key's signature line under a note's text."""
        message, head = text.encode(), b""
        if self.kind == COSIGNATURE:
            message = b"cosignature/v1\ntime %d\n" % time + message
            head = time.to_bytes(8, "big")
        return self.line_of(head + self._private.sign(message))

    def line_of(self, blob: bytes) -> str:
        """Return a signature line that holds these bytes."""
        return f"\u2014 {self.name} {b64(self.keyid + blob)}\n"


LOG = Key(ORIGIN)
STRANGER = Key("stranger.example/key")
WITNESSES = tuple(Key(f"witness.example/{one}", COSIGNATURE) for one in "abc")


def b64(raw: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(raw).decode()


def text_of(tree: Tree, size: int, origin: str = ORIGIN) -> str:
    """Return the text of a checkpoint (C2SP tlog-checkpoint)."""
    return f"{origin}\n{size}\n{b64(tree.root(0, size))}\n"


def note_of(text: str, *lines: str) -> str:
    """Return a note of a text and its signature lines."""
    return f"{text}\n{''.join(lines)}"


def checkpoint(tree: Tree, size: int, *more: str) -> str:
    """Return the log's signed checkpoint over `size` entries; `more` are lines after its own."""
    text = text_of(tree, size)
    return note_of(text, LOG.line(text), *more)
