"""Write the data dictionary."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.operations import dictionary


class Command(BaseCommand):
    """Print ``docs/data-dictionary.md``, write it, or say that it is out of date."""

    help = "Print the data dictionary made from the models; --write puts it into docs/, --check compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/data-dictionary.md")
        parser.add_argument("--check", action="store_true", help="exit 1 if docs/data-dictionary.md is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "data-dictionary.md"
        made = dictionary.render()
        if options["write"]:
            path.write_text(made)
        elif options["check"]:
            if not path.exists() or path.read_text() != made:
                raise CommandError("docs/data-dictionary.md is out of date: run `manage.py data_dictionary --write`.")
        else:
            self.stdout.write(made)
