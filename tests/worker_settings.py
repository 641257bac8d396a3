"""The settings of a worker under test: everything that waits, waits for less."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE, CELERY_BROKER_TRANSPORT_OPTIONS

# As in config/settings.py, each limit ends the work before the next would hand it to somebody else.
FETCH_DEADLINE_SECONDS = 3
CELERY_TASK_SOFT_TIME_LIMIT = 6
CELERY_TASK_TIME_LIMIT = 8
LEASE_SECONDS = 10
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "visibility_timeout": 12,
    "unacked_restore_interval": 2,
}
SWEEP_AFTER_SECONDS = 2
SWEEP_EVERY_SECONDS = 1
CELERY_BEAT_SCHEDULE = {name: entry | {"schedule": 1.0} for name, entry in CELERY_BEAT_SCHEDULE.items()}
