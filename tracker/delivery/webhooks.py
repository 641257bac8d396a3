"""Tell subscribers of changes: Standard Webhooks, from the outbox, at least once.

A line of the ledger and its outbox row commit together. ``drain`` turns outbox rows into
deliveries, one for each endpoint that is concerned; ``run`` sends what is due. Claims
are conditional updates with an attempt number, so any number of workers may do both at
once, be killed anywhere, and nothing is lost: what was sent but not noted is sent again
under the same ``webhook-id``. Order is not promised; ``data.seq`` is the order.
"""

from __future__ import annotations

import base64
import concurrent.futures
import dataclasses
import datetime as dt
import email.utils
import hashlib
import hmac
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from tracker.core import net
from tracker.models import Delivery, Endpoint, Outbox, Release
from tracker.models.choices import CorrectionReason, DeliveryState, Entity
from tracker.reading import changes, filters
from tracker.reading.errors import FilterError

log = logging.getLogger(__name__)

# Seconds before the 2nd, 3rd … try, ± 20 %: two and a half days in all.
SCHEDULE = (5, 300, 1800, 7200, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
LONGEST_WAIT = 24 * 3600  # whatever a receiver asks for with Retry-After
DEADLINE = 10.0  # seconds for one try
LEASE = dt.timedelta(seconds=60)
AT_ONCE = 64  # tries in flight, one for each receiver: dead ones hold threads, not the live ones
LOOKED_AT = 2000
DRAINED_AT_ONCE = 200
PREFIX = "whsec_"
_BUSY = "webhooks-being-delivered"


def deliver(*, seconds: float = 8.0) -> int:
    """Drain the outbox and send what is due; return how many got through.

    Where the processes share a cache one does so at a time: dead receivers must not hold
    every worker. It would do no harm if two did.
    """
    if not cache.add(_BUSY, True, timeout=int(seconds + DEADLINE) + 5):
        return 0
    try:
        while drain():
            pass
        return run(seconds=seconds)
    finally:
        cache.delete(_BUSY)


# --- Signing ----------------------------------------------------------------------------


def new_secret() -> str:
    """Make a signing secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def sign(body: bytes, *, secrets: Iterable[str], message_id: str, at: int) -> str:
    """Return ``webhook-signature``: a signature for each secret, so that a receiver may change over when it likes."""
    told = f"{message_id}.{at}.".encode() + body
    found = []
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix(PREFIX))
        found.append("v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode())
    return " ".join(found)


def rotate(endpoint: Endpoint) -> str:
    """Give the endpoint a new secret and return it; the old one signs too until ``forget_old_secret``."""
    endpoint.old_secret, endpoint.secret = endpoint.secret, new_secret()
    endpoint.save(update_fields=["old_secret", "secret", "updated_at"])
    return endpoint.secret


def forget_old_secret(endpoint: Endpoint) -> None:
    """Stop signing with the previous secret."""
    endpoint.old_secret = ""
    endpoint.save(update_fields=["old_secret", "updated_at"])


# --- From the outbox to deliveries --------------------------------------------------------


def drain(*, now: dt.datetime | None = None, limit: int = DRAINED_AT_ONCE) -> int:
    """Make the deliveries of outbox rows that wait; return how many rows were drained."""
    at = now or timezone.now()
    with transaction.atomic():
        rows = Outbox.objects.filter(drained_at=None).order_by("release_id").select_related("release")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        waiting = list(rows[:limit])
        if not waiting:
            return 0
        releases = [row.release for row in waiting]
        made = [
            Delivery(endpoint=endpoint, release=release)
            for endpoint in Endpoint.objects.filter(disabled_at=None).select_related("view")
            for release in concerned(endpoint, releases)
        ]
        Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
        Outbox.objects.filter(pk__in=[row.pk for row in waiting]).update(drained_at=at)
    return len(waiting)


def concerned(endpoint: Endpoint, releases: Iterable[Release]) -> list[Release]:
    """Return the lines that an endpoint asked for.

    Of a saved filter: statements that it shows, and those it was told of before, so that
    who heard of a statement also hears of its end.
    """
    some = [one for one in releases if one.at >= endpoint.created_at]
    if endpoint.corrections_only:
        return [
            one
            for one in some
            if one.entity == Entity.CORRECTION and (one.body or {}).get("reason") != CorrectionReason.WORDING
        ]
    if endpoint.view is None:
        return some
    names = {one.public_id for one in some if one.entity == Entity.STATEMENT}
    if not names:
        return []
    told = Delivery.objects.filter(
        endpoint=endpoint, release__entity=Entity.STATEMENT, release__public_id__in=names
    ).values_list("release__public_id", flat=True)
    try:
        bound = filters.cleaned(filters.read(QueryDict(endpoint.view.query)))
        shown = filters.narrowed(bound).filter(public_id__in=names).values_list("public_id", flat=True)
        wanted = {*told, *shown}
    except FilterError as error:  # a name in the filter is not public any more
        log.warning("the filter of endpoint %s cannot be applied: %s", endpoint.pk, error)
        wanted = set(told)
    return [one for one in some if one.entity == Entity.STATEMENT and one.public_id in wanted]


# --- Sending ------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Try:
    """One try: what is sent where."""

    delivery: Delivery
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a try: the status, if there was one, what went wrong, and for how long the receiver wants rest."""

    status: int | None
    error: str = ""
    rest: int | None = None

    @property
    def went_through(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def due(*, now: dt.datetime) -> QuerySet[Delivery]:
    """Return deliveries to try now, those of receivers that have answered before first.

    A receiver gets one at a time. Of one that failed last, only the delivery that failed
    is tried again, when it is due; the others wait behind it.
    """
    of_the_same = Delivery.objects.filter(endpoint=OuterRef("endpoint"))
    trouble = of_the_same.filter(state=DeliveryState.PENDING, attempt__gt=0)
    busy = of_the_same.filter(state=DeliveryState.PENDING, lease_until__gte=now)
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return (
        Delivery.objects.filter(free, state=DeliveryState.PENDING, endpoint__disabled_at=None)
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
        .annotate(in_trouble=Exists(trouble.exclude(pk=OuterRef("pk"))))
        .exclude(in_trouble=True, attempt=0)
        .exclude(Exists(busy))
        .annotate(answers=Exists(of_the_same.filter(state=DeliveryState.DELIVERED)))
        .order_by("-answers", "attempt", "pk")
    )


def run(*, seconds: float = 20.0, at_once: int = AT_ONCE, now: Callable[[], dt.datetime] = timezone.now) -> int:
    """Send what is due for at most so many seconds, many at a time; return how many got through.

    Threads only post; rows are read and written here, so that they need no connection of
    their own.
    """
    ends = time.monotonic() + seconds
    through = 0
    flying: dict[concurrent.futures.Future[Outcome], Try] = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=at_once) as pool:
        while True:
            if time.monotonic() < ends and len(flying) < at_once:
                for one in _claimed(at_once - len(flying), now=now()):
                    flying[pool.submit(post, one)] = one
            if not flying:
                return through
            finished, _ = concurrent.futures.wait(flying, timeout=1, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                one = flying.pop(future)
                through += note(one.delivery, future.result(), now=now())


def _claimed(room: int, *, now: dt.datetime) -> list[Try]:
    found: list[Try] = []
    receivers: set[int] = set()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    for pk, attempt, receiver in due(now=now).values_list("pk", "attempt", "endpoint_id")[:LOOKED_AT]:
        if len(found) == room:
            break
        if receiver in receivers:
            continue
        taken = Delivery.objects.filter(free, pk=pk, state=DeliveryState.PENDING, attempt=attempt).update(
            attempt=F("attempt") + 1, lease_until=now + LEASE, updated_at=now
        )
        if taken:
            receivers.add(receiver)
            held = Delivery.objects.select_related("endpoint__owner", "release").get(pk=pk)
            found.append(prepared(held, now=now))
    return found


def prepared(delivery: Delivery, *, now: dt.datetime) -> Try:
    """Return what is sent for a delivery now: what is hidden by now is not told any more."""
    endpoint = delivery.endpoint
    body = payload(delivery.release)
    at = int(now.timestamp())
    keys = [secret for secret in (endpoint.secret, endpoint.old_secret) if secret]
    return Try(
        delivery,
        endpoint.url,
        body,
        {
            "Content-Type": "application/json",
            "webhook-id": delivery.message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(body, secrets=keys, message_id=delivery.message_id, at=at),
        },
    )


def payload(release: Release) -> bytes:
    """Return the body for a line of the ledger."""
    (line,) = changes.shown([release])
    return orjson.dumps(
        {"type": f"{release.entity}.{release.kind}", "timestamp": release.at.isoformat(), "data": line.to_json()}
    )


def post(one: Try) -> Outcome:
    """Send once. Redirects are not followed, and no more than 64 KiB of the answer are read."""
    try:
        answer = net.post(one.url, body=one.body, headers=one.headers, deadline=DEADLINE)
    except net.OutboundError as error:
        return Outcome(None, str(error))
    except Exception as error:  # whatever a receiver provokes: it must not end the others' deliveries
        log.exception("a delivery to %s failed", one.url)
        return Outcome(None, f"Our own fault, noted in the log: {type(error).__name__}.")
    rest = _rest(answer.headers.get("retry-after", "")) if answer.status in (429, 503) else None
    went_through = 200 <= answer.status < 300
    return Outcome(answer.status, "" if went_through else f"The receiver answered {answer.status}.", rest)


def note(delivery: Delivery, outcome: Outcome, *, now: dt.datetime) -> bool:
    """Write down what came of a try, unless somebody else has taken the delivery over; say whether it got through."""
    mine = Delivery.objects.filter(pk=delivery.pk, attempt=delivery.attempt, state=DeliveryState.PENDING)
    fields: dict[str, Any] = {"status": outcome.status, "lease_until": None, "updated_at": now, "error": outcome.error}
    if outcome.went_through:
        mine.update(state=DeliveryState.DELIVERED, delivered_at=now, next_try_at=None, **fields)
        return True
    if outcome.status == 410:
        mine.update(state=DeliveryState.DISABLED, next_try_at=None, **fields)
        disable(delivery.endpoint, "The receiver answered 410: it is gone.", now=now)
        return False
    tries = delivery.attempt
    if tries > len(SCHEDULE):
        mine.update(state=DeliveryState.FAILED, next_try_at=None, **fields)
        disable(delivery.endpoint, f"Nothing got through in {tries} tries over several days.", now=now)
        return False
    wait = SCHEDULE[tries - 1] * random.uniform(0.8, 1.2)
    if outcome.rest is not None:
        wait = max(wait, outcome.rest)
    mine.update(next_try_at=now + dt.timedelta(seconds=min(wait, LONGEST_WAIT * 1.2)), **fields)
    return False


def _rest(written: str) -> int | None:
    """Read Retry-After, seconds or a date; None for what is neither."""
    text = written.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0, min(int((until - timezone.now()).total_seconds()), LONGEST_WAIT))


# --- Switching off and on -----------------------------------------------------------------


def disable(endpoint: Endpoint, reason: str, *, now: dt.datetime) -> None:
    """Send nothing more to an endpoint, and tell its owner once."""
    if not Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(
        disabled_at=now, disabled_reason=reason, updated_at=now
    ):
        return
    Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.PENDING).update(
        state=DeliveryState.DISABLED, next_try_at=None, lease_until=None, updated_at=now
    )
    if endpoint.owner.email:
        try:
            send_mail(
                "Webhook switched off",
                f"Nothing more is sent to {endpoint.url}.\n\n{reason}\n\nEverything since then is in /api/v1/changes/.",
                None,
                [endpoint.owner.email],
            )
        except OSError:
            log.warning("the owner of endpoint %s could not be told", endpoint.pk, exc_info=True)


def enable(endpoint: Endpoint) -> None:
    """Send to an endpoint again, from now on. What it missed can be redelivered, or read from the changes."""
    Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=None, disabled_reason="", updated_at=timezone.now())


def redeliver(delivery: Delivery) -> None:
    """Send a delivery again, at somebody's word, under the same id and as if for the first time."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.PENDING, attempt=0, next_try_at=None, lease_until=None, updated_at=timezone.now()
    )
