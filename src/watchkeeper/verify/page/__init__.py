"""The page that verifies a bundle in a browser: one file, no server, no network.

Its parts stand beside this module, so that each can be read; `render_page` puts them together.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

_PARTS = (
    "bytes",
    "json",
    "container",
    "manifest",
    "tree",
    "keys",
    "witnesses",
    "records",
    "assertion",
    "people",
    "enrolment",
    "custody",
    "verdicts",
    "drills",
    "purses",
    "lent",
    "conduct",
    "disclosed",
    "completeness",
    "verify",
    "words",
)
"""In the order in which they are best read, and stand in the page; `view` comes last."""


def render_page() -> bytes:
    """Return the page as one HTML file, the same bytes each time.

    Its content security policy allows this one script and this one style, by their digests, and
    nothing else: no request to anywhere.
    """
    script, style = render_script(), _read("page.css")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    page = _read("page.html")
    given = {
        "@policy@": policy,
        "@style@": style,
        "@script@": script,
    }
    for mark, text in given.items():
        page = page.replace(mark, text)
    return page.encode()


def render_script(*, view: bool = True) -> str:
    """Return the page's script; without its view, it touches no document."""
    names = (*_PARTS, "view") if view else _PARTS
    texts = [_read(f"parts/{name}.js") for name in names]
    return "\n'use strict';\n" + "\n".join(texts)


def _read(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
