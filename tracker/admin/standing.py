"""Where a statement or an inquiry stands: what readers see of it, what stands in the way, what can be done next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone

from tracker.admin.acts import Act
from tracker.admin.dates import HonestDateField
from tracker.models import Correction, Event, Inquiry, Notice, Statement
from tracker.models.choices import CorrectionReason, NoticeState, Precision, StatementState, TakenDown
from tracker.models.dates import DateSpan
from tracker.review import coded, corrections, lines, publishing, rights, rules, takedown

ON_ITS_WAY = (StatementState.DRAFT, StatementState.APPROVED)


def standing_of(row: Statement | Inquiry) -> dict[str, Any]:
    """Return what an editor must know before touching the row."""
    shown: dict[str, Any] = {
        "row": row,
        "public": lines.is_public(row) and row.state == StatementState.PUBLISHED,
        "blockers": rules.blockers(row) if row.state in ON_ITS_WAY else [],
        "due": row.publish_at if row.state == StatementState.APPROVED else None,
        "notices": list(Notice.objects.filter(row=row.public_id).exclude(state=NoticeState.CLOSED)),
        "corrections": Correction.objects.filter(row=row.public_id).count(),
    }
    if isinstance(row, Statement):
        wanted = rules.approval_wanted(row) if row.state != StatementState.WITHDRAWN else []
        shown |= {
            "statement": row,
            "approval_wanted": wanted,
            "approval_holds": coded.approval_holds(row),
            "second_opinion": rules.needs_second_approval(row),
        }
    return shown


class WithReason(forms.Form):
    """Why it changes, for readers."""

    reason = forms.ChoiceField(label="Why", choices=[("", "Choose…"), *CorrectionReason.choices])
    note = forms.CharField(label="In a sentence", required=False, max_length=500, help_text="Readers are told.")


class WithdrawForm(forms.Form):
    """Why it is taken down."""

    category = forms.ChoiceField(label="Category", choices=[("", "Choose…"), *TakenDown.choices])
    note = forms.CharField(
        label="What was wrong",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Readers are told, except for legal, privacy, wrong person and fabricated: then only editors see it.",
    )


class WithholdForm(forms.Form):
    """Why it is hidden while it is examined."""

    why = forms.CharField(
        label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="For editors only."
    )


class RestoreForm(forms.Form):
    """Why it is shown again; a reason is needed where it was changed meanwhile."""

    reason = forms.ChoiceField(
        label="Why it differs", required=False, choices=[("", "It is unchanged"), *CorrectionReason.choices]
    )
    note = forms.CharField(label="In a sentence", required=False, max_length=500)


class DiscardForm(forms.Form):
    """Why the draft is dropped."""

    why = forms.CharField(label="Why", max_length=300)


class MoveForm(WithReason):
    """To which event."""

    event = forms.ModelChoiceField(
        queryset=Event.objects.all(), widget=AutocompleteSelect(Statement._meta.get_field("event"), admin.site)
    )
    field_order = ("event", "reason", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = CorrectionReason.RECODED


class CorrectForm(WithReason):
    """One field, what it should say, and why."""

    field = forms.ChoiceField(label="Which field")
    value = forms.CharField(
        label="What it should say",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Of a list, the key or the label; of a date, as you would write it.",
    )
    as_written = forms.CharField(
        label="In the source’s words", required=False, max_length=200, help_text="Of a date only."
    )
    field_order = ("field", "value", "as_written", "reason", "note")

    def suits(self, row: Statement | Inquiry) -> None:
        """Offer the fields of this sort of row, each with what it says now."""
        self.row = row
        held = [(name, f"{_label(row, name)} (now: {_now(row, name) or '–'})") for name in CORRECTABLE[type(row)]]
        chosen = self.fields["field"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", "Choose…"), *held]

    def clean(self) -> dict[str, Any]:
        """Read the new value as its field would."""
        given = super().clean() or {}
        name = given.get("field")
        if not name:
            return given
        value = given.get("value", "").strip()
        try:
            given["changes"] = {name: self._read(name, value, given.get("as_written", ""))}
        except forms.ValidationError as error:
            self.add_error("value", error)
        return given

    def _read(self, name: str, value: str, as_written: str) -> Any:
        if name in DATES:
            span = HonestDateField(today=lambda: timezone.now().date()).clean(value)
            held: DateSpan = getattr(self.row, name)
            if span.precision == Precision.MINUTE and not getattr(self.row, f"{name}_at", None):
                raise forms.ValidationError("A time of day is corrected in the form below.")
            return DateSpan(span.earliest, span.latest, span.precision, as_written or held.as_written, held.reason)
        column: Any = self.row._meta.get_field(name)
        if column.choices:
            keys = {key: key for key, _ in column.flatchoices} | {
                str(label).casefold(): key for key, label in column.flatchoices
            }
            if value.casefold() not in keys and not (value == "" and column.blank):
                told = ", ".join(str(label) for _, label in column.flatchoices)
                raise forms.ValidationError(f"“{value}” is none of: {told}.")
            return keys.get(value.casefold(), "")
        if column.get_internal_type() == "BooleanField":
            if value.casefold() not in ("yes", "no"):
                raise forms.ValidationError("Write yes or no.")
            return value.casefold() == "yes"
        return column.clean(value, self.row)


DATES = ("said", "asked", "removed")
CORRECTABLE: dict[Any, tuple[str, ...]] = {
    Statement: (
        "said", "stance", "channel", "medium", "disclosure", "audience", "form", "operations_only", "summary",
        "language", "removed",
    ),
    Inquiry: ("asked", "asked_about", "about_event"),
}  # fmt: skip


def _label(row: Any, name: str) -> str:
    return {"said": "Date said", "asked": "Date asked", "removed": "Removed by the issuer"}.get(
        name, name.replace("_", " ").capitalize()
    )


def _now(row: Any, name: str) -> str:
    if name in DATES:
        span: DateSpan = getattr(row, name)
        return span.words() if span else ""
    value = getattr(row, f"get_{name}_display", lambda: getattr(row, name))()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:80]


def _approve(row: Any, by: Any, given: dict[str, Any]) -> str:
    publishing.approve(row, by=by)
    return "Approved as it stands; any later edit of a coded field takes the approval back."


def _publish(row: Any, by: Any, given: dict[str, Any]) -> str:
    held = publishing.publish(row, by=by)
    left = max(0, round((held.publish_at - timezone.now()).total_seconds())) if held.publish_at else 0
    return f"It will be public in {left} seconds. Until then “Undo” leaves no trace."


def _undo(row: Any, by: Any, given: dict[str, Any]) -> str:
    publishing.undo_publish(row, by=by)
    return "Not published: nobody saw that it was about to be."


def _correct(row: Any, by: Any, given: dict[str, Any]) -> str:
    made = corrections.correct(row, changes=given["changes"], by=by, reason=given["reason"], note=given["note"])
    return f"Corrected; {len(made)} {'entry' if len(made) == 1 else 'entries'} published." if made else "Changed."


def _move(row: Any, by: Any, given: dict[str, Any]) -> str:
    moved = corrections.move([row], to=given["event"], by=by, reason=given["reason"], note=given["note"])
    return f"Moved to “{given['event']}”." if moved else "It was there already."


def _withhold(row: Any, by: Any, given: dict[str, Any]) -> str:
    takedown.withhold(row, by=by, why=given["why"])
    return "Hidden while it is examined: readers see only that it is."


def _withdraw(row: Any, by: Any, given: dict[str, Any]) -> str:
    takedown.withdraw(row, by=by, category=given["category"], note=given["note"])
    return "Withdrawn. What remains is its id, its dates and the reason."


def _restore(row: Any, by: Any, given: dict[str, Any]) -> str:
    takedown.restore(row, by=by, reason=given["reason"], note=given["note"])
    return "Public again."


def _discard(row: Any, by: Any, given: dict[str, Any]) -> str:
    publishing.discard(row, by=by, why=given["why"])
    return "Dropped. It was never public; its history stays."


def _merged(row: Any) -> bool:
    return getattr(row, "merged_into_id", None) is not None


def in_state(*states: str) -> Any:
    """Offer an act in these states, never on a duplicate."""
    return lambda row: row.state in states and not _merged(row)


def can_be_approved(row: Statement) -> bool:
    """Whether a second editor may vouch for it now."""
    open_states = (StatementState.DRAFT, StatementState.APPROVED, StatementState.PUBLISHED)
    return row.state in open_states and not _merged(row) and not coded.approval_holds(row)


APPROVE = Act("approve", "Approve", _approve, rights.APPROVE, offered=can_be_approved)
SHARED = (
    Act(
        "publish",
        "Publish",
        _publish,
        rights.PUBLISH,
        offered=lambda row: row.state in ON_ITS_WAY and row.publish_at is None and not _merged(row),
    ),
    Act(
        "undo",
        "Undo publishing",
        _undo,
        rights.PUBLISH,
        offered=lambda row: row.state == StatementState.APPROVED and row.publish_at is not None,
    ),
    Act(
        "correct",
        "Correct",
        _correct,
        rights.PUBLISH,
        offered=in_state(StatementState.PUBLISHED),
        form=CorrectForm,
        explains="One field. Voices, quotes and links are corrected in the form of the row, for the same reasons.",
    ),
    Act(
        "move",
        "Move to another event",
        _move,
        rights.PUBLISH,
        offered=in_state(StatementState.DRAFT, StatementState.APPROVED, StatementState.PUBLISHED),
        form=MoveForm,
    ),
    Act(
        "restore",
        "Show it again",
        _restore,
        rights.PUBLISH,
        offered=lambda row: (
            row.state in (StatementState.WITHHELD, StatementState.WITHDRAWN)
            and row.published_at is not None
            and not _merged(row)
        ),
        form=RestoreForm,
    ),
    Act(
        "withhold",
        "Withhold",
        _withhold,
        rights.PUBLISH,
        offered=in_state(StatementState.PUBLISHED),
        form=WithholdForm,
        explains="Page and API answer at once that it is being examined. One editor may do it.",
        grave=True,
    ),
    Act(
        "withdraw",
        "Withdraw",
        _withdraw,
        rights.PUBLISH,
        offered=in_state(StatementState.PUBLISHED, StatementState.WITHHELD),
        form=WithdrawForm,
        grave=True,
    ),
    Act(
        "discard",
        "Drop the draft",
        _discard,
        rights.PUBLISH,
        offered=in_state(*ON_ITS_WAY),
        form=DiscardForm,
        grave=True,
    ),
)
