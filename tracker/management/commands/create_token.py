"""Make a key for a program."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from tracker.api.keys import CannotMakeKey, make_key
from tracker.api.tokens import SCOPES


class Command(BaseCommand):
    """Make a key and print it, this once: nothing but the key goes to standard output."""

    help = "Make a key for a program that sends reports in. The key is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="whose rights it has at most")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument(
            "--scope", action="append", required=True, help=f"what it may do: {', '.join(SCOPES)}; may be repeated"
        )
        parser.add_argument("--days", type=int, default=365, help="until it expires (365)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.")
        scopes = [scope for given in options["scope"] for scope in given.split(",") if scope]
        try:
            token, key = make_key(user, name=options["name"], scopes=scopes, days=options["days"])
        except CannotMakeKey as refused:
            raise CommandError(str(refused)) from refused
        self.stderr.write(f"“{token.name}” of {user}, for {', '.join(token.scopes)}, until {token.expiry:%Y-%m-%d}:")
        self.stdout.write(key)
