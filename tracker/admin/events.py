"""Events, what the ingest looks for on each, and the targets of a tree."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from tracker.admin.acts import Act, ActsMixin
from tracker.admin.base import InlineForm, ListField, ReadOnlyInline, RecordAdmin, RecordForm, RecordInline
from tracker.admin.dates import HonestDateField
from tracker.admin.sheets.pages import SheetsMixin
from tracker.admin.sheets.reference import EventsSheet
from tracker.models import Ask, Event, Target, WatchTerms
from tracker.review import reference, rights


class EventForm(RecordForm):
    """An event with its two honest dates."""

    honest_dates = ("began", "ended")
    began = HonestDateField(label="Began")
    ended = HonestDateField(label="Ended")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False


class TermsForm(InlineForm):
    """Watch terms, one a line."""

    terms = ListField(required=False, help_text="Words or phrases, one a line.")


class TermsInline(RecordInline):
    """What the ingest looks for."""

    model = WatchTerms
    form = TermsForm
    fields = ("terms", "outlets")
    autocomplete_fields = ("outlets",)
    max_num = 1
    verbose_name_plural = "What the ingest looks for"


class ChildrenInline(ReadOnlyInline):
    """The events this one is made of."""

    model = Event
    fk_name = "parent"
    fields = ("title", "published")
    verbose_name_plural = "Events within it"


class TargetInline(RecordInline):
    """Whom else statements of this tree take a side toward."""

    model = Target
    fk_name = "tree"
    fields = ("label", "event", "company", "person")
    autocomplete_fields = ("event", "company", "person")
    verbose_name_plural = "Other targets of the tree"


def _publish(event: Event, by: Any, given: dict[str, Any]) -> str:
    reference.publish_event(event, by=by)
    return f"“{event.title}” is public."


@admin.register(Event)
class EventAdmin(SheetsMixin, ActsMixin, RecordAdmin):
    """Events. Publishing is a button, because it cannot be taken back."""

    sheet = EventsSheet
    form = EventForm
    page_of_row = "event"
    list_display = ("title", "parent", "when", "kind", "published")
    list_filter = ("published", "kind", "is_sample")
    list_select_related = ("parent",)
    search_fields = ("title", "slug")
    autocomplete_fields = ("parent",)
    readonly_fields = ("published",)
    prepopulated_fields = {"slug": ("title",)}
    inlines = (ChildrenInline, TermsInline, TargetInline)
    acts = (
        Act(
            "publish",
            "Publish",
            _publish,
            rights.PUBLISH,
            offered=lambda event: not event.published,
        ),
    )
    fieldsets = (
        (None, {"fields": ("title", "slug", "kind", "parent", "published")}),
        (
            "When and where",
            {
                "fields": (
                    "began",
                    ("began_as_written", "began_reason"),
                    "ended",
                    ("ended_as_written", "ended_reason"),
                    "place",
                    "time_zone",
                )
            },
        ),
        ("What counts", {"fields": ("description", "scope", "stance_target")}),
        ("Elsewhere", {"fields": ("wikidata_id", "is_sample")}),
    )

    @admin.display(description="Began", ordering="began_earliest")
    def when(self, event: Event) -> str:
        """The beginning in words."""
        return event.began.words()

    def save_record(self, request: HttpRequest, form: Any, children: list[Model], removed: list[Model]) -> None:
        """Save the event; what is looked for and targeted is no part of its public row, and saved for itself."""
        super().save_record(request, form, [], [])
        for row in children:
            reference.save(
                row,
                by=request.user,  # type: ignore[arg-type]
                reason=form.cleaned_data.get("why_reason") or "",
                note=form.cleaned_data.get("why_note") or "",
            )

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Targets stand on the root, and only once the event is there."""
        if obj is None:
            return (TermsInline,)
        return self.inlines if obj.parent_id is None else (ChildrenInline, TermsInline)


@admin.register(Ask)
class AskAdmin(RecordAdmin):
    """What statements ask for."""

    list_display = ("label", "slug")
    search_fields = ("label", "slug")
    prepopulated_fields = {"slug": ("label",)}
    fields = ("label", "slug")
    ordering = ("label",)


@admin.register(Target)
class TargetAdmin(RecordAdmin):
    """Whom else statements take a side toward."""

    list_display = ("label", "tree", "company", "person")
    list_filter = (("tree", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("tree", "company", "person")
    search_fields = ("label",)
    autocomplete_fields = ("tree", "event", "company", "person")
    fields = ("label", "tree", "event", "company", "person")
