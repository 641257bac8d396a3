"""The work of each step: what it does to a report that has been claimed, and what it writes with the next state.

Each does its work outside any transaction and writes once; raises ``StepFailed`` when it
cannot. ``pipeline`` claims the report before, and keeps the failure after.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from tracker.core import ledger, net, storage
from tracker.ingest import extract as extracting
from tracker.ingest import held, llm, robots, stories
from tracker.ingest.decide import decide
from tracker.ingest.knowledge import Knowledge, knowledge
from tracker.ingest.links import page_canonical
from tracker.ingest.match import match as match_events
from tracker.models import Candidate, Capture, Company, Event, FetchAttempt, Outlet, Report, ReportEvent, Statement
from tracker.models.choices import CandidateState, FetchOutcome, Precision, ReportState
from tracker.models.dates import DateSpan

if TYPE_CHECKING:
    from tracker.core.drafts import Draft

ACCEPT = "text/html,application/xhtml+xml,text/plain;q=0.8,application/pdf;q=0.8,*/*;q=0.1"
_QUOTED = re.compile('[“”„«»"]')
READ_ALL_THE_SAME = "Read at an editor's word."
WORD_FOR_WORD = "The same text as {}, word for word."
OVERTAKEN = "Another worker took this report over."


class StepFailed(Exception):
    """A step could not be done. ``retry`` says whether another try may help, ``wait`` what the server asks for."""

    def __init__(self, message: str, *, retry: bool, wait: dt.timedelta | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.wait = wait


def fetch(report: Report, now: dt.datetime) -> None:
    if report.pasted_text or report.pasted_key:
        _done(report, ReportState.FETCHED, now)
        return
    begun = time.monotonic()
    try:
        _ask_the_site(report)
        left = settings.FETCH_DEADLINE_SECONDS - (time.monotonic() - begun)
        answer = net.fetch(report.url, accept=ACCEPT, deadline=max(1.0, left))
    except net.OutboundError as error:
        _note(report, outcome_of(error), error=str(error))
        raise StepFailed(str(error), retry=error.retry) from error
    if answer.status >= 400:
        gone = answer.status in {404, 410}
        message = _status_words(answer.status)
        _note(report, FetchOutcome.GONE if gone else FetchOutcome.HTTP_ERROR, answer=answer, error=message)
        busy = answer.status in {408, 425, 429} or answer.status >= 500
        raise StepFailed(message, retry=busy, wait=answer.retry_after(now) if busy else None)
    if answer.status != 200:
        message = f"The server answered with status {answer.status} instead of the page."
        _note(report, FetchOutcome.HTTP_ERROR, answer=answer, error=message)
        raise StepFailed(message, retry=False)
    if not answer.body.strip():
        message = "The answer is empty. If it stays so, paste the article's text."
        _note(report, FetchOutcome.HTTP_ERROR, answer=answer, error=message)
        raise StepFailed(message, retry=True)
    key = storage.store(answer.body)
    with transaction.atomic():
        _note(report, FetchOutcome.FETCHED, answer=answer, key=key)
        _done(report, ReportState.FETCHED, now)


def _ask_the_site(report: Report) -> None:
    """Keep to robots.txt for what only a feed has named; what a person has sent in is that person's visit."""
    if report.submitted_by_id is not None or not report.feed_items.exists():
        return
    lets_us = robots.allowed(report.url)
    if lets_us:
        return
    message = (
        "The site asks programs not to fetch this page (robots.txt). Paste the article's text if you may read it."
        if lets_us is False
        else "The site cannot say just now what it lets programs fetch. We will try again."
    )
    _note(report, FetchOutcome.REFUSED, error=message)
    raise StepFailed(message, retry=lets_us is None)


def extract(report: Report, now: dt.datetime) -> None:
    attempt = report.fetches.filter(outcome=FetchOutcome.FETCHED).order_by("-pk").first()
    pasted = bool(report.pasted_text or report.pasted_key)
    try:
        body, declared, charset = _bytes_of(report, None if pasted else attempt)
        if report.pasted_key and report.pasted_text:
            found = extracting.transcript(report.pasted_text)
        else:
            found = extracting.extract(body, content_type=declared, charset=charset, url=report.url)
    except extracting.ExtractError as error:
        raise StepFailed(str(error), retry=False) from error
    except (FileNotFoundError, storage.Damaged) as error:
        raise StepFailed("The captured bytes are missing or damaged. Fetch the report again.", retry=False) from error
    digest = hashlib.sha256(found.text.encode()).hexdigest()
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
        same = _live(report).filter(captures__text_sha256=digest).first()
        if same is None:
            _done(report, ReportState.EXTRACTED, now, **fields)
        else:
            _is_duplicate(report, same, WORD_FOR_WORD, now, **fields)


def match(report: Report, now: dt.datetime) -> None:
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
        ledger.bump_coverage()  # first: it makes two reports of one text pass here one after the other
        gone_on = Q(state__in=[ReportState.MATCHED, ReportState.PROPOSED, ReportState.DONE])
        first = _live(report).filter(gone_on | Q(pk__lt=report.pk))
        if copied := _copied(report, capture, first, known):
            _is_duplicate(report, *copied, now)
            return
        events = dict(Event.objects.filter(slug__in=[one.event for one in found]).values_list("slug", "pk"))
        for one in found:
            ReportEvent.objects.get_or_create(
                report=report, event_id=events[one.event], defaults={"reason": one.reason}
            )
        report.companies_named.set(Company.objects.filter(slug__in=named))
        if found or report.submitted_by_id is not None:
            _done(report, ReportState.MATCHED, now)
        else:
            reason = (
                "None of the words that are watched for stand in it. Add an event to it to have it read all the same."
            )
            _done(report, ReportState.IRRELEVANT, now, state_reason=reason)


def _copied(report: Report, capture: Capture, among: QuerySet[Report], known: Knowledge) -> tuple[Report, str] | None:
    """Return the report of which this one is a copy, and how; None if it must be read itself."""
    if report.state_reason == READ_ALL_THE_SAME:
        return None
    if same := among.filter(captures__text_sha256=capture.text_sha256).first():
        return same, WORD_FOR_WORD
    if report.captures.count() > 1:
        return None  # it was read before and has been edited since: the edit may be all that matters
    near = held.copied_from(report, among)
    if near is None or _adds(capture.text[capture.body_start :], near, known):
        return None
    return near, "Nearly all of its text stands in {}, and the rest names nobody else."


def _live(report: Report) -> QuerySet[Report]:
    set_aside = [ReportState.DUPLICATE, ReportState.IRRELEVANT, ReportState.FAILED, ReportState.PARKED]
    return Report.objects.exclude(pk=report.pk).exclude(state__in=set_aside).order_by("pk")


def _adds(text: str, other: Report, known: Knowledge) -> bool:
    """Say whether a text has what could be evidence beyond another: words in quotation marks, or another name."""
    capture = other.captures.order_by("pk").last()
    if capture is None:
        return True
    own = stories.of_its_own(text, capture.text)
    return bool(_QUOTED.search(own)) or not _named(own, known) <= _named(capture.text, known)


def _named(text: str, known: Knowledge) -> set[str]:
    hits = known.gazetteer.hits(_straight(text))
    return {slug for hit in hits for slug in (*hit.companies, *hit.people, *hit.outlets)}


def _is_duplicate(report: Report, same: Report, how: str, now: dt.datetime, **fields: Any) -> None:
    """Leave it at that, and lend the other report the events that this one was sent in for."""
    for event_id in report.event_matches.values_list("event_id", flat=True):
        reason = f"{report.public_id}, which carries the same text, was sent in for this event."
        ReportEvent.objects.get_or_create(report=same, event_id=event_id, defaults={"reason": reason})
    _done(report, ReportState.DUPLICATE, now, **(fields | {"state_reason": how.format(same.public_id)}))


def propose(report: Report, now: dt.datetime) -> None:
    capture = report.captures.latest()
    known = knowledge()
    about = [known.event(slug) for slug in report.event_matches.values_list("event__slug", flat=True)]
    events = [event for event in about if event is not None]
    event = max(events, key=lambda one: (one.began_latest or dt.date.min, one.parent is not None), default=None)
    found = llm.read(  # by the rules, unless a language model is configured
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
        slug = event.slug if event else None
        made = [_leave(report, capture, draft, slug, rows, found.finder) for draft in found.drafts]
        _supersede(report, made, now)
        ledger.bump_coverage()
        notes = " ".join(found.notes)
        if made:
            _done(report, ReportState.PROPOSED, now, state_reason=notes)
        else:
            _done(report, ReportState.DONE, now, state_reason=notes or "No statement was found in it.")


def _supersede(report: Report, made: list[Candidate], now: dt.datetime) -> None:
    """Take back what an earlier text or an earlier finder proposed, unless somebody is at it."""
    earlier = report.candidates.filter(state=CandidateState.PENDING).exclude(pk__in=[one.pk for one in made])
    earlier.exclude(claimed_until__gt=now).update(
        state=CandidateState.SUPERSEDED, decided_at=now, reason="The report was read again, and reads otherwise now."
    )


def _leave(
    report: Report, capture: Capture, draft: Draft, event: str | None, rows: list[held.Row], finder: str
) -> Candidate:
    """Leave a candidate, unless this finder has left it before."""
    decision = decide(draft, [row.held for row in rows])
    about = next((row.statement for row in rows if row.held.public_id == decision.about), None)
    candidate, new = Candidate.objects.get_or_create(
        report=report,
        finder=finder,
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
    if report.pasted_key:
        return storage.load(report.pasted_key), report.pasted_type, ""
    if report.pasted_text:
        return report.pasted_text.encode(), "text/plain", "utf-8"
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
        raise StepFailed(OVERTAKEN, retry=True)


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


def outcome_of(error: net.OutboundError) -> FetchOutcome:
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
