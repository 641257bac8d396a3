"""A whole article at once: every candidate of one report beside its text, and new ones from selected words.

What is decided here is coded by the reader (stance, capacity); the rest is taken as
proposed. What needs more than that is opened on the review screen.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tracker.admin.desk import article, queue
from tracker.admin.desk.forms import REJECTIONS
from tracker.admin.desk.proposed import tells_a_stance
from tracker.admin.desk.screen import taken_by
from tracker.core.drafts import Draft
from tracker.core.text import clean_name
from tracker.models import Candidate, Capture, Report, Statement
from tracker.models.choices import INQUIRY_KINDS, CandidateKind, CandidateState, Capacity, Stance
from tracker.review import candidates, proposing, publishing, rights, rules
from tracker.review.errors import CannotAccept, CannotPublish, NotAllowed, ReviewError, SeveralReasons

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MANY = 8  # voices; coding more than that one by one belongs on a screen of its own


@dataclasses.dataclass(frozen=True)
class Card:
    """One candidate of the report, with what is needed to decide it here."""

    number: int
    candidate: Candidate
    draft: Draft
    taken: str
    words: str

    @property
    def is_inquiry(self) -> bool:
        """Whether it is one of asking."""
        return self.candidate.kind in INQUIRY_KINDS

    @property
    def open(self) -> bool:
        """Whether it waits, and nobody else is at it."""
        return self.candidate.state == CandidateState.PENDING and not self.taken

    @property
    def by_itself(self) -> str:
        """Why it is decided on its own screen, if it is."""
        if any(not voice.organization and not voice.speaker for voice in self.draft.voices):
            return "It needs its voices."
        if any(voice.is_new_organization or not (voice.company or voice.speaker) for voice in self.draft.voices):
            return "It names somebody we may not hold yet."
        if len(self.draft.voices) > MANY:
            return f"It has {len(self.draft.voices)} voices."
        return "" if self.candidate.event_id else "It needs an event."

    @property
    def voices(self) -> list[tuple[int, str]]:
        """The voices, numbered as in the form."""
        return [
            (place, " · ".join(part for part in (voice.organization, voice.speaker) if part))
            for place, voice in enumerate(self.draft.voices)
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the report with all its candidates; decide one, or make a new one of selected words."""
    report = get_object_or_404(Report.objects.select_related("outlet"), public_id=clean_name(public_id).upper())
    user = cast("User", request.user)
    wrong: list[str] = []
    status = 200
    if request.method == "POST":
        try:
            onward = _act(request, report, user)
        except ReviewError as error:
            wrong = error.reasons if isinstance(error, SeveralReasons) else [error.sentence]
            status = 403 if isinstance(error, NotAllowed) else 422
        else:
            return HttpResponseRedirect(onward, status=303)
    rows = report.candidates.exclude(state=CandidateState.SUPERSEDED).order_by("pk")
    held = list(rows.select_related("event", "claimed_by", "decided_by", "statement", "inquiry"))
    capture = report.captures.order_by("-pk").first()
    cards = [_card(place, one, capture, user) for place, one in enumerate(held, 1)]
    context = {
        "section": "queue",
        "report": report,
        "capture": capture,
        "paragraphs": _paragraphs(capture, cards),
        "cards": cards,
        "left": sum(card.candidate.state == CandidateState.PENDING for card in cards),
        "wrong": wrong,
        "at": request.POST.get("pk", ""),
        "may_decide": user.has_perm(rights.REVIEW),
        "may_publish": user.has_perm(rights.PUBLISH),
        "stances": Stance.choices,
        "capacities": Capacity.choices,
        "kinds": CandidateKind.choices,
        "rejections": REJECTIONS,
        "targets": {one.event_id: one.event.root.stance_target for one in held if one.event},
    }
    return render(request, "admin/desk/whole.html", context, status=status)


def _act(request: HttpRequest, report: Report, user: User) -> str:
    here = reverse("admin:desk_report", args=[report.public_id])
    act = request.POST.get("act", "")
    if act == "propose":
        made = proposing.propose(
            report,
            words=request.POST.get("words", ""),
            by=user,
            kind=request.POST.get("kind", CandidateKind.STATEMENT),
            start=_number(request.POST.get("start")),
            end=_number(request.POST.get("end")),
        )
        return reverse("admin:desk_candidate", args=[made.pk])
    candidate = get_object_or_404(report.candidates, pk=_number(request.POST.get("pk")) or 0)
    if act == "reject":
        reason = clean_name(request.POST.get("other", "")) or dict(REJECTIONS).get(request.POST.get("usual", ""), "")
        candidates.reject(candidate, by=user, reason=reason, now=timezone.now())
    elif act in ("accept", "publish"):
        _accept(request, candidate, user, publish=act == "publish")
    else:
        raise CannotAccept("Choose what to do with it.")
    return f"{here}#c{candidate.pk}"


@transaction.atomic
def _accept(request: HttpRequest, candidate: Candidate, user: User, *, publish: bool) -> None:
    draft = Draft.from_json(candidate.draft)
    told: dict[str, Any] = {}
    if candidate.kind not in INQUIRY_KINDS:
        wrong = []
        target = candidate.event.root.stance_target if candidate.event else ""
        stance = request.POST.get("stance", "")
        if target and not stance:
            wrong.append("Choose a stance, by the speaker's words only.")
        voices = []
        for place, voice in enumerate(draft.voices):
            capacity = request.POST.get(f"capacity-{place}", "")
            if not capacity:
                wrong.append(f"Choose whose voice “{voice.speaker or voice.organization}” is.")
            voices.append(
                {
                    "company": voice.company,
                    "organization": voice.organization,
                    "person": voice.person,
                    "speaker": voice.speaker,
                    "role": voice.role,
                    "capacity": capacity,
                }
            )
        if wrong:
            raise CannotAccept(wrong)
        told = {"voices": voices, "stance": stance, "positions": []}
        if tells_a_stance(draft.summary):
            told["summary"] = ""
    now = timezone.now()
    made = candidates.accept(candidate, by=user, edits=told, now=now)
    if not publish:
        return
    rights.demand(user, rights.PUBLISH)
    if blocked := rules.blockers(made, approval=False):
        raise CannotPublish(blocked)
    if not (isinstance(made, Statement) and rules.approval_wanted(made)):
        publishing.publish(made, by=user, now=now)


def _card(number: int, candidate: Candidate, capture: Capture | None, user: User) -> Card:
    draft = Draft.from_json(candidate.draft)
    span = draft.spans[0] if draft.spans else (0, 0)
    here = capture is not None and candidate.capture_id == capture.pk
    return Card(
        number,
        candidate,
        draft,
        taken_by(candidate, user=user, now=timezone.now()),
        capture.text[span[0] : span[1]] if here and capture else queue.who(candidate.draft),
    )


def _paragraphs(capture: Capture | None, cards: list[Card]) -> list[article.Paragraph]:
    if capture is None:
        return []
    marks = [
        article.Mark(start, end, card.number, card.candidate.pk, card.open)
        for card in cards
        if card.candidate.capture_id == capture.pk
        for start, end in card.draft.spans
    ]
    quotes = [(quote.start, quote.end) for card in cards for quote in card.draft.quotes]
    return article.paragraphs(capture.text, marks, body_start=capture.body_start, quotes=quotes)


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isdigit() and len(typed) < 18 else None
