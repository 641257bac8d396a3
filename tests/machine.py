"""A whole installation for a test: broker, workers and beat as real processes, and what must hold afterwards."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from tracker.models import Candidate, Capture, Report
from tracker.models.choices import ReportState
from tracker.operations import broker
from tracker.operations.processes import Group, Program
from tracker.operations.progress import progress

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
