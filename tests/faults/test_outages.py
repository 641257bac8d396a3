"""Outages of one part at a time: what the others go on doing, and that nothing is lost by it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.fakes import Server
from tests.faults import table
from tests.faults.rig import Rig
from tests.faults.test_storm import a_world
from tests.machine import assert_once_each, ended, page, slowly
from tracker.core import storage
from tracker.ingest import pipeline
from tracker.models import Candidate, Feed, FetchAttempt, Report
from tracker.models.choices import ReportState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

LONG = os.environ.get("FAULTS_LONG") == "1"
P99_SECONDS = 2.5


def percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def captured() -> list[str]:
    """Return the key of every capture on disk."""
    return list(storage.keys())


@pytest.mark.parametrize("fault", ["gone", "frozen", "full"])
def test_reports_are_taken_while_the_broker_is_out(rig: Rig, web: Server, fault: str) -> None:
    event, token = a_world()
    count = 80 if LONG else 30
    links = [web.answers(f"/{number}", page(number), Content_Type="text/html") for number in range(count)]
    rig.start_broker()
    rig.start_web()
    assert rig.broker is not None
    if fault == "gone":
        rig.kill(rig.broker)
    elif fault == "frozen":
        os.kill(rig.broker.process.pid, signal.SIGSTOP)
    else:
        rig.says(b"CONFIG SET maxmemory-policy noeviction")
        rig.says(b"CONFIG SET maxmemory 1")
    took: list[float] = []
    statuses: list[int] = []

    def send(mine: list[str]) -> None:
        for url in mine:
            status, _, seconds = rig.post({"url": url, "events": [event]}, token=token)
            statuses.append(status)
            took.append(seconds)

    senders = [threading.Thread(target=send, args=(links[number::4],)) for number in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if fault == "gone":
        rig.start_broker()
    elif fault == "frozen":
        os.kill(rig.broker.process.pid, signal.SIGCONT)
    else:
        rig.says(b"CONFIG SET maxmemory 0")
    back = time.monotonic()
    rig.start_worker()
    ids = list(Report.objects.values_list("pk", flat=True))
    assert ended(ids, seconds=120)
    lost = count - Report.objects.filter(state=ReportState.PROPOSED).count()
    worst = percentile(took, 0.99)
    table.record(
        f"broker {fault} while reports come in",
        given=1,
        lost=lost,
        doubled=0,
        slowest=time.monotonic() - back,
        remark=f"{count} taken; median {statistics.median(took):.2f} s, p99 {worst:.2f} s",
    )
    assert set(statuses) == {202}
    assert worst <= P99_SECONDS
    assert lost == 0
    assert_once_each(count)


def test_fifty_at_once_are_one_report(rig: Rig, web: Server) -> None:
    event, token = a_world()
    rig.start_broker()
    rig.start_web()
    url = web.answers("/one", page(1), Content_Type="text/html")
    statuses: list[int] = []
    gate = threading.Barrier(50)

    def send() -> None:
        gate.wait()
        statuses.append(rig.post({"url": url, "events": [event]}, token=token, key="the-same")[0])

    senders = [threading.Thread(target=send) for _ in range(50)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    rows = Report.objects.count()
    table.record("fifty identical submissions at once", given=50, lost=int(rows == 0), doubled=rows - 1)
    assert rows == 1
    assert set(statuses) <= {202, 409}, statuses
    assert 202 in statuses


def test_a_worker_told_to_stop_hands_over_what_it_is_at(rig: Rig, web: Server) -> None:
    """A deployment: SIGTERM, a new worker, again and again."""
    a_world()
    times, count = (20, 120) if LONG else (3, 30)
    links = [web.does(f"/{number}", slowly(page(number), seconds=0.4)) for number in range(count)]
    event = factories.make_event()
    rig.start_broker()
    for url in links:
        pipeline.receive(url=url, events=(event.pk,))
    slowest = 0.0
    program = rig.start_worker()
    for _ in range(times):
        time.sleep(2)
        begun = time.monotonic()
        rig.group.programs.remove(program)
        rig.workers.remove(program)
        program.process.terminate()
        program.process.wait(timeout=45)
        slowest = max(slowest, time.monotonic() - begun)
        program = rig.start_worker()
    ids = list(Report.objects.values_list("pk", flat=True))
    assert ended(ids, seconds=120)
    lost = count - Report.objects.filter(state=ReportState.PROPOSED).count()
    remark = f"{count} reports; longest to stop"
    table.record("worker told to stop", given=times, lost=lost, doubled=0, slowest=slowest, remark=remark)
    assert slowest <= 30
    assert_once_each(count)


def test_a_worker_that_wakes_up_late_writes_nothing(web: Server) -> None:
    """Frozen past its lease, it finds that another has done the work: its claim has lost its number."""
    event = factories.make_event()
    refused = 0
    times = 20
    for number in range(times):
        url = web.answers(f"/{number}", page(number), Content_Type="text/html")
        report, _ = pipeline.receive(url=url, events=(event.pk,))
        now = timezone.now()
        sleeper = Report.objects.claim(report.pk, states=(ReportState.RECEIVED,), now=now)
        assert sleeper is not None
        later = now + dt.timedelta(hours=1)
        pipeline.advance(report.pk, now=lambda later=later: later)  # type: ignore[misc]
        refused += not Report.objects.advance(sleeper, to=ReportState.FETCHED, now=later)
    table.record(
        "worker frozen past its lease", given=times, lost=0, doubled=times - refused, remark="stale writes refused"
    )
    assert refused == times


def test_two_clocks_fetch_a_feed_once(rig: Rig, web: Server) -> None:
    event = factories.make_event()
    a_world()
    items = "".join(f"<item><title>N{n}</title><link>{web.url(f'/{n}')}</link></item>" for n in range(5))
    for number in range(5):
        web.answers(f"/{number}", page(number), Content_Type="text/html")
    asked: list[float] = []

    def answer(told: Any, request: bytes) -> None:
        asked.append(time.monotonic())
        body = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()
        told.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n\r\n" + body)

    Feed.objects.create(url=web.does("/feed.xml", answer), event=event)
    rig.start_broker()
    rig.start_worker()
    rig.start_beat()
    rig.start_beat()
    time.sleep(12 if not LONG else 60)
    ids = list(Report.objects.values_list("pk", flat=True))
    assert ended(ids, seconds=60)
    doubled = Report.objects.count() - 5
    remark = f"the feed was asked for {len(asked)} time(s)"
    table.record("two clocks at once", given=2, lost=max(0, -doubled), doubled=max(0, doubled), remark=remark)
    assert len(asked) == 1
    assert doubled == 0


def test_a_writer_may_be_killed_at_any_time(tmp_path: Path) -> None:
    """Every row a killed writer was told had been written is there, and the file is whole."""
    file = tmp_path / "ledger.sqlite3"
    told = tmp_path / "told"
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode=WAL'); c.execute('PRAGMA synchronous=NORMAL')\n"
        "c.execute('CREATE TABLE IF NOT EXISTS line (id INTEGER PRIMARY KEY, n TEXT)')\n"
        "out = open(sys.argv[2], 'a', buffering=1)\n"
        "while True:\n"
        "    c.execute('BEGIN IMMEDIATE'); k = c.execute(\"INSERT INTO line (n) VALUES ('x')\").lastrowid\n"
        "    c.execute('COMMIT'); print(k, file=out)\n"
    )
    times = 100 if LONG else 20
    for _ in range(times):
        writer = subprocess.Popen([sys.executable, "-c", script, str(file), str(told)])
        time.sleep(0.25)
        writer.kill()
        writer.wait()
    with sqlite3.connect(file) as opened:
        kept = {row[0] for row in opened.execute("SELECT id FROM line")}
        whole = opened.execute("PRAGMA integrity_check").fetchone()[0]
    promised = {int(line) for line in told.read_text().splitlines() if line.isdigit()}
    lost = len(promised - kept)
    remark = f"{len(promised):,} rows promised; integrity {whole}"
    table.record("writer killed (SQLite, our settings)", given=times, lost=lost, doubled=0, remark=remark)
    assert (lost, whole) == (0, "ok")
    assert len(promised) > 100


@pytest.mark.skipif("os.geteuid() != 0", reason="mounting a small disk needs root; CI runs as root")
def test_a_full_disk_keeps_the_report_and_leaves_no_half_capture(web: Server, settings: Any, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], check=True)
    try:
        settings.CAPTURES_DIR = small / "captures"
        event = factories.make_event()
        filler = small / "filler"
        filler.write_bytes(b"x" * 200_000)
        body = page(1).replace(b"</article>", b"<p>" + b"The pier was quiet. " * 6000 + b"</p></article>")
        url = web.answers("/1", body, Content_Type="text/html")
        report, _ = pipeline.receive(url=url, events=(event.pk,))
        pipeline.advance(report.pk)
        report.refresh_from_db()
        assert report.state == ReportState.RECEIVED and report.next_try_at is not None
        assert "disk" in report.error.lower(), report.error
        assert captured() == []
        filler.unlink()
        later = timezone.now() + dt.timedelta(hours=1)
        pipeline.advance(report.pk, now=lambda: later)
        report.refresh_from_db()
        whole = all(storage.load(key) for key in captured())
        done = report.state == ReportState.PROPOSED
        table.record(
            "disk full", given=1, lost=int(not done), doubled=0, remark="no half capture; done once there is room"
        )
        assert done and whole
        assert Candidate.objects.filter(report=report).exists()
        assert FetchAttempt.objects.filter(report=report).exists()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
