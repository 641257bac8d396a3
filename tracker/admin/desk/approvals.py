"""Drafts on their way to readers: a second editor's look, the ten seconds, or the end of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tracker.admin.desk import article, waiting
from tracker.core.text import clean, clean_name
from tracker.models import Capture, Inquiry, Statement
from tracker.models.choices import StatementState
from tracker.review import publishing, rights, rules, second_look
from tracker.review.errors import CannotPublish, NotAllowed, ReviewError, SeveralReasons

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS_A_PAGE = 40
EVIDENCE = ("citations__report__outlet", "citations__quotes")
WHOLE_EVIDENCE = (*EVIDENCE, "citations__report__captures", "citations__credits_outlet", "candidates")
READ = ("voices__company", "voices__person", *EVIDENCE)
READ_TO_JUDGE = (*READ, *rules.TO_READ)
READ_WHOLE = (
    *READ,
    *WHOLE_EVIDENCE,
    "positions__target",
    "positions__quote",
    "asks__ask",
    "links__to_statement",
    "signature_counts__company",
    "codings__coder",
)


@require_GET
def awaiting(request: HttpRequest) -> HttpResponse:
    """List what a second editor must look at, what the user may approve first."""
    user = _user(request)
    notes = {note.row: note.text for note in second_look.sent_back()}
    rows = waiting.awaiting().select_related("event__parent", "accepted_by").prefetch_related(*READ_TO_JUDGE)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "row": row,
            "why": rules.reasons_for_approval(row),
            "mine": row.accepted_by_id == user.pk,
            "note": notes.get(row.public_id),
        }
        for row in page.object_list
    ]
    lines.sort(key=lambda line: (bool(line["note"]), bool(line["mine"])))
    context = {"section": "approvals", "page": page, "lines": lines, "counts": waiting.counts()}
    return render(request, "admin/desk/approvals.html", context)


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """List what is accepted and not public, statements and inquiries."""
    rows = waiting.drafts().select_related("event", "accepted_by", "approved_by").prefetch_related(*READ)
    inquiries = waiting.draft_inquiries().select_related("event", "company", "outlet", "accepted_by")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    needs = set(waiting.awaiting().filter(pk__in=[row.pk for row in page.object_list]).values_list("pk", flat=True))
    context = {
        "section": "drafts",
        "page": page,
        "lines": [{"row": row, "needs_approval": row.pk in needs} for row in page.object_list],
        "inquiries": inquiries[:ROWS_A_PAGE],
        "sent_back": waiting.sent_back_to(_user(request)),
        "counts": waiting.counts(),
        "now": timezone.now(),
    }
    return render(request, "admin/desk/drafts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one coded row with its evidence; approve it, send it back, publish it, undo that, or discard it."""
    held = _read(public_id)
    if request.method == "POST":
        return _act(request, held)
    return _show(request, held)


def _act(request: HttpRequest, held: Statement | Inquiry) -> HttpResponse:
    user, act = _user(request), request.POST.get("act", "")
    note = clean(request.POST.get("discard_note" if act == "discard" else "back_note", ""))[:2000]
    try:
        onward = _do(held, act, user=user, note=note)
    except ReviewError as error:
        wrong = error.reasons if isinstance(error, SeveralReasons) else [error.sentence]
        status = 403 if isinstance(error, NotAllowed) else 422 if isinstance(error, CannotPublish) else 409
        return _show(request, _read(held.public_id), wrong=wrong, status=status, note=note)
    return HttpResponseRedirect(onward, status=303)


def _do(held: Statement | Inquiry, act: str, *, user: User, note: str) -> str:
    here = reverse("admin:desk_row", args=[held.public_id])
    if act == "publish":
        publishing.publish(held, by=user)
    elif act == "undo":
        publishing.undo_publish(held, by=user)
    elif act == "discard":
        if not note.strip():
            raise CannotPublish("Say why it is discarded.")
        publishing.discard(held, by=user, why=note.strip()[:100])
        return reverse("admin:desk_drafts")
    elif isinstance(held, Statement) and act in ("approve", "approve_publish"):
        publishing.approve(held, by=user)
        if act == "approve_publish" and held.state != StatementState.PUBLISHED:
            publishing.publish(Statement.objects.get(pk=held.pk), by=user)
    elif isinstance(held, Statement) and act == "send_back":
        second_look.send_back(held, by=user, note=note)
        return reverse("admin:desk_approvals")
    elif isinstance(held, Statement) and act == "hand_in":
        second_look.hand_in_again(held, by=user, outcome=note or "Looked at again.")
    else:
        raise CannotPublish("Choose what to do with it.")
    return here


def _show(
    request: HttpRequest,
    held: Statement | Inquiry,
    *,
    wrong: list[str] | None = None,
    status: int = 200,
    note: str = "",
) -> HttpResponse:
    user = _user(request)
    statement = held if isinstance(held, Statement) else None
    on_the_way = held.state in waiting.ON_THE_WAY
    wanted = rules.approval_wanted(statement) if statement else []
    first = statement is not None and (
        statement.accepted_by_id == user.pk or user.pk in publishing.editors_of(statement)
    )
    context: dict[str, Any] = {
        "section": "approvals" if wanted else "drafts",
        "row": held,
        "is_inquiry": statement is None,
        "sources": sources_of(held),
        "blockers": rules.blockers(held, approval=False) if on_the_way else [],
        "wanted": wanted,
        "first_editor": first,
        "on_the_way": on_the_way,
        "may_approve": user.has_perm(rights.APPROVE) and not first,
        "has_right": user.has_perm(rights.APPROVE),
        "may_publish": user.has_perm(rights.PUBLISH),
        "seconds": max(0, round((held.publish_at - timezone.now()).total_seconds())) if held.publish_at else None,
        "notes": list(second_look.sent_back(held.public_id)),
        "note": note,
        "wrong": wrong or [],
    }
    return render(request, "admin/desk/row.html", context, status=status)


def sources_of(held: Statement | Inquiry) -> list[dict[str, Any]]:
    """Return each citation with the captured text it quotes, its quotes numbered through, its evidence marked."""
    found = []
    number = 0
    for citation in held.citations.all():
        quotes = list(citation.quotes.all())
        captures: list[Capture] = list(citation.report.captures.all())
        wanted = {quote.capture_id for quote in quotes}
        shown = next((one for one in captures if one.pk in wanted), captures[0] if captures else None)
        # What the proposal rested on, where the row itself quotes nothing; without a number of its own.
        marks = [
            article.Mark(start, end, 0, current=True)
            for candidate in held.candidates.all()
            if shown and candidate.capture_id == shown.pk
            for start, end in candidate.draft["spans"]
        ]
        for quote in quotes:
            number += 1
            quote.number = number  # type: ignore[attr-defined]
            if shown and quote.capture_id == shown.pk:
                marks.append(article.Mark(quote.start, quote.end, number, current=True))
        words = [(quote.start, quote.end) for quote in quotes if shown and quote.capture_id == shown.pk]
        text = article.paragraphs(shown.text, marks, body_start=shown.body_start, quotes=words) if shown else []
        found.append({"citation": citation, "quotes": quotes, "capture": shown, "paragraphs": text})
    return found


def _read(public_id: str) -> Statement | Inquiry:
    wanted = clean_name(public_id).upper()
    if wanted.startswith("IQ-"):
        rows: Any = Inquiry.objects.select_related("event__parent", "company", "outlet", "accepted_by", "publish_by")
        found = rows.prefetch_related(*WHOLE_EVIDENCE).filter(public_id=wanted).first()
    else:
        rows = Statement.objects.select_related("event__parent", "accepted_by", "approved_by", "publish_by")
        found = rows.prefetch_related(*READ_WHOLE).filter(public_id=wanted).first()
    if found is None:
        raise Http404
    return cast("Statement | Inquiry", found)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
