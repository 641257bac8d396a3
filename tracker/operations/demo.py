"""The whole product on this machine, on sample data: ``make demo``, and what ``make demo-check`` checks.

This process starts and stops the others and touches no record itself: each of them is
given the demonstration's settings in its environment before it reads any.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.operations import broker
from tracker.operations.demo_pages import HOST, PageServer
from tracker.operations.processes import Group, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
WEB_PORT, PAGES_PORT = 8000, 8090
# What an installation may have set for itself; the demonstration keeps to its own folder, and to this machine.
NOT_INHERITED = (
    "DATABASE_URL", "CAPTURES_DIR", "EGRESS_PROXY", "HTTPS", "BEHIND_PROXY", "ALLOWED_HOSTS", "EMAIL_URL",
    "SECOND_APPROVAL", "PUBLISH_DELAY_SECONDS", "ACCESS_LOG", "CELERY_BROKER_URL", "FINDER_LLM_URL",
)  # fmt: skip
KEPT_FILES = ("onrecord.sqlite3", "onrecord.sqlite3-wal", "onrecord.sqlite3-shm", "demo.json", "beat-schedule*")
KEPT_FOLDERS = ("captures",)
MANAGE = (sys.executable, str(ROOT / "manage.py"))
CELERY = (sys.executable, "-m", "celery", "-A", "config")


class Refused(Exception):
    """The demonstration is not started here. The message says what to do."""


class Failed(Exception):
    """A step of it did not work. The message says which, and where its words are."""


@dataclasses.dataclass
class Kept:
    """What the demonstration remembers from run to run, in ``demo.json``: its ports, and whether all is on record."""

    web: int = 0
    pages: int = 0
    filled: bool = False

    @classmethod
    def read(cls, var_dir: Path) -> Kept | None:
        """Return what is remembered; None where no demonstration has run."""
        try:
            return cls(**json.loads((var_dir / "demo.json").read_text()))
        except FileNotFoundError:
            return None

    def write(self, var_dir: Path) -> None:
        """Remember it."""
        var_dir.mkdir(parents=True, exist_ok=True)
        (var_dir / "demo.json").write_text(json.dumps(dataclasses.asdict(self)))


@dataclasses.dataclass(frozen=True)
class Running:
    """A demonstration that is up."""

    group: Group
    env: dict[str, str]
    web: str

    def run(self, *command: str, env: dict[str, str] | None = None) -> None:
        """Run a command of ``manage.py`` to its end, its words on our screen. Raises ``Failed``."""
        code = self.group.run([*MANAGE, *command], env={**self.env, **(env or {})})
        if code:
            raise Failed(f"`manage.py {' '.join(command)}` ended with status {code}.")


@contextlib.contextmanager
def running(
    *, var_dir: Path, say: Callable[[str], None], port: int | None = None, reset: bool = False
) -> Iterator[Running]:
    """Bring everything up, put the sample record on it, and stop everything at the end of the block.

    A second run finds the record of the first and keeps it; ``reset`` starts over.
    Raises ``Refused`` where a record stands that is not the demonstration's.
    """
    refuse_a_real_record(var_dir)
    with Group(logs=var_dir / "logs") as group, contextlib.ExitStack() as afterwards:
        # First, because it is what two runs at once meet at.
        redis = broker.start(group, var_dir=var_dir)
        if reset:
            forget(var_dir)
        kept = Kept.read(var_dir) or Kept()
        kept.web = _port(port or kept.web or WEB_PORT, what="pages", say=say)
        pages = PageServer(ROOT / "fixtures", port=_port(kept.pages or PAGES_PORT, what="sample reports", say=say))
        afterwards.callback(pages.close)
        kept.pages = int(pages.host.rpartition(":")[2])
        kept.write(var_dir)
        up = Running(
            group, _environment(var_dir, web=kept.web, pages=pages.host, redis=redis), f"http://{HOST}:{kept.web}"
        )
        up.run("demo_fill", "--prepare")
        _start(up, var_dir)
        if not kept.filled:
            up.run("demo_fill")
            kept.filled = True
            kept.write(var_dir)
        if not group.wait(until=lambda: _serves(up.web), seconds=30):
            raise Failed("The web server does not answer. Its log is logs/web.log in the folder of the demonstration.")
        yield up


def refuse_a_real_record(var_dir: Path) -> None:
    """Raise ``Refused`` if the folder holds a database that no demonstration has made."""
    held = var_dir / "onrecord.sqlite3"
    if Kept.read(var_dir) is not None or not held.exists():
        return
    with contextlib.closing(sqlite3.connect(f"file:{held}?mode=ro", uri=True)) as database:
        for table in ("auth_user", "tracker_report", "tracker_company"):
            with contextlib.suppress(sqlite3.OperationalError):  # no such table: never migrated, so nothing is lost
                if database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                    raise Refused(
                        f"{held} holds a record that is not the demonstration's. "
                        "Set ONRECORD_VAR to another folder, or move the file away."
                    )


def forget(var_dir: Path) -> None:
    """Remove what earlier runs of the demonstration have kept, and nothing else."""
    for name in KEPT_FILES:
        for path in var_dir.glob(name):
            path.unlink()
    for name in KEPT_FOLDERS:
        shutil.rmtree(var_dir / name, ignore_errors=True)


def _environment(var_dir: Path, *, web: int, pages: str, redis: str) -> dict[str, str]:
    """Return the settings that every process of the demonstration runs with."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return inherited | {
        "DEBUG": "1",
        "SAMPLE_DATA": "1",
        "ONRECORD_VAR": str(var_dir),
        "REDIS_URL": redis,
        "SITE_URL": f"http://{HOST}:{web}",
        "BIND": f"{HOST}:{web}",
        "OUTBOUND_ALLOW": pages,
        "PYTHONUNBUFFERED": "1",
    }


def _start(up: Running, var_dir: Path) -> None:
    up.group.start(
        "worker",
        [*CELERY, "worker", "--concurrency", "2", "--queues", "ingest,maint", "--loglevel", "INFO", "--without-mingle"],
        env=up.env,
    )
    schedule = var_dir / "beat-schedule"
    up.group.start(
        "beat", [*CELERY, "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "INFO"], env=up.env
    )
    web = (sys.executable, "-m", "gunicorn", "--no-control-socket", "-c", str(ROOT / "config" / "gunicorn.py"))
    up.group.start("web", [*web, "config.wsgi"], env=up.env)


def _port(wanted: int, *, what: str, say: Callable[[str], None]) -> int:
    port = free_port(wanted)
    if port != wanted:
        say(f"Port {wanted} is taken; the {what} are on {port}.")
    return port


def _serves(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/robots.txt", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
