"""A real worker on a real broker: what goes in comes out, whoever is killed meanwhile."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.factories import make_company, make_event
from tests.fakes import Server, server
from tests.machine import MOST_MEMORY, Machine, assert_once_each, ended, memory, page, slowly
from tracker.models import Candidate, Capture, Event, Feed, FetchAttempt, Heartbeat, Report
from tracker.models.choices import FetchOutcome, ReportState
from tracker.operations import handoff
from tracker.operations.handoff import Breaker
from tracker.operations.processes import Group

pytestmark = [pytest.mark.worker, pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(handoff, "breaker", Breaker())
    with Group(logs=tmp_path, grace=20) as group:
        yield Machine(group, tmp_path)


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        yield made


def a_world() -> Event:
    make_company("Calder Ferries")
    make_company("Pinhay Rail")
    return make_event()


def ingest(*given: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("ingest", *given, stdout=out, stderr=err)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_reports_go_in_and_candidates_come_out(machine: Machine, web: Server, settings: Any) -> None:
    event = a_world()
    settings.BROKER_URL = machine.start_broker()
    worker = machine.start_worker(allow=web.host)
    machine.start_beat()
    good = [web.answers(f"/{n}", page(n), Content_Type="text/html") for n in range(6)]
    copy = web.answers("/copy", page(0), Content_Type="text/html")
    begun = time.monotonic()
    first = ingest(*good, "--event", event.slug, "--wait", "--timeout", "60")
    took = time.monotonic() - begun
    assert first[0] == 0, first
    assert_once_each(6)
    found = Candidate.objects.count()
    assert found >= 6
    assert f"6 of 6 · found {found} · duplicates 0 · failed 0" in first[1]

    status, out, err = ingest(copy, good[1], web.url("/missing"), "--wait", "--timeout", "60")
    assert status == 1
    assert "3 of 3" in out and "duplicates 2 · failed 1" in out
    assert "There is no page at this address (status 404). Check it for a misprint." in err
    assert "Traceback" not in out + err

    item = f"<item><title>Nine</title><link>{web.url('/9')}</link></item>"
    rss = f'<rss version="2.0"><channel>{item}</channel></rss>'.encode()
    Feed.objects.create(url=web.answers("/feed.xml", rss), event=event)
    web.answers("/9", page(9), Content_Type="text/html")
    assert machine.group.wait(
        until=lambda: Report.objects.filter(headline="Nine", state="proposed").exists(), seconds=30
    )

    beats = set(Heartbeat.objects.values_list("name", flat=True))
    assert {"beat", "worker", "sweeper"} <= beats
    used = memory(worker.process.pid)
    assert len(used) == 3, used
    print(f"6 pages in {took:.1f} s; resident MB: {sorted(size // 1_000_000 for size in used.values())}")
    assert max(used.values()) <= MOST_MEMORY, used
    assert "Traceback" not in worker.log.read_text()


def test_workers_may_be_killed_and_the_queue_emptied_and_nothing_is_lost_or_doubled(
    machine: Machine, web: Server, settings: Any
) -> None:
    event = a_world()
    settings.BROKER_URL = machine.start_broker()
    worker = machine.start_worker(allow=web.host)
    links = [web.does(f"/{n}", slowly(page(n), seconds=0.3)) for n in range(24)]
    assert ingest(*links, "--event", event.slug)[0] == 0
    ids = list(Report.objects.values_list("pk", flat=True))
    for wanted in (4, 10):
        assert machine.group.wait(until=lambda wanted=wanted: Capture.objects.count() >= wanted, seconds=30)
        machine.kill(worker)
        worker = machine.start_worker(allow=web.host)
    assert machine.says(b"FLUSHALL") == b"+OK\r\n"
    assert ended(ids, seconds=60), list(Report.objects.values_list("state", "error", "attempt"))
    assert_once_each(24)
    fetched = FetchAttempt.objects.filter(outcome=FetchOutcome.FETCHED)
    assert fetched.count() == 24


def test_what_was_sent_in_while_the_broker_was_down_is_done_when_it_is_back(
    machine: Machine, web: Server, settings: Any
) -> None:
    event = a_world()
    settings.BROKER_URL = "redis+socket:///tmp/onrecord-nowhere/s"
    links = [web.answers(f"/{n}", page(n), Content_Type="text/html") for n in range(3)]
    status, _, err = ingest(*links, "--event", event.slug)
    assert (status, "manage.py sweep --run" in err) == (0, True)
    machine.start_broker()
    machine.start_worker(allow=web.host)  # and no beat: the worker sweeps by itself
    assert ended(list(Report.objects.values_list("pk", flat=True)), seconds=30)
    assert_once_each(3)


def test_a_report_that_kills_whoever_reads_it_is_parked_and_the_others_are_done(
    machine: Machine, web: Server, settings: Any
) -> None:
    event = a_world()
    settings.BROKER_URL = machine.start_broker()
    machine.start_worker(allow=web.host)
    poison = web.answers("/poison", page(99).replace(b"harbour", b"POISON"), Content_Type="text/html")
    links = [web.answers(f"/{n}", page(n), Content_Type="text/html") for n in range(4)]
    ingest(poison, *links, "--event", event.slug)
    ids = list(Report.objects.values_list("pk", flat=True))
    assert ended(ids, seconds=90), list(Report.objects.values_list("state", "error", "failures"))
    parked = Report.objects.get(url=poison)
    assert (parked.state, parked.failed_at_step) == (ReportState.PARKED, "extract")
    assert parked.state_reason == "Given up: 3 workers in a row stopped while at it."
    assert_once_each(4, but=poison)
