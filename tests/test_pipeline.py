"""From arrival to candidates: nothing is lost, nothing is done twice, and every failure says what to do."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from tests.factories import TEXT, editor, make_company, make_event, make_outlet
from tests.fakes import Server, server
from tracker.core import storage
from tracker.ingest import pipeline, steps
from tracker.models import Candidate, Capture, Event, FetchAttempt, Report, ReportEvent, WatchTerms
from tracker.models.choices import CandidateState, ReportState

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
        ("200 OK", ReportState.RECEIVED, "The answer is empty"),
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
        (b"<html><head><title></title></head><body></body></html>", "text/html", "No article"),
        (b"<rss version='2.0'><channel><title>News</title></channel></rss>", "text/xml", "This is a feed"),
        (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", "application/atom+xml", "This is a feed"),
        (b"GIF89a" + b"\0" * 99, "text/html", "picture"),
        (b"PK\x03\x04" + b"\0" * 99, "application/zip", "neither a page"),
        (b"\0\1\2\3" * 999, "text/plain", "neither a page"),
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


def test_a_server_is_left_alone_as_long_as_it_asks(web: Server) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", b"", status="503 Busy", Retry_After="7200"))
    run(report)
    assert report.next_try_at == NOW + dt.timedelta(hours=2)


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

    monkeypatch.setattr(steps.extracting, "extract", broken)
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


# --- From text to candidates ------------------------------------------------------------


def html(text: str, *, title: str = "Calder chief says order is a disgrace") -> bytes:
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{paragraphs}<p>{PROSE}</p></article></body></html>"
    ).encode()


BODY = TEXT.split("\n\n", 1)[1].strip()


@pytest.fixture
def strike() -> Event:
    for name in ("Calder Ferries", "Pinhay Rail", "Ottery Foods"):
        make_company(name)
    event = make_event()
    WatchTerms.objects.create(event=event, terms=["harbour strike"])
    return event


def run_all(report: Report, now: dt.datetime = NOW) -> Report:
    pipeline.advance(report.pk, now=lambda: now)
    report.refresh_from_db()
    return report


def test_a_page_about_a_watched_event_leaves_candidates_and_says_why(web: Server, strike: Event) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    assert run_all(report).state == ReportState.PROPOSED
    assert report.event_matches.get().reason == "It holds “harbour strike”."
    assert "calder-ferries" in set(report.companies_named.values_list("slug", flat=True))
    found = set(report.candidates.values_list("state", "event"))
    assert found == {(CandidateState.PENDING, strike.pk)}


def test_running_every_step_again_leaves_the_same_candidates(web: Server, strike: Event) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    run_all(report)
    before = set(Candidate.objects.values_list("pk", "state"))
    for back in (ReportState.FETCHED, ReportState.EXTRACTED, ReportState.MATCHED):
        Report.objects.filter(pk=report.pk).update(state=back)
        assert run_all(report).state == ReportState.PROPOSED
    assert set(Candidate.objects.values_list("pk", "state")) == before
    assert Capture.objects.count() == 1


def test_what_nobody_watches_for_is_set_aside_and_read_once_it_is_named_for_an_event(
    web: Server, strike: Event
) -> None:
    url = web.answers("/a", html(BODY.replace("harbour strike", "quayside")), Content_Type="text/html")
    report, _ = pipeline.receive(url=url)
    assert run_all(report).state == ReportState.IRRELEVANT
    assert "Add an event to it" in report.state_reason
    again, new = pipeline.receive(url=url, events=(strike.pk,))
    assert (again, new) == (report, False)
    assert run_all(report).state == ReportState.PROPOSED
    assert report.event_matches.get().reason == "The report was sent in for this event."


def test_a_changed_article_makes_a_new_capture_and_new_candidates_take_the_place_of_the_old(
    web: Server, strike: Event
) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    run_all(report)
    first = report.captures.get()
    was = set(report.candidates.values_list("pk", flat=True))
    web.answers("/a", html(BODY.replace("a step too far", "one step too far")), Content_Type="text/html")
    assert pipeline.fetch_again(report, now=lambda: NOW)
    assert run_all(report).state == ReportState.PROPOSED
    assert (Report.objects.count(), report.captures.count(), report.fetches.count()) == (1, 2, 2)
    assert report.captures.latest() != first
    pending = set(report.candidates.filter(state=CandidateState.PENDING).values_list("capture__text", flat=True))
    assert pending and all("one step too far" in text for text in pending)
    replaced = report.candidates.filter(pk__in=was, state=CandidateState.SUPERSEDED)
    assert replaced.exists()
    assert {one.reason for one in replaced} == {"The report was read again, and reads otherwise now."}


def test_an_article_fetched_again_unchanged_leaves_everything_as_it_was(web: Server, strike: Event) -> None:
    original, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    copy, _ = pipeline.receive(url=web.answers("/b", html(BODY), Content_Type="text/html"))
    assert (run_all(original).state, run_all(copy).state) == (ReportState.PROPOSED, ReportState.DUPLICATE)
    before = set(Candidate.objects.values_list("pk", "state"))
    assert pipeline.fetch_again(original, now=lambda: NOW)
    assert run_all(original).state == ReportState.PROPOSED
    assert (original.captures.count(), set(Candidate.objects.values_list("pk", "state"))) == (1, before)


def test_a_candidate_somebody_is_looking_at_is_not_taken_away(web: Server, strike: Event) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    run_all(report)
    held = report.candidates.first()
    assert held is not None
    Candidate.objects.filter(pk=held.pk).update(claimed_by=editor(), claimed_until=NOW + dt.timedelta(minutes=5))
    web.answers("/a", html("The harbour strike went on. " + PROSE), Content_Type="text/html")
    pipeline.fetch_again(report, now=lambda: NOW)
    run_all(report)
    assert list(report.candidates.filter(state=CandidateState.PENDING)) == [held]


def test_what_is_on_its_way_or_has_no_page_is_not_fetched_again(web: Server) -> None:
    on_its_way, _ = pipeline.receive(url=web.url("/a"))
    pasted, _ = pipeline.receive(text=BODY)
    assert not pipeline.fetch_again(on_its_way)
    Report.objects.filter(pk=pasted.pk).update(state=ReportState.DONE)
    pasted.refresh_from_db()
    assert not pipeline.fetch_again(pasted)


def test_a_copy_lends_its_event_to_the_report_it_copies(web: Server, strike: Event) -> None:
    original, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"), by=editor())
    run_all(original)
    second = make_event("Second day", parent=strike)
    copy, _ = pipeline.receive(url=web.answers("/b", html(BODY), Content_Type="text/html"), events=(second.pk,))
    assert run_all(copy).state == ReportState.DUPLICATE
    reason = ReportEvent.objects.get(report=original, event=second).reason
    assert reason == f"{copy.public_id}, which carries the same text, was sent in for this event."


def test_a_copy_of_what_was_set_aside_is_read_if_it_was_sent_in_for_an_event(web: Server, strike: Event) -> None:
    body = html(BODY.replace("harbour strike", "quayside"))
    original, _ = pipeline.receive(url=web.answers("/a", body, Content_Type="text/html"))
    assert run_all(original).state == ReportState.IRRELEVANT
    copy, _ = pipeline.receive(url=web.answers("/b", body, Content_Type="text/html"), events=(strike.pk,))
    assert run_all(copy).state == ReportState.PROPOSED


def test_two_copies_read_at_the_same_moment_are_proposed_once(web: Server, strike: Event) -> None:
    reports = [pipeline.receive(url=web.answers(f"/{n}", html(BODY), Content_Type="text/html"))[0] for n in range(2)]
    for report in reports:
        run(report)
    # As if neither had seen the other when its text was written.
    Report.objects.update(state=ReportState.EXTRACTED, state_reason="")
    assert [run_all(report).state for report in reversed(reports)] == [ReportState.DUPLICATE, ReportState.PROPOSED]


def test_a_copy_that_was_cut_short_is_a_duplicate_unless_it_names_somebody_else(web: Server, strike: Event) -> None:
    make_company("Quay Tugs")
    original, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    run_all(original)
    cut = html(BODY.split("\n\n")[0], title="Ferries and the order")
    copy, _ = pipeline.receive(
        url=web.answers(
            "/b", cut.replace(b"</article>", b"<p>Calder Ferries has spoken. Subscribe to read on.</p></article>")
        )
    )
    assert run_all(copy).state == ReportState.DUPLICATE
    assert (
        copy.state_reason == f"Nearly all of its text stands in {original.public_id}, and the rest names nobody else."
    )
    more = html(BODY + "\n\nQuay Tugs said that the harbour strike order was wrong.", title="Tugs and ferries")
    other, _ = pipeline.receive(url=web.answers("/c", more, Content_Type="text/html"))
    assert run_all(other).state == ReportState.PROPOSED


def test_a_copy_is_read_all_the_same_at_an_editors_word(web: Server, strike: Event) -> None:
    original, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    copy, _ = pipeline.receive(url=web.answers("/b", html(BODY), Content_Type="text/html"))
    assert (run_all(original).state, run_all(copy).state) == (ReportState.PROPOSED, ReportState.DUPLICATE)
    assert pipeline.read_all_the_same(copy, now=lambda: NOW)
    assert run_all(copy).state == ReportState.PROPOSED
    assert not pipeline.read_all_the_same(copy)


def test_an_edited_copy_is_read_for_what_was_edited(web: Server, strike: Event) -> None:
    make_company("Quay Tugs")
    original, _ = pipeline.receive(url=web.answers("/a", html(BODY), Content_Type="text/html"))
    other, _ = pipeline.receive(
        url=web.answers("/b", html(BODY + "\n\nQuay Tugs regretted the harbour strike."), Content_Type="text/html")
    )
    assert (run_all(original).state, run_all(other).state) == (ReportState.PROPOSED, ReportState.PROPOSED)
    web.answers("/b", html(BODY + "\n\nThe harbour was quiet."), Content_Type="text/html")
    assert pipeline.fetch_again(other, now=lambda: NOW)
    assert run_all(other).state == ReportState.PROPOSED


def test_the_same_file_again_is_the_same_report(strike: Event) -> None:
    first, _ = pipeline.receive(body=html(BODY), content_type="text/html")
    assert pipeline.receive(body=html(BODY), content_type="text/html") == (first, False)
    run_all(first)
    assert pipeline.receive(body=html(BODY), content_type="text/html", events=(strike.pk,)) == (first, False)


def test_a_page_fetched_and_the_same_page_saved_are_one_report(web: Server) -> None:
    fetched, _ = pipeline.receive(url=web.answers("/a", PAGE, Content_Type="text/html"))
    run(fetched)
    assert pipeline.receive(body=PAGE, content_type="text/html") == (fetched, False)


# --- Bad input, to the end of the row -------------------------------------------------------


def test_fifty_megabytes_are_not_read(web: Server) -> None:
    def endless(asked: Any, request: bytes) -> None:
        asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 52428800\r\n\r\n")
        for _ in range(50):
            asked.sendall(b"<p>word</p>" * 95326)

    report, _ = pipeline.receive(url=web.does("/large", endless))
    run_all(report)
    assert (report.state, report.failed_at_step) == (ReportState.FAILED, "fetch")
    assert report.error == "The page is larger than 10 MB."
    assert report.next_try_at is None


@pytest.mark.parametrize(
    ("declared", "body", "reads"),
    [
        ("text/html; charset=utf-8", html("Fähre — “ja”").decode().encode("cp1252"), "Fähre — “ja”"),
        ("text/html; charset=klingon", html("Fähre — “ja”"), "Fähre — “ja”"),
        ("text/html; charset=utf-7", html("Fähre — “ja”"), "Fähre — “ja”"),
        ("text/html; charset=ascii", html("Fähre — “ja”"), "Fähre — “ja”"),
        ("text/html", "\ufeff".encode("utf-16-le") + html("Fähre — “ja”").decode().encode("utf-16-le"), "Fähre — “ja”"),
    ],
)
def test_a_wrong_character_set_is_seen_through(web: Server, declared: str, body: bytes, reads: str) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", body, Content_Type=declared))
    assert run(report).state == ReportState.EXTRACTED
    assert reads in report.captures.get().text


def test_a_name_that_leads_nowhere_is_tried_again(settings: Any) -> None:
    report, _ = pipeline.receive(url="https://no-such-host.invalid/a")
    run_all(report)
    assert (report.state, report.failures) == (ReportState.RECEIVED, 1)
    assert "not known" in report.error
    assert report.next_try_at is not None


def test_a_step_that_takes_too_long_says_so_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = pipeline.receive(text=PROSE)

    def slow(*args: Any, **rest: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(steps.extracting, "extract", slow)
    run_all(report)
    assert report.error == "It took longer than 60 seconds: extracting the text."
    assert report.next_try_at is not None


def test_a_page_that_could_not_be_read_is_fetched_again_when_an_editor_tries_again(web: Server) -> None:
    report, _ = pipeline.receive(url=web.answers("/a", b"<html><body>Sign in to continue</body></html>"))
    run(report)
    assert report.failed_at_step == "extract"
    web.answers("/a", PAGE, Content_Type="text/html")
    assert pipeline.retry(report, now=lambda: NOW)
    assert run(report).state == ReportState.EXTRACTED
