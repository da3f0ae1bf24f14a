"""A real browser with the page that verifies bundles in it, opened from the disk, offline."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.worlds import needs
from watchkeeper.verify.page import render_page

CHROMIUM = "chromium"
_VERIFY = """async ([text, pins]) => {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  try {
    const found = await verifyBundle(bytes, pins, async () => {});
    return {ok: found.ok, failed: found.steps.filter((s) => s.status === 'failed'), refused: null};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return {ok: false, failed: [], refused: error.message};
  }
}"""


@dataclass
class Opened:
    """The page, and what it did that it should not have: requests, dialogs, faults, messages."""

    page: Any
    seen: list[str] = field(default_factory=list)

    def pin(self, log: Path) -> None:
        self.page.fill("#vkey", (log / "log.vkey").read_text())
        self.page.fill("#records", (log / "records.pem").read_text())

    def give(self, bundle: Path) -> str:
        """Choose a bundle, wait until it was checked, and return the verdict's title."""
        self.page.set_input_files("#file", [])
        self.page.evaluate("document.getElementById('result').hidden = true")
        self.page.set_input_files("#file", bundle)
        self.page.wait_for_selector("#result:not([hidden])", timeout=60_000)
        return str(self.page.inner_text("#verdict-title"))

    def steps(self) -> dict[int, str]:
        """Return how each step ended."""
        found = self.page.query_selector_all("#steps li")
        return {int(li.get_attribute("data-step")): li.get_attribute("data-status") for li in found}

    def verify(self, bundle: bytes, pins: dict[str, str]) -> dict[str, Any]:
        """Run the page's own verifier on bytes, without its view."""
        found: dict[str, Any] = self.page.evaluate(
            _VERIFY, [base64.b64encode(bundle).decode(), pins]
        )
        return found


@contextmanager
def started() -> Iterator[Any]:
    """Start a browser."""
    chromium = needs.program(CHROMIUM)
    needs.module("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, folder: Path, before: str = "", **context: Any) -> Iterator[Opened]:
    """Open the page in a context of its own; `before` is a script that runs before the page's."""
    file = folder / "verify.html"
    file.write_bytes(render_page())
    around = browser.new_context(**{"offline": True, **context})
    found = Opened(around.new_page())
    page = found.page
    page.on("request", lambda request: found.seen.append(f"request {request.url}"))
    page.on("dialog", lambda dialog: found.seen.append(f"dialog {dialog.message}"))
    page.on("pageerror", lambda error: found.seen.append(f"fault {error}"))
    page.on("console", lambda message: found.seen.append(f"message {message.text}"))
    if before:
        page.add_init_script(before)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert found.seen == [f"request {file.as_uri()}"]
    found.seen.clear()
    yield found
    around.close()
