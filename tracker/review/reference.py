"""What statements refer to: events, companies, people, outlets, frames, watch lists, checks, replies.

``save`` and ``delete`` take any row of the record, new or changed, and do what that row
needs: the admin calls nothing else for rows that are not decided on the review desk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, UniqueConstraint
from django.utils import timezone
from django.utils.text import slugify

from tracker.core import ledger
from tracker.core.text import clean, clean_name
from tracker.models import (
    Alias,
    Ask,
    Check,
    Citation,
    Company,
    Event,
    Feed,
    Frame,
    Inquiry,
    OldSlug,
    Outlet,
    Person,
    Position,
    Quote,
    Reply,
    Report,
    Role,
    SignatureCount,
    Statement,
    StatementAsk,
    StatementLink,
    Target,
    Ticker,
    Voice,
    WatchEntry,
)
from tracker.models.choices import EnteredFor, ReleaseKind
from tracker.review import derived, lines, rights
from tracker.review.changes import changing, show_entries
from tracker.review.errors import CannotChange
from tracker.review.kept import drop, keep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Row = TypeVar("Row", bound=Model)

# Rows that readers see as part of another.
OWNERS: Mapping[type[Model], str] = {
    Alias: "company",
    Ticker: "company",
    Role: "person",
    Voice: "statement",
    Position: "statement",
    StatementAsk: "statement",
    StatementLink: "from_statement",
    SignatureCount: "statement",
    Quote: "citation",
}
# Workers write these rows too: an editor's form must not put back what it read a minute ago.
OURS: Mapping[type[Model], tuple[str, ...]] = {
    Report: ("outlet", "headline", "byline", "dateline", "language", "upstream")
    + tuple(f"published_{part}" for part in ("earliest", "latest", "precision", "as_written", "reason")),
    Feed: ("url", "title", "outlet", "company", "event", "interval", "state"),
}


def owner_of(row: Any) -> Any:
    """Return the row whose public JSON shows this one; None if readers see it in none."""
    if isinstance(row, Citation):
        return row.statement or row.inquiry
    name = OWNERS.get(type(row))
    owner = getattr(row, name) if name else None
    return owner_of(owner) if isinstance(owner, Citation) else owner


def save(row: Row, *, by: User, reason: str = "", note: str = "", now: dt.datetime | None = None) -> Row:
    """Save a new or changed row of the record, and tell the ledger what readers now see.

    A public statement or inquiry, and what hangs on it, needs a ``reason`` from the
    list of corrections; ``note`` is what readers are told. Raises CannotChange where a
    rule of the record is broken, and keeps nothing.
    """
    try:
        owner = owner_of(row)
        if owner is not None:
            _demand(row, by)
            with changing(owner, by=by, reason=reason, note=note, now=now):
                keep(row, by=by, why=note or reason)
        elif row._state.adding:
            _add(row, by=by, why=note or reason, at=now or timezone.now())
        elif type(row) in lines.KINDS:
            _check_entry(row)
            with changing(row, by=by, reason=reason, note=note, now=now):
                keep(row, by=by, why=note or reason)
        else:
            _demand(row, by)
            with _changing_for(row, by=by, reason=reason, note=note, now=now):
                _keep_some(row, by=by, why=note or reason)
    except IntegrityError as error:
        raise CannotChange(_in_words(row, error)) from error
    return row


def save_together(
    row: Row,
    *,
    changed: bool = True,
    children: Sequence[Model] = (),
    removed: Sequence[Model] = (),
    by: User,
    reason: str = "",
    note: str = "",
    now: dt.datetime | None = None,
) -> Row:
    """Save a row and what hangs on it, as one change: rules are looked at when all of it is done.

    ``children`` are new or changed, ``removed`` go; ``changed`` says whether the row
    itself differs. Like ``save``, raises CannotChange and keeps nothing.
    """
    if not children and not removed:
        return save(row, by=by, reason=reason, note=note, now=now) if changed or row._state.adding else row
    why = note or reason
    saving: Model = row
    try:
        with transaction.atomic():
            if row._state.adding and owner_of(row) is None:
                _add(row, by=by, why=why, at=now or timezone.now(), children=children)
                return row
            with _changing_for(row, by=by, reason=reason, note=note, now=now):
                if changed or row._state.adding:
                    _demand(row, by)
                    _keep_some(row, by=by, why=why)
                for saving in removed:
                    rights.demand(by, f"tracker.delete_{saving._meta.model_name}")
                    drop(saving, by=by, why=why)
                for saving in children:
                    _demand(saving, by)
                    keep(saving, by=by, why=why)
    except IntegrityError as error:
        raise CannotChange(_in_words(saving, error)) from error
    return row


@contextlib.contextmanager
def _changing_for(row: Any, *, by: User, reason: str, note: str, now: dt.datetime | None) -> Iterator[None]:
    """Change everything whose public JSON shows something of this row."""
    shown = owner_of(row) or row
    with contextlib.ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        for one in [shown] if type(shown) in lines.KINDS else repeated_in(row):
            stack.enter_context(changing(one, by=by, reason=reason, note=note, now=now))
        yield
    if isinstance(row, Report):
        ledger.bump_coverage()


def repeated_in(row: Any) -> list[Statement | Inquiry]:
    """Return the statements and inquiries whose public JSON repeats something of this row."""
    if isinstance(row, Report):
        cited = row.citations.select_related("statement", "inquiry").order_by("pk")
        return [one for citation in cited if (one := citation.statement or citation.inquiry)]
    if isinstance(row, Ask):
        return list(Statement.objects.filter(asks__ask=row).order_by("pk"))
    if isinstance(row, Target):
        return list(Statement.objects.filter(positions__target=row).order_by("pk"))
    return []


def _keep_some(row: Any, *, by: User, why: str) -> None:
    """Save a row; of one that workers write too, only what editors may change."""
    if type(row) in OURS and not row._state.adding:
        row._history_user, row._change_reason = by, why
        row.save(update_fields=[*OURS[type(row)], "updated_at"])
    else:
        keep(row, by=by, why=why)


def delete(row: Model, *, by: User, reason: str = "", note: str = "", now: dt.datetime | None = None) -> None:
    """Remove what hangs on a row: an alias, a role, a voice, a quote. Rows of their own are never deleted."""
    owner = owner_of(row)
    if owner is None:
        raise CannotChange("Rows of the record are never deleted: withdraw or merge it.")
    rights.demand(by, _change_right(row))
    with changing(owner, by=by, reason=reason, note=note, now=now):
        drop(row, by=by, why=note or reason)


def create(row: Row, *, by: User | None, why: str) -> Row:
    """Save a new company, person or outlet without telling readers: it is shown with what first names it."""
    assert isinstance(row, (Company, Person, Outlet))
    row.name = clean_name(row.name)
    row.slug = row.slug or free_slug(type(row), row.name)
    return keep(row, by=by, why=why)


def free_slug(model: type[Model], name: str) -> str:
    """Return a name for addresses that no row has or had."""
    entity = lines.KINDS[model].entity
    base = slugify(name)[:70] or entity
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    taken |= set(OldSlug.objects.filter(entity=entity, slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def publish_event(event: Event, *, by: User, now: dt.datetime | None = None) -> Event:
    """Show an event to readers. Its root must have a scope, and everything above it must be public."""
    event.published = True
    return save(event, by=by, note="published", now=now)


def publish_frame(frame: Frame, *, by: User, now: dt.datetime | None = None) -> Frame:
    """Show a frame with its members to readers, and fix both."""
    frame.published_at = frame.published_at or now or timezone.now()
    return save(frame, by=by, note="published", now=now)


def record_checks(
    entries: Iterable[WatchEntry],
    *,
    through: dt.date,
    where: Iterable[str],
    by: User,
    note: str = "",
    now: dt.datetime | None = None,
) -> list[Check]:
    """Log that somebody looked for statements of these companies, there, through that day. Never undone."""
    rights.demand(by, "tracker.add_check")
    today = (now or timezone.now()).date()
    if through > today:
        raise CannotChange("A check cannot reach into the future.")
    made = []
    with transaction.atomic():
        for entry in entries:
            if through < entry.searched_from:
                raise CannotChange(f"{entry.company} is searched from {entry.searched_from} on, after {through}.")
            check = Check(entry=entry, through=through, by=by, where=list(where), note=note)
            try:
                check.clean()
            except ValidationError as error:
                raise CannotChange(error.messages) from error
            check.save()
            made.append(check)
        ledger.bump_coverage()
    return made


def add_reply(
    *,
    company: Company,
    text: str,
    received: dt.date,
    by: User,
    statement: Statement | None = None,
    event: Event | None = None,
    source: Report | None = None,
    now: dt.datetime | None = None,
) -> Reply:
    """Publish a company's own note, whole."""
    at = now or timezone.now()
    reply = Reply(
        company=company,
        text=clean(text).strip(),
        received=received,
        statement=statement,
        event=event,
        source=source,
        published_at=at,
    )
    if not reply.text:
        raise CannotChange("The note is empty: a reply is shown whole or not at all.")
    if (statement is None) == (event is None):
        raise CannotChange("Say what it replies to: one statement, or an event.")
    return save(reply, by=by, now=at)


def record_signature_count(
    statement: Statement,
    *,
    count: int,
    as_of: dt.date,
    by: User,
    comparator: str = "exactly",
    company: Company | None = None,
    citation: Citation | None = None,
    reason: str = "new_evidence",
    note: str = "",
    now: dt.datetime | None = None,
) -> SignatureCount:
    """Add how many had signed as of a day. Earlier counts stay."""
    counted = SignatureCount(
        statement=statement, count=count, comparator=comparator, as_of=as_of, company=company, citation=citation
    )
    if count < 1:
        raise CannotChange("A count of signatures is at least one.")
    return save(counted, by=by, reason=reason, note=note, now=now)


def _add(row: Any, *, by: User, why: str, at: dt.datetime, children: Sequence[Model] = ()) -> None:
    if isinstance(row, Reply):
        rights.demand(by, rights.PUBLISH)
    else:
        _demand(row, by)
    if isinstance(row, (Statement, Inquiry)):
        row.accepted_by = by
    if isinstance(row, (Company, Person, Outlet)):
        row.slug = row.slug or free_slug(type(row), row.name)
    if isinstance(row, Event):
        row.slug = row.slug or free_slug(Event, row.title)
    _check_entry(row)
    with transaction.atomic():
        if isinstance(row, Event):
            try:
                row.clean()
            except ValidationError as error:
                raise CannotChange(error.messages) from error
        keep(row, by=by, why=why)
        for child in children:
            _demand(child, by)
            keep(child, by=by, why=why)
        if isinstance(row, (Statement, Inquiry)) and children:
            derived.settle(row)
        if isinstance(row, (Company, Person, Outlet, Reply)):
            # A contributor's company becomes public with the first statement that names it.
            if isinstance(row, Reply) or by.has_perm(rights.PUBLISH):
                lines.line(row, kind=ReleaseKind.ADDED, by=by, at=at)
        elif isinstance(row, (Event, Frame, WatchEntry)):
            _show(row, by=by, at=at)


def _show(row: Event | Frame | WatchEntry, *, by: User, at: dt.datetime) -> None:
    if isinstance(row, WatchEntry):
        show_entries(WatchEntry.objects.filter(pk=row.pk), by=by, at=at)
        return
    with changing(row, by=by, now=at):
        pass  # what readers may see of it is told at the end of the block


def _check_entry(row: Any) -> None:
    """Hold a watch entry to its rules, and copy in what the company was when watched."""
    if not isinstance(row, WatchEntry):
        return
    if row.event.parent_id is not None:
        raise CannotChange(f"Companies are watched for a whole tree: choose “{row.event.root.title}”.")
    if row._state.adding:
        row.sector_then = row.sector_then or row.company.sector
        row.hq_then = row.hq_then or row.company.hq_region
        if row.frame and row.frame.published_at and row.entered_for == EnteredFor.FRAME:
            raise CannotChange(
                f"“{row.frame}” was fixed when it was first published: draw up a new frame, "
                "or watch the company outside it."
            )


def _demand(row: Model, by: User) -> None:
    rights.demand(by, f"tracker.add_{row._meta.model_name}" if row._state.adding else _change_right(row))


def _change_right(row: Model) -> str:
    return f"tracker.change_{row._meta.model_name}"


def _in_words(row: Model, error: IntegrityError) -> str:
    """Say which rule the database held, in the words of its name."""
    broken = [constraint for constraint in row._meta.constraints if constraint.name in str(error)]
    # SQLite names the columns of a broken unique key, PostgreSQL the key: an editor reads one sentence.
    if "unique" in str(error).casefold() or any(isinstance(one, UniqueConstraint) for one in broken):
        return f"There is such a {row._meta.verbose_name} already: change that one."
    if broken:
        return f"The database refuses it: {broken[0].name.replace('_', ' ')}."
    return f"The database refuses it: {error}."
