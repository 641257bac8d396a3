"""What is handed to the workers, and what the sweeper finds when it was not."""

from __future__ import annotations

import datetime as dt
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tracker import tasks
from tracker.ingest import pipeline
from tracker.models import Heartbeat, Report
from tracker.models.choices import ReportState, Step
from tracker.operations import broker, handoff, sweeping
from tracker.operations.handoff import Breaker
from tracker.operations.processes import Group

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def a_breaker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handoff, "breaker", Breaker())


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("valkey")
    with Group(logs=folder) as group:
        yield broker.start(group, var_dir=folder)


@pytest.fixture
def queue(settings: Any, valkey: str) -> str:
    settings.BROKER_URL = valkey
    return valkey


def left(state: str = ReportState.RECEIVED, *, ago: float = 60, **fields: Any) -> Report:
    report, _ = pipeline.receive(text="The ferry sails.")
    Report.objects.filter(pk=report.pk).update(state=state, updated_at=NOW - ago * SECOND, **fields)
    report.refresh_from_db()
    return report


# --- Handing over -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_kick_puts_one_message_into_the_queue(queue: str) -> None:
    before = handoff.waiting("ingest") or 0
    assert tasks.kick(7)
    assert handoff.waiting("ingest") == before + 1


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_the_message_goes_out_after_the_commit(queue: str) -> None:
    before = handoff.waiting("ingest")
    with transaction.atomic():
        assert tasks.kick(7)
        assert handoff.waiting("ingest") == before
    assert handoff.waiting("ingest") == (before or 0) + 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_sends_nothing(queue: str) -> None:
    before = handoff.waiting("ingest")
    with pytest.raises(RuntimeError), transaction.atomic():
        tasks.kick(7)
        raise RuntimeError
    assert handoff.waiting("ingest") == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", ["", "redis+socket:///tmp/onrecord-nowhere/s", "redis://127.0.0.1:1/0", "nonsense://"])
def test_without_a_broker_a_kick_says_so_at_once(settings: Any, url: str) -> None:
    settings.BROKER_URL = url
    begun = time.monotonic()
    assert not tasks.kick(7)
    assert time.monotonic() - begun < 1
    assert handoff.waiting("ingest") is None


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_accepts_and_never_answers_costs_one_sender_two_seconds_and_the_others_nothing(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, caplog.at_level(logging.WARNING):
        settings.BROKER_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        begun = time.monotonic()
        assert not tasks.kick(7)
        first = time.monotonic() - begun
        assert first < 2.5
        begun = time.monotonic()
        assert not any(tasks.kick(number) for number in range(100))
        assert time.monotonic() - begun < 0.2
    assert [record.message for record in caplog.records if "broker" in record.message] == [
        "The broker cannot be reached (OperationalError). Reports are kept and wait for the sweeper."
    ]


def test_after_half_a_minute_one_sender_tries_again_while_the_others_go_on_without(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = [0.0]
    breaker = Breaker(clock=lambda: clock[0])
    assert breaker.lets_through() and breaker.lets_through()
    with caplog.at_level(logging.INFO):
        breaker.failed(OSError())
        clock[0] = 29
        assert not breaker.lets_through()
        clock[0] = 31
        assert breaker.lets_through()
        assert not breaker.lets_through()
        breaker.failed(OSError())
        clock[0] = 62
        assert breaker.lets_through()
        breaker.worked()
    assert breaker.lets_through() and breaker.lets_through()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_what_only_workers_need_is_not_imported_by_everybody() -> None:
    source = Path(tasks.__file__).read_text()
    top = [line for line in source.splitlines() if line.startswith(("from ", "import "))]
    assert not [line for line in top if "ingest" in line or "review" in line]


# --- Sweeping ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, True),
        ({"ago": 5}, False),
        ({"state": ReportState.MATCHED}, True),
        ({"state": ReportState.PROPOSED}, False),
        ({"state": ReportState.FAILED, "failed_at_step": Step.FETCH}, False),
        ({"next_try_at": NOW - SECOND}, True),
        ({"next_try_at": NOW + SECOND}, False),
        ({"lease_until": NOW + SECOND}, False),
        ({"lease_until": NOW - SECOND, "ago": 1}, True),
    ],
)
def test_what_waits_and_nobody_is_at_is_handed_over_again(fields: dict[str, Any], found: bool) -> None:
    report = left(**fields)
    assert sweeping.sweep(now=NOW).again == ([report.pk] if found else [])


@pytest.mark.django_db
@pytest.mark.database
def test_a_report_whose_worker_is_gone_is_freed_once_and_says_what_happened() -> None:
    report = left(ReportState.FETCHED, lease_until=NOW - SECOND, attempt=2)
    assert sweeping.sweep(now=NOW) == sweeping.Swept([report.pk], lost=1, parked=0)
    report.refresh_from_db()
    assert (report.state, report.lease_until, report.failures) == (ReportState.FETCHED, None, 1)
    assert report.error == "The worker stopped while at it: extracting the text."
    assert sweeping.sweep(now=NOW).again == []


@pytest.mark.django_db
@pytest.mark.database
def test_a_report_that_takes_every_worker_with_it_is_parked() -> None:
    report = left(ReportState.EXTRACTED, lease_until=NOW - SECOND, failures=2)
    assert sweeping.sweep(now=NOW) == sweeping.Swept([], lost=1, parked=1)
    report.refresh_from_db()
    assert (report.state, report.failed_at_step) == (ReportState.PARKED, Step.MATCH)
    assert report.state_reason == "Given up: 3 workers in a row stopped while at it."
    assert pipeline.retry(report, now=lambda: NOW)
    report.refresh_from_db()
    assert (report.state, report.failures) == (ReportState.EXTRACTED, 0)


@pytest.mark.django_db
@pytest.mark.database
def test_a_worker_that_wakes_after_its_lease_was_taken_over_writes_nothing() -> None:
    report = left(ReportState.RECEIVED, lease_until=NOW - SECOND, attempt=1)
    asleep = Report.objects.get(pk=report.pk)
    sweeping.sweep(now=NOW)
    assert Report.objects.claim(report.pk, states=(ReportState.RECEIVED,), now=NOW)
    assert not Report.objects.advance(asleep, to=ReportState.FETCHED, now=NOW)


@pytest.mark.django_db
@pytest.mark.database
def test_a_pass_hands_over_no_more_than_there_is_room_for_the_oldest_first() -> None:
    reports = [left(ago=100 - number) for number in range(5)]
    assert sweeping.sweep(now=NOW, room=3).again == [report.pk for report in reports[:3]]
    assert sweeping.sweep(now=NOW, room=0).again == []
    assert sweeping.sweep(now=NOW, room=-5).again == []


@pytest.mark.django_db
def test_the_sweeper_leaves_a_sign_of_life() -> None:
    sweeping.sweep(now=NOW)
    assert Heartbeat.objects.get(name="sweeper").at == NOW


@pytest.mark.django_db(transaction=True)
def test_the_task_stops_where_the_queue_is_full(queue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = pipeline.receive(text="The ferry sails.")
    Report.objects.filter(pk=report.pk).update(updated_at=NOW)
    before = handoff.waiting("ingest") or 0
    monkeypatch.setattr(handoff, "waiting", lambda queue: sweeping.MOST)
    tasks.sweep()
    monkeypatch.undo()
    assert handoff.waiting("ingest") == before
    tasks.sweep()
    assert handoff.waiting("ingest") == before + 1
