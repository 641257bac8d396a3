"""The silence board in words, strips and squares. From what ``reading`` worked out; asks the database for nothing."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tracker.models import Event
from tracker.models.choices import Asked, Channel, Found, Medium, Where
from tracker.pages import board_figures, entries, event_page, marks, words
from tracker.reading.board import Board, Row
from tracker.reading.board_forms import line, line_names
from tracker.reading.silence import Silence

STRIP = (4.0, 164.0)  # where day 0 and the last day stand in a strip 168 wide
NEVER = 10**6  # sorts after every number of days
GROUPS = {
    Found.OWN_NAME: ("In its own name", "public, with a quote or the company’s own document"),
    Found.JOINT_ONLY: ("Joint only", "signed with others; nothing public in its own name found"),
    Found.REPORTED: ("Reported, form not known", "a report says that it spoke; we hold neither words nor document"),
    Found.INTERNAL_ONLY: ("Internal only", "told its staff; nothing public found"),
    Found.OPERATIONS_ONLY: ("Operations only", "a notice about its operations; nothing else found"),
}
NOTHING = {
    Asked.ANSWERED: ("No statement found; asked, answered", "an outlet reports an answer; we hold no statement"),
    Asked.DECLINED: ("No statement found; asked, declined", "an outlet asked and reports that the company declined"),
    Asked.NO_ANSWER: ("No statement found; asked, no answer", "an outlet asked and reports no answer so far"),
    Asked.NOT_KNOWN: ("No statement found", "not asked, as far as we know"),
}
PLACES = {
    Where.NEWSROOM: "newsroom",
    Where.ACCOUNTS: "accounts",
    Where.FILINGS: "filings",
    Where.OUTLETS: "news outlets",
}


@dataclasses.dataclass(frozen=True)
class Strip:
    """Where the first response lies between day 0 and the last day: a dot, or a bar over the days it may cover."""

    x: float | None
    width: float = 0


@dataclasses.dataclass(frozen=True)
class Line:
    """One company on the board."""

    name: str
    href: str
    sector: str
    days: str
    strip: Strip
    channel: str
    statement_href: str
    nothing: str
    walked_back: str
    shape: str
    stance: str
    stance_words: str
    asked: str
    asked_href: str
    checked: str
    overdue: bool
    held: str
    status: str
    status_shape: str


@dataclasses.dataclass(frozen=True)
class Block:
    """The companies of one status."""

    title: str
    note: str
    shape: str
    rows: tuple[Line, ...]


def context(found: Silence, path: str) -> dict[str, Any]:
    """Return what the page shows."""
    question = found.question
    shown: dict[str, Any] = {
        "section": "events",
        "title": f"Who has spoken on {found.event.title}, and where no statement was found",
        "event": found.event,
        "root": found.root,
        "trail": found.event.ancestors()[::-1],
        "path": path,
        "canonical": address(path, found.query),
        "anchors": [
            {
                "slug": one.slug,
                "name": one.title,
                "when": event_page.when(one),
                "chosen": one.pk == question.anchor.pk,
            }
            for one in found.anchors
        ],
        "frames": [
            {"slug": one.frame.slug, "name": one.frame.name, "n": one.n, "chosen": one.frame == question.frame}
            for one in found.frames
        ],
        "frame": question.frame,
        "until": question.until,
        "until_iso": question.until.isoformat(),
        "until_words": words.long_day(question.until, weekday=False),
        "as_of_words": words.moment(question.as_of, found.root.time_zone),
        "operations": question.operations,
        "board": found.board,
        "alternates": _alternates(found),
        "is_sample": found.root.is_sample,
        "tell_href": reverse("pages:tell", args=["event", found.event.slug]),
        "picture_href": reverse("pages:share-event", args=[found.event.slug]),
        "embed_href": address(reverse("pages:embed-silence", args=[found.event.slug]), found.query),
        "oembed_href": entries.oembed(address(path, found.query)),
    }
    if found.board is None:
        return shown
    board = found.board
    last = board_figures.last_day(board)
    shown |= {
        "lead": lead(board, question.anchor),
        "more": " ".join(more(board, question.anchor)),
        "searched": " ".join(_searched(board)),
        "groups": blocks(board, question.anchor, last),
        "horizon": last,
        "later": [_x(day, last) for _, day in board_figures.later(found, last)],
        "pairs": board_figures.pairs(board.figures),
        "asked_words": [words.label("Asked", one) for one in Asked],
        "by_sector": [
            board_figures.squares(one, words.label("Sector", one.key) or "Sector not known") for one in board.sectors
        ],
        "by_region": [board_figures.squares(one, words.region(one.key) or "Region not known") for one in board.regions],
        "outside": [_line(one, last) for one in found.outside],
        "table_note": " ".join(_table_note(found, board)),
        "share_note": board.figures.why_no_share,
    }
    if board.figures.share_given:
        return shown | board_figures.curves(found, board)
    return shown | board_figures.all_squares(board)


def csv_text(found: Silence) -> Iterator[str]:
    """Yield the board as CSV, a line a company; both clocks, anchor and frame stand on every line."""
    fixed = {
        "event": found.event.slug,
        "anchor_event": found.question.anchor.slug,
        "frame": found.question.frame.slug if found.question.frame else "",
        "until": found.question.until.isoformat(),
        "as_of": found.question.as_of.isoformat(timespec="seconds"),
    }
    yield _csv([*fixed, *line_names()])
    for one in found.board.rows if found.board else ():
        yield _csv([*fixed.values(), *line(one)])


# --- The finding -------------------------------------------------------------------------


def lead(board: Board, anchor: Event) -> str:
    """Say in a sentence what the board shows; a computed one, so that it cannot lag behind the rows."""
    found = board.figures
    day = words.long_day(board.until, weekday=False)
    if not found.counted:
        return f"None of the {found.frame} watched companies has been checked since {anchor.title}: no figure is given."
    whom = "watched companies" if not found.not_checked else "watched companies that were checked"
    number = str(found.public) if found.public else "none"
    said = f"By {day}, {number} of {found.counted} {whom} had spoken in public"
    nothing = found.found[Found.NOTHING]
    return f"{said}; for {nothing or 'none'} no statement was found." if nothing else f"{said}."


def more(board: Board, anchor: Event) -> Iterator[str]:
    """Yield what the leading figure leaves out, each with its own number."""
    found = board.figures
    if found.public_before:
        yield f"{words.article_number(found.public_before)} of these had spoken before {anchor.title}."
    if found.found[Found.JOINT_ONLY]:
        yield f"{words.article_number(found.found[Found.JOINT_ONLY])} of these only by signing with others."
    apart = [
        (
            found.found[Found.INTERNAL_ONLY],
            "is on record only to its own staff",
            "are on record only to their own staff",
        ),
        (
            found.found[Found.REPORTED],
            "is reported to have spoken, in what form we do not know",
            "are reported to have spoken, in what form we do not know",
        ),
        (found.found[Found.OPERATIONS_ONLY], "spoke about operations only", "spoke about operations only"),
    ]
    parts = [f"{n} {one if n == 1 else many}" for n, one, many in apart if n]
    if parts:
        yield f"Apart from these, {words.listed(parts)}: neither counted as public nor as “no statement found”."
    days = [one.checked for one in board.rows if one.counts and one.found == Found.NOTHING and one.checked]
    if days and max(days) < board.until:
        first, last = words.day(min(days)), words.day(max(days))
        span = first if first == last else f"{first} to {last}"
        yield f"The companies without a statement were checked through {span}."
    if found.not_checked and found.counted:
        yield (
            f"{words.article_number(found.not_checked)} of the {found.frame} on the list "
            f"{'was' if found.not_checked == 1 else 'were'} not checked since {anchor.title} and stand"
            f"{'s' if found.not_checked == 1 else ''} in no figure."
        )


def _searched(board: Board) -> Iterator[str]:
    told = [f"{PLACES[place]} {n}" for place, n in board.where.items() if n]
    if not told:
        yield "No check of these companies is on record."
        return
    yield f"Of {board.figures.frame} companies we looked, since it began, at: {', '.join(told)}."


def _table_note(found: Silence, board: Board) -> Iterator[str]:
    usual = _usual(board)
    if usual:
        yield f"All rows checked through {words.day(usual)} unless marked."
    if found.root.stance_target:
        yield f"Stance toward {found.root.stance_target}."
    later = board_figures.later(found, board_figures.last_day(board))
    if later:
        told = [f"{one.title}, day {day}" for one, day in later]
        yield f"Dotted: {words.listed(told)}."
    yield "A bar covers the days on which the first response may have been said."
    yield "Staff and personal voices never count as a company’s response."
    if not found.question.operations:
        yield "A notice about operations alone is no first response."


# --- The rows ----------------------------------------------------------------------------


def blocks(board: Board, anchor: Event, last: int) -> list[Block]:
    """Put the companies under their status: what was found, most public first; then who spoke before, then nothing."""
    usual = _usual(board)
    counted = [one for one in board.rows if one.counts]

    def block(title: str, note: str, shape: str, rows: Iterable[Row]) -> Block:
        ordered = sorted(
            rows, key=lambda r: (r.days.most if r.days else NEVER, r.days.least if r.days else NEVER, r.member.name)
        )
        return Block(title, note, shape, tuple(_line(one, last, usual) for one in ordered))

    found = [
        block(title, note, marks.FOUND_SHAPES[key], (r for r in counted if r.found == key and not r.before))
        for key, (title, note) in GROUPS.items()
    ]
    before = (r for r in counted if r.before)
    found.append(block(f"Spoke before {anchor.title}", "in no count of days", "circle", before))
    for asked, (title, note) in NOTHING.items():
        rows = (r for r in counted if r.found == Found.NOTHING and r.asked == asked)
        found.append(block(title, note, marks.ASKED_SHAPES[asked], rows))
    rest = (r for r in board.rows if not r.counts)
    title = f"Not checked since {anchor.title}"
    found.append(block(title, "in no figure, whatever is on record", "open-bar", rest))
    return [one for one in found if one.rows]


def _line(row: Row, last: int, usual: Any = None) -> Line:
    first = row.first
    joint = first is not None and first.said.joint
    shape = {Channel.INTERNAL: "square", Channel.UNKNOWN: "door"}.get(first.channel, "circle") if first else ""  # type: ignore[call-overload]
    if joint:
        shape = "joint-square" if shape == "square" else "joint"
    status = words.label("Found", row.found)
    if row.asked != Asked.NOT_KNOWN:
        status = f"{status}; asked, {words.label('Asked', row.asked).lower()}"
    return Line(
        name=row.member.name,
        href=reverse("pages:company", args=[row.member.slug]),
        sector=words.label("Sector", row.member.sector),
        days="–" if row.days is None else row.days.words(),
        strip=_strip(row, last),
        channel=_channel(row),
        statement_href=reverse("pages:statement", args=[first.public_id]) if first else "",
        nothing=words.label("Found", Found.NOTHING) if row.counts else "Not checked",
        walked_back=f"Walked back, {words.day(first.walked_back)}" if first and first.walked_back else "",
        shape=shape,
        stance=first.stance if first else "",
        stance_words=words.label("Stance", first.stance) if first and first.stance else "",
        asked=_asked(row),
        asked_href=reverse("pages:inquiry", args=[row.inquiry.public_id]) if row.inquiry else "",
        checked=words.day(row.checked, year=usual is None or row.checked.year != usual.year)
        if row.checked
        else "not yet",
        overdue=row.checked is not None and usual is not None and row.checked < usual,
        held="held back by what is undecided" if row.held_back else "",
        status=status,
        status_shape=marks.response_shape(row.found, row.asked)
        if row.checked or row.found != Found.NOTHING
        else "open-bar",
    )


def _channel(row: Row) -> str:
    first = row.first
    if first is None:
        return ""
    if first.channel == Channel.UNKNOWN:
        return "Channel unknown, ranked as internal"
    parts = ["Internal" if first.channel == Channel.INTERNAL else "Public"]
    if first.said.joint:
        parts[0] = "Joint" if first.channel == Channel.PUBLIC else "Joint, internal"
    if first.medium != Medium.UNSPECIFIED:
        parts.append(words.label("Medium", first.medium).lower())
    if first.disclosure == "leaked":
        parts.append("leaked")
    if row.found == Found.OWN_NAME and first.said.joint:
        parts.append("later in its own name")
    if not row.counts:
        parts.append(words.label("Found", row.found).lower())
    return " · ".join(parts)


def _asked(row: Row) -> str:
    if row.inquiry is None:
        return ""
    when = f" {row.inquiry.words}" if row.inquiry.words else ""
    return f"Asked{when}: {words.label('InquiryOutcome', row.inquiry.asked.outcome).lower()}"


def _strip(row: Row, last: int) -> Strip:
    if row.days is None or row.before:
        return Strip(None)
    start, end = _x(row.days.least, last), _x(row.days.most, last)
    if row.days.least == row.days.most:
        return Strip(start)
    return Strip(round(min(start, STRIP[1] - 9), 1), round(max(end - start, 9), 1))


def _x(day: int, last: int) -> float:
    return round(STRIP[0] + min(day, last) / max(last, 1) * (STRIP[1] - STRIP[0]), 1)


def _usual(board: Board) -> Any:
    """Return the day through which most rows were checked: what differs from it is said on its row."""
    days = [one.checked for one in board.rows if one.checked]
    return max(days, key=lambda day: (days.count(day), day), default=None)


def address(path: str, query: dict[str, str]) -> str:
    """Join a path and the board's question."""
    return f"{path}?{urlencode(query)}"


def _alternates(found: Silence) -> list[dict[str, str]]:
    if found.board is None:
        return []
    query = {**found.query, "until": found.question.until.isoformat()}
    return [
        {
            "type": "text/csv",
            "short": "CSV",
            "title": "This board as CSV",
            "href": address(reverse("pages:silence-csv", args=[found.event.slug]), query),
        },
        {
            "type": "application/json",
            "short": "JSON",
            "title": "This board as JSON",
            "href": address(f"/api/v1/events/{found.event.slug}/silence/", query),
        },
    ]


def _csv(values: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()


def event_figure(found: Silence) -> event_page.Figure | None:
    """Return the board's leading figure for the event's page, or None where there is nothing to count."""
    board = found.board
    if board is None or not board.figures.counted:
        return None
    figures = board.figures
    return event_page.Figure(
        figures.public,
        "watched company has spoken in public" if figures.public == 1 else "watched companies have spoken in public",
        f"as of {words.day(board.until)}"
        + (f"; {figures.not_checked} more not checked" if figures.not_checked else ""),
        of=figures.counted,
        href=reverse("pages:silence", args=[found.event.slug]),
        link="silence board",
    )
