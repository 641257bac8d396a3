"""Reports and feeds: sending one in, what became of it, trying again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from tracker import tasks
from tracker.admin.acts import Act, ActsMixin
from tracker.admin.base import InlineForm, ReadOnlyInline, RecordAdmin, RecordForm, RecordInline
from tracker.admin.dates import HonestDateField
from tracker.admin.redacting import redacting_act
from tracker.admin.sending import SendForm
from tracker.ingest import pipeline
from tracker.models import Candidate, Capture, Feed, FeedItem, FetchAttempt, Report, ReportEvent
from tracker.models.choices import FeedState, ReportState
from tracker.operations import handoff
from tracker.review.errors import Conflict


class ReportForm(RecordForm):
    """What a report says of itself. Where public rows cite it, readers are told why it changes."""

    honest_dates = ("published",)
    published = HonestDateField(label="Published")


class EventInline(RecordInline):
    """Which events it is about."""

    model = ReportEvent
    form = InlineForm
    fields = ("event", "reason")
    autocomplete_fields = ("event",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was matched stays."""
        return False


class CaptureInline(ReadOnlyInline):
    """What we got. The text is on the capture's own page, for editors."""

    model = Capture
    fields = ("fetched_at", "status", "content_type", "bytes", "extractor", "body_sha256")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the texts."""
        return super().get_queryset(request).defer("text").select_related("report")


class FetchInline(ReadOnlyInline):
    """Every try to fetch it."""

    model = FetchAttempt
    fields = ("at", "outcome", "status", "final_url", "ms", "error")
    show_change_link = False


class CandidateInline(ReadOnlyInline):
    """What was found in it."""

    model = Candidate
    fields = ("kind", "state", "event", "confidence", "decided_by", "reason")


def _again(report: Report, by: Any, given: dict[str, Any]) -> str:
    if not pipeline.retry(report):
        raise Conflict("It has moved on meanwhile: look again.")
    told = tasks.kick(report.pk)
    return "It is tried again now." if told else "It will be tried again as soon as a worker is there."


@admin.register(Report)
class ReportAdmin(ActsMixin, RecordAdmin):
    """What reached us, how far it has come, and what stands in its way."""

    form = ReportForm
    change_form_template = "admin/tracker/report/change_form.html"
    object_history_template = ""  # the stock page
    page_of_row = ""
    list_display = ("__str__", "outlet", "state", "error", "when", "created_at")
    list_filter = ("state", "failed_at_step", "outlet__kind")
    list_select_related = ("outlet",)
    search_fields = ("=public_id", "headline__istartswith", "=canonical_url", "=url")
    search_help_text = "A public id, an address, or how the headline begins."
    autocomplete_fields = ("outlet", "upstream")
    inlines = (EventInline, CandidateInline, CaptureInline, FetchInline)
    fields = (
        "headline", "outlet", "published", ("published_as_written", "published_reason"), "byline", "dateline",
        "language", "upstream",
    )  # fmt: skip
    acts = (
        Act(
            "again",
            "Try again",
            _again,
            "tracker.change_report",
            offered=lambda report: report.state in (ReportState.FAILED, ReportState.PARKED),
        ),
        redacting_act(),
    )

    @admin.display(description="Published")
    def when(self, report: Report) -> str:
        """The date in words."""
        return report.published.words() if report.published else ""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show who did what with it here; a report's own steps stand in its state and its fetches."""
        return admin.ModelAdmin.history_view(self, request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Reports have no table of versions."""
        raise Http404

    def context_of(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Say how far it has come."""
        return {"report": row, "now": timezone.now()}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Take in an address, a text or a file, and return at once: the workers do the rest."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SendForm(request.POST, request.FILES) if request.method == "POST" else SendForm()
        if request.method == "POST" and form.is_valid():
            try:
                report, new = form.send(by=request.user)
            except pipeline.Rejected as refused:
                form.add_error(None, str(refused))
            else:
                if new:
                    told = tasks.kick(report.pk)
                    self.message_user(
                        request,
                        "Taken in. A worker is reading it; this page says how far it has come."
                        if told
                        else "Taken in. It will be read as soon as a worker is there.",
                        messages.SUCCESS,
                    )
                else:
                    self.message_user(request, "We have this report already: here it is.", messages.WARNING)
                return HttpResponseRedirect(reverse("admin:tracker_report_change", args=[report.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Add a report",
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/tracker/report/add.html", context)


class ItemInline(ReadOnlyInline):
    """The newest items seen in it."""

    model = FeedItem
    fields = ("seen_at", "title", "report", "reason")
    show_change_link = False
    ordering = ("-pk",)
    verbose_name_plural = "Newest items"

    def get_queryset(self, request: HttpRequest) -> Any:
        """The newest thirty."""
        rows = super().get_queryset(request).select_related("report")
        held = (request.resolver_match.kwargs if request.resolver_match else {}).get("object_id")
        if not str(held or "").isdigit():
            return rows.none()
        newest = FeedItem.objects.filter(feed=held).order_by("-pk").values_list("pk", flat=True)[:30]
        return rows.filter(pk__in=list(newest))


def _poll(feed: Feed, by: Any, given: dict[str, Any]) -> str:
    Feed.objects.filter(pk=feed.pk).update(next_fetch_at=None, updated_at=timezone.now())
    told = handoff.send(tasks.poll_feed, feed.pk)
    return "It is polled now." if told else "It is due, and polled as soon as a worker is there."


@admin.register(Feed)
class FeedAdmin(ActsMixin, RecordAdmin):
    """Addresses we poll, and how they do."""

    list_display = ("__str__", "outlet", "company", "state", "how_it_does", "last_success_at", "next_fetch_at")
    list_filter = ("state", ("company", admin.EmptyFieldListFilter))
    list_select_related = ("outlet", "company")
    search_fields = ("title", "url", "outlet__name")
    autocomplete_fields = ("outlet", "company", "event")
    readonly_fields = ("how_it_does", "last_success_at", "next_fetch_at", "failures", "last_error")
    fieldsets = (
        (None, {"fields": ("url", "title", "outlet", "company", "event", "interval", "state")}),
        ("How it does", {"fields": ("how_it_does", "last_success_at", "next_fetch_at", "failures", "last_error")}),
    )
    acts = (
        Act(
            "poll",
            "Poll now",
            _poll,
            "tracker.change_feed",
            offered=lambda feed: feed.state == FeedState.ACTIVE,
        ),
    )

    @admin.display(description="Health", ordering="health")
    def how_it_does(self, feed: Feed) -> str:
        """The health in words."""
        words = [(90, "well"), (40, "ailing"), (0, "poor")]
        return f"{next(word for least, word in words if feed.health >= least)} ({feed.health} of 100)"

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new feed has no items."""
        return (ItemInline,) if obj else ()
