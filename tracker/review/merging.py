"""Two rows of one thing become one: children move, the loser stays as a redirect, and it can be undone.

What the winner has already, by its natural key, stays with the loser where nobody sees
it, or goes where it would be seen twice. Every moved row's history carries one and the
same reason; that is what ``unmerge`` reads.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from tracker.core import ledger
from tracker.models import (
    Alias,
    Candidate,
    Check,
    Citation,
    Coding,
    Company,
    Correction,
    Person,
    Report,
    Statement,
    StatementLink,
    Voice,
    WatchEntry,
)
from tracker.models.choices import CorrectionReason, ReleaseKind, StatementState
from tracker.review import lines, reference, rights
from tracker.review.changes import changing
from tracker.review.errors import CannotMerge
from tracker.review.kept import drop, keep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Mergeable = Company | Person | Statement
# They tell what happened to the row they are of, not to the one that took its place.
STAY = (Candidate, Coding, Correction)


@dataclasses.dataclass(frozen=True)
class Moves:
    """What a merge would do with the children of one kind."""

    what: str
    moves: int
    stays: int


def preview(loser: Mergeable, *, into: Mergeable) -> list[Moves]:
    """Say how many rows of each kind would move, and how many the winner has already. Changes nothing."""
    _refuse_impossible(loser, into)
    counted: dict[str, list[int]] = {}
    for child, field in _children(loser):
        setattr(child, field, into)
        name = str(type(child)._meta.verbose_name_plural)
        counted.setdefault(name, [0, 0])[_twin(child) is not None] += 1
    return [Moves(name, moves, stays) for name, (moves, stays) in sorted(counted.items())]


def merge(
    loser: Mergeable,
    *,
    into: Mergeable,
    by: User,
    reason: str = CorrectionReason.OUR_ERROR,
    note: str = "",
    now: dt.datetime | None = None,
) -> Mergeable:
    """Make one row of two and return the winner. Raises CannotMerge for itself, a circle, or unlike rows."""
    at = now or timezone.now()
    _demand(loser, by)
    _refuse_impossible(loser, into)
    with transaction.atomic():
        old, new = _locked(loser, into)
        _refuse_impossible(old, new)
        why = _why(old, new)
        if isinstance(old, Statement):
            _merge_statements(old, new, by=by, reason=reason, note=note, why=why, at=at)
        else:
            _merge_names(old, new, by=by, why=why, at=at)
        ledger.bump_coverage()
    loser.refresh_from_db()
    return new


def unmerge(
    loser: Mergeable,
    *,
    by: User,
    reason: str = CorrectionReason.OUR_ERROR,
    note: str = "",
    now: dt.datetime | None = None,
) -> Mergeable:
    """Undo a merge: what moved goes back, as far as nobody has changed it since."""
    at = now or timezone.now()
    _demand(loser, by)
    with transaction.atomic():
        old: Any = type(loser)._default_manager.select_for_update().get(pk=loser.pk)
        if old.merged_into is None:
            raise CannotMerge(f"“{old}” is not merged into anything.")
        new = old.merged_into
        why, undone = f"{_mark(old, new)} (", f"undone: {_why(old, new)}"
        since = old.history.filter(history_change_reason__startswith=why).order_by("-history_date").first()
        started = since.history_date if since else at
        if isinstance(old, Statement):
            linking = [(one, lines.body_of(one)) for one in lines.linking(new) if one.pk != old.pk]
            with changing(new, by=by, reason=reason, note=note, now=at):
                _put_back(old, why, undone, started, by=by)
            for other, shown in linking:
                lines.changed_line(other, shown, by=by, at=at)
        else:
            before = lines.body_of(new)
            touched = _put_back(old, why, undone, started, by=by)
            if lines.is_public(new):
                lines.changed_line(new, before, by=by, at=at)
            _tell_statements(touched, by=by, at=at)
        if lines.last_line(old):
            lines.line(old, kind=ReleaseKind.UNMERGED, by=by, at=at, changed=["merged_into"])
        ledger.bump_coverage()
    loser.refresh_from_db()
    return loser


# --- Merging --------------------------------------------------------------------------


def _merge_names(old: Any, new: Any, *, by: User, why: str, at: dt.datetime) -> None:
    before = lines.body_of(new)
    _become_redirect(old, new, by=by, why=why)
    touched = _move_children(old, new, by=by, why=why)
    if isinstance(old, Company):
        names = {new.name.casefold(), *(alias.name.casefold() for alias in new.aliases.all())}
        if old.name.casefold() not in names:
            keep(Alias(company=new, name=old.name), by=by, why=why)
        for through, column in ((Candidate.companies.through, "candidate"), (Report.companies_named.through, "report")):
            named: Any = through._default_manager
            here = named.filter(company=old).values_list(f"{column}_id", flat=True)
            have = set(named.filter(company=new).values_list(f"{column}_id", flat=True))
            named.bulk_create([through(**{f"{column}_id": pk, "company": new}) for pk in here if pk not in have])
    if lines.is_public(old):
        lines.line(old, kind=ReleaseKind.MERGED, by=by, at=at, changed=["merged_into"])
    if lines.is_public(new):
        lines.changed_line(new, before, by=by, at=at)
    _tell_statements(touched, by=by, at=at)


def _merge_statements(
    old: Statement, new: Statement, *, by: User, reason: str, note: str, why: str, at: dt.datetime
) -> None:
    gone = StatementState.WITHDRAWN, StatementState.WITHHELD
    if old.state in gone or new.state in gone:
        raise CannotMerge("One of them is withheld or withdrawn: restore it first.")
    if old.state == StatementState.PUBLISHED and new.state != StatementState.PUBLISHED:
        raise CannotMerge(f"{new} is not public: publish it, or merge it into {old}.")
    if old.event.root.pk != new.event.root.pk:
        raise CannotMerge("They belong to different trees of events: move one of them first.")
    linking = [(one, lines.body_of(one)) for one in lines.linking(old) if one.pk != new.pk]
    with changing(new, by=by, reason=reason, note=note, now=at):
        _become_redirect(old, new, by=by, why=why)
        _move_children(old, new, by=by, why=why)
    if old.state == StatementState.PUBLISHED:
        lines.line(old, kind=ReleaseKind.MERGED, by=by, at=at, changed=["merged_into"])
    for other, before in linking:
        lines.changed_line(other, before, by=by, at=at)


def _become_redirect(old: Any, new: Any, *, by: User, why: str) -> None:
    """Point the loser, and whatever pointed to it, at the winner: no chain is longer than one."""
    old.merged_into = new
    keep(old, by=by, why=why)
    for earlier in type(old)._default_manager.filter(merged_into=old):
        earlier.merged_into = new
        keep(earlier, by=by, why=why)


def _move_children(old: Any, new: Any, *, by: User, why: str) -> set[int]:
    """Re-point the children; return the ids of the statements that lost a voice said twice."""
    touched: set[int] = set()
    for child, field in list(_children(old)):
        child.refresh_from_db()  # it may stand in the list twice, once for each of its columns
        setattr(child, field, new)
        twin = _twin(child)
        if isinstance(child, StatementLink) and child.from_statement_id == child.to_statement_id:
            setattr(child, field, old)
            drop(child, by=by, why=why)
        elif isinstance(child, Company) and child.pk == new.pk:
            # The winner belonged to, or was succeeded by, its own duplicate.
            setattr(child, field, None)
            child.parent_kind = child.parent_kind if child.parent_id else ""
            keep(child, by=by, why=why)
            new.refresh_from_db()
        elif twin is None:
            keep(child, by=by, why=why)
        else:
            setattr(child, field, old)
            _absorb(child, twin, by=by, why=why)
            if isinstance(child, Voice) and not isinstance(old, Statement):
                touched.add(child.statement_id)
            if not isinstance(child, WatchEntry) and reference.owner_of(child) not in (None, old):
                drop(child, by=by, why=why)
    return touched


def _absorb(child: Any, twin: Any, *, by: User, why: str) -> None:
    """Hand on what hangs on a row that stays behind to the one that was there already."""
    if isinstance(child, Citation):
        for quote in child.quotes.all():
            quote.citation = twin
            if _twin(quote) is None:
                keep(quote, by=by, why=why)
        for counted in child.signature_counts.all():
            counted.citation = twin
            keep(counted, by=by, why=why)
    elif isinstance(child, Voice):
        for coding in child.codings.all():
            coding.voice = twin
            if _twin(coding) is None:
                coding.save()
    elif isinstance(child, WatchEntry):
        # Checks are never moved; the winner's entry gets the same ones anew.
        have = set(twin.checks.values_list("through", flat=True))
        for check in child.checks.order_by("pk"):
            if check.through not in have:
                Check.objects.create(
                    entry=twin, through=check.through, by=check.by, where=check.where, note=f"of {child.company}"[:300]
                )


def _tell_statements(ids: set[int], *, by: User, at: dt.datetime) -> None:
    for statement in Statement.objects.published().filter(pk__in=ids).order_by("pk"):
        lines.line(statement, kind=ReleaseKind.CHANGED, by=by, at=at, changed=["voices"])


# --- Undoing --------------------------------------------------------------------------


def _put_back(old: Any, why: str, undone: str, started: dt.datetime, *, by: User) -> set[int]:
    touched: set[int] = set()
    for model in {type(old), Alias, *(type_ for type_, _ in _pointing(type(old))), *_deeper(type(old))}:
        history: Any = getattr(model, "history", None)
        if history is None:
            continue
        done = history.filter(history_change_reason__startswith=why, history_date__gte=started)
        for record in done.order_by("-history_date", "-history_id"):
            if model is Voice and record.history_type == "-":
                touched.add(record.statement_id)
            _revert(model, record, undone, by=by)
    return touched


def _revert(model: Any, record: Any, undone: str, *, by: User) -> None:
    row = model._default_manager.filter(pk=record.id).first()
    try:
        with transaction.atomic():
            if record.history_type == "-" and row is None:
                keep(record.instance, by=by, why=undone)
            elif record.history_type == "+" and row is not None:
                drop(row, by=by, why=undone)
            elif record.history_type == "~" and row is not None:
                before = record.prev_record
                for field in model._meta.concrete_fields:
                    name = field.attname
                    if field.name in ("id", "created_at", "updated_at") or not hasattr(before, name):
                        continue
                    then, made = getattr(before, name), getattr(record, name)
                    if then != made and getattr(row, name) == made:
                        setattr(row, name, then)
                keep(row, by=by, why=undone)
    except IntegrityError as error:
        raise CannotMerge(
            f"“{row or record.instance}” cannot go back, because its place is taken by now: {error}."
        ) from error


# --- What points where ------------------------------------------------------------------


def _pointing(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """Return the models and columns that point to a model, without histories and redirects."""
    return [
        (relation.related_model, relation.field.name)
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
        and not relation.related_model._meta.auto_created
        and relation.field.name not in ("merged_into", "history_relation", "may_duplicate")
        and relation.related_model not in STAY
        and not relation.related_model.__name__.startswith("Historical")
    ]


def _deeper(model: type[models.Model]) -> list[type[models.Model]]:
    """Return the models whose rows may move although they point to a child only."""
    return [child for child, _ in _pointing(Citation)] if model is Statement else []


def _children(row: Any) -> Iterator[tuple[Any, str]]:
    for model, field in _pointing(type(row)):
        for child in model._default_manager.filter(**{field: row}).order_by("pk"):
            yield child, field


def _twin(child: Any) -> Any:
    """Return the row that already stands where this one would, by one of its unique keys."""
    for constraint in child._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint):
            continue
        same = child._meta.default_manager.filter(**{name: getattr(child, name) for name in constraint.fields})
        if constraint.condition is not None:
            # Conditions ask which columns are empty, which moving does not change.
            if not child._meta.default_manager.filter(constraint.condition, pk=child.pk).exists():
                continue
            same = same.filter(constraint.condition)
        found = same.exclude(pk=child.pk).first()
        if found:
            return found
    return None


def _refuse_impossible(loser: Any, into: Any) -> None:
    if type(loser) is not type(into):
        raise CannotMerge("Only two of a kind can be merged.")
    if loser.pk == into.pk:
        raise CannotMerge("A row is not merged into itself.")
    if into.merged_into_id is not None:
        end = f"it was itself merged into “{into.merged_into}”"
        if into.merged_into_id == loser.pk:
            raise CannotMerge(f"That would be a circle: “{into}” was merged into this one. Undo that merge first.")
        raise CannotMerge(f"Choose another: {end}.")
    if loser.merged_into_id is not None:
        raise CannotMerge(f"“{loser}” is merged into “{loser.merged_into}” already: undo that first.")


def _locked(loser: Any, into: Any) -> tuple[Any, Any]:
    # Always in the order of their ids, so that two merges the other way round wait instead of blocking each other.
    rows = type(loser)._default_manager.select_for_update().filter(pk__in=[loser.pk, into.pk]).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[loser.pk], found[into.pk]


def _demand(row: Any, by: User) -> None:
    rights.demand(by, rights.PUBLISH)
    rights.demand(by, f"tracker.change_{row._meta.model_name}")


def _why(old: Any, new: Any) -> str:
    return f"{_mark(old, new)} ({old} into {new})"


def _mark(old: Any, new: Any) -> str:
    # Names may change between a merge and its undoing; ids do not.
    return f"merged {old._meta.verbose_name} {old.pk} into {new.pk}"
