"""Watch lists entered as lists, checks logged for many, and the warning before a company is held twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.test_admin_acts import told
from tests.test_admin_forms import client_of, empty_inlines, place, sound
from tracker.models import Alias, Check, Company, Statement, Ticker, WatchEntry
from tracker.review import reference

pytestmark = pytest.mark.django_db
PASTE = "admin:tracker_watchentry_paste"


def pasted(lines: str, **given: Any) -> dict[str, Any]:
    return {
        "event": make.make_event().pk,
        "frame": "",
        "entered_for": "tip",
        "searched_from": "2026-03-01",
        "lines": lines,
    } | given


def test_a_pasted_list_shows_what_matched_before_anything_is_entered() -> None:
    calder, pinhay = make.make_company(sector="industrials", hq_region="GB"), make.make_company("Pinhay Rail")
    reference.save(Ticker(company=pinhay, symbol="PNHY"), by=make.editor())
    reference.save(Alias(company=calder, name="Calder"), by=make.editor())
    make.make_watch_entry(make.make_company("Ottery Foods"))
    client = client_of(make.editor())
    page = told(client.post(reverse(PASTE), pasted("calder\nPNHY\nOttery Foods\nCalder Ferrie\nNobody Inc\n\nPNHY")))
    assert "2 to be entered" in page and "Watched already: Ottery Foods" in page
    assert "Not clear: mend or remove these 2 lines first" in page and "Like it: Calder Ferries" in page
    assert WatchEntry.objects.count() == 1
    refused = client.post(reverse(PASTE), pasted("PNHY\nNobody Inc") | {"enter": "1"})
    assert refused.status_code == 200 and WatchEntry.objects.count() == 1
    answer = client.post(reverse(PASTE), pasted("calder\nPNHY\nOttery Foods") | {"enter": "1"}, follow=True)
    assert "2 entered, 1 were watched already." in told(answer)
    entry = WatchEntry.objects.get(company=calder)
    assert (entry.sector_then, entry.hq_then, entry.entered_for) == ("industrials", "GB", "tip")
    assert sound() == []


def test_a_name_of_two_companies_is_not_guessed_at() -> None:
    make.make_company("Harbour Bank", slug="harbour-bank-gb")
    make.make_company("Harbour Bank", slug="harbour-bank-us", told=False)
    page = told(client_of(make.editor()).post(reverse(PASTE), pasted("Harbour Bank")))
    assert "type one of harbour-bank-gb, harbour-bank-us" in page


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"entered_for": "frame"}, "names its frame"),
        ({"searched_from": "soon"}, "Enter a valid date"),
        ({"lines": "\n".join(f"Company {n}" for n in range(2001))}, "2,000 at a time"),
    ],
)
def test_a_list_that_cannot_be_entered_says_why(given: dict[str, str], why: str) -> None:
    page = client_of(make.editor()).post(reverse(PASTE), pasted("Calder Ferries") | given)
    assert why in told(page)


def test_nothing_enters_a_fixed_frame() -> None:
    make.make_company()
    frame = make.make_frame()
    posted = pasted("Calder Ferries", frame=frame.pk, entered_for="frame") | {"enter": "1"}
    assert "was fixed when it was first published" in told(client_of(make.editor()).post(reverse(PASTE), posted))
    assert not WatchEntry.objects.exists()


@pytest.mark.parametrize("who", ["reader", "contributor"])
def test_only_editors_paste(who: str) -> None:
    client = client_of(getattr(make, who)())
    assert client.get(reverse(PASTE)).status_code == 403
    assert client.post(reverse(PASTE), pasted("Calder Ferries")).status_code == 403


def entries() -> list[WatchEntry]:
    return [make.make_watch_entry(make.make_company(name)) for name in ("Calder Ferries", "Pinhay Rail")]


def test_nothing_found_through_today_is_logged_for_many_in_one_click() -> None:
    rows = entries()
    posted = {"action": "check_today", "_selected_action": [row.pk for row in rows]}
    page = client_of(make.editor()).post(place(WatchEntry, "changelist"), posted, follow=True)
    today = timezone.now().date()
    assert f"2 checks logged through {today}" in told(page)
    assert {(check.through, check.by.username) for check in Check.objects.all()} == {(today, "ana")}


def test_a_check_says_where_and_through_which_day() -> None:
    rows = entries()
    client = client_of(make.editor())
    posted: dict[str, Any] = {"action": "check_many", "_selected_action": [row.pk for row in rows]}
    assert "2 companies: " in told(client.post(place(WatchEntry, "changelist"), posted))
    ahead = timezone.now().date() + dt.timedelta(days=1)
    posted |= {"check": "1", "through": ahead.isoformat(), "where": ["newsroom", "filings"], "note": "Searched twice."}
    assert "cannot reach into the future" in told(client.post(place(WatchEntry, "changelist"), posted))
    assert not Check.objects.exists()
    client.post(place(WatchEntry, "changelist"), posted | {"through": "2026-03-12"})
    assert [check.where for check in Check.objects.all()] == [["newsroom", "filings"]] * 2


def test_a_reader_logs_no_check() -> None:
    row = make.make_watch_entry()
    posted = {"action": "check_today", "_selected_action": [row.pk]}
    client_of(make.reader()).post(place(WatchEntry, "changelist"), posted)
    assert not Check.objects.exists()


# --- Companies that we may hold already -----------------------------------------------------


@pytest.mark.parametrize("name", ["Calder Ferries", "calder ferries plc", "Calder Ferries Group", "Old Calder Line"])
def test_a_company_that_may_be_held_already_is_asked_about(name: str) -> None:
    calder = make.make_company()
    Alias.objects.create(company=calder, name="Old Calder Line")
    client = client_of(make.editor())
    posted = empty_inlines({"name": name, "kind": "company"}, "aliases", "tickers")
    answer = client.post(place(Company, "add"), posted)
    assert "We may hold it already" in told(answer) and place(Company, "change", calder.pk) in told(answer)
    assert Company.objects.count() == 1
    assert client.post(place(Company, "add"), posted | {"is_another": "on"}).status_code == 302
    assert Company.objects.count() == 2


def test_an_identifier_is_held_once() -> None:
    make.make_company(lei="5493001KJTIIGC8Y1R12")
    posted = {"name": "Seaton Hotels", "kind": "company", "lei": "5493001KJTIIGC8Y1R12"}
    answer = client_of(make.editor()).post(place(Company, "add"), empty_inlines(posted, "aliases", "tickers"))
    assert answer.status_code == 200 and "errorlist" in told(answer)
    assert "Constraint" not in told(answer)


# --- Long lists ---------------------------------------------------------------------------


def test_a_list_is_not_counted_to_its_end(django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.admin.base.COUNTED", 3)
    for number in range(6):
        make.make_company(f"Harbour Company {number}", told=False)
    client = client_of(make.editor())
    client.get(place(Company, "changelist"))
    with django_assert_max_num_queries(8) as held:
        page = client.get(place(Company, "changelist"))
    assert page.context["cl"].result_count == 4
    counts = [query["sql"] for query in held.captured_queries if "COUNT(" in query["sql"]]
    assert counts and all("LIMIT 4" in sql for sql in counts)


@pytest.mark.parametrize("rows", [2, 12])
def test_the_list_of_statements_asks_the_same_few_questions(rows: int, django_assert_max_num_queries: Any) -> None:
    for number in range(rows):
        make.make_statement(company=make.make_company(f"Harbour Company {number}"))
    client = client_of(make.editor())
    with django_assert_max_num_queries(14):
        client.get(place(Statement, "changelist"))
