"""A pasted list of names or tickers, matched against the companies we hold before anything is entered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import transaction

from tracker.admin.desk import names
from tracker.core.text import clean_name
from tracker.models import Company, Event, Frame, WatchEntry
from tracker.models.choices import EnteredFor
from tracker.review import reference

MOST = 2_000  # lines at a time
LIKENESSES = 20


@dataclasses.dataclass
class Matched:
    """What each line turned out to be."""

    new: list[tuple[str, Company]] = dataclasses.field(default_factory=list)
    watched: list[tuple[str, Company]] = dataclasses.field(default_factory=list)
    unclear: list[tuple[str, str]] = dataclasses.field(default_factory=list)


class PasteForm(forms.Form):
    """One line a company, for one event, in one frame or outside any."""

    event = forms.ModelChoiceField(queryset=Event.objects.filter(parent=None), label="Event (root of a tree)")
    frame = forms.ModelChoiceField(
        queryset=Frame.objects.all(),
        required=False,
        widget=AutocompleteSelect(WatchEntry._meta.get_field("frame"), admin.site),
        help_text="Empty: watched outside any frame, left out of rates.",
    )
    entered_for = forms.ChoiceField(label="Entered because", choices=EnteredFor.choices, initial=EnteredFor.FRAME)
    searched_from = forms.DateField(label="Searched from", widget=AdminDateWidget)
    lines = forms.CharField(
        label="Names or tickers",
        widget=forms.Textarea(attrs={"rows": 12, "cols": 60}),
        help_text=f"One a line, at most {MOST:,}. A name, another name, a ticker, a CIK, an LEI or a Wikidata id.",
    )

    def clean_lines(self) -> list[str]:
        """Return the lines that hold something, each once."""
        told = [clean_name(line) for line in self.cleaned_data["lines"].splitlines()]
        lines = list(dict.fromkeys(line for line in told if line))
        if len(lines) > MOST:
            raise ValidationError(f"{len(lines):,} lines, and {MOST:,} at a time: paste it in parts.")
        return lines

    def clean(self) -> dict[str, Any]:
        """A member of a frame names its frame."""
        given = super().clean() or {}
        if given.get("entered_for") == EnteredFor.FRAME and not given.get("frame") and "frame" in given:
            self.add_error("frame", "A member of a frame names its frame: choose it, or another reason.")
        return given

    def matched(self) -> Matched:
        """Say what each line is: a company to be entered, one that is watched already, or unclear."""
        given = self.cleaned_data
        held = set(
            WatchEntry.objects.filter(event=given["event"], frame=given["frame"], until=None).values_list(
                "company", flat=True
            )
        )
        told = Matched()
        seen: set[int] = set()
        for line in given["lines"]:
            try:
                company = names.company(line)
            except ValidationError as error:
                told.unclear.append((line, " ".join(error.messages)))
                continue
            if company is None:
                # Looking for likenesses reads every name: a few help, a thousand are a wrong file.
                alike = names.same_or_close(line)[:3] if len(told.unclear) < LIKENESSES else []
                close = ", ".join(one.name for one in alike)
                told.unclear.append((line, f"We hold no such company. Like it: {close}." if close else "Not held."))
            elif company.pk in held:
                told.watched.append((line, company))
            elif company.pk not in seen:
                seen.add(company.pk)
                told.new.append((line, company))
        return told

    def enter(self, matched: Matched, *, by: Any) -> int:
        """Enter the new ones, all or none."""
        given = self.cleaned_data
        searched_from: dt.date = given["searched_from"]
        with transaction.atomic():
            for _, company in matched.new:
                entry = WatchEntry(
                    event=given["event"],
                    company=company,
                    frame=given["frame"],
                    entered_for=given["entered_for"],
                    searched_from=searched_from,
                )
                reference.save(entry, by=by, note="entered in a list")
        return len(matched.new)
