"""What holds back a check: everything undecided that names a watched company.

A proposal that nobody has decided on, a draft, a report that failed or was parked: each
may hold a statement that we would otherwise say was not found. What they are is never
public; only the day before them is, as the day through which a company was checked.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zoneinfo
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from tracker.models import Alias, Candidate, Event, Inquiry, Report, ReportEvent, Voice, WatchEntry
from tracker.models.choices import ParentKind, ReportState, StatementState, Step

UNPUBLISHED = (StatementState.DRAFT, StatementState.APPROVED, StatementState.WITHHELD)
UNREAD = (Step.FETCH, Step.EXTRACT, Step.MATCH, "")  # failed there, we do not know whom it names
_WORD = re.compile(r"\w+")


@dataclasses.dataclass(frozen=True)
class Watch:
    """Who is watched for a tree: the names matter only for reports that we could not read."""

    root: Event
    tree: frozenset[int]
    companies: dict[int, str]


@dataclasses.dataclass
class _Unread:
    """A failed or parked report, gathered from the rows of one query."""

    headline: str
    url: str
    day: dt.date
    step: str
    events: set[int] = dataclasses.field(default_factory=set)
    companies: set[int] = dataclasses.field(default_factory=set)
    items: set[str] = dataclasses.field(default_factory=set)
    feed_events: set[int] = dataclasses.field(default_factory=set)

    @property
    def text(self) -> str:
        """Everything it may name a company in."""
        return " ".join([self.headline, unquote(self.url), *sorted(self.items)]).strip()


def oldest(watch: Watch) -> dict[int, dt.date]:
    """Return, for each watched company that something undecided names, the first day that may concern.

    That day is when it may first have been said, as far as a proposal or draft knows;
    otherwise when its report was published, or reached us. Three queries, and one for
    other names where reports could not be read.
    """
    found: dict[int, dt.date] = {}
    for company, day in [*_candidates(watch), *_drafts(watch), *_reports(watch)]:
        if company not in found or day < found[company]:
            found[company] = day
    return found


def watched(root: Event) -> QuerySet[WatchEntry, Any]:
    """Return whom we watch for a root event, as a subquery of company ids."""
    return WatchEntry.objects.filter(event=root).values("company")


def naming(path: str, root: Event) -> Q:
    """Match rows whose company, at this path, is watched or is a brand of one that is."""
    join = f"{path}__" if path else ""
    inside = watched(root)
    return Q(**{f"{path or 'pk'}__in": inside}) | Q(
        **{f"{join}parent__in": inside, f"{join}parent_kind": ParentKind.BRAND}
    )


def meant(company: int | None, parent: int | None, parent_kind: str | None, known: Collection[int]) -> list[int]:
    """Return the watched companies that a named one stands for: itself, and the owner whose brand it is."""
    found = [company] if company in known and company is not None else []
    if parent in known and parent is not None and parent_kind == ParentKind.BRAND:
        found.append(parent)
    return found


def _candidates(watch: Watch) -> Iterator[tuple[int, dt.date]]:
    about = ReportEvent.objects.filter(report=OuterRef("report"))
    unplaced = Q(event=None) & (Exists(about.filter(event__in=watch.tree)) | ~Exists(about))
    rows = (
        Candidate.objects.pending()
        .filter(Q(event__in=watch.tree) | unplaced)
        .filter(naming("companies", watch.root))
        .order_by()
        .values_list(
            "companies",
            "companies__parent",
            "companies__parent_kind",
            KT("draft__said__earliest"),
            "report__published_earliest",
            "created_at",
        )
    )
    for company, parent, kind, said, published, created in rows:
        for one in meant(company, parent, kind, watch.companies):
            yield one, _soonest(watch.root, _day(said), published, created)


def _drafts(watch: Watch) -> Iterator[tuple[int, dt.date]]:
    """Yield unpublished statements and inquiries, and those being examined: none of them is settled."""
    voices = (
        Voice.objects.filter(
            naming("company", watch.root), statement__state__in=UNPUBLISHED, statement__event__in=watch.tree
        )
        .order_by()
        .values_list("company", "company__parent", "company__parent_kind", "statement__said_earliest")
        .annotate(reported=Min("statement__citations__report__published_earliest"), made=Min("statement__created_at"))
    )
    inquiries = (
        Inquiry.objects.filter(naming("company", watch.root), state__in=UNPUBLISHED, event__in=watch.tree)
        .order_by()
        .values_list("company", "company__parent", "company__parent_kind", "asked_earliest")
        .annotate(reported=Min("citations__report__published_earliest"), made=Min("created_at"))
    )
    for company, parent, kind, said, reported, made in voices.union(inquiries, all=True):
        for one in meant(company, parent, kind, watch.companies):
            yield one, _soonest(watch.root, _day(said), _day(reported), made)


def _reports(watch: Watch) -> Iterator[tuple[int, dt.date]]:
    unread = [one for one in _unread(watch) if one.events & watch.tree or not one.events]
    read = [one for one in unread if one.step not in UNREAD]
    for one in read:
        for company in one.companies & set(watch.companies):
            yield company, one.day
    blind = [one for one in unread if one.step in UNREAD and _may_concern(one, watch)]
    names = _names(watch) if any(one.text for one in blind) else {}
    for one in blind:
        everybody = set(watch.companies) if one.feed_events & watch.tree else set()
        for company in _named(one.text, names) if one.text else everybody:
            yield company, one.day


def _may_concern(one: _Unread, watch: Watch) -> bool:
    """Whether it may be on this tree: not if it came from a feed about other events only."""
    return not one.feed_events or bool(one.feed_events & watch.tree)


def _unread(watch: Watch) -> Iterable[_Unread]:
    """Return the failed and parked reports that may be about the tree. One query."""
    rows = Report.objects.filter(state__in=[ReportState.FAILED, ReportState.PARKED]).order_by()
    began = watch.root.began_earliest
    if began:
        rows = rows.exclude(published_latest__lt=began)
    found: dict[int, _Unread] = {}
    for row in rows.values(
        "pk",
        "headline",
        "url",
        "published_earliest",
        "created_at",
        "failed_at_step",
        "event_matches__event",
        "companies_named",
        "companies_named__parent",
        "companies_named__parent_kind",
        "feed_items__title",
        "feed_items__url",
        "feed_items__feed__event",
    ):
        one = found.setdefault(
            row["pk"],
            _Unread(
                row["headline"],
                row["url"],
                _soonest(watch.root, row["published_earliest"], None, row["created_at"]),
                row["failed_at_step"],
            ),
        )
        one.events.update(_known(row["event_matches__event"]))
        one.feed_events.update(_known(row["feed_items__feed__event"]))
        one.items.update(part for part in (row["feed_items__title"], unquote(row["feed_items__url"] or "")) if part)
        one.companies.update(
            meant(
                row["companies_named"],
                row["companies_named__parent"],
                row["companies_named__parent_kind"],
                watch.companies,
            )
        )
    return found.values()


def _names(watch: Watch) -> dict[tuple[str, ...], set[int]]:
    """Return the names of the watched companies as words, with whom each means. One query."""
    found: dict[tuple[str, ...], set[int]] = {}
    aliases = Alias.objects.filter(company__in=watched(watch.root), ambiguous=False).values_list("company", "name")
    for company, name in [*watch.companies.items(), *aliases]:
        parts = _words(name)
        if parts and company in watch.companies:
            found.setdefault(parts, set()).add(company)
    return found


def _named(text: str, names: dict[tuple[str, ...], set[int]]) -> set[int]:
    parts = _words(text)
    longest = max((len(name) for name in names), default=0)
    return {
        company
        for start in range(len(parts))
        for end in range(start + 1, min(start + longest, len(parts)) + 1)
        for company in names.get(parts[start:end], ())
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.replace("_", " ").casefold()))


def _soonest(root: Event, said: dt.date | None, published: dt.date | None, made: dt.datetime) -> dt.date:
    arrived = made.astimezone(zoneinfo.ZoneInfo(root.time_zone)).date()
    return min(day for day in (said, published, arrived) if day is not None)


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        return None


def _known(pk: int | None) -> list[int]:
    return [] if pk is None else [pk]
