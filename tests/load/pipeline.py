"""How many pages a second the pipeline reads, and which share of the time is text extraction.

One process, the sample organisations, SQLite in a temporary folder, the sample pages
from a server on this machine, through fetch, extract, match, find and decide. Every
round begins with an empty record, or its pages would be set aside as copies of those of
the round before; the model and the names are loaded before the clock starts.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def main() -> int:
    """Run the rounds and print what they measured; return 0."""
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder:
            env = {"DEBUG": "1", "SAMPLE_DATA": "1", "ONRECORD_VAR": folder, "LOG_LEVEL": "CRITICAL", "REDIS_URL": ""}
            env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
            command = [sys.executable, "-m", "tests.load.pipeline", "round"]
            told = subprocess.run(command, env={**os.environ, **env}, check=True, stdout=subprocess.PIPE, text=True)
            rounds.append(json.loads(told.stdout.splitlines()[-1]))
    rates = [one["pages"] / one["seconds"] for one in rounds]
    shares = [one["extraction"] / one["seconds"] for one in rounds]
    states = ", ".join(f"{count} {state}" for state, count in sorted(rounds[0]["states"].items()))
    print(f"{rounds[0]['pages']} pages ({states}), {ROUNDS} rounds, one process")
    print(f"pages a second       median {statistics.median(rates):.1f}, from {min(rates):.1f} to {max(rates):.1f}")
    print(f"text extraction      median {statistics.median(shares):.0%} of the time")
    print(f"memory               {max(one['megabytes'] for one in rounds):.0f} MB at the most")
    print(f"load of the machine  {os.getloadavg()[0]:.1f}")
    return 0


def one_round() -> int:
    """Read every sample page once and print the figures as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.fakes import server
    from tracker.ingest import pipeline, steps, warm
    from tracker.models import Report
    from tracker.operations import demo_pages, demo_record

    call_command("migrate", verbosity=0)
    editor, _ = demo_record.logins()
    demo_record.load(by=editor)
    warm.warm_up()
    spent = 0.0
    real = steps.extracting.extract

    def timed(*given: object, **more: object) -> object:
        nonlocal spent
        begun = time.perf_counter()
        try:
            return real(*given, **more)  # type: ignore[arg-type]
        finally:
            spent += time.perf_counter() - begun

    steps.extracting.extract = timed  # type: ignore[assignment]
    entries = demo_pages.manifest(settings.FIXTURES_DIR)
    with server() as web:
        settings.OUTBOUND_ALLOW = [web.host]
        ids = []
        for place, entry in enumerate(entries):
            body = (settings.FIXTURES_DIR / "reports" / entry["file"]).read_bytes()
            report, _ = pipeline.receive(url=web.answers(f"/{place}", body, Content_Type="text/html"), by=editor)
            ids.append(report.pk)
        begun = time.perf_counter()
        for pk in ids:
            pipeline.advance(pk)
        seconds = time.perf_counter() - begun
    told = {
        "pages": len(ids),
        "seconds": seconds,
        "extraction": spent,
        "states": Counter(Report.objects.values_list("state", flat=True)),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(one_round() if sys.argv[1:] == ["round"] else main())
