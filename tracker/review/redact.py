"""Overwriting words, names and bytes everywhere: for a court, or a person wronged, and for nothing else.

Two administrators, and a line in a log that does not repeat what was removed. Words are
replaced letter by letter with a block, so that every offset still holds; a person's
name in addresses gets a name that says nothing. It reaches the current rows, their
histories, every line of the ledger, captures and their bytes, proposals and notices.
It does not reach what others copied while it was public.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from tracker.core import ledger, storage
from tracker.models import (
    Capture,
    FetchAttempt,
    Inquiry,
    OldSlug,
    Person,
    Redaction,
    Report,
    Shingle,
    Statement,
    StatementAsk,
    Voice,
)
from tracker.models.base import ID_ALPHABET
from tracker.models.choices import Entity, ReleaseKind
from tracker.review import coded, lines, rights
from tracker.review.errors import CannotChange, NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BLOCK = "█"
# Keys by which rows find each other: never blocked out, only given a person's new address.
KEYS = frozenset(
    {
        "approved_digest", "body_sha256", "etag", "guid_hash", "idempotency_key", "key", "public_id",
        "query_sha256", "row", "storage_key", "text_sha256", "pasted_key",
    }
)  # fmt: skip
UNTOUCHED = (Redaction, Shingle)


@transaction.atomic
def redact(
    row: Statement | Inquiry | Person | Report,
    *,
    words: Iterable[str] = (),
    by: User,
    second: User,
    reason: str,
) -> Redaction:
    """Overwrite words everywhere they occur, with the bytes of the captures that hold them.

    Of a person the name and the address go without being listed. Capitals and white
    space are folded. Raises NotAllowed unless both users are administrators, and two.
    """
    for user in (by, second):
        rights.demand(user, rights.REDACT)
    if by.pk == second.pk:
        raise NotAllowed("A redaction needs a second administrator.")
    if not reason.strip():
        raise CannotChange("Say why, without repeating what is removed.")
    wanted = [word.strip() for word in words if word.strip()]
    if isinstance(row, Person):
        wanted.append(row.name)
    if not wanted:
        raise CannotChange("Say which words are to be removed.")
    if any(len(word) < 3 for word in wanted):
        raise CannotChange("Words of fewer than three letters would take others with them: give longer ones.")
    if any(pattern_of(wanted).search(text) for text in (reason,)):
        raise CannotChange("The reason repeats what is to be removed: say it without.")
    log = Redaction.objects.create(
        entity=_entity(row), row=_name(row), reason=reason, asked_by=by, approved_by=second, open=True
    )
    renamed = _rename(row) if isinstance(row, Person) else {}
    log.row = renamed.get(log.row, log.row)
    replace = replacement_for(wanted, renamed)
    _remove_bytes(wanted)
    coded_rows: set[int] = set()
    for model in apps.get_app_config("tracker").get_models():
        if model not in UNTOUCHED:
            touched = _overwrite(model, wanted, replace, renamed)
            coded_rows |= {
                one.pk if isinstance(one, Statement) else one.statement_id for one in touched if _is_coded(one)
            }
    # Nobody recoded anything: an approval stands, of the words as they now are.
    for statement in Statement.objects.filter(pk__in=coded_rows, approved_by__isnull=False):
        Statement.objects.filter(pk=statement.pk).update(approved_digest=coded.digest(statement))
    log.open = False
    log.save(update_fields=["open", "row"])
    _tell(row, by=by)
    return log


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the words whatever their capitals and what stands between them, in addresses too."""
    told = sorted(set(words), key=len, reverse=True)
    return re.compile("|".join(r"(?:\s|[_+-]|%20)+".join(map(re.escape, word.split())) for word in told), re.IGNORECASE)


def replacement_for(words: Iterable[str], renamed: Mapping[str, str]) -> Callable[[str], str]:
    """Return a function that puts a block in place of every letter of the words, and new addresses in place of old.

    But for addresses, length never changes.
    """
    pattern = pattern_of(words)
    whole = [(re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])"), new) for old, new in renamed.items()]

    def replace(text: str) -> str:
        for address, new in whole:
            text = address.sub(new, text)
        return pattern.sub(lambda found: re.sub(r"\S", BLOCK, found[0]), text)

    return replace


def in_json(value: Any, replace: Callable[[str], str]) -> Any:
    """Apply a replacement to every string in a JSON value. Keys stay."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list):
        return [in_json(one, replace) for one in value]
    if isinstance(value, dict):
        return {key: in_json(one, replace) for key, one in value.items()}
    return value


def _rename(person: Person) -> dict[str, str]:
    """Give a person an address that says nothing, and let no old one lead to it."""
    slug = "removed-" + "".join(secrets.choice(ID_ALPHABET) for _ in range(7)).casefold()
    earlier = OldSlug.objects.filter(entity=Entity.PERSON, row_id=person.pk)
    renamed = dict.fromkeys([person.slug, *earlier.values_list("slug", flat=True)], slug)
    earlier.delete()
    Person.objects.filter(pk=person.pk).update(slug=slug, updated_at=timezone.now())
    return renamed


def _remove_bytes(words: list[str]) -> None:
    """Delete the stored bytes of every report of which we hold the words, and of uploads that still wait."""
    pattern = pattern_of(words)
    keys: set[str] = set()
    for capture in _rows_with(Capture, ["text"], [], [], words, {}).iterator():
        if pattern.search(capture.text):
            keys.add(capture.storage_key)
            keys.update(FetchAttempt.objects.filter(report=capture.report_id).values_list("storage_key", flat=True))
    waiting = [
        report
        for report in _rows_with(Report, ["pasted_text"], [], [], words, {}).exclude(pasted_text="")
        if pattern.search(report.pasted_text)
    ]
    keys.update(report.pasted_key for report in waiting)
    Report.objects.filter(pk__in=[report.pk for report in waiting]).update(pasted_key="")

    def remove() -> None:
        for key in keys - {""}:
            storage.remove(key)

    # Deleted bytes do not come back with a rollback: they go once the rows are overwritten for good.
    transaction.on_commit(remove)


def _overwrite(
    model: type[Model], words: list[str], replace: Callable[[str], str], renamed: Mapping[str, str]
) -> list[Any]:
    """Overwrite every row of a table that holds the words; return these rows as they were."""
    touched: list[Any] = []
    written = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices and not field.primary_key
    ]
    names = [field.name for field in written if field.name in KEYS or isinstance(field, models.SlugField)]
    texts = [field.name for field in written if field.name not in names]
    values = [field.name for field in model._meta.concrete_fields if isinstance(field, models.JSONField)]
    for row in _rows_with(model, texts, values, names, words, renamed).iterator():
        changed: dict[str, Any] = {}
        for name in names:
            if getattr(row, name) in renamed:
                changed[name] = renamed[getattr(row, name)]
        for name in texts:
            held = getattr(row, name)
            if held and replace(held) != held:
                changed[name] = replace(held)
        for name in values:
            held = getattr(row, name)
            if (redacted := in_json(held, replace)) != held:
                changed[name] = redacted
        if isinstance(row, Capture) and "text" in changed:
            changed["text_sha256"] = hashlib.sha256(changed["text"].encode()).hexdigest()
        if changed:
            model._base_manager.filter(pk=row.pk).update(**changed)
            touched.append(row)
    return touched


def _is_coded(row: Any) -> bool:
    return isinstance(row, (Statement, Voice, StatementAsk))


def _rows_with(
    model: type[Model],
    texts: list[str],
    values: list[str],
    names: list[str],
    words: list[str],
    renamed: Mapping[str, str],
) -> QuerySet[Any]:
    """Return the rows that may hold the words, by the longest piece of each; the caller looks closely."""
    rows = model._base_manager.all()
    if connection.vendor == "sqlite" and not all(word.isascii() for word in words):
        return rows  # it folds capitals of ASCII letters only, and escapes the others in JSON: every row is read
    condition = Q(pk__in=[])
    for name in values:
        rows = rows.annotate(**{f"{name}_as_text": Cast(name, models.TextField())})
    for piece in [*(max(word.split(), key=len) for word in words), *renamed]:
        for name in [*texts, *(f"{value}_as_text" for value in values)]:
            condition |= Q(**{f"{name}__icontains": piece})
    for name in names:
        condition |= Q(**{f"{name}__in": list(renamed)})
    return rows.filter(condition)


def _tell(row: Any, *, by: User) -> None:
    """Write a line, so that mirrors fetch the row again."""
    row.refresh_from_db()
    if not isinstance(row, Report) and lines.last_line(row):
        lines.line(row, kind=ReleaseKind.CHANGED, by=by, at=timezone.now(), changed=["redacted"])
    ledger.bump_coverage()


def _entity(row: Any) -> str:
    # A report is no public entity of its own; what is removed with it is the words of statements.
    return Entity.STATEMENT if isinstance(row, Report) else lines.kind_of(row).entity


def _name(row: Any) -> str:
    return str(row.public_id) if hasattr(row, "public_id") else str(row.slug)
