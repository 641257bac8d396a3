"""What must hold of the record and no database can promise: ``manage.py verify`` looks for it.

Read-only. Each finding names the row and says what is wrong. Looked for:

    event-cycle            events stand above themselves, or nest deeper than allowed
    event-hidden-parent    a published event stands below one that is not
    company-cycle          companies belong to themselves
    merge-chain            a redirect leads to another redirect, or round
    no-citation            a public statement or inquiry without a report (our own inquiries need none)
    coding                 a public statement without a voice, with a stance and no target or the reverse, dated
                           after its first report, or leaked without our having asked
    quote                  words of a public row that do not stand at their offsets, or stand in a headline
    too-many-words         more than 300 words of one report are quoted
    days                   the stored days of a statement are not those its dates and reports give
    verification           the stored level is not the one its citations give
    outcome                the stored outcome of an inquiry is not the one its reports give
    approval               what was approved is not what is coded now
    same-as-cycle          statements are each said to be the weaker of the other
    watch                  a company is watched for an event that is no root, or a check looked nowhere we know
    ledger-gap             the ledger's numbers have a gap, or the version row has another last number
    ledger-outbox          a line of the ledger that would never be delivered
    ledger-missing         a public row of which the ledger knows nothing
    ledger-differs         the ledger's last line of a row is not what readers are shown
    old-slug               an address that was given up leads nowhere, or is in use again by another row
    capture-text           a captured text does not hash to what was recorded
    capture-bytes          captured bytes that are missing (``deep``: or damaged)
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Coalesce

from tracker.core import public, storage, verification
from tracker.models import (
    Capture,
    Check,
    Company,
    Correction,
    Event,
    Frame,
    Inquiry,
    OldSlug,
    Outlet,
    Person,
    Quote,
    RecordVersion,
    Redaction,
    Release,
    Reply,
    Statement,
    StatementLink,
    WatchEntry,
)
from tracker.models.choices import Entity, LinkKind, StatementState, Where
from tracker.models.events import MAX_DEPTH, cycle_free
from tracker.review import coded, derived, lines, rules

CHUNK = 500
SHOWN = (StatementState.PUBLISHED, StatementState.WITHHELD)
MODEL_OF = {kind.entity: model for model, kind in lines.KINDS.items()}


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that should not be: which rule, which row, what is wrong."""

    rule: str
    row: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.row}: {self.sentence}"


def verify(*, deep: bool = False) -> Iterator[Finding]:
    """Yield every finding, as it is found. ``deep`` also hashes all captured bytes."""
    for look in LOOKS:
        yield from look()
    yield from capture_bytes(deep=deep)


def events() -> Iterator[Finding]:
    """Trees without circles, nothing published below something hidden."""
    rows = {event.pk: event for event in Event.objects.all()}
    circle = cycle_free({pk: event.parent_id for pk, event in rows.items()})
    for pk in sorted(circle):
        yield Finding("event-cycle", rows[pk].slug, "it stands above itself")
    for pk, event in sorted(rows.items()):
        depth, above = 0, event.parent_id
        while pk not in circle and above is not None and depth <= MAX_DEPTH:
            depth, above = depth + 1, rows[above].parent_id
        if depth > MAX_DEPTH:
            yield Finding("event-cycle", event.slug, f"it nests more than {MAX_DEPTH} deep")
        if event.published and event.parent_id and not rows[event.parent_id].published:
            yield Finding("event-hidden-parent", event.slug, "it is published, what it is part of is not")


def companies() -> Iterator[Finding]:
    """Owners without circles."""
    names = dict(Company.objects.values_list("pk", "slug"))
    for pk in sorted(cycle_free(dict(Company.objects.values_list("pk", "parent")))):
        yield Finding("company-cycle", names[pk], "it belongs to itself, by way of others")


def merges() -> Iterator[Finding]:
    """Redirects lead to a row, not to another redirect."""
    for model in (Company, Person, Statement):
        chained: QuerySet[Any] = model._default_manager.filter(merged_into__merged_into__isnull=False)
        for row in chained.select_related("merged_into").order_by("pk"):
            yield Finding("merge-chain", _label(row), f"it leads to {_label(row.merged_into)}, which leads on")


def statements() -> Iterator[Finding]:
    """Every public statement, its evidence, and what is stored of both."""
    rows = Statement.objects.filter(state__in=SHOWN, merged_into=None)
    for statement in _chunks(rows, *rules.TO_READ):
        name = statement.public_id
        if not statement.citations.all():
            yield Finding("no-citation", name, "it has no citation")
        for problem in rules.coding_problems(statement):
            yield Finding("coding", name, problem)
        earliest, latest = derived.effective_days(statement)
        if (statement.sort_earliest, statement.sort_date) != (earliest, latest):
            stored = f"{statement.sort_earliest} to {statement.sort_date}"
            yield Finding("days", name, f"stored as {stored}, should be {earliest} to {latest}")
        found = verification.assess(statement)
        if (statement.verification, statement.verification_reason) != (found.level, found.reason):
            yield Finding("verification", name, f"stored as {statement.verification}, should be {found.level}")
    approved = Statement.objects.filter(approved_by__isnull=False, merged_into=None)
    for statement in _chunks(approved):
        if not coded.approval_holds(statement):
            yield Finding("approval", statement.public_id, "it was edited after it was approved")


def inquiries() -> Iterator[Finding]:
    """Every public inquiry: its reports, and the outcome that follows from them."""
    for inquiry in _chunks(Inquiry.objects.filter(state__in=SHOWN), "citations"):
        citations = list(inquiry.citations.all())
        if not citations and not inquiry.by_us:
            yield Finding("no-citation", inquiry.public_id, "it has no citation")
        outcome, differ = derived.outcome_of(citation.outcome for citation in citations)
        if (inquiry.outcome, inquiry.reports_differ) != (outcome or inquiry.outcome, differ):
            yield Finding("outcome", inquiry.public_id, f"stored as {inquiry.outcome}, should be {outcome}")


def quotes() -> Iterator[Finding]:
    """Words of public rows stand in the captured text, and there are not too many of any report."""
    shown = Quote.objects.annotate(
        shown=Coalesce("citation__statement__state", "citation__inquiry__state"),
        owner=Coalesce("citation__statement__public_id", "citation__inquiry__public_id"),
    ).filter(shown__in=SHOWN, citation__statement__merged_into=None)
    counted: Counter[str] = Counter()
    seen = set()
    for quote in _chunks(shown, "capture", "citation__report"):
        for problem in rules.quote_problems(quote):
            yield Finding("quote", quote.owner, problem)
        key = (quote.citation.report_id, quote.text, quote.capture_id, quote.start, quote.end)
        if key not in seen:
            seen.add(key)
            counted[quote.citation.report.public_id] += len(quote.text.split())
    for report, words in sorted(counted.items()):
        if words > rules.MAX_WORDS_OF_A_REPORT:
            yield Finding("too-many-words", report, f"{words} words of it are quoted")


def links() -> Iterator[Finding]:
    """The weaker side of “same as” is not also the stronger."""
    weaker: dict[int, int | None] = dict(
        StatementLink.objects.filter(kind=LinkKind.SAME_AS).values_list("from_statement", "to_statement")
    )
    circle = cycle_free({**dict.fromkeys(filter(None, weaker.values())), **weaker})
    for name in Statement.objects.filter(pk__in=circle).order_by("pk").values_list("public_id", flat=True):
        yield Finding("same-as-cycle", name, "it is the weaker side of itself, by way of others")


def watching() -> Iterator[Finding]:
    """Companies are watched for whole trees, and checks looked somewhere."""
    for entry in WatchEntry.objects.filter(event__parent__isnull=False).select_related("event").order_by("pk"):
        yield Finding("watch", public.watch_entry_id(entry), f"“{entry.event}” is not the root of its tree")
    for pk, where in Check.objects.order_by("pk").values_list("pk", "where"):
        if not where or set(where) - set(Where.values):
            yield Finding("watch", f"check {pk}", "it does not say where it looked")


def ledger() -> Iterator[Finding]:
    """Lines numbered without gaps, each to be delivered, the last of each row what readers are shown."""
    told = Release.objects.aggregate(last=Max("seq"), n=Count("seq"))
    last, version = told["last"] or 0, RecordVersion.objects.filter(pk=1).first()
    if told["n"] != last:
        yield Finding("ledger-gap", "ledger", f"{told['n']} lines, but the last is number {last}")
    if (version.seq if version else 0) != last:
        yield Finding("ledger-gap", "ledger", f"the last line is {last}, the version row says otherwise")
    for seq in Release.objects.filter(outbox=None).order_by("seq").values_list("seq", flat=True):
        yield Finding("ledger-outbox", f"line {seq}", "it has no row in the outbox")
    moved = _moved()
    for model, rows, must in _public_rows():
        yield from _compare(model, rows, must, moved)


def old_slugs() -> Iterator[Finding]:
    """Addresses that were given up lead to the row that had them."""
    for old in OldSlug.objects.order_by("pk"):
        model: Any = MODEL_OF[Entity(old.entity)]
        if not model._default_manager.filter(pk=old.row_id).exists():
            yield Finding("old-slug", old.slug, "it leads to a row that is gone")
        if model._default_manager.filter(slug=old.slug).exclude(pk=old.row_id).exists():
            yield Finding("old-slug", old.slug, "another row has it now")


def captures() -> Iterator[Finding]:
    """Captured texts are the ones recorded."""
    for capture in Capture.objects.select_related("report").order_by("pk").iterator(chunk_size=CHUNK):
        if hashlib.sha256(capture.text.encode()).hexdigest() != capture.text_sha256:
            yield Finding("capture-text", f"{capture.report.public_id} capture {capture.pk}", "its text has changed")


def capture_bytes(*, deep: bool) -> Iterator[Finding]:
    """The bytes behind captures are there; redacted ones are meant to be gone."""
    if Redaction.objects.exists():
        redacted = set(Capture.objects.filter(text__contains="█").values_list("pk", flat=True))
    else:
        redacted = set()
    for capture in Capture.objects.select_related("report").defer("text").order_by("pk").iterator(chunk_size=CHUNK):
        name = f"{capture.report.public_id} capture {capture.pk}"
        if not storage.exists(capture.storage_key):
            if capture.pk not in redacted:
                yield Finding("capture-bytes", name, "its bytes are missing")
        elif deep:
            try:
                storage.load(capture.storage_key)
            except storage.Damaged:
                yield Finding("capture-bytes", name, "its bytes are damaged")


LOOKS: tuple[Callable[[], Iterable[Finding]], ...] = (
    events,
    companies,
    merges,
    statements,
    inquiries,
    quotes,
    links,
    watching,
    ledger,
    old_slugs,
    captures,
)


# --- The ledger against the record ----------------------------------------------------


def _public_rows() -> list[tuple[type[Any], QuerySet[Any], bool]]:
    """Return each kind of public row, and whether every row of it must be in the ledger.

    Companies, people and outlets are there once something public names them; before,
    nobody knows of them.
    """
    entries = WatchEntry.objects.filter(event__published=True).exclude(frame__isnull=False, frame__published_at=None)
    return [
        (Event, Event.objects.published(), True),
        (Company, Company.objects.all(), False),
        (Person, Person.objects.all(), False),
        (Outlet, Outlet.objects.all(), False),
        (Frame, Frame.objects.filter(published_at__isnull=False), True),
        (WatchEntry, entries, True),
        (Statement, Statement.objects.filter(published_at__isnull=False), True),
        (Inquiry, Inquiry.objects.filter(published_at__isnull=False), True),
        (Reply, Reply.objects.filter(published_at__isnull=False), True),
        (Correction, Correction.objects.all(), True),
    ]


def _compare(model: type[Any], rows: QuerySet[Any], must: bool, moved: set[tuple[str, str]]) -> Iterator[Finding]:
    kind = lines.KINDS[model]
    chunk: list[Any] = []
    for row in itertools.chain(_chunks(rows, *kind.relations), [None]):
        if row is not None:
            chunk.append(row)
        if not chunk or (row is not None and len(chunk) < CHUNK):
            continue
        names = [kind.name(one) for one in chunk]
        newest = (
            Release.objects.filter(entity=kind.entity, public_id__in=names)
            .order_by()
            .values("public_id")
            .annotate(newest=Max("seq"))
            .values_list("newest", flat=True)
        )
        told = {line.public_id: line.body for line in Release.objects.filter(seq__in=list(newest))}
        for one, name in zip(chunk, names, strict=True):
            if name not in told:
                if must or _is_named_in_public(one):
                    yield Finding("ledger-missing", name, f"the ledger has no line of this {kind.entity}")
                continue
            now = comparable(kind.body(one))
            if told[name] is None or not same(comparable(told[name]), now, moved):
                fields = lines.differing(told[name] or {}, kind.body(one))
                yield Finding("ledger-differs", name, f"the ledger's last line has another {', '.join(fields)}")
        chunk = []


def comparable(body: Any) -> Any:
    """Return the JSON without what changes although the row does not: names, addresses of pages, details of reports."""
    return _without_details(public.stable(body))


def _without_details(body: Any) -> Any:
    if isinstance(body, dict):
        kept = {key: _without_details(value) for key, value in body.items() if key != "url"}
        # A report belongs to the ingest: it may be captured again without any change of what it bears out.
        if isinstance(kept.get("report"), dict):
            kept["report"] = kept["report"].get("id")
        return kept
    if isinstance(body, list):
        return [_without_details(one) for one in body]
    return body


def same(told: Any, now: Any, moved: set[tuple[str, str]]) -> bool:
    """Say whether two JSON values are the same, if a row that was renamed or merged is the same row."""
    if isinstance(told, dict) and isinstance(now, dict):
        return told.keys() == now.keys() and all(same(told[key], now[key], moved) for key in told)
    if isinstance(told, list) and isinstance(now, list):
        if len(told) == len(now) and all(same(one, other, moved) for one, other in zip(told, now, strict=True)):
            return True
        # Names sort differently after a change of name.
        texts = all(isinstance(one, str) for one in [*told, *now])
        return texts and {_end(one, moved) for one in told} == {_end(one, moved) for one in now}
    return bool(told == now) or (isinstance(told, str) and (told, now) in moved)


def _end(name: str, moved: set[tuple[str, str]]) -> str:
    return next((new for old, new in sorted(moved) if old == name), name)


def _moved() -> set[tuple[str, str]]:
    """Return (name then, name now) of every row that was renamed or merged."""
    pairs = set()
    for model in (Company, Person, Event, Outlet, Frame):
        entity = lines.KINDS[model].entity
        named: dict[int, str] = {}
        for row in model._default_manager.filter(pk__in=OldSlug.objects.filter(entity=entity).values("row_id")):
            named[row.pk] = (getattr(row, "merged_into", None) or row).slug
        pairs |= {(old.slug, named[old.row_id]) for old in OldSlug.objects.filter(entity=entity) if old.row_id in named}
    for merged in (Company, Person):
        rows: Any = merged._default_manager.filter(merged_into__isnull=False)
        pairs |= set(rows.values_list("slug", "merged_into__slug"))
    pairs |= set(Statement.objects.filter(merged_into__isnull=False).values_list("public_id", "merged_into__public_id"))
    return pairs


def _is_named_in_public(row: Any) -> bool:
    if isinstance(row, (Company, Person)):
        named = row.voices.filter(statement__state=StatementState.PUBLISHED, statement__merged_into=None).exists()
        return named or (isinstance(row, Company) and row.inquiries.filter(state=StatementState.PUBLISHED).exists())
    return bool(
        row.reports.filter(citations__statement__state=StatementState.PUBLISHED).exists()
        or row.reports.filter(citations__inquiry__state=StatementState.PUBLISHED).exists()
    )


def _chunks(rows: QuerySet[Any], *relations: str) -> Iterator[Any]:
    return rows.prefetch_related(*relations).order_by("pk").iterator(chunk_size=CHUNK)


def _label(row: Any) -> str:
    return str(getattr(row, "public_id", None) or row.slug)
