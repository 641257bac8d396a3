"""Who of the watched companies has responded to an event, and where no statement was found.

The question is an event, an anchor in its tree, a frame, and two clocks: ``until``, the
day of the world, and ``as_of``, the day of the record. What held back a check on an
earlier day is not in the ledger, so the board answers for the record of today and refuses
any other ``as_of``: a board made of today's evidence under an old date would be a wrong one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, Max, Min, OuterRef, Q, Subquery
from django.http import QueryDict
from django.utils import timezone

from tracker.core import public
from tracker.models import Check, Event, Feed, Frame, Inquiry, Quote, Statement, StatementLink, Voice, WatchEntry
from tracker.models.choices import (
    Capacity,
    Form,
    LinkKind,
    QuoteKind,
    Stand,
    StatementState,
    Verification,
)
from tracker.models.dates import DateSpan
from tracker.reading import board, board_forms, filters, holdbacks, lookups
from tracker.reading.board import Board, Inquired, Look, Member, Row, Spoken
from tracker.reading.errors import FilterError, Missing, Problem, nearest
from tracker.reading.responses import AskedOnce, Said

PARAMETERS = ("anchor", "frame", "until", "as_of", "operations")
DOCUMENTS = (Verification.ISSUER_CONFIRMED, Verification.DOCUMENT_SEEN)

Days = tuple[dt.date, dt.date]


@dataclasses.dataclass(frozen=True)
class Framed:
    """A published frame that the event may be seen in, with its size."""

    frame: Frame
    n: int


@dataclasses.dataclass(frozen=True)
class Question:
    """What was asked, with nothing left open."""

    anchor: Event
    frame: Frame | None
    until: dt.date
    as_of: dt.datetime
    operations: bool


@dataclasses.dataclass(frozen=True)
class Silence:
    """The board of an event as asked for, the choices there were, and who is watched outside the frame.

    ``board`` is None where no frame has been published for the tree, or no event of it has a day.
    """

    event: Event
    root: Event
    tree: tuple[Event, ...]
    anchors: tuple[Event, ...]
    frames: tuple[Framed, ...]
    question: Question
    board: Board | None
    outside: tuple[Row, ...]

    @property
    def query(self) -> dict[str, str]:
        """The question as parameters; the day of the record is always today's, and goes unsaid."""
        asked = {
            "anchor": self.question.anchor.slug if self.question.anchor.pk != self.event.pk else "",
            "frame": self.question.frame.slug if self.question.frame and len(self.frames) > 1 else "",
            "operations": "true" if self.question.operations else "",
            "until": self.question.until.isoformat(),
        }
        return {name: value for name, value in asked.items() if value}

    def to_json(self) -> dict[str, Any]:
        """Return the board as JSON, with both clocks printed."""
        return {
            "event": public.event_ref(self.event),
            "root_event": public.event_ref(self.root),
            "stance_target": self.root.stance_target or None,
            "anchor_event": public.event_ref(self.question.anchor),
            "frame": public.frame_json(self.question.frame) if self.question.frame else None,
            "until": self.question.until.isoformat(),
            "as_of": self.question.as_of.isoformat(),
            "operations_count": self.question.operations,
            "board": board_forms.board_json(self.board) if self.board else None,
            "watched_outside_the_frame": [board_forms.row_json(one) for one in self.outside],
        }


def silence(
    slug: str, params: Mapping[str, Any] | QueryDict | None = None, *, now: dt.datetime | None = None
) -> Silence:
    """Return the board of a published event. Raises as ``lookups`` and ``filters`` do.

    The number of queries does not depend on how many companies are watched.
    """
    at = now or timezone.now()
    asked = read(params or {})
    event, tree = _tree(slug)
    root = event.root
    entries = _entries(root)
    frames = _frames(entries)
    question = _question(asked, event=event, tree=tree, frames=frames, at=at)
    members = _members(entries, event=event, tree=tree, question=question)
    anchor = _bounds(question.anchor) or (question.until, question.until)
    inside = [m for frame, m in members if question.frame and frame == question.frame.pk]
    known = {m.slug for m in inside}
    others = list({m.slug: m for frame, m in members if m.slug not in known}.values())
    return Silence(
        event=event,
        root=root,
        tree=tuple(tree),
        anchors=tuple(one for one in tree if one.began),
        frames=frames,
        question=question,
        board=board.make(inside, anchor=anchor, until=question.until)
        if question.frame and question.anchor.began
        else None,
        outside=tuple(board.row(m, anchor=anchor, until=question.until) for m in others),
    )


# --- The question ------------------------------------------------------------------------


def read(params: Mapping[str, Any] | QueryDict) -> dict[str, str]:
    """Return the question as given; unknown and repeated parameters are refused."""
    asked: dict[str, str] = {}
    problems = []
    for name in params:
        if filters.TRACKING.match(name):
            continue
        values = params.getlist(name) if isinstance(params, QueryDict) else [params[name]]
        values = [str(value) for value in values if str(value)]
        if name not in PARAMETERS:
            near = nearest(name, PARAMETERS)
            hint = f" Did you mean “{near}”?" if near else ""
            problems.append(Problem(name[:60], f"There is no parameter “{name[:60]}” here.{hint}", near))
        elif len(values) > 1:
            problems.append(Problem(name, f"“{name}” can be given once only."))
        elif values:
            asked[name] = values[0]
    if problems:
        raise FilterError(*problems)
    return asked


def _question(
    asked: Mapping[str, str], *, event: Event, tree: list[Event], frames: tuple[Framed, ...], at: dt.datetime
) -> Question:
    today = at.astimezone(zoneinfo.ZoneInfo(event.root.time_zone)).date()
    dated = [one for one in (event, *tree) if one.began]
    anchor = _named(asked, "anchor", {one.slug: one for one in dated}) or (dated[0] if dated else event)
    frame = _named(asked, "frame", {one.frame.slug: one.frame for one in frames})
    until = _day(asked, "until") or today
    as_of = _day(asked, "as_of") or today
    if as_of != today:
        raise FilterError(
            Problem(
                "as_of",
                "The board can be shown as it is known today only: what held back a check on an earlier day has not "
                "been kept. What had been said by an earlier day is “until”.",
            )
        )
    if until > today:
        raise FilterError(Problem("until", f"“until” lies in the future; today is {today.isoformat()}."))
    bounds = _bounds(anchor)
    if bounds and until < bounds[0]:
        raise FilterError(
            Problem("until", f"“until” lies before {anchor.title} began, and days are counted from there.")
        )
    if asked.get("operations", "false") not in ("true", "false"):
        raise FilterError(Problem("operations", "operations: write true or false."))
    return Question(
        anchor=anchor,
        frame=frame or (frames[0].frame if frames else None),
        until=until,
        as_of=at,
        operations=asked.get("operations") == "true",
    )


def _named(asked: Mapping[str, str], name: str, known: Mapping[str, Any]) -> Any:
    if name not in asked:
        return None
    if asked[name] not in known:
        near = nearest(asked[name][:80], known)
        hint = f" Did you mean “{near}”?" if near else f" It is one of {', '.join(known)}." if known else ""
        raise FilterError(Problem(name, f"{name}: “{asked[name][:60]}” is not known here.{hint}", near))
    return known[asked[name]]


def _day(asked: Mapping[str, str], name: str) -> dt.date | None:
    try:
        return filters.Day().to_python(asked.get(name, ""))
    except ValidationError as error:
        raise FilterError(Problem(name, f"{name}: {error.messages[0]}")) from error


def _tree(slug: str) -> tuple[Event, list[Event]]:
    """Return a published event and its whole published tree from the root down. One query."""
    events = {one.pk: one for one in Event.objects.published().order_by("began_earliest", "pk")}
    event = next((one for one in events.values() if one.slug == slug), None)
    if event is None:
        lookups.event_page(slug)  # raises Moved for an old name, Missing for anything else
        raise Missing(slug)
    below: dict[int | None, list[Event]] = {}
    for one in events.values():
        if one.parent_id in events:
            one.parent = events[one.parent_id]
        elif one.parent_id is not None:
            continue  # below an event that is not public
        below.setdefault(one.parent_id, []).append(one)

    def branch(one: Event) -> list[Event]:
        return [one, *(found for child in below.get(one.pk, []) for found in branch(child))]

    roots = [found for one in below.get(None, []) if event in (found := branch(one))]
    if not roots:
        raise Missing(slug)
    return event, roots[0]


# --- What we know ------------------------------------------------------------------------


def _entries(root: Event) -> list[WatchEntry]:
    """Return who is watched, outside frames or in published ones, with how far each one's own feeds were read."""
    feeds = Feed.objects.filter(company=OuterRef("company")).order_by()
    return list(
        WatchEntry.objects.filter(Q(frame=None) | Q(frame__published_at__isnull=False), event=root)
        .select_related("company", "frame")
        .annotate(
            has_feed=Exists(feeds),
            feed_never=Exists(feeds.filter(last_success_at=None)),
            feed_last=Subquery(feeds.values("company").annotate(last=Min("last_success_at")).values("last")),
        )
        .order_by("company__name", "company", "searched_from")
    )


def _frames(entries: Iterable[WatchEntry]) -> tuple[Framed, ...]:
    members: dict[int, set[int]] = {}
    found: dict[int, Frame] = {}
    for entry in entries:
        if entry.frame:
            found[entry.frame.pk] = entry.frame
            members.setdefault(entry.frame.pk, set()).add(entry.company_id)
    return tuple(
        Framed(frame, len(members[frame.pk]))
        for frame in sorted(found.values(), key=lambda one: (one.published_at, one.pk))
    )


def _members(
    entries: list[WatchEntry], *, event: Event, tree: list[Event], question: Question
) -> list[tuple[int | None, Member]]:
    """Return what we know of each watched company, once for each frame it stands in."""
    root = event.root
    zone = zoneinfo.ZoneInfo(root.time_zone)
    names = {entry.company_id: entry.company.name for entry in entries}
    if not names:
        return []
    looks: dict[int, list[Look]] = {}
    for pk, through, where in Check.objects.filter(entry__event=root).values_list("entry", "through", "where"):
        looks.setdefault(pk, []).append(Look(through, frozenset(where)))
    below = _below(event, tree)
    held = holdbacks.oldest(holdbacks.Watch(root, frozenset(one.pk for one in tree), names))
    spoken = _spoken(root, below, names, operations=question.operations)
    inquired = _inquired(root, below, names)
    together: dict[tuple[int | None, int], list[WatchEntry]] = {}
    for entry in entries:
        together.setdefault((entry.frame_id, entry.company_id), []).append(entry)
    found = []
    for (frame, company), rows in together.items():
        first, last = rows[0], rows[-1]
        feed = None if getattr(last, "feed_never") else getattr(last, "feed_last")  # noqa: B009 (annotated)
        found.append(
            (
                frame,
                Member(
                    slug=first.company.slug,
                    name=first.company.name,
                    sector=last.sector_then,
                    region=last.hq_then,
                    searched_from=first.searched_from,
                    watched_until=None if any(one.until is None for one in rows) else max(one.until for one in rows),  # type: ignore[type-var]
                    entered_for=first.entered_for,
                    looks=tuple(look for one in rows for look in looks.get(one.pk, [])),
                    held=held.get(company),
                    has_feed=getattr(last, "has_feed"),  # noqa: B009
                    feed_through=feed.astimezone(zone).date() if feed else None,
                    spoken=tuple(spoken.get(company, ())),
                    inquired=tuple(inquired.get(company, ())),
                ),
            )
        )
    return found


def _below(event: Event, tree: list[Event]) -> set[int]:
    """Return the event and everything below it."""
    found = {event.pk}
    for one in tree:  # parents come before their children
        if one.parent_id in found:
            found.add(one.pk)
    return found


def _spoken(root: Event, events: set[int], names: dict[int, str], *, operations: bool) -> dict[int, list[Spoken]]:
    """Return what each watched company said in its own voice, a brand speaking for its owner. One query."""
    official = Voice.objects.filter(capacity=Capacity.OFFICIAL)
    about = official.filter(holdbacks.naming("company", root), statement=OuterRef("pk"))
    statements = Statement.objects.counted().filter(Exists(about), event__in=events)
    words = Quote.objects.filter(
        citation__statement=OuterRef("statement"),
        citation__stand=Stand.SUPPORTS,
        kind__in=[QuoteKind.VERBATIM, QuoteKind.PARTIAL],
    )
    # Who did not speak in the later statement walked nothing back: one signatory's withdrawal is its own.
    by_the_same = Voice.objects.filter(
        statement=OuterRef("from_statement"), company=OuterRef(OuterRef("company")), capacity=Capacity.OFFICIAL
    )
    later = StatementLink.objects.filter(
        Exists(by_the_same),
        to_statement=OuterRef("statement"),
        kind=LinkKind.WALKS_BACK,
        from_statement__state=StatementState.PUBLISHED,
        from_statement__merged_into=None,
    ).order_by("from_statement__sort_date")
    voices = (
        official.filter(statement__in=statements.values("pk"), company__isnull=False)
        .select_related("statement", "company")
        .annotate(quoted=Exists(words), walked_back=Subquery(later.values("from_statement__sort_date")[:1]))
        .order_by("pk")
    )
    by_statement: dict[int, list[Any]] = {}
    for voice in voices:
        by_statement.setdefault(voice.statement_id, []).append(voice)
    found: dict[int, list[Spoken]] = {}
    for rows in by_statement.values():
        joint = rows[0].statement.form == Form.JOINT or len({_speaks_for(voice) for voice in rows}) > 1
        for voice in rows:
            assert voice.company is not None
            one = _spoken_by(voice, joint=joint, operations=operations)
            parent = voice.company.parent_id if _was_brand(voice) else None
            for company in holdbacks.meant(voice.company_id, parent, voice.company.parent_kind, names):
                if one not in found.setdefault(company, []):
                    found[company].append(one)
    return found


def _spoken_by(voice: Voice, *, joint: bool, operations: bool) -> Spoken:
    statement = voice.statement
    joined: DateSpan = voice.joined
    assert statement.sort_earliest is not None and statement.sort_date is not None
    earliest, latest = statement.sort_earliest, statement.sort_date
    if joined:
        earliest = joined.earliest or earliest
        latest = max(joined.latest or latest, earliest)
    return Spoken(
        said=Said(
            earliest=earliest,
            latest=latest,
            channel=statement.channel,
            joint=joint,
            in_words=bool(getattr(voice, "quoted", False)) or statement.verification in DOCUMENTS,
            operations_only=statement.operations_only and not operations,
        ),
        public_id=statement.public_id,
        stance=statement.stance,
        channel=statement.channel,
        medium=statement.medium,
        disclosure=statement.disclosure,
        words=joined.words() if joined else statement.said.words() if statement.said else "",
        walked_back=getattr(voice, "walked_back", None),
    )


def _speaks_for(voice: Voice) -> int | None:
    """Return the company a voice stands for when we ask whether several stand behind a statement."""
    assert voice.company is not None
    return voice.company.parent_id if _was_brand(voice) else voice.company_id


def _was_brand(voice: Voice) -> bool:
    """Whether the company was its parent's brand when this was said, as far as we know."""
    company, said = voice.company, voice.statement
    assert company is not None
    if company.parent_kind != "brand":
        return False
    since, until = company.parent_since, company.parent_until
    too_early = since and said.sort_date and (since.earliest or since.latest) > said.sort_date
    too_late = until and said.sort_earliest and (until.latest or until.earliest) < said.sort_earliest
    return not too_early and not too_late


def _inquired(root: Event, events: set[int], names: dict[int, str]) -> dict[int, list[Inquired]]:
    """Return when each watched company was asked, and what came of it. One query."""
    rows = (
        Inquiry.objects.published()
        .filter(holdbacks.naming("company", root), event__in=events)
        .select_related("company")
        .annotate(reported=Max("citations__report__published_latest"))
        .order_by("pk")
    )
    found: dict[int, list[Inquired]] = {}
    for row in rows:
        assert row.published_at is not None
        by = row.asked.latest or row.reported or row.published_at.date()
        one = Inquired(
            AskedOnce(by, row.outcome, row.about_event), row.public_id, row.asked.words() if row.asked else ""
        )
        for company in holdbacks.meant(row.company_id, row.company.parent_id, row.company.parent_kind, names):
            found.setdefault(company, []).append(one)
    return found


def _bounds(event: Event) -> Days | None:
    """Return the first and the last day on which an event may have begun, if anything is known of it."""
    began: DateSpan = event.began
    first, last = began.earliest or began.latest, began.latest or began.earliest
    return (first, last) if first and last else None
