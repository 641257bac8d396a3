"""Frames, watch lists and checks: what it takes to say that nothing was found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from tracker.admin.acts import Act, ActsMixin
from tracker.admin.base import ReadOnly, ReadOnlyInline, RecordAdmin, RecordForm
from tracker.admin.pasting import PasteForm
from tracker.admin.refusals import sentences
from tracker.admin.sheets.pages import SheetsMixin
from tracker.admin.sheets.record import WatchSheet
from tracker.models import Check, Event, Frame, WatchEntry
from tracker.models.choices import Where
from tracker.review import reference, rights
from tracker.review.errors import ReviewError


class CheckForm(forms.Form):
    """Where somebody looked, through which day."""

    through = forms.DateField(
        label="Looked at everything through",
        widget=admin.widgets.AdminDateWidget,
        help_text="Usually today.",
    )
    where = forms.MultipleChoiceField(
        label="Where",
        choices=Where.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Where.NEWSROOM, Where.ACCOUNTS, Where.OUTLETS],
        help_text="The first three are the company’s own channels.",
    )
    note = forms.CharField(label="Note", required=False, max_length=300, help_text="What the next person should know.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["through"].initial = lambda: timezone.now().date()


def _check(entry: WatchEntry, by: Any, given: dict[str, Any]) -> str:
    reference.record_checks([entry], by=by, **given)
    return f"Logged: {entry.company} checked through {given['through']}."


def _check_today(entry: WatchEntry, by: Any, given: dict[str, Any]) -> str:
    return _check(entry, by, everywhere_today())


def everywhere_today() -> dict[str, Any]:
    """Newsroom, accounts, outlets: nothing found through today."""
    return {
        "through": timezone.now().date(),
        "where": [Where.NEWSROOM, Where.ACCOUNTS, Where.OUTLETS],
        "note": "Nothing found.",
    }


class ChecksInline(ReadOnlyInline):
    """What was logged, newest first. A check, once logged, stays."""

    model = Check
    fields = ("through", "where", "by", "note", "at")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """With who looked."""
        return super().get_queryset(request).select_related("by", "entry__company")


@admin.register(Frame)
class FrameAdmin(ActsMixin, RecordAdmin):
    """Named lists of companies, each with its rule. Fixed when first published."""

    list_display = ("name", "dated", "published_at", "members")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("published_at",)
    fields = ("name", "slug", "rule", "source", "dated", "published_at")
    acts = (
        Act(
            "publish",
            "Publish and fix",
            lambda frame, by, given: f"“{reference.publish_frame(frame, by=by)}” is public, and fixed.",
            rights.PUBLISH,
            offered=lambda frame: frame.published_at is None,
        ),
    )

    @admin.display(description="Entries")
    def members(self, frame: Frame) -> int:
        """How many watch entries name it; frames are few."""
        return frame.entries.count()


@admin.register(WatchEntry)
class WatchEntryAdmin(SheetsMixin, ActsMixin, RecordAdmin):
    """Who is watched for what. Companies are entered as a list."""

    sheet = WatchSheet
    form = RecordForm
    change_list_template = "admin/tracker/watchentry/change_list.html"
    list_display = ("company", "event", "frame", "entered_for", "searched_from", "until", "checked_through")
    list_filter = (
        ("event", admin.RelatedOnlyFieldListFilter),
        ("frame", admin.RelatedOnlyFieldListFilter),
        "entered_for",
        "sector_then",
        ("until", admin.EmptyFieldListFilter),
    )
    list_select_related = ("company", "event", "frame")
    search_fields = ("company__name__icontains", "company__slug", "=company__tickers__symbol")
    autocomplete_fields = ("event", "company", "frame")
    inlines = (ChecksInline,)
    actions = ("check_today", "check_many")
    list_per_page = 200
    fields = ("event", "company", "frame", "entered_for", "searched_from", "until", "sector_then", "hq_then")
    acts = (
        Act("check-today", "Nothing found through today", _check_today, "tracker.add_check"),
        Act("check", "Log a check", _check, "tracker.add_check", form=CheckForm),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WatchEntry]:
        """With the last check of each."""
        return super().get_queryset(request).annotate(last_check=Max("checks__through"))

    @admin.display(description="Last check", ordering="last_check")
    def checked_through(self, entry: Any) -> Any:
        """The last day that was looked at; holdbacks may claim less."""
        return entry.last_check

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An entry keeps its company, event and frame."""
        return ("event", "company", "frame") if obj else ("sector_then", "hq_then")

    def get_urls(self) -> list[Any]:
        """Add the page where a list is pasted."""
        paste = self.admin_site.admin_view(self.paste_view)
        return [path("paste/", paste, name="tracker_watchentry_paste"), *super().get_urls()]

    @admin.action(description="Nothing found through today", permissions=["check"])
    def check_today(self, request: HttpRequest, rows: QuerySet[WatchEntry]) -> None:
        """Log a check of each, in one click."""
        self._log(request, rows, everywhere_today())

    @admin.action(description="Log a check…", permissions=["check"])
    def check_many(self, request: HttpRequest, rows: QuerySet[WatchEntry]) -> HttpResponse | None:
        """Ask where and through which day, then log a check of each."""
        form = CheckForm(request.POST) if "check" in request.POST else CheckForm()
        if form.is_bound and form.is_valid() and self._log(request, rows, form.cleaned_data, form=form):
            return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Log a check",
            "rows": rows.select_related("company"),
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/tracker/watchentry/check.html", context)

    def has_check_permission(self, request: HttpRequest) -> bool:
        """Whether the user may log checks."""
        return bool(request.user.has_perm("tracker.add_check"))

    def _log(self, request: HttpRequest, rows: Any, given: dict[str, Any], *, form: Any = None) -> bool:
        try:
            made = reference.record_checks(rows, by=request.user, **given)  # type: ignore[arg-type]
        except ReviewError as refused:
            for sentence in sentences(refused):
                if form is not None:
                    form.add_error(None, sentence)
                else:
                    self.message_user(request, sentence, messages.ERROR)
            return False
        self.message_user(
            request, f"{len(made)} {'check' if len(made) == 1 else 'checks'} logged through {given['through']}."
        )
        return True

    def paste_view(self, request: HttpRequest) -> HttpResponse:
        """Take names or tickers, show what each matched, and enter them once the editor has seen it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.POST if request.method == "POST" else None
        form = PasteForm(posted, initial={"event": request.GET.get("event")})
        matched = form.matched() if form.is_bound and form.is_valid() else None
        if matched is not None and "enter" in request.POST and not matched.unclear:
            try:
                entered = form.enter(matched, by=request.user)
            except ReviewError as refused:
                for sentence in sentences(refused):
                    form.add_error(None, sentence)
            else:
                self.message_user(request, f"{entered} entered, {len(matched.watched)} were watched already.")
                event: Event = form.cleaned_data["event"]
                address = reverse("admin:tracker_watchentry_changelist")
                return HttpResponseRedirect(f"{address}?event__id__exact={event.pk}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Paste a watch list",
            "form": form,
            "matched": matched,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/tracker/watchentry/paste.html", context)


@admin.register(Check)
class CheckAdmin(ReadOnly):
    """What was looked at. Logged on the watch list; never changed."""

    list_display = ("entry", "through", "where", "by", "note", "at")
    list_filter = (("entry__event", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("entry__company", "entry__event", "by")
    search_fields = ("entry__company__name__istartswith",)
