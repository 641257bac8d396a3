"""What readers, companies and the product itself ask an editor to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from tracker.admin.acts import Act, ActsMixin
from tracker.admin.base import Listed, NeverDeleted
from tracker.models import Company, Event, Inquiry, Notice, Outlet, Person, Statement
from tracker.models.choices import Entity, NoticeState, StatementState
from tracker.review import rights, takedown
from tracker.review.errors import CannotChange

ROWS: dict[str, tuple[Any, str]] = {
    Entity.STATEMENT: (Statement, "public_id"),
    Entity.INQUIRY: (Inquiry, "public_id"),
    Entity.COMPANY: (Company, "slug"),
    Entity.PERSON: (Person, "slug"),
    Entity.EVENT: (Event, "slug"),
    Entity.OUTLET: (Outlet, "slug"),
}


def row_of(notice: Notice) -> Any:
    """Return the row it is about; None if there is none."""
    model, name = ROWS.get(notice.entity, (None, ""))
    return model._default_manager.filter(**{name: notice.row}).first() if model else None


class NoticeForm(forms.ModelForm):
    """A notice that reached us by letter or telephone."""

    def clean(self) -> dict[str, Any]:
        """Find what it is about."""
        given = super().clean() or {}
        model, name = ROWS.get(given.get("entity", ""), (None, ""))
        if model is None or not model._default_manager.filter(**{name: given.get("row", "")}).exists():
            self.add_error("row", "We hold no such row: give the public id of a statement or inquiry, else the slug.")
        return given


class CloseForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label="What came of it", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def _withhold(notice: Notice, by: Any, given: dict[str, Any]) -> str:
    row = row_of(notice)
    if not isinstance(row, (Statement, Inquiry)):
        raise CannotChange("Only a statement or an inquiry can be withheld.")
    takedown.withhold(row, by=by, why=f"{notice.get_kind_display()} {notice.public_id}")
    _take(notice, by, NoticeState.EXAMINING)
    return f"{row} is hidden while it is examined."


def _examine(notice: Notice, by: Any, given: dict[str, Any]) -> str:
    _take(notice, by, NoticeState.EXAMINING)
    return "It is yours to examine."


def _close(notice: Notice, by: Any, given: dict[str, Any]) -> str:
    _take(notice, by, NoticeState.CLOSED, outcome=given["outcome"])
    return "Closed."


def _take(notice: Notice, by: Any, state: str, **fields: Any) -> None:
    notice.state, notice.handled_by = state, by
    for name, value in fields.items():
        setattr(notice, name, value)
    notice.save(update_fields=["state", "handled_by", "updated_at", *fields])


def _can_be_withheld(notice: Notice) -> bool:
    row = row_of(notice) if notice.state != NoticeState.CLOSED else None
    return isinstance(row, (Statement, Inquiry)) and row.state == StatementState.PUBLISHED


@admin.register(Notice)
class NoticeAdmin(ActsMixin, NeverDeleted, Listed):
    """Complaints, error reports, tips, and sources that changed."""

    form = NoticeForm
    change_form_template = "admin/record/change_form.html"
    list_display = ("public_id", "kind", "row", "excerpt", "state", "handled_by", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("handled_by",)
    search_fields = ("=public_id", "=row")
    fields = ("kind", "entity", "row", "about", "text", "contact", "state", "handled_by", "outcome")
    readonly_fields = ("about", "state", "handled_by", "outcome")
    acts = (
        Act(
            "withhold",
            "Withhold what it is about",
            _withhold,
            rights.PUBLISH,
            offered=_can_be_withheld,
            grave=True,
        ),
        Act(
            "examine",
            "I look into it",
            _examine,
            "tracker.change_notice",
            offered=lambda notice: notice.state == NoticeState.OPEN,
        ),
        Act(
            "close",
            "Close",
            _close,
            "tracker.change_notice",
            offered=lambda notice: notice.state != NoticeState.CLOSED,
            form=CloseForm,
        ),
    )

    class Media:
        css = {"all": ["tracker/admin.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was written stays as it was written; the buttons move it."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description="Text")
    def excerpt(self, notice: Notice) -> str:
        """How it begins."""
        return notice.text[:90]

    @admin.display(description="About")
    def about(self, notice: Notice) -> Any:
        """The row, to go to."""
        row = row_of(notice) if notice.pk else None
        if row is None:
            return "–"
        address = reverse(f"admin:tracker_{row._meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row)
