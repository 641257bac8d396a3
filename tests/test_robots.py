"""What a site asks of programs is kept to, as RFC 9309 has it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import editor
from tests.fakes import Server, server
from tracker.ingest import feeds, pipeline, robots
from tracker.ingest.robots import read
from tracker.models import Feed, Report
from tracker.models.choices import FetchOutcome, ReportState

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
RULES = b"""\xef\xbb\xbf# ours
User-agent: *
Disallow: /

User-agent: otherbot
User-Agent: OnRecordBot/9.9
Disallow: /private/   # not here
Allow: /private/press
Disallow: /*.pdf$
Disallow: /search*q=
Disallow: /caf%C3%A9
Disallow:
Sitemap: https://news.example/map.xml

user-agent: onrecordbot
disallow: /later
"""


@pytest.mark.parametrize(
    ("path", "lets"),
    [
        ("/", True),
        ("/private/a", False),
        ("/private/press/a", True),
        ("/private", True),
        ("/a.pdf", False),
        ("/a.pdf?x=1", True),
        ("/search/all?x=1&q=2", False),
        ("/search", True),
        ("/caf%c3%a9/menu", False),
        ("/later/a", False),
    ],
)
def test_the_longest_line_of_our_own_groups_decides(path: str, lets: bool) -> None:
    assert read(RULES, agent="OnRecordBot").allow(path) is lets


def test_whoever_is_not_named_keeps_to_what_everybody_is_asked() -> None:
    assert not read(RULES, agent="strangerbot").allow("/")
    assert read(b"user-agent: onrecordbot\n\nuser-agent: *\ndisallow: /", agent="onrecordbot").allow("/") is False
    assert read(b"user-agent: onrecordbot\nallow: /\nuser-agent: *\ndisallow: /", agent="onrecordbot").allow("/")


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Disallow: /</body></html>", b"disallow: /", b"\0\xff\xfe", b":" * 9999]
)
def test_what_is_no_rule_forbids_nothing(body: bytes) -> None:
    assert read(body, agent="onrecordbot").allow("/a")


def test_hostile_patterns_take_no_time() -> None:
    body = b"user-agent: *\n" + b"".join(b"disallow: /" + b"*a" * 200 + b"b$\n" for _ in range(3000))
    begun = time.process_time()
    assert read(body, agent="x").allow("/" + "a" * 4000)
    assert time.process_time() - begun < 2


# --- Where it is kept to ------------------------------------------------------------------


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    robots.forget()
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        settings.FETCH_DEADLINE_SECONDS = 2
        yield made


def asked(web: Server, path: str) -> int:
    return sum(request.startswith(f"GET {path} ".encode()) for request in web.requests)


def from_feed(web: Server, path: str) -> Report:
    link = f"<item><link>{web.url(path)}</link></item>"
    feed = Feed.objects.create(url=web.answers(f"/feed{path}", f"<rss><channel>{link}</channel></rss>".encode()))
    taken = feeds.poll(feed.pk, now=lambda: NOW)
    assert taken is not None
    return Report.objects.get(pk=taken.new[0])


@pytest.mark.django_db
def test_a_page_that_a_feed_names_is_fetched_only_if_its_site_lets_programs(web: Server) -> None:
    web.answers("/robots.txt", b"User-agent: *\nDisallow: /closed")
    closed, open_ = from_feed(web, "/closed/a"), from_feed(web, "/open/a")
    pipeline.fetch(closed.pk, now=lambda: NOW)
    pipeline.fetch(open_.pk, now=lambda: NOW)
    closed.refresh_from_db()
    assert (closed.state, closed.failed_at_step) == (ReportState.FAILED, "fetch")
    assert closed.error.startswith("The site asks programs not to fetch this page (robots.txt).")
    assert closed.fetches.get().outcome == FetchOutcome.REFUSED
    assert (asked(web, "/closed/a"), asked(web, "/open/a"), asked(web, "/robots.txt")) == (0, 1, 1)


@pytest.mark.django_db
def test_a_page_that_a_person_sends_in_is_that_persons_visit(web: Server) -> None:
    web.answers("/robots.txt", b"User-agent: *\nDisallow: /")
    report, _ = pipeline.receive(url=web.answers("/a", b"<html>"), by=editor())
    pipeline.fetch(report.pk, now=lambda: NOW)
    report.refresh_from_db()
    assert report.state == ReportState.FETCHED
    assert asked(web, "/robots.txt") == 0


@pytest.mark.django_db
def test_a_feed_that_its_site_closes_to_programs_is_not_polled(web: Server) -> None:
    web.answers("/robots.txt", b"User-agent: OnRecordBot\nDisallow: /f")
    feed = Feed.objects.create(url=web.answers("/f", b"<rss/>"))
    assert feeds.poll(feed.pk, now=lambda: NOW) == feeds.Taken()
    feed.refresh_from_db()
    assert feed.last_error == "The site asks programs not to fetch this feed (robots.txt)."
    assert asked(web, "/f") == 0


@pytest.mark.django_db
def test_a_site_that_cannot_say_just_now_is_asked_again_later(web: Server) -> None:
    report = from_feed(web, "/a")
    robots.forget()
    web.answers("/robots.txt", b"", status="503 Busy")
    pipeline.fetch(report.pk, now=lambda: NOW)
    report.refresh_from_db()
    assert (report.state, report.failures) == (ReportState.RECEIVED, 1)
    assert report.next_try_at is not None
    assert asked(web, "/a") == 0


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"]
)
def test_no_file_and_no_answer_forbid_nothing(web: Server, raw: bytes) -> None:
    web.sends("/robots.txt", raw)
    assert robots.allowed(web.url("/a")) is True
    assert robots.allowed(web.url("/b")) is True
    assert asked(web, "/robots.txt") == 1
