"""The public pages in Chromium: with and without a script, on a phone and a desk, in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
