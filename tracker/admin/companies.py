"""Companies and outlets, with the warning that one is held already, and the merging of two that are one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from tracker.admin.acts import ActsMixin
from tracker.admin.base import InlineForm, ListField, ReadOnlyInline, RecordAdmin, RecordForm, RecordInline
from tracker.admin.dates import HonestDateField
from tracker.admin.desk import names
from tracker.admin.merges import merging_acts
from tracker.admin.sheets.pages import SheetsMixin
from tracker.admin.sheets.reference import CompaniesSheet
from tracker.models import Alias, Company, Outlet, Role, Ticker


class CompanyForm(RecordForm):
    """A company. A new one whose name is like a held one is saved only when the editor says that it is another."""

    honest_dates = ("parent_since", "parent_until")
    parent_since = HonestDateField(label="Belonging to it from")
    parent_until = HonestDateField(label="Belonging to it until")
    is_another = forms.BooleanField(
        label="None of those: this is another company",
        required=False,
        help_text="Tick it only after you have looked at the companies named above.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "Name in addresses. Empty: made from the name."

    def clean(self) -> dict[str, Any] | None:
        """Show what may be the same company before a second row of it is made."""
        given = super().clean()
        name = self.cleaned_data.get("name")
        if self.instance.pk is None and name and not self.cleaned_data.get("is_another"):
            held = names.same_or_close(name)
            if held:
                links = format_html_join(
                    ", ",
                    '<a href="{}">{}</a>',
                    ((reverse("admin:tracker_company_change", args=[one.pk]), one.name) for one in held),
                )
                self.add_error(
                    "name",
                    format_html("We may hold it already: {}. If it is another, tick the box and save again.", links),
                )
        return given


class AliasInline(RecordInline):
    """Other names."""

    model = Alias
    form = InlineForm
    fields = ("name", "ambiguous")


class TickerInline(RecordInline):
    """Share classes."""

    model = Ticker
    form = InlineForm
    fields = ("exchange", "symbol")


class PeopleInline(ReadOnlyInline):
    """Who held a role here."""

    model = Role
    fields = ("person", "title", "held_words")
    readonly_fields = ("held_words",)
    show_change_link = False
    verbose_name_plural = "People"

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the names, in one query."""
        return super().get_queryset(request).select_related("person", "company")

    @admin.display(description="Held")
    def held_words(self, role: Role) -> str:
        """The dates in words."""
        return role.held.words()


@admin.register(Company)
class CompanyAdmin(SheetsMixin, ActsMixin, RecordAdmin):
    """Companies."""

    sheet = CompaniesSheet
    form = CompanyForm
    page_of_row = "company"
    list_display = ("name", "kind", "sector", "hq_region", "parent", "merged_into")
    list_filter = ("kind", "sector", ("merged_into", admin.EmptyFieldListFilter), "is_sample")
    list_select_related = ("parent", "merged_into")
    search_fields = ("name", "slug", "aliases__name", "=tickers__symbol", "=wikidata_id", "=cik", "=lei")
    search_help_text = "A name, another name, a ticker or an identifier."
    autocomplete_fields = ("parent", "succeeded_by")
    readonly_fields = ("merged_into",)
    inlines = (AliasInline, TickerInline, PeopleInline)
    acts = merging_acts(Company, "company")
    fieldsets = (
        (None, {"fields": ("name", "is_another", "slug", "kind", "sector", "hq_region", "domain", "merged_into")}),
        (
            "Belongs to",
            {
                "fields": (
                    "parent",
                    "parent_kind",
                    "parent_since",
                    ("parent_since_as_written", "parent_since_reason"),
                    "parent_until",
                    ("parent_until_as_written", "parent_until_reason"),
                    "succeeded_by",
                ),
                "classes": ("collapse",),
            },
        ),
        ("Identifiers", {"fields": ("wikidata_id", "cik", "lei", "is_sample")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A company that is held needs no box for being another."""
        sets = super().get_fieldsets(request, obj)
        if obj is None:
            return sets
        return [
            (title, {**told, "fields": [name for name in told["fields"] if name != "is_another"]})
            for title, told in sets
        ]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new company has nobody yet."""
        return self.inlines if obj else (AliasInline, TickerInline)


class OutletForm(RecordForm):
    """An outlet."""

    aliases = ListField(label="Other names", required=False, help_text="Under which reports credit it, one a line.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False


@admin.register(Outlet)
class OutletAdmin(RecordAdmin):
    """Who publishes reports."""

    form = OutletForm
    page_of_row = "outlet"
    list_display = ("name", "kind", "domain", "owner")
    list_filter = ("kind", "is_sample")
    search_fields = ("name", "slug", "domain")
    fields = ("name", "slug", "kind", "domain", "aliases", "owner", "is_sample")
    ordering = ("name",)
