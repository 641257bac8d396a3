"""Inquiries of our own, and what came of one by its reports."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from tracker.core.text import clean_name
from tracker.models import Citation, Company, Event, Inquiry
from tracker.models.choices import AboutEvent, InquiryOutcome
from tracker.models.dates import DateSpan
from tracker.review import derived, reference
from tracker.review.errors import CannotAccept

if TYPE_CHECKING:
    from django.contrib.auth.models import User

outcome_of = derived.outcome_of


@transaction.atomic
def record_our_own(
    *,
    event: Event,
    company: Company,
    outcome: str,
    asked: DateSpan,
    by: User,
    asked_about: str = "",
    now: dt.datetime | None = None,
) -> Inquiry:
    """Draft an inquiry that we made ourselves. It needs no citation; publish it like any other."""
    if outcome not in InquiryOutcome.values:
        raise CannotAccept(f"“{outcome}” is not an outcome: choose one of {', '.join(InquiryOutcome.values)}.")
    if not asked:
        raise CannotAccept("Say when we asked.")
    inquiry = Inquiry(
        event=event,
        company=company,
        outcome=outcome,
        by_us=True,
        about_event=AboutEvent.YES,
        asked_about=clean_name(asked_about)[:300],
    )
    inquiry.asked = asked
    return reference.save(inquiry, by=by, note="we asked", now=now)


def record_outcome(
    citation: Citation, *, outcome: str, by: User, reason: str = "", note: str = "", now: dt.datetime | None = None
) -> Inquiry:
    """Store what one report says came of the inquiry, and what follows for the inquiry: the milder counts."""
    if citation.inquiry is None or outcome not in InquiryOutcome.values:
        raise CannotAccept(f"Choose an outcome of the inquiry: one of {', '.join(InquiryOutcome.values)}.")
    citation.outcome = outcome
    reference.save(citation, by=by, reason=reason, note=note, now=now)
    return Inquiry.objects.get(pk=citation.inquiry.pk)
