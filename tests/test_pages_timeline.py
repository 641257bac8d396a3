"""The timeline as readers meet it: shareable, honest about filters, and silent about what is not published."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from tests import factories as f

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "results"}


def text(response: object) -> str:
    page = response.content.decode()  # type: ignore[attr-defined]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_every_entry_shows_who_which_channel_which_side_and_who_says_so(client: Client) -> None:
    statement = f.make_statement(channel="internal", medium="chat", disclosure="leaked")
    said = text(client.get("/"))
    assert "Critical · Internal memo · chat · leaked" in said
    assert "Calder Ferries" in said
    assert statement.public_id in said
    assert "Outlet’s assertion" in said
    assert "Tuesday 3 March 2026" in said


def test_an_unknown_filter_is_refused_with_the_nearest_right_one(client: Client) -> None:
    response = client.get("/?stanse=critical&channel=public")
    assert response.status_code == 400
    assert "Did you mean “stance”?" in text(response)
    assert 'href="/?channel=public&amp;stance=critical"' in response.content.decode()


def test_an_unknown_value_is_refused_with_the_nearest_right_one(client: Client) -> None:
    response = client.get("/?stance=critcal")
    assert response.status_code == 400
    assert 'href="/?stance=critical"' in response.content.decode()


@pytest.mark.parametrize(
    "query", ["from=yesterday", "from=2026-03-04&to=2026-03-01", "cursor=zzz", "q=" + "a" * 300, "q=%00"]
)
def test_a_filter_that_makes_no_sense_is_refused(client: Client, query: str) -> None:
    assert client.get(f"/?{query}").status_code == 400


def test_ten_kilobytes_of_query_are_refused_calmly(client: Client) -> None:
    assert client.get("/?" + "&".join(f"x{n}=1" for n in range(900))).status_code == 400


def test_tracking_does_not_break_a_shared_link(client: Client) -> None:
    response = client.get("/?utm_source=mail&stance=critical")
    assert response.status_code == 200
    assert 'rel="canonical" href="http://testserver/?stance=critical"' in response.content.decode()


def test_a_form_without_a_script_ends_at_the_canonical_address(client: Client) -> None:
    response = client.get("/?from=&to=&stance=critical&q=")
    assert (response.status_code, response["Location"]) == (302, "/?stance=critical")


def test_active_filters_are_checked_in_place_and_removable_as_pills(client: Client) -> None:
    f.make_statement()
    page = client.get("/?stance=critical&from=2026-03-01&to=2026-03-09").content.decode()
    assert re.search(r'name="stance" value="critical" checked', page)
    assert 'class="pill" href="/?from=2026-03-01&amp;to=2026-03-09"' in page
    assert 'class="pill" href="/?stance=critical"' in page
    assert "1–9 Mar 2026" in page


def test_an_empty_list_says_which_filter_to_drop(client: Client) -> None:
    f.make_statement()
    response = client.get("/?stance=critical&channel=internal")
    said = text(response)
    assert "No statement on record matches all of these." in said
    assert "Drop channel Internal memo : 1 statement" in said


def test_files_and_feed_ask_the_same_question(client: Client) -> None:
    page = client.get("/?stance=critical&channel=public").content.decode()
    for path in ("/api/v1/timeline.csv", "/api/v1/timeline/", "/feed.atom", "/feed.json"):
        assert f'href="{path}?channel=public&amp;stance=critical"' in page


def test_a_page_about_something_has_a_feed_of_its_own(client: Client) -> None:
    f.make_statement(company=f.make_company(sector="industrials"), person=f.make_person())
    for path in ("/events/harbour-strike/", "/companies/calder-ferries/", "/people/ada-quill/"):
        page = client.get(f"{path}?stance=critical").content.decode()
        assert f'href="{path}feed.atom?stance=critical"' in page
        assert client.get(f"{path}feed.atom?stance=critical").status_code == 200
    page = client.get("/sectors/industrials/?stance=critical").content.decode()
    assert 'href="/feed.atom?sector=industrials&amp;stance=critical"' in page


def test_htmx_gets_the_list_and_its_facets_together_and_the_canonical_address(client: Client) -> None:
    f.make_statement()
    response = client.get("/?stance=critical&q=&from=", headers=HTMX)
    page = response.content.decode()
    assert page.lstrip().startswith('<div id="results"')
    assert 'name="stance"' in page and "Calder Ferries" in page
    assert "<html" not in page
    assert response["HX-Push-Url"] == "/?stance=critical"
    assert "HX-Request" in response["Vary"]


def test_what_is_not_published_leaks_nowhere(client: Client) -> None:
    draft = f.make_statement(published=False, summary="Secret draft words.")
    withheld = f.make_statement(state="withheld", published_at=f.NOW, summary="Withheld words.", told=False)
    page = client.get("/").content.decode()
    assert "Secret draft" not in page and draft.public_id not in page
    assert "Withheld words" not in page and withheld.public_id not in page
    assert "0 statements" in text(client.get("/"))


def test_older_and_newer_lead_there_and_back(client: Client) -> None:
    from tracker.pages import lists

    for n in range(lists.PAGE + 3):
        f.make_statement(said=f"2026-02-{n % 28 + 1:02}", told=False)
    first = client.get("/").content.decode()
    older = html.unescape(re.search(r'href="([^"]+)"[^>]*rel="next"', first)[1])  # type: ignore[index]
    second = client.get(older)
    assert second.status_code == 200
    newer = html.unescape(re.search(r'href="([^"]+)"[^>]*rel="prev"', second.content.decode())[1])  # type: ignore[index]
    ids = re.compile(r"OR-[0-9A-Z]{7}")
    assert set(ids.findall(client.get(newer).content.decode())) == set(ids.findall(first))
    assert not set(ids.findall(first)) & set(ids.findall(second.content.decode()))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202eevil\u202c",
    "{{ 7|add:7 }}",
    "</title><b>",
    "a\u200bb",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_in_any_text_field_becomes_markup(client: Client, words: str) -> None:
    company = f.make_company("Hostile", slug="hostile")
    type(company).objects.filter(pk=company.pk).update(name=words)
    company.refresh_from_db()
    statement = f.make_statement(company=company, summary=words, told=False)
    statement.voices.update(title_then=words)
    statement.citations.update(attribution=words)
    page = client.get("/").content.decode()
    assert "<script>alert" not in page and "<img" not in page and "</title><b>" not in page
    assert html.escape(words) in page
    assert f"<bdi>{html.escape(words)}</bdi>" in page


@pytest.mark.parametrize(
    "query",
    [
        "",
        "stance=critical&channel=public",
        "event=harbour-strike&from=2026-03-01&to=2026-03-09",
        "company=calder-ferries",
        "event=harbour-strike&company=calder-ferries&outlet=the-gazette&stance=critical&q=order&dates=within",
    ],
)
def test_the_page_costs_few_queries_whatever_it_shows(
    client: Client, django_assert_max_num_queries: object, query: str
) -> None:
    first = f.make_statement()
    for n in range(12):
        statement = f.make_statement(company=f.make_company(f"Company {n}"), told=False)
        f.link(statement, first, "disavows")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get(f"/?{query}").status_code == 200


def test_a_full_page_stays_light(client: Client) -> None:
    import gzip

    for n in range(40):
        f.make_statement(company=f.make_company(f"Company {n}"), quote="We ask the minister to withdraw it", told=False)
    assert len(gzip.compress(client.get("/").content)) <= 40_000
