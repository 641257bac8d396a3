"""Programs that live and die together: broker, worker, beat and web server of one machine.

``with Group() as group`` promises that nothing it started is left running afterwards,
whatever ends it: the end of the block, an exception, Ctrl-C, SIGTERM, or one of the
programs dying. On Linux that holds even if this process is killed outright.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

GRACE = 12.0  # seconds between asking a program to end and ending it
LAST_LINES = 12
_PR_SET_PDEATHSIG = 1


class Died(Exception):
    """A program of the group ended by itself. The message names it and shows its last words."""


class PortsTaken(Exception):
    """No port could be had."""


@dataclasses.dataclass
class Program:
    """One program that runs."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Group:
    """Starts programs and stops them all, the last started first."""

    def __init__(self, *, logs: Path, grace: float = GRACE) -> None:
        self.programs: list[Program] = []
        self._logs = logs
        self._grace = grace
        self._afterwards = contextlib.ExitStack()
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Group:
        # SIGINT too: what a shell starts in the background inherits it ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, _leave)
        return self

    def __exit__(self, *raised: object) -> None:
        # A second Ctrl-C must not cut short what makes sure that nothing is left.
        for number in self._handlers:
            signal.signal(number, signal.SIG_IGN)
        try:
            self.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def start(self, name: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Program:
        """Start a program; what it prints goes to its own file in the logs' folder."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        with open(log, "wb") as printed:
            process = subprocess.Popen(
                [str(part) for part in command],
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches only us, and we end the others in order.
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        program = Program(name, process, log)
        self.programs.append(program)
        return program

    def run(self, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> int:
        """Run a program to its end, its words on our own screen; return its status. Raises ``Died`` if another dies."""
        process = subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )
        try:
            self.wait(until=lambda: process.poll() is not None)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(self._grace)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return process.returncode

    def at_end(self, callback: Callable[[], object]) -> None:
        """Have something done after every program has stopped."""
        self._afterwards.callback(callback)

    def check(self) -> None:
        """Raise ``Died`` if one of the programs has."""
        for program in self.programs:
            code = program.process.poll()
            if code is not None:
                raise Died(f"{program.name} has stopped ({_ending(code)}).{_last_words(program.log)}")

    def wait(self, *, until: Callable[[], bool] = lambda: False, seconds: float | None = None) -> bool:
        """Wait until something holds, and say whether it came to that in time. Raises ``Died``."""
        ends = None if seconds is None else time.monotonic() + seconds
        while not until():
            self.check()
            if ends is not None and time.monotonic() >= ends:
                return False
            time.sleep(0.1)
        return True

    def stop(self) -> None:
        """End every program: ask, wait, and then insist. Does nothing the second time."""
        running = [program for program in reversed(self.programs) if program.process.poll() is None]
        ends = time.monotonic() + self._grace
        for program in running:
            program.process.terminate()
            # In order, each with what is left of the time: a worker that still writes needs its broker.
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.process.wait(max(0.1, ends - time.monotonic()))
        for program in self.programs:
            # Whatever a program has left in its session goes with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(program.process.pid, signal.SIGKILL)
            program.process.wait()
        self.programs.clear()
        self._afterwards.close()


def free_port(wanted: int, *, host: str = "127.0.0.1", tries: int = 50) -> int:
    """Return this port, or the next one that nobody listens on. Raises ``PortsTaken``."""
    for port in range(wanted, min(wanted + tries, 65536)):
        with socket.socket() as probe:
            # As the web server will: a port in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise PortsTaken(f"Ports {wanted} to {wanted + tries - 1} are all taken. Give another with --port.")


@contextlib.contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that every ``finally`` runs."""
    kept = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, kept)


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """Return what makes a child get SIGTERM when this process dies, however it dies. Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def _ending(code: int) -> str:
    if code >= 0:
        return f"status {code}"
    return signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    except OSError:
        return ""
    return "".join(f"\n    {line}" for line in lines)
