"""The playground in a browser, before the scorer that ships."""

import logging
from collections.abc import Iterator
from io import StringIO
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from model import Scorer
from service import create_app
from tests.builders import make_settings
from tests.e2e.browser import WATCH_SHIFTS, chromium, complaints

pytestmark = pytest.mark.slow
VAGUE = "We are looking into it."
UNGREETED = (
    "That must be hard with two small children. I have booked a technician who comes on Thursday "
    "at 10. He repairs it at once."
)
SPECIFIC = (
    "Your present left our warehouse this morning and arrives on Thursday before noon; "
    "I follow it myself and e-mail you tomorrow at 9."
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, shipped: Scorer) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    settings = make_settings(tmp_path_factory.mktemp("playground"))
    app = create_app(settings, scorer=shipped, log_stream=StringIO())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The playground in English; in the end no other host was asked and nothing complained."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page = context.new_page()
    found, asked = complaints(page), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(f"({WATCH_SHIFTS})()")
    page.goto(f"{url}/playground")
    expect(page.locator(".gauge.clarity .value")).not_to_have_text("")
    yield page
    context.close()
    assert found == []
    assert [u for u in asked if not u.startswith(f"{url}/")] == []


def score(page: Page, dimension: str) -> float:
    return float(page.get_by_role("meter", name=dimension).get_attribute("aria-valuenow") or 0)


def write(page: Page, text: str) -> None:
    """Write it and wait for its scores."""
    with page.expect_response("**/v1/score"):
        page.get_by_label("Your reply").fill(text)
    expect(page.locator(".panel")).to_have_class("panel")


def test_the_gauges_move_with_the_reply(page: Page) -> None:
    write(page, "Read the FAQ.")
    curt = score(page, "Empathy"), score(page, "Clarity")
    write(page, f"Hi Daniel, a late present is no fun the week of the party. {SPECIFIC}")

    assert score(page, "Empathy") > curt[0] + 1
    assert score(page, "Clarity") > curt[1] + 1


def test_following_an_advice_raises_the_score_and_keeps_the_caret(page: Page) -> None:
    reply = page.get_by_label("Your reply")
    write(page, UNGREETED)
    before = score(page, "Politeness")
    reply.evaluate("(field) => field.setSelectionRange(20, 20)")
    with page.expect_response("**/v1/score"):
        page.get_by_role("button", name="Apply").first.click()
    expect(page.locator(".panel")).to_have_class("panel")

    assert score(page, "Politeness") > before + 0.1
    expect(reply).to_be_focused()
    after = reply.evaluate("(field) => field.value.slice(field.selectionStart)")
    assert after == UNGREETED[20:]


def test_the_keyboard_alone_reads_a_reason_and_dismisses_an_advice(page: Page) -> None:
    write(page, VAGUE)
    page.get_by_label("Your reply").focus()
    why = page.get_by_role("button", name="Why?").first
    for _ in range(8):  # the gauges, and what the first advice offers
        page.keyboard.press("Tab")
        if why.evaluate("(button) => button.matches(':focus')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Why?").first).to_be_focused()
    count = page.locator("li:not([hidden])", has=page.get_by_text("Why?")).count()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("li:not([hidden])", has=page.get_by_text("Why?"))).to_have_count(count - 1)


def test_nothing_moves_while_examples_are_tried(page: Page) -> None:
    for name in ("Curt", "Excellent", "Warm but vague"):
        with page.expect_response("**/v1/score"):
            page.get_by_role("button", name=name).click()
        page.wait_for_timeout(600)

    assert page.evaluate("shifts") == []


def test_a_draft_is_in_no_address_and_no_storage(page: Page) -> None:
    write(page, "Planted draft.")

    kept = page.evaluate(
        "[location.href, localStorage.length, sessionStorage.length, document.cookie]"
    )
    assert kept[1:] == [0, 0, ""]
    assert "Planted" not in kept[0]


@pytest.mark.parametrize("width", [1280, 900, 620, 320])
def test_what_a_gauge_says_is_never_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_label("The customer writes").fill("When do you open?")
    write(page, "We open at 10 on Monday.")

    said = page.locator(".gauge .value")
    expect(said.first).to_have_text("not needed")
    assert said.evaluate_all("all => all.map(e => e.scrollWidth - e.clientWidth)") == [0, 0, 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_is_accessible(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    write(page, f"Hi Daniel! {VAGUE}")
    with_advice = Axe().run(page)
    page.get_by_role("button", name="Why?").first.click()
    with_reason = Axe().run(page)

    assert with_advice.violations_count == 0, with_advice.generate_report()
    assert with_reason.violations_count == 0, with_reason.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width
