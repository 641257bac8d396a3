"""The public pages in Chromium: with and without a script, on a phone and a desk, in light and in dark."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import cast
from tracker.models import Statement

pytestmark = pytest.mark.django_db(transaction=True)

# One of every kind of page; "{memo}" is a statement's public id.
PAGES = [
    "/",
    "/?stance=critical&channel=internal",
    "/?stance=critical&channel=unknown",
    "/?stanse=critical",
    "/events/",
    "/events/harbour-strike/",
    "/events/second-night/",
    "/events/harbour-strike/silence/",
    "/companies/",
    "/companies/?q=harbour",
    "/companies/calder-ferries/",
    "/companies/harbour-company/",
    "/people/",
    "/people/jonas-reed/",
    "/sectors/",
    "/sectors/industrials/",
    "/outlets/the-gazette/",
    "/statements/{memo}/",
    "/statements/{joint}/",
    "/statements/{staff}/",
    "/statements/{disavowal}/",
    "/statements/{memo}/versions/",
    "/tell/event/harbour-strike/",
    "/tell/thanks/?id=NO-1",
    "/embed/statements/{memo}/",
    "/embed/events/harbour-strike/",
    "/embed/events/harbour-strike/silence/",
    "/corrections/",
    "/methodology/",
    "/about/",
    "/search/?q=minister",
    "/nowhere/",
]


@pytest.fixture
def said(live_server: Any) -> dict[str, Statement]:
    """The cast on record, served."""
    return cast.publish()


def paths(said: dict[str, Statement]) -> list[str]:
    ids = {name: statement.public_id for name, statement in said.items()}
    return [path.format(**ids) for path in PAGES]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_knows(
    live_server: Any, browser: Browser, said: dict[str, Statement], scheme: Any
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    axe = Axe()
    found = {}
    for path in paths(said):
        page.goto(live_server.url + path)
        violations = axe.run(page).response["violations"]
        if violations:
            found[path] = [(one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    page.close()
    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_scrolls_sideways_and_nothing_is_refused_by_the_policy(
    live_server: Any, browser: Browser, said: dict[str, Statement], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.on("pageerror", lambda error: refused.append(str(error)))
    wide = {}
    for path in paths(said):
        page.goto(live_server.url + path)
        across = page.evaluate("document.documentElement.scrollWidth")
        if across > width:
            wide[path] = across
    page.close()
    assert wide == {}
    assert refused == []


def test_a_choice_swaps_list_and_facets_and_the_back_button_returns(
    live_server: Any, page: Page, said: dict[str, Statement], refusals: list[str]
) -> None:
    page.goto(live_server.url + "/")
    whole = page.locator("#results-head").inner_text()
    page.locator("#f-stance-critical").check()
    expect(page).to_have_url(re.compile(r"\?stance=critical$"))
    expect(page.locator(".pill")).to_have_count(1)
    expect(page.locator("#f-stance-critical")).to_be_checked()
    page.locator("#f-channel-internal").check()
    expect(page).to_have_url(re.compile(r"\?channel=internal&stance=critical$"))
    expect(page.locator("article.entry")).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?stance=critical$"))
    expect(page.locator(".pill")).to_have_count(1)
    page.locator(".pill").click()
    expect(page.locator("#results-head")).to_have_text(whole)
    assert refusals == []


def test_everything_works_without_a_script(live_server: Any, browser: Browser, said: dict[str, Statement]) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(live_server.url + "/")
    page.locator("#f-stance-critical").check()
    page.locator(".facets button").click()
    assert page.url == live_server.url + "/?stance=critical"
    assert page.locator(".pill").count() == 1
    page.locator(".pill").click()
    assert page.url == live_server.url + "/"
    page.locator("article.entry a.id").first.click()
    assert "/statements/OR-" in page.url
    page.close()


def test_a_phone_opens_the_filters_behind_one_button_without_a_script(
    live_server: Any, browser: Browser, said: dict[str, Statement]
) -> None:
    page = browser.new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(live_server.url + "/?stance=critical")
    expect(page.locator(".facets")).to_be_hidden()
    button = page.locator(".filter-open")
    expect(button).to_have_text(re.compile(r"Filter\s+1 active"))
    assert (button.bounding_box() or {"height": 0})["height"] >= 44
    button.click()
    expect(page.locator(".facets")).to_be_visible()
    page.close()


def test_events_and_inquiries_between_the_statements_can_be_switched_off_without_a_script(
    live_server: Any, browser: Browser, said: dict[str, Statement]
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(live_server.url + "/events/harbour-strike/")
    expect(page.locator(".asides").first).to_be_visible()
    page.locator(".asides-label").click()
    expect(page.locator(".asides").first).to_be_hidden()
    expect(page.locator("article.entry").first).to_be_visible()
    page.close()


def test_the_board_counts_from_another_event_without_a_script(
    live_server: Any, browser: Browser, said: dict[str, Statement]
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(live_server.url + "/events/harbour-strike/silence/")
    page.locator(".seg label", has_text="Second day").click()
    page.get_by_role("button", name="Show").click()
    assert "anchor=second-day" in page.url
    expect(page.locator(".seg input:checked")).to_have_value("second-day")
    expect(page.locator(".board")).to_be_visible()
    page.close()


def test_a_notice_can_be_sent_from_a_statement(live_server: Any, page: Page, said: dict[str, Statement]) -> None:
    page.goto(f"{live_server.url}/statements/{said['memo'].public_id}/")
    page.get_by_role("link", name="Report an error, send a tip or complain").click()
    page.get_by_label("What should we know?").fill("The day is wrong: it was the fourth.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your notice has reached the editors as")).to_be_visible()


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Another site: serves whatever body it is given, at an origin of its own."""
    served = {"body": b""}

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(served["body"])

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(body: str) -> str:
        served["body"] = f"<!doctype html><title>Elsewhere</title>{body}".encode()
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    server.shutdown()
    server.server_close()


def test_a_frame_on_another_site_shows_the_statement_and_fits_it(
    live_server: Any, page: Page, said: dict[str, Statement], elsewhere: Callable[[str], str]
) -> None:
    frame = f"{live_server.url}/embed/statements/{said['memo'].public_id}/"
    script = f'<script src="{live_server.url}/static/tracker/embed-host.js"></script>'
    page.goto(elsewhere(f'<iframe src="{frame}" width="600" height="40"></iframe>{script}'))
    expect(page.frame_locator("iframe").locator("article.entry")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('iframe').height) > 150")


def test_no_other_page_can_be_framed_elsewhere(
    live_server: Any, page: Page, said: dict[str, Statement], elsewhere: Callable[[str], str]
) -> None:
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(elsewhere(f'<iframe src="{live_server.url}/"></iframe>'))
    expect(page.frame_locator("iframe").locator("h1", has_text="What companies have said")).to_have_count(0)


def test_a_page_prints_to_pdf_in_light_colours(live_server: Any, browser: Browser, said: dict[str, Statement]) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(live_server.url + "/events/harbour-strike/silence/")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf()[:5] == b"%PDF-"
    page.close()


def test_the_keyboard_reaches_the_record_first(live_server: Any, page: Page, said: dict[str, Statement]) -> None:
    page.goto(live_server.url + "/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_print_keeps_evidence_and_drops_the_controls(live_server: Any, page: Page, said: dict[str, Statement]) -> None:
    page.goto(live_server.url + "/?stance=critical")
    page.emulate_media(media="print")
    expect(page.locator(".facets")).to_be_hidden()
    expect(page.locator(".evidence").first).to_be_visible()
    expect(page.get_by_text("Filtered by: Stance Critical.")).to_be_visible()


@pytest.fixture
def asked(page: Page) -> Iterator[list[str]]:
    """Every address the page asked for."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    yield found


def test_a_page_asks_nobody_else_for_anything(
    live_server: Any, page: Page, said: dict[str, Statement], asked: list[str]
) -> None:
    page.goto(live_server.url + "/")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
