"""Coding a second time without seeing the first, and settling what two coders see differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tracker.admin.desk import waiting
from tracker.admin.desk.approvals import READ_WHOLE, sources_of
from tracker.core import sampling
from tracker.core.text import clean, clean_name
from tracker.models import Statement
from tracker.models.choices import Capacity, Stance
from tracker.review import rights, second_coding
from tracker.review.errors import NotAllowed, ReviewError, SeveralReasons

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List what the user may code a second time, and what a third must settle."""
    user = cast("User", request.user)
    open_questions = second_coding.disagreements()
    context = {
        "section": "second",
        "waiting": second_coding.waiting_for(user) if user.has_perm(rights.REVIEW) else [],
        "disagreements": [
            {"one": one, "mine": any(coding.coder_id == user.pk for coding in one.codings)} for one in open_questions
        ],
        "one_in": sampling.ONE_IN,
        "counts": waiting.counts(),
    }
    return render(request, "admin/desk/second_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def coding(request: HttpRequest, public_id: str) -> HttpResponse:
    """Code stance and capacity of one statement, nothing of the first coding in sight."""
    user = cast("User", request.user)
    statement = _read(public_id)
    wrong: list[str] = []
    status = 200
    chosen = {
        voice.pk: request.POST.get(f"capacity-{voice.pk}", "") if request.method == "POST" else ""
        for voice in statement.voices.all()
    }
    if request.method == "POST":
        try:
            second_coding.code(
                statement,
                by=user,
                stance=request.POST.get("stance", ""),
                capacities=chosen,
                note=clean(request.POST.get("note", ""))[:2000],
            )
        except ReviewError as error:
            wrong, status = _refused(error)
        else:
            rest = second_coding.waiting_for(user)
            onward = reverse("admin:desk_second_coding", args=[rest[0].public_id]) if rest else None
            return HttpResponseRedirect(onward or reverse("admin:desk_second"), status=303)
    context = {
        "section": "second",
        "row": statement,
        "sources": sources_of(statement),
        "voices": [{"voice": voice, "chosen": chosen[voice.pk]} for voice in statement.voices.all()],
        "stance": request.POST.get("stance", ""),
        "note": request.POST.get("note", ""),
        "stances": Stance.choices,
        "capacities": Capacity.choices,
        "target": statement.event.root.stance_target,
        "wrong": wrong,
    }
    return render(request, "admin/desk/second_coding.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def settling(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what two coders chose and why, and let a third decide, field by field."""
    user = cast("User", request.user)
    statement = _read(public_id)
    wrong: list[str] = []
    status = 200
    if request.method == "POST":
        wanted = request.POST.get("voice", "")
        found = [
            one for one in second_coding.disagreements(statement) if (str(one.voice.pk) if one.voice else "") == wanted
        ]
        try:
            if not found:
                raise NotAllowed("There is nothing to settle here.")
            second_coding.settle(
                found[0], by=user, value=request.POST.get("value", ""), note=clean(request.POST.get("note", ""))[:2000]
            )
        except ReviewError as error:
            wrong, status = _refused(error)
        else:
            left = second_coding.disagreements(statement)
            here = reverse("admin:desk_second_settling", args=[public_id]) if left else reverse("admin:desk_second")
            return HttpResponseRedirect(here, status=303)
    questions: list[dict[str, Any]] = [
        {"one": one, "choices": Capacity.choices if one.voice else Stance.choices}
        for one in second_coding.disagreements(statement)
    ]
    context = {
        "section": "second",
        "row": statement,
        "sources": sources_of(statement),
        "questions": questions,
        "target": statement.event.root.stance_target,
        "codings": second_coding.codings_of(statement),
        "wrong": wrong,
        "note": request.POST.get("note", ""),
    }
    return render(request, "admin/desk/second_settling.html", context, status=status)


def _read(public_id: str) -> Statement:
    rows = Statement.objects.published().select_related("event__parent").prefetch_related(*READ_WHOLE)
    found = rows.filter(public_id=clean_name(public_id).upper()).first()
    if found is None:
        raise Http404
    return found


def _refused(error: ReviewError) -> tuple[list[str], int]:
    wrong = error.reasons if isinstance(error, SeveralReasons) else [error.sentence]
    return wrong, 403 if isinstance(error, NotAllowed) else 422
