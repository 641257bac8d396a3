"""A thousand reports while everything around them is killed, frozen, emptied and restarted at random."""

from __future__ import annotations

import collections
import contextlib
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from tests import factories
from tests.fakes import Server
from tests.faults import table
from tests.faults.rig import Ledger, Rig
from tests.machine import page
from tracker.ingest import pipeline
from tracker.models import ApiToken, Candidate, Capture, Report
from tracker.models.choices import ReportState
from tracker.operations.progress import progress
from tracker.review import rights

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1500)]

T = TypeVar("T")
REPORTS = int(os.environ.get("FAULTS_REPORTS", "1000"))
FAULTS = int(os.environ.get("FAULTS_GIVEN", "50"))
SEED = int(os.environ.get("FAULTS_SEED", "20261124"))
ALL_DONE_SECONDS = 60.0


def a_world() -> tuple[str, str]:
    """Return the event and a key that may send reports in."""
    factories.make_company("Calder Ferries")
    factories.make_company("Pinhay Rail")
    event = factories.make_event()
    _, key = ApiToken.objects.create(
        user=factories.make_user("machine", rights.CONTRIBUTOR), expiry=None, name="storm", scopes=["reports"]
    )
    return event.slug, str(key)


def patiently(ask: Callable[[], T], *, seconds: float = 60) -> T:
    """Ask the database until it answers: it may be restarting."""
    ends = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except DatabaseError:
            connection.close()
            if time.monotonic() > ends:
                raise
            time.sleep(0.3)


def test_a_thousand_reports_in_a_storm(rig: Rig, web: Server, tmp_path: Path) -> None:
    event, token = a_world()
    links = [web.answers(f"/{number}", page(number), Content_Type="text/html") for number in range(REPORTS)]
    rig.start_broker()
    rig.start_web()
    rig.start_worker()
    rig.start_beat()
    ledger = Ledger(tmp_path / "accepted")
    statuses: collections.Counter[int] = collections.Counter()
    left = collections.deque(enumerate(links))

    def send() -> None:
        while True:
            try:
                number, url = left.popleft()
            except IndexError:
                return
            while True:
                status, told, _ = rig.post({"url": url, "events": [event]}, token=token, key=f"storm-{number}")
                statuses[status] += 1
                if status == 202:
                    ledger.accepted(told["id"], url)
                    break
                time.sleep(0.3)

    generator = random.Random(SEED)
    faults = rig.faults(generator)
    given: collections.Counter[str] = collections.Counter()
    senders = [threading.Thread(target=send, daemon=True) for _ in range(3)]
    for sender in senders:
        sender.start()
    while sum(given.values()) < FAULTS:
        time.sleep(generator.uniform(0.4, 1.6))
        name = generator.choice([*faults])
        faults[name]()
        given[name] += 1
    last = time.monotonic()
    for sender in senders:
        sender.join(timeout=ALL_DONE_SECONDS * 3)
    sent = time.monotonic() - last
    if not rig.workers:
        rig.start_worker()

    ids = patiently(lambda: list(Report.objects.values_list("pk", flat=True)))
    while not patiently(lambda: progress(ids, now=timezone.now()).over):
        assert time.monotonic() - last < 900, patiently(_stuck)
        time.sleep(0.5)
    took = time.monotonic() - last
    # One that several killed workers in a row were at is taken for poison: parked, said so, and done at a word.
    parked = patiently(lambda: list(Report.objects.filter(state=ReportState.PARKED)))
    for report in parked:
        assert report.state_reason.startswith("Given up: 3 workers in a row stopped"), report.state_reason
        assert patiently(lambda report=report: pipeline.retry(report))  # type: ignore[misc]
    while not patiently(lambda: progress(ids, now=timezone.now()).over):
        assert time.monotonic() - last < 900, patiently(_stuck)
        time.sleep(0.5)
    done = dict(patiently(lambda: list(Report.objects.values_list("public_id", "state"))))
    told = ledger.lines()
    lost = [public_id for public_id, _ in told if done.get(public_id) != ReportState.PROPOSED]
    doubled = len(told) - len({url for _, url in told}) + _doubled()
    for name, times in sorted(given.items()):
        table.record(name, given=times, lost=len(lost), doubled=doubled)
    waited = f"all {len(told)} done {took:.0f} s after the last fault, {sent:.0f} s of it still sending"
    waited += f"; {len(parked)} parked as poison, done when told to" if parked else ""
    refused = {status: n for status, n in statuses.items() if status != 202}
    table.record(
        f"storm on {connection.vendor}",
        given=sum(given.values()),
        lost=len(lost),
        doubled=doubled,
        slowest=took,
        remark=f"{waited}; other answers {refused or 'none'}",
    )
    assert lost == []
    assert doubled == 0
    assert len(told) == REPORTS == Report.objects.count()
    assert not {status for status in statuses if status >= 500 and status != 503}


def _doubled() -> int:
    """Count what was made twice: captures and candidates beyond the one set each page has."""
    captures = collections.Counter(Capture.objects.values_list("report", flat=True))
    candidates = collections.Counter(Candidate.objects.values_list("report", flat=True))
    usual = min(candidates.values(), default=0)
    return sum(n - 1 for n in captures.values()) + sum(n - usual for n in candidates.values())


def _stuck() -> list[tuple[object, ...]]:
    with contextlib.suppress(DatabaseError):
        return list(Report.objects.unfinished().values_list("public_id", "state", "error", "attempt", "failures")[:5])
    return []
