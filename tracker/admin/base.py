"""What every page of records has in common: saving through ``review``, saying why, lists without a count.

A refusal of ``review`` comes back as an error of the form, with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from simple_history.admin import SimpleHistoryAdmin

from tracker.admin.dates import HonestDatesForm
from tracker.admin.refusals import in_words, sentences
from tracker.core.text import clean, clean_name
from tracker.models import Inquiry, Statement
from tracker.models.choices import CorrectionReason, StatementState
from tracker.review import lines, reference, rights
from tracker.review.errors import ReviewError

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline  # generic for the type checker alone

NEVER_DELETED = "Rows of the record are never deleted here: withdraw or merge it, or end it with a day."
WHY_FIELDS = ("why_reason", "why_note")
COUNTED = 2_000  # rows; beyond them a list says "more than", because counting a million takes longer than reading


class Uncounted(Paginator):
    """Pages of a list whose rows are counted only so far."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or one more than we count."""
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by()[: COUNTED + 1].count()


class ListField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 40})

    def prepare_value(self, value: Any) -> Any:
        """Show each entry on a line of its own."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Return the lines that hold something, each once."""
        text = value if isinstance(value, str) else "\n".join(value or [])
        return list(dict.fromkeys(line for line in (clean_name(one) for one in text.splitlines()) if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the entries."""
        return self.to_python(initial) != self.to_python(data)


class RecordForm(HonestDatesForm):
    """A form of a row of the record. ``refusal`` is what ``review`` answered to what is being posted."""

    why_reason = forms.ChoiceField(
        label="Why it changes",
        required=False,
        choices=[("", "Choose…"), *CorrectionReason.choices],
        help_text="Readers see it: only “our error” is called a correction, the rest are updates.",
    )
    why_note = forms.CharField(
        label="In a sentence",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Kept in the history; of a public statement or inquiry, readers are told too.",
    )
    refusal: ReviewError | None = None

    def clean(self) -> dict[str, Any] | None:
        """Repeat the refusal, so that the form comes back as it was filled in."""
        given = super().clean()
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str):
                self.cleaned_data[name] = clean(value)  # what no encoding can hold must not reach the database
        if self.refusal is not None:
            raise ValidationError(sentences(self.refusal))
        return given

    def add_error(self, field: str | None, error: Any) -> None:
        """Say broken rules in words."""
        super().add_error(field, in_words(error) if isinstance(error, ValidationError) else error)

    @property
    def row_changed(self) -> bool:
        """Whether the row itself differs from what is held, whatever the reason given."""
        return bool(set(self.changed_data) - set(WHY_FIELDS))


class NeverDeleted(ModelAdmin):
    """Refuses deletion in words."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes, whatever the role."""
        return False

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Say what to do instead."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        self.message_user(request, NEVER_DELETED, messages.ERROR)
        return HttpResponseRedirect(reverse(f"admin:{self._place}_change", args=[object_id]))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Ask review, which deletes nothing but what hangs on a row."""
        reference.delete(obj, by=request.user)  # type: ignore[arg-type]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Ask review for each."""
        for row in queryset:
            self.delete_model(request, row)

    @property
    def _place(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"


class Listed(ModelAdmin):
    """Lists that open at once, however long they are."""

    paginator = Uncounted
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering = ("-pk",)


class ReadOnly(NeverDeleted, Listed):
    """Rows that nobody changes by hand: evidence, the ledger, what the machine keeps."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one."""
        return False


class RecordAdmin(NeverDeleted, Listed, SimpleHistoryAdmin):
    """Rows that editors keep: every save is one call of ``review``, with who and why."""

    form = RecordForm
    change_form_template = "admin/record/change_form.html"
    object_history_template = "admin/record/history.html"
    object_history_list_template = "admin/record/history_list.html"
    page_of_row = ""  # name of the public page, if rows have one
    name_of_row = "slug"

    class Media:
        css = {"all": ["tracker/admin.css"]}
        js = ["tracker/honest-date.js", "tracker/field-names.js"]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form, save it, or show it again with what review refused."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ReviewError as refused:
            request.refusal = refused  # type: ignore[attr-defined]
            for upload in request.FILES.values():
                upload.seek(0)  # type: ignore[union-attr]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form what was refused."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the reason beside what is changed."""
        sets = list(super().get_fieldsets(request, obj))
        if obj is None or not self.has_change_permission(request, obj):
            return sets
        return [*sets, ("Why this changes", {"fields": list(WHY_FIELDS if needs_reason(obj) else WHY_FIELDS[1:])})]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A duplicate is not edited; what is public is an editor's."""
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        if getattr(obj, "merged_into_id", None):
            return False
        return not is_shown(obj) or bool(request.user.has_perm(rights.PUBLISH))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Wait for what hangs on the row: ``save_related`` saves all of it as one change."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:
        """Hand the row and what hangs on it to review."""
        children: list[Model] = []
        removed: list[Model] = []
        for formset in formsets:
            children += formset.save(commit=False)
            removed += formset.deleted_objects
        self.save_record(request, form, children, removed)
        form.save_m2m()
        for formset in formsets:
            formset.save_m2m()

    def save_record(self, request: HttpRequest, form: Any, children: list[Model], removed: list[Model]) -> None:
        """Save everything of one form."""
        reference.save_together(
            form.instance,
            changed=form.row_changed,
            children=children,
            removed=removed,
            by=request.user,  # type: ignore[arg-type]
            reason=form.cleaned_data.get("why_reason") or "",
            note=form.cleaned_data.get("why_note") or "",
        )

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show a version. Nothing is reverted: a change is a new one, with its reason."""
        if request.method == "POST":
            raise PermissionDenied
        if not version_id.isdecimal():
            raise Http404
        shown: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return shown

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        """Always."""
        return True

    def view_on_site(self, obj: Any) -> str | None:
        """Return the public page of a row that readers may see."""
        if not self.page_of_row or not lines.is_public(obj):
            return None
        return reverse(f"pages:{self.page_of_row}", args=[getattr(obj, self.name_of_row)])

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Link to the public page."""
        return self.view_on_site(obj) if obj is not None else None


class RecordInline(TabularInline):
    """Rows that hang on another, saved with it."""

    form: Any = HonestDatesForm
    extra = 0
    show_change_link = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Readers' rows are an editor's to change."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not is_shown(obj) or bool(request.user.has_perm(rights.PUBLISH)))


class InlineForm(HonestDatesForm):
    """A row of an inline whose broken rules are said in words."""

    def add_error(self, field: str | None, error: Any) -> None:
        """Say broken rules in words."""
        super().add_error(field, in_words(error) if isinstance(error, ValidationError) else error)


class ReadOnlyInline(TabularInline):
    """Rows shown with another, and not changed there."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one here."""
        return False


def is_shown(row: Any) -> bool:
    """Whether the row is a statement or an inquiry that is, or was, public."""
    return isinstance(row, (Statement, Inquiry)) and row.state not in (StatementState.DRAFT, StatementState.APPROVED)


def needs_reason(row: Any) -> bool:
    """Whether readers must be told why this row changes."""
    shown = reference.owner_of(row) or row
    public = [shown, *reference.repeated_in(row)]
    return any(isinstance(one, (Statement, Inquiry)) and one.state == StatementState.PUBLISHED for one in public)
