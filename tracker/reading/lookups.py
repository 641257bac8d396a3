"""One public thing by its name: what its page needs, loaded in a bounded number of queries.

Each raises ``Missing`` for what readers cannot see (a draft is not told apart from
nothing), ``Moved`` for an address that has another one now, and ``Gone`` for a row that
was taken down or is being examined.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Count, Exists, Model, OuterRef, Prefetch, Q, QuerySet

from tracker.core import public
from tracker.models import (
    Capture,
    Citation,
    Company,
    Correction,
    Event,
    Frame,
    Inquiry,
    OldSlug,
    Outlet,
    Person,
    Position,
    Quote,
    Release,
    Reply,
    Report,
    SignatureCount,
    Statement,
    StatementAsk,
    StatementLink,
    Voice,
)
from tracker.models.choices import REMOVALS, Capacity, CorrectionReason, Entity, StatementState
from tracker.reading.errors import Gone, Missing, Moved

MOST_OTHERS = 12
MOST_LISTED = 200
SLUGGED: dict[type[Model], str] = {
    Event: Entity.EVENT,
    Company: Entity.COMPANY,
    Person: Entity.PERSON,
    Outlet: Entity.OUTLET,
}

_Row = TypeVar("_Row", Event, Company, Person, Outlet)


# --- What readers may see --------------------------------------------------------------


def told(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow companies, people or outlets to those that readers know: from the ledger, or from something published.

    What a contributor typed in for a draft stands in the same table, and is nobody
    else's business until something that names it is published.
    """
    entity = SLUGGED[queryset.model]
    known = Q(Exists(Release.objects.filter(entity=entity, public_id=OuterRef("slug"))))
    spoken = Voice.objects.filter(statement__state=StatementState.PUBLISHED, statement__merged_into=None)
    if queryset.model is Outlet:
        known |= Q(Exists(cited_publicly().filter(outlet=OuterRef("pk"))))
    elif queryset.model in (Company, Person):
        field = "company" if queryset.model is Company else "person"
        known |= Q(Exists(spoken.filter(**{field: OuterRef("pk")})))
    return queryset.filter(known)


def cited_publicly() -> QuerySet[Report]:
    """Reports that bear out something readers can see. No other report is public."""
    return Report.objects.filter(
        Exists(
            Citation.objects.filter(
                Q(statement__state=StatementState.PUBLISHED, statement__merged_into=None)
                | Q(inquiry__state=StatementState.PUBLISHED),
                report=OuterRef("pk"),
            )
        )
    )


def visible_corrections() -> QuerySet[Correction]:
    """Corrections of rows that readers can see: what is being examined or was removed is not repeated in them."""
    hidden = Q(state=StatementState.WITHHELD) | Q(
        state=StatementState.WITHDRAWN, taken_down_category__in=list(REMOVALS)
    )
    return (
        Correction.objects.exclude(
            entity=Entity.STATEMENT, row__in=Statement.objects.filter(hidden).values("public_id")
        )
        .exclude(entity=Entity.INQUIRY, row__in=Inquiry.objects.filter(hidden).values("public_id"))
        .order_by("-published_at", "-pk")
    )


def captures_without_text() -> QuerySet[Capture]:
    """Captures as lists need them: the text is long, and never public."""
    return Capture.objects.defer("text")


def in_line() -> QuerySet[Statement]:
    """Published statements with what one line about each shows: voices and event."""
    return (
        Statement.objects.published()
        .select_related("event", "event__parent")
        .prefetch_related(Prefetch("voices", Voice.objects.select_related("company", "person")))
    )


def in_line_with_links() -> QuerySet[Statement]:
    """Published statements as ``in_line``, with what they ask for and what they stand to, both ways."""
    voices = Voice.objects.select_related("company", "person")
    return in_line().prefetch_related(
        Prefetch("asks", StatementAsk.objects.select_related("ask")),
        Prefetch("links", StatementLink.objects.select_related("to_statement__event")),
        Prefetch("links__to_statement__voices", voices),
        Prefetch("linked_from", StatementLink.objects.select_related("from_statement__event")),
        Prefetch("linked_from__from_statement__voices", voices),
    )


# --- Statements, inquiries, reports ----------------------------------------------------


@dataclasses.dataclass(frozen=True)
class StatementPage:
    """A statement with everything its page says, and its place among others."""

    statement: Statement
    corrections: list[Correction]
    replies: list[Reply]
    others: list[Statement]
    versions: int
    updated_at: dt.datetime | None

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON, with its corrections and replies."""
        return {
            **public.statement_json(self.statement),
            "corrections": [public.correction_json(one) for one in self.corrections],
            "replies": [public.reply_json(one) for one in self.replies],
            "versions": self.versions,
            "updated_at": self.updated_at.isoformat() if self.updated_at else None,
        }


@dataclasses.dataclass(frozen=True)
class InquiryPage:
    """An inquiry with its evidence and corrections."""

    inquiry: Inquiry
    corrections: list[Correction]

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON, with its corrections."""
        return {
            **public.inquiry_json(self.inquiry),
            "corrections": [public.correction_json(one) for one in self.corrections],
        }


@dataclasses.dataclass(frozen=True)
class ReportPage:
    """A report, and what it is evidence for."""

    report: Report
    statements: list[Statement]
    inquiries: list[Inquiry]

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON, with the ids of what it bears out."""
        return {
            **public.report_json(self.report),
            "statements": [one.public_id for one in self.statements],
            "inquiries": [one.public_id for one in self.inquiries],
        }


def statement_page(public_id: str) -> StatementPage:
    """Return a published statement with its evidence, captured texts included: the page shows the words in context."""
    found = _by_public_id(Statement.objects.all(), public_id)
    if found.merged_into_id:
        raise Moved(_merged_to(found))
    _demand_public(found)
    statement = (
        Statement.objects.select_related("event", "event__parent", "event__parent__parent")
        .prefetch_related(
            Prefetch("voices", Voice.objects.select_related("company", "person")),
            Prefetch(
                "citations",
                Citation.objects.select_related("report__outlet", "credits_outlet", "credits_report__outlet"),
            ),
            Prefetch("citations__report__captures", captures_without_text()),
            Prefetch("citations__quotes", Quote.objects.select_related("speaker", "capture")),
            Prefetch("positions", Position.objects.select_related("target", "quote")),
            Prefetch("asks", StatementAsk.objects.select_related("ask")),
            Prefetch("links", StatementLink.objects.select_related("to_statement__event")),
            Prefetch("links__to_statement__voices", Voice.objects.select_related("company", "person")),
            Prefetch("linked_from", StatementLink.objects.select_related("from_statement__event")),
            Prefetch("linked_from__from_statement__voices", Voice.objects.select_related("company", "person")),
            Prefetch("signature_counts", SignatureCount.objects.select_related("company", "citation__report__outlet")),
        )
        .get(pk=found.pk)
    )
    companies = {voice.company_id for voice in statement.voices.all() if voice.company_id}
    ledger = Release.objects.filter(entity=Entity.STATEMENT, public_id=statement.public_id)
    last = ledger.order_by("-seq").values_list("at", flat=True).first()
    return StatementPage(
        statement=statement,
        corrections=list(corrections_of(Entity.STATEMENT, statement.public_id)),
        replies=list(
            statement.replies.filter(published_at__isnull=False).select_related(
                "company", "source", "statement", "event"
            )
        ),
        others=list(
            in_line()
            .filter(voices__company__in=companies, event__in=_tree_ids(statement.event.root))
            .exclude(pk=statement.pk)
            .distinct()
            .order_by("-sort_date", "-sort_earliest", "-public_id")[:MOST_OTHERS]
        )
        if companies
        else [],
        versions=ledger.count(),
        updated_at=last,
    )


def inquiry_page(public_id: str) -> InquiryPage:
    """Return a published inquiry with its evidence, captured texts included."""
    found = _by_public_id(Inquiry.objects.all(), public_id)
    _demand_public(found)
    inquiry = with_inquiry_evidence(Inquiry.objects.all()).get(pk=found.pk)
    return InquiryPage(inquiry, list(corrections_of(Entity.INQUIRY, inquiry.public_id)))


def report_page(public_id: str) -> ReportPage:
    """Return a report that something published cites."""
    found = _by_public_id(cited_publicly(), public_id)
    report = (
        Report.objects.select_related("outlet")
        .prefetch_related(Prefetch("captures", captures_without_text()))
        .get(pk=found.pk)
    )
    return ReportPage(
        report,
        list(in_line().filter(citations__report=report).distinct().order_by("-sort_date", "-public_id")[:MOST_LISTED]),
        list(
            Inquiry.objects.published()
            .filter(citations__report=report)
            .select_related("company", "event", "outlet")
            .distinct()[:MOST_LISTED]
        ),
    )


def with_inquiry_evidence(queryset: QuerySet[Inquiry], *, texts: bool = True) -> QuerySet[Inquiry]:
    """Load with each inquiry what its page and its JSON show; a list needs no captured ``texts``."""
    quotes = Quote.objects.select_related("speaker", "capture") if texts else Quote.objects.select_related("speaker")
    return queryset.select_related("event", "event__parent", "company", "outlet").prefetch_related(
        Prefetch(
            "citations",
            Citation.objects.select_related("report__outlet", "credits_outlet", "credits_report__outlet"),
        ),
        Prefetch("citations__report__captures", captures_without_text()),
        Prefetch("citations__quotes", quotes),
    )


def corrections_of(entity: str, name: str) -> QuerySet[Correction]:
    """Return the corrections of one row, newest first."""
    return visible_corrections().filter(entity=entity, row=name).select_related("event")


# --- Events ----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Branch:
    """An event in its tree, with the published statements on it and below it."""

    event: Event
    depth: int
    statements: int


@dataclasses.dataclass(frozen=True)
class EventPage:
    """An event, its tree, and the frames by which its companies are watched."""

    event: Event
    root: Event
    trail: list[Event]
    tree: list[Branch]
    frames: list[Frame]
    corrections: list[Correction]

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON, with its tree and frames."""
        return {
            **public.event_json(self.event),
            "children": [public.event_ref(one.event) for one in self.tree if one.event.parent_id == self.event.pk],
            "tree": [
                {**public.event_ref(one.event), "depth": one.depth, "statements": one.statements} for one in self.tree
            ],
            "frames": [public.frame_json(frame) for frame in self.frames],
        }


def event_page(slug: str) -> EventPage:
    """Return a published event with its whole tree, in the order of their beginnings."""
    event = _by_slug(Event, Event.objects.published(), slug)
    whole = trees()
    root = event.root
    branches = next((tree for tree in whole if tree[0].event.pk == root.pk), None)
    if branches is None:  # part of a tree that is not published yet
        raise Missing(slug)
    known = {branch.event.pk: branch.event for branch in branches}
    event = known[event.pk]
    return EventPage(
        event=event,
        root=known[root.pk],
        trail=event.ancestors()[::-1],
        tree=branches,
        frames=list(frames_of(root)),
        corrections=list(corrections_of(Entity.EVENT, event.slug)),
    )


def trees() -> list[list[Branch]]:
    """Return every published tree as a list from its root down, newest root first. Two queries.

    Counts are of statements that count, on the event and below it.
    """
    events = {event.pk: event for event in Event.objects.published().order_by("began_earliest", "pk")}
    for event in events.values():
        if event.parent_id in events:
            event.parent = events[event.parent_id]
    own = dict(Statement.objects.counted().order_by().values_list("event").annotate(n=Count("pk")))
    below: dict[int | None, list[Event]] = {}
    for event in events.values():
        below.setdefault(event.parent_id, []).append(event)

    def branch(event: Event, depth: int) -> list[Branch]:
        inside = [one for child in below.get(event.pk, []) for one in branch(child, depth + 1)]
        count = own.get(event.pk, 0) + sum(one.statements for one in inside if one.depth == depth + 1)
        return [Branch(event, depth, count), *inside]

    roots = [branch(event, 0) for event in below.get(None, [])]
    return sorted(roots, key=lambda tree: tree[0].event.began_earliest or dt.date.min, reverse=True)


def frames_of(root: Event) -> QuerySet[Frame]:
    """Return the published frames in which companies are watched for a root event."""
    return Frame.objects.filter(published_at__isnull=False, entries__event=root).distinct().order_by("name", "pk")


# --- Companies, people, outlets --------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class CompanyPage:
    """A company, what it and its people have said, and when it was asked."""

    company: Company
    statements: list[Statement]
    inquiries: list[Inquiry]
    speakers: list[tuple[Person, str]]
    watched_for: list[Event]

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON, with the trees it is watched for."""
        return {
            **public.company_json(self.company),
            "watched_for": [public.event_ref(event) for event in self.watched_for],
        }


@dataclasses.dataclass(frozen=True)
class PersonPage:
    """A person in a public role, with the roles held."""

    person: Person

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON."""
        return public.person_json(self.person)


@dataclasses.dataclass(frozen=True)
class OutletPage:
    """An outlet: how many public reports we hold of it, and how often others credit it as first."""

    outlet: Outlet
    reports: int
    statements: int
    credited_first: int

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON, with its counts."""
        return {
            **public.outlet_json(self.outlet),
            "reports": self.reports,
            "statements": self.statements,
            "credited_first": self.credited_first,
        }


def company_page(slug: str) -> CompanyPage:
    """Return a company with its newest statements in any voice, the speakers who spoke officially, and inquiries."""
    company = _by_slug(Company, told(Company.objects.all()), slug)
    company = company_relations(Company.objects.all()).get(pk=company.pk)
    speakers: dict[int, tuple[Person, str]] = {}
    voices = (
        Voice.objects.filter(
            company=company,
            capacity=Capacity.OFFICIAL,
            person__isnull=False,
            statement__state=StatementState.PUBLISHED,
            statement__merged_into=None,
        )
        .select_related("person")
        .order_by("-statement__sort_date", "-pk")
    )
    for voice in voices[:MOST_LISTED]:
        if voice.person_id and voice.person:
            speakers.setdefault(voice.person_id, (voice.person, voice.title_then))
    return CompanyPage(
        company=company,
        statements=list(
            in_line_with_links()
            .filter(Exists(Voice.objects.filter(statement=OuterRef("pk"), company=company)))
            .order_by("-sort_date", "-sort_earliest", "-public_id")[:MOST_LISTED]
        ),
        inquiries=list(
            Inquiry.objects.published()
            .filter(company=company)
            .select_related("event", "event__parent", "outlet", "company")[:MOST_LISTED]
        ),
        speakers=list(speakers.values()),
        watched_for=list(
            Event.objects.published()
            .filter(watch_entries__company=company, watch_entries__frame__published_at__isnull=False)
            .distinct()
        ),
    )


def person_page(slug: str) -> PersonPage:
    """Return a person with the roles held. Who speaks for others by profession has no page."""
    person = _by_slug(Person, told(Person.objects.filter(is_spokesperson=False)), slug)
    return PersonPage(Person.objects.select_related("merged_into").prefetch_related("roles__company").get(pk=person.pk))


def outlet_page(slug: str) -> OutletPage:
    """Return an outlet with its counts."""
    outlet = _by_slug(Outlet, told(Outlet.objects.all()), slug)
    public_citations = Citation.objects.filter(statement__state=StatementState.PUBLISHED, statement__merged_into=None)
    return OutletPage(
        outlet,
        cited_publicly().filter(outlet=outlet).count(),
        public_citations.filter(report__outlet=outlet).values("statement").distinct().count(),
        public_citations.filter(Q(credits_outlet=outlet) | Q(credits_report__outlet=outlet), claims_first=True)
        .values("statement")
        .distinct()
        .count(),
    )


def company_relations(queryset: QuerySet[Company]) -> QuerySet[Company]:
    """Load with each company what its JSON shows."""
    return queryset.select_related("parent", "succeeded_by", "merged_into").prefetch_related("aliases", "tickers")


# --- The record as a whole --------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Coverage:
    """How much there is: figures for the front page, the footer and the API's root."""

    statements: int
    companies: int
    events: int
    inquiries: int
    reports: int
    corrections: int
    updated_at: dt.datetime | None


def coverage() -> Coverage:
    """Count what is public. Companies are those with an official voice; corrections are our own errors."""
    counted = Statement.objects.counted()
    return Coverage(
        statements=counted.count(),
        companies=Voice.objects.filter(statement__in=counted.values("pk"), capacity=Capacity.OFFICIAL)
        .exclude(company=None)
        .values("company")
        .distinct()
        .count(),
        events=Event.objects.published().count(),
        inquiries=Inquiry.objects.published().count(),
        reports=cited_publicly().count(),
        corrections=visible_corrections().filter(reason=CorrectionReason.OUR_ERROR).count(),
        updated_at=Release.objects.order_by("-seq").values_list("at", flat=True).first(),
    )


# --- Addresses --------------------------------------------------------------------------


def _by_public_id(queryset: QuerySet[Any], public_id: str) -> Any:
    if not public_id.isascii() or len(public_id) > 16 or "\x00" in public_id:
        raise Missing(public_id[:16])
    found = queryset.filter(public_id=public_id).first()
    if found is None:
        shouted = public_id.upper()
        if shouted != public_id and queryset.filter(public_id=shouted).exists():
            raise Moved(shouted)
        raise Missing(public_id)
    return found


def _by_slug(model: type[_Row], visible: QuerySet[Any], slug: str) -> Any:
    """Return the visible row of that name; a merged row and an old name lead to the present one."""
    if len(slug) > 80 or "\x00" in slug:
        raise Missing(slug[:80])
    found = visible.filter(slug=slug).first()
    if found is None:
        old = OldSlug.objects.filter(entity=SLUGGED[model], slug=slug).values_list("row_id", flat=True).first()
        renamed = visible.filter(pk=old).first() if old else None
        if renamed is None:
            raise Missing(slug)
        raise Moved(_present(renamed).slug)
    if getattr(found, "merged_into_id", None):
        raise Moved(_present(found).slug)
    return found


def _present(row: Any) -> Any:
    seen: set[int] = set()
    while getattr(row, "merged_into_id", None) and row.pk not in seen:
        seen.add(row.pk)
        row = row.merged_into
    return row


def _merged_to(statement: Statement) -> str:
    last = _present(statement)
    if last.state != StatementState.PUBLISHED:
        if last.published_at is None:
            raise Missing(statement.public_id)
        raise Gone(public.statement_json(last))
    return str(last.public_id)


def _demand_public(row: Statement | Inquiry) -> None:
    if row.state == StatementState.PUBLISHED:
        return
    if row.state in (StatementState.WITHHELD, StatementState.WITHDRAWN) and row.published_at is not None:
        body = public.statement_json(row) if isinstance(row, Statement) else public.inquiry_json(row)
        raise Gone(body)
    raise Missing(row.public_id)


def _tree_ids(root: Event) -> Sequence[int]:
    return list(Event.objects.tree_of(root).values_list("pk", flat=True))
