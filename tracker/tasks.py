"""Celery tasks: each is a retry policy, a docstring and one call.

Ids in, nothing out. Any task may run twice, or be lost: the row in the database says
what is done and what is due, and the sweeper finds what was left. What a task calls is
imported when it is called: this module is loaded by every process, and only workers need
extractors and a language model.
"""

from __future__ import annotations

import time

from celery import shared_task
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tracker.core import ledger
from tracker.operations import handoff, sweeping

_asked = 0.0


def connect() -> None:
    """Wake a worker whenever a release commits."""
    ledger.on_release(_released)


def kick(report_id: int) -> bool:
    """Wake a worker for a report; False if the broker could not be told. Never raises, never keeps a request waiting.

    The report is safe either way: it waits for the sweeper. Inside a transaction the
    message goes out after the commit, and the answer is True.
    """
    if connection.in_atomic_block:
        transaction.on_commit(lambda: handoff.send(advance_report, report_id), robust=True)
        return True
    return handoff.send(advance_report, report_id)


@shared_task(acks_late=True, ignore_result=True)
def advance_report(report_id: int) -> None:
    """Take a report as far as it goes; its row says what happened."""
    from tracker.ingest import pipeline

    pipeline.advance(report_id)


@shared_task(ignore_result=True)
def publish_due() -> None:
    """Make public what editors published ten seconds ago."""
    from tracker.review import publishing

    publishing.take_effect()


@shared_task(ignore_result=True)
def sweep(asked_by: str = "") -> None:
    """Hand over again what was left half way, as far as the queue is not full already.

    Beat and every worker ask for it; that they do is their sign of life.
    """
    if asked_by:
        sweeping.alive(asked_by, now=timezone.now())
    swept(room=sweeping.MOST - (handoff.waiting("ingest") or 0))


def ask_for_a_sweep() -> None:
    """Send the sweep of a worker that does not want to depend on beat; one that is not taken up at once is void."""
    handoff.send(sweep, "worker", expires=settings.SWEEP_EVERY_SECONDS * 2)


def warm_up() -> None:
    """Load what every report needs, before a worker divides: its children share it, and none starts cold."""
    from tracker.ingest import warm

    warm.warm_up()


@shared_task(ignore_result=True)
def poll_due_feeds() -> None:
    """Have every feed polled that is due."""
    from tracker.ingest import feeds

    for feed_id in feeds.due(now=timezone.now()):
        handoff.send(poll_feed, feed_id)


@shared_task(acks_late=True, ignore_result=True)
def poll_feed(feed_id: int) -> None:
    """Poll one feed if it is due and nobody is at it or at its server; then call for the next one there."""
    from tracker.ingest import feeds

    polled = feeds.poll(feed_id)
    if polled is None:
        return
    for report_id in polled.new:
        kick(report_id)
    beside = feeds.next_beside(feed_id, now=timezone.now())
    if beside is not None:
        handoff.send(poll_feed, beside)


def swept(*, room: int = sweeping.MOST) -> tuple[sweeping.Swept, int]:
    """Sweep, and say what was found and how much of it the broker took."""
    found = sweeping.sweep(now=timezone.now(), room=room)
    return found, sum(kick(report_id) for report_id in found.again)


@shared_task(ignore_result=True)
def deliver() -> None:
    """Make deliveries of what was released, and send those that are due."""
    from tracker.delivery import webhooks

    webhooks.deliver()


@shared_task(ignore_result=True, time_limit=3600, soft_time_limit=3500)
def publish_data() -> None:
    """Write the day's data package, if anything has changed."""
    from tracker.delivery import packages

    packages.publish()


def _released() -> None:
    """Have what was released delivered. Beat asks for it too, so that a burst of lines need not send one each."""
    global _asked
    if time.monotonic() - _asked > 1:
        _asked = time.monotonic()
        handoff.send(deliver)
