"""Citations with their quotes, captures, corrections, codings and the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from tracker.admin.base import InlineForm, ReadOnly, RecordAdmin, RecordForm, RecordInline, is_shown
from tracker.core import text as words
from tracker.models import (
    Candidate,
    Capture,
    Citation,
    Coding,
    Correction,
    FetchAttempt,
    OldSlug,
    Quote,
    Redaction,
    Release,
)
from tracker.review import rights


class QuoteForm(InlineForm):
    """Words of a capture. Without offsets they are looked for in its body."""

    start = forms.IntegerField(required=False, min_value=0, help_text="Empty: looked for.")
    end = forms.IntegerField(required=False, min_value=1)

    def clean(self) -> dict[str, Any] | None:
        """Hold the words against the captured text, and note what stands around them."""
        given = super().clean()
        capture, said = self.cleaned_data.get("capture"), (self.cleaned_data.get("text") or "").strip()
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if capture is None or not said:
            return given
        if start is None or end is None:
            found = words.find_quote(capture.text, said, start=capture.body_start)
            if found is None:
                self.add_error("text", "These words do not occur in the body of this capture.")
                return given
            start, end = found
        elif not words.occurs_at(capture.text, said, start, end):
            self.add_error("text", f"At {start}–{end} the capture says “{capture.text[start:end][:80]}”.")
            return given
        self.cleaned_data |= {"start": start, "end": end, "text": capture.text[start:end]}
        self.instance.prefix, self.instance.suffix = words.around(capture.text, start, end)
        return given


class QuoteInline(RecordInline):
    """The words quoted from the report."""

    model = Quote
    form = QuoteForm
    template = "admin/edit_inline/stacked.html"
    autocomplete_fields = ("speaker",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "text",
                    ("kind", "capture", "start", "end"),
                    ("speaker", "attribution"),
                    ("language", "translation", "translated_by"),
                )
            },
        ),
    )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the captures of this citation's report."""
        if db_field.name == "capture":
            held = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
            captures = Capture.objects.select_related("report").defer("text")
            mine = captures.filter(report__citations=held) if str(held or "").isdigit() else captures.none()
            kwargs["queryset"] = mine
            kwargs["empty_label"] = None
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Citation)
class CitationAdmin(RecordAdmin):
    """One report's bearing on one statement or inquiry, with the words quoted."""

    form = RecordForm
    list_display = ("report", "statement", "inquiry", "basis", "stand", "source_changed_at")
    list_filter = ("basis", "stand", ("source_changed_at", admin.EmptyFieldListFilter))
    list_select_related = ("report", "statement", "inquiry")
    search_fields = ("=statement__public_id", "=inquiry__public_id", "=report__public_id")
    search_help_text = "A public id of a statement, an inquiry or a report."
    autocomplete_fields = ("statement", "inquiry", "report", "credits_outlet", "credits_report")
    readonly_fields = ("source_changed_at",)
    fieldsets = (
        (None, {"fields": ("statement", "inquiry", "report", "outcome")}),
        (
            "How it bears it out",
            {
                "fields": (
                    ("basis", "stand", "own_access"),
                    "attribution",
                    ("credits_outlet", "credits_report", "claims_first"),
                    "source_changed_at",
                )
            },
        ),
    )

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Words are quoted once the report is known."""
        return (QuoteInline,) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A citation stays with its row and its report."""
        fixed = ("statement", "inquiry", "report") if obj else ()
        return (*self.readonly_fields, *fixed)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As of the row it belongs to."""
        if not super().has_change_permission(request, obj):
            return False
        owner = (obj.statement or obj.inquiry) if obj else None
        return owner is None or not is_shown(owner) or bool(request.user.has_perm(rights.PUBLISH))


@admin.register(Capture)
class CaptureAdmin(ReadOnly):
    """What we got, and its text: for editors only, never public."""

    list_display = ("report", "fetched_at", "status", "bytes", "extractor")
    list_select_related = ("report",)
    search_fields = ("=report__public_id", "=body_sha256")
    fields = (
        "report", "fetched_at", "final_url", "status", "content_type", "bytes", "body_sha256", "text_sha256",
        "extractor", "body_start", "archive_url", "captured_text",
    )  # fmt: skip
    readonly_fields = ("captured_text",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """A list needs no texts."""
        rows = super().get_queryset(request)
        listing = request.resolver_match is not None and (request.resolver_match.url_name or "").endswith("changelist")
        return rows.defer("text") if listing else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The text is for those who decide candidates."""
        may = request.user.has_perm("tracker.review_candidate")
        return [name for name in self.fields if may or name != "captured_text"]

    @admin.display(description="Text")
    def captured_text(self, capture: Capture) -> Any:
        """The text as it was extracted."""
        return format_html('<div class="captured">{}</div>', capture.text)


@admin.register(FetchAttempt)
class FetchAttemptAdmin(ReadOnly):
    """Every try to fetch something."""

    list_display = ("at", "outcome", "status", "report", "feed", "ms", "error")
    list_filter = ("outcome",)
    list_select_related = ("report", "feed")
    search_fields = ("=report__public_id",)


@admin.register(Candidate)
class CandidateAdmin(ReadOnly):
    """What the machine proposed and what became of it; decided on the review desk."""

    list_display = ("__str__", "report", "event", "state", "confidence", "decided_by", "decided_at")
    list_filter = ("state", "kind", "event")
    list_select_related = ("report", "event", "decided_by")
    search_fields = ("=report__public_id", "companies__name__istartswith")


@admin.register(Coding)
class CodingAdmin(ReadOnly):
    """What each coder chose."""

    list_display = ("statement", "field", "value", "proposed", "blind", "coder", "codebook_version")
    list_filter = ("field", "blind", "codebook_version")
    list_select_related = ("statement", "coder")
    search_fields = ("=statement__public_id",)


@admin.register(Correction)
class CorrectionAdmin(ReadOnly):
    """What was publicly changed, and why."""

    list_display = ("published_at", "row", "field", "reason", "note", "by")
    list_filter = ("reason", "entity")
    list_select_related = ("by",)
    search_fields = ("=row", "=public_id")


@admin.register(Release)
class ReleaseAdmin(ReadOnly):
    """The public ledger."""

    list_display = ("seq", "at", "kind", "entity", "public_id", "by")
    list_filter = ("kind", "entity")
    list_select_related = ("by",)
    search_fields = ("=public_id",)


@admin.register(Redaction)
class RedactionAdmin(ReadOnly):
    """The log of redactions."""

    list_display = ("at", "entity", "row", "reason", "asked_by", "approved_by")
    list_select_related = ("asked_by", "approved_by")


@admin.register(OldSlug)
class OldSlugAdmin(ReadOnly):
    """Addresses that redirect."""

    list_display = ("slug", "entity", "row_id", "since")
    list_filter = ("entity",)
    search_fields = ("slug",)
