"""Where it says so: outlets, feeds, reports, captures, and how they bear a statement out."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tracker.models import dates
from tracker.models.base import Timestamped, kept_history, public_id
from tracker.models.choices import (
    REPORT_MOVES,
    UNFINISHED_REPORTS,
    Basis,
    FeedState,
    FetchOutcome,
    InquiryOutcome,
    OutletKind,
    QuoteKind,
    ReportState,
    Stand,
    Step,
    one_of,
)


class Outlet(Timestamped):
    """Who publishes reports."""

    slug = models.SlugField(max_length=80, unique=True, help_text="Name in addresses.")
    name = models.CharField(max_length=200, help_text="The name readers know it by.")
    domain = models.CharField(max_length=200, blank=True, help_text="Host name of its site.")
    aliases = models.JSONField(default=list, blank=True, help_text="Other names under which reports credit it.")
    owner = models.CharField(max_length=200, blank=True, help_text="Who owns it.")
    kind = models.CharField(
        max_length=12, choices=OutletKind.choices, default=OutletKind.NEWS, help_text="What sort of publisher."
    )
    is_sample = models.BooleanField(default=False, help_text="Invented for demonstration.")
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=~Q(domain=""), name="outlet_domain_unique"),
            one_of("kind", OutletKind, name="outlet_kind_known"),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Feed(Timestamped):
    """An address we poll for new reports."""

    url = models.URLField(max_length=2000, unique=True, help_text="Address of the feed.")
    title = models.CharField(max_length=300, blank=True, help_text="The feed's own title.")
    outlet = models.ForeignKey(
        Outlet,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feeds",
        help_text="Whose reports it carries.",
    )
    company = models.ForeignKey(
        "tracker.Company",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feeds",
        help_text="If it is a company's own feed: silence of that company rests on it.",
    )
    event = models.ForeignKey(
        "tracker.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feeds",
        help_text="If everything in it is about one event.",
    )
    etag = models.CharField(max_length=300, blank=True, editable=False, help_text="Validator of the last good answer.")
    last_modified = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Validator of the last good answer."
    )
    interval = models.DurationField(default=dt.timedelta(minutes=15), help_text="How often we poll.")
    next_fetch_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="When it is due. Empty: at once."
    )
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Last good fetch.")
    health = models.SmallIntegerField(
        default=100, editable=False, help_text="100 is well; each failure takes some away."
    )
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="Failures in a row.")
    lease_until = models.DateTimeField(null=True, blank=True, editable=False, help_text="A worker is at it until then.")
    state = models.CharField(
        max_length=8, choices=FeedState.choices, default=FeedState.ACTIVE, help_text="Whether we poll it."
    )
    last_error = models.TextField(blank=True, editable=False, help_text="What went wrong last, in words.")
    history = kept_history(
        excluded=("etag", "last_modified", "next_fetch_at", "last_success_at", "health", "failures", "lease_until")
    )

    class Meta:
        constraints = [one_of("state", FeedState, name="feed_state_known")]

    def __str__(self) -> str:
        return self.title or self.url


class FetchAttempt(models.Model):
    """One try to fetch something, whatever came of it. Append-only."""

    report = models.ForeignKey(
        "Report", null=True, blank=True, on_delete=models.CASCADE, related_name="fetches", help_text="For which report."
    )
    feed = models.ForeignKey(
        Feed, null=True, blank=True, on_delete=models.CASCADE, related_name="fetches", help_text="For which feed."
    )
    at = models.DateTimeField(auto_now_add=True, help_text="When.")
    outcome = models.CharField(max_length=16, choices=FetchOutcome.choices, help_text="How it ended.")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status, if there was one.")
    final_url = models.TextField(blank=True, help_text="Address after redirects.")
    content_type = models.CharField(max_length=200, blank=True, help_text="As the server said.")
    bytes = models.PositiveBigIntegerField(default=0, help_text="Bytes of the body.")
    body_sha256 = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the body.")
    storage_key = models.CharField(max_length=200, blank=True, help_text="Where the bytes are kept.")
    ms = models.PositiveIntegerField(default=0, help_text="How long it took, milliseconds.")
    error = models.TextField(blank=True, help_text="What went wrong, in words.")

    class Meta:
        constraints = [
            one_of("outcome", FetchOutcome, name="fetch_outcome_known"),
            models.CheckConstraint(
                condition=Q(report__isnull=False, feed__isnull=True) | Q(report__isnull=True, feed__isnull=False),
                name="fetch_of_a_report_or_a_feed",
            ),
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} at {self.at:%Y-%m-%d %H:%M}"


class Story(models.Model):
    """Reports that carry the same text."""

    created_at = models.DateTimeField(auto_now_add=True, help_text="When first seen.")

    class Meta:
        verbose_name_plural = "stories"

    def __str__(self) -> str:
        return f"Story {self.pk}"


class Shingle(models.Model):
    """One of the kept shingle hashes of a report's text: how near duplicates are found."""

    report = models.ForeignKey("Report", on_delete=models.CASCADE, related_name="shingles", help_text="Whose text.")
    hash = models.BigIntegerField(db_index=True, help_text="A 32-bit hash of five words; one in four is kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "hash"], name="shingle_once_a_report")]

    def __str__(self) -> str:
        return str(self.hash)


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports in the product's words, and the only code that moves their state."""

    def claim(self, report_id: int, *, states: tuple[str, ...], now: dt.datetime) -> Report | None:
        """Take a report for one attempt at its next step, or None if somebody has it or it moved on.

        One conditional UPDATE: two workers cannot both succeed. The attempt number is
        the fencing token that ``advance`` demands.
        """
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
        claimed = self.filter(free, due, pk=report_id, state__in=states).update(
            attempt=F("attempt") + 1,
            lease_until=now + dt.timedelta(seconds=settings.LEASE_SECONDS),
            next_try_at=None,
            updated_at=now,
        )
        return self.get(pk=report_id) if claimed else None

    def advance(self, report: Report, *, to: str, now: dt.datetime, **fields: Any) -> bool:
        """Move a claimed report to another state; False when the claim is no longer ours.

        Raises ValueError for a move that ``REPORT_MOVES`` does not know.
        """
        if to not in REPORT_MOVES[report.state] and to != report.state:
            raise ValueError(f"a report does not go from {report.state} to {to}")
        moved = self.filter(pk=report.pk, attempt=report.attempt, state=report.state).update(
            state=to, lease_until=None, updated_at=now, **fields
        )
        if moved:
            report.state = to
        return bool(moved)

    def unfinished(self) -> ReportQuerySet:
        """Reports with a step still to take."""
        return self.filter(state__in=UNFINISHED_REPORTS)

    def left_half_way(self, now: dt.datetime) -> ReportQuerySet:
        """Unfinished reports that nobody is at, that are due, and that have waited long enough for the queue."""
        stale = now - dt.timedelta(seconds=settings.SWEEP_AFTER_SECONDS)
        free = Q(lease_until__isnull=True, updated_at__lt=stale) | Q(lease_until__lt=now)
        return self.unfinished().filter(free, Q(next_try_at__isnull=True) | Q(next_try_at__lte=now))


class Report(Timestamped):
    """Something published that reached us: a news article, a press release, a post. The source of evidence."""

    public_id = models.CharField(
        max_length=16,
        unique=True,
        editable=False,
        default=functools.partial(public_id, "RP"),
        help_text="Stable public id.",
    )
    url = models.TextField(blank=True, help_text="Address as it reached us. Empty for pasted text and files.")
    canonical_url = models.TextField(
        null=True,
        blank=True,
        editable=False,
        help_text="The address with tracking and variants removed; one report each.",
    )
    outlet = models.ForeignKey(
        Outlet, null=True, blank=True, on_delete=models.PROTECT, related_name="reports", help_text="Who published it."
    )
    headline = models.CharField(
        max_length=500, blank=True, help_text="The headline. Never evidence of anybody's words."
    )
    byline = models.CharField(max_length=300, blank=True, help_text="Who wrote it, as printed.")
    dateline = models.CharField(max_length=200, blank=True, help_text="Place and day as printed.")
    published_earliest = dates.earliest("it was published")
    published_latest = dates.latest("it was published")
    published_precision = dates.precision("it was published")
    published_as_written = dates.as_written("it was published")
    published_reason = dates.reason("it was published")
    language = models.CharField(max_length=8, blank=True, help_text="BCP 47 tag of the text.")
    story = models.ForeignKey(
        Story,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reports",
        editable=False,
        help_text="Reports with the same text.",
    )
    upstream = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="derived",
        help_text="The report it was taken from.",
    )
    events = models.ManyToManyField(
        "tracker.Event", through="ReportEvent", blank=True, related_name="reports", help_text="What it is about."
    )
    companies_named = models.ManyToManyField(
        "tracker.Company",
        blank=True,
        related_name="reports",
        help_text="Companies named in it, filled when events are matched.",
    )
    state = models.CharField(
        max_length=12,
        choices=ReportState.choices,
        default=ReportState.RECEIVED,
        editable=False,
        db_index=True,
        help_text="How far it has come.",
    )
    state_reason = models.TextField(blank=True, editable=False, help_text="Why it ended where it did, in a sentence.")
    failed_at_step = models.CharField(
        max_length=8, choices=Step.choices, blank=True, editable=False, help_text="The step that failed."
    )
    attempt = models.PositiveIntegerField(
        default=0, editable=False, help_text="Attempts so far; also the fencing token."
    )
    failures = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Failures of the current step in a row."
    )
    lease_until = models.DateTimeField(null=True, blank=True, editable=False, help_text="A worker is at it until then.")
    next_try_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When it is tried again.")
    error = models.TextField(
        blank=True, editable=False, help_text="What went wrong last, in words an editor understands."
    )
    pasted_text = models.TextField(
        blank=True, editable=False, help_text="Text as it was pasted or uploaded, until it is captured."
    )
    pasted_key = models.CharField(
        max_length=200, blank=True, editable=False, help_text="Storage key of uploaded bytes, until they are captured."
    )
    pasted_type = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Content type of the uploaded bytes."
    )
    hint_published = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text="Publication day by the feed that named it; preferred over a guess.",
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who sent it in.",
    )
    idempotency_key = models.CharField(
        max_length=200,
        null=True,
        blank=True,
        editable=False,
        help_text="Given by the sender: the same key is the same report.",
    )

    published = dates.HonestDate("published")
    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            *dates.constraints("published", "report"),
            one_of("state", ReportState, name="report_state_known"),
            one_of("failed_at_step", Step, name="report_failed_step_known", blank=True),
            models.UniqueConstraint(
                fields=["canonical_url"], condition=Q(canonical_url__isnull=False), name="report_canonical_url_unique"
            ),
            models.UniqueConstraint(
                fields=["submitted_by", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="report_idempotency_key_unique",
            ),
            models.CheckConstraint(condition=~Q(upstream=F("id")), name="report_not_its_own_upstream"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="report_url_is_http",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="report_queue")]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.headline or self.url or self.public_id


class ReportEvent(models.Model):
    """A report is about this event, for this reason."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="event_matches", help_text="Which report."
    )
    event = models.ForeignKey(
        "tracker.Event", on_delete=models.PROTECT, related_name="report_matches", help_text="Which event."
    )
    reason = models.CharField(max_length=300, help_text="Why we think so, in a sentence.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "event"], name="report_event_once")]

    def __str__(self) -> str:
        return f"{self.report} on {self.event}"


class FeedItem(models.Model):
    """An item seen in a feed. Keyed by the feed's own id for it, so that a repeat makes nothing."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items", help_text="Where it stood.")
    guid_hash = models.CharField(max_length=64, help_text="SHA-256 of the item's id, or of its link and title.")
    url = models.TextField(blank=True, help_text="The item's link.")
    title = models.CharField(max_length=500, blank=True, help_text="The item's title.")
    report = models.ForeignKey(
        Report,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="feed_items",
        help_text="The report it became.",
    )
    reason = models.CharField(max_length=300, blank=True, help_text="If it became none: why.")
    seen_at = models.DateTimeField(auto_now_add=True, help_text="When first seen.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "guid_hash"], name="feed_item_once")]

    def __str__(self) -> str:
        return self.title or self.url


class Capture(models.Model):
    """The bytes we got, and the article text extracted from them. Append-only; quote offsets refer to ``text``."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="captures", help_text="Of which report.")
    fetch = models.ForeignKey(
        FetchAttempt,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="captures",
        help_text="The fetch that brought it. Empty for paste and upload.",
    )
    fetched_at = models.DateTimeField(help_text="When the bytes reached us, UTC.")
    final_url = models.TextField(blank=True, help_text="Address after redirects.")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status.")
    content_type = models.CharField(max_length=200, blank=True, help_text="As the server said.")
    bytes = models.PositiveBigIntegerField(help_text="Size of the original.")
    body_sha256 = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the original bytes.")
    text = models.TextField(help_text="The article's text. Offsets count its Unicode code points. Never public.")
    text_sha256 = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the text in UTF-8.")
    extractor = models.CharField(max_length=60, help_text="What extracted it, with its version.")
    storage_key = models.CharField(max_length=200, help_text="Where the original bytes are kept.")
    archive_url = models.TextField(blank=True, help_text="A copy in a public web archive, if there is one.")
    body_start = models.PositiveIntegerField(
        default=0, help_text="Where the body begins; what stands before is headline matter."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "text_sha256"], name="capture_once_a_text")]
        ordering = ["-pk"]
        get_latest_by = "pk"

    def __str__(self) -> str:
        return f"Capture of {self.report} at {self.fetched_at:%Y-%m-%d %H:%M}"


class Citation(Timestamped):
    """How a report supports a statement or an inquiry, in the report's own account."""

    statement = models.ForeignKey(
        "tracker.Statement",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="citations",
        help_text="What it bears on.",
    )
    inquiry = models.ForeignKey(
        "tracker.Inquiry",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="citations",
        help_text="Or the inquiry it tells of.",
    )
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="citations", help_text="Who says so.")
    outcome = models.CharField(
        max_length=20,
        choices=InquiryOutcome.choices,
        blank=True,
        help_text="Inquiry only: the outcome by this report's verb.",
    )
    basis = models.CharField(
        max_length=20,
        choices=Basis.choices,
        default=Basis.OUTLETS_ASSERTION,
        help_text="What its words rest on, by its own account.",
    )
    attribution = models.CharField(max_length=500, blank=True, help_text="The report's own words for its source.")
    credits_outlet = models.ForeignKey(
        Outlet,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credited_in",
        help_text="The outlet it credits.",
    )
    credits_report = models.ForeignKey(
        Report,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credited_in",
        help_text="The report it credits, if we hold it.",
    )
    claims_first = models.BooleanField(default=False, help_text='It says that the credited outlet "first reported" it.')
    stand = models.CharField(
        max_length=8, choices=Stand.choices, default=Stand.SUPPORTS, help_text="Whether it bears the statement out."
    )
    own_access = models.BooleanField(
        default=False, help_text="The report states its own access and shares no text with another counted one."
    )
    source_changed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the words were found to be gone from the report."
    )
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(statement__isnull=False, inquiry__isnull=True)
                | Q(statement__isnull=True, inquiry__isnull=False),
                name="citation_of_a_statement_or_an_inquiry",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(inquiry__isnull=False), name="citation_outcome_only_for_an_inquiry"
            ),
            models.UniqueConstraint(
                fields=["statement", "report"], condition=Q(statement__isnull=False), name="citation_once_a_statement"
            ),
            models.UniqueConstraint(
                fields=["inquiry", "report"], condition=Q(inquiry__isnull=False), name="citation_once_an_inquiry"
            ),
            one_of("basis", Basis, name="citation_basis_known"),
            one_of("stand", Stand, name="citation_stand_known"),
            one_of("outcome", InquiryOutcome, name="citation_outcome_known", blank=True),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.report} on {self.statement or self.inquiry}"


class Quote(Timestamped):
    """Words in a capture: exact text, with what stands before and after, and offsets (W3C TextQuoteSelector)."""

    citation = models.ForeignKey(
        Citation, on_delete=models.CASCADE, related_name="quotes", help_text="What it is evidence for."
    )
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="quotes", help_text="Where it stands.")
    text = models.TextField(help_text="The words, exactly as they stand in the capture.")
    kind = models.CharField(
        max_length=10,
        choices=QuoteKind.choices,
        default=QuoteKind.VERBATIM,
        help_text="Verbatim, partial, paraphrase or headline.",
    )
    prefix = models.CharField(max_length=80, blank=True, help_text="What stands just before.")
    suffix = models.CharField(max_length=80, blank=True, help_text="What stands just after.")
    start = models.PositiveIntegerField(help_text="First code point, from 0.")
    end = models.PositiveIntegerField(help_text="One past the last code point.")
    speaker = models.ForeignKey(
        "tracker.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who said these words, if the statement has several voices.",
    )
    attribution = models.CharField(
        max_length=500, blank=True, help_text="The report's words for the source of these words only."
    )
    language = models.CharField(max_length=8, default="en", help_text="BCP 47 tag.")
    translation = models.TextField(blank=True, help_text="In English, if the words are not.")
    translated_by = models.CharField(max_length=200, blank=True, help_text="Who translated.")
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="quote_offsets_in_order"),
            one_of("kind", QuoteKind, name="quote_kind_known"),
            models.CheckConstraint(
                condition=Q(translation="") | ~Q(kind=QuoteKind.VERBATIM), name="quote_translated_is_never_verbatim"
            ),
            models.UniqueConstraint(fields=["citation", "capture", "start", "end"], name="quote_once"),
        ]
        ordering = ["capture", "start"]

    def __str__(self) -> str:
        return self.text[:80]
