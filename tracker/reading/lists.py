"""Lists of public things that are not the timeline: events, companies, people, outlets, reports, and so on.

One declaration a list: what may be asked (unknown parameters are refused, as everywhere),
in which order, and how a row reads as JSON. Pages by keyset: a cursor names the last row
seen, so rows that come or go in between neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict

from tracker.core import public
from tracker.models import (
    Alias,
    Company,
    Event,
    Inquiry,
    Outlet,
    Person,
    Role,
    Statement,
    Ticker,
)
from tracker.models.choices import (
    CompanyKind,
    CorrectionReason,
    Entity,
    EventKind,
    InquiryOutcome,
    OutletKind,
    Sector,
)
from tracker.reading import lookups, timeline
from tracker.reading.errors import FilterError, Problem, nearest
from tracker.reading.filters import FIRST_YEAR, IDENTIFIERS, LAST_YEAR, MAX_VALUE, MAX_VALUES, TABLES, TRACKING

SIZE = 50
MAX_SIZE = 200
MAX_COUNT = 10_000
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)

Reader = Callable[[str], Any]
_FROM_TEXT: dict[str, Reader] = {
    "DateTimeField": dt.datetime.fromisoformat,
    "DateField": dt.date.fromisoformat,
}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One thing that may be asked of a list. Several values are alternatives, where ``repeatable``.

    ``known`` are all its values, if there are few; ``table`` says in which of the
    filter's tables its values are names.
    """

    name: str
    help: str
    condition: Callable[[list[Any]], Q]
    read: Reader
    known: tuple[str, ...] = ()
    repeatable: bool = True
    table: str = ""


@dataclasses.dataclass(frozen=True)
class Listing:
    """A list: whose rows, what may be asked, in which order, and how each reads.

    ``orders`` are the orders that may be asked for, each ending in a column that is
    unique. ``ledger`` names the entity if its JSON is read from the ledger.
    """

    name: str
    base: Callable[[], QuerySet[Any]]
    load: Callable[[QuerySet[Any]], QuerySet[Any]]
    order: tuple[str, ...]
    body: Callable[[Any], dict[str, Any]]
    parameters: tuple[Parameter, ...]
    orders: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    ledger: str = ""

    def ordered(self, name: str) -> Listing:
        """Return the list in another order, one of ``orders``. Raises ``FilterError`` for any other."""
        if not name:
            return self
        if name not in self.orders:
            near = nearest(name, self.orders)
            hint = f" Did you mean “{near}”?" if near else f" It is one of {', '.join(self.orders)}."
            raise FilterError(Problem("ordering", f"There is no order “{name[:60]}” here.{hint}", near))
        return dataclasses.replace(self, order=self.orders[name])

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name."""
        return next((one for one in self.parameters if one.name == name), None)


@dataclasses.dataclass(frozen=True)
class Page:
    """A page of a list, with the cursors to its neighbours."""

    rows: list[Any]
    next: str | None
    previous: str | None


# --- Asking ----------------------------------------------------------------------------


def read(listing: Listing, params: QueryDict, *, also: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return the question put to a list, or raise ``FilterError`` naming everything wrong with it."""
    mine = set(also)
    known = [one.name for one in listing.parameters]
    question: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name in params:
        if name in mine or TRACKING.match(name):
            continue
        one = listing.parameter(name)
        values = list(dict.fromkeys(value for value in params.getlist(name) if value))
        if one is None:
            near = nearest(name, [*known, *mine])
            hint = f" Did you mean “{near}”?" if near else ""
            problems.append(Problem(name[:60], f"There is no parameter “{name[:60]}” here.{hint}", near))
        elif len(values) > (MAX_VALUES if one.repeatable else 1):
            most = f"at most {MAX_VALUES} times" if one.repeatable else "once only"
            problems.append(Problem(name, f"“{name}” can be given {most}."))
        elif values:
            problems += [found for value in values if (found := _problem(one, value))]
            question[name] = values
    if not problems:
        problems = list(_unknown(listing, question))
    if problems:
        raise FilterError(*problems)
    return question


def asked(listing: Listing, question: Mapping[str, list[str]]) -> QuerySet[Any]:
    """Return the rows that answer the question, in no order."""
    queryset = listing.base()
    for name, values in question.items():
        one = listing.parameter(name)
        assert one is not None
        queryset = queryset.filter(one.condition([one.read(value) for value in values]))
    return queryset


def page(listing: Listing, queryset: QuerySet[Any], *, cursor: str = "", size: int = SIZE) -> Page:
    """Return a page of the rows in the list's order. Raises ``FilterError`` for a damaged cursor."""
    if not 1 <= size <= MAX_SIZE:
        raise FilterError(Problem("page_size", f"A page holds between 1 and {MAX_SIZE} rows."))
    backwards, at = _place(listing, cursor)
    if at is not None:
        queryset = queryset.filter(_beyond(listing, at, backwards=backwards))
    order = [_turned(name) for name in listing.order] if backwards else list(listing.order)
    rows = list(listing.load(queryset).order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    has_previous, has_next = (more, at is not None) if backwards else (at is not None, more)
    return Page(
        rows,
        _cursor(listing, rows[-1], backwards=False) if has_next else None,
        _cursor(listing, rows[0], backwards=True) if has_previous else None,
    )


def capped_count(queryset: QuerySet[Any]) -> tuple[int, bool]:
    """Count rows, up to a bound; and say whether the bound was reached."""
    found = queryset.order_by().values("pk")[: MAX_COUNT + 1].count()
    return min(found, MAX_COUNT), found > MAX_COUNT


def _unknown(listing: Listing, question: Mapping[str, list[str]]) -> Iterable[Problem]:
    """Yield the names in a question that readers do not know. One query for each table asked."""
    for name, values in question.items():
        one = listing.parameter(name)
        if one is None or not one.table:
            continue
        visible, _ = TABLES[one.table]
        known = set(visible().filter(slug__in=values).values_list("slug", flat=True))
        for value in values:
            if value not in known:
                near = nearest(value, visible().order_by("slug").values_list("slug", flat=True)[:5000])
                hint = f" Did you mean “{near}”?" if near else ""
                yield Problem(name, f"{name}: “{value[:60]}” is not known.{hint}", near)


def _problem(one: Parameter, value: str) -> Problem | None:
    if len(value) > MAX_VALUE:
        return Problem(one.name, f"A value of “{one.name}” is longer than {MAX_VALUE} characters.")
    try:
        one.read(value)
    except ValueError as error:
        near = nearest(value, one.known)
        hint = f" Did you mean “{near}”?" if near else ""
        return Problem(one.name, f"{one.name}: {error}{hint}", near)
    return None


# --- Cursors ---------------------------------------------------------------------------


def _cursor(listing: Listing, row: Any, *, backwards: bool) -> str:
    told = ["p" if backwards else "n"]
    for name in listing.order:
        value = getattr(row, name.removeprefix("-"))
        told.append(value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value))
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def _place(listing: Listing, cursor: str) -> tuple[bool, list[Any] | None]:
    if not cursor:
        return False, None
    try:
        if len(cursor) > 1500:
            raise ValueError("too long")
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(told, list) or told[:1] not in (["p"], ["n"]) or len(told) != len(listing.order) + 1:
            raise ValueError("not ours")
        model = listing.base().model
        values = []
        for name, value in zip(listing.order, told[1:], strict=True):
            if not isinstance(value, str) or "\x00" in value:
                raise ValueError("not ours")
            field = model._meta.get_field(name.removeprefix("-")).get_internal_type()
            values.append(_FROM_TEXT.get(field, str)(value))
        if any(isinstance(value, dt.datetime) and value.tzinfo is None for value in values):
            raise ValueError("not ours")
        return told[0] == "p", values
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as error:
        raise FilterError(Problem("cursor", "This cursor is damaged. Start again without it.")) from error


def _beyond(listing: Listing, at: Sequence[Any], *, backwards: bool) -> Q:
    """Rows after a place in the list's order: greater in the first column, or equal there and greater in the next."""
    found, equal = Q(), Q()
    for name, value in zip(listing.order, at, strict=True):
        field = name.removeprefix("-")
        way = "lt" if name.startswith("-") != backwards else "gt"
        found |= equal & Q(**{f"{field}__{way}": value})
        equal &= Q(**{field: value})
    # Follows from the rest; said by itself it lets the database begin at the place in its index.
    first = listing.order[0]
    way = "lte" if first.startswith("-") != backwards else "gte"
    return found & Q(**{f"{first.removeprefix('-')}__{way}": at[0]})


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


# --- What may be asked -----------------------------------------------------------------


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("the text holds a NUL character.")
    return value.strip()


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError(f"“{value[:60]}” is no name in an address.")
    return value


def _day(value: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("write a day as 2026-01-28.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    return found


def _switch(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError("write true or false.")
    return value == "true"


def _region(value: str) -> str:
    if not REGION.fullmatch(value):
        raise ValueError("write a region as ISO 3166-2 has it: US-MN, or the country alone, IE.")
    return value


def _identifier(value: str) -> tuple[str, str]:
    scheme, _, number = value.partition(":")
    if scheme not in IDENTIFIERS or not 0 < len(number) <= 20 or "\x00" in number:
        raise ValueError(f"write one of {', '.join(f'{one}:…' for one in IDENTIFIERS)}.")
    return scheme, number


def _one_of(values: Sequence[str]) -> Reader:
    def reader(value: str) -> str:
        if value not in values:
            raise ValueError(f"“{value[:60]}” is not known.")
        return value

    return reader


def closed(name: str, choices: Any, help: str) -> Parameter:
    """Return a parameter whose values are one of the record's closed lists."""
    known = tuple(choices.values)
    return Parameter(name, help, lambda values: Q(**{f"{name}__in": values}), _one_of(known), known)


def _named(help: str, *fields: str) -> Parameter:
    def condition(values: list[str]) -> Q:
        found = Q()
        for word in " ".join(values).split()[:12]:
            either = Q()
            for field in fields:
                either |= Q(**{f"{field}__icontains": word})
            found &= either
        return found

    return Parameter("q", help, condition, _text, repeatable=False)


def _since(name: str, field: str, help: str) -> Parameter:
    return Parameter(
        name,
        help,
        lambda values: Q(**{f"{field}__gte": dt.datetime.combine(values[0], dt.time(), dt.UTC)}),
        _day,
        repeatable=False,
    )


def _companies_like(values: list[str]) -> Q:
    text = " ".join(values)
    return (
        Q(name__icontains=text)
        | Q(Exists(Alias.objects.filter(company=OuterRef("pk"), name__icontains=text)))
        | Q(Exists(Ticker.objects.filter(company=OuterRef("pk"), symbol__iexact=text)))
    )


def _identified(values: list[tuple[str, str]]) -> Q:
    found = Q()
    for scheme, number in values:
        if scheme == "ticker":
            found |= Q(Exists(Ticker.objects.filter(company=OuterRef("pk"), symbol=number)))
        else:
            found |= Q(**{IDENTIFIERS[scheme]: number})
    return found


def _tree(slugs: list[str], *, field: str) -> Q:
    """Rows on these events or on any event below them."""
    rows = list(Event.objects.published().values_list("pk", "parent_id", "slug"))
    inside = {pk for pk, _, slug in rows if slug in slugs}
    grown = True
    while grown:
        more = {pk for pk, parent, _ in rows if parent in inside} - inside
        inside |= more
        grown = bool(more)
    return Q(**{f"{field}__in": inside})


def _in_tree(field: str) -> Parameter:
    return Parameter(
        "event", "Event, by slug, with the events below it.", lambda v: _tree(v, field=field), _slug, table="event"
    )


def _of(name: str, path: str, help: str, *, table: str) -> Parameter:
    return Parameter(name, help, lambda values: Q(**{f"{path}__in": values}), _slug, table=table)


IDENTIFIER = Parameter("identifier", "wikidata:…, cik:…, lei:… or ticker:….", _identified, _identifier)


def _of_company(values: list[str]) -> Q:
    return Q(Exists(Role.objects.filter(person=OuterRef("pk"), company__slug__in=values)))


def _roots_only(values: list[bool]) -> Q:
    return Q(parent__isnull=values[0])


# --- The lists -------------------------------------------------------------------------


def _same(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset


_BY_SLUG: dict[str, tuple[str, ...]] = {
    "slug": ("slug",),
    "-slug": ("-slug",),
    "-updated": ("-updated_at", "-slug"),
}
_BY_NAME: dict[str, tuple[str, ...]] = {"name": ("name", "slug"), "-name": ("-name", "-slug")}
_BY_PUBLICATION: dict[str, tuple[str, ...]] = {
    "-published": ("-published_at", "-public_id"),
    "published": ("published_at", "public_id"),
}


EVENTS = Listing(
    "events",
    lambda: Event.objects.published(),
    lambda rows: rows.select_related("parent", "parent__parent", "parent__parent__parent"),
    ("slug",),
    public.event_json,
    (
        _named("Words in the title or description.", "title", "description"),
        closed("kind", EventKind, "What sort of thing happened."),
        _of("parent", "parent__slug", "Events directly below this one, by slug.", table="event"),
        Parameter(
            "root", "true: heads of trees only; false: all others.", _roots_only, _switch, ("true", "false"), False
        ),
        _in_tree("pk"),
        _since("updated_since", "updated_at", "Changed on or after this day, UTC."),
    ),
    _BY_SLUG | {"title": ("title", "slug"), "-title": ("-title", "-slug")},
)
COMPANIES = Listing(
    "companies",
    lambda: lookups.told(Company.objects.current()),
    lookups.company_relations,
    ("slug",),
    public.company_json,
    (
        Parameter("q", "Part of a name or former name, or a ticker symbol.", _companies_like, _text, repeatable=False),
        closed("kind", CompanyKind, "What sort of organisation."),
        closed("sector", Sector, "GICS sector."),
        Parameter("hq_region", "Headquarters, ISO 3166-2.", lambda v: Q(hq_region__in=v), _region),
        IDENTIFIER,
        _since("updated_since", "updated_at", "Changed on or after this day, UTC."),
    ),
    _BY_SLUG | _BY_NAME,
)
PEOPLE = Listing(
    "people",
    lambda: lookups.told(Person.objects.current().filter(is_spokesperson=False)),
    lambda rows: rows.select_related("merged_into").prefetch_related(
        Prefetch("roles", Role.objects.select_related("company"))
    ),
    ("slug",),
    public.person_json,
    (
        _named("Part of the name.", "name"),
        Parameter("company", "Holds or held a role there, by slug.", _of_company, _slug, table="company"),
        _since("updated_since", "updated_at", "Changed on or after this day, UTC."),
    ),
    _BY_SLUG | _BY_NAME,
)
OUTLETS = Listing(
    "outlets",
    lambda: lookups.told(Outlet.objects.all()),
    _same,
    ("slug",),
    public.outlet_json,
    (_named("Part of the name or domain.", "name", "domain"), closed("kind", OutletKind, "What sort of publisher.")),
    {"slug": ("slug",), "-slug": ("-slug",)} | _BY_NAME,
)
REPORTS = Listing(
    "reports",
    lookups.cited_publicly,
    lambda rows: rows.select_related("outlet").prefetch_related(Prefetch("captures", lookups.captures_without_text())),
    ("public_id",),
    public.report_json,
    (
        _named("Words in the headline.", "headline"),
        _of("outlet", "outlet__slug", "Who published it, by slug.", table="outlet"),
        Parameter(
            "from", "Published on or after this day.", lambda v: Q(published_latest__gte=v[0]), _day, repeatable=False
        ),
        Parameter(
            "to", "Published on or before this day.", lambda v: Q(published_earliest__lte=v[0]), _day, repeatable=False
        ),
    ),
    {"id": ("public_id",), "-id": ("-public_id",), "-added": ("-created_at", "-public_id")},
)
INQUIRIES = Listing(
    "inquiries",
    lambda: Inquiry.objects.published(),
    lambda rows: lookups.with_inquiry_evidence(rows, texts=False),
    ("-published_at", "-public_id"),
    public.inquiry_json,
    (
        _in_tree("event"),
        _of("company", "company__slug", "Who was asked, by slug.", table="company"),
        _of("outlet", "outlet__slug", "Who asked, by slug.", table="outlet"),
        closed("outcome", InquiryOutcome, "What came of it."),
        Parameter("by_us", "Whether we asked ourselves.", lambda v: Q(by_us=v[0]), _switch, ("true", "false"), False),
        _since("updated_since", "updated_at", "Changed on or after this day, UTC."),
    ),
    _BY_PUBLICATION,
    Entity.INQUIRY,
)
CORRECTIONS = Listing(
    "corrections",
    lookups.visible_corrections,
    lambda rows: rows.select_related("event"),
    ("-published_at", "-public_id"),
    public.correction_json,
    (
        closed("reason", CorrectionReason, "Why it changed. Only our_error is called a correction."),
        closed("entity", Entity, "What sort of row changed."),
        Parameter("row", "The row, by public id or slug.", lambda v: Q(row__in=v), _slug),
        _in_tree("event"),
        _since("since", "published_at", "Published on or after this day, UTC."),
    ),
    _BY_PUBLICATION,
    Entity.CORRECTION,
)
# What may be asked of statements is the business of ``filters``; here stand their orders and how a page is cut.
STATEMENTS = Listing(
    "statements",
    lambda: Statement.objects.published(),
    lambda rows: rows.only("public_id", "sort_date", "sort_earliest", "published_at"),
    timeline.ORDER,
    public.statement_json,
    (),
    {"-said": timeline.ORDER, "said": tuple(name.removeprefix("-") for name in timeline.ORDER)} | _BY_PUBLICATION,
    Entity.STATEMENT,
)
LISTS: dict[str, Listing] = {
    one.name: one for one in (EVENTS, COMPANIES, PEOPLE, OUTLETS, REPORTS, INQUIRIES, CORRECTIONS)
}
