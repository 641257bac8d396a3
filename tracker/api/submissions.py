"""Reports sent in by trusted programs: taken at once, worked on later, followed by their sender.

Nothing here waits for the broker or the network: the report is a row before the answer
goes out, and the sweeper finds it if nobody could be woken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.db import IntegrityError, transaction
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from tracker import tasks
from tracker.api import answers
from tracker.api.answers import RecordView
from tracker.api.bodies import Members, digest
from tracker.api.problems import KeyReused
from tracker.api.records import ListView
from tracker.api.tokens import HasScope
from tracker.core import public
from tracker.models import ApiToken, Event, Idempotency, Outlet, Report
from tracker.models.choices import ReportState
from tracker.reading import lists, lookups
from tracker.reading.errors import Missing, nearest

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_KEY = 200
MEMBERS = ("url", "text", "headline", "outlet", "published", "events")


class ReportList(ListView):
    """Reports: read by everybody, sent in by keys with the scope ``reports``."""

    listing, shape = lists.REPORTS, "Report"
    permission_classes = (HasScope,)
    scopes = {"POST": "reports"}

    def post(self, request: Request) -> Response:
        """Take a report in and answer 202 with the address of its status. Nothing of it is public."""
        answers.only(request)
        key = idempotency_key(request)
        body = cast("dict[str, Any]", request.data)
        return once_only(request, key=key, body=body, work=lambda: self._take(request, body, key))

    def _take(self, request: Request, body: dict[str, Any], key: str | None) -> tuple[int, dict[str, Any], Any]:
        from tracker.ingest import pipeline  # only when needed: it brings extractors along

        members = Members(body, known=MEMBERS)
        url = members.text("url", most=2000).strip()
        text = members.text("text", most=pipeline.MAX_PASTE)
        headline = members.text("headline", most=500)
        published = members.day("published")
        outlet = _outlet(members)
        events = _events(members)
        if not url and not text.strip() and not members.wrong:
            members.refuse("url", "Give an address, or paste the text of the report as “text”.")
        members.done()
        try:
            report, new = pipeline.receive(
                url=url,
                text=text,
                headline=headline,
                by=sender(request),
                idempotency_key=key,
                outlet=outlet,
                published=published,
                events=tuple(event.pk for event in events),
            )
        except pipeline.Rejected as refusal:
            members.refuse("url" if url else "text", str(refusal))
            members.done()
            raise  # never reached: done() raises
        return 202, submission(report, to=sender(request), new=new), lambda: tasks.kick(report.pk)


class ReportDetail(RecordView):
    """One public report, and what it is evidence for."""

    shape = "Report"

    def get(self, request: Request, name: str) -> Response:
        from tracker.api.shapes import extra_of, fields_of

        answers.only(request, "fields")
        asked = answers.fields(request.query_params, [*fields_of("Report"), *extra_of("Report")])
        body = lookups.report_page(name).to_json()
        self.unless_unchanged(request)
        return Response(answers.sparse(body, asked))


class ReportStatus(RecordView):
    """How far a report has come, for the one who sent it. Anybody else learns nothing, not even that it exists."""

    is_conditional = False

    def get(self, request: Request, name: str) -> Response:
        answers.only(request)
        if not isinstance(request.auth, ApiToken):
            raise exceptions.NotAuthenticated("Send the key that the report was sent in with.")
        if len(name) > 16 or not name.isascii():
            raise Missing(name[:16])
        report = Report.objects.filter(public_id=name, submitted_by=sender(request)).first()
        if report is None:
            raise Missing(name)
        return Response(submission(report, to=sender(request), new=False), headers={"Cache-Control": "no-store"})


def submission(report: Report, *, to: User, new: bool) -> dict[str, Any]:
    """Return what the sender of a report is told of it."""
    mine = report.submitted_by_id == to.pk
    cited = lookups.cited_publicly().filter(pk=report.pk).exists()
    return {
        "id": report.public_id,
        "status": answers.at(f"reports/{report.public_id}/status/") if mine else None,
        "state": report.state,
        "state_words": str(ReportState(report.state).label),
        "reason": (report.state_reason or report.error or None) if mine else None,
        "received_at": report.created_at.isoformat(),
        "updated_at": report.updated_at.isoformat(),
        "link": report.url or None,
        "headline": (report.headline or None) if mine or cited else None,
        "candidates": report.candidates.count() if mine else None,
        "report": public.page("report", report.public_id) if cited else None,
        "new": new,
    }


def sender(request: Request) -> User:
    """Return whose key it is: ``HasScope`` let nobody else in."""
    return cast("User", request.user)


# --- Once only --------------------------------------------------------------------------


def idempotency_key(request: Request) -> str | None:
    """Return the sender's key for this write, or None."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not key:
        return None
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise exceptions.ValidationError(
            {"Idempotency-Key": [f"At most {LONGEST_KEY} printable ASCII characters, for instance a UUID."]}
        )
    return key


def once_only(
    request: Request,
    *,
    key: str | None,
    body: dict[str, Any],
    work: Callable[[], tuple[int, dict[str, Any], Callable[[], Any]]],
) -> Response:
    """Do a write once for a key, and give its first answer to whoever sends it again.

    The key's row is made in the transaction of the work: of many that come at once one
    works, the others wait for it and repeat its answer. Another body under the same key
    is 422. What ``work`` returns last is called after the commit.
    """
    told = digest({"path": request.path, "body": body})
    if key is not None and (before := _before(request, key, told)):
        return before
    try:
        with transaction.atomic():
            row = (
                Idempotency.objects.create(user=sender(request), key=key, body_sha256=told, status=0, answer={})
                if key is not None
                else None
            )
            status, answer, after = work()
            if row is not None:
                row.status, row.answer = status, answer
                row.save(update_fields=["status", "answer"])
    except IntegrityError:
        before = _before(request, key, told) if key is not None else None
        if before is None:
            raise
        return before
    after()
    return _answer(status, answer)


def _before(request: Request, key: str, told: str) -> Response | None:
    row = Idempotency.objects.filter(user=sender(request), key=key).first()
    if row is None:
        return None
    if row.body_sha256 != told:
        raise KeyReused("This Idempotency-Key came with another body before. Use a new key for a new request.")
    response = _answer(row.status, row.answer)
    response["Idempotency-Replayed"] = "true"
    return response


def _answer(status: int, answer: dict[str, Any]) -> Response:
    response = Response(answer, status=status, headers={"Cache-Control": "no-store"})
    if answer.get("status"):
        response["Location"] = str(answer["status"])
    return response


# --- Names in bodies --------------------------------------------------------------------


def _outlet(members: Members) -> Outlet | None:
    slug = members.text("outlet", most=80)
    if not slug:
        return None
    found = lookups.told(Outlet.objects.all()).filter(slug=slug).first()
    if found is None:
        members.refuse("outlet", unknown(slug, lookups.told(Outlet.objects.all())))
    return found


def _events(members: Members) -> list[Event]:
    asked = members.texts("events", most=20, longest=80)
    found = {event.slug: event for event in Event.objects.published().filter(slug__in=asked)} if asked else {}
    for slug in asked:
        if slug not in found:
            members.refuse("events", unknown(slug, Event.objects.published()))
    return list(found.values())


def unknown(slug: str, rows: Any) -> str:
    """Say that a name is not known, with the nearest that is."""
    near = nearest(slug, rows.order_by("slug").values_list("slug", flat=True)[:5000])
    hint = f" Did you mean “{near}”?" if near else ""
    return f"“{slug[:60]}” is not known.{hint}"
