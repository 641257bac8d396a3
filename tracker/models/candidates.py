"""What the machine proposes. Only a person turns it into a statement or an inquiry."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from tracker.models.base import Timestamped
from tracker.models.choices import CandidateKind, CandidateState, one_of


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Candidates in the product's words."""

    def pending(self) -> CandidateQuerySet:
        """Candidates waiting for a decision."""
        return self.filter(state=CandidateState.PENDING)

    def free_for(self, user: object, now: dt.datetime) -> CandidateQuerySet:
        """Pending candidates that nobody else has claimed."""
        return self.pending().filter(Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_until__lt=now))


class Candidate(Timestamped):
    """One proposed statement (with its voices) or one proposed inquiry, from one report."""

    report = models.ForeignKey(
        "tracker.Report", on_delete=models.CASCADE, related_name="candidates", help_text="Where it was found."
    )
    capture = models.ForeignKey(
        "tracker.Capture",
        on_delete=models.PROTECT,
        related_name="candidates",
        help_text="The text its offsets refer to.",
    )
    event = models.ForeignKey(
        "tracker.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="candidates",
        help_text="What it is about. Empty: needs an event.",
    )
    kind = models.CharField(max_length=20, choices=CandidateKind.choices, help_text="What it proposes.")
    draft = models.JSONField(help_text="The proposal: typed JSON, see tracker.core.drafts.")
    companies = models.ManyToManyField(
        "tracker.Company",
        blank=True,
        related_name="candidates",
        help_text="Companies it names that we know: they hold back what is checked.",
    )
    decision = models.CharField(
        max_length=10, blank=True, help_text="What the machine thinks it is: new, duplicate, update."
    )
    decision_reason = models.CharField(max_length=400, blank=True, help_text="Why, in a sentence.")
    may_duplicate = models.ForeignKey(
        "tracker.Statement",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The statement it may be another report of.",
    )
    confidence = models.FloatField(default=0, help_text="Between 0 and 1; shown in words.")
    finder = models.CharField(max_length=40, help_text="What found it, with its version.")
    key = models.CharField(max_length=64, help_text="SHA-256 of kind, organisations, speakers and evidence spans.")
    state = models.CharField(
        max_length=12,
        choices=CandidateState.choices,
        default=CandidateState.PENDING,
        editable=False,
        help_text="What became of it.",
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        help_text="Who is at it.",
    )
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False, help_text="Until when the claim holds.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who decided.",
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was rejected, or merged.")
    statement = models.ForeignKey(
        "tracker.Statement",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="candidates",
        help_text="The statement it became or joined.",
    )
    inquiry = models.ForeignKey(
        "tracker.Inquiry",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="candidates",
        help_text="Or the inquiry.",
    )

    objects = CandidateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "finder", "key"], name="candidate_once_a_finder"),
            one_of("state", CandidateState, name="candidate_state_known"),
            one_of("kind", CandidateKind, name="candidate_kind_known"),
            models.CheckConstraint(
                condition=(
                    Q(state__in=[CandidateState.ACCEPTED, CandidateState.MERGED])
                    & (
                        Q(statement__isnull=False, inquiry__isnull=True)
                        | Q(statement__isnull=True, inquiry__isnull=False)
                    )
                )
                | (
                    ~Q(state__in=[CandidateState.ACCEPTED, CandidateState.MERGED])
                    & Q(statement__isnull=True, inquiry__isnull=True)
                ),
                name="candidate_decided_iff_it_became_something",
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="candidate_confidence_0_to_1"
            ),
        ]
        indexes = [models.Index(fields=["state", "event", "created_at"], name="candidate_queue")]
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        voices = self.draft.get("voices") or [{}]
        name = voices[0].get("speaker") or voices[0].get("organization") or "somebody"
        return f"{self.get_kind_display()}: {name}"
