"""Inquiries, others' and our own, and companies' own notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from tracker.admin.acts import ActsMixin
from tracker.admin.base import InlineForm, RecordAdmin, RecordForm, RecordInline
from tracker.admin.dates import HonestDateField
from tracker.admin.redacting import redacting_act
from tracker.admin.standing import SHARED, standing_of
from tracker.admin.trail import trail_of
from tracker.core.text import clean
from tracker.models import Citation, Inquiry, Reply


class InquiryForm(RecordForm):
    """An inquiry. Of one that we made ourselves the outcome is typed; else it follows from the reports."""

    honest_dates = ("asked",)
    asked = HonestDateField(label="Asked")

    def clean(self) -> dict[str, Any] | None:
        """Our own inquiry says when we asked."""
        given = super().clean()
        if self.cleaned_data.get("by_us") and "asked" in self.cleaned_data and not self.cleaned_data["asked"]:
            self.add_error("asked", "Say when we asked.")
        return given


class CitationInline(RecordInline):
    """Reports that tell of it."""

    model = Citation
    fk_name = "inquiry"
    form = InlineForm
    template = "admin/edit_inline/stacked.html"
    show_change_link = True
    autocomplete_fields = ("report", "credits_outlet")
    fieldsets = (
        (None, {"fields": ("report", ("outcome", "basis", "stand"), ("attribution", "credits_outlet"))}),
    )  # fmt: skip


@admin.register(Inquiry)
class InquiryAdmin(ActsMixin, RecordAdmin):
    """Who asked whom about what, and what came of it."""

    form = InquiryForm
    change_form_template = "admin/tracker/statement/change_form.html"
    page_of_row = "inquiry"
    name_of_row = "public_id"
    list_display = ("public_id", "company", "event", "when", "outcome", "outlet", "by_us", "state")
    list_filter = ("state", "outcome", "by_us", "about_event", "event")
    list_select_related = ("company", "event", "outlet")
    search_fields = ("public_id", "company__name__istartswith")
    search_help_text = "A public id, or how the name of a company begins."
    autocomplete_fields = ("event", "company", "outlet")
    inlines = (CitationInline,)
    acts = (*SHARED, redacting_act())
    fieldsets = (
        (None, {"fields": ("event", "company", "by_us", "outlet")}),
        ("When", {"fields": ("asked", ("asked_as_written", "asked_reason"))}),
        ("What", {"fields": ("asked_about", "about_event", "outcome")}),
    )

    @admin.display(description="Asked")
    def when(self, inquiry: Inquiry) -> str:
        """The date in words."""
        return inquiry.asked.words()

    def context_of(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Say where it stands."""
        return {"standing": standing_of(row)}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the changes of the inquiry and of its citations."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "History",
            "subtitle": str(row),
            "object": row,
            "module_name": self.opts.verbose_name_plural,
            "trail": trail_of(row),
        }
        return TemplateResponse(request, "admin/record/trail.html", context)


class ReplyForm(RecordForm):
    """A company's own note, whole."""

    text = forms.CharField(
        label="The note, whole",
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text="Shown whole or not at all, and never coded. Shorten nothing.",
    )

    def clean(self) -> dict[str, Any] | None:
        """A note answers one thing."""
        given = super().clean()
        if not clean(self.cleaned_data.get("text") or "").strip() and "text" in self.cleaned_data:
            self.add_error("text", "The note is empty: a reply is shown whole or not at all.")
        return given


@admin.register(Reply)
class ReplyAdmin(RecordAdmin):
    """What companies say to what we publish about them. Saving publishes it."""

    form = ReplyForm
    list_display = ("company", "statement", "event", "received", "published_at")
    list_select_related = ("company", "statement", "event")
    search_fields = ("company__name__istartswith", "=statement__public_id")
    autocomplete_fields = ("statement", "event", "company", "source")
    readonly_fields = ("published_at",)
    fields = ("company", "statement", "event", "text", "source", "received", "published_at")

    def save_record(self, request: HttpRequest, form: Any, children: list[Any], removed: list[Any]) -> None:
        """A note is public from the moment it is saved."""
        form.instance.published_at = form.instance.published_at or timezone.now()
        super().save_record(request, form, children, removed)

    def view_on_site(self, obj: Any) -> str | None:
        """It stands on the page of what it answers."""
        if obj.statement_id:
            return reverse("pages:statement", args=[obj.statement.public_id])
        return reverse("pages:event", args=[obj.event.slug]) if obj.event_id else None
