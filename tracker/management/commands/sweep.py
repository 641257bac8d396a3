"""Pick up what was left half way."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker import tasks
from tracker.operations import sweeping
from tracker.operations.progress import progress, troubles


class Command(BaseCommand):
    """Hand over again what was left half way; with ``--run``, do it here and now."""

    help = (
        "Hand reports that were left half way to the workers again. With --run, do what is due in this process: "
        "publish, poll feeds, take every report as far as it goes. Running it twice, or beside workers, is harmless."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run", action="store_true", help="work here, without broker and workers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"]:
            self._run()
            return
        found, told = tasks.swept()
        words = [f"{len(found.again)} left half way", f"{told} handed over again"]
        if found.lost:
            words.append(f"{found.lost} of a worker that stopped")
        if found.parked:
            words.append(f"{found.parked} parked")
        self.stdout.write(", ".join(words) + ".")
        if told < len(found.again):
            self.stderr.write("The broker cannot be reached. Start it, or do the work here: manage.py sweep --run")

    def _run(self) -> None:
        from tracker.ingest import feeds, pipeline
        from tracker.review import publishing

        publishing.take_effect()
        for feed_id in feeds.due(now=timezone.now()):
            feeds.poll(feed_id)
        done: set[int] = set()
        while fresh := [pk for pk in sweeping.can_be_worked_on(now=timezone.now()) if pk not in done]:
            for report_id in fresh:
                done.add(report_id)
                pipeline.advance(report_id)
        now = timezone.now()
        sweeping.alive("sweeper", now=now)
        if not done:
            self.stdout.write("Nothing is due.")
            return
        self.stdout.write(f"{progress(done, now=now)}.")
        for line in troubles(done, now=now):
            self.stdout.write(f"  {line}")
