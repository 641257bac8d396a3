"""Make an administrator."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tracker.review import rights

VARIABLE = "ONRECORD_ADMIN_PASSWORD"


class Command(BaseCommand):
    """Make the first administrator, with the roles; the password is asked for, or read from the environment.

    It is never taken from the command line, where others could see it, and never printed.
    """

    help = f"Make an administrator. The password is asked for, or read from {VARIABLE}; it is never printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="", help="for password resets")

    def handle(self, *args: Any, **options: Any) -> None:
        users: Any = get_user_model()
        name = options["username"]
        if users.objects.filter(username__iexact=name).exists():
            raise CommandError(f"There is a user “{name}” already: give them the role in the admin, under Users.")
        user = users(username=name, email=options["email"], is_staff=True)
        try:
            user.full_clean(exclude=["password"])
            password = self._password()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(password)
        with transaction.atomic():
            user.save()
            user.groups.add(rights.create_roles()[rights.ADMINISTRATOR])
        self.stdout.write(f"{name} is an administrator and can log in at /admin/.")

    def _password(self) -> str:
        held = os.environ.get(VARIABLE)
        if held:
            return held
        if not sys.stdin.isatty():
            raise CommandError(f"Nobody can be asked for a password here: set {VARIABLE}.")
        first = getpass.getpass("Password: ")
        if first != getpass.getpass("Again: "):
            raise CommandError("The two passwords differ: nothing was made.")
        return first
