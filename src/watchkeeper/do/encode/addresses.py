"""The host of a URL and the domain of an e-mail address, read so that nobody reads them otherwise.

Programs differ on backslashes, user names, odd digits and escapes in a URL; a text on which they
could differ is refused, since policy must judge the host that the tool will really talk to.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from watchkeeper.do.encode.outcome import Refusal

_MAX_HOST = 253
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]/?#:@\\%]+)(?::[0-9]{0,5})?"
    r"(?:[/?#][!-~]*)?",
    re.ASCII,
)
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+", re.ASCII)
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)


def url_host(text: str, path: str) -> str:
    """Return the host of an absolute URL in lower case, without a last dot.

    Refused (RFC 3986, 3.2, read narrowly): no `scheme://`, a user name, a backslash, white space,
    escapes or other characters than ASCII in the host, an IPv4 address in an odd spelling.
    """
    found = _URL.fullmatch(text)
    if found is None or "\\" in text:
        raise Refusal(path, "is of a text that is no plain URL with a host")
    return _host(found["host"], path)


def email_domain(text: str, path: str) -> str:
    """Return the domain of one e-mail address in lower case (RFC 5321, 4.1.2, without quotes)."""
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not _NAME.fullmatch(domain):
        raise Refusal(path, "is of a text that is no plain e-mail address")
    return _host(domain, path)


def _host(text: str, path: str) -> str:
    if text.startswith("["):
        try:
            return f"[{IPv6Address(text[1:-1])}]"
        except AddressValueError:
            raise Refusal(path, "is of a URL whose host is no address") from None
    name = text.lower().removesuffix(".")
    if not _NAME.fullmatch(text) or len(name) > _MAX_HOST:
        raise Refusal(path, "has a host that is no plain name")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        try:
            return str(IPv4Address(name))
        except AddressValueError:
            raise Refusal(path, "has a host in an odd spelling of an address") from None
    return name
