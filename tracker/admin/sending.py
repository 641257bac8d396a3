"""The form that takes a report in: an address, a pasted text, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect, AutocompleteSelectMultiple
from django.core.files.uploadedfile import UploadedFile

from tracker.ingest import pipeline
from tracker.models import Event, Outlet, Report, ReportEvent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_FILE = 20 * 1024 * 1024


class SendForm(forms.Form):
    """Give an address, a text or a file; a file may come with its typed transcript. The rest a page may not say."""

    url = forms.CharField(
        label="Address",
        required=False,
        max_length=2000,
        widget=forms.URLInput(attrs={"class": "vURLField", "placeholder": "https://"}),
    )
    text = forms.CharField(
        label="Or the text, pasted",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "cols": 80, "class": "vLargeTextField"}),
        help_text="Headline on the first line, then the article. Nothing of the page around it. With a file: "
        "what you typed from it, word for word; the file is kept as the evidence.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="A page, a text, a PDF, an e-mail or, with its text above, a picture; up to 20 MB.",
    )
    headline = forms.CharField(
        label="Headline", required=False, max_length=500, help_text="Of a pasted text, if its first line is not it."
    )
    outlet = forms.ModelChoiceField(
        queryset=Outlet.objects.all(),
        required=False,
        widget=AutocompleteSelect(Report._meta.get_field("outlet"), admin.site),
        help_text="Empty: read from the page.",
    )
    published = forms.DateField(
        label="Published on", required=False, widget=AdminDateWidget, help_text="Empty: read from the page."
    )
    events = forms.ModelMultipleChoiceField(
        queryset=Event.objects.all(),
        required=False,
        widget=AutocompleteSelectMultiple(ReportEvent._meta.get_field("event"), admin.site),
        help_text="What it is about. Empty: matched by the words that are watched for.",
    )

    def clean_file(self) -> UploadedFile | None:
        """Refuse what is too large before it is read."""
        given: UploadedFile | None = self.cleaned_data["file"]
        if given is not None and (given.size or 0) > MAX_FILE:
            raise forms.ValidationError("The file is larger than 20 MB. Send the article only.")
        return given

    def clean(self) -> dict[str, Any]:
        """Ask for something to read."""
        given = super().clean() or {}
        sent = [name for name in ("url", "text", "file") if given.get(name)]
        if not sent and not self.errors:
            raise forms.ValidationError("Give an address, paste the text, or choose a file.")
        return given

    def send(self, *, by: User | Any) -> tuple[Report, bool]:
        """Take it in; raises ``pipeline.Rejected`` with what to do."""
        given = self.cleaned_data
        file: UploadedFile | None = given.get("file")
        return pipeline.receive(
            url=given["url"],
            text=given["text"],
            headline=given["headline"],
            body=file.read() if file else b"",
            content_type=(file.content_type or "") if file else "",
            by=by,
            outlet=given["outlet"],
            published=given["published"],
            events=tuple(event.pk for event in given["events"]),
        )
