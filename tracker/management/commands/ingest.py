"""Take reports in."""

from __future__ import annotations

import datetime as dt
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker import tasks
from tracker.ingest import sources
from tracker.ingest.sources import NoSource
from tracker.models import Event, Outlet, Report
from tracker.operations.progress import Progress, progress, troubles
from tracker.reading.errors import nearest

LOOK_EVERY = 0.25  # seconds between two looks at the rows
TELL_EVERY = 2.0  # seconds between two lines, where there is no terminal to draw on


class Command(BaseCommand):
    """Make reports of addresses, files, folders and feeds; the workers do the rest."""

    help = (
        "Take in reports: addresses of pages, files (HTML, text, PDF), folders of them, addresses or files of feeds. "
        "Returns at once; the workers do the rest. Exit status: 0 well, 1 something failed or was refused, 2 misuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="+", metavar="SOURCE", help="an address, a file, a folder or a feed")
        parser.add_argument("--event", metavar="SLUG", action="append", default=[], help="the event it is about")
        parser.add_argument("--outlet", metavar="SLUG", help="who published it; default: what the page says")
        parser.add_argument("--published", metavar="DAY", help="when, as 2026-01-28; default: what the page says")
        parser.add_argument("--feed", action="store_true", help="the addresses are feeds, whatever they look like")
        parser.add_argument("--wait", action="store_true", help="stay until the workers are done, and show how far")
        parser.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="how long; default: 600")

    def handle(self, *args: Any, **options: Any) -> None:
        events = tuple(self._event(slug).pk for slug in options["event"])
        outlet = self._outlet(options["outlet"]) if options["outlet"] else None
        published = self._day(options["published"]) if options["published"] else None
        try:
            named, left = sources.understand(options["sources"], feed=options["feed"])
        except NoSource as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if left:
            files = f"{left} other file{'s' if left > 1 else ''}"
            self.stderr.write(f"Passed over {files}. Name a feed's file itself to have its items fetched.")
        ids: list[int] = []
        known = refused = 0
        woken = True
        for source in named:
            taken = sources.take(source, now=timezone.now(), outlet=outlet, published=published, events=events)
            refused += bool(taken.refused)
            under_way = (*taken.new, *Report.objects.unfinished().filter(pk__in=taken.had).values_list("pk", flat=True))
            known += taken.known - (len(under_way) - len(taken.new))
            for report_id in under_way:
                woken = tasks.kick(report_id) and woken
            self._tell(source.named, taken)
            ids += [one for one in under_way if one not in ids]
        if ids and not woken:
            self.stderr.write(
                "No worker could be told: the reports are kept, and wait. Start one, or run: manage.py sweep --run"
            )
        if options["wait"]:
            refused += self._wait(ids, known=known, seconds=options["timeout"])
        if refused:
            raise SystemExit(1)

    def _tell(self, name: str, taken: sources.Taken) -> None:
        """Say what became of a source: one line for a report, one for a feed."""
        if taken.refused:
            self.stderr.write(f"{name}: {taken.refused}")
            return
        if len(taken.new) + len(taken.had) == 1 and taken.known <= 1:
            report = Report.objects.get(pk=(*taken.new, *taken.had)[0])
            word = "new" if taken.new else f"known already, {report.get_state_display().lower()}"
            self.stdout.write(f"{report.public_id}  {word}  {name}")
        else:
            self.stdout.write(f"{len(taken.new)} new, {taken.known} known already  {name}")
        if taken.remark:
            self.stderr.write(f"{name}: {taken.remark}")

    def _wait(self, ids: Sequence[int], *, known: int, seconds: float) -> int:
        """Show how far the reports have come until they are done; return how many did not end well."""
        ends = time.monotonic() + seconds
        drawn = self.stdout.isatty()
        told, told_at = "", 0.0
        while True:
            at = progress(ids, now=timezone.now(), known=known)
            if drawn:
                self._draw(at)
            elif str(at) != told and (at.over or time.monotonic() - told_at >= TELL_EVERY):
                told, told_at = str(at), time.monotonic()
                self.stdout.write(told)
                self.stdout.flush()
            if at.over or time.monotonic() >= ends:
                break
            time.sleep(LOOK_EVERY)
        if drawn:
            self.stdout.write("")
        for line in troubles(ids, now=timezone.now()):
            self.stderr.write(line)
        waiting = at.total - at.settled - at.later
        if waiting:
            self.stderr.write(
                f"{waiting} still under way after {seconds:g} seconds; the work goes on without this command."
            )
        return at.failed + at.later + waiting

    def _draw(self, at: Progress) -> None:
        self.stdout.write(f"\r\x1b[K{at.bar()}", ending="")
        self.stdout.flush()

    def _event(self, slug: str) -> Event:
        event = Event.objects.filter(slug=slug).first()
        if event is None:
            raise self._unknown("event", slug, list(Event.objects.values_list("slug", flat=True)))
        if not event.published:
            raise CommandError(f"The event “{slug}” is not published yet: reports cannot be about it.", returncode=2)
        return event

    def _outlet(self, slug: str) -> Outlet:
        outlet = Outlet.objects.filter(slug=slug).first()
        if outlet is None:
            raise self._unknown("outlet", slug, list(Outlet.objects.values_list("slug", flat=True)))
        return outlet

    def _unknown(self, what: str, slug: str, known: list[str]) -> CommandError:
        near = nearest(slug, known)
        hint = f" Did you mean “{near}”?" if near else ""
        return CommandError(f"There is no {what} “{slug}”.{hint}", returncode=2)

    def _day(self, written: str) -> dt.date:
        try:
            day = dt.date.fromisoformat(written)
        except ValueError as error:
            raise CommandError(f"“{written}” is no day. Write it as 2026-01-28.", returncode=2) from error
        if day.year < 1990 or day > timezone.now().date() + dt.timedelta(days=1):
            raise CommandError(f"{day} cannot be the day it was published.", returncode=2)
        return day
