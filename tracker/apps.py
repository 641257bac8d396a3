"""The application: what is connected when Django starts."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class TrackerConfig(AppConfig):
    """On Record's one application."""

    name = "tracker"
    verbose_name = "On Record"

    def ready(self) -> None:
        """Keep append-only tables so, and wake the workers when a release commits."""
        post_migrate.connect(_make_triggers, sender=self)
        from tracker import tasks  # registers the ledger's wake-up call

        tasks.connect()


def _make_triggers(using: str, **kwargs: Any) -> None:
    from tracker.models import append_only

    append_only.make(connections[using])
