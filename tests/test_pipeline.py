"""From arrival to text: nothing is lost, nothing is done twice, and every failure says what to do."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.factories import editor, make_event, make_outlet
from tests.fakes import Server, server
from tracker.core import storage
from tracker.ingest import pipeline
from tracker.models import Capture, FetchAttempt, Report
from tracker.models.choices import ReportState

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
PROSE = " ".join(f"The ferry company said on day {n} that it would sail as planned." for n in range(12))
PAGE = (
    '<!doctype html><html lang="en"><head><title>Ferries sail on</title>'
    '<meta property="og:site_name" content="The Gazette"><meta property="article:published_time" content="2026-03-04">'
    f"</head><body><article><h1>Ferries sail on</h1><p>{PROSE}</p></article></body></html>"
).encode()


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        settings.FETCH_DEADLINE_SECONDS = 2
        yield made


def run(report: Report, now: dt.datetime = NOW) -> Report:
    pipeline.fetch(report.pk, now=lambda: now)
    pipeline.extract(report.pk, now=lambda: now)
    report.refresh_from_db()
    return report


def test_a_page_becomes_a_capture_with_what_it_says_of_itself(web: Server) -> None:
    gazette = make_outlet("The Gazette")
    report, new = pipeline.receive(url=web.answers("/a?utm_source=x", PAGE, Content_Type="text/html"), by=editor())
    assert new
    run(report)
    assert (report.state, report.error, report.attempt) == (ReportState.EXTRACTED, "", 2)
    assert (report.headline, report.outlet, report.language) == ("Ferries sail on", gazette, "en")
    assert (report.published.latest, report.published.as_written) == (dt.date(2026, 3, 4), "2026-03-04")
    capture = report.captures.get()
    assert "sail as planned" in capture.text
    assert storage.load(capture.storage_key) == PAGE
    assert capture.fetch is not None
    assert (capture.fetch.status, capture.status) == (200, 200)


def test_running_a_step_again_changes_nothing(web: Server) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", PAGE, Content_Type="text/html"))
    run(report)
    run(report)
    assert (Capture.objects.count(), FetchAttempt.objects.count(), len(web.requests)) == (1, 1, 1)


def test_pasted_text_needs_no_network() -> None:
    report, _ = pipeline.receive(text=f"Ferries sail on\n{PROSE}\x00", published=dt.date(2026, 3, 5))
    run(report)
    assert report.state == ReportState.EXTRACTED
    assert report.published.latest == dt.date(2026, 3, 5)
    capture = report.captures.get()
    assert capture.fetch is None
    assert "\x00" not in capture.text


def test_an_uploaded_file_is_read_by_its_bytes() -> None:
    report, _ = pipeline.receive(body=PAGE, content_type="application/octet-stream")
    assert run(report).state == ReportState.EXTRACTED


def test_the_same_address_is_the_same_report_however_it_is_written(web: Server) -> None:
    first, _ = pipeline.receive(url=web.url("/a/?b=1&utm_source=mail#top"))
    second, new = pipeline.receive(url=web.url("/a?b=1"))
    assert (second, new) == (first, False)


def test_the_same_key_of_the_same_sender_is_the_same_report() -> None:
    first, _ = pipeline.receive(text="One.", by=editor(), idempotency_key="k")
    second, new = pipeline.receive(text="Two.", by=editor(), idempotency_key="k")
    assert (second, new) == (first, False)


@pytest.mark.django_db(transaction=True)
def test_the_same_address_sent_in_at_once_makes_one_report(web: Server) -> None:
    seen: list[int] = []
    failures: list[BaseException] = []

    def send() -> None:
        try:
            seen.append(pipeline.receive(url=web.url("/a"))[0].pk)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(seen) == 20
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Give an address"),
        ({"text": "  \n"}, "Give an address"),
        ({"url": "ftp://news.example/"}, "http://"),
        ({"url": "http://localhost/"}, "own network"),
        ({"url": "http://news.example:22/"}, "Port 22"),
        ({"text": "x" * 1_000_001}, "longer than 1,000,000"),
    ],
)
def test_what_cannot_become_a_report_is_refused_in_words(given: dict[str, Any], says: str) -> None:
    with pytest.raises(pipeline.Rejected, match=says):
        pipeline.receive(**given)
    assert Report.objects.count() == 0


@pytest.mark.parametrize(
    ("status", "state", "says"),
    [
        ("404 Not Found", ReportState.FAILED, "misprint"),
        ("410 Gone", ReportState.FAILED, "removed"),
        ("403 Forbidden", ReportState.FAILED, "Paste the article's text"),
        ("451 No", ReportState.FAILED, "legal reasons"),
        ("418 Teapot", ReportState.FAILED, "refuses the request"),
        ("204 No Content", ReportState.FAILED, "instead of the page"),
        ("429 Too Many", ReportState.RECEIVED, "asks us to wait"),
        ("503 Busy", ReportState.RECEIVED, "try again"),
    ],
)
def test_a_refused_page_ends_in_words_and_is_tried_again_where_that_helps(
    web: Server, status: str, state: str, says: str
) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", b"", status=status))
    run(report)
    assert (report.state, report.failed_at_step) == (state, "fetch")
    assert says in report.error
    assert (report.next_try_at is not None) is (state == ReportState.RECEIVED)
    assert report.fetches.get().error == report.error


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b"", "text/html", "empty"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "picture"),
        (b"%PDF-1.4 broken", "application/pdf", "damaged"),
        (b"<html><body>Sign in to continue</body></html>", "text/html", "sign in"),
        (b"<html><body>Nothing</body></html>", "text/html", "No article"),
    ],
)
def test_a_page_that_is_no_article_ends_in_words(web: Server, body: bytes, content_type: str, says: str) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", body, Content_Type=content_type))
    run(report)
    assert (report.state, report.failed_at_step) == (ReportState.FAILED, "extract")
    assert says in report.error


def test_an_unreachable_server_is_tried_again_later_and_given_up_in_the_end(web: Server, settings: Any) -> None:
    settings.REPORT_MAX_ATTEMPTS = 3
    report, _ = pipeline.receive(url=web.sends("/a", b""))
    now = NOW
    for failures in (1, 2):
        run(report, now)
        assert (report.state, report.failures) == (ReportState.RECEIVED, failures)
        assert report.next_try_at is not None
        assert run(report, now).failures == failures  # not yet due: left alone
        now = report.next_try_at + dt.timedelta(seconds=1)
    run(report, now)
    assert report.state == ReportState.PARKED
    assert "Given up after 3 tries" in report.state_reason


def test_an_editor_can_let_it_begin_anew(web: Server) -> None:
    report, _ = pipeline.receive(url=web.url("/missing"))
    run(report)
    web.answers("/missing", PAGE, Content_Type="text/html")
    assert pipeline.retry(report, now=lambda: NOW)
    report.refresh_from_db()
    assert (report.state, report.error) == (ReportState.RECEIVED, "")
    assert run(report).state == ReportState.EXTRACTED


def test_the_same_text_elsewhere_is_a_duplicate_that_says_of_what(web: Server) -> None:
    first, _ = pipeline.receive(url=web.answers("/a", PAGE, Content_Type="text/html"))
    second, _ = pipeline.receive(url=web.answers("/b", PAGE, Content_Type="text/html"))
    run(first)
    run(second)
    assert second.state == ReportState.DUPLICATE
    assert first.public_id in second.state_reason


def test_a_report_deleted_while_queued_is_nothing_to_do() -> None:
    report, _ = pipeline.receive(text=PROSE)
    pk = report.pk
    report.delete()
    pipeline.fetch(pk)
    pipeline.extract(pk)


def test_a_worker_that_was_overtaken_writes_nothing(web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", PAGE, Content_Type="text/html"))
    real = storage.store

    def overtaken(body: bytes) -> str:
        Report.objects.filter(pk=report.pk).update(attempt=99)
        return real(body)

    monkeypatch.setattr(storage, "store", overtaken)
    pipeline.fetch(report.pk, now=lambda: NOW)
    report.refresh_from_db()
    assert (report.state, report.attempt, report.failures) == (ReportState.RECEIVED, 99, 0)
    assert FetchAttempt.objects.count() == 0


def test_a_fault_of_our_own_is_kept_on_the_row_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = pipeline.receive(text=PROSE)
    pipeline.fetch(report.pk, now=lambda: NOW)

    def broken(*args: Any, **rest: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline.extracting, "extract", broken)
    pipeline.extract(report.pk, now=lambda: NOW)
    report.refresh_from_db()
    assert report.error == "Our own fault, noted in the log: ZeroDivisionError."
    assert report.next_try_at is not None


def test_lost_bytes_are_said_to_be_lost(web: Server) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", PAGE, Content_Type="text/html"))
    pipeline.fetch(report.pk, now=lambda: NOW)
    storage.remove(report.fetches.get().storage_key)
    pipeline.extract(report.pk, now=lambda: NOW)
    report.refresh_from_db()
    assert "Fetch the report again" in report.error


def test_the_sender_may_name_the_event() -> None:
    event = make_event()
    report, _ = pipeline.receive(text=PROSE, events=(event.pk,))
    assert report.event_matches.get().reason == "The report was sent in for this event."


def test_the_sweeper_finds_what_was_left_half_way() -> None:
    report, _ = pipeline.receive(text=PROSE)
    made = report.updated_at
    assert report not in Report.objects.left_half_way(made + dt.timedelta(seconds=5))
    assert report in Report.objects.left_half_way(made + dt.timedelta(seconds=11))
    Report.objects.claim(report.pk, states=(ReportState.RECEIVED,), now=made)
    assert report not in Report.objects.left_half_way(made + dt.timedelta(seconds=100))
    assert report in Report.objects.left_half_way(made + dt.timedelta(seconds=181))
