"""The picture that stands beside a shared link: drawn here as SVG, in words and one mark."""

from __future__ import annotations

import dataclasses
import textwrap

from tracker.models import Statement
from tracker.pages import entries, marks, words
from tracker.reading.lookups import EventPage

WIDE = 34  # letters of a heading in a line
COLOURS = {
    "critical": "#a5341a",
    "calls_for_calm": "#b98408",
    "supportive": "#2c63b8",
    "neutral": "#45494e",
    "no_position": "#868a8f",
}


@dataclasses.dataclass(frozen=True)
class Picture:
    """What the picture says."""

    kicker: str
    heading: tuple[str, ...]
    lines: tuple[str, ...]
    shape: str = ""
    colour: str = "#1a1a17"


def of_statement(statement: Statement, heading: str) -> Picture:
    """Say who, on which side, when, and how it is known."""
    read = entries.entry(statement)
    kicker = " · ".join([read.stance_words, *read.kicker])
    return Picture(
        kicker=_cut(kicker, 78),
        heading=_lines(heading),
        lines=(
            _cut(f"Said {read.said}", 60),
            _cut(f"{read.evidence.level_words}, {words.counted(read.evidence.reports, 'report', 'reports')}", 60),
        ),
        shape=marks.shape_of(statement),
        colour=COLOURS.get(statement.stance, "#6b6a62"),
    )


def of_event(page: EventPage) -> Picture:
    """Say what happened, and how much is on record."""
    here = next(branch for branch in page.tree if branch.event.pk == page.event.pk)
    target = f"Stance toward {page.root.stance_target}" if page.root.stance_target else "No stance is coded"
    return Picture(
        kicker=_cut("Which companies have spoken, and where no statement was found", 78),
        heading=_lines(page.event.title),
        lines=(f"{words.counted(here.statements, 'statement', 'statements')} on record", _cut(target, 60)),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, WIDE, max_lines=4, placeholder=" …"))


def _cut(text: str, most: int) -> str:
    return textwrap.shorten(text, most, placeholder=" …")
