"""Look for what must not be in the record."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.operations import verify


class Command(BaseCommand):
    """Print what breaks a rule of the record that no database can hold, one finding a line; exit 1 if there is any."""

    help = "Look for what breaks a rule of the record; prints one finding a line and exits 1 if there is any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--deep", action="store_true", help="also hash the bytes of every capture")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for finding in verify.verify(deep=options["deep"]):
            found += 1
            self.stdout.write(str(finding))
        if found:
            raise CommandError(f"{found} finding{'s' if found > 1 else ''}: see tracker/operations/verify.py.")
        self.stdout.write("Nothing found: the record holds together.")
