"""Take a report from its arrival to the candidates it holds: the only writer of ingest.

Each step claims the report with one conditional UPDATE, does its work outside any
transaction, and writes what came of it together with the next state, if the claim still
holds. A step that is run twice, or cut off anywhere, leaves the report where the next
run finds it: the row is the queue.
"""

from __future__ import annotations

import datetime as dt
import errno
import logging
import random
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from tracker.core import net, storage
from tracker.core.text import clean, clean_name
from tracker.ingest import steps
from tracker.ingest.links import canonical_url
from tracker.ingest.steps import StepFailed
from tracker.models import Outlet, Report, ReportEvent
from tracker.models.choices import REPORT_MOVES, ReportState, Step

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

BACKOFF = (30, 120, 600, 3600, 6 * 3600)  # seconds before the 2nd, 3rd … try, ± 20 %
MAX_PASTE = 1_000_000
SENT_IN = "The report was sent in for this event."


class Rejected(Exception):
    """What was sent in cannot become a report. The message says what to do."""


def receive(
    *,
    url: str = "",
    text: str = "",
    headline: str = "",
    body: bytes = b"",
    content_type: str = "",
    by: User | None = None,
    idempotency_key: str | None = None,
    outlet: Outlet | None = None,
    published: dt.date | None = None,
    events: tuple[int, ...] = (),
) -> tuple[Report, bool]:
    """Take in a report; return it and whether it is new to us.

    Give an address, a pasted text, or a file's bytes. The same address, the same bytes,
    or the same key from the same sender, is the same report, however many ask at once;
    events named for it are added to it. Raises ``Rejected`` with what to do. Queues
    nothing: the caller kicks, the sweeper covers.
    """
    if not (url or text.strip() or body):
        raise Rejected("Give an address, or paste the text of the report.")
    if len(text) > MAX_PASTE:
        raise Rejected(f"The text is longer than {MAX_PASTE:,} characters. Paste the article only.")
    canonical = None
    if url:
        try:
            url = net.check_url(url.strip())
        except net.OutboundError as refusal:
            raise Rejected(str(refusal)) from refusal
        canonical = canonical_url(url)
    key = storage.store(body) if body else ""
    if key and not url and (held := _of_bytes(key)) is not None:
        about(held, events)
        if text.strip() and not held.captures.exists():
            # A picture that nobody could read comes again, with what an editor typed from it.
            Report.objects.filter(pk=held.pk).update(pasted_text=clean(text), updated_at=timezone.now())
            retry(held)
        return held, False
    try:
        with transaction.atomic():
            report = Report.objects.create(
                url=url,
                canonical_url=canonical,
                headline=clean_name(headline)[:500],
                pasted_text=clean(text),
                pasted_key=key,
                pasted_type=content_type[:100],
                outlet=outlet,
                hint_published=published,
                submitted_by=by,
                idempotency_key=idempotency_key,
            )
            for event in events:
                ReportEvent.objects.create(report=report, event_id=event, reason=SENT_IN)
    except IntegrityError:
        known = _known(canonical=canonical, by=by, idempotency_key=idempotency_key)
        if known is None:
            raise
        about(known, events)
        return known, False
    return report, True


def fetch(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Get the bytes of a received report and keep them by their hash."""
    _step(report_id, Step.FETCH, (ReportState.RECEIVED,), steps.fetch, now)


def extract(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Read the article out of a fetched report's bytes: write the capture, once, and what the page says of itself."""
    _step(report_id, Step.EXTRACT, (ReportState.FETCHED,), steps.extract, now)


def match(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Say which events a read report is about, and which companies it names."""
    _step(report_id, Step.MATCH, (ReportState.EXTRACTED,), steps.match, now)


def propose(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Find the statements in a matched report and leave each as a candidate, once."""
    _step(report_id, Step.PROPOSE, (ReportState.MATCHED,), steps.propose, now)


def advance(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Take a report through every step it has still to take; what a step cannot do stays on its row."""
    for step in (fetch, extract, match, propose):
        step(report_id, now=now)


def retry(report: Report, *, now: Callable[[], dt.datetime] = timezone.now) -> bool:
    """Let a failed or parked report begin anew where it failed, at an editor's word. False if it moved meanwhile.

    A page that could not be read is fetched again: it may be another by now.
    """
    own = bool(report.pasted_text or report.pasted_key)
    back = {
        Step.EXTRACT: ReportState.FETCHED if own else ReportState.RECEIVED,
        Step.MATCH: ReportState.EXTRACTED,
        Step.PROPOSE: ReportState.MATCHED,
    }.get(Step(report.failed_at_step or Step.FETCH), ReportState.RECEIVED)
    return _reopen(report, to=back, now=now())


def fetch_again(report: Report, *, now: Callable[[], dt.datetime] = timezone.now) -> bool:
    """Look whether the page has changed; if it has, it makes a new capture, never a new report.

    False if there is no page to look at, or if the report is on its way as it is.
    """
    if (
        not report.url
        or report.pasted_text
        or report.pasted_key
        or ReportState.RECEIVED not in REPORT_MOVES[report.state]
    ):
        return False
    return _reopen(report, to=ReportState.RECEIVED, now=now())


def read_all_the_same(report: Report, *, now: Callable[[], dt.datetime] = timezone.now) -> bool:
    """Read a report that was set aside as a duplicate, at an editor's word. False if it was not."""
    if report.state != ReportState.DUPLICATE:
        return False
    return _reopen(report, to=ReportState.EXTRACTED, now=now(), state_reason=steps.READ_ALL_THE_SAME)


def about(report: Report, events: Collection[int], *, now: Callable[[], dt.datetime] = timezone.now) -> bool:
    """Say that a report is about these events too; True if it was set aside as irrelevant and is read after all."""
    added = [
        ReportEvent.objects.get_or_create(report=report, event_id=one, defaults={"reason": SENT_IN})[1]
        for one in events
    ]
    return (
        any(added) and report.state == ReportState.IRRELEVANT and _reopen(report, to=ReportState.EXTRACTED, now=now())
    )


def _reopen(report: Report, *, to: str, now: dt.datetime, state_reason: str = "") -> bool:
    return Report.objects.advance(
        report, to=to, now=now, failures=0, next_try_at=None, error="", state_reason=state_reason, failed_at_step=""
    )


def _step(
    report_id: int,
    step: str,
    states: tuple[str, ...],
    work: Callable[[Report, dt.datetime], None],
    now: Callable[[], dt.datetime],
) -> None:
    """Claim, work, and on failure say so on the row. A report that is gone, taken or further on is left alone."""
    report = Report.objects.claim(report_id, states=states, now=now())
    if report is None:
        return
    try:
        work(report, now())
    except StepFailed as failure:
        _failed(report, step, str(failure), retry=failure.retry, now=now(), wait=failure.wait)
    except SoftTimeLimitExceeded:
        message = f"It took longer than {settings.CELERY_TASK_SOFT_TIME_LIMIT} seconds: {Step(step).label.lower()}."
        _failed(report, step, message, retry=True, now=now())
    except Exception as error:
        log.exception("report %s: %s failed", report.public_id, step)
        message = f"Our own fault, noted in the log: {type(error).__name__}."
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = "The disk for captures is full. Once there is room, this report is fetched again by itself."
        _failed(report, step, message, retry=True, now=now())


def _failed(
    report: Report, step: str, message: str, *, retry: bool, now: dt.datetime, wait: dt.timedelta | None = None
) -> None:
    """Keep the error on the row; try again later, or leave it for an editor."""
    failures = report.failures + 1
    if not retry:
        Report.objects.advance(
            report,
            to=ReportState.FAILED,
            now=now,
            failed_at_step=step,
            error=message,
            state_reason=message,
            failures=failures,
        )
    elif failures >= settings.REPORT_MAX_ATTEMPTS:
        reason = f"Given up after {failures} tries. {message}"
        Report.objects.advance(
            report,
            to=ReportState.PARKED,
            now=now,
            failed_at_step=step,
            error=message,
            state_reason=reason,
            failures=failures,
        )
    else:
        backoff = dt.timedelta(seconds=BACKOFF[min(failures - 1, len(BACKOFF) - 1)] * random.uniform(0.8, 1.2))
        Report.objects.advance(
            report,
            to=report.state,
            now=now,
            failed_at_step=step,
            error=message,
            failures=failures,
            next_try_at=now + max(backoff, wait or backoff),
        )


def _known(*, canonical: str | None, by: User | None, idempotency_key: str | None) -> Report | None:
    """Return the report that was there first."""
    if idempotency_key is not None and by is not None:
        found = Report.objects.filter(submitted_by=by, idempotency_key=idempotency_key).first()
        if found:
            return found
    return Report.objects.filter(canonical_url=canonical).first() if canonical else None


def _of_bytes(key: str) -> Report | None:
    """Return the report that came as these very bytes."""
    return Report.objects.filter(Q(pasted_key=key) | Q(captures__body_sha256=key)).order_by("pk").first()
