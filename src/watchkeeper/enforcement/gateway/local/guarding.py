"""A guard that is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from watchkeeper.enforcement.door.lines import render_line
from watchkeeper.loop.kernel import Kernel


@dataclass(slots=True)
class Guarding:
    """One guard that is connected: whose, for which server, and what it says its functions are."""

    kernel: Kernel
    agent: str
    token: str
    server: str
    writer: asyncio.StreamWriter
    pins: Mapping[str, str]

    @property
    def knows_its_token(self) -> bool:
        """Whether the token counts still, and for the same agent."""
        found = self.kernel.home.state.tokens.get(self.token)
        return found is not None and found.agent == self.agent

    @property
    def gone(self) -> bool:
        """Whether nothing can be told any more."""
        return self.writer.is_closing()

    def tell(self, message: Mapping[str, Any]) -> bool:
        """Tell something; False if it certainly did not leave us."""
        if self.gone:
            return False
        self.writer.write(render_line(message))
        return True
