"""When it was said: bounds, precision and the words, never more exact than the article is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence

from tracker.core.drafts import DraftDate, KnownEvent
from tracker.ingest.find.article import Sentence, as_day
from tracker.ingest.find.speech import Saying
from tracker.ingest.find.words import MONTHS, WEEKDAYS
from tracker.models.choices import Precision

_WEEKDAY = "|".join(WEEKDAYS)
_MONTH = "|".join(MONTHS) + "|" + "|".join(rf"{name[:3]}\." for name in MONTHS) + r"|Sept\."
_WEEKEND = re.compile(
    r"\b(?:over|during|at|on) (?:the|this|last|this past) (?:past )?weekend\b|\blast weekend\b|\bthis weekend\b", re.I
)
_ON_A_WEEKDAY = re.compile(
    rf"\b(?P<words>(?:on |late |early |last |this )*(?P<day>{_WEEKDAY})(?: (?:morning|afternoon|evening|"
    r"night))?)\b(?!'s)"
)
_ON_A_DAY = re.compile(
    rf"\b(?:on )?(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>(?:19|20)\d\d))?(?!\d)"
)
_DAY_MONTH = re.compile(rf"\b(?:on )?(?P<day>\d{{1,2}}) (?P<month>{_MONTH})\b(?: (?P<year>(?:19|20)\d\d))?")
_YESTERDAY = re.compile(r"\byesterday\b", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:today|this (?:morning|afternoon|evening)|earlier (?:in the|this) day)\b", re.IGNORECASE)
_WEEK = re.compile(r"\b(?P<which>last|earlier this|this|later that) week\b", re.IGNORECASE)
_MONTH_WORDS = re.compile(r"\b(?P<which>last|earlier this|this) month\b", re.IGNORECASE)
_AFTER = re.compile(
    r"\b(?:after|following|since|in the wake of|in response to) (?:the |this |"
    r"that )?(?:[\w-]+ ){0,3}(?:shooting|ruling|decision|killing|verdict|order|attack|vote|strike|storm|clash|"
    r"crash|war|incident)\b",
    re.I,
)


def said(
    plain: str,
    sayings: Sequence[Saying],
    *,
    published: dt.date | None,
    event: KnownEvent | None,
    events: Sequence[KnownEvent] = (),
    every: Sequence[Saying] = (),
    more: Sequence[tuple[int, int]] = (),
    before: Sequence[Sentence] = (),
) -> tuple[DraftDate, str, tuple[int, int] | None]:
    """Return the date, the reason for it, and the words it rests on.

    A day in a sentence with several acts of saying (``every``) is that of the nearest.
    ``more`` are sentences that look back at the statement, ``before`` those it follows on.
    """
    for saying in sayings:
        found = _in_sentence(plain, saying, published)
        if found is not None:
            (earliest, latest, precision, span) = found
            if published is not None and latest > published:
                continue
            if _of_another(saying, span, every):
                continue
            words = " ".join(plain[span[0] : span[1]].split())
            reason = f"“{words}”, counted from the report of {published.isoformat()}." if published else f"“{words}”."
            return DraftDate(earliest.isoformat(), latest.isoformat(), precision, words), reason, span
    for sentence in before:
        nearby = dataclasses.replace(sayings[0], sentence=sentence, own=(sentence.end, sentence.end), quotes=[])
        found = _in_sentence(plain, nearby, published, within=400)
        if (
            found is not None
            and found[2] in {Precision.DAY, Precision.WEEKEND}
            and (not published or found[1] <= published)
        ):
            (earliest, latest, precision, span) = found
            words = " ".join(plain[span[0] : span[1]].split())
            reason = f"“{words}” in the sentence before, which is about the same speaker."
            return DraftDate(earliest.isoformat(), latest.isoformat(), precision, words), reason, span
    return _bounds(plain, sayings, published, event, events, more)


def _of_another(saying: Saying, span: tuple[int, int], every: Sequence[Saying]) -> bool:
    def distance(one: Saying) -> int:
        return max(one.own[0] - span[1], span[0] - one.own[1], 0)

    rivals = [one for one in every if one.sentence == saying.sentence and one.parties != saying.parties]
    return any(distance(one) < distance(saying) for one in rivals)


def _bounds(
    plain: str,
    sayings: Sequence[Saying],
    published: dt.date | None,
    event: KnownEvent | None,
    events: Sequence[KnownEvent],
    more: Sequence[tuple[int, int]],
) -> tuple[DraftDate, str, tuple[int, int] | None]:
    """Bound a statement without a day: by the event its sentences name below, by the report above."""
    after = next((m for one in sayings if (m := _AFTER.search(plain, one.sentence.start, one.sentence.end))), None)
    words = " ".join(after.group().split()) if after else ""
    span = after.span() if after else None
    named, term = _event_named(plain, [*(one.span for one in sayings), *more], event, events)
    if named is None and after is not None:
        named = event
    began = named.began_earliest if named is not None else None
    last = published.isoformat() if published else None
    if named is not None and began is not None and (published is None or began <= published):
        told = f"“{words or term}” is about “{named.title}”"
        reason = (
            f"The report gives no day: {told}, so after that began{', and no later than the report' if last else ''}."
        )
        precision = Precision.RANGE if last else Precision.AFTER
        return DraftDate(began.isoformat(), last, str(precision), words), reason, span
    if last is None:
        return DraftDate(None, None, str(Precision.BEFORE), ""), "Neither the words nor the report give a day.", None
    return DraftDate(None, last, str(Precision.BEFORE), words), "The report gives no day: no later than its own.", span


def _event_named(
    plain: str, spans: Sequence[tuple[int, int]], event: KnownEvent | None, events: Sequence[KnownEvent]
) -> tuple[KnownEvent | None, str]:
    """Return the latest event of the tree that the words name, or the event itself by its place; and the words."""
    text = " ".join(plain[start:end] for start, end in spans)
    latest = sorted(
        (
            one
            for one in {each.slug: each for each in (*events, *([event] if event else []))}.values()
            if one.began_earliest
        ),
        key=lambda one: one.began_earliest or dt.date.min,
        reverse=True,
    )
    for one in latest:
        for term in one.terms:
            if len(term.split()) > 1 and re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE):
                return one, term
    place = event.place.split(",")[0].split(" ")[0] if event is not None else ""
    if place and re.search(rf"(?<!\w){re.escape(place)}(?!\w)", text):
        return event, place
    return None, ""


def _in_sentence(
    plain: str, saying: Saying, published: dt.date | None, within: int = 160
) -> tuple[dt.date, dt.date, str, tuple[int, int]] | None:
    text = plain[saying.sentence.start : saying.sentence.end]
    for quote in saying.quotes:
        first, last = max(0, quote.start - saying.sentence.start), quote.end - saying.sentence.start
        if last > 0:
            text = text[:first] + "\x00" * (min(last, len(text)) - first) + text[last:]
    base = saying.sentence.start
    own = saying.own[0] - base
    near: list[tuple[int, tuple[dt.date, dt.date, str, tuple[int, int]]]] = []

    def keep(match: re.Match[str], earliest: dt.date, latest: dt.date, precision: Precision) -> None:
        span = (base + match.start(), base + match.end())
        near.append((abs(match.start() - own), (earliest, latest, str(precision), span)))

    for pattern in (_ON_A_DAY, _DAY_MONTH):
        for match in pattern.finditer(text):
            day = _day(match, published)
            if day is not None:
                keep(match, day, day, Precision.DAY)
    if published is not None:
        for match in _WEEKEND.finditer(text):
            sunday = published - dt.timedelta(days=(published.weekday() + 1) % 7)
            if published.weekday() == 5:
                sunday = published + dt.timedelta(days=1)
            keep(match, sunday - dt.timedelta(days=1), min(sunday, published), Precision.WEEKEND)
        for match in _ON_A_WEEKDAY.finditer(text):
            back = (published.weekday() - WEEKDAYS.index(match["day"])) % 7
            if match["words"].startswith("last ") and back == 0:
                back = 7
            day = published - dt.timedelta(days=back)
            keep(match, day, day, Precision.DAY)
        for match in _YESTERDAY.finditer(text):
            day = published - dt.timedelta(days=1)
            keep(match, day, day, Precision.DAY)
        for match in _TODAY.finditer(text):
            keep(match, published, published, Precision.DAY)
        for match in _WEEK.finditer(text):
            monday = published - dt.timedelta(days=published.weekday())
            if match["which"].lower() == "last":
                keep(match, monday - dt.timedelta(days=7), monday - dt.timedelta(days=1), Precision.WEEK)
            else:
                keep(match, monday, published, Precision.WEEK)
        for match in _MONTH_WORDS.finditer(text):
            first_day = published.replace(day=1)
            if match["which"].lower() == "last":
                end = first_day - dt.timedelta(days=1)
                keep(match, end.replace(day=1), end, Precision.MONTH)
            else:
                keep(match, first_day, published, Precision.MONTH)
    close = [one for distance, one in sorted(near, key=lambda each: each[0]) if distance < within]
    return close[0] if close else None


def _day(match: re.Match[str], published: dt.date | None) -> dt.date | None:
    groups = match.groupdict()
    if groups.get("year"):
        return as_day(match)
    if published is None:
        return None
    month = next((n for n, name in enumerate(MONTHS, 1) if name[:3].lower() == match["month"][:3].lower()), 0)
    for year in (published.year, published.year - 1):
        try:
            day = dt.date(year, month, int(match["day"]))
        except ValueError:
            return None
        if day <= published:
            return day
    return None
