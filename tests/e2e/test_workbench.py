"""The workbench in a browser: draw, review by keyboard, dispute, report, export."""

import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from service.storage.users import Role
from tests.e2e.browser import chromium, complaints
from tests.service.workbench.desk import OCTOBER, Desk

pytestmark = pytest.mark.slow
REVIEWS, FOR_ALL = 10, 5


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("workbench"))
    desk.hire("root", Role.ADMIN)
    desk.hire("lena", Role.LEAD, "east", "west")
    desk.hire("rune", Role.REVIEWER, "east", "west")
    for team in ("east", "west"):
        desk.store(60, team)
    return desk


@pytest.fixture(scope="module")
def url(desk: Desk) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/workbench"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page in English; in the end no other host was asked and nothing complained."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page = context.new_page()
    found, asked = complaints(page, expected="404 (NOT FOUND)"), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert found == []
    assert [u for u in asked if not u.startswith(url.removesuffix("workbench"))] == []


def log_in(page: Page, url: str, desk: Desk, login: str) -> None:
    page.goto(f"{url}/")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(desk.passwords[login])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()


def draw_a_plan(page: Page, team: str = "east") -> None:
    page.get_by_role("link", name="Plans").click()
    page.get_by_role("link", name="New plan").click()
    page.get_by_label("Sent from").fill(OCTOBER.start.date().isoformat())
    page.get_by_label("Sent until").fill("2026-10-31")
    page.get_by_label("Team").select_option(team)
    page.get_by_label("Replies to review").fill("30")
    page.get_by_role("button", name="What would it buy?").click()
    expect(page.get_by_role("heading", name="From 60 replies")).to_be_visible()
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_role("status")).to_contain_text("Drawn")


def review_by_keyboard(page: Page, count: int) -> None:
    expect(page.get_by_role("button", name="Keys")).to_be_visible()  # the keys are heard
    page.keyboard.press("r")
    for number in range(count):
        expect(page.get_by_role("radio", name="None")).to_be_focused()
        for digit in ("2", "3", str(1 + number % 5), "2"):
            page.keyboard.press(digit)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Compare")).to_be_visible()
        if number == 0:
            expect(page.get_by_role("button", name="Keys")).to_be_visible()
            page.keyboard.press("m")
            expect(page.get_by_role("button", name="For coaching")).to_have_attribute(
                "aria-pressed", "true"
            )
        expect(page.get_by_role("link", name="Keep and go on")).to_be_focused()
        with page.expect_navigation():
            page.keyboard.press("Enter")


def test_from_a_plan_to_a_report(page: Page, url: str, desk: Desk, tmp_path: Path) -> None:
    log_in(page, url, desk, "lena")
    draw_a_plan(page)
    log_out(page)

    log_in(page, url, desk, "rune")
    review_by_keyboard(page, REVIEWS)
    page.goto(f"{url}/queue")
    expect(page.get_by_text(f"{REVIEWS} reviewed by you")).to_be_visible()
    log_out(page)

    log_in(page, url, desk, "lena")
    page.goto(f"{url}/reports?start=2026-10-01&end=2026-10-31")
    lead = page.get_by_text("reviews that you may read").inner_text()
    shown = int(lead.split("; ")[1].split()[0])
    assert REVIEWS - FOR_ALL <= shown <= REVIEWS  # those for all, lena rates before she reads on
    with page.expect_download() as download:
        page.get_by_role("link", name="Export reviews as CSV").click()
    download.value.save_as(tmp_path / "reviews.csv")
    assert len((tmp_path / "reviews.csv").read_text("utf-8-sig").splitlines()) == shown + 1

    page.get_by_role("button", name="Share with the agent").first.click()
    link = page.get_by_label("The link for the agent").input_value()
    log_out(page)
    page.goto(link)
    expect(page.get_by_role("heading", name="A review of your reply")).to_be_visible()
    page.get_by_label("What do you see differently?").fill("I had no date to give.")
    page.get_by_role("button", name="Send the objection").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")

    log_in(page, url, desk, "lena")
    page.get_by_role("link", name="Disputes").click()
    expect(page.get_by_text("I had no date to give.")).to_be_visible()
    page.get_by_role("button", name="Keep the ratings").click()
    expect(page.get_by_role("status")).to_contain_text("Decided")


def test_keys_are_shown_and_can_be_turned_off(page: Page, url: str, desk: Desk) -> None:
    desk.plan(30, team="west")
    log_in(page, url, desk, "rune")
    expect(page.get_by_role("button", name="Keys")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="To review")).to_be_visible()


@pytest.fixture(scope="module")
def busy(desk: Desk) -> dict[str, str]:
    """A desk where everything has happened, and the path of every page."""
    from tests.service.workbench.happenings import happen

    return happen(desk)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible(
    page: Page, url: str, desk: Desk, busy: dict[str, str], width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{url}/login")
    found = [audit(page, "login")]
    log_in(page, url, desk, "root")
    for name, path in busy.items():
        page.goto(f"{url}{path}")
        found.append(audit(page, name))

    assert [f for f in found if f] == []


def test_a_report_is_printed_black_on_white_without_controls(
    page: Page, url: str, desk: Desk, busy: dict[str, str]
) -> None:
    log_in(page, url, desk, "root")
    page.goto(f"{url}{busy['reports']}")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 700, "height": 1000})  # A4 at 96 dpi, less its margins
    style = page.evaluate(
        "(({ color, backgroundColor }) => [color, backgroundColor])"
        "(getComputedStyle(document.body))"
    )

    assert style == ["rgb(34, 38, 43)", "rgb(255, 255, 255)"]
    for hidden in ("header", ".filters", "main button"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_role("heading", name="What the reviews say")).to_be_visible()
    expect(page.locator("svg.scale").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every("
        "(each) => each.scrollWidth <= each.clientWidth)"
    )


def audit(page: Page, name: str) -> str:
    """What is wrong with a page, with everything on it unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    result = Axe().run(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    report = result.generate_report() if result.violations_count else ""
    return f"{name}: {report}{'too wide' if wide > 0 else ''}" if report or wide > 0 else ""
