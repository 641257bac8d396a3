"""A real worker on a real broker: what goes in comes out, whoever is killed meanwhile."""

from __future__ import annotations

import collections
import contextlib
import io
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.factories import make_company, make_event
from tests.fakes import Server, server
from tracker.models import Candidate, Capture, Event, Feed, FetchAttempt, Heartbeat, Report
from tracker.models.choices import FetchOutcome, ReportState
from tracker.operations import broker, handoff
from tracker.operations.handoff import Breaker
from tracker.operations.processes import Group, Program
from tracker.operations.progress import progress

pytestmark = [pytest.mark.worker, pytest.mark.database, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parent.parent
MOST_MEMORY = 400_000_000


class Machine:
    """Broker, workers and beat of one installation, on the database of the test."""

    def __init__(self, group: Group, folder: Path) -> None:
        self.group = group
        self.folder = folder
        self.url = ""

    def start_broker(self) -> str:
        self.url = broker.start(self.group, var_dir=self.folder / "var")
        return self.url

    def start_worker(self, *, allow: str) -> Program:
        worker = self._celery(
            "worker", "--concurrency", "2", "--without-mingle", "--without-gossip", "--loglevel", "INFO", allow=allow
        )
        assert self.group.wait(until=lambda: "ready" in worker.log.read_text(), seconds=60), worker.log.read_text()
        return worker

    def start_beat(self) -> Program:
        schedule = str(self.folder / "schedule")
        return self._celery("beat", "--schedule", schedule, "--pidfile", str(self.folder / "beat.pid"), allow="")

    def kill(self, program: Program) -> None:
        """Kill a program with all its children, at once and without a word."""
        self.group.programs.remove(program)
        os.killpg(program.process.pid, signal.SIGKILL)
        program.process.wait()

    def says(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(self.url.removeprefix(broker.SCHEME))
            asked.sendall(command + b"\r\n")
            return asked.recv(4096)

    def _celery(self, *command: str, allow: str) -> Program:
        env = {
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.url,
            "ONRECORD_VAR": str(self.folder / "var"),
            "CAPTURES_DIR": str(django_settings.CAPTURES_DIR),
            "OUTBOUND_ALLOW": allow,
            "LOG_LEVEL": "INFO",
        }
        name = f"{command[0]}-{len(list(self.folder.glob('*.log')))}"
        app = [sys.executable, "-m", "celery", "-A", "tests.worker_app", "--workdir", str(ROOT)]
        return self.group.start(name, [*app, *command], env=env)


def database_url() -> str:
    """The address of the test's own database."""
    made = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{made['NAME']}"
    login = f"{made['USER']}:{made['PASSWORD']}" if made["PASSWORD"] else made["USER"]
    return f"postgres://{login}@{made['HOST'] or 'localhost'}:{made['PORT'] or 5432}/{made['NAME']}"


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


def page(number: int = 0) -> bytes:
    """An article in which two companies speak, with words of its own for each number."""
    told = " ".join(
        f"Boat {number} left pier {day} at noon, the harbour office of town {number} noted." for day in range(9)
    )
    return (
        f"<!doctype html><html lang='en'><head><title>Order {number} splits harbour</title>"
        "<meta property='article:published_time' content='2026-03-04'></head><body><article>"
        f"<h1>Order {number} splits harbour</h1><p>Calder Ferries called the harbour strike order “a step too far, "
        f"number {number}” in a memo to staff on Tuesday. Pinhay Rail declined to comment.</p><p>{told}</p>"
        "</article></body></html>"
    ).encode()


def slowly(body: bytes, *, seconds: float) -> Callable[[socket.socket, bytes], None]:
    def answer(asked: socket.socket, request: bytes) -> None:
        time.sleep(seconds)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        asked.sendall(head.encode() + body)

    return answer


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


def ended(ids: list[int], *, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not progress(ids, now=timezone.now()).over:
        if time.monotonic() > ends:
            return False
        time.sleep(0.2)
    return True


def memory(pid: int) -> dict[int, int]:
    """Resident bytes of a process and its children, by pid."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            said = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if pid in (int(said["Pid"]), int(said["PPid"])):
                found[int(said["Pid"])] = int(said.get("VmRSS", "0").split()[0]) * 1024
    return found


def assert_once_each(reports: int, *, but: str = "") -> None:
    """Nothing was lost and nothing was made twice; one address may be left out."""
    kept = Report.objects.exclude(url=but)
    assert kept.count() == Capture.objects.count() == reports
    assert set(kept.values_list("state", flat=True)) == {ReportState.PROPOSED}
    made = collections.Counter(Candidate.objects.values_list("report", flat=True))
    assert len(made) == reports
    assert len(set(made.values())) == 1, made


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
    assert "3 of 3" in out and "duplicates 1 · failed 1" in out
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
