"""Programs that live and die together leave nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tracker.operations.processes import Died, Group, PortsTaken, free_port

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, signal.SIG_IGN);"
    " time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)",
]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def printed(path: Path) -> str:
    ends = time.monotonic() + 10
    while not path.read_text() and time.monotonic() < ends:
        time.sleep(0.02)
    return path.read_text()


def gone(pid: int, *, seconds: float = 5) -> bool:
    ends = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not alive(pid)


def test_everything_stops_at_the_end_the_last_started_first(tmp_path: Path) -> None:
    done: list[str] = []
    with Group(logs=tmp_path) as group:
        first = group.start("first", SLEEPER)
        second = group.start("second", SLEEPER)
        group.at_end(lambda: done.append("afterwards"))
        group.check()
    assert not alive(first.process.pid) and not alive(second.process.pid)
    assert done == ["afterwards"]


def test_a_program_that_ignores_the_request_is_ended_all_the_same(tmp_path: Path) -> None:
    with Group(logs=tmp_path, grace=0.3) as group:
        deaf = group.start("deaf", DEAF)
        assert "up" in printed(deaf.log)
    assert deaf.process.returncode == -signal.SIGKILL


def test_grandchildren_go_with_their_program(tmp_path: Path) -> None:
    with Group(logs=tmp_path, grace=2) as group:
        parent = group.start("parent", PARENT)
        child = int(printed(parent.log))
        assert alive(child)
    assert gone(child)


def test_the_death_of_one_is_told_with_its_last_words_and_ends_the_others(tmp_path: Path) -> None:
    with pytest.raises(Died, match=r"(?s)web has stopped \(status 3\).*no such port"), Group(logs=tmp_path) as group:
        other = group.start("worker", SLEEPER)
        group.start("web", [sys.executable, "-c", "print('no such port'); raise SystemExit(3)"])
        group.wait()
    assert not alive(other.process.pid)


def test_waiting_ends_when_it_holds_or_the_time_is_up(tmp_path: Path) -> None:
    with Group(logs=tmp_path) as group:
        group.start("one", SLEEPER)
        assert group.wait(until=lambda: True)
        assert not group.wait(seconds=0.2)


SUPERVISOR = """
import sys, pathlib
sys.path.insert(0, {root!r})
from tracker.operations.processes import Group
try:
    with Group(logs=pathlib.Path({logs!r})) as group:
        print(group.start("one", [sys.executable, "-c", "import time; time.sleep(60)"]).process.pid, flush=True)
        group.wait()
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_however_the_supervisor_ends_nothing_is_left_running(tmp_path: Path, how: signal.Signals) -> None:
    if how == signal.SIGKILL and not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells children of their parent's death")
    code = SUPERVISOR.format(root=str(Path(__file__).resolve().parent.parent), logs=str(tmp_path))
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    os.kill(supervisor.pid, how)
    said, _ = supervisor.communicate(timeout=20)
    assert ("stopped" in said) == (how != signal.SIGKILL)
    assert gone(child)


def test_a_port_that_is_taken_gives_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) > port
        with pytest.raises(PortsTaken, match="--port"):
            free_port(port, tries=1)
