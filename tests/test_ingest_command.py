"""`manage.py ingest` takes what it is given, says what became of it, and loses nothing when nobody answers."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.factories import make_candidate, make_capture, make_event, make_outlet
from tests.fakes import Server, server
from tracker import tasks
from tracker.ingest import pipeline
from tracker.models import Feed, Report
from tracker.models.choices import FeedState, ReportState, Step
from tracker.operations import handoff, progress
from tracker.operations.handoff import Breaker

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PROSE = " ".join(f"The ferry company said on day {n} that it would sail as planned." for n in range(12))
PAGE = f"<!doctype html><html><head><title>Ferries sail on</title></head><body><p>{PROSE}</p></body></html>"
FEED = (
    '<rss version="2.0"><channel><title>The Gazette</title>'
    "<item><title>One</title><link>https://news.example/1</link></item>"
    "<item><title>Two</title><link>https://news.example/2</link></item></channel></rss>"
)


@pytest.fixture(autouse=True)
def kicked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Take the place of the broker: every kick is written down, and taken."""
    told: list[int] = []

    def kick(report_id: int) -> bool:
        told.append(report_id)
        return True

    monkeypatch.setattr(tasks, "kick", kick)
    return told


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        settings.FETCH_DEADLINE_SECONDS = 2
        yield made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ingest(*given: str, out: io.StringIO | None = None, **options: Any) -> tuple[int, str, str]:
    """Run the command; return its exit status and what it wrote."""
    out, err = out or io.StringIO(), io.StringIO()
    try:
        call_command("ingest", *given, stdout=out, stderr=err, no_color=True, **options)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def misused(*given: str, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("ingest", *given, **options)
    assert refused.value.returncode == 2
    assert Report.objects.count() == 0
    return str(refused.value)


def test_an_address_becomes_a_report_and_a_worker_is_woken(kicked: list[int]) -> None:
    event, outlet = make_event(), make_outlet("The Gazette")
    status, out, err = ingest(
        "https://news.example/a", "--event", event.slug, "--outlet", outlet.slug, "--published", "2026-01-28"
    )
    report = Report.objects.get()
    assert (status, out, err) == (0, f"{report.public_id}  new  https://news.example/a\n", "")
    assert (report.outlet, report.hint_published) == (outlet, dt.date(2026, 1, 28))
    assert report.event_matches.get().event == event
    assert kicked == [report.pk]


def test_the_same_address_again_is_known_and_says_how_far_it_is() -> None:
    ingest("https://news.example/a")
    status, out, _ = ingest("https://news.example/a?utm_source=mail")
    assert status == 0
    assert "known already, received" in out
    assert Report.objects.count() == 1


def test_what_had_failed_is_tried_again_when_it_is_sent_in_again(kicked: list[int]) -> None:
    ingest("https://news.example/a")
    Report.objects.update(state=ReportState.FAILED, failed_at_step=Step.FETCH, error="There is no page.")
    _, out, err = ingest("https://news.example/a")
    report = Report.objects.get()
    assert (report.state, report.error, kicked) == (ReportState.RECEIVED, "", [report.pk, report.pk])
    assert "known already" in out and "It had failed, and is tried again." in err


def test_a_file_is_taken_by_its_bytes(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(PAGE)
    status, out, _ = ingest(str(page))
    report = Report.objects.get()
    assert (status, report.url, report.pasted_type) == (0, "", "text/html")
    assert "new" in out


def test_a_folder_is_unfolded_and_says_what_it_left(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    for name in ("a.html", "deeper/b.txt", "c.pdf", "feed.xml", "notes.docx", ".hidden.html"):
        (tmp_path / name).write_text(f"{PAGE} {name}")
    status, out, err = ingest(str(tmp_path))
    assert (status, Report.objects.count(), len(out.splitlines())) == (0, 3, 3)
    assert "Passed over 2 other files." in err


def test_the_items_of_a_feeds_file_are_taken(tmp_path: Path, kicked: list[int]) -> None:
    event = make_event()
    (tmp_path / "f.xml").write_text(FEED)
    status, out, _ = ingest(str(tmp_path / "f.xml"), "--event", event.slug)
    assert (status, out) == (0, f"2 new, 0 known already  {tmp_path / 'f.xml'}\n")
    assert set(Report.objects.values_list("url", "headline")) == {
        ("https://news.example/1", "One"),
        ("https://news.example/2", "Two"),
    }
    assert event.report_matches.count() == len(kicked) == 2
    assert "0 new, 2 known already" in ingest(str(tmp_path / "f.xml"))[1]
    assert Feed.objects.count() == 0


def test_a_feeds_address_is_read_once_and_kept_for_an_editor_to_set_active(web: Server) -> None:
    url = web.answers("/feed.xml", FEED.encode())
    status, out, err = ingest(url)
    assert (status, out, err) == (0, f"2 new, 0 known already  {url}\n", "")
    feed = Feed.objects.get()
    assert (feed.state, feed.last_error) == (
        FeedState.PAUSED,
        "Read once, by the ingest command. Set it active to have it polled.",
    )
    assert "0 new, 2 known already" in ingest(url)[1]


def test_a_feed_that_is_polled_stays_so(web: Server) -> None:
    url = web.answers("/news", FEED.encode())
    Feed.objects.create(url=url)
    assert "2 new" in ingest(url, "--feed")[1]
    assert Feed.objects.get().state == FeedState.ACTIVE


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/feed.xml", True),
        ("/rss", True),
        ("/news/feed/", True),
        ("/index.atom?x=1", True),
        ("/feeds/politics", True),
        ("/2026/ferries-rss-strike", False),
        ("/feeding-the-ducks", False),
        ("/a.html", False),
    ],
)
def test_an_address_that_ends_like_a_feeds_is_one(path: str, feed: bool) -> None:
    from tracker.ingest.sources import Kind, understand

    (source,), _ = understand([f"https://news.example{path}"])
    assert source.kind is (Kind.FEED if feed else Kind.ADDRESS)


def test_a_feed_that_is_a_web_page_says_so_and_makes_nothing(web: Server) -> None:
    status, out, err = ingest(web.answers("/feed.xml", PAGE.encode()))
    assert (status, out, Report.objects.count()) == (1, "", 0)
    assert "This is a web page, not a feed" in err


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["nowhere.html"], "There is no file “nowhere.html”. If it is an address, write https://nowhere.html"),
        (["news.example/a"], "write https://news.example/a"),
        (["no/such/folder"], "no file or folder “no/such/folder”"),
        (["ftp://news.example/a"], "those begin with https://"),
        (
            ["https://news.example/a", "--event", "harbor-strike"],
            "There is no event “harbor-strike”. Did you mean “harbour-strike”?",
        ),
        (["https://news.example/a", "--event", "zzz"], "There is no event “zzz”."),
        (["https://news.example/a", "--event", "not-yet"], "not published yet"),
        (
            ["https://news.example/a", "--outlet", "gazette"],
            "There is no outlet “gazette”. Did you mean “the-gazette”?",
        ),
        (["https://news.example/a", "--published", "28.1.2026"], "Write it as 2026-01-28"),
        (["https://news.example/a", "--published", "2199-01-01"], "cannot be the day"),
        (["https://news.example/a", "nowhere"], "no file or folder “nowhere”"),
    ],
)
def test_misuse_is_told_before_anything_is_taken(given: list[str], says: str) -> None:
    make_event()
    make_event("Not yet", published=False)
    make_outlet("The Gazette")
    assert says in misused(*given)


def test_an_empty_folder_is_misuse(tmp_path: Path) -> None:
    assert "no page, text or PDF" in misused(str(tmp_path))


def test_what_is_refused_is_told_and_the_others_are_taken(tmp_path: Path, settings: Any) -> None:
    settings.FETCH_MAX_BYTES = 2 * 1024 * 1024
    (tmp_path / "empty.html").write_text("")
    (tmp_path / "large.txt").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    broken = tmp_path / "broken.xml"
    broken.write_text("<rss " + "x" * 70_000)
    status, out, err = ingest(
        "http://10.0.0.1:22/",
        "http://localhost/",
        str(tmp_path / "empty.html"),
        str(tmp_path / "large.txt"),
        str(broken),
        "https://news.example/a",
    )
    assert status == 1
    assert len(out.splitlines()) == Report.objects.count() == 1
    for words in ("Port 22", "own network", "The file is empty.", "larger than 2 MB", "larger than any honest one"):
        assert words in err
    assert "Traceback" not in err


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_the_reports_are_kept_and_it_says_what_to_do(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(handoff, "breaker", Breaker())
    settings.BROKER_URL = "redis+socket:///tmp/onrecord-nowhere/s"
    status, out, err = ingest("https://news.example/a", "https://news.example/b")
    assert (status, len(out.splitlines()), Report.objects.count()) == (0, 2, 2)
    assert err.count("manage.py sweep --run") == 1


# --- Waiting ------------------------------------------------------------------------------


def ends(report: Report, state: str, **fields: Any) -> None:
    Report.objects.filter(pk=report.pk).update(state=state, **fields)


def test_waiting_counts_what_was_found_and_what_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kick(report_id: int) -> bool:
        report = Report.objects.get(pk=report_id)
        if report.url.endswith("/good"):
            make_capture(report)
            make_candidate(report=report)
            ends(report, ReportState.PROPOSED)
        elif report.url.endswith("/same"):
            ends(report, ReportState.DUPLICATE)
        elif report.url.endswith("/later"):
            ends(
                report,
                ReportState.RECEIVED,
                failures=1,
                error="Busy.",
                next_try_at=timezone.now() + dt.timedelta(hours=1),
            )
        elif report.url.endswith("/off"):
            ends(report, ReportState.IRRELEVANT)
        else:
            ends(report, ReportState.FAILED, failed_at_step=Step.FETCH, state_reason="There is no page.")
        return True

    monkeypatch.setattr(tasks, "kick", kick)
    links = [f"https://news.example/{name}" for name in ("good", "same", "later", "off", "gone")]
    status, out, err = ingest(*links, "--wait")
    assert status == 1
    assert out.splitlines()[-1] == ("4 of 5 · found 1 · duplicates 1 · failed 1 · irrelevant 1 · to be tried again 1")
    assert "https://news.example/gone: There is no page." in err
    assert re.search(r"https://news.example/later: Busy. It is tried again at \d\d:\d\d UTC.", err)


def test_what_is_known_and_done_counts_as_duplicate_and_needs_no_worker(kicked: list[int]) -> None:
    ingest("https://news.example/a")
    ends(Report.objects.get(), ReportState.DONE)
    kicked.clear()
    status, out, err = ingest("https://news.example/a", "--wait")
    assert (status, err, kicked) == (0, "", [])
    assert out.splitlines()[-1] == "1 of 1 · found 0 · duplicates 1 · failed 0"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "kick", lambda pk: ends(Report(pk=pk), ReportState.DONE) or True)
    status, out, _ = ingest("https://news.example/a", "--wait", out=Terminal())
    assert status == 0
    assert out.endswith("\r\x1b[K[########################] 1 of 1 · found 0 · duplicates 0 · failed 0\n")


@pytest.mark.django_db(transaction=True)
def test_waiting_sees_others_finish_the_work(kicked: list[int]) -> None:
    def work() -> None:
        try:
            for _ in range(100):
                if kicked:
                    ends(Report(pk=kicked[0]), ReportState.DONE)
                    return
                threading.Event().wait(0.05)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    status, out, _ = ingest("https://news.example/a", "--wait", "--timeout", "20")
    worker.join()
    assert (status, out.splitlines()[-1]) == (0, "1 of 1 · found 0 · duplicates 0 · failed 0")


def test_waiting_ends_with_its_time_and_says_that_the_work_goes_on() -> None:
    status, out, err = ingest("https://news.example/a", "--wait", "--timeout", "0.1")
    assert status == 1
    assert "0 of 1" in out
    assert "1 still under way after 0.1 seconds; the work goes on without this command." in err


def test_a_report_that_is_deleted_is_not_waited_for() -> None:
    report, _ = pipeline.receive(text=PROSE)
    pk = report.pk
    assert not progress.progress([pk], now=timezone.now()).over
    report.delete()
    assert progress.progress([pk], now=timezone.now()).over


# --- Without broker and workers -------------------------------------------------------------


def sweep(*given: str) -> str:
    out = io.StringIO()
    call_command("sweep", *given, stdout=out, stderr=out)
    return out.getvalue()


def test_a_machine_without_a_broker_does_everything_by_itself(web: Server) -> None:
    event = make_event()
    web.answers("/a", PAGE.encode(), Content_Type="text/html")
    feed = Feed.objects.create(
        url=web.answers("/f", FEED.replace("https://news.example", web.url("")).encode()), event=event
    )
    web.answers("/1", PAGE.replace("day", "morning").encode(), Content_Type="text/html")
    ingest(web.url("/a"), web.url("/missing"), "--event", event.slug)
    said = sweep("--run")
    assert said.splitlines()[0] == "4 of 4 · found 0 · duplicates 0 · failed 2."
    assert said.count("There is no page at this address (status 404). Check it for a misprint.") == 2
    feed.refresh_from_db()
    assert feed.last_success_at is not None
    assert set(Report.objects.values_list("state", flat=True)) == {ReportState.DONE, ReportState.FAILED}
    assert sweep("--run") == "Nothing is due.\n"


def test_a_report_that_must_wait_is_not_taken_up_before(web: Server) -> None:
    ingest(web.answers("/a", b"", status="503 Busy"))
    assert "to be tried again 1" in sweep("--run")
    assert sweep("--run") == "Nothing is due.\n"
    assert len(web.requests) == 1


def test_what_a_lost_worker_left_is_taken_up(web: Server) -> None:
    report, _ = pipeline.receive(text=PROSE)
    before = timezone.now() - dt.timedelta(minutes=1)
    Report.objects.filter(pk=report.pk).update(lease_until=before, attempt=1)
    assert "1 of 1" in sweep("--run")
    report.refresh_from_db()
    assert report.state == ReportState.IRRELEVANT


def test_a_sweep_hands_over_and_says_when_it_cannot(kicked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = pipeline.receive(text=PROSE)
    Report.objects.update(updated_at=timezone.now() - dt.timedelta(minutes=1))
    assert sweep() == "1 left half way, 1 handed over again.\n"
    assert kicked == [report.pk]
    monkeypatch.setattr(tasks, "kick", lambda pk: False)
    assert "manage.py sweep --run" in sweep()
