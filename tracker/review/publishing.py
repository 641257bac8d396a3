"""From draft to public: a second editor's approval, ten seconds to think again, and the ledger.

``publish`` only names the moment; ``take_effect`` makes public what is due, each row in
its own transaction, and may run in two workers at once. Until then ``undo_publish``
leaves no trace.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tracker.core import ledger
from tracker.models import (
    Citation,
    Company,
    Correction,
    Inquiry,
    Notice,
    Position,
    Quote,
    SignatureCount,
    Statement,
    StatementAsk,
    Voice,
    WatchEntry,
)
from tracker.models.choices import (
    Capacity,
    CorrectionReason,
    Entity,
    Found,
    LinkKind,
    NoticeKind,
    ParentKind,
    ReleaseKind,
    StatementState,
)
from tracker.review import coded, derived, lines, rights
from tracker.review.changes import full_body
from tracker.review.errors import CannotPublish, Conflict, NotAllowed
from tracker.review.kept import keep
from tracker.review.rules import approval_wanted, blockers, needs_second_approval

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "approval_wanted",
    "approve",
    "blockers",
    "discard",
    "needs_second_approval",
    "publish",
    "take_effect",
    "undo_publish",
]
log = logging.getLogger(__name__)

# What history says of acts that are no edits: who approves must not have edited.
APPROVED, PUBLISHED = "approved", "published"
NO_EDITS = (APPROVED, PUBLISHED)
# What an approval vouches for: whoever wrote any of it is not the second pair of eyes.
VOUCHED_FOR: dict[Any, str] = {
    Statement: "id",
    Voice: "statement_id",
    Citation: "statement_id",
    Position: "statement_id",
    StatementAsk: "statement_id",
    SignatureCount: "statement_id",
}


@transaction.atomic
def approve(statement: Statement, *, by: User, now: dt.datetime | None = None) -> Statement:
    """Vouch, as a second editor, for what is coded now; any later edit of it takes the approval back.

    Also for a public statement whose approval a correction has voided. Raises NotAllowed
    for whoever accepted or edited it.
    """
    at = now or timezone.now()
    rights.demand(by, rights.APPROVE)
    row = Statement.objects.select_for_update().get(pk=statement.pk)
    if row.state in (StatementState.WITHDRAWN, StatementState.WITHHELD) or row.merged_into_id:
        raise Conflict(f"It is {row.get_state_display().lower()}: there is nothing to approve.")
    if by.pk == row.accepted_by_id:
        raise NotAllowed("You accepted this statement: somebody else must approve it.")
    if by.pk in editors_of(row):
        raise NotAllowed("You edited this statement: somebody who did not must approve it.")
    before = full_body(row)
    row.approved_by, row.approved_digest = by, coded.digest(row)
    if row.state == StatementState.DRAFT:
        row.state = StatementState.APPROVED
    keep(row, by=by, why=APPROVED)
    if row.state == StatementState.PUBLISHED:
        lines.changed_line(row, before, by=by, at=at)
    return row


def editors_of(statement: Statement) -> set[int]:
    """Return the ids of the users who wrote any of what an approval vouches for, since it was last approved."""
    since = statement.history.filter(history_change_reason=APPROVED).values_list("history_date", flat=True).first()
    after = Q(history_date__gt=since) if since else Q()
    found: set[int] = set()
    for model, column in VOUCHED_FOR.items():
        rows = model.history.filter(after, **{column: statement.pk})
        found |= set(rows.exclude(history_change_reason__in=NO_EDITS).values_list("history_user", flat=True))
    citations = Citation.history.filter(statement_id=statement.pk).values("id")
    quotes = Quote.history.filter(after, citation_id__in=citations)
    found |= set(quotes.values_list("history_user", flat=True))
    return {user for user in found if user}


@transaction.atomic
def publish(
    row: Statement | Inquiry, *, by: User, now: dt.datetime | None = None, delay: int | None = None
) -> Statement | Inquiry:
    """Publish in ten seconds (``delay`` seconds), unless undone before. Raises CannotPublish with every reason."""
    at = now or timezone.now()
    rights.demand(by, rights.PUBLISH)
    model = type(row)
    held: Any = model._default_manager.select_for_update().get(pk=row.pk)
    if held.state not in (StatementState.DRAFT, StatementState.APPROVED) or getattr(held, "merged_into_id", None):
        raise Conflict(f"It is {held.get_state_display().lower()} already.")
    if wrong := blockers(held):
        raise CannotPublish(wrong)
    seconds = settings.PUBLISH_DELAY_SECONDS if delay is None else delay
    held.state, held.publish_by = StatementState.APPROVED, by
    # A second press does not start the seconds anew.
    held.publish_at = held.publish_at or at + dt.timedelta(seconds=seconds)
    _store(held, "state", "publish_by", "publish_at")
    return held


@transaction.atomic
def undo_publish(row: Statement | Inquiry, *, by: User, now: dt.datetime | None = None) -> Statement | Inquiry:
    """Take a publication back before it takes effect: nobody ever sees that there was one."""
    rights.demand(by, rights.PUBLISH)
    held: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if held.state != StatementState.APPROVED or held.publish_at is None:
        raise Conflict("It is too late to undo: it is public. Correct it, or withdraw it.")
    approved = getattr(held, "approved_by_id", None) is not None
    held.state = StatementState.APPROVED if approved else StatementState.DRAFT
    held.publish_at, held.publish_by = None, None
    _store(held, "state", "publish_by", "publish_at")
    return held


@transaction.atomic
def discard(row: Statement | Inquiry, *, by: User, why: str) -> None:
    """Drop a draft that will never be published. It leaves no public trace; its history stays."""
    rights.demand(by, rights.PUBLISH)
    held: Any = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if held.state not in (StatementState.DRAFT, StatementState.APPROVED):
        raise Conflict("It is or was public: withdraw it instead.")
    held.state, held.publish_at, held.publish_by = StatementState.WITHDRAWN, None, None
    keep(held, by=by, why=why)
    ledger.bump_coverage()


def take_effect(now: dt.datetime | None = None) -> int:
    """Make public what is due, each row in its own transaction; return how many were.

    Two workers may run it at once. A row that can no longer be published goes back to
    draft with a notice for the editors; one that fails stays due and does not hold the
    others up.
    """
    at = now or timezone.now()
    due = [(Inquiry, pk) for pk in Inquiry.objects.due(at).order_by("publish_at").values_list("pk", flat=True)]
    due += [(Statement, pk) for pk in Statement.objects.due(at).order_by("publish_at").values_list("pk", flat=True)]  # type: ignore[misc]
    published = 0
    for model, pk in due:
        try:
            published += _make_public(model, pk, now=at)
        except Exception:
            log.exception("publishing %s %s failed; it stays due", model.__name__.lower(), pk)
    return published


@transaction.atomic
def _make_public(model: Any, pk: int, *, now: dt.datetime) -> bool:
    row = model.objects.select_for_update().filter(pk=pk, state=StatementState.APPROVED, publish_at__lte=now).first()
    if row is None:
        return False
    by = row.publish_by
    if wrong := blockers(row):
        _send_back(row, wrong)
        return False
    row = derived.settle(row)
    known_before = _shown_as_silent(row, today=now.date()) if isinstance(row, Statement) else []
    moved = model.objects.filter(pk=pk, state=StatementState.APPROVED, publish_at__lte=now).update(
        state=StatementState.PUBLISHED, published_at=now, publish_at=None, updated_at=now
    )
    if not moved:
        return False
    row = model.objects.get(pk=pk)
    if isinstance(row, Statement):
        row.codebook_version = row.codebook_version or settings.CODEBOOK_VERSION
    keep(row, by=by, why=PUBLISHED)
    lines.first_lines(_named_in(row), by=by, at=now)
    lines.line(row, kind=ReleaseKind.ADDED, by=by, at=now)
    if isinstance(row, Statement):
        for other in lines.linking(row):
            lines.line(other, kind=ReleaseKind.CHANGED, by=by, at=now, changed=["links"])
        for company, entry, first_day, last_day in known_before:
            _correct_silence(row, company, entry, first_day, last_day, by=by, now=now)
    ledger.bump_coverage()
    return True


def _send_back(row: Statement | Inquiry, wrong: list[str]) -> None:
    row.state, row.publish_at, row.publish_by = StatementState.DRAFT, None, None
    if getattr(row, "approved_by_id", None):
        row.state = StatementState.APPROVED
    _store(row, "state", "publish_by", "publish_at")
    Notice.objects.create(
        entity=lines.kind_of(row).entity,
        row=row.public_id,
        kind=NoticeKind.ERROR,
        text="It was not published: " + " ".join(wrong),
    )


def _named_in(row: Statement | Inquiry) -> list[Any]:
    """Return the companies, people and outlets that readers first meet in this row."""
    named: list[Any] = []
    if isinstance(row, Inquiry):
        named += [row.company, row.outlet]
    else:
        for voice in row.voices.select_related("company__parent", "person").order_by("pk"):
            named += [voice.company.parent if voice.company else None, voice.company, voice.person]
        named += [counted.company for counted in row.signature_counts.select_related("company")]
    for citation in row.citations.select_related("report__outlet", "credits_outlet").order_by("pk"):
        named += [citation.report.outlet, citation.credits_outlet]
        named += [quote.speaker for quote in citation.quotes.select_related("speaker")]
    return named


# --- What the board said before ---------------------------------------------------------

Miss = tuple[Company, WatchEntry, dt.date, dt.date]


def _shown_as_silent(statement: Statement, *, today: dt.date) -> list[Miss]:
    """Return the companies that readers were told had said nothing, on days when this had been said.

    A board says so from the day of the check that reaches to or past the day of the
    statement, until a candidate of this statement began to hold the check back, or today.
    What did not stand over a night is no miss.
    """
    said_by = statement.said.latest or statement.sort_date
    if statement.operations_only or said_by is None or statement.links.filter(kind=LinkKind.SAME_AS).exists():
        return []
    root = statement.event.root
    companies = {
        owner.pk: owner
        for voice in statement.voices.filter(capacity=Capacity.OFFICIAL, company__isnull=False).select_related(
            "company__parent"
        )
        for owner in _speaks_for(voice)
    }
    entries = WatchEntry.objects.filter(event=root, company__in=companies, searched_from__lte=said_by)
    misses: dict[int, Miss] = {}
    for entry in lines_of_the_board(entries):
        check = entry.checks.filter(through__gte=said_by).order_by("at").first()
        if check is None or entry.company_id in misses or _had_spoken(entry.company, statement):
            continue
        first_day, last_day = check.at.date(), _held_back_from(statement, said_by) or today
        if first_day < last_day:
            misses[entry.company_id] = (companies[entry.company_id], entry, first_day, last_day)
    return list(misses.values())


def lines_of_the_board(entries: Any) -> list[WatchEntry]:
    """Return the entries that readers see, oldest first."""
    seen = entries.filter(event__published=True).exclude(frame__isnull=False, frame__published_at=None)
    return list(seen.select_related("company", "event").order_by("searched_from", "pk"))


def _speaks_for(voice: Voice) -> list[Company]:
    company = voice.company
    parent = company.parent if company and company.parent_kind == ParentKind.BRAND else None
    return [one for one in (company, parent) if one]


def _had_spoken(company: Company, statement: Statement) -> bool:
    """Say whether the board showed any statement of the company on this tree before this one."""
    tree = type(statement.event).objects.tree_of(statement.event.root)
    speaks = Q(voices__company=company) | Q(voices__company__parent=company, voices__company__parent_kind="brand")
    return (
        Statement.objects.counted()
        .filter(speaks, voices__capacity=Capacity.OFFICIAL, event__in=tree)
        .exclude(pk=statement.pk)
        .exists()
    )


def _held_back_from(statement: Statement, said_by: dt.date) -> dt.date | None:
    """Return the day from which a candidate of this statement kept the board from claiming that day."""
    days = []
    for candidate in statement.candidates.select_related("report"):
        reported = derived.day_of(candidate.report)
        # The board goes back to the day before the report: earlier days stay claimed.
        if reported is None or reported - dt.timedelta(days=1) < said_by:
            days.append(candidate.created_at.date())
    return min(days, default=None)


def _correct_silence(
    statement: Statement,
    company: Company,
    entry: WatchEntry,
    first_day: dt.date,
    last_day: dt.date,
    *,
    by: User | None,
    now: dt.datetime,
) -> None:
    days = f"{_in_words(first_day)} to {_in_words(last_day)}"
    correction = Correction.objects.create(
        entity=Entity.COMPANY,
        row=company.slug,
        statement=statement,
        event=entry.event,
        field="found",
        before={"found": Found.NOTHING, "from": first_day.isoformat(), "to": last_day.isoformat()},
        after={"statement": statement.public_id, "said": statement.said.to_json()},
        reason=CorrectionReason.OUR_ERROR,
        note=f"{company} stood as “no statement found” from {days}; a statement of {statement.said.words()} was found.",
        by=by,
        published_at=now,
    )
    lines.line(correction, kind=ReleaseKind.ADDED, by=by, at=now)


def _in_words(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"


def _store(row: Any, *columns: str) -> None:
    # Not ``save``: pressing publish and undoing it leaves no row of history either.
    type(row)._default_manager.filter(pk=row.pk).update(
        **{column: getattr(row, column) for column in columns}, updated_at=timezone.now()
    )
