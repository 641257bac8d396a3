"""The proposal as fields, and the fields as what ``review`` is given.

Stance and capacity are never prefilled: the coder decides before seeing what the
machine proposed, and the two are compared afterwards.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tracker.admin.dates import HonestDateField
from tracker.admin.desk import names
from tracker.core import text as words
from tracker.models import Ask, Capture, Company, Event, Person, Target
from tracker.models.choices import (
    INQUIRY_KINDS,
    MEDIA_OF_CHANNEL,
    AboutEvent,
    AskBasis,
    Audience,
    Basis,
    CandidateKind,
    Capacity,
    Channel,
    Comparator,
    Disclosure,
    Form,
    InquiryOutcome,
    LinkKind,
    Part,
    QuoteKind,
    Stance,
)

OPEN = ("", "Choose…")
REJECTIONS = (
    ("not_a_statement", "Not a statement on this event"),
    ("wrong_company", "Wrong company or person"),
    ("no_own_words", "Only the outlet's description"),
    ("old_statement", "Said about something else, or earlier"),
    ("like_or_repost", "A like, or a repost without own words"),
    ("rank_and_file", "Names a rank-and-file employee"),
    ("misread", "The machine misread the text"),
)
# What a further citation takes from the form; the coding of the row it joins stays as it is.
OF_A_CITATION = ("basis", "attribution", "credits", "claims_first", "own_access")


def channel_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The two levels of the channel as one list, so that no medium can stand under the wrong channel."""
    return [
        (
            Channel(channel).label,
            [(f"{channel}:{medium}", f"{Channel(channel).label} · {medium.label}") for medium in media],
        )
        for channel, media in MEDIA_OF_CHANNEL.items()
    ]


class CandidateForm(forms.Form):
    """Everything of a proposal that is said once: what, when, through what, on which side, by which report."""

    kind = forms.ChoiceField(label="What it is", choices=CandidateKind.choices)
    event = forms.ModelChoiceField(label="Event", queryset=Event.objects.none(), empty_label=OPEN[1])
    # What was chosen before the proposal was shown: only that is a blind coding.
    first_stance = forms.ChoiceField(choices=[("", ""), *Stance.choices], required=False, widget=forms.HiddenInput)
    stance = forms.ChoiceField(
        label="Stance",
        choices=[(key, label) for key, label in Stance.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    channel = forms.ChoiceField(label="Channel", choices=channel_choices, required=False)
    disclosure = forms.ChoiceField(label="How it got out", choices=Disclosure.choices, required=False)
    audience = forms.ChoiceField(label="Said to", choices=Audience.choices, required=False)
    form = forms.ChoiceField(label="Form", choices=Form.choices, required=False)
    said = HonestDateField(label="Date said")
    said_as_written = forms.CharField(label="In the source's words", required=False, max_length=200)
    said_reason = forms.CharField(
        label="If inferred, from what", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    operations_only = forms.BooleanField(label="Only about operations", required=False)
    summary = forms.CharField(
        label="Summary", required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
    language = forms.CharField(label="Language", max_length=8, initial="en", required=False)
    basis = forms.ChoiceField(label="Rests on", choices=Basis.choices)
    attribution = forms.CharField(label="In the report's words", required=False, max_length=500)
    credits = forms.CharField(label="Credits outlet", required=False, max_length=200)
    claims_first = forms.BooleanField(label="“First reported by”", required=False)
    own_access = forms.BooleanField(label="Own access stated", required=False)
    signature_count = forms.IntegerField(label="Signatures", required=False, min_value=1)
    signature_comparator = forms.ChoiceField(label="Given as", choices=Comparator.choices, required=False)
    no_inquiry_reason = forms.CharField(label="If we have not asked the company, why", required=False, max_length=300)
    outcome = forms.ChoiceField(label="Outcome", choices=[OPEN, *InquiryOutcome.choices], required=False)
    about_event = forms.ChoiceField(label="Asked about this event", choices=AboutEvent.choices, required=False)
    asked_about = forms.CharField(label="Asked about what", required=False, max_length=300)
    asked_by = forms.CharField(label="Asked by outlet", required=False, max_length=200)

    def __init__(self, *args: Any, events: list[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Event.objects.filter(pk__in=[event.pk for event in events])
        # The tree is at hand; asking the database for it once more would cost a query a render.
        field.choices = [OPEN, *((event.pk, f"{'   ' * depth_of(event, events)}{event.title}") for event in events)]
        self.events = {event.pk: event for event in events}

    def clean_credits(self) -> Any:
        """Find the outlet that is credited."""
        return _outlet(self.cleaned_data["credits"])

    def clean_asked_by(self) -> Any:
        """Find the outlet that asked."""
        return _outlet(self.cleaned_data["asked_by"])

    def clean(self) -> dict[str, Any]:
        """Ask only for what this kind of row has."""
        given = super().clean() or self.cleaned_data
        if self.is_inquiry:
            if not given.get("outcome"):
                self.add_error("outcome", "Say what came of asking.")
            return given
        event = given.get("event")
        if event and self.target_of(event) and not given.get("stance"):
            self.add_error("stance", "Choose a stance, by the speaker's words only.")
        if event and not self.target_of(event):
            given["stance"] = ""
        for name, what in (("channel", "a channel"), ("disclosure", "how it got out")):
            if not given.get(name):
                self.add_error(name, f"Choose {what}.")
        said = given.get("said")
        if said and not (given.get("said_as_written") or given.get("said_reason")):
            self.add_error("said_reason", "Give the source's words for the date, or say from what it is inferred.")
        return given

    @property
    def is_inquiry(self) -> bool:
        """Whether the row is one of asking, not of saying."""
        return self["kind"].value() in INQUIRY_KINDS

    def target_of(self, event: Event) -> str:
        """Return the stance target of the event's tree, from the events already read."""
        above = event
        while above.parent_id in self.events:
            above = self.events[above.parent_id]
        return above.stance_target


class VoiceForm(forms.Form):
    """One voice: who, for whom, as what, in which capacity."""

    company = forms.CharField(label="Company", required=False, max_length=200)
    new_company = forms.BooleanField(label="New company", required=False)
    person = forms.CharField(label="Speaker", required=False, max_length=200)
    new_person = forms.BooleanField(label="New person", required=False)
    title = forms.CharField(label="Title or group", required=False, max_length=200)
    capacity = forms.ChoiceField(
        label="Whose voice", choices=Capacity.choices, required=False, widget=forms.RadioSelect
    )
    part = forms.ChoiceField(label="Part", choices=Part.choices, required=False)
    first = forms.ChoiceField(choices=[("", ""), *Capacity.choices], required=False, widget=forms.HiddenInput)

    def has_changed(self) -> bool:
        """An untouched extra row is no voice; choosing a capacity alone does not make it one."""
        return any(self[name].value() for name in ("company", "person", "title", "new_company", "new_person"))

    def clean(self) -> dict[str, Any]:
        """Find the company and the person, or note that they are to be made."""
        given = super().clean() or self.cleaned_data
        if not self.has_changed() and self.empty_permitted:
            return given
        found: dict[str, Company | Person | None] = {}
        for name, look_up in (("company", names.company), ("person", names.person)):
            typed = given.get(name, "").strip()
            found[name] = None
            if not typed:
                continue
            try:
                found[name] = look_up(typed)
            except ValidationError as error:
                self.add_error(name, error)
                continue
            if found[name] is None and not given.get(f"new_{name}"):
                self.add_error(name, f"We hold no {name} “{typed}”. Choose one, or tick “New {name}”.")
            elif found[name] is not None and given.get(f"new_{name}"):
                given[f"new_{name}"] = False  # it was made meanwhile: two of one name help nobody
        if not given.get("company", "").strip() and not given.get("person", "").strip():
            self.add_error("company", "Name a company or a person, or remove this voice.")
        if given.get("capacity") == Capacity.STAFF and given.get("person", "").strip():
            self.add_error("person", "A staff voice names nobody.")
        given["found_company"], given["found_person"] = found["company"], found["person"]
        return given


class QuoteForm(forms.Form):
    """Words in the article, with their offsets."""

    text = forms.CharField(label="Words", required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=5000)
    start = forms.IntegerField(
        label="From", required=False, min_value=0, widget=forms.NumberInput(attrs={"aria-label": "First code point"})
    )
    end = forms.IntegerField(
        label="To", required=False, min_value=1, widget=forms.NumberInput(attrs={"aria-label": "One past the last"})
    )
    kind = forms.ChoiceField(label="Kind", choices=QuoteKind.choices, required=False, initial=QuoteKind.VERBATIM)
    attribution = forms.CharField(label="Source of these words only", required=False, max_length=500)

    def __init__(self, *args: Any, capture: Capture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capture = capture

    def clean(self) -> dict[str, Any]:
        """Hold the words against the stored text; without offsets, look for the one place where they stand."""
        given = super().clean() or self.cleaned_data
        said, start, end = given.get("text", "").strip(), given.get("start"), given.get("end")
        if not said:
            if start is not None or end is not None:
                self.add_error("text", "Select the words in the article, or remove this quote.")
            return given
        whole = self.capture.text
        if start is None or end is None:
            found = words.find_quote(whole, said, start=self.capture.body_start)
            if found is None:
                self.add_error("text", "These words do not occur in the article. Select them there.")
                return given
            start, end = found
        if whole[start:end] != given["text"] and not words.occurs_at(whole, given["text"], start, end):
            stands = whole[start:end][:80]
            self.add_error("text", f"At {start}–{end} the article says “{stands}”. Select the words again.")
            return given
        given["text"], given["start"], given["end"] = whole[start:end], start, end
        return given


class AskForm(forms.Form):
    """Something it asks for."""

    ask = forms.ModelChoiceField(label="Asks for", queryset=Ask.objects.all(), required=False, empty_label=OPEN[1])
    addressee = forms.CharField(label="Of whom", required=False, max_length=200)
    basis = forms.ChoiceField(label="Words", choices=AskBasis.choices, required=False, initial=AskBasis.PARAPHRASED)


class PositionForm(forms.Form):
    """A side taken toward something other than the stance target."""

    target = forms.ModelChoiceField(label="Toward", queryset=Target.objects.none(), required=False, empty_label=OPEN[1])
    stance = forms.ChoiceField(label="Side", choices=[OPEN, *Stance.choices], required=False)
    quote = forms.IntegerField(label="Quote no.", required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        """Refuse half a position."""
        given = super().clean() or self.cleaned_data
        if bool(given.get("target")) != bool(given.get("stance")):
            self.add_error("stance", "A position needs both a target and a side.")
        return given


class LinkForm(forms.Form):
    """How it stands to another statement."""

    kind = forms.ChoiceField(label="It", choices=[OPEN, *LinkKind.choices], required=False)
    to = forms.CharField(label="Statement", required=False, max_length=16)

    def clean(self) -> dict[str, Any]:
        """Find the other statement."""
        given = super().clean() or self.cleaned_data
        typed = given.get("to", "").strip()
        if bool(typed) != bool(given.get("kind")):
            self.add_error("to", "A link needs both a kind and a statement.")
        elif typed:
            given["to"] = names.statement(typed)
            if given["to"] is None:
                self.add_error("to", f"We hold no statement {typed}.")
        return given


Voices = forms.formset_factory(VoiceForm, extra=1, can_delete=True, max_num=200, absolute_max=200)
Quotes = forms.formset_factory(QuoteForm, extra=1, can_delete=True, max_num=60, absolute_max=60)
Asks = forms.formset_factory(AskForm, extra=1, can_delete=True, max_num=20, absolute_max=20)
Positions = forms.formset_factory(PositionForm, extra=1, can_delete=True, max_num=20, absolute_max=20)
Links = forms.formset_factory(LinkForm, extra=1, can_delete=True, max_num=20, absolute_max=20)


class RejectForm(forms.Form):
    """Why a proposal is turned down: one of the usual reasons, or own words."""

    usual = forms.ChoiceField(label="Reason", choices=[OPEN, *REJECTIONS], required=False)
    other = forms.CharField(label="or in your words", required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Take one reason; own words go before the list."""
        given = super().clean() or self.cleaned_data
        reason = given.get("other", "").strip() or dict(REJECTIONS).get(given.get("usual", ""), "")
        if not reason:
            raise ValidationError("Say why it is rejected.")
        given["reason"] = reason
        return given


def depth_of(event: Event, events: list[Event]) -> int:
    """Count the events above this one among those read."""
    parents = {one.pk: one.parent_id for one in events}
    depth, above = 0, parents.get(event.pk)
    while above is not None and depth < 12:
        depth, above = depth + 1, parents.get(above)
    return depth


def in_tree_order(events: list[Event]) -> list[Event]:
    """Sort events so that each stands right below its parent."""
    below: dict[int | None, list[Event]] = {}
    held = {event.pk for event in events}
    for event in events:
        below.setdefault(event.parent_id if event.parent_id in held else None, []).append(event)
    found: list[Event] = []

    def walk(parent: int | None) -> None:
        for event in below.get(parent, []):
            found.append(event)
            walk(event.pk)

    walk(None)
    return found


def _outlet(typed: str) -> Any:
    if not typed.strip():
        return None
    found = names.outlet(typed.strip())
    if found is None:
        raise ValidationError(f"We hold no outlet “{typed}”. Add it under Outlets first, or leave this empty.")
    return found
