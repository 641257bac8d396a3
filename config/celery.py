"""The Celery application: settings come from Django under ``CELERY_``."""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import Any

from celery import Celery, bootsteps
from celery.signals import celeryd_init, worker_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = logging.getLogger(__name__)
app = Celery("onrecord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def _refuse_unsafe_settings(**kwargs: Any) -> None:
    import django

    django.setup()
    from tracker.operations.safety import refuse_unsafe

    try:
        refuse_unsafe()
    except ImproperlyConfigured as refusal:
        # A signal swallows exceptions; leaving is the one thing it cannot swallow.
        sys.exit(str(refusal))


@worker_init.connect
def _warm_up(**kwargs: Any) -> None:
    """Load the extractor, the language model and the names once, before the pool is forked from this process.

    The children share the memory, and the next child after a crash starts warm. A
    connection must not be shared over a fork, so it is closed; what is frozen is not
    touched by the collector, which would copy the pages.
    """
    from django.db import Error, connections

    from tracker import tasks

    try:
        tasks.warm_up()
    except Error as error:
        log.warning("Starting cold: the database cannot be read yet (%s).", type(error).__name__)
    finally:
        connections.close_all()
    gc.collect()
    gc.freeze()


class SweepClock(bootsteps.StartStopStep):
    """Has every worker ask for a sweep every few seconds, so that nothing depends on beat being alive."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self.ticking: Any = None
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        from django.conf import settings

        from tracker import tasks

        self.ticking = parent.timer.call_repeatedly(settings.SWEEP_EVERY_SECONDS, tasks.ask_for_a_sweep)

    def stop(self, parent: Any) -> None:
        if self.ticking is not None:
            self.ticking.cancel()


app.steps["worker"].add(SweepClock)
