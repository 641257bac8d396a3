"""Load a folder of reference data."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from tracker.review import rights
from tracker.review.errors import ReviewError
from tracker.review.loading import FILES, load


class Command(BaseCommand):
    """Load companies, outlets, people, events, asks, targets and watch lists; running it again changes nothing."""

    help = f"Load a folder holding any of {', '.join(FILES)}. Rows are found again by their slug."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", nargs="?", default=str(settings.FIXTURES_DIR), help="the folder")
        parser.add_argument("--by", metavar="USERNAME", help="who loads it; default: the first user who may publish")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for told in load(options["directory"], by=self._user(options["by"])):
                self.stdout.write(str(told))
        except ReviewError as error:
            raise CommandError(error.sentence) from error

    def _user(self, name: str | None) -> Any:
        users = get_user_model().objects.filter(is_active=True).order_by("pk")
        if name:
            user = users.filter(username=name).first()
            if user is None:
                raise CommandError(f"There is no user “{name}”.")
            return user
        user = next((user for user in users if user.has_perm(rights.PUBLISH)), None)
        if user is None:
            raise CommandError("Nobody may publish yet: run create_roles and make a user with the role editor.")
        return user
