"""Run the fault tests on SQLite and on a PostgreSQL of their own: ``python -m tests.faults [short|long]``.

The PostgreSQL server is Debian's, in a temporary folder on a free port; the tests are
given the command that restarts it as a power cut would. Fails, with the reason, where
there is none: half the promise would go untested.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Reports and faults of the storm on each database; the long form is for a release.
FORMS = {
    "short": {"sqlite": ("300", "25"), "postgresql": ("250", "25"), "rest": {}},
    "long": {
        "sqlite": ("1000", "50"),
        "postgresql": ("1000", "50"),
        "rest": {"FAULTS_LONG": "1", "FAULTS_RUNS": "5", "FAULTS_STRIDE": "1"},
    },
}


def main(form: str) -> int:
    """Run both halves; return the worse exit code."""
    given = FORMS[form]
    rest: dict[str, str] = given["rest"]  # type: ignore[assignment]
    worst = _pytest({**_storm(given["sqlite"]), **rest}, str(HERE))
    with postgres() as (url, restart):
        env = {"DATABASE_URL": url, "ONRECORD_PG_RESTART": restart, **_storm(given["postgresql"]), **rest}
        # What is about files and the disk does not depend on the database.
        worst = max(worst, _pytest(env, str(HERE), "--deselect", "tests/faults/test_outages.py"))
    return worst


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """Start a PostgreSQL server; yield its address and the command that restarts it at once."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise SystemExit("make faults needs PostgreSQL's server. On Debian: apt install postgresql.")
    with tempfile.TemporaryDirectory(prefix="onrecord-pg-", ignore_cleanup_errors=True) as folder:
        root = os.geteuid() == 0  # the server refuses to run as root
        if root:
            shutil.chown(folder, "postgres")

        def run(command: str) -> str:
            whole = f"{programs[-1]}/{command}"
            return f"su postgres -c {shlex.quote(whole)}" if root else whole

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
        at = f"-D {folder}/data -w -l {folder}/log"
        subprocess.run(
            run(f"initdb -D {folder}/data -A trust -U onrecord"), shell=True, check=True, capture_output=True
        )
        subprocess.run(
            run(f"pg_ctl {at} -o {shlex.quote(options)} start"), shell=True, check=True, stdout=subprocess.DEVNULL
        )
        try:
            yield f"postgres://onrecord@127.0.0.1:{port}/postgres", run(f"pg_ctl {at} -m immediate restart")
        finally:
            subprocess.run(
                run(f"pg_ctl -D {folder}/data -m immediate stop"), shell=True, check=False, capture_output=True
            )


def _storm(sizes: object) -> dict[str, str]:
    reports, faults = sizes  # type: ignore[misc]
    return {"FAULTS_REPORTS": reports, "FAULTS_GIVEN": faults}


def _pytest(env: dict[str, str], *arguments: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, env={**os.environ, "ONRECORD_FAULTS": "1", **env}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "short"))
