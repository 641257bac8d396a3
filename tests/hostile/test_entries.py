"""Every way a stranger's address reaches us, with every kind of address that leads inward."""

from __future__ import annotations

import contextlib
import html
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from tests import factories
from tests.hostile import table, vectors
from tests.hostile.world import Everywhere, answer
from tracker.ingest import feeds, pipeline
from tracker.models import ApiToken, Feed, Report
from tracker.review import rights

pytestmark = pytest.mark.django_db

SOME = 110  # spellings that each entry is tried with: all tricks, all ranges


def work_off() -> None:
    """Take every report as far as it goes."""
    for pk in Report.objects.unfinished().values_list("pk", flat=True):
        pipeline.advance(pk)


def report(url: str, web: Everywhere) -> None:
    try:
        pipeline.receive(url=url)
    except pipeline.Rejected:
        return
    work_off()


def stored_report(url: str, web: Everywhere) -> None:
    """An address that got into the table by some other way."""
    if url.startswith(("http://", "https://")):
        Report.objects.create(url=url)
    work_off()


def redirected_report(url: str, web: Everywhere) -> None:
    location = url.encode("utf-8").decode("latin-1").replace("\t", "")
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    report(web.page("pub.test", f"/r/{Report.objects.count()}", head.encode("latin-1")), web)


def feed(url: str, web: Everywhere) -> None:
    feeds.poll(Feed.objects.create(url=url).pk, at_once=True)


def moved_feed(url: str, web: Everywhere) -> None:
    location = url.encode("utf-8").decode("latin-1").replace("\t", "")
    head = f"HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    at = web.page("pub.test", f"/moved/{Feed.objects.count()}", head.encode("latin-1"))
    made = Feed.objects.create(url=at)
    feeds.poll(made.pk, at_once=True)
    feeds.poll(made.pk, at_once=True)


def item_of_a_feed(url: str, web: Everywhere) -> None:
    told = html.escape(url)
    body = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>{told}</link><item><title>one</title>
<link>{told}</link><guid isPermaLink="true">{told}</guid><enclosure url="{told}" length="1" type="audio/mpeg"/>
<comments>{told}</comments><source url="{told}">s</source></item></channel></rss>"""
    at = web.page(
        "pub.test", f"/feed/{Feed.objects.count()}", answer(body.encode(), content_type="application/rss+xml")
    )
    feeds.poll(Feed.objects.create(url=at).pk, at_once=True)
    work_off()


def named_in_a_page(url: str, web: Everywhere) -> None:
    told = html.escape(url, quote=True)
    page = f"""<!doctype html><html><head><title>A page</title><base href="{told}"><link rel="canonical" href="{told}">
<link rel="alternate" type="application/rss+xml" href="{told}"><link rel="amphtml" href="{told}">
<link rel="icon" href="{told}"><meta http-equiv="refresh" content="0; url={told}"><meta property="og:image" content="{told}">
<meta property="og:url" content="{told}"></head><body><article><p>{"Northvale Foods spoke to reporters on Monday. " * 12}</p>
<img src="{told}"><iframe src="{told}"></iframe><script src="{told}"></script></article></body></html>"""
    number = Report.objects.count()
    report(web.page("pub.test", f"/page/{number}", answer(page.encode())), web)
    feeds.poll(Feed.objects.create(url=f"http://pub.test/page/{number}").pk, at_once=True)


def ingest_command(url: str, web: Everywhere) -> None:
    with contextlib.suppress(CommandError, SystemExit):
        call_command("ingest", url, stdout=io.StringIO(), stderr=io.StringIO())
    work_off()


def api(url: str, web: Everywhere) -> None:
    cache.clear()  # the limits on senders are not what is tried here
    user = User.objects.filter(username="machine").first() or factories.make_user("machine", rights.CONTRIBUTOR)
    _, key = ApiToken.objects.create(user=user, expiry=None, name="tests", scopes=["reports"])
    told = Client().post(
        "/api/v1/reports/", {"url": url}, content_type="application/json", headers={"authorization": f"Token {key}"}
    )
    assert told.status_code in {202, 400, 422}, told.content
    work_off()


ENTRIES: tuple[Callable[[str, Everywhere], None], ...] = (
    report, stored_report, redirected_report, feed, moved_feed, item_of_a_feed, named_in_a_page, ingest_command, api,
)  # fmt: skip


@pytest.mark.timeout(240)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__)
def test_no_entry_leads_inward(
    entry: Callable[[str, Everywhere], None], web: Everywhere, names: object, settings: object
) -> None:
    settings.FETCH_DEADLINE_SECONDS = 4  # type: ignore[attr-defined]
    tried = 0
    for url in vectors.some(SOME):
        entry(url, web)
        tried += 1
    table.record(f"entry: {entry.__name__.replace('_', ' ')}", tried=tried, through=len(web.reached))
    assert web.reached == []
