"""Who has responded, how, and after how many days: worked out from facts, never stored.

Pure: statements and inquiries go in as values, with the world's day they are judged at.
A response status is a pair, what we *found* and what came of *asking*; days to the first
response are an interval, because days are; and the share that had spoken is drawn twice,
all at the earliest and all at the latest possible day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

from tracker.models.choices import AboutEvent, Asked, Channel, Found, InquiryOutcome

_FOUND = list(Found)
_ASKED = list(Asked)
_ASKED_OF = {
    InquiryOutcome.NO_IMMEDIATE_ANSWER: Asked.NO_ANSWER,
    InquiryOutcome.NO_ANSWER: Asked.NO_ANSWER,
    InquiryOutcome.NOT_ON_RECORD: Asked.DECLINED,
    InquiryOutcome.DECLINED: Asked.DECLINED,
    InquiryOutcome.ANSWERED: Asked.ANSWERED,
}


@dataclasses.dataclass(frozen=True)
class Said:
    """A statement with an official voice of the company, as far as its status depends on it.

    ``in_words`` means that we hold a quote or the issuer's own document; one outlet's
    sentence is not that. ``joint`` means that others stand behind it too.
    """

    earliest: dt.date
    latest: dt.date
    channel: str
    joint: bool = False
    in_words: bool = False
    operations_only: bool = False

    @property
    def found(self) -> Found:
        """What this statement alone shows. An unknown channel ranks as internal."""
        if self.operations_only:
            return Found.OPERATIONS_ONLY
        if self.channel != Channel.PUBLIC:
            return Found.INTERNAL_ONLY
        if self.joint:
            return Found.JOINT_ONLY
        return Found.OWN_NAME if self.in_words else Found.REPORTED


@dataclasses.dataclass(frozen=True)
class AskedOnce:
    """An inquiry, as far as the status depends on it."""

    by: dt.date
    outcome: str
    about_event: str = AboutEvent.YES


@dataclasses.dataclass(frozen=True)
class Days:
    """Days from the anchor to the first response: at least, at most. ``before`` means it spoke before the anchor."""

    least: int
    most: int
    before: bool = False

    def words(self) -> str:
        """Write the interval as a reader says it."""
        if self.before:
            return "before"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


def found(statements: Iterable[Said], *, until: dt.date) -> Found:
    """Return the most public thing said by that day. It never goes back."""
    return max((one.found for one in statements if one.latest <= until), key=_FOUND.index, default=Found.NOTHING)


def asked(inquiries: Iterable[AskedOnce], *, until: dt.date) -> Asked:
    """Return what came of asking about this event by that day; of several, the one furthest along."""
    known = (
        _ASKED_OF[InquiryOutcome(one.outcome)]
        for one in inquiries
        if one.by <= until and one.about_event == AboutEvent.YES
    )
    return max(known, key=_ASKED.index, default=Asked.NOT_KNOWN)


def first(
    statements: Iterable[Said], *, until: dt.date, kinds: Iterable[Found] = (Found.JOINT_ONLY, Found.OWN_NAME)
) -> Said | None:
    """Return the first statement of these kinds said by that day: the one that was surely said soonest."""
    wanted = set(kinds)
    fit = [one for one in statements if one.latest <= until and one.found in wanted]
    return min(fit, key=lambda one: (one.latest, one.earliest), default=None)


def days_from(anchor: tuple[dt.date, dt.date], said: tuple[dt.date, dt.date]) -> Days:
    """Return the days between two honest dates, floor 0; both are (earliest, latest)."""
    least = (said[0] - anchor[1]).days
    most = (said[1] - anchor[0]).days
    return Days(max(0, least), max(0, most), before=most < 0)


@dataclasses.dataclass(frozen=True)
class Watched:
    """One company of the frame, in days from the anchor: watched from, spoke at (or not), last looked at."""

    enter: int
    spoke: int | None
    seen: int


@dataclasses.dataclass(frozen=True)
class Step:
    """From this day on: the share that had spoken, and of how many it was worked out."""

    day: int
    share: float
    at_risk: int
    spoke: int
    censored: int


def curve(companies: Sequence[Watched]) -> list[Step]:
    """Return the share that had spoken by day, as steps: Kaplan and Meier's estimate with late entry.

    A company counts among those who might speak from the day we watch it until it spoke
    or was last looked at; one that spoke before we watched it counts nowhere. Kaplan and
    Meier, J. Am. Stat. Assoc. 53 (1958) 457; late entry as in Klein and Moeschberger,
    Survival Analysis, 2nd ed., 4.6.
    """
    known = [one for one in companies if (one.spoke if one.spoke is not None else one.seen) >= one.enter]
    ends = {id(one): one.spoke if one.spoke is not None else one.seen for one in known}
    silent = 1.0
    steps = [Step(0, 0.0, sum(one.enter <= 0 for one in known), 0, 0)]
    for day in sorted(set(ends.values())):
        at_risk = sum(one.enter <= day <= ends[id(one)] for one in known)
        spoke = sum(one.spoke == day for one in known)
        censored = sum(one.spoke is None and one.seen == day for one in known)
        silent *= 1 - spoke / at_risk
        step = Step(day, 1 - silent, at_risk, spoke, censored)
        if day == 0:
            steps[0] = step
        else:
            steps.append(step)
    return steps


def share_by(steps: Sequence[Step], day: int) -> float:
    """Return the share that had spoken by a day."""
    return max((step for step in steps if step.day <= day), key=lambda step: step.day).share
