"""Which events a report is about. Pure: words in, events with a reason each out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Sequence

from tracker.core.drafts import KnownEvent

MOST_EVENTS = 5


@dataclasses.dataclass(frozen=True)
class Watch:
    """What makes a report relevant to an event: words of its own, and outlets that are always looked at."""

    event: KnownEvent
    outlets: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Match:
    """An event a report is about, and why, in a sentence an editor reads."""

    event: str
    reason: str


def match(
    text: str,
    *,
    headline: str,
    published: dt.date | None,
    outlet: str | None,
    watches: Sequence[Watch],
    asked_for: Collection[str] = (),
) -> list[Match]:
    """Return the events the report is about, most specific first within each tree; at most five.

    A report from before an event began is not about it. ``asked_for`` are events the
    sender named: they match whatever the words.
    """
    found: list[tuple[int, Match]] = []
    folded = f"{headline}\n{text}"
    for watch in watches:
        event = watch.event
        if event.slug in asked_for:
            found.append((10_000, Match(event.slug, "The report was sent in for this event.")))
            continue
        if published is not None and event.began_earliest is not None and published < event.began_earliest:
            continue
        terms = [term for term in event.terms if _occurs(folded, term)]
        if terms:
            told = ", ".join(f"“{term}”" for term in terms[:3])
            found.append((len(terms), Match(event.slug, f"It holds {told}.")))
        elif outlet is not None and outlet in watch.outlets:
            found.append((0, Match(event.slug, "Every report of this outlet is looked at for this event.")))
    found.sort(key=lambda one: -one[0])
    return [one for _, one in found[:MOST_EVENTS]]


def _occurs(text: str, term: str) -> bool:
    """Whether a term stands in the text as whole words; one in capitals must stand in capitals (ICE, not ice)."""
    flags = 0 if term.isupper() else re.IGNORECASE
    pattern = r"\s+".join(re.escape(word) for word in term.split())
    return bool(re.search(rf"(?<!\w){pattern}(?!\w)", text, flags))
