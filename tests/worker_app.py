"""The Celery application as it is, with one addition: a page that says POISON takes the process that reads it along."""

from __future__ import annotations

import os
import signal
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.worker_settings"

from celery.signals import worker_process_init  # noqa: E402

from config.celery import app  # noqa: E402

__all__ = ["app"]


@worker_process_init.connect
def _poison(**kwargs: Any) -> None:
    from tracker.ingest import steps

    real = steps.extracting.extract

    def extract(body: bytes, **rest: Any) -> Any:
        if b"POISON" in body:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(body, **rest)

    steps.extracting.extract = extract
