"""Everything the review screen shows of one candidate, read in a fixed number of queries."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tracker.admin.dates import explained
from tracker.admin.desk import article, queue
from tracker.admin.desk.forms import channel_choices, in_tree_order
from tracker.admin.desk.proposed import span_of
from tracker.admin.desk.sheet import Sheet
from tracker.core.drafts import Draft, Span
from tracker.models import Ask, Candidate, Capture, Company, Event, Person, Target
from tracker.models.choices import INQUIRY_KINDS, Basis, CandidateState, Capacity, Channel, Disclosure
from tracker.models.dates import DateSpan
from tracker.review.rules import TAKES_A_SIDE

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict

# Which of the machine's reasons stand beside which row of the form.
REASONS = {
    "who": ("voices", "voice", "organization", "speaker", "person", "role"),
    "capacity": ("capacity",),
    "stance": ("stance",),
    "channel": ("channel", "medium", "disclosure"),
    "said": ("said",),
    "quotes": ("quotes", "quote"),
    "source": ("source", "basis", "attribution", "reported_by", "claims_first"),
    "asks": ("asks", "ask"),
    "positions": ("positions", "position"),
    "what": ("kind", "event", "operations_only"),
    "signatures": ("signature_count",),
    "outcome": ("outcome",),
}


@dataclasses.dataclass(frozen=True)
class Place:
    """A stretch of the article to show, and the paragraph to go to without a script."""

    start: int
    end: int
    paragraph: int


@dataclasses.dataclass(frozen=True)
class Note:
    """Why the machine proposes what stands in a field: how sure, in one word, the reason, where it stands."""

    word: str
    sentence: str
    places: tuple[Place, ...]


@dataclasses.dataclass(frozen=True)
class Cell:
    """A candidate of the same report, as a numbered cell above the screen."""

    number: int
    candidate: Candidate
    current: bool
    taken_by: str

    @property
    def decided(self) -> bool:
        """Whether there is nothing left to do about it."""
        return self.candidate.state != CandidateState.PENDING

    @property
    def title(self) -> str:
        """What a screen reader is told of it."""
        state = self.candidate.get_state_display().lower()
        return f"{self.candidate}, {state}" + (f", {self.taken_by} is at it" if self.taken_by else "")


@dataclasses.dataclass(frozen=True)
class Elsewhere:
    """Another candidate of this report that names the same company."""

    number: int
    candidate: Candidate
    words: str

    @property
    def is_inquiry(self) -> bool:
        """Whether it is one of asking."""
        return self.candidate.kind in INQUIRY_KINDS


class Screen:
    """One candidate before an editor: article, form, reasons, and its neighbours in the report."""

    def __init__(self, candidate: Candidate, *, user: User, now: dt.datetime, data: QueryDict | None = None) -> None:
        self.candidate = candidate
        self.draft = Draft.from_json(candidate.draft)
        self.capture: Capture = candidate.capture
        self.siblings = siblings_of(candidate)
        self.number = next(place for place, one in enumerate(self.siblings, 1) if one.pk == candidate.pk)
        self.paragraphs = article.paragraphs(
            self.capture.text,
            self._marks(),
            body_start=self.capture.body_start,
            quotes=[(quote.start, quote.end) for quote in self.draft.quotes],
        )
        events = in_tree_order(list(Event.objects.only(*EVENT_COLUMNS).order_by("began_earliest", "pk")))
        self.events: dict[int, Event] = {event.pk: event for event in events}
        self.sheet = Sheet(
            candidate,
            draft=self.draft,
            events=events,
            targets=self._targets(data),
            asks=list(Ask.objects.order_by("label")),
            known=known_names(self.draft),
            data=data,
        )
        self.cells = [
            Cell(number, one, one.pk == candidate.pk, taken_by(one, user=user, now=now))
            for number, one in enumerate(self.siblings, 1)
        ]

    @property
    def notes(self) -> dict[str, Note | None]:
        """The machine's reasons, by row of the form."""
        return {row: self._note(row, keys) for row, keys in REASONS.items()}

    @property
    def decided(self) -> int:
        """How many candidates of the report are decided."""
        return sum(cell.decided for cell in self.cells)

    @property
    def left(self) -> int:
        """How many are not."""
        return len(self.cells) - self.decided

    @property
    def target(self) -> str:
        """The conduct a stance on this event is toward."""
        event = self.events.get(self._event_pk() or 0)
        return self.sheet.main.target_of(event) if event else ""

    @property
    def elsewhere(self) -> list[Elsewhere]:
        """Other candidates of the report on the same company."""
        mine = set(_companies(self.draft))
        found = []
        for cell in self.cells:
            if not cell.current and mine & set(_companies(Draft.from_json(cell.candidate.draft))):
                spans = cell.candidate.draft["spans"]
                here = cell.candidate.capture_id == self.capture.pk and spans
                words = self.capture.text[spans[0][0] : spans[0][1]] if here else ""
                found.append(Elsewhere(cell.number, cell.candidate, words))
        return found[:6]

    @property
    def title(self) -> str:
        """Who said something to whom, in a line."""
        return queue.who(self.candidate.draft)

    @property
    def voice_rows(self) -> list[dict[str, Any]]:
        """The voices of the form, each with what the machine proposed for it."""
        proposed = list(self.draft.voices)
        rows = []
        for index, form in enumerate(self.sheet.voices.forms):
            capacity = proposed[index].capacity if index < len(proposed) else ""
            blank = form.empty_permitted and not form["company"].value() and not form["person"].value()
            rows.append(
                {
                    "form": form,
                    "blank": blank,
                    "proposed_value": capacity,
                    "proposed": Capacity(capacity).label if capacity in Capacity.values else "",
                    "revealed": bool(form["first"].value()),
                }
            )
        return rows

    @property
    def many_voices(self) -> bool:
        """Whether choosing a capacity one by one would be tedious."""
        return len(self.draft.voices) > 2

    @property
    def shape(self) -> str:
        """The mark's shape for the channel that stands in the form."""
        channel = str(self.sheet.main["channel"].value() or "").partition(":")[0]
        return {Channel.INTERNAL.value: "square", Channel.UNKNOWN.value: "door"}.get(channel, "circle")

    @property
    def said(self) -> DateSpan:
        """The proposed date."""
        return span_of(self.draft)

    @property
    def understood(self) -> str:
        """How the date in the form is read, in words."""
        value = self.sheet.main["said"].value()
        span = value if isinstance(value, DateSpan) else self.said
        return explained(span) if span and not self.sheet.main.is_bound else ""

    @property
    def headline_is_in_the_text(self) -> bool:
        """Whether the headline stands among the paragraphs, or must be shown above them."""
        wanted = self.candidate.report.headline
        return any(shown.number is None and shown.pieces[0].text == wanted for shown in self.paragraphs)

    @property
    def channel_words(self) -> str:
        """The proposed channel, in words."""
        known = dict(self.flat_channels)
        return known.get(str(self.sheet.main.initial.get("channel")), self.draft.channel)

    @property
    def flat_channels(self) -> list[tuple[str, str]]:
        """The two levels of the channel without their headings."""
        return [pair for _, pairs in channel_choices() for pair in pairs]

    @property
    def outlook(self) -> list[str]:
        """Why a second editor will have to approve it, by what stands in the form now."""
        main = self.sheet.main
        if main.is_inquiry:
            return []
        reasons = []
        if str(main["channel"].value() or "").startswith(Channel.INTERNAL.value):
            reasons.append("it is an internal statement")
        if main["disclosure"].value() == Disclosure.LEAKED:
            reasons.append("it was leaked")
        if main["basis"].value() == Basis.ANONYMOUS_SOURCE:
            reasons.append("it rests on an anonymous source")
        if any(form["capacity"].value() == Capacity.PERSONAL for form in self.sheet.voices.forms):
            reasons.append("it is somebody's personal voice")
        if (
            main["stance"].value() in TAKES_A_SIDE
            and main["basis"].value() == Basis.OUTLETS_ASSERTION
            and not main["own_access"].value()
        ):
            reasons.append("it takes a side on one outlet's assertion alone")
        return reasons

    def _marks(self) -> list[article.Mark]:
        return [
            article.Mark(start, end, number, one.pk, one.pk == self.candidate.pk)
            for number, one in enumerate(self.siblings, 1)
            if one.capture_id == self.capture.pk
            for start, end in one.draft["spans"]
        ]

    def _note(self, row: str, keys: Iterable[str]) -> Note | None:
        reasons, evidence = self.draft.reasons, self.draft.evidence
        sentences = list(dict.fromkeys(reasons[key].strip() for key in keys if reasons.get(key)))
        spans: list[Span] = [span for key in keys for span in evidence.get(key, ())]
        if row == "quotes":
            spans = [(quote.start, quote.end) for quote in self.draft.quotes]
        if not sentences and not spans:
            return None
        inferred = not spans or (row == "said" and not self.draft.said.as_written)
        word = "Inferred" if inferred else queue.in_words(self.candidate.confidence)
        return Note(word, " ".join(sentences), tuple(self.place(span) for span in dict.fromkeys(spans)))

    def place(self, span: Span) -> Place:
        """Say in which paragraph a stretch begins."""
        before = [index for index, shown in enumerate(self.paragraphs, 1) if shown.start <= span[0]]
        return Place(*span, before[-1] if before else 1)

    @property
    def tree(self) -> list[Event]:
        """The events of the candidate's tree; all events while it has none."""
        event = self.events.get(self._event_pk() or 0)
        if event is None:
            return list(self.events.values())
        root = self.root_of(event)
        return [one for one in self.events.values() if self.root_of(one) == root]

    def root_of(self, event: Event) -> Event:
        """Return the head of an event's tree, from the events already read."""
        while event.parent_id in self.events:
            event = self.events[event.parent_id]
        return event

    def _event_pk(self) -> int | None:
        posted = self.sheet.main["event"].value()
        return int(posted) if str(posted or "").isdigit() else None

    def _targets(self, data: QueryDict | None) -> list[Target]:
        typed = str(data.get("event") or "") if data else ""
        chosen = typed or str(self.candidate.event_id or "")
        above = self.events.get(int(chosen)) if chosen.isdigit() else None
        return list(Target.objects.filter(tree=self.root_of(above)).order_by("label")) if above else []


EVENT_COLUMNS = ("title", "slug", "parent", "stance_target", "published", "began_earliest")


def siblings_of(candidate: Candidate) -> list[Candidate]:
    """Return the candidates of the report in the order of the queue, without those a newer finding replaced."""
    rows = Candidate.objects.filter(report=candidate.report_id).select_related("claimed_by").order_by("pk")
    return [row for row in rows if row.state != CandidateState.SUPERSEDED or row.pk == candidate.pk]


def taken_by(candidate: Candidate, *, user: User, now: dt.datetime) -> str:
    """Return who else is at it, or nothing."""
    held = candidate.claimed_until is not None and candidate.claimed_until >= now
    if candidate.state != CandidateState.PENDING or not held or candidate.claimed_by_id == user.pk:
        return ""
    return str(candidate.claimed_by)


def known_names(draft: Draft) -> dict[str, str]:
    """Return the names under which we hold what the draft names by slug."""
    companies = {voice.company for voice in draft.voices if voice.company}
    people = {voice.person for voice in draft.voices if voice.person}
    known: dict[str, str] = dict(Company.objects.filter(slug__in=companies).values_list("slug", "name"))
    held = Person.objects.filter(slug__in=people).values_list("slug", "name")
    return known | {f"person:{slug}": name for slug, name in held}


def _companies(draft: Draft) -> list[Any]:
    return [voice.company or voice.organization for voice in draft.voices if voice.company or voice.organization]
