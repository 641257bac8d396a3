"""Statements, with everything that hangs on one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tracker.admin.acts import ActsMixin
from tracker.admin.base import InlineForm, ReadOnlyInline, RecordAdmin, RecordForm, RecordInline
from tracker.admin.dates import HonestDateField
from tracker.admin.merges import merging_acts
from tracker.admin.redacting import redacting_act
from tracker.admin.refusals import sentences
from tracker.admin.sheets.pages import SheetsMixin
from tracker.admin.sheets.record import StatementsSheet
from tracker.admin.standing import APPROVE, SHARED, MoveForm, standing_of
from tracker.admin.trail import trail_of
from tracker.models import (
    Citation,
    Correction,
    Position,
    Quote,
    SignatureCount,
    Statement,
    StatementAsk,
    StatementLink,
    Voice,
)
from tracker.review import corrections, rights
from tracker.review.errors import ReviewError


class StatementForm(RecordForm):
    """What is coded of a statement."""

    honest_dates = ("said", "removed")
    said = HonestDateField(label="Date said")
    removed = HonestDateField(label="Removed by the issuer")


class VoiceForm(InlineForm):
    """Who is behind it."""

    honest_dates = ("joined", "left")
    joined = HonestDateField(label="Joined")
    left = HonestDateField(label="Left")


class StackedRecord(RecordInline):
    """An inline with too many fields for one line."""

    template = "admin/edit_inline/stacked.html"


class VoiceInline(StackedRecord):
    """Companies and people behind the statement."""

    model = Voice
    form = VoiceForm
    autocomplete_fields = ("company", "person")
    fieldsets = (
        (None, {"fields": (("company", "person"), ("capacity", "part"), ("title_then", "name_then"))}),
        (
            "Joined or left on another day",
            {
                "fields": (
                    ("joined", "joined_as_written", "joined_reason"),
                    ("left", "left_as_written", "left_reason"),
                ),
                "classes": ("collapse",),
            },
        ),
    )


class CitationInline(StackedRecord):
    """Reports that say so; their quotes are shown here and edited on the citation's own page."""

    model = Citation
    fk_name = "statement"
    form = InlineForm
    show_change_link = True
    autocomplete_fields = ("report", "credits_outlet", "credits_report")
    readonly_fields = ("quotes_shown",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "report",
                    ("basis", "stand", "own_access"),
                    "attribution",
                    ("credits_outlet", "credits_report", "claims_first"),
                    "quotes_shown",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the quotes, in one query more."""
        return super().get_queryset(request).select_related("report").prefetch_related("quotes")

    @admin.display(description="Quotes")
    def quotes_shown(self, citation: Citation) -> SafeString | str:
        """The words, with the way to where they are edited."""
        if citation.pk is None:
            return "Save first; then the quotes are selected on the citation’s own page."
        address = reverse("admin:tracker_citation_change", args=[citation.pk])
        words = format_html_join(
            "", "<li>“{}” <em>{}</em></li>", ((one.text, one.get_kind_display()) for one in citation.quotes.all())
        )
        return format_html('<ul class="quoted">{}</ul><a href="{}">Edit the quotes</a>', words, address)


class PositionInline(RecordInline):
    """Sides taken toward other targets."""

    model = Position
    form = InlineForm
    fields = ("target", "stance", "quote")
    autocomplete_fields = ("target",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer this statement's own quotes."""
        if db_field.name == "quote":
            held = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
            mine = Quote.objects.filter(citation__statement=held) if str(held or "").isdigit() else Quote.objects.none()
            kwargs["queryset"] = mine
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AskInline(RecordInline):
    """What it asks for."""

    model = StatementAsk
    form = InlineForm
    fields = ("ask", "addressee", "basis")
    autocomplete_fields = ("ask",)


class LinkInline(RecordInline):
    """How it stands to other statements."""

    model = StatementLink
    fk_name = "from_statement"
    form = InlineForm
    fields = ("kind", "to_statement", "note")
    autocomplete_fields = ("to_statement",)


class CountInline(RecordInline):
    """How many had signed, over time."""

    model = SignatureCount
    form = InlineForm
    fields = ("comparator", "count", "as_of", "company", "citation")
    autocomplete_fields = ("company",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer this statement's own citations."""
        if db_field.name == "citation":
            held = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
            rows = Citation.objects.select_related("report", "statement", "inquiry")
            kwargs["queryset"] = rows.filter(statement=held) if str(held or "").isdigit() else rows.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CorrectionInline(ReadOnlyInline):
    """What was corrected, newest first."""

    model = Correction
    fields = ("published_at", "field", "before", "after", "reason", "note", "by")


@admin.register(Statement)
class StatementAdmin(SheetsMixin, ActsMixin, RecordAdmin):
    """Statements: coded in the form, moved between states by the buttons."""

    sheet = StatementsSheet
    form = StatementForm
    change_form_template = "admin/tracker/statement/change_form.html"
    page_of_row = "statement"
    name_of_row = "public_id"
    list_display = ("public_id", "who", "when", "stance", "channel", "event", "state", "verification")
    list_filter = (
        "state",
        "stance",
        "channel",
        "disclosure",
        "verification",
        "event",
    )
    list_select_related = ("event",)
    search_fields = ("public_id", "voices__company__name__istartswith", "voices__person__name__istartswith")
    search_help_text = "A public id, or how the name of a company or person begins."
    autocomplete_fields = ("event",)
    inlines = (VoiceInline, CitationInline, PositionInline, AskInline, LinkInline, CountInline, CorrectionInline)
    actions = ("move_many",)
    acts = (APPROVE, *SHARED, *merging_acts(Statement, "statement"), redacting_act())
    fieldsets = (
        (None, {"fields": ("event", "summary", ("form", "language"), "operations_only")}),
        ("When", {"fields": ("said", ("said_as_written", "said_reason"), "said_at")}),
        ("To whom", {"fields": (("channel", "medium"), ("disclosure", "audience"))}),
        ("Stance", {"fields": ("stance",)}),
        ("If it is sensitive, or gone", {
            "fields": ("no_inquiry_reason", "removed", ("removed_as_written", "removed_reason")),
            "classes": ("collapse",),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        """With the names that the list shows."""
        return super().get_queryset(request).prefetch_related("voices__company", "voices__person")

    @admin.display(description="Who")
    def who(self, statement: Statement) -> str:
        """The first voices, and how many more."""
        voices = [str(voice) for voice in statement.voices.all()]
        return ", ".join(voices[:2]) + (f" and {len(voices) - 2} more" if len(voices) > 2 else "")

    @admin.display(description="Said")
    def when(self, statement: Statement) -> str:
        """The date in words."""
        return statement.said.words()

    @admin.action(description="Move to another event", permissions=["publish"])
    def move_many(self, request: HttpRequest, rows: QuerySet[Statement]) -> HttpResponse | None:
        """Ask to which event and why, then move all or none."""
        form = MoveForm(request.POST) if "move" in request.POST else MoveForm()
        if form.is_bound and form.is_valid():
            given = form.cleaned_data
            try:
                moved = corrections.move(
                    rows,
                    to=given["event"],
                    by=request.user,  # type: ignore[arg-type]
                    reason=given["reason"],
                    note=given["note"],
                )
            except ReviewError as refused:
                for sentence in sentences(refused):
                    form.add_error(None, sentence)
            else:
                self.message_user(request, f"{moved} moved to “{given['event']}”.", messages.SUCCESS)
                return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Move to another event",
            "rows": rows[:200],
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/record/move.html", context)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether the user may change what is public."""
        return bool(request.user.has_perm(rights.PUBLISH))

    def context_of(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Say where it stands."""
        return {"standing": standing_of(row)}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show who changed what, when and why, of the statement and of everything that hangs on it."""
        row = self.get_object(request, object_id)
        if row is None:
            return super().history_view(request, object_id, extra_context)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "History",
            "subtitle": str(row),
            "object": row,
            "module_name": self.opts.verbose_name_plural,
            "trail": trail_of(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/record/trail.html", context)
