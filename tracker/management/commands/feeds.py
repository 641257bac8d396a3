"""The feeds that are polled."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.ingest import feeds, opml
from tracker.models import Event, Feed, Outlet
from tracker.models.choices import FeedState
from tracker.reading.errors import nearest


class Command(BaseCommand):
    """List the feeds with their health, add some, take them from another reader or give them to one."""

    help = (
        "List the feeds with their health. --add finds the feed of a site or takes a feed's own address; --import and "
        "--export take and give OPML. Exit status: 0 well, 1 something was refused, 2 misuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--add", metavar="URL", nargs="+", default=[], help="addresses of feeds, or of sites")
        parser.add_argument("--import", metavar="FILE", dest="take", help="an OPML file")
        parser.add_argument("--export", metavar="FILE", dest="give", help="write OPML; - for the screen")
        parser.add_argument("--outlet", metavar="SLUG", help="whose reports the added feeds carry")
        parser.add_argument("--event", metavar="SLUG", help="if everything in the added feeds is about one event")

    def handle(self, *args: Any, **options: Any) -> None:
        outlet = self._named(Outlet, "outlet", options["outlet"])
        event = self._named(Event, "event", options["event"])
        refused = 0
        for url in options["add"]:
            refused += not self._add(url, outlet=outlet, event=event)
        if options["take"]:
            refused += self._import(Path(options["take"]), outlet=outlet, event=event)
        if options["give"]:
            self._export(options["give"])
        if not (options["add"] or options["take"] or options["give"]):
            self._list()
        if refused:
            raise SystemExit(1)

    def _add(self, url: str, *, outlet: Outlet | None, event: Event | None) -> bool:
        try:
            found = feeds.discover(url)
            feed, new = feeds.add(found[0], outlet=outlet, events=(event.pk,) if event else ())
        except feeds.NoFeed as refusal:
            self.stderr.write(f"{url}: {refusal}")
            return False
        self.stdout.write(f"{'added' if new else 'known already'}  {feed.url}")
        for other in found[1:]:
            self.stdout.write(f"   it also names  {other}")
        return True

    def _import(self, path: Path, *, outlet: Outlet | None, event: Event | None) -> int:
        try:
            listed = opml.read(path.read_bytes())
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {(error.strerror or '').lower()}.", returncode=2) from error
        except opml.NotOpml as refusal:
            raise CommandError(f"{path}: {refusal}", returncode=2) from refusal
        added = refused = 0
        for one in listed:
            try:
                added += feeds.add(one.url, title=one.title, outlet=outlet, events=(event.pk,) if event else ())[1]
            except feeds.NoFeed as refusal:
                refused += 1
                self.stderr.write(f"{one.url}: {refusal}")
        self.stdout.write(f"{added} added, {len(listed) - added - refused} known already.")
        return refused

    def _export(self, where: str) -> None:
        rows = Feed.objects.exclude(state=FeedState.GONE).order_by("url")
        made = opml.write(
            (opml.Listed(row.url, row.title) for row in rows),
            title=f"Feeds of {settings.SITE_NAME}, {settings.SITE_URL}",
        )
        if where == "-":
            self.stdout.write(made.decode())
            return
        Path(where).write_bytes(made)
        print(f"{rows.count()} feeds written to {where}.", file=sys.stderr)

    def _list(self) -> None:
        for feed in Feed.objects.order_by("health", "url"):
            seen = f"{feed.last_success_at:%Y-%m-%d %H:%M} UTC" if feed.last_success_at else "never"
            self.stdout.write(f"{feed.health:>3}  {feed.get_state_display():<7} last read {seen}  {feed.url}")
            if feed.last_error:
                self.stdout.write(f"     {feed.last_error}")

    def _named(self, model: type[Any], what: str, slug: str | None) -> Any:
        if not slug:
            return None
        row = model.objects.filter(slug=slug).first()
        if row is None:
            near = nearest(slug, list(model.objects.values_list("slug", flat=True)))
            hint = f" Did you mean “{near}”?" if near else ""
            raise CommandError(f"There is no {what} “{slug}”.{hint}", returncode=2)
        return row
