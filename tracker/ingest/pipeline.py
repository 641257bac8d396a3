"""Take a report from its arrival to the candidates it holds: the only writer of ingest.

Each step claims the report with one conditional UPDATE, does its work outside any
transaction, and writes what came of it together with the next state, if the claim still
holds. A step that is run twice, or cut off anywhere, leaves the report where the next
run finds it: the row is the queue.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tracker.core import ledger, net, storage
from tracker.core.text import clean, clean_name
from tracker.ingest import extract as extracting
from tracker.ingest import held, stories
from tracker.ingest.decide import decide
from tracker.ingest.find import FINDER_VERSION, find
from tracker.ingest.knowledge import Knowledge, knowledge
from tracker.ingest.links import canonical_url, page_canonical
from tracker.ingest.match import match as match_events
from tracker.models import Candidate, Capture, Company, Event, FetchAttempt, Outlet, Report, ReportEvent, Statement
from tracker.models.choices import CandidateState, FetchOutcome, Precision, ReportState, Step
from tracker.models.dates import DateSpan

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from tracker.core.drafts import Draft

log = logging.getLogger(__name__)

ACCEPT = "text/html,application/xhtml+xml,text/plain;q=0.8,application/pdf;q=0.8,*/*;q=0.1"
BACKOFF = (30, 120, 600, 3600, 6 * 3600)  # seconds before the 2nd, 3rd … try, ± 20 %
MAX_PASTE = 1_000_000


class Rejected(Exception):
    """What was sent in cannot become a report. The message says what to do."""


class StepFailed(Exception):
    """A step could not be done. ``retry`` says whether another try may help."""

    def __init__(self, message: str, *, retry: bool) -> None:
        super().__init__(message)
        self.retry = retry


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

    Give an address, a pasted text, or a file's bytes. The same address, or the same key
    from the same sender, is the same report, however many ask at once. Raises
    ``Rejected`` with what to do. Queues nothing: the caller kicks, the sweeper covers.
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
                ReportEvent.objects.create(
                    report=report, event_id=event, reason="The report was sent in for this event."
                )
    except IntegrityError:
        known = _known(canonical=canonical, by=by, idempotency_key=idempotency_key)
        if known is None:
            raise
        return known, False
    return report, True


def fetch(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Get the bytes of a received report and keep them by their hash."""
    _step(report_id, Step.FETCH, (ReportState.RECEIVED,), _fetch, now)


def extract(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Read the article out of a fetched report's bytes: write the capture, once, and what the page says of itself."""
    _step(report_id, Step.EXTRACT, (ReportState.FETCHED,), _extract, now)


def match(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Say which events a read report is about, and which companies it names."""
    _step(report_id, Step.MATCH, (ReportState.EXTRACTED,), _match, now)


def propose(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Find the statements in a matched report and leave each as a candidate, once."""
    _step(report_id, Step.PROPOSE, (ReportState.MATCHED,), _propose, now)


def advance(report_id: int, *, now: Callable[[], dt.datetime] = timezone.now) -> None:
    """Take a report through every step it has still to take; what a step cannot do stays on its row."""
    for step in (fetch, extract, match, propose):
        step(report_id, now=now)


def retry(report: Report, *, now: Callable[[], dt.datetime] = timezone.now) -> bool:
    """Let a failed or parked report begin its failed step anew, at an editor's word. False if it moved meanwhile."""
    back = {
        Step.EXTRACT: ReportState.FETCHED,
        Step.MATCH: ReportState.EXTRACTED,
        Step.PROPOSE: ReportState.MATCHED,
    }.get(Step(report.failed_at_step or Step.FETCH), ReportState.RECEIVED)
    return Report.objects.advance(
        report, to=back, now=now(), failures=0, next_try_at=None, error="", state_reason="", failed_at_step=""
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
        _failed(report, step, str(failure), retry=failure.retry, now=now())
    except Exception as error:
        log.exception("report %s: %s failed", report.public_id, step)
        message = f"Our own fault, noted in the log: {type(error).__name__}."
        _failed(report, step, message, retry=True, now=now())


def _failed(report: Report, step: str, message: str, *, retry: bool, now: dt.datetime) -> None:
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
        wait = BACKOFF[min(failures - 1, len(BACKOFF) - 1)] * random.uniform(0.8, 1.2)
        Report.objects.advance(
            report,
            to=report.state,
            now=now,
            failed_at_step=step,
            error=message,
            failures=failures,
            next_try_at=now + dt.timedelta(seconds=wait),
        )


def _fetch(report: Report, now: dt.datetime) -> None:
    if report.pasted_text or report.pasted_key:
        _done(report, ReportState.FETCHED, now)
        return
    try:
        answer = net.fetch(report.url, accept=ACCEPT)
    except net.OutboundError as error:
        _note(report, _outcome(error), error=str(error))
        raise StepFailed(str(error), retry=error.retry) from error
    if answer.status >= 400:
        gone = answer.status in {404, 410}
        message = _status_words(answer.status)
        _note(report, FetchOutcome.GONE if gone else FetchOutcome.HTTP_ERROR, answer=answer, error=message)
        raise StepFailed(message, retry=answer.status in {408, 425, 429} or answer.status >= 500)
    if answer.status != 200:
        message = f"The server answered with status {answer.status} instead of the page."
        _note(report, FetchOutcome.HTTP_ERROR, answer=answer, error=message)
        raise StepFailed(message, retry=False)
    key = storage.store(answer.body)
    with transaction.atomic():
        _note(report, FetchOutcome.FETCHED, answer=answer, key=key)
        _done(report, ReportState.FETCHED, now)


def _extract(report: Report, now: dt.datetime) -> None:
    attempt = report.fetches.filter(outcome=FetchOutcome.FETCHED).order_by("-pk").first()
    pasted = bool(report.pasted_text or report.pasted_key)
    try:
        body, declared, charset = _bytes_of(report, None if pasted else attempt)
        found = extracting.extract(body, content_type=declared, charset=charset, url=report.url)
    except extracting.ExtractError as error:
        raise StepFailed(str(error), retry=False) from error
    except (FileNotFoundError, storage.Damaged) as error:
        raise StepFailed("The captured bytes are missing or damaged. Fetch the report again.", retry=False) from error
    digest = hashlib.sha256(found.text.encode()).hexdigest()
    same = (
        Capture.objects.filter(text_sha256=digest)
        .exclude(report=report)
        .select_related("report")
        .order_by("pk")
        .first()
    )
    with transaction.atomic():
        if not Capture.objects.filter(report=report, text_sha256=digest).exists():
            Capture.objects.create(
                report=report,
                fetch=None if pasted else attempt,
                fetched_at=attempt.at if attempt and not pasted else report.created_at,
                final_url=attempt.final_url if attempt and not pasted else "",
                status=attempt.status if attempt and not pasted else None,
                content_type=declared,
                bytes=len(body),
                body_sha256=hashlib.sha256(body).hexdigest(),
                text=found.text,
                text_sha256=digest,
                extractor=found.extractor,
                storage_key=storage.store(body),
                body_start=found.body_start,
            )
        fields = _facts(report, found)
        if story := held.join_story(report, stories.shingles(found.text)):
            fields["story"] = story
        if same is not None:
            fields["state_reason"] = f"The same text as {same.report.public_id}, word for word."
        _done(report, ReportState.DUPLICATE if same is not None else ReportState.EXTRACTED, now, **fields)


def _match(report: Report, now: dt.datetime) -> None:
    capture = report.captures.latest()
    known = knowledge()
    found = match_events(
        capture.text,
        headline=report.headline,
        published=report.published.latest,
        outlet=report.outlet.slug if report.outlet else None,
        watches=known.watches,
        asked_for=set(report.event_matches.values_list("event__slug", flat=True)),
    )
    named = {
        slug for hit in known.gazetteer.hits(_straight(capture.text)) if not hit.ambiguous for slug in hit.companies
    }
    with transaction.atomic():
        events = dict(Event.objects.filter(slug__in=[one.event for one in found]).values_list("slug", "pk"))
        for one in found:
            ReportEvent.objects.get_or_create(
                report=report, event_id=events[one.event], defaults={"reason": one.reason}
            )
        report.companies_named.set(Company.objects.filter(slug__in=named))
        ledger.bump_coverage()
        if found or report.submitted_by_id is not None:
            _done(report, ReportState.MATCHED, now)
        else:
            reason = (
                "None of the words that are watched for stand in it. Add an event to it to have it read all the same."
            )
            _done(report, ReportState.IRRELEVANT, now, state_reason=reason)


def _propose(report: Report, now: dt.datetime) -> None:
    capture = report.captures.latest()
    known = knowledge()
    about = [known.event(slug) for slug in report.event_matches.values_list("event__slug", flat=True)]
    events = [event for event in about if event is not None]
    event = max(events, key=lambda one: (one.began_latest or dt.date.min, one.parent is not None), default=None)
    found = find(
        capture.text,
        gazetteer=known.gazetteer,
        event=event,
        stance_target=event.stance_target if event else "",
        published=report.published.latest,
        outlet=report.outlet.name if report.outlet else "",
        events=[one for one in known.events if event is not None and one.root == event.root],
    )
    rows = held.on_tree(event.root, report) if event else []
    with transaction.atomic():
        made = [_leave(report, capture, draft, known, event.slug if event else None, rows) for draft in found.drafts]
        ledger.bump_coverage()
        notes = " ".join(found.notes)
        if made:
            _done(report, ReportState.PROPOSED, now, state_reason=notes)
        else:
            _done(report, ReportState.DONE, now, state_reason=notes or "No statement was found in it.")


def _leave(
    report: Report, capture: Capture, draft: Draft, known: Knowledge, event: str | None, rows: list[held.Row]
) -> Candidate:
    """Leave a candidate, unless this finder has left it before."""
    decision = decide(draft, [row.held for row in rows])
    about = next((row.statement for row in rows if row.held.public_id == decision.about), None)
    candidate, new = Candidate.objects.get_or_create(
        report=report,
        finder=FINDER_VERSION,
        key=draft.key(),
        defaults={
            "capture": capture,
            "event": Event.objects.filter(slug=event).first() if event else None,
            "kind": draft.kind,
            "draft": draft.to_json(),
            "decision": decision.action,
            "decision_reason": decision.reason[:400],
            "may_duplicate": about if isinstance(about, Statement) else None,
            "confidence": min(1.0, max(0.0, draft.confidence)),
            "state": CandidateState.PENDING,
        },
    )
    if new:
        slugs = {voice.company for voice in draft.voices if voice.company}
        candidate.companies.set(Company.objects.filter(slug__in=slugs))
    return candidate


def _straight(text: str) -> str:
    """Set apostrophes straight, letter for letter, as the gazetteer has them."""
    return text.translate({ord("’"): "'", ord("‘"): "'"})


def _bytes_of(report: Report, attempt: FetchAttempt | None) -> tuple[bytes, str, str]:
    """Return the bytes of a report, the type the server gave and the character set it named."""
    if report.pasted_text:
        return report.pasted_text.encode(), "text/plain", "utf-8"
    if report.pasted_key:
        return storage.load(report.pasted_key), report.pasted_type, ""
    if attempt is None:
        raise FileNotFoundError(f"report {report.public_id} was never fetched")
    media, _, parameters = attempt.content_type.partition(";")
    charset = parameters.rpartition("charset=")[2].strip(" \"'") if "charset=" in parameters else ""
    return storage.load(attempt.storage_key), media.strip().lower(), charset


def _facts(report: Report, found: extracting.Extracted) -> dict[str, Any]:
    """Return what the page says of itself, for the columns that nobody has filled yet."""
    fields: dict[str, Any] = {
        "headline": report.headline or found.headline,
        "byline": report.byline or found.byline,
        "dateline": report.dateline or found.dateline,
        "language": found.language[:8],
    }
    published = _published(report, found)
    if published and not report.published:
        for part in ("earliest", "latest", "precision", "as_written", "reason"):
            fields[f"published_{part}"] = getattr(published, part)
    if report.outlet_id is None and found.site:
        fields["outlet"] = Outlet.objects.filter(name__iexact=found.site).first()
    if report.url:
        named = page_canonical(found.canonical, report.url)
        if named != report.canonical_url and not Report.objects.filter(canonical_url=named).exists():
            fields["canonical_url"] = named
    return fields


def _published(report: Report, found: extracting.Extracted) -> DateSpan | None:
    """The feed's day is preferred to the page's, and the page's own word to a guess."""
    if report.hint_published:
        return DateSpan(report.hint_published, report.hint_published, Precision.DAY, "", "Named by whoever sent it in.")
    if found.published is None:
        return None
    return DateSpan(
        found.published, found.published, Precision.DAY, found.published_as_written, f"From {found.published_from}."
    )


def _done(report: Report, to: str, now: dt.datetime, **fields: Any) -> None:
    """Move on, unless the claim was lost: then somebody else's work stands, and ours is rolled back."""
    cleared = {"failures": 0, "error": "", "failed_at_step": "", "next_try_at": None}
    if not Report.objects.advance(report, to=to, now=now, **(cleared | fields)):
        raise StepFailed("Another worker took this report over.", retry=True)


def _note(report: Report, outcome: str, *, answer: net.Response | None = None, key: str = "", error: str = "") -> None:
    FetchAttempt.objects.create(
        report=report,
        outcome=outcome,
        status=answer.status if answer else None,
        final_url=answer.final_url if answer else "",
        content_type=answer.headers.get("content-type", "")[:200] if answer else "",
        bytes=len(answer.body) if answer else 0,
        body_sha256=key,
        storage_key=key,
        ms=answer.elapsed_ms if answer else 0,
        error=error,
    )


def _outcome(error: net.OutboundError) -> FetchOutcome:
    kinds: dict[type[net.OutboundError], FetchOutcome] = {
        net.Refused: FetchOutcome.REFUSED,
        net.TooLarge: FetchOutcome.TOO_LARGE,
        net.TimedOut: FetchOutcome.TIMED_OUT,
    }
    return kinds.get(type(error), FetchOutcome.UNREACHABLE)


def _status_words(status: int) -> str:
    words = {
        401: "The page asks to sign in (status 401). Paste the article's text if you may read it.",
        402: "The page asks to pay (status 402). Paste the article's text if you may read it.",
        403: "The server refuses us the page (status 403). Paste the article's text if you may read it.",
        404: "There is no page at this address (status 404). Check it for a misprint.",
        410: "The page has been removed (status 410).",
        429: "The server asks us to wait (status 429). We will.",
        451: "The page is withheld for legal reasons (status 451).",
    }
    if status in words:
        return words[status]
    if status >= 500:
        return f"The server has a problem of its own (status {status}). We will try again."
    return f"The server refuses the request (status {status})."


def _known(*, canonical: str | None, by: User | None, idempotency_key: str | None) -> Report | None:
    """Return the report that was there first."""
    if idempotency_key is not None and by is not None:
        found = Report.objects.filter(submitted_by=by, idempotency_key=idempotency_key).first()
        if found:
            return found
    return Report.objects.filter(canonical_url=canonical).first() if canonical else None
