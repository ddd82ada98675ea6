"""Chromium as the machine has it, with nothing of its own going out."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WATCH_SHIFTS = """() => {
    window.shifts = [];
    const name = ({ node, currentRect: r }) => `${node?.localName} ${r.x},${r.y}`;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts.push(entry.sources.map(name).join());
    }).observe({ type: "layout-shift" });
}"""
"""Notes what moved, in `shifts`."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a past; skips where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine: the pages were not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


def complaints(page: Page, *, expected: str | None = None) -> list[str]:
    """Fills with every error of the page and its console, violations of its policy among them."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (expected and expected in message.text):
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
