"""People who speak, and the roles they held."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from tracker.admin.acts import ActsMixin
from tracker.admin.base import InlineForm, RecordAdmin, RecordForm, RecordInline
from tracker.admin.dates import HonestDateField
from tracker.admin.merges import merging_acts
from tracker.admin.redacting import redacting_act
from tracker.admin.sheets.pages import SheetsMixin
from tracker.admin.sheets.reference import PeopleSheet
from tracker.models import Person, Role


class PersonForm(RecordForm):
    """A person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = "Name in addresses. Empty: made from the name."


class RoleForm(InlineForm):
    """A role with its honest date."""

    honest_dates = ("held",)
    held = HonestDateField(label="Held", help_text="From when until when.")


class RoleInline(RecordInline):
    """Roles held."""

    model = Role
    form = RoleForm
    fields = ("company", "title", "held", "held_as_written", "held_reason")
    autocomplete_fields = ("company",)


@admin.register(Person)
class PersonAdmin(SheetsMixin, ActsMixin, RecordAdmin):
    """People: officers, directors, partners, founders, owners and authorised spokespeople only."""

    sheet = PeopleSheet
    form = PersonForm
    page_of_row = "person"
    list_display = ("name", "slug", "is_spokesperson", "merged_into")
    list_filter = ("is_spokesperson", ("merged_into", admin.EmptyFieldListFilter), "is_sample")
    list_select_related = ("merged_into",)
    search_fields = ("name", "slug", "=wikidata_id")
    readonly_fields = ("merged_into",)
    fields = ("name", "slug", "is_spokesperson", "wikidata_id", "is_sample", "merged_into")
    inlines = (RoleInline,)
    acts = (*merging_acts(Person, "person"), redacting_act())

    def view_on_site(self, obj: Any) -> str | None:
        """Spokespeople get no page."""
        return None if obj.is_spokesperson else super().view_on_site(obj)
