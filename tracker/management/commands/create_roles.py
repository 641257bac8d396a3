"""Make the roles."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tracker.review import rights


class Command(BaseCommand):
    """Make the groups reader, contributor, editor and administrator, or bring their rights up to date."""

    help = "Make the roles reader, contributor, editor and administrator, or bring their rights up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, group in rights.create_roles().items():
            self.stdout.write(f"{name}: {group.permissions.count()} permissions")
