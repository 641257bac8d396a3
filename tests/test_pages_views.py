"""Every kind of page: found, moved, gone, refused; sample data says so everywhere."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client, override_settings

from tests import factories as f
from tracker.models import Company, OldSlug, Statement

pytestmark = pytest.mark.django_db


def text(response: object) -> str:
    page = response.content.decode()  # type: ignore[attr-defined]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_a_statement_shows_its_words_marked_and_nothing_else_of_the_report(client: Client) -> None:
    statement = f.make_statement(quote="a step too far")
    page = client.get(f"/statements/{statement.public_id}/").content.decode()
    assert re.search(r'<mark id="w1">a step too far</mark>', page)
    assert "Pinhay Rail said that it takes no side" not in page
    assert "Calder chief says order is a disgrace" in page  # the headline, as the citation's title


def test_a_statement_shows_how_it_is_known(client: Client) -> None:
    statement = f.make_statement(basis="anonymous_source")
    statement.citations.update(attribution="a person who saw it")
    said = text(client.get(f"/statements/{statement.public_id}/"))
    assert "Anonymous source" in said
    assert "“ a person who saw it ”" in said
    assert "SHA-256" in said
    assert "write to editors@onrecord.example" in said


def test_the_number_of_queries_of_a_statement_does_not_grow_with_its_citations(
    client: Client, django_assert_max_num_queries: object
) -> None:
    statement = f.make_statement()
    for n in range(12):
        f.cite(statement, f.make_report(f"https://the-courier.example/{n}"), quote="a step too far")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        assert client.get(f"/statements/{statement.public_id}/").status_code == 200


def test_a_withheld_statement_says_that_it_is_being_examined_and_nothing_of_it(client: Client) -> None:
    statement = f.make_statement(state="withheld", published_at=f.NOW, summary="Secret words.")
    response = client.get(f"/statements/{statement.public_id}/")
    assert response.status_code == 410
    assert "is being examined" in text(response)
    assert "Secret words" not in text(response)
    assert "Calder" not in text(response)


def test_a_removed_statement_leaves_its_id_its_dates_and_the_reason(client: Client) -> None:
    statement = f.make_statement(summary="Secret words.")
    Statement.objects.filter(pk=statement.pk).update(
        state="withdrawn", taken_down_at=f.NOW, taken_down_category="privacy", taken_down_note="Not for readers."
    )
    response = client.get(f"/statements/{statement.public_id}/")
    assert response.status_code == 410
    assert "Reason: privacy." in text(response)
    assert "20 Mar 2026" in text(response)
    assert "Secret words" not in text(response) and "Not for readers" not in text(response)


@pytest.mark.parametrize(
    "path", ["statements", "inquiries", "reports", "events", "companies", "people", "outlets", "sectors"]
)
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    response = client.get(f"/{path}/nothing/")
    assert response.status_code == 404
    assert "There is no such page" in text(response)
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_a_draft_is_not_told_apart_from_nothing(client: Client) -> None:
    draft = f.make_statement(published=False)
    assert client.get(f"/statements/{draft.public_id}/").status_code == 404


def test_a_merged_companys_address_leads_to_the_other_for_good(client: Client) -> None:
    kept = f.make_company("Calder Ferries")
    lost = f.make_company("Calder Ferry Company")
    Company.objects.filter(pk=lost.pk).update(merged_into=kept)
    response = client.get("/companies/calder-ferry-company/?stance=critical")
    assert (response.status_code, response["Location"]) == (308, "/companies/calder-ferries/?stance=critical")


def test_an_old_name_leads_to_the_present_one(client: Client) -> None:
    event = f.make_event()
    OldSlug.objects.create(entity="event", slug="port-strike", row_id=event.pk)
    response = client.get("/events/port-strike/")
    assert (response.status_code, response["Location"]) == (308, "/events/harbour-strike/")


def test_an_event_shows_its_tree_its_target_and_its_figures(client: Client) -> None:
    root, _, night = f.make_tree()
    f.make_statement(event=night, channel="internal", medium="chat", disclosure="leaked")
    f.make_statement(event=root, capacity="staff")
    said = text(client.get(f"/events/{root.slug}/"))
    assert "the harbour strike order" in said
    assert "Second night" in said
    assert "1 by companies, 1 by staff or individuals" in said
    assert "company statement was internal all reached us as leaks or reports of leaks" in said


def test_the_chart_is_readable_as_text_and_needs_no_style(client: Client) -> None:
    f.make_statement(event=f.make_event(), said=f.span("2026-03-02", "2026-03-04"))
    page = client.get("/events/harbour-strike/").content.decode()
    chart = page[page.index('<svg class="chart chart-wide"') : page.index("</svg>", page.index("chart-wide"))]
    assert ">Critical</text>" in chart
    assert "1 company, 0 other" in chart
    assert "<title>Calder Ferries, critical, 2–4 Mar 2026</title>" in re.sub(r"\s+", " ", chart)
    assert "style=" not in chart


def test_an_event_without_a_target_says_why_no_stance_is_coded(client: Client) -> None:
    storm = f.make_event("Storm", stance_target="")
    f.make_statement(event=storm)
    said = text(client.get("/events/storm/"))
    assert "None is coded" in said


def test_the_queries_of_an_event_do_not_grow_with_its_statements(
    client: Client, django_assert_max_num_queries: object
) -> None:
    root, child, night = f.make_tree()
    for n in range(15):
        f.make_statement(event=[root, child, night][n % 3], company=f.make_company(f"Company {n}"), told=False)
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert client.get("/events/harbour-strike/").status_code == 200


def test_a_company_sets_internal_beside_public(client: Client) -> None:
    f.make_statement(channel="internal", medium="chat", summary="To its staff.", said="2026-03-02")
    f.make_statement(summary="To the public.", said="2026-03-05")
    f.make_statement(capacity="staff", summary="By its staff.")
    said = text(client.get("/companies/calder-ferries/"))
    assert said.index("To its staff.") < said.index("To the public.") < said.index("By its staff.")
    assert "Staff and personal voices, not the company’s" in said


def test_a_company_nobody_watches_is_not_monitored_rather_than_silent(client: Client) -> None:
    f.make_company("Pinhay Rail")
    said = text(client.get("/companies/pinhay-rail/"))
    assert "This company is not monitored" in said
    assert "no statement found" not in said.lower()


def test_a_page_about_a_company_refuses_to_be_about_another_as_well(client: Client) -> None:
    f.make_company("Pinhay Rail")
    f.make_company()
    assert client.get("/companies/pinhay-rail/?company=calder-ferries").status_code == 400


def test_declining_to_comment_is_shown_as_an_inquiry_and_never_as_a_stance(client: Client) -> None:
    inquiry = f.make_inquiry()
    page = client.get("/companies/ottery-foods/")
    assert "Declined" in text(page)
    assert "It is not a statement, and not a stance." in text(page)
    said = text(client.get(f"/inquiries/{inquiry.public_id}/"))
    assert "Ottery Foods , asked about Harbour strike : declined" in said


def test_a_report_is_shown_without_its_text(client: Client) -> None:
    report = f.make_report()
    statement = f.make_statement(report=report)
    page = text(client.get(f"/reports/{report.public_id}/"))
    assert "The Gazette" in page and report.captures.get().body_sha256 in page
    assert statement.public_id in client.get(f"/reports/{report.public_id}/").content.decode()
    assert "We ask the minister" not in page


def test_a_report_that_nothing_published_cites_is_not_public(client: Client) -> None:
    assert client.get(f"/reports/{f.make_report().public_id}/").status_code == 404


def test_a_spokesperson_has_no_page(client: Client) -> None:
    f.make_person("Jonas Reed", is_spokesperson=True)
    assert client.get("/people/jonas-reed/").status_code == 404


@override_settings(SAMPLE_DATA=True)
@pytest.mark.parametrize("path", ["/", "/events/", "/companies/", "/methodology/", "/nowhere/"])
def test_sample_data_says_so_on_every_page(client: Client, path: str) -> None:
    said = text(client.get(path))
    assert "Sample data for demonstration." in said
    assert "No “no statement found” here is a finding." in said


def test_an_invented_event_says_so_even_where_the_rest_is_real(client: Client) -> None:
    f.make_event("Invented strike", is_sample=True)
    assert "Sample data for demonstration." in text(client.get("/events/invented-strike/"))
    assert "Sample data" not in text(client.get("/"))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)("/").status_code == 405


def test_the_policy_of_every_page_forbids_inline_scripts_and_styles(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy


def test_robots_are_told_where_the_map_is(client: Client) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_an_error_of_ours_is_said_plainly_and_without_the_database(client: Client) -> None:
    from django.test import RequestFactory

    from tracker.pages import errors

    page = errors.server_error(RequestFactory().get("/"))
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.content.decode()
    problem = errors.server_error(RequestFactory().get("/api/v1/"))
    assert problem["Content-Type"] == "application/problem+json"
