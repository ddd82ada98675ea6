"""`python -m tests.demo.pictures`: take the pictures in README.md and service/README.md.

Needs the database that `make demo` fills, and a chromium; the pictures go to service/pictures/.
"""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from service.storage.database import Database
from tests.demo.__main__ import FOLDER, NAME
from tests.demo.staff import new_passwords
from tests.e2e.browser import chromium
from tests.e2e.server import environment, free_port, start, wait_until_ready

PICTURES = Path(__file__).parents[2] / "service/pictures"
_SHOTS = (
    ("report", "lead", "/reports?by=agent", 1040, 800, "light"),
    ("review", "reviewer", "/review/next?team=Dublin&channel=email", 1200, 800, "light"),
    ("phone", "lead", "/reports?by=team#d-empathy", 390, 844, "dark"),
)


def main() -> None:
    """Serve, log in, take."""
    database = Database(f"sqlite:///{FOLDER / NAME}")
    passwords = new_passwords(database, now=datetime.now(UTC))
    database.close()
    port, log = free_port(), FOLDER / "server.log"
    PICTURES.mkdir(exist_ok=True)
    with start(environment(FOLDER, port), log) as running, chromium() as browser:
        wait_until_ready(running, port, log)
        for name, login, path, width, height, scheme in _SHOTS:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
                locale="en",
            )
            page = context.new_page()
            _log_in(page, f"http://127.0.0.1:{port}/workbench", login, passwords[login])
            page.goto(f"http://127.0.0.1:{port}/workbench{path}")
            page.screenshot(path=PICTURES / f"{name}.png")
            context.close()


def _log_in(page: Page, url: str, login: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


if __name__ == "__main__":
    main()
