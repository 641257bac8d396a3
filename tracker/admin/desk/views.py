"""The queue and the review screen. Each decision is one call of ``tracker.review``.

A decision answers the desk's script with the next screen at once and everybody else
with a redirect to it; whatever is refused brings the form back as it was filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tracker.admin.desk import after, beside, edits, waiting
from tracker.admin.desk.forms import RejectForm
from tracker.admin.desk.queue import Queue, by_report, waiting_by_event
from tracker.admin.desk.screen import Screen
from tracker.core.text import clean_name
from tracker.models import Candidate, Event, Inquiry, Report, Statement
from tracker.models.choices import CandidateState, ReportState
from tracker.review import candidates, publishing, reopening, rights, rules
from tracker.review.errors import (
    AlreadyReviewed,
    CannotAccept,
    CannotMerge,
    CannotPublish,
    Claimed,
    Conflict,
    NotAllowed,
    ReviewError,
    SeveralReasons,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS_A_PAGE = 60
KEPT = "desk_undone"  # what was typed into the form of the last decision, should it be taken back


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits, report by report, under filters that every step keeps."""
    return _queue(request, Queue(request.GET, user=_user(request), now=timezone.now()))


def _queue(request: HttpRequest, held: Queue, *, just_decided: Candidate | None = None) -> HttpResponse:
    rows = held.candidates().select_related("report__outlet", "event", "claimed_by")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    last = str(just_decided.pk) if just_decided else request.GET.get("after")
    context = {
        "section": "queue",
        "queue": held,
        "progress": held.progress(),
        "page": page,
        "reports": by_report(page.object_list),
        "waiting": waiting_by_event(),
        "counts": waiting.counts(),
        "after": after.told(last, user=held.user, now=held.now),
        "may_decide": held.user.has_perm(rights.REVIEW),
        "may_add_report": held.user.has_perm("tracker.add_report"),
        "unfinished": Report.objects.unfinished().count(),
        "failed": Report.objects.filter(state=ReportState.FAILED).count(),
        "now": held.now,
        **_choices(),
    }
    return _page(request, "queue", context, url=_with(reverse("admin:desk_queue"), held.query))


def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one candidate, or decide it."""
    held = Queue(request.GET, user=_user(request), now=timezone.now())
    row = _read(pk)
    if request.method == "POST":
        return _decide(request, held, row)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    left = request.GET.get("after", "")
    if left.isdigit() and len(left) < 19 and int(left) != pk:
        candidates.release_claim(Candidate(pk=int(left)), by=held.user)
    return _show(request, held, row)


def _decide(request: HttpRequest, held: Queue, row: Candidate) -> HttpResponse:
    act = request.POST.get("act", "check")
    if act == "skip":
        candidates.release_claim(row, by=held.user)
        return _onward(request, held, row)
    screen = Screen(row, user=held.user, now=held.now, data=request.POST)
    try:
        if act == "reject":
            _reject(request, held, row)
        elif act == "merge":
            _merge(request, held, row, screen)
        elif act in ("accept", "publish"):
            if not screen.sheet.is_valid():
                return _show(request, held, row, screen=screen, status=422)
            _accept(held, row, screen, publish=act == "publish")
        else:
            screen.sheet.is_valid()
            return _show(request, held, row, screen=screen)
    except ReviewError as error:
        wrong = error.reasons if isinstance(error, SeveralReasons) else [error.sentence]
        return _show(request, held, _read(row.pk), screen=screen, wrong=wrong, status=_status(error))
    if act in ("accept", "publish", "merge"):
        request.session[KEPT] = {"pk": row.pk, "data": request.POST.urlencode()}
    return _onward(request, held, row, decided=True)


@transaction.atomic
def _accept(held: Queue, row: Candidate, screen: Screen, *, publish: bool) -> None:
    made = candidates.accept(row, by=held.user, edits=edits.of_a_new_row(screen.sheet), now=held.now)
    if not publish:
        return
    rights.demand(held.user, rights.PUBLISH)
    if wrong := rules.blockers(made, approval=False):
        raise CannotPublish(wrong)  # and nothing is accepted: the form is there to mend it
    if isinstance(made, Statement) and rules.approval_wanted(made):
        return
    publishing.publish(made, by=held.user, now=held.now)


def _merge(request: HttpRequest, held: Queue, row: Candidate, screen: Screen) -> None:
    if problems := screen.sheet.problems_of_the_citation():
        raise CannotMerge(problems)
    wanted = clean_name(request.POST.get("into_typed", "") or request.POST.get("into", "")).upper()[:40]
    into: Statement | Inquiry | None = (
        Inquiry.objects.filter(public_id=wanted).first()
        if wanted.startswith("IQ-")
        else Statement.objects.filter(public_id=wanted).first()
    )
    if into is None:
        raise CannotMerge(f"We hold no row {wanted}." if wanted else "Choose what to merge it into.")
    told = edits.of_further_evidence(screen.sheet)
    candidates.merge(row, into=into, by=held.user, edits=told, now=held.now)


def _reject(request: HttpRequest, held: Queue, row: Candidate) -> None:
    form = RejectForm(request.POST)
    if not form.is_valid():
        raise CannotAccept("Say why it is rejected: choose a reason, or give it in your words.")
    candidates.reject(row, by=held.user, reason=form.cleaned_data["reason"], now=held.now)


def _onward(request: HttpRequest, held: Queue, row: Candidate, *, decided: bool = False) -> HttpResponse:
    """Go to the next candidate, or to the queue when there is none."""
    onward = held.step(row)
    told = {"after": str(row.pk)} if decided else {}
    address = reverse("admin:desk_candidate", args=[onward]) if onward else reverse("admin:desk_queue")
    address = _with(address, held.query, **told)
    if not _by_script(request):
        return HttpResponseRedirect(address, status=303)
    if onward is None:
        return _queue(request, held, just_decided=row)
    return _show(request, held, _read(onward), just_decided=row if decided else None, address=address)


def _show(
    request: HttpRequest,
    held: Queue,
    row: Candidate,
    *,
    screen: Screen | None = None,
    wrong: list[str] | None = None,
    status: int = 200,
    just_decided: Candidate | None = None,
    address: str = "",
) -> HttpResponse:
    may_decide = held.user.has_perm(rights.REVIEW)
    taken = ""
    if may_decide and row.state == CandidateState.PENDING:
        try:
            claimed = candidates.claim(row, by=held.user, now=held.now)
            row.claimed_by, row.claimed_until = claimed.claimed_by, claimed.claimed_until
        except Claimed as error:
            taken = error.sentence
        except AlreadyReviewed:
            row = _read(row.pk)
    if screen is None:
        screen = Screen(row, user=held.user, now=held.now, data=_kept(request, row))
    else:
        screen.candidate = row
    last = str(just_decided.pk) if just_decided else request.GET.get("after") if request.method != "POST" else None
    open_now = may_decide and row.state == CandidateState.PENDING and not taken
    held_beside = beside.beside(row, screen.draft, screen.tree) if row.state == CandidateState.PENDING else []
    context = {
        "section": "queue",
        "queue": held,
        "screen": screen,
        "candidate": row,
        "sheet": screen.sheet,
        "wrong": wrong or [],
        "taken": taken,
        "open": open_now,
        # What was typed stays before its author's eyes even when somebody else has it now.
        "locked": not open_now and not screen.sheet.main.is_bound,
        "may_decide": may_decide,
        "may_publish": held.user.has_perm(rights.PUBLISH),
        "held": held_beside,
        "reject": RejectForm(request.POST if request.POST.get("act") == "reject" else None, auto_id="reject_%s"),
        "next": held.step(row),
        "previous": held.step(row, back=True),
        "after": after.told(last, user=held.user, now=held.now),
        "undoable": row.state != CandidateState.PENDING and row.decided_by_id == held.user.pk,
        "second_approval": settings.SECOND_APPROVAL,
        "now": held.now,
    }
    here = address or _with(reverse("admin:desk_candidate", args=[row.pk]), held.query)
    return _page(request, "candidate", context, url=here, status=status)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own decision back and return to the candidate, the form filled as it was."""
    held = Queue(request.GET, user=_user(request), now=timezone.now())
    row = _read(pk)
    try:
        reopening.undo(row, by=held.user, now=held.now)
    except ReviewError as error:
        wrong = error.reasons if isinstance(error, SeveralReasons) else [error.sentence]
        return _show(request, held, row, wrong=wrong, status=_status(error))
    address = _with(reverse("admin:desk_candidate", args=[pk]), held.query)
    if _by_script(request):
        return _show(request, held, _read(pk), address=address)
    return HttpResponseRedirect(address, status=303)


@require_POST
def keep_claim(request: HttpRequest, pk: int) -> JsonResponse:
    """Hold on to a candidate for another quarter of an hour, for the desk's script while somebody types."""
    try:
        row = candidates.claim(_read(pk), by=_user(request))
    except ReviewError as error:
        return JsonResponse({"sentence": error.sentence}, status=_status(error))
    assert row.claimed_until is not None
    return JsonResponse({"until": f"{row.claimed_until:%H:%M}", "ends": row.claimed_until.isoformat()})


def _read(pk: int) -> Candidate:
    rows = Candidate.objects.select_related(
        "report__outlet", "capture", "event", "claimed_by", "decided_by", "statement", "inquiry", "may_duplicate"
    )
    return get_object_or_404(rows, pk=pk)


def _kept(request: HttpRequest, row: Candidate) -> QueryDict | None:
    """Return what was typed before the decision was taken back."""
    kept = request.session.get(KEPT)
    if not kept or kept["pk"] != row.pk or row.state != CandidateState.PENDING:
        return None
    return QueryDict(kept["data"])


def _status(error: ReviewError) -> int:
    if isinstance(error, NotAllowed):
        return 403
    return 409 if isinstance(error, (AlreadyReviewed, Claimed, Conflict)) else 422


def _choices() -> dict[str, Any]:
    """Return what the filters offer: what waits, and nothing else."""
    pending = Candidate.objects.pending()
    return {
        "companies": pending.exclude(companies=None)
        .order_by("companies__name")
        .values_list("companies__slug", "companies__name")
        .distinct()[:300],
        "outlets": pending.exclude(report__outlet=None)
        .order_by("report__outlet__name")
        .values_list("report__outlet__slug", "report__outlet__name")
        .distinct()[:300],
        "events": Event.objects.filter(candidates__state=CandidateState.PENDING)
        .order_by("title")
        .values_list("slug", "title")
        .distinct(),
    }


def _page(request: HttpRequest, name: str, context: dict[str, Any], *, url: str, status: int = 200) -> HttpResponse:
    answer = render(request, f"admin/desk/{name}.html", context, status=status)
    answer["X-Desk-Url"] = url
    answer["Cache-Control"] = "no-store"
    return answer


def _with(address: str, query: str, **more: str) -> str:
    told = "&".join(part for part in (query, urlencode(more)) if part)
    return f"{address}?{told}" if told else address


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Desk") == "1"


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
