"""The widget in a helpdesk on another origin, under a strict policy, before a stub."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Route, expect

from service.widget import module
from tests.builders import make_advice
from tests.e2e.browser import WATCH_SHIFTS, chromium, complaints

pytestmark = pytest.mark.slow
SERVICE, DESK = "https://tonfall.test", "https://desk.test"
POLICY = f"default-src 'self'; script-src 'self' {SERVICE}; connect-src {SERVICE}; style-src 'self'"
FIELDS = {
    "textarea": "<textarea id='reply' rows='6' aria-label='Reply'></textarea>",
    "contenteditable": "<div id='reply' contenteditable role='textbox' aria-label='Reply'></div>",
}
PAGE = """<!doctype html><html lang="en"><title>Desk</title><link rel="stylesheet" href="/desk.css">
{field}<script type="module" src="/desk.js"></script><p id="below">Below</p>"""
SCRIPT = f"""
import {{ attach }} from "{SERVICE}/widget/tonfall.js";
window.heard = [];
for (const name of ["score", "advice", "apply", "dismiss", "contest", "veto", "error"])
    document.addEventListener("tonfall:" + name, () => heard.push(name));
window.attach = (options) =>
    window.tonfall = attach(document.getElementById("reply"), {{ pauseMs: 30, ...options }});
window.attach({{ interfaceLanguage: "en" }});
document.documentElement.dataset.ready = "";
"""


def answer(
    value: float = 4.0, half_width: float = 0.5, status: str = "ok", **more: object
) -> dict[str, object]:
    interval = [max(1.0, value - half_width), min(5.0, value + half_width)]
    score = {"value": value, "interval": interval, "status": status}
    scores = dict.fromkeys(("empathy", "politeness", "clarity"), score)
    return {"id": "1", "model_version": "stub", "scores": scores, "advice": [], **more}


@dataclass
class Stub:
    """A service that answers as a test says; `held` keeps its requests waiting."""

    answer: dict[str, object] = field(default_factory=answer)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    planted: tuple[str, str] | None = None
    is_holding: bool = False
    is_down: bool = False
    held: list[Route] = field(default_factory=list)
    asked: list[dict[str, object]] = field(default_factory=list)
    feedback: list[dict[str, object]] = field(default_factory=list)

    def serve(self, route: Route) -> None:
        if route.request.url.endswith("/widget/tonfall.js"):
            self._fulfill(route, module(), "text/javascript")
        elif route.request.url.endswith("/v1/feedback"):
            self.feedback.append(json.loads(route.request.post_data or "{}"))
            self._fulfill(route, "{}", "application/problem+json", 404)
        else:
            self.asked.append(json.loads(route.request.post_data or "{}"))
            if self.is_down:
                route.abort()
            elif self.is_holding:
                self.held.append(route)
            else:
                self.let_go(route)

    def let_go(self, route: Route, body: dict[str, object] | None = None) -> None:
        body = body or dict(self.answer)
        reply = str(json.loads(route.request.post_data or "{}")["reply"])
        if self.planted and self.planted[0] in reply:
            words, replacement = self.planted
            body["advice"] = [make_advice(reply, words, replacements=[replacement])]
        self._fulfill(route, json.dumps(body), "application/json", self.status)

    def _fulfill(self, route: Route, body: str, media_type: str, status: int = 200) -> None:
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": media_type}
        headers["Access-Control-Expose-Headers"] = "Retry-After"
        route.fulfill(status=status, headers=headers | self.headers, body=body)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context() as one:
        yield one


@pytest.fixture
def page(context: BrowserContext, stub: Stub, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = context.new_page()
    found = complaints(page, expected="Failed to load resource")
    files = {
        "/ticket": ("text/html", PAGE.format(field=FIELDS[getattr(request, "param", "textarea")])),
        "/desk.js": ("text/javascript", SCRIPT),
        "/desk.css": ("text/css", "#reply { display: block; block-size: 8rem }"),
    }

    def desk(route: Route) -> None:
        media_type, body = files.get(urlsplit(route.request.url).path, ("image/png", ""))
        headers = {"Content-Security-Policy": POLICY, "Content-Type": media_type}
        route.fulfill(headers=headers, body=body)

    page.route(f"{DESK}/**", desk)
    page.route(f"{SERVICE}/**", stub.serve)
    page.goto(f"{DESK}/ticket")
    expect(page.locator("html")).to_have_attribute("data-ready", "")
    yield page
    page.close()
    assert found == []


in_both = pytest.mark.parametrize("page", FIELDS, indirect=True)


def reply(page: Page) -> Locator:
    return page.locator("#reply")


def text_of(page: Page) -> str:
    text: str = page.evaluate("reply.value ?? reply.innerText")
    return text


def write(page: Page, text: str) -> None:
    reply(page).press("Control+End")
    page.keyboard.insert_text(text)


def gauge(page: Page) -> Locator:
    return page.locator(".gauge.clarity .value")


def wait_for_requests(page: Page, stub: Stub, count: int) -> None:
    for _ in range(200):
        if len(stub.asked) >= count:
            return
        page.wait_for_timeout(10)
    raise AssertionError(f"{len(stub.asked)} requests came, {count} were waited for")


@in_both
def test_a_pause_asks_once_for_everything_that_the_options_say(page: Page, stub: Stub) -> None:
    page.evaluate("tonfall.update({ customerMessage: 'Where?', channel: 'chat', key: 'k' })")
    write(page, "On its way.")
    expect(gauge(page)).to_have_text("4.0")

    assert stub.asked == [
        {
            "reply": "On its way.",
            "customer_message": "Where?",
            "channel": "chat",
            "language": None,
            "model": None,
            "advice_language": "en",
        }
    ]
    assert page.evaluate("heard") == ["score", "advice"]


def test_an_overtaken_answer_is_never_shown(page: Page, stub: Stub) -> None:
    stub.is_holding = True
    write(page, "a")
    wait_for_requests(page, stub, 1)
    write(page, "b")
    wait_for_requests(page, stub, 2)
    stub.let_go(stub.held[1], answer(2.0))
    expect(gauge(page)).to_have_text("2.0")
    with suppress(Error):  # the browser may have given it up
        stub.let_go(stub.held[0], answer(5.0))
    page.wait_for_timeout(50)

    assert gauge(page).inner_text() == "2.0"
    assert page.evaluate("heard") == ["score", "advice"]


def test_the_last_scores_stay_dimmed_while_new_ones_are_waited_for(page: Page, stub: Stub) -> None:
    write(page, "a")
    expect(gauge(page)).to_have_text("4.0")
    stub.is_holding = True
    write(page, "b")

    expect(page.locator(".panel")).to_have_class("panel waiting")
    assert gauge(page).inner_text() == "4.0"


@pytest.mark.parametrize(
    ("status", "line"),
    [(401, "does not accept the key"), (422, "cannot be scored"), (500, "cannot be reached")],
)
def test_trouble_is_one_line_and_the_reply_goes_out(
    page: Page, stub: Stub, status: int, line: str
) -> None:
    stub.status = status
    page.evaluate("tonfall.update({ mode: 'block' })")
    write(page, "a")

    expect(page.locator(".line")).to_contain_text(line)
    assert page.evaluate("tonfall.maySend()") == {"allowed": True, "reason": "unavailable"}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_when_it_said(page: Page, stub: Stub, status: int) -> None:
    stub.status, stub.headers = status, {"Retry-After": "1"}
    page.evaluate("tonfall.update({ mode: 'block' })")
    write(page, "a")
    expect(page.locator(".line")).to_contain_text("trying again in 1 s")
    assert page.evaluate("tonfall.maySend()") == {"allowed": True, "reason": "unavailable"}
    assert len(stub.asked) == 1
    stub.status = 200

    expect(gauge(page)).to_have_text("4.0")
    assert len(stub.asked) == 2


def test_a_connection_that_comes_back_is_noticed(page: Page, stub: Stub) -> None:
    stub.is_down = True
    page.context.set_offline(True)
    write(page, "a")
    expect(page.locator(".line")).to_contain_text("No connection")
    stub.is_down = False
    page.context.set_offline(False)

    expect(gauge(page)).to_have_text("4.0")


def test_a_service_that_does_not_answer_in_time_holds_nothing_up(page: Page, stub: Stub) -> None:
    stub.is_holding = True
    page.evaluate("tonfall.update({ mode: 'block', timeoutMs: 150 })")
    write(page, "a")

    assert page.evaluate("tonfall.maySend()") == {"allowed": True, "reason": "unavailable"}
    expect(page.locator(".line")).to_contain_text("No answer in time")


def test_advising_never_holds_a_reply_back(page: Page, stub: Stub) -> None:
    stub.answer = answer(1.2)
    write(page, "a")

    assert page.evaluate("tonfall.maySend()") == {"allowed": True, "reason": "advise"}


def test_a_low_reply_is_sent_with_a_reason(page: Page, stub: Stub) -> None:
    stub.answer = answer(1.5)
    page.evaluate("tonfall.update({ mode: 'ask' })")
    write(page, "a")
    page.evaluate("window.verdict = null; void tonfall.maySend().then((v) => (window.verdict = v))")
    card = page.get_by_role("alertdialog", name="Low: Empathy, Politeness, Clarity")
    expect(card.get_by_role("button", name="It has to be firm")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.evaluate("verdict") == {"allowed": True, "reason": "firm"}
    expect(reply(page)).to_be_focused()


def test_escape_goes_back_to_the_reply_and_sends_nothing(page: Page, stub: Stub) -> None:
    stub.answer = answer(1.5)
    page.evaluate("tonfall.update({ mode: 'ask' })")
    write(page, "a")
    page.evaluate("window.verdict = null; void tonfall.maySend().then((v) => (window.verdict = v))")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.keyboard.press("Escape")

    assert page.evaluate("verdict") == {"allowed": False, "reason": "back"}
    expect(reply(page)).to_be_focused()


def test_blocking_holds_back_what_is_surely_low_and_nothing_else(page: Page, stub: Stub) -> None:
    page.evaluate("tonfall.update({ mode: 'block' })")
    verdicts = []
    for i, said in enumerate((answer(1.5), answer(2.8), answer(1.5, status="uncertain"))):
        stub.answer = said
        write(page, str(i))
        verdicts.append(page.evaluate("tonfall.maySend()"))

    assert verdicts == [
        {"allowed": False, "reason": "below"},
        {"allowed": True, "reason": "ok"},
        {"allowed": True, "reason": "ok"},
    ]


def test_a_plugin_can_lift_the_veto(page: Page, stub: Stub) -> None:
    stub.answer = answer(1.5)
    page.evaluate("tonfall.update({ mode: 'block' })")
    page.evaluate("document.addEventListener('tonfall:veto', (e) => e.preventDefault())")
    write(page, "a")

    assert page.evaluate("tonfall.maySend()") == {"allowed": True, "reason": "lifted"}


@in_both
def test_what_counts_when_sending_is_the_text_as_it_is_then(page: Page, stub: Stub) -> None:
    page.evaluate("tonfall.update({ mode: 'block', pauseMs: 60000 })")
    stub.answer = answer(1.5)
    write(page, "a")

    assert page.evaluate("tonfall.maySend()") == {"allowed": False, "reason": "below"}


@in_both
def test_following_an_advice_changes_its_words_only_and_keeps_the_caret(
    page: Page, stub: Stub
) -> None:
    stub.planted = ("soon", "on Thursday")
    write(page, "😀 It comes soon. Bye")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("li:not([hidden])")).to_have_count(0)
    assert text_of(page) == "😀 It comes on Thursday. Bye"
    page.keyboard.type("!")
    assert text_of(page) == "😀 It comes on Thursday. Bye!"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert text_of(page) == "😀 It comes soon. Bye"
    assert [(f["verdict"], f["rule"]) for f in stub.feedback] == [("accepted", "say-when")]


@in_both
def test_an_advice_still_fits_when_the_text_before_it_has_changed(page: Page, stub: Stub) -> None:
    stub.planted = ("soon", "on Thursday")
    write(page, "It comes soon.")
    expect(page.get_by_role("button", name="Apply")).to_be_visible()
    stub.is_holding = True
    page.keyboard.press("Home")
    page.keyboard.type("Hi! ")
    page.get_by_role("button", name="Apply").click()

    assert text_of(page) == "Hi! It comes on Thursday."


@pytest.mark.parametrize(
    ("button", "verdict"), [("Dismiss", "dismissed"), ("This is wrong", "contested")]
)
def test_an_advice_that_was_refused_does_not_come_back(
    page: Page, stub: Stub, button: str, verdict: str
) -> None:
    stub.planted = ("soon", "on Thursday")
    write(page, "It comes soon.")
    if verdict == "contested":
        page.get_by_role("button", name="Why?").click()
    page.get_by_role("button", name=button).click()
    expect(page.locator("li:not([hidden])")).to_have_count(0)
    write(page, " Bye")
    wait_for_requests(page, stub, 2)
    expect(page.locator(".panel")).to_have_class("panel")

    assert page.locator("li:not([hidden])").count() == 0
    assert [f["verdict"] for f in stub.feedback] == [verdict]


@in_both
def test_nothing_in_the_page_moves_and_no_element_is_put_in_the_text(
    page: Page, stub: Stub
) -> None:
    stub.planted = ("soon", "on Thursday")
    page.evaluate(WATCH_SHIFTS)
    place = page.locator("#below").bounding_box()
    write(page, "It comes soon.")
    expect(page.get_by_role("button", name="Apply")).to_be_visible()
    page.wait_for_timeout(600)  # shifts soon after typing would not be counted
    page.evaluate("tonfall.update({ customerMessage: 'Where is it?' })")
    wait_for_requests(page, stub, 2)
    page.get_by_role("button", name="Why?").press("Enter")

    assert page.evaluate("CSS.highlights.get('tonfall-strong').size") == 1
    assert page.evaluate("shifts") == []
    assert page.locator("#below").bounding_box() == place
    assert page.evaluate("reply.childElementCount") == 0


@in_both
def test_detaching_leaves_nothing_behind(page: Page, stub: Stub) -> None:
    page.evaluate("tonfall.detach()")
    write(page, "a")
    page.wait_for_timeout(100)

    assert stub.asked == []
    assert page.locator("tonfall-panel, tonfall-marks").count() == 0


@in_both
def test_lines_of_an_editor_are_lines_of_the_reply(page: Page, stub: Stub) -> None:
    stub.planted = ("soon", "today")
    write(page, "Hi!")
    page.keyboard.press("Enter")
    write(page, "It comes soon.")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("li:not([hidden])")).to_have_count(0)

    assert stub.asked[-1]["reply"] == "Hi!\nIt comes today."
