"""Write a version of the record as a data package, for /data/."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tracker.delivery import packages


class Command(BaseCommand):
    """Write the data package; nothing if nothing has changed since the last version."""

    help = "Write the public record as CSV, JSON lines, SQLite and (with pyarrow) Parquet, served under /data/."

    def handle(self, *args: Any, **options: Any) -> None:
        made = packages.publish(say=self.stdout.write)
        if made is None:
            self.stdout.write("Nothing has changed since the last version.")
            return
        size = sum(int(one["bytes"]) for one in made.files.values())
        self.stdout.write(f"{made.name}: {len(made.files)} files, {size:,} bytes, in {packages.folder() / made.name}")
