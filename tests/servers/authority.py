"""A time stamping authority on this machine: openssl signs, a small server answers (RFC 3161).

`how` says what it does instead of answering as it should; see `HOWS`.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOWS: Final = ("well", "garbage", "huge", "html", "redirect", "reject", "hang", "other", "replay")
_CONFIG = """
[tsa]
default_tsa = it
[it]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
{chain}
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1, millisecs:500
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass
class Authority:
    """A root, a certificate for stamping under it, and what makes stamps with both."""

    folder: Path
    openssl: str
    digests: str = "sha256"
    chain: bool = False
    how: str = "well"
    asked: list[bytes] = field(default_factory=list)
    given: list[bytes] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def root(self) -> Path:
        """The PEM file of the root."""
        return self.folder / "root.pem"

    def make(self, *, stamping: bool = True, days: tuple[int, int] = (-1, 30)) -> None:
        """Make the certificates; without `stamping` the signer's is for something else."""
        self.folder.mkdir(parents=True, exist_ok=True)
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = _builder("Test Root", "Test Root", root_key, (-1, 400))
        root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        signed = root.sign(root_key, hashes.SHA256())
        leaf = _builder("Test Authority", "Test Root", key, days)
        usage = ExtendedKeyUsageOID.TIME_STAMPING if stamping else ExtendedKeyUsageOID.SERVER_AUTH
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        self._write("root.pem", signed)
        self._write("tsa.pem", leaf.sign(root_key, hashes.SHA256()))
        (self.folder / "tsa.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (self.folder / "serial").write_text("01\n")
        chain = f"certs = {self.folder}/root.pem" if self.chain else ""
        config = _CONFIG.format(folder=self.folder, digests=self.digests, chain=chain)
        (self.folder / "tsa.cnf").write_text(config)

    def stamp(self, query: bytes) -> bytes:
        """Answer a query with `openssl ts -reply`."""
        (self.folder / "query.tsq").write_bytes(query)
        self._run(
            *("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr")
        )
        return (self.folder / "answer.tsr").read_bytes()

    def stamp_of(self, text: bytes) -> bytes:
        """Stamp a text outside of the protocol, without a nonce."""
        (self.folder / "text").write_bytes(text)
        asked = ("-data", "text", "-sha256", "-cert", "-no_nonce", "-out", "made.tsq")
        self._run("ts", "-query", *asked)
        return self.stamp((self.folder / "made.tsq").read_bytes())

    def forge(self, text: bytes) -> bytes:
        """Sign what a good authority would say, also with a certificate that may not stamp."""
        honest = Authority(self.folder / "honest", self.openssl)
        honest.make()
        token = honest.folder / "token"
        (honest.folder / "answer").write_bytes(honest.stamp_of(text))
        self._run("ts", "-reply", "-in", "honest/answer", "-token_out", "-out", str(token))
        taken = ("-noverify", "-inform", "DER", "-in", str(token), "-out", "said")
        self._run("cms", "-verify", *taken, "-CAfile", "honest/root.pem")
        made = (
            "-econtent_type",
            "1.2.840.113549.1.9.16.1.4",
            "-nodetach",
            "-binary",
            "-in",
            "said",
        )
        keys = ("-signer", "tsa.pem", "-inkey", "tsa.key", "-outform", "DER", "-out", "forged")
        self._run("cms", "-sign", *made, *keys)
        body = bytes.fromhex("3003020100") + (self.folder / "forged").read_bytes()
        return b"\x30\x82" + len(body).to_bytes(2, "big") + body

    def _run(self, *arguments: str) -> None:
        command = [self.openssl, *arguments]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve on a free port; yields the address."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
        finally:
            self.done.set()
            server.shutdown()
            thread.join()
            server.server_close()

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        (self.folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, days: tuple[int, int]
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
    )


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["content-length"]))
            authority.asked.append(query)
            if authority.how == "redirect":
                self.send_response(302)
                self.send_header("location", "/elsewhere")
                self.end_headers()
                return
            kind = "text/html" if authority.how == "html" else "application/timestamp-reply"
            self.send_response(200)
            self.send_header("content-type", kind)
            self.end_headers()
            if authority.how == "hang":
                authority.done.wait(20)
                return
            self.wfile.write(_answer(authority, query))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _answer(authority: Authority, query: bytes) -> bytes:
    match authority.how:
        case "garbage":
            return b"\x30\x82\xff\xff not a response"
        case "huge":
            return b"\x30" * (1 << 20)
        case "html":
            return b"<html>Sign in to the airport network</html>"
        case "reject":
            return authority.stamp(b"no query")
        case "other":
            return authority.stamp_of(b"another checkpoint\n")
        case "replay" if authority.given:
            return authority.given[0]
    answer = authority.stamp(query)
    authority.given.append(answer)
    return answer
