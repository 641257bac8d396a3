"""The public ledger, and the tables of delivery, following, access and operations."""

from __future__ import annotations

import functools

from django.conf import settings
from django.db import models
from django.db.models import Q

from tracker.models.base import Timestamped, public_id
from tracker.models.choices import DeliveryState, Entity, NoticeKind, NoticeState, ReleaseKind, one_of


class RecordVersion(models.Model):
    """One row, locked while publishing, so that the ledger's numbers come in commit order."""

    seq = models.PositiveBigIntegerField(default=0, help_text="Number of the last line of the ledger.")
    coverage = models.PositiveBigIntegerField(
        default=0, help_text="Counts changes of what we watch, check and hold back."
    )

    def __str__(self) -> str:
        return f"record version {self.seq}"


class Release(models.Model):
    """One line of the public ledger: what changed, with the full public JSON after it. Append-only."""

    seq = models.PositiveBigIntegerField(primary_key=True, help_text="Number of the line; the order of commits.")
    kind = models.CharField(max_length=12, choices=ReleaseKind.choices, help_text="What happened.")
    entity = models.CharField(max_length=16, choices=Entity.choices, help_text="To what sort of public row.")
    public_id = models.CharField(max_length=80, help_text="Its public id or slug.")
    changed = models.JSONField(default=list, help_text="Names of the fields that changed.")
    body = models.JSONField(null=True, help_text="The full public JSON after it; null when nothing is public any more.")
    at = models.DateTimeField(help_text="When, UTC.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="Who did it."
    )

    class Meta:
        constraints = [
            one_of("kind", ReleaseKind, name="release_kind_known"),
            one_of("entity", Entity, name="release_entity_known"),
        ]
        indexes = [
            models.Index(fields=["entity", "public_id", "-seq"], name="release_of_row"),
            models.Index(fields=["at"], name="release_by_time"),
        ]
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq}: {self.get_kind_display().lower()} {self.entity} {self.public_id}"


class Outbox(models.Model):
    """A line of the ledger still to be delivered. Written in its transaction, drained by tasks."""

    release = models.OneToOneField(
        Release, on_delete=models.PROTECT, related_name="outbox", help_text="What to deliver."
    )
    drained_at = models.DateTimeField(null=True, blank=True, help_text="When deliveries were made of it.")

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [models.Index(fields=["release"], condition=Q(drained_at__isnull=True), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"Outbox {self.release_id}"


class SavedView(Timestamped):
    """A filter somebody follows or subscribes to, in canonical form."""

    query = models.TextField(help_text="Canonical query string.")
    query_sha256 = models.CharField(max_length=64, unique=True, help_text="SHA-256 of it.")
    label = models.CharField(max_length=300, blank=True, help_text="The filter in words.")

    def __str__(self) -> str:
        return self.label or self.query


class Subscriber(Timestamped):
    """An e-mail address that follows a saved view, after double opt-in."""

    email = models.EmailField(help_text="Where alerts go.")
    view = models.ForeignKey(
        SavedView, on_delete=models.CASCADE, related_name="subscribers", help_text="What is followed."
    )
    daily = models.BooleanField(default=True, help_text="One mail a day instead of at once.")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="When the address was confirmed.")
    unsubscribed_at = models.DateTimeField(null=True, blank=True, help_text="When it was left.")
    last_seq = models.PositiveBigIntegerField(default=0, help_text="Last line of the ledger told.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["email", "view"], name="subscriber_once_a_view")]

    def __str__(self) -> str:
        return f"{self.email} on {self.view}"


class Endpoint(Timestamped):
    """An address that is told of changes (Standard Webhooks)."""

    url = models.URLField(max_length=2000, help_text="Where changes are posted.")
    view = models.ForeignKey(
        SavedView,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="endpoints",
        help_text="Only rows that this filter shows. Empty: everything.",
    )
    corrections_only = models.BooleanField(default=False, help_text="Only corrections.")
    secret = models.CharField(max_length=120, help_text="Signing secret, whsec_….")
    old_secret = models.CharField(
        max_length=120, blank=True, help_text="Previous secret, still used for signing while it is being changed."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="endpoints", help_text="Who asked for it."
    )
    disabled_at = models.DateTimeField(null=True, blank=True, help_text="When it was switched off.")
    disabled_reason = models.CharField(max_length=300, blank=True, help_text="Why.")

    def __str__(self) -> str:
        return self.url


class Delivery(Timestamped):
    """One line of the ledger for one endpoint, until it got through."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", help_text="Where to.")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="deliveries", help_text="What.")
    message_id = models.CharField(
        max_length=64,
        unique=True,
        default=functools.partial(public_id, "msg"),
        help_text="webhook-id: the same on every try.",
    )
    state = models.CharField(
        max_length=12, choices=DeliveryState.choices, default=DeliveryState.PENDING, help_text="Where it stands."
    )
    attempt = models.PositiveIntegerField(default=0, help_text="Tries so far; also the fencing token.")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="A worker is at it until then.")
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="When it is tried again.")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Last HTTP status.")
    error = models.TextField(blank=True, help_text="What went wrong last.")
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="When it got through.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "release"], name="delivery_once"),
            one_of("state", DeliveryState, name="delivery_state_known"),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="pending"), name="delivery_due")]

    def __str__(self) -> str:
        return self.message_id


class Notice(Timestamped):
    """Somebody, or the product itself, asks for an editor's eye on a public row."""

    public_id = models.CharField(
        max_length=16,
        unique=True,
        editable=False,
        default=functools.partial(public_id, "NO"),
        help_text="Stable id for the sender.",
    )
    entity = models.CharField(max_length=16, choices=Entity.choices, help_text="What sort of public row.")
    row = models.CharField(max_length=80, help_text="Its public id or slug.")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices, help_text="What it is.")
    text = models.TextField(help_text="What was written, or found.")
    contact = models.CharField(max_length=300, blank=True, help_text="How to answer, if the sender gave it.")
    state = models.CharField(
        max_length=12, choices=NoticeState.choices, default=NoticeState.OPEN, help_text="Where it stands."
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who took it.",
    )
    outcome = models.TextField(blank=True, help_text="What came of it.")

    class Meta:
        constraints = [
            one_of("entity", Entity, name="notice_entity_known"),
            one_of("kind", NoticeKind, name="notice_kind_known"),
            one_of("state", NoticeState, name="notice_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.row}"


class OldSlug(models.Model):
    """An address that was once in use; it redirects to the row that has it now."""

    entity = models.CharField(max_length=16, choices=Entity.choices, help_text="What sort of row.")
    slug = models.CharField(max_length=80, help_text="The old name.")
    row_id = models.BigIntegerField(help_text="Id of the row it belongs to.")
    since = models.DateTimeField(auto_now_add=True, help_text="When it was given up.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "slug"], name="old_slug_unique")]

    def __str__(self) -> str:
        return f"{self.entity} {self.slug}"


class Redaction(models.Model):
    """The log of words, names and bytes overwritten everywhere, by two administrators.

    While a row is ``open``, in its own transaction only, the append-only tables let
    themselves be changed; nothing else opens them.
    """

    entity = models.CharField(max_length=16, choices=Entity.choices, help_text="What sort of row.")
    row = models.CharField(max_length=80, help_text="Its public id.")
    reason = models.CharField(max_length=300, help_text="Why, without repeating what was removed.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="The first administrator."
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="The second."
    )
    open = models.BooleanField(default=False, help_text="Whether the append-only tables yield just now.")
    at = models.DateTimeField(auto_now_add=True, help_text="When.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by=models.F("approved_by")), name="redaction_by_two"),
            one_of("entity", Entity, name="redaction_entity_known"),
        ]

    def __str__(self) -> str:
        return f"Redaction of {self.row}"


class Idempotency(models.Model):
    """The first answer to a write with an Idempotency-Key, repeated to whoever sends it again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", help_text="Who sent it."
    )
    key = models.CharField(max_length=200, help_text="The key.")
    body_sha256 = models.CharField(
        max_length=64, help_text="SHA-256 of the request: another body under the same key is refused."
    )
    status = models.PositiveSmallIntegerField(help_text="HTTP status of the answer.")
    answer = models.JSONField(help_text="The answer.")
    at = models.DateTimeField(auto_now_add=True, help_text="When; kept for 24 hours.")

    class Meta:
        verbose_name_plural = "idempotency keys"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a part of the machinery last showed that it was alive."""

    name = models.CharField(max_length=60, primary_key=True, help_text="worker, beat, sweeper …")
    at = models.DateTimeField(help_text="When.")
    note = models.CharField(max_length=300, blank=True, help_text="What it said.")

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


class Rollup(models.Model):
    """A count kept up to date in the publishing transaction: facets without counting."""

    event = models.ForeignKey(
        "tracker.Event",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="rollups",
        help_text="Within this event's tree. Empty: everywhere.",
    )
    dimension = models.CharField(max_length=20, help_text="Which facet.")
    value = models.CharField(max_length=80, help_text="Which choice.")
    n = models.PositiveIntegerField(default=0, help_text="How many published statements.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "dimension", "value"], condition=Q(event__isnull=False), name="rollup_once_an_event"
            ),
            models.UniqueConstraint(
                fields=["dimension", "value"], condition=Q(event__isnull=True), name="rollup_once_overall"
            ),
        ]
        indexes = [models.Index(fields=["event", "dimension", "-n"], name="rollup_facet")]

    def __str__(self) -> str:
        return f"{self.dimension} {self.value}: {self.n}"
