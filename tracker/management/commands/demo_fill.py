"""Put the sample data on record."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import NoReverseMatch, reverse

from tracker import tasks
from tracker.operations import demo_record
from tracker.operations.demo_record import APPROVER, EDITOR, PASSWORD

READING_SECONDS, PUBLISHING_SECONDS = 240, 60


class Command(BaseCommand):
    """Fill the record of the demonstration; ``demo`` and ``demo_check`` call it with their settings."""

    help = "Part of `demo`: load the sample data, send the sample reports through the queue, review and publish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--prepare", action="store_true", help="only migrate, make the logins, load reference data")
        only.add_argument("--summary", action="store_true", help="only say what is on record and where to look")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo_record.refuse_if_real()
            if options["prepare"]:
                self._prepare()
            elif options["summary"]:
                self._summary()
            else:
                self._fill()
        except demo_record.Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0)
        editor, _ = demo_record.logins()
        if demo_record.load(by=editor):
            self._say("Loaded the sample companies, outlets, people and events.")

    def _fill(self) -> None:
        editor, approver = demo_record.logins()
        (pages,) = settings.OUTBOUND_ALLOW
        sent = demo_record.submit(pages=pages, by=editor, kick=tasks.kick)
        self._say(f"Sent {sent} sample reports through the queue.")
        self._wait(lambda: str(demo_record.progress()), lambda: demo_record.progress().done, READING_SECONDS)
        for problem in demo_record.review(editor=editor, approver=approver):
            self.stderr.write(self.style.WARNING(f"Not as the sample editors decided it: {problem}"))
        self._wait(
            lambda: f"Publishing takes effect in a moment: {demo_record.on_their_way()} to go",
            lambda: not demo_record.on_their_way(),
            PUBLISHING_SECONDS,
        )

    def _wait(self, words: Callable[[], str], done: Callable[[], bool], seconds: float) -> None:
        """Wait with one line that is rewritten on a terminal, and with one a change elsewhere."""
        ends = time.monotonic() + seconds
        shown = ""
        while True:
            finished = done()
            told = words()
            if told != shown:
                shown = told
                self.stdout.write(f"\r\x1b[K{told}" if self.stdout.isatty() else f"{told}\n", ending="")
                self.stdout.flush()
            if finished:
                break
            if time.monotonic() > ends:
                raise CommandError(
                    f"Not finished after {seconds} seconds. The logs are in {settings.VAR_DIR / 'logs'}."
                )
            time.sleep(0.5)
        if self.stdout.isatty():
            self.stdout.write("\r\x1b[K", ending="")

    def _summary(self) -> None:
        held = demo_record.counted()
        site = settings.SITE_URL
        lines = [
            "",
            "On Record is running, on sample data. Ctrl-C stops everything.",
            "",
            f"  Pages        {site}/",
            f"  Who is silent  {site}{reverse('pages:silence', args=[demo_record.SHOWN_EVENT])}",
            *(f"  {name:<12} {site}{address}" for name, address in _doors()),
            f"                 editor           {EDITOR} / {PASSWORD}",
            f"                 second approver  {APPROVER} / {PASSWORD}",
            "",
            f"  {held.statements} statements and {held.inquiries} inquiries published, {held.waiting} candidates "
            f"waiting for review, {held.failed} reports that could not be read.",
            "",
        ]
        self._say("\n".join(lines))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _doors() -> list[tuple[str, str]]:
    """Return the addresses of the doors that are there."""
    named = [
        ("Review desk", "admin:desk_queue"),
        ("API", "api:docs"),
        ("Admin", "admin:index"),
    ]
    found = []
    for name, view in named:
        try:
            found.append((name, reverse(view)))
        except NoReverseMatch:
            continue
    return found
