"""Find the reports that were left half way: by a lost message, a dead worker, a broker that was down."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.conf import settings
from django.db.models import Q

from tracker.models import Heartbeat, Report
from tracker.models.choices import ReportState, Step

MOST = 200  # handed over in one pass
LOST_MOST = 3  # workers that one report may take with it
_STEP = {
    ReportState.RECEIVED: Step.FETCH,
    ReportState.FETCHED: Step.EXTRACT,
    ReportState.EXTRACTED: Step.MATCH,
    ReportState.MATCHED: Step.PROPOSE,
}


@dataclasses.dataclass(frozen=True)
class Swept:
    """What one pass found: reports to hand over again, those of them whose worker was lost, and those parked."""

    again: list[int]
    lost: int
    parked: int


def sweep(*, now: dt.datetime, room: int = MOST) -> Swept:
    """Release what dead workers held and return at most ``room`` reports that somebody should take up.

    Two sweepers at once do no harm: a release counts only for the attempt it was seen
    at, and a report that is handed over twice is claimed once.
    """
    alive("sweeper", now=now)
    released, parked = _release_lost(now)
    waiting = Report.objects.left_half_way(now).exclude(pk__in=released).order_by("updated_at")
    again = [*released, *waiting.values_list("pk", flat=True)[: max(0, room)]]
    return Swept(again[: max(0, room)], len(released) + parked, parked)


def can_be_worked_on(*, now: dt.datetime) -> list[int]:
    """Release what dead workers held and return all that is due, however fresh: for whoever works without a queue."""
    _release_lost(now)
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    waiting = Report.objects.unfinished().filter(due, lease_until__isnull=True)
    return list(waiting.order_by("updated_at", "pk").values_list("pk", flat=True))


def alive(name: str, *, now: dt.datetime) -> None:
    """Leave a sign of life of beat, a worker or the sweeper."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def _release_lost(now: dt.datetime) -> tuple[list[int], int]:
    """Take back what is held by a lease that ran out; park what has taken several workers with it."""
    released: list[int] = []
    parked = 0
    for report in Report.objects.unfinished().filter(lease_until__lt=now).order_by("lease_until")[:MOST]:
        failures = report.failures + 1
        step = _STEP[ReportState(report.state)]
        message = f"The worker stopped while at it: {step.label.lower()}."
        if failures >= min(LOST_MOST, settings.REPORT_MAX_ATTEMPTS):
            reason = f"Given up: {failures} workers in a row stopped while at it."
            parked += Report.objects.advance(
                report,
                to=ReportState.PARKED,
                now=now,
                failed_at_step=step,
                error=message,
                state_reason=reason,
                failures=failures,
            )
        elif Report.objects.advance(report, to=report.state, now=now, error=message, failures=failures):
            released.append(report.pk)
    return released, parked
