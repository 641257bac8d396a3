"""Every kind of page is valid HTML, whatever stands in the record; and nothing that is not public shows anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import html5lib
import pytest
from django.test import Client

from tests import factories as f
from tests.browser import cast
from tracker.models import Company, Event, Inquiry, Outlet, Person, Report, Statement

pytestmark = pytest.mark.django_db

# A script, an entity, quotes of both kinds, an override, zero-width and control characters, a lone combining mark.
POISON = (
    "<script>alert(1)</script> &amp;\"' \u202eltr\u202c \u200b\u200d\ufeff \u0001\u0008\u001b\u0085 "
    "e\u0301\u0301 ]]> --> {{ 7|add:7 }}"
)
PATHS = [
    "/",
    "/?stance=critical",
    "/?stance=mixed&channel=unknown",
    "/?stanse=critical",
    "/?stance=%01%1b%3Cscript%3Ealert(1)",
    "/search/?q=%01%1b%E2%80%AE%3Cscript%3Ealert(1)",
    "/events/",
    "/events/harbour-strike/",
    "/events/harbour-strike/silence/",
    "/companies/",
    "/companies/calder-ferries/",
    "/people/",
    "/people/jonas-reed/",
    "/sectors/",
    "/sectors/industrials/",
    "/outlets/the-gazette/",
    "/corrections/",
    "/methodology/",
    "/about/",
    "/search/?q=script",
    "/search/?q=minister",
    "/nowhere/",
    "/embed/events/harbour-strike/",
    "/embed/events/harbour-strike/silence/",
    "/tell/event/harbour-strike/",
]


def every_path() -> Iterator[str]:
    yield from PATHS
    for statement in Statement.objects.published():
        yield f"/statements/{statement.public_id}/"
        yield f"/statements/{statement.public_id}/versions/"
        yield f"/embed/statements/{statement.public_id}/"
    for inquiry in Inquiry.objects.published():
        yield f"/inquiries/{inquiry.public_id}/"
    for report in Report.objects.filter(citations__statement__state="published").distinct():
        yield f"/reports/{report.public_id}/"


def problems(page: str) -> list[str]:
    """Return what a strict HTML parser finds wrong, and ids that occur twice."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(page)
    found = [f"{code} {data}" for _, code, data in parser.errors]
    ids = re.findall(r'\sid="([^"]+)"', page)
    found += [f"id {one} twice" for one in {one for one in ids if ids.count(one) > 1}]
    found += [f"control {ord(sign):#x}" for sign in set(page) if ord(sign) < 32 and sign not in "\t\n\r"]
    return found


def poison() -> None:
    """Write the worst into every text that a page shows, straight into the tables."""
    Event.objects.update(title=POISON, description=POISON, place=POISON)
    Event.objects.filter(parent=None).update(stance_target=POISON, scope=POISON)
    Company.objects.update(name=POISON)
    Person.objects.update(name=POISON)
    Outlet.objects.update(name=POISON, owner=POISON)
    Report.objects.update(headline=POISON, byline=POISON, dateline=POISON)
    Statement.objects.update(summary=POISON, said_as_written=POISON, said_reason=POISON, verification_reason=POISON)
    Inquiry.objects.update(asked_about=POISON, asked_as_written=POISON)
    for statement in Statement.objects.all():
        statement.voices.update(title_then=POISON, name_then=POISON)
        statement.citations.update(attribution=POISON)
        statement.links.update(note=POISON)
        for citation in statement.citations.all():
            citation.quotes.update(attribution=POISON)
        for position in statement.positions.all():
            type(position.target).objects.update(label=POISON)
        for asked in statement.asks.all():
            type(asked.ask).objects.update(label=POISON)
    from tracker.models import Frame

    Frame.objects.update(name=POISON, rule=POISON, source=POISON)


def test_every_kind_of_page_is_valid_html(client: Client) -> None:
    cast.publish()
    wrong = {path: found for path in every_path() if (found := problems(client.get(path).content.decode()))}
    assert wrong == {}


def test_no_text_of_the_record_breaks_a_page_or_runs_in_it(client: Client) -> None:
    cast.publish()
    poison()
    wrong = {}
    for path in every_path():
        response = client.get(path)
        page = response.content.decode()
        found = problems(page)
        if "<script>alert" in page:
            found.append("the script stands in the page")
        if response.status_code >= 500:
            found.append(f"status {response.status_code}")
        if "--&gt; 14" in page:
            found.append("a template in the text was run")
        if found:
            wrong[path] = found
    assert wrong == {}


def test_what_is_not_published_shows_nowhere(client: Client) -> None:
    cast.publish()
    secret = "Zanzibarian"
    company = f.make_company(f"{secret} Line", slug="secret-line", told=False)
    person = f.make_person(f"{secret} Smith", slug="secret-smith", told=False)
    event = f.make_event(f"{secret} affair", slug="secret-affair", published=False, told=False)
    for state in ("draft", "approved", "withheld", "withdrawn"):
        hidden = f.make_statement(
            company=company,
            person=person,
            summary=f"{secret} words.",
            published=False,
            state=state,
            published_at=f.NOW if state[0] == "w" else None,
            taken_down_at=f.NOW if state == "withdrawn" else None,
            told=False,
        )
        f.link(hidden, Statement.objects.published().earliest("pk"), "disavows")
    f.make_statement(event=event, summary=f"{secret} words.", published=False, told=False)
    asked = f.make_inquiry(company=company, published=False, told=False)
    f.make_candidate(report=f.make_report("https://the-courier.example/secret", headline=f"{secret} headline"))
    Inquiry.objects.filter(pk=asked.pk).update(asked_about=f"{secret} question")
    others = [
        "/sitemap.xml",
        "/sitemaps/statement-1.xml",
        "/sitemaps/company-1.xml",
        "/events/harbour-strike/silence.csv",
        "/share/events/harbour-strike.svg",
        "/feed.atom",
        "/companies/?q=zanzibar",
        "/people/?q=zanzibar",
    ]
    shown = {
        path
        for path in [*every_path(), *others]
        if secret in client.get(path).content.decode() or secret in str(client.get(path).headers)
    }
    assert shown == set()
    for path in ("/companies/secret-line/", "/people/secret-smith/", "/events/secret-affair/"):
        assert client.get(path).status_code == 404, path
