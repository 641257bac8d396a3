"""The one way to change a row that exists: ``with changing(row, …):`` and save whatever you like inside.

A draft's approval is voided where what was approved has changed. What readers see
changes only with a line in the ledger; of a statement or an inquiry also with a reason
and a published correction per field. A rule that is broken undoes everything.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tracker.core import ledger, public
from tracker.models import (
    Correction,
    Event,
    Frame,
    Inquiry,
    OldSlug,
    Release,
    Statement,
    WatchEntry,
)
from tracker.models.choices import CorrectionReason, Entity, ReleaseKind, Stance, StatementState
from tracker.review import coded, derived, lines, rights, rules
from tracker.review.errors import CannotChange, Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# They follow from other fields, which are what was corrected.
FOLLOWS = frozenset(
    {
        "approved_by_second_editor",
        "companies",
        "merged_into",
        "published_at",
        "root",
        "root_event",
        "sort_date",
        "stance_target",
        "state",
        "url",
        "verification",
    }
)
FREE_TEXT = frozenset({"summary", "description", "asked_about", "title"})
# Words that decide what a sentence says: wording may change around them, not them.
_DECIDES = re.compile(
    r"\b(?:no|not|never|nor|neither|none|nobody|nothing|without|cannot|\w+n[’']t|un\w+"
    r"|critic\w*|condemn\w*|denounc\w*|oppos\w*|support\w*|prais\w*|defend\w*|welcom\w*|calm\w*|restraint"
    r"|neutral\w*|mixed|unclear|wrong\w*|right\w*|"
    + "|".join(stance.label.split()[0].casefold() for stance in Stance)
    + r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|tomorrow)\b",
    re.IGNORECASE,
)
_NAME_OR_NUMBER = re.compile(r"\d[\d.,:]*|(?<=[\w,;:’'”)] )[A-Z][\w’'-]*|\b[A-Z]{2,}\b|\b\w+[A-Z]\w*\b")


@contextlib.contextmanager
def changing(row: Any, *, by: User, reason: str = "", note: str = "", now: dt.datetime | None = None) -> Iterator[None]:
    """Change a row and what hangs on it, in one transaction.

    The caller saves inside the block. At its end what follows from the row is computed
    again, an approval that no longer holds is voided, and readers are told of what
    they now see changed. Raises CannotChange, and keeps nothing, where a rule is broken.
    """
    at = now or timezone.now()
    with transaction.atomic():
        held = _lock(row)
        was_public = lines.is_public(held)
        shown = was_public and getattr(held, "state", StatementState.PUBLISHED) == StatementState.PUBLISHED
        _demand(held, by, shown)
        if shown and isinstance(held, (Statement, Inquiry)) and reason not in CorrectionReason.values:
            raise CannotChange("This is public: say why it changes (our error, source corrected, new evidence, …).")
        name = lines.kind_of(held).name(held)
        before = full_body(held)
        below = _published_below(held)
        coded_before = coded.digest(held) if isinstance(held, Statement) else ""
        yield
        if isinstance(held, (Statement, Inquiry)):
            derived.settle(held)
            ledger.bump_coverage()
        after = full_body(held)
        if isinstance(held, Statement) and (
            coded.digest(held) != coded_before or not coded.evidence_only_grew(before, after)
        ):
            void_approval(held)
            after = full_body(held)
        current = type(held)._default_manager.get(pk=held.pk)
        _keep_old_name(current, name, by=by, at=at, public=was_public)
        if isinstance(current, Event):
            _settle_tree(held, current)
        if not was_public:
            _show_for_the_first_time(current, by=by, at=at)
            return
        if not shown:
            return
        changed = lines.differing(before, after)
        _refuse_what_is_frozen(current, changed)
        if changed and isinstance(current, (Statement, Inquiry)) and (wrong := rules.blockers(current, approval=False)):
            raise CannotChange(wrong)
        if changed:
            publish_corrections(current, before, after, changed, by=by, reason=reason, note=note, at=at)
            lines.line(current, kind=ReleaseKind.CHANGED, by=by, at=at, changed=changed)
        for other, shown_before in below:
            lines.changed_line(other, shown_before, by=by, at=at)


def full_body(row: Any) -> dict[str, Any]:
    """Return the JSON readers would see of the row if it were published, whatever its state."""
    read = lines.fresh(row)
    if isinstance(read, (Statement, Inquiry)):
        read.state = StatementState.PUBLISHED
    body = lines.kind_of(read).body(read)
    if isinstance(read, (Statement, Inquiry)):
        body["state"] = row.state
    return body


def void_approval(statement: Statement) -> None:
    """Take an approval back, and with it a publication that has not yet taken effect."""
    row = Statement.objects.get(pk=statement.pk)
    row.approved_by, row.approved_digest = None, ""
    if row.state == StatementState.APPROVED:
        row.state, row.publish_at, row.publish_by = StatementState.DRAFT, None, None
    Statement.objects.filter(pk=row.pk).update(
        approved_by=None,
        approved_digest="",
        state=row.state,
        publish_at=row.publish_at,
        publish_by=row.publish_by,
        updated_at=timezone.now(),
    )


def publish_corrections(
    row: Any,
    before: dict[str, Any],
    after: dict[str, Any],
    changed: list[str],
    *,
    by: User | None,
    reason: str,
    note: str,
    at: dt.datetime,
) -> list[Correction]:
    """Write one public correction per field that changed by itself; none where no reason was given."""
    if reason not in CorrectionReason.values:
        return []
    fields = [field for field in changed if field not in FOLLOWS]
    if reason == CorrectionReason.WORDING:
        for field in fields:
            refuse_if_more_than_wording(field, before.get(field), after.get(field))
    kind = lines.kind_of(row)
    made = []
    for field in fields:
        old, new = only_differences(before.get(field), after.get(field))
        correction = Correction.objects.create(
            entity=kind.entity,
            row=kind.name(row),
            statement=row if isinstance(row, Statement) else None,
            event=event_of(row),
            field=field,
            before=old,
            after=new,
            reason=reason,
            note=note,
            by=by,
            published_at=at,
        )
        lines.line(correction, kind=ReleaseKind.ADDED, by=by, at=at)
        made.append(correction)
    return made


def event_of(row: Any) -> Event | None:
    """Return the event that a correction of this row concerns."""
    return row if isinstance(row, Event) else getattr(row, "event", None)


def only_differences(before: Any, after: Any) -> tuple[Any, Any]:
    """Leave out of two lists what stands in both."""
    if isinstance(before, list) and isinstance(after, list):
        return [one for one in before if one not in after], [one for one in after if one not in before]
    return before, after


def refuse_if_more_than_wording(field: str, before: Any, after: Any) -> None:
    """Raise CannotChange where a change called wording touches a name, number, date, stance word or negation."""
    if field not in FREE_TEXT:
        raise CannotChange(f"A change of {field.replace('_', ' ')} is more than wording: give another reason.")
    old, new = str(before or ""), str(after or "")
    if _weighty(old) != _weighty(new):
        raise CannotChange(
            "This changes a name, a number, a date, a stance word or a negation, which is more than wording: "
            "give another reason."
        )


def _weighty(text: str) -> list[str]:
    return sorted(
        [word.casefold().strip(".,:") for word in _NAME_OR_NUMBER.findall(text)]
        + [word.casefold() for word in _DECIDES.findall(text)]
    )


def _lock(row: Any) -> Any:
    held = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if held is None:
        raise Conflict("This row is gone: reload the page.")
    return held


def _demand(row: Any, by: User, shown: bool) -> None:
    if isinstance(row, (Statement, Inquiry)):
        in_draft = row.state in (StatementState.DRAFT, StatementState.APPROVED)
        rights.demand(by, rights.REVIEW if in_draft and not shown else rights.PUBLISH)
    else:
        rights.demand(by, f"tracker.change_{row._meta.model_name}")


def _published_below(row: Any) -> list[tuple[Event, dict[str, Any]]]:
    """Return the published events whose JSON repeats this one's scope and target, with that JSON."""
    if not isinstance(row, Event):
        return []
    below = Event.objects.tree_of(row).published().exclude(pk=row.pk)
    return [(event, lines.body_of(event)) for event in below.order_by("pk")]


def _refuse_what_is_frozen(row: Any, changed: list[str]) -> None:
    if isinstance(row, Event):
        if "stance_target" in changed:
            raise CannotChange(
                "The stance target was fixed when the event was first published: "
                "another target is a new major version of the codebook."
            )
        if not row.published:
            raise CannotChange("An event that was published stays published.")
    if isinstance(row, Frame) and {"rule", "source", "dated"} & set(changed):
        raise CannotChange("The frame was fixed when it was first published: draw up a new one.")
    if isinstance(row, WatchEntry) and {"event", "company", "frame"} & set(changed):
        raise CannotChange("A watch entry keeps its company, event and frame: end it, and enter another.")


def _keep_old_name(row: Any, name: str, *, by: User, at: dt.datetime, public: bool) -> None:
    """Let the old address lead to the row, and tell the ledger that the old name shows nothing any more."""
    kind = lines.kind_of(row)
    if not hasattr(row, "slug") or row.slug == name:
        return
    taken = OldSlug.objects.filter(entity=kind.entity, slug=row.slug)
    if taken.exclude(row_id=row.pk).exists():
        raise CannotChange(f"The address “{row.slug}” still leads to another row: choose another.")
    taken.delete()
    OldSlug.objects.create(entity=kind.entity, slug=name, row_id=row.pk)
    if public:
        ledger.record(
            kind=ReleaseKind.CHANGED, entity=kind.entity, public_id=name, body=None, at=at, by=by, changed=["slug"]
        )


def _settle_tree(before: Event, after: Event) -> None:
    """Keep the tree free of circles, and read missing bounds from its root as it now is."""
    try:
        after.clean()
    except ValidationError as error:
        raise CannotChange(error.messages) from error
    tree = Event.objects.tree_of(after)
    if (
        before.root.pk != after.root.pk
        and Statement.objects.filter(
            event__in=tree, state__in=[StatementState.PUBLISHED, StatementState.WITHHELD]
        ).exists()
    ):
        raise CannotChange(
            "Statements on this event are public, with a stance toward the target of their tree: "
            "move them before the event."
        )
    if (before.root.pk, before.began) != (after.root.pk, after.began):
        for statement in Statement.objects.filter(event__in=tree, said_earliest=None):
            derived.settle(statement)


def _show_for_the_first_time(row: Any, *, by: User | None, at: dt.datetime) -> None:
    """Write the first line of an event, a frame or a watch entry that readers may see from now on."""
    if isinstance(row, Event) and row.published:
        above = row.ancestors()
        if not (above[-1] if above else row).scope:
            raise CannotChange("Say in one sentence what counts as a statement on this event, then publish it.")
        if any(not event.published for event in above):
            raise CannotChange("Publish the event it is part of first.")
        lines.line(row, kind=ReleaseKind.ADDED, by=by, at=at)
        show_entries(WatchEntry.objects.filter(event=row), by=by, at=at)
    elif isinstance(row, Frame) and row.published_at:
        lines.line(row, kind=ReleaseKind.ADDED, by=by, at=at)
        show_entries(WatchEntry.objects.filter(frame=row), by=by, at=at)
    elif isinstance(row, WatchEntry):
        show_entries(WatchEntry.objects.filter(pk=row.pk), by=by, at=at)


def show_entries(entries: Any, *, by: User | None, at: dt.datetime) -> None:
    """Write first lines of the watch entries that readers may see and have not seen yet."""
    ready = entries.filter(event__published=True).exclude(frame__isnull=False, frame__published_at=None)
    told = set(Release.objects.filter(entity=Entity.WATCH_ENTRY).values_list("public_id", flat=True))
    new = ready.select_related(*lines.KINDS[WatchEntry].relations).order_by("pk")
    lines.all_first_lines([entry for entry in new if public.watch_entry_id(entry) not in told], by=by, at=at)
    ledger.bump_coverage()
