"""Which candidates an editor goes through, in which order, and what is left."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, F, Min, Q, QuerySet
from django.http import QueryDict

from tracker.models import Candidate, Capture, Company, Event, Outlet, Report
from tracker.models.choices import CandidateKind, CandidateState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CLEAR, LIKELY = 0.8, 0.5
NO_EVENT = "none"


def in_words(confidence: float) -> str:
    """Say a confidence as an editor reads it."""
    if confidence >= CLEAR:
        return "Clear"
    return "Likely" if confidence >= LIKELY else "Inferred"


def who(draft: dict[str, Any]) -> str:
    """Name in a line who a stored draft says spoke, and for whom."""
    voices = draft.get("voices") or []
    names = [voice.get("speaker") or voice.get("organization") or "somebody" for voice in voices]
    if len(voices) == 1 and voices[0].get("speaker") and voices[0].get("organization"):
        return f"{names[0]}, {voices[0]['organization']}"
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "somebody"


CONFIDENCE = {"clear": Q(confidence__gte=CLEAR), "likely": Q(confidence__gte=LIKELY, confidence__lt=CLEAR)}
CONFIDENCE["inferred"] = Q(confidence__lt=LIKELY)
AGES = {"day": 1, "week": 7, "month": 30}


class QueueFilter(forms.Form):
    """The filters of the queue. They travel in the address, so that every step keeps them."""

    event = forms.CharField(required=False, label="Event")
    company = forms.CharField(required=False, label="Company")
    outlet = forms.CharField(required=False, label="Outlet")
    kind = forms.ChoiceField(required=False, label="Kind", choices=[("", "Any"), *CandidateKind.choices])
    confidence = forms.ChoiceField(
        required=False,
        label="Confidence",
        choices=[("", "Any"), ("clear", "Clear"), ("likely", "Likely"), ("inferred", "Inferred")],
    )
    older = forms.ChoiceField(
        required=False,
        label="Waiting",
        choices=[("", "Any time"), ("day", "Over a day"), ("week", "Over a week"), ("month", "Over a month")],
    )
    mine = forms.BooleanField(required=False, label="Claimed by me")

    def clean_event(self) -> str:
        """Refuse an event we do not hold."""
        return _known(self.cleaned_data["event"], Event.objects, "event", also=NO_EVENT)

    def clean_company(self) -> str:
        """Refuse a company we do not hold."""
        return _known(self.cleaned_data["company"], Company.objects, "company")

    def clean_outlet(self) -> str:
        """Refuse an outlet we do not hold."""
        return _known(self.cleaned_data["outlet"], Outlet.objects, "outlet")


@dataclasses.dataclass(frozen=True)
class Pill:
    """An active filter in words, and the query without it."""

    label: str
    value: str
    without: str


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a queue is worked off."""

    decided: int
    left: int
    reports: int
    mine: int
    oldest: dt.datetime | None

    @property
    def total(self) -> int:
        """Everything that was ever in it."""
        return self.decided + self.left


class Queue:
    """The pending candidates under one set of filters, report by report, oldest first."""

    def __init__(self, params: QueryDict, *, user: User, now: dt.datetime) -> None:
        self.form = QueueFilter(params or None, auto_id="filter_%s")
        self.user = user
        self.now = now
        chosen = self.form.cleaned_data if self.form.is_bound and self.form.is_valid() else {}
        self.chosen: dict[str, Any] = {name: value for name, value in chosen.items() if value}

    @property
    def query(self) -> str:
        """The filters as a query string in canonical order."""
        return urlencode(sorted((name, "on" if value is True else value) for name, value in self.chosen.items()))

    @property
    def pills(self) -> list[Pill]:
        """The active filters, each removable."""
        found = []
        for name, value in self.chosen.items():
            field = self.form.fields[name]
            choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
            words = dict(choices).get(value, value)
            rest = sorted(
                (other, "on" if kept is True else kept) for other, kept in self.chosen.items() if other != name
            )
            label = str(field.label)
            found.append(Pill(label, "yes" if value is True else str(words), urlencode(rest)))
        return found

    def candidates(self) -> QuerySet[Candidate]:
        """Pending candidates under the filters, in the order of the queue. None when a filter is invalid."""
        rows = self._filtered(Candidate.objects.pending())
        if self.chosen.get("mine"):
            rows = rows.filter(claimed_by=self.user, claimed_until__gte=self.now)
        return rows.order_by("report_id", "pk")

    def progress(self) -> Progress:
        """Count what is decided and what is left under the filters, in one query."""
        rows = self._filtered(Candidate.objects.exclude(state=CandidateState.SUPERSEDED))
        mine = Q(state=CandidateState.PENDING, claimed_by=self.user, claimed_until__gte=self.now)
        found = rows.aggregate(
            total=Count("pk", distinct=True),
            left=Count("pk", filter=Q(state=CandidateState.PENDING), distinct=True),
            reports=Count("report", filter=Q(state=CandidateState.PENDING), distinct=True),
            mine=Count("pk", filter=mine, distinct=True),
            oldest=Min("created_at", filter=Q(state=CandidateState.PENDING)),
        )
        decided = found["total"] - found["left"]
        return Progress(decided, found["left"], found["reports"], found["mine"], found["oldest"])

    def _filtered(self, rows: QuerySet[Candidate]) -> QuerySet[Candidate]:
        if self.form.is_bound and not self.form.is_valid():
            return rows.none()
        event = self.chosen.get("event")
        if event == NO_EVENT:
            rows = rows.filter(event=None)
        elif event:
            rows = rows.filter(event__in=Event.objects.tree_of(Event.objects.get(slug=event)))
        if company := self.chosen.get("company"):
            rows = rows.filter(companies__slug=company)
        if outlet := self.chosen.get("outlet"):
            rows = rows.filter(report__outlet__slug=outlet)
        if kind := self.chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if confidence := self.chosen.get("confidence"):
            rows = rows.filter(CONFIDENCE[confidence])
        if older := self.chosen.get("older"):
            rows = rows.filter(created_at__lt=self.now - dt.timedelta(days=AGES[older]))
        return rows

    def step(self, at: Candidate, *, back: bool = False) -> int | None:
        """Return the next free candidate after this one, round to the beginning; None when no other is left."""
        free = Q(claimed_by=None) | Q(claimed_by=self.user) | Q(claimed_until__lt=self.now)
        rows = self.candidates().filter(free).exclude(pk=at.pk).values_list("pk", flat=True)
        if back:
            before = Q(report_id__lt=at.report_id) | Q(report_id=at.report_id, pk__lt=at.pk)
            return rows.filter(before).order_by("-report_id", "-pk").first() or rows.reverse().first()
        after = Q(report_id__gt=at.report_id) | Q(report_id=at.report_id, pk__gt=at.pk)
        return rows.filter(after).first() or rows.first()


def by_report(candidates: Iterable[Candidate]) -> list[tuple[Report, list[tuple[Candidate, str]]]]:
    """Group candidates in the order of the queue by report, each with the words it rests on."""
    rows = list(candidates)
    texts = dict(Capture.objects.filter(pk__in={row.capture_id for row in rows}).values_list("pk", "text"))
    found = []
    for _, group in itertools.groupby(rows, key=lambda one: one.report_id):
        held = [(one, _first_words(one, texts.get(one.capture_id, ""))) for one in group]
        found.append((held[0][0].report, held))
    return found


def _first_words(candidate: Candidate, text: str) -> str:
    """Return the first quote, else the first evidence: never the machine's summary, which tells its stance."""
    if quotes := candidate.draft.get("quotes"):
        return f"“{quotes[0]['text']}”"
    spans = candidate.draft.get("spans") or [[0, 0]]
    return text[spans[0][0] : spans[0][1]]


def waiting_by_event() -> list[dict[str, Any]]:
    """Count pending candidates per event, with the age of the oldest, most first."""
    rows = (
        Candidate.objects.pending()
        .order_by()
        .values(slug=F("event__slug"), title=F("event__title"))
        .annotate(n=Count("pk"), oldest=Min("created_at"))
        .order_by("-n")
    )
    return [dict(row) for row in rows]


def _known(slug: str, rows: Any, what: str, *, also: str = "") -> str:
    if slug and slug != also and not rows.filter(slug=slug).exists():
        raise forms.ValidationError(f"We hold no {what} “{slug}”.")
    return slug
