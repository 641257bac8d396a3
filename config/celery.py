"""The Celery application: settings come from Django under ``CELERY_``."""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import celeryd_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

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
