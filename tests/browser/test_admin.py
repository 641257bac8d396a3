"""The admin in Chromium: login, dashboard, a statement; by keyboard, in light and in dark, under the strict policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories as f
from tests.browser import cast
from tracker.models import Statement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def said() -> dict[str, Statement]:
    f.make_candidate()
    return cast.publish()


@pytest.fixture
def log_in(page: Page, live_server: Any) -> Callable[[str], None]:
    def enter(name: str) -> None:
        page.goto(live_server.url + reverse("admin:login"))
        page.keyboard.type(name)  # the first field has the focus
        page.keyboard.press("Tab")
        page.keyboard.type(f"correct horse {name}")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")

    return enter


def violations(page: Page) -> list[tuple[str, str]]:
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"]
    return [(one["id"], node["html"][:120]) for one in found for node in one["nodes"]]


def pages(said: dict[str, Statement]) -> list[str]:
    statement = said["memo"]
    citation = statement.citations.get()
    return [
        reverse("admin:index"),
        reverse("admin:tracker_statement_changelist"),
        reverse("admin:tracker_statement_change", args=[statement.pk]),
        reverse("admin:tracker_statement_history", args=[statement.pk]),
        reverse("admin:tracker_statement_act", args=[statement.pk, "correct"]),
        reverse("admin:tracker_citation_change", args=[citation.pk]),
        reverse("admin:tracker_report_add"),
        reverse("admin:tracker_watchentry_paste"),
        reverse("admin:tracker_event_change", args=[statement.event.root.pk]),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_the_policy_refuses_nothing(
    scheme: Any, page: Page, live_server: Any, said: dict[str, Statement], log_in: Any, refusals: list[str]
) -> None:
    f.administrator()
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("admin:login"))
    assert refusals == []
    assert violations(page) == []
    log_in("dora")
    page.goto("about:blank")
    refusals.clear()  # axe itself brings a style of its own
    for address in pages(said):
        page.goto(live_server.url + address)
    assert refusals == []
    found = {}
    for address in pages(said):
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        if wrong := violations(page):
            found[address] = wrong
    assert found == {}


def test_a_date_is_read_back_while_it_is_typed_and_kept_as_it_was_meant(
    page: Page, live_server: Any, said: dict[str, Statement], log_in: Any
) -> None:
    f.editor()
    log_in("ana")
    page.goto(live_server.url + reverse("admin:tracker_statement_change", args=[said["operations"].pk]))
    field = page.get_by_label("Date said")
    expect(field).to_have_value("2026-03-03")
    field.fill("over the weekend of 7 Mar 2026")
    expect(page.locator(".field-said output").first).to_contain_text("7–8 Mar 2026 (weekend)")
    field.fill("sometime")
    expect(page.locator(".field-said output").first).to_contain_text("is not a date we can read")
    field.fill("2 Mar 2026")
    page.get_by_label("Why it changes").select_option("our_error")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist")).to_contain_text("changed successfully")
    assert Statement.objects.get(pk=said["operations"].pk).said.words() == "2 Mar 2026"


def test_a_company_is_chosen_by_keyboard(page: Page, live_server: Any, said: dict[str, Statement], log_in: Any) -> None:
    f.editor()
    log_in("ana")
    page.goto(live_server.url + reverse("admin:tracker_inquiry_add"))
    page.get_by_role("combobox", name="Company").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("pinh")
    expect(page.locator(".select2-results__option--selectable, .select2-results__option[role=option]")).to_have_text(
        ["Pinhay Rail"]
    )
    page.keyboard.press("Enter")
    expect(page.locator(".field-company .select2-selection__rendered")).to_contain_text("Pinhay Rail")
