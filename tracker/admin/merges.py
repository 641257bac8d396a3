"""Two rows of one thing become one, after a look at what would move; and back again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect

from tracker.admin.acts import Act
from tracker.models import Statement
from tracker.models.choices import CorrectionReason
from tracker.review import merging
from tracker.review.errors import ReviewError


def merging_acts(model: Any, name: str) -> tuple[Act, Act]:
    """Return the acts “merge into another” and “undo the merge” of rows of this model."""
    relation = model._meta.get_field("merged_into")

    class MergeForm(forms.Form):
        """Which row stays. The first press shows what would move, the second does it."""

        into = forms.ModelChoiceField(
            label=f"Merge into which {name}",
            queryset=model.objects.filter(merged_into=None),
            widget=AutocompleteSelect(relation, admin.site),
            help_text="That row stays; this one becomes a redirect to it.",
        )
        reason = forms.ChoiceField(label="Why", choices=CorrectionReason.choices, initial=CorrectionReason.OUR_ERROR)
        note = forms.CharField(label="In a sentence", required=False, max_length=500)
        seen = forms.BooleanField(
            label="I have seen what would move",
            required=False,
            help_text="Leave it open to look first.",
        )

        def suits(self, row: Any) -> None:
            """Remember which row would go."""
            self.row = row

        def clean(self) -> dict[str, Any]:
            given = super().clean() or {}
            into = given.get("into")
            if into is not None:
                try:
                    merging.preview(self.row, into=into)
                except ReviewError as refused:
                    raise forms.ValidationError(refused.sentence) from refused
                if not given.get("seen"):
                    self.add_error("seen", "Look at what would move, below; then tick this and merge.")
            return given

        def preview(self, row: Any) -> list[merging.Moves] | None:
            """Say what would move, once the other row is chosen."""
            into = getattr(self, "cleaned_data", {}).get("into")
            if into is None:
                return None
            try:
                return merging.preview(row, into=into)
            except ReviewError:
                return None

    class UnmergeForm(forms.Form):
        """Why it is undone."""

        reason = forms.ChoiceField(label="Why", choices=CorrectionReason.choices, initial=CorrectionReason.OUR_ERROR)
        note = forms.CharField(label="In a sentence", required=False, max_length=500)

    permission = "tracker.publish_statement" if model is Statement else f"tracker.change_{name}"

    def merge(row: Any, by: Any, given: dict[str, Any]) -> str:
        into = merging.merge(row, into=given["into"], by=by, reason=given["reason"], note=given["note"])
        return f"Merged into “{into}”. Its address leads there now."

    def unmerge(row: Any, by: Any, given: dict[str, Any]) -> str:
        merging.unmerge(row, by=by, reason=given["reason"], note=given["note"])
        return "The two are separate again; what had moved went back as far as nobody has changed it since."

    return (
        Act(
            "merge",
            "Merge into another",
            merge,
            permission,
            offered=lambda row: row.merged_into_id is None,
            form=MergeForm,
            explains=f"Two rows of one {name} become one: everything moves to the other row, and this address "
            "leads there. It can be undone.",
            grave=True,
        ),
        Act(
            "unmerge",
            "Undo the merge",
            unmerge,
            permission,
            offered=lambda row: row.merged_into_id is not None,
            form=UnmergeForm,
            explains="What moved goes back, as far as nobody has changed it since.",
        ),
    )
