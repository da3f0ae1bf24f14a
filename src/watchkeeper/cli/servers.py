"""How a tool server is named on the command line."""

from __future__ import annotations

import shlex

from watchkeeper.errors import SettingsInvalid, cut


def split_target(text: str) -> list[str] | str:
    """Return a URL as it is, and a command line as its words."""
    if text.startswith(("http://", "https://")):
        return text
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SettingsInvalid(f"not a command line: {cut(text)}", str(error).lower()) from None
    if not words:
        raise SettingsInvalid("an empty command line", "give the server's command line or URL")
    return words
