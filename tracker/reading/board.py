"""The silence board of an event, worked out from facts. Pure: no clock, no database.

A board is about one frame of watched companies, one event of a tree (*anchor*) from which
days are counted, and one day of the world (*until*). "No statement found" is a claim about
our search: a company that was not checked after the anchor stands in no figure, and after
the day it was checked through it is censored, never silent.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from tracker.models.choices import OWN_CHANNELS, Asked, Found, Where
from tracker.reading import responses
from tracker.reading.responses import AskedOnce, Days, Said, Step, Watched

SMALL = 20  # under so many companies: counts and squares, no share
CHECKED_SHARE = 0.9  # of the frame, at its own channels after the anchor; less, and there is no share
PUBLIC = (Found.JOINT_ONLY, Found.OWN_NAME)

Span = tuple[dt.date, dt.date]


@dataclasses.dataclass(frozen=True)
class Spoken:
    """One counted statement with an official voice of the company."""

    said: Said
    public_id: str
    stance: str
    channel: str
    medium: str
    disclosure: str
    words: str = ""
    walked_back: dt.date | None = None


@dataclasses.dataclass(frozen=True)
class Inquired:
    """One published inquiry to the company."""

    asked: AskedOnce
    public_id: str
    words: str = ""


@dataclasses.dataclass(frozen=True)
class Look:
    """One check: everything through this day was looked at, in these places."""

    through: dt.date
    where: frozenset[str]

    @property
    def own(self) -> bool:
        """Whether it looked at the company's own channels."""
        return bool(self.where & OWN_CHANNELS)


@dataclasses.dataclass(frozen=True)
class Member:
    """What we know of one watched company. ``held`` is the first day on which something undecided may have been said.

    ``feed_through`` counts only where it has a feed of its own: the last day on which
    that was read well, None if it never was.
    """

    slug: str
    name: str
    sector: str
    region: str
    searched_from: dt.date
    watched_until: dt.date | None = None
    entered_for: str = "frame"
    looks: tuple[Look, ...] = ()
    held: dt.date | None = None
    has_feed: bool = False
    feed_through: dt.date | None = None
    spoken: tuple[Spoken, ...] = ()
    inquired: tuple[Inquired, ...] = ()


@dataclasses.dataclass(frozen=True)
class Row:
    """One company on the board. ``before``: its first response came before the anchor, so it has no days."""

    member: Member
    found: Found
    asked: Asked
    first: Spoken | None
    inquiry: Inquired | None
    days: Days | None
    before: bool
    checked: dt.date | None
    held_back: bool
    own_checked: bool
    counts: bool
    overdue: bool

    @property
    def is_public(self) -> bool:
        """Whether it has spoken in public: jointly or in its own name."""
        return self.found in PUBLIC


@dataclasses.dataclass(frozen=True)
class Figures:
    """Counts of companies of the frame. All but ``frame`` and ``not_checked`` leave out who was not checked."""

    frame: int
    counted: int
    not_checked: int
    own_checked: int
    public: int
    public_before: int
    found: dict[Found, int]
    behind: int
    pairs: dict[tuple[Found, Asked], int]
    share_given: bool

    @property
    def why_no_share(self) -> str:
        """Say why no share is given, or nothing if one is."""
        if self.counted < SMALL:
            return f"Fewer than {SMALL} companies: counts only, no percentages."
        if not self.share_given:
            return (
                f"No share is given: {self.own_checked} of {self.frame} companies were checked at their own "
                "channels after the anchor, fewer than nine in ten."
            )
        return ""


@dataclasses.dataclass(frozen=True)
class Curves:
    """The share that had spoken by day, all at the earliest and all at the latest possible day."""

    early: tuple[Step, ...]
    late: tuple[Step, ...]

    @property
    def at_end(self) -> tuple[float, float]:
        """The share at the last day: at the latest, at the earliest possible days."""
        return (self.late[-1].share, self.early[-1].share)


@dataclasses.dataclass(frozen=True)
class Group:
    """The companies of one sector or region that stand in the figures, those that spoke in public first."""

    key: str
    n: int
    public: int
    curves: Curves | None


@dataclasses.dataclass(frozen=True)
class Board:
    """Everything a board shows, for one anchor and one day of the world."""

    anchor: Span
    until: dt.date
    rows: tuple[Row, ...]
    figures: Figures
    public: Curves
    internal: Curves
    sectors: tuple[Group, ...]
    regions: tuple[Group, ...]

    @property
    def where(self) -> dict[Where, int]:
        """In how many companies' case we looked there after the anchor, by place."""
        return {
            place: sum(
                any(place in look.where and look.through >= self.anchor[1] for look in one.member.looks)
                for one in self.rows
            )
            for place in Where
        }

    @property
    def horizon(self) -> int:
        """The last day that is counted, from the first day the anchor may have been."""
        return max(0, (self.until - self.anchor[0]).days)


def make(members: Iterable[Member], *, anchor: Span, until: dt.date) -> Board:
    """Work the board out."""
    rows = tuple(row(member, anchor=anchor, until=until) for member in members)
    return Board(
        anchor=anchor,
        until=until,
        rows=rows,
        figures=figures(rows),
        public=curves(rows, anchor=anchor, until=until, kinds=PUBLIC),
        internal=curves(rows, anchor=anchor, until=until, kinds=(Found.INTERNAL_ONLY,)),
        sectors=groups(rows, lambda one: one.member.sector, anchor=anchor, until=until),
        regions=groups(rows, lambda one: one.member.region, anchor=anchor, until=until),
    )


def row(member: Member, *, anchor: Span, until: dt.date) -> Row:
    """Say what was found of one company by that day, and what came of asking it."""
    said = [one.said for one in member.spoken]
    found = responses.found(said, until=until)
    kinds = PUBLIC if found in PUBLIC else (found,)
    first = _first(member, until=until, kinds=kinds) if found != Found.NOTHING else None
    counted = first is not None and found != Found.OPERATIONS_ONLY
    days = _days(member, anchor=anchor, until=until, kinds=kinds) if counted else None
    checked, held_back = checked_through(member, until=until)
    return Row(
        member=member,
        found=found,
        asked=responses.asked([one.asked for one in member.inquired], until=until),
        first=first,
        inquiry=_telling(member, until=until),
        days=days,
        before=days is not None and days.before,
        checked=checked,
        held_back=held_back,
        own_checked=any(look.own and anchor[1] <= look.through for look in member.looks),
        counts=checked is not None and checked >= anchor[0],
        overdue=checked is not None and checked < until,
    )


def checked_through(member: Member, *, until: dt.date) -> tuple[dt.date | None, bool]:
    """Return the day through which "no statement found" may be claimed, and whether something undecided set it.

    The earliest of the last check, the day before anything undecided, the last good
    reading of its own feed, the last day watched, and the day of asking. None without
    any check, or when nothing is left after ``searched_from``.
    """
    if not member.looks or (member.has_feed and member.feed_through is None):
        return None, False
    bounds = [max(look.through for look in member.looks), until]
    if member.has_feed and member.feed_through is not None:
        bounds.append(member.feed_through)
    if member.watched_until is not None:
        bounds.append(member.watched_until)
    free = min(bounds)
    held = member.held - dt.timedelta(days=1) if member.held else None
    through = min(free, held) if held else free
    return (through if through >= member.searched_from else None), held is not None and held < free


def figures(rows: Sequence[Row]) -> Figures:
    """Count the board."""
    counted = [one for one in rows if one.counts]
    own = sum(one.own_checked for one in rows)
    public = [one for one in counted if one.is_public]
    return Figures(
        frame=len(rows),
        counted=len(counted),
        not_checked=len(rows) - len(counted),
        own_checked=own,
        public=len(public),
        public_before=sum(one.before for one in public),
        found={key: sum(one.found == key for one in counted) for key in Found},
        behind=sum(one.found == Found.NOTHING and one.overdue for one in counted),
        pairs={
            (found, asked): n
            for found in Found
            for asked in Asked
            if (n := sum((one.found, one.asked) == (found, asked) for one in counted))
        },
        share_given=_share_given(rows),
    )


def curves(rows: Iterable[Row], *, anchor: Span, until: dt.date, kinds: Sequence[Found]) -> Curves:
    """Return the two curves of a kind of response.

    A company is at risk from the anchor, or from the day our search for it begins, until
    it spoke or through the day it was checked. What it said later than that is on the
    board but not in the curve: nobody who kept quiet was watched as long, so it would
    lift the share. Who spoke before the anchor is left out.
    """
    inside = [one for one in rows if one.counts]
    return Curves(
        tuple(_curve(inside, anchor, until, kinds, early=True)),
        tuple(_curve(inside, anchor, until, kinds, early=False)),
    )


def groups(rows: Sequence[Row], key: Callable[[Row], str], *, anchor: Span, until: dt.date) -> tuple[Group, ...]:
    """Return the groups by sector or region, the largest first; a share only where a group is large enough."""
    found = []
    for name in {key(one) for one in rows if one.counts}:
        inside = [one for one in rows if key(one) == name]
        counted = [one for one in inside if one.counts]
        found.append(
            Group(
                name,
                len(counted),
                sum(one.is_public for one in counted),
                curves(inside, anchor=anchor, until=until, kinds=PUBLIC) if _share_given(inside) else None,
            )
        )
    return tuple(sorted(found, key=lambda group: (not group.key, -group.n, group.key)))


def _share_given(rows: Sequence[Row]) -> bool:
    counted = sum(one.counts for one in rows)
    return counted >= SMALL and sum(one.own_checked for one in rows) >= CHECKED_SHARE * len(rows)


def _curve(rows: Iterable[Row], anchor: Span, until: dt.date, kinds: Sequence[Found], *, early: bool) -> list[Step]:
    origin = anchor[1] if early else anchor[0]
    watched = []
    for one in rows:
        assert one.checked is not None
        said = _day(one.member, until=until, kinds=kinds, early=early)
        latest = _day(one.member, until=until, kinds=kinds, early=False)
        if latest is not None and latest < anchor[0]:
            continue
        seen = (one.checked - origin).days
        spoke = max(0, (said - origin).days) if said is not None else None
        watched.append(
            Watched(
                enter=max(0, (one.member.searched_from - origin).days),
                spoke=spoke if spoke is not None and spoke <= seen else None,
                seen=seen,
            )
        )
    return responses.curve(watched)


def _day(member: Member, *, until: dt.date, kinds: Sequence[Found], early: bool) -> dt.date | None:
    """Return the first day on which it spoke like this: of all possible first days, or of all possible last ones."""
    days = [one.said.earliest if early else one.said.latest for one in member.spoken if one.said.found in kinds]
    return min((day for day in days if day <= until), default=None)


def _days(member: Member, *, anchor: Span, until: dt.date, kinds: Sequence[Found]) -> Days | None:
    """Return the days to the first response: no sooner than any may have been, no later than one surely was."""
    fit = [one.said for one in member.spoken if one.said.found in kinds and one.said.latest <= until]
    if not fit:
        return None
    return responses.days_from(anchor, (min(one.earliest for one in fit), min(one.latest for one in fit)))


def _first(member: Member, *, until: dt.date, kinds: Sequence[Found]) -> Spoken | None:
    said = responses.first([one.said for one in member.spoken], until=until, kinds=kinds)
    return next((one for one in member.spoken if one.said is said), None)


def _telling(member: Member, *, until: dt.date) -> Inquired | None:
    """Return the inquiry that the board names: the one whose outcome it states, the latest of them."""
    status = responses.asked([one.asked for one in member.inquired], until=until)
    fit = [one for one in member.inquired if responses.asked([one.asked], until=until) == status]
    return max(fit, key=lambda one: one.asked.by, default=None) if status != Asked.NOT_KNOWN else None
