"""Say what a draft is to what we already hold. Pure: drafts and known rows in, a decision with its reason out.

A decision is advice. Only a person merges; the reason is what that person reads, word
for word.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import re
from collections.abc import Sequence

from tracker.core.drafts import Draft
from tracker.core.text import fold
from tracker.models.choices import INQUIRY_KINDS, Channel


class Action(enum.StrEnum):
    """What the machine thinks a draft is."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UPDATE = "update"


@dataclasses.dataclass(frozen=True)
class Held:
    """A statement or inquiry we hold. ``same_story`` means that a report of it carries the text of this draft."""

    public_id: str
    companies: frozenset[str]
    people: frozenset[str]
    channel: str
    earliest: dt.date | None
    latest: dt.date | None
    quotes: tuple[str, ...] = ()
    is_inquiry: bool = False
    same_story: bool = False


@dataclasses.dataclass(frozen=True)
class Decision:
    """What to propose, why, and which row it is about."""

    action: Action
    reason: str
    about: str | None = None


def decide(draft: Draft, held: Sequence[Held]) -> Decision:
    """Compare a draft with what we hold on the same tree of events, likeliest first."""
    inquiry = draft.kind in INQUIRY_KINDS
    companies = {voice.company for voice in draft.voices if voice.company}
    if not companies:
        return Decision(Action.NEW, "No organisation we know is named, so there is nothing to compare it with.")
    near = [one for one in held if one.companies & companies and one.is_inquiry == inquiry and _days_meet(draft, one)]
    if inquiry:
        for one in near:
            return Decision(
                Action.UPDATE, f"{one.public_id} is an inquiry to the same company in these days.", one.public_id
            )
        return Decision(Action.NEW, "We hold no inquiry to this company in these days.")
    for one in near:
        shared = _shared_words(draft, one)
        if shared:
            action = Action.DUPLICATE if one.same_story else Action.UPDATE
            how = "in a report with the same text" if one.same_story else "from another report"
            return Decision(action, f"{one.public_id} holds the same words (“{shared}”), {how}.", one.public_id)
    people = {voice.person for voice in draft.voices if voice.person}
    for one in near:
        if one.same_story and one.companies == companies:
            return Decision(Action.DUPLICATE, f"{one.public_id} comes from a report with the same text.", one.public_id)
    for one in near:
        if _same_channel(draft, one) and people & one.people:
            return Decision(
                Action.UPDATE,
                f"{one.public_id} has the same speaker, channel and days; the words differ.",
                one.public_id,
            )
    for one in near:
        if _same_channel(draft, one) and not draft.quotes and not one.quotes:
            return Decision(
                Action.UPDATE,
                f"{one.public_id} has the same company, channel and days; neither has words.",
                one.public_id,
            )
    return Decision(Action.NEW, "Nothing we hold on this event has these words, or this speaker in these days.")


def _days_meet(draft: Draft, one: Held) -> bool:
    """Whether both may have been on one day; an open bound meets everything on its side."""
    first = dt.date.fromisoformat(draft.said.earliest) if draft.said.earliest else dt.date.min
    last = dt.date.fromisoformat(draft.said.latest) if draft.said.latest else dt.date.max
    return first <= (one.latest or dt.date.max) and (one.earliest or dt.date.min) <= last


def _same_channel(draft: Draft, one: Held) -> bool:
    return Channel.UNKNOWN in (draft.channel, one.channel) or draft.channel == one.channel


def _shared_words(draft: Draft, one: Held) -> str:
    """Return words of the draft that also stand in what we hold: one quote inside the other, three words at least."""
    for quote in draft.quotes:
        mine = _plain(quote.text)
        for other in one.quotes:
            theirs = _plain(other)
            shorter, longer = sorted((mine, theirs), key=len)
            if len(shorter.split()) >= 3 and shorter in longer or mine == theirs and mine:
                return quote.text if len(quote.text) <= 80 else quote.text[:79] + "…"
    return ""


def _plain(words: str) -> str:
    """Fold case, marks and punctuation, which outlets set as they please."""
    return " ".join(re.findall(r"\w+(?:'\w+)?", fold(words).text.casefold()))
