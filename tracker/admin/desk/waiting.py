"""What lies between a decision and the public record: drafts, and what a second editor must look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from tracker.models import Candidate, Inquiry, Statement
from tracker.models.choices import Basis, Capacity, Channel, Disclosure, Stand, StatementState, Verification
from tracker.review import second_look
from tracker.review.rules import TAKES_A_SIDE

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ON_THE_WAY = (StatementState.DRAFT, StatementState.APPROVED)


def awaiting() -> QuerySet[Statement]:
    """Statements that a second editor must still approve, those a correction reopened among them; oldest first.

    The same rule as ``rules.needs_second_approval``, in the database's words, so that a
    list need not read every draft with its evidence.
    """
    if not settings.SECOND_APPROVAL:
        return Statement.objects.none()
    rows = Statement.objects.filter(
        state__in=[StatementState.DRAFT, StatementState.PUBLISHED], merged_into=None, approved_by=None
    ).annotate(supporting=Count("citations", filter=Q(citations__stand=Stand.SUPPORTS), distinct=True))
    wanted = (
        Q(channel=Channel.INTERNAL)
        | Q(disclosure=Disclosure.LEAKED)
        | Q(pk__in=Statement.objects.filter(citations__basis=Basis.ANONYMOUS_SOURCE).values("pk"))
        | Q(pk__in=Statement.objects.filter(voices__capacity=Capacity.PERSONAL).values("pk"))
        | Q(stance__in=TAKES_A_SIDE, supporting__lte=1, verification=Verification.OUTLETS_ASSERTION)
    )
    return rows.filter(wanted).order_by("pk")


def drafts() -> QuerySet[Statement]:
    """Statements accepted and not yet public, newest first."""
    return Statement.objects.filter(state__in=ON_THE_WAY, merged_into=None).order_by("-pk")


def draft_inquiries() -> QuerySet[Inquiry]:
    """Inquiries accepted and not yet public, newest first."""
    return Inquiry.objects.filter(state__in=ON_THE_WAY).order_by("-pk")


def sent_back_to(user: User) -> list[tuple[Statement, str]]:
    """Return the drafts of this editor that a second one sent back, each with the note."""
    notes = {note.row: note.text for note in second_look.sent_back()}
    mine = Statement.objects.filter(public_id__in=notes, accepted_by=user, state__in=ON_THE_WAY)
    return [(statement, notes[statement.public_id]) for statement in mine]


def counts() -> dict[str, Any]:
    """Count what each list of the desk holds."""
    notes = second_look.sent_back().values("row")
    return {
        "pending": Candidate.objects.pending().count(),
        "awaiting": awaiting().exclude(public_id__in=notes).count(),
        "drafts": drafts().count() + draft_inquiries().count(),
    }
