"""Poll feeds: ask politely, take what is new as reports, and say on the feed's row how it went.

A feed is claimed by one conditional UPDATE; its lease is also the token without which
nothing is written back. An item is known by the feed's own id for it, then by the address
it leads to, so that a feed that numbers everything anew on each visit makes nothing twice.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from tracker.core import ledger, net
from tracker.ingest import pipeline, robots, syndication
from tracker.ingest.links import canonical_url, same_host
from tracker.ingest.steps import outcome_of
from tracker.ingest.syndication import FeedFile, Item, NotAFeed
from tracker.models import Feed, FeedItem, FetchAttempt, Outlet, Report
from tracker.models.choices import FeedState, FetchOutcome

log = logging.getLogger(__name__)

PAUSE_AFTER = 20  # failures in a row
LOST_MOST = 5  # failures in a row, the last of them a worker it took with it
LONGEST = dt.timedelta(hours=24)  # between two polls, whatever a server or a backoff asks
SOONEST = dt.timedelta(minutes=1)
QUIET = dt.timedelta(hours=4)  # between two polls of a feed that brings nothing
AHEAD = dt.timedelta(days=2)  # an item dated later than this is not dated at all
# What a failure takes from a feed's health of 100: a server out of breath, a server that refuses, no feed at all.
TEMPORARY, HARD, NO_FEED = 5, 15, 25


class NoFeed(Exception):
    """There is no feed to be had. The message is for an editor."""


class _Failed(Exception):
    """A poll came to nothing. ``wait`` is how long the server asks to be left alone."""

    def __init__(self, message: str, *, cost: int, gone: bool = False, wait: dt.timedelta | None = None) -> None:
        super().__init__(message)
        self.cost = cost
        self.gone = gone
        self.wait = wait


@dataclasses.dataclass(frozen=True)
class Taken:
    """What came of a feed's items: ids of new reports, how many items were known, and how many led nowhere."""

    new: tuple[int, ...] = ()
    known: int = 0
    unusable: int = 0


def due(*, now: dt.datetime) -> list[int]:
    """Return the ids of the feeds that are due and that nobody is at, the longest due first."""
    rows = _free(Feed.objects.filter(state=FeedState.ACTIVE), now).filter(_due(now))
    return list(rows.order_by("next_fetch_at", "pk").values_list("pk", flat=True))


def poll(feed_id: int, *, now: Callable[[], dt.datetime] = timezone.now, at_once: bool = False) -> Taken | None:
    """Poll a feed if it is due and nobody is at it; None if there is nothing to do. What goes wrong stays on its row.

    ``at_once`` polls one that is not due, or paused, at somebody's word. Queues nothing:
    the caller kicks the new reports.
    """
    feed = _claim(feed_id, now(), at_once=at_once)
    if feed is None:
        return None
    try:
        return _poll(feed, now)
    except _Failed as failure:
        _failed(feed, failure, now())
    except Exception as error:
        log.exception("feed %s: the poll failed", feed.pk)
        message = f"Our own fault, noted in the log: {type(error).__name__}."
        _failed(feed, _Failed(message, cost=TEMPORARY), now())
    return Taken()


def discover(url: str) -> tuple[str, ...]:
    """Return the address itself if a feed stands there, or the feeds that the page there names, at most ten.

    Raises ``NoFeed`` with what is there instead.
    """
    try:
        answer = net.fetch(url, accept=syndication.ACCEPT, max_bytes=syndication.MAX_BYTES)
    except net.OutboundError as error:
        raise NoFeed(str(error)) from error
    if answer.status != 200:
        raise NoFeed(f"The server answered with status {answer.status}.")
    try:
        syndication.read(answer.body, content_type=answer.headers.get("content-type", ""), url=answer.final_url)
    except NotAFeed as error:
        if error.named:
            return error.named
        raise NoFeed(str(error)) from error
    return (net.check_url(answer.moved_to or url),)


def add(url: str, *, title: str = "", outlet: Outlet | None = None, events: tuple[int, ...] = ()) -> tuple[Feed, bool]:
    """Have an address polled from now on; return the feed and whether it is new. One that was let go is taken up again.

    Asks nothing of the network. Raises ``NoFeed`` for an address that our guard would refuse.
    """
    try:
        url = net.check_url(url)
    except net.OutboundError as refusal:
        raise NoFeed(str(refusal)) from refusal
    event = events[0] if len(events) == 1 else None
    feed, new = Feed.objects.get_or_create(
        url=url, defaults={"title": title[:300], "outlet": outlet, "event_id": event}
    )
    if not new and feed.state != FeedState.ACTIVE:
        feed.state, feed.failures, feed.health, feed.last_error, feed.next_fetch_at = FeedState.ACTIVE, 0, 100, "", None
        feed._change_reason = "Added again."  # type: ignore[attr-defined]
        feed.save()
    return feed, new


def next_beside(feed_id: int, *, now: dt.datetime) -> int | None:
    """Return the feed that is due longest on the same server: they are polled one after the other."""
    feed = Feed.objects.filter(pk=feed_id).first()
    if feed is None:
        return None
    waiting = _free(Feed.objects.filter(state=FeedState.ACTIVE), now).filter(_due(now)).exclude(pk=feed_id)
    rows = waiting.order_by("next_fetch_at", "pk").values_list("pk", "url")
    return next((pk for pk, url in rows if same_host(url, feed.url)), None)


def take(
    items: Iterable[Item],
    *,
    now: dt.datetime,
    feed: Feed | None = None,
    outlet: Outlet | None = None,
    events: tuple[int, ...] = (),
) -> Taken:
    """Make a report of each item that is new to us, with the feed's own headline and day as hints."""
    items = list(items)
    if feed is not None:
        items, known = _unseen(feed, items)
    else:
        known = 0
    by_name: dict[str, Outlet | None] = {}
    new: list[int] = []
    unusable = 0
    for item in items:
        of = outlet or (_outlet(item.publisher, by_name) if item.publisher else None)
        report, fresh = _take(item, now=now, feed=feed, outlet=of, events=events)
        if report is None:
            unusable += 1
        elif fresh:
            new.append(report.pk)
        else:
            known += 1
    return Taken(tuple(new), known, unusable)


def _poll(feed: Feed, now: Callable[[], dt.datetime]) -> Taken:
    begun = time.monotonic()
    try:
        lets_us = robots.allowed(feed.url)
        if not lets_us:
            words = "The site asks programs not to fetch this feed (robots.txt)."
            message = words if lets_us is False else "The site cannot say just now what it lets programs fetch."
            _note(feed, FetchOutcome.REFUSED, error=message)
            raise _Failed(message, cost=HARD if lets_us is False else TEMPORARY)
        answer = net.fetch(
            feed.url,
            deadline=max(1.0, settings.FETCH_DEADLINE_SECONDS - (time.monotonic() - begun)),
            etag=feed.etag,
            last_modified=feed.last_modified,
            accept=syndication.ACCEPT,
            max_bytes=syndication.MAX_BYTES,
        )
    except net.OutboundError as error:
        _note(feed, outcome_of(error), error=str(error))
        raise _Failed(str(error), cost=TEMPORARY if error.retry else HARD) from error
    if answer.status == 304:
        _note(feed, FetchOutcome.NOT_MODIFIED, answer=answer)
        _follow(feed, answer.moved_to)
        _went_well(feed, now(), ttl=None)
        return Taken()
    if answer.status != 200:
        raise _refused(feed, answer, now())
    try:
        found = syndication.read(answer.body, content_type=answer.headers.get("content-type", ""), url=answer.final_url)
    except NotAFeed as error:
        _note(feed, FetchOutcome.HTTP_ERROR, answer=answer, error=str(error))
        raise _Failed(str(error), cost=NO_FEED) from error
    _follow(feed, answer.moved_to)
    taken = take(
        found.items,
        now=now(),
        feed=feed,
        outlet=feed.outlet,
        events=(feed.event_id,) if feed.event_id is not None else (),
    )
    _note(feed, FetchOutcome.FETCHED, answer=answer, error=_remarks(found, taken))
    _went_well(
        feed,
        now(),
        ttl=found.ttl,
        title=feed.title or found.title[:300],
        etag=_validator(answer.headers.get("etag", ""), 300),
        last_modified=_validator(answer.headers.get("last-modified", ""), 100),
    )
    return taken


def _refused(feed: Feed, answer: net.Response, now: dt.datetime) -> _Failed:
    """Say in words what a status means for a feed."""
    if answer.status == 410:
        message = "The feed has been removed for good (status 410). We no longer ask for it."
        _note(feed, FetchOutcome.GONE, answer=answer, error=message)
        return _Failed(message, cost=100, gone=True)
    busy = answer.status in {408, 425, 429} or answer.status >= 500
    words = {
        401: "The feed asks to sign in (status 401).",
        403: "The server refuses us the feed (status 403).",
        404: "There is no feed at this address (status 404).",
        429: "The server asks us to come less often (status 429).",
    }
    message = words.get(answer.status) or (
        f"The server has a problem of its own (status {answer.status})."
        if busy
        else f"The server answered with status {answer.status} instead of the feed."
    )
    _note(feed, FetchOutcome.GONE if answer.status == 404 else FetchOutcome.HTTP_ERROR, answer=answer, error=message)
    wait = answer.retry_after(now) if busy else None
    return _Failed(message, cost=TEMPORARY if busy else HARD, wait=wait)


def _claim(feed_id: int, now: dt.datetime, *, at_once: bool) -> Feed | None:
    """Take a feed for one poll. One whose last poll never came to an end has one failure more."""
    before = Feed.objects.filter(pk=feed_id).first()
    if before is None:
        return None
    rows = _free(Feed.objects.filter(pk=feed_id), now)
    if not at_once:
        rows = rows.filter(_due(now), state=FeedState.ACTIVE)
    if any(same_host(before.url, url) for url in _under_way(now, but=feed_id)):
        return None  # one at a time with each server; whoever is there calls for the next
    lease = now + dt.timedelta(seconds=settings.LEASE_SECONDS)
    # Put off before it is read: a feed that takes its worker with it does not come back at once.
    if not rows.update(lease_until=lease, next_fetch_at=now + max(before.interval, SOONEST), updated_at=now):
        return None
    feed = Feed.objects.select_related("outlet").get(pk=feed_id)
    if before.lease_until is not None:
        lost = _Failed("The worker stopped while reading this feed.", cost=HARD)
        if feed.failures + 1 >= LOST_MOST and not at_once:
            _failed(feed, lost, now, pause=True)
            return None
        feed.failures += 1
        feed.health = max(0, feed.health - lost.cost)
        _write(feed, failures=feed.failures, health=feed.health, last_error=str(lost), lease_until=lease)
    return feed


def _under_way(now: dt.datetime, *, but: int) -> list[str]:
    return list(Feed.objects.filter(lease_until__gte=now).exclude(pk=but).values_list("url", flat=True))


def _free(rows: QuerySet[Feed], now: dt.datetime) -> QuerySet[Feed]:
    return rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))


def _due(now: dt.datetime) -> Q:
    return Q(next_fetch_at__isnull=True) | Q(next_fetch_at__lte=now)


def _went_well(feed: Feed, now: dt.datetime, *, ttl: dt.timedelta | None, **fields: str) -> None:
    wait = min(max(feed.interval, SOONEST, ttl or SOONEST, _stretched(feed, now)), LONGEST)
    _write(
        feed,
        lease_until=None,
        next_fetch_at=now + wait,
        last_success_at=now,
        failures=0,
        health=min(100, feed.health + NO_FEED),
        last_error="",
        **fields,
    )
    if feed.company_id is not None:
        ledger.bump_coverage()  # the company's silence is known for longer now


def _stretched(feed: Feed, now: dt.datetime) -> dt.timedelta:
    """Return how long to leave a feed that has been quiet: a tenth of its silence, four hours at most."""
    newest = feed.items.aggregate(newest=Max("seen_at"))["newest"] or feed.created_at
    return min((now - newest) / 10, QUIET)


def _follow(feed: Feed, to: str) -> None:
    """Follow a feed that has moved for good; one that is polled at its new address already is let go."""
    if not to or to == feed.url:
        return
    if Feed.objects.filter(url=to).exclude(pk=feed.pk).exists():
        message = f"The feed has moved to {to}, which is polled already. This one is no longer needed."
        raise _Failed(message, cost=0, gone=True)
    if Feed.objects.filter(pk=feed.pk, lease_until=feed.lease_until).exists():
        feed.url = to
        feed._change_reason = f"Its server says that it has moved to {to} for good."  # type: ignore[attr-defined]
        feed.save(update_fields=["url", "updated_at"])


def _failed(feed: Feed, failure: _Failed, now: dt.datetime, *, pause: bool = False) -> None:
    """Keep the error on the row, and come back later each time; in the end leave it to an editor."""
    failures = feed.failures + 1
    backoff = max(feed.interval, SOONEST) * 2 ** min(failures - 1, 10)
    wait = min(max(backoff, failure.wait or SOONEST), LONGEST)
    fields: dict[str, object] = {"last_error": str(failure), "next_fetch_at": now + wait}
    if failure.gone:
        fields |= {"state": FeedState.GONE, "next_fetch_at": None}
    elif pause or failures >= PAUSE_AFTER:
        reason = f"Paused after {failures} failures in a row. {failure}"
        fields |= {"state": FeedState.PAUSED, "next_fetch_at": None, "last_error": reason}
    _write(feed, lease_until=None, failures=failures, health=max(0, feed.health - failure.cost), **fields)
    if feed.company_id is not None:
        ledger.bump_coverage()


def _write(feed: Feed, **fields: object) -> None:
    """Write to the row if our lease still stands: otherwise somebody else polls it, and our word is out of date."""
    Feed.objects.filter(pk=feed.pk, lease_until=feed.lease_until).update(updated_at=timezone.now(), **fields)


def _unseen(feed: Feed, items: list[Item]) -> tuple[list[Item], int]:
    """Return the items this feed has not shown us before, by its id for them or by where they lead."""
    hashes = [item.guid_hash for item in items]
    addresses = [canonical_url(item.link) for item in items if item.link]
    seen = set(feed.items.filter(guid_hash__in=hashes).values_list("guid_hash", flat=True))
    led = set(
        feed.items.filter(report__canonical_url__in=addresses).values_list("report__canonical_url", flat=True)
    ) | set(feed.items.filter(url__in=addresses).values_list("url", flat=True))
    unseen = [
        item for item in items if item.guid_hash not in seen and not (item.link and canonical_url(item.link) in led)
    ]
    return unseen, len(items) - len(unseen)


def _take(
    item: Item, *, now: dt.datetime, feed: Feed | None, outlet: Outlet | None, events: tuple[int, ...]
) -> tuple[Report | None, bool]:
    """Make a report of an item, with the note that the feed has shown it: both or neither."""
    published = item.day if item.day and item.day <= (now + AHEAD).date() else None
    reason = "" if item.link else "The item has no address that can be fetched."
    report, fresh = None, False
    try:
        with transaction.atomic():
            if item.link:
                try:
                    report, fresh = pipeline.receive(
                        url=item.link, headline=item.title, outlet=outlet, published=published, events=events
                    )
                except pipeline.Rejected as refusal:
                    reason = str(refusal)
            if feed is not None:
                FeedItem.objects.create(
                    feed=feed,
                    guid_hash=item.guid_hash,
                    url=canonical_url(item.link) if item.link else "",
                    title=item.title,
                    report=report,
                    reason=reason[:300],
                )
    except IntegrityError:  # whoever overtook us has taken it, report and all
        return Report.objects.filter(canonical_url=canonical_url(item.link)).first(), False
    return report, fresh


def _outlet(name: str, by_name: dict[str, Outlet | None]) -> Outlet | None:
    if name not in by_name:
        by_name[name] = Outlet.objects.filter(name__iexact=name).first()
    return by_name[name]


def _remarks(found: FeedFile, taken: Taken) -> str:
    """Say what an editor should know of a poll that went well."""
    said = []
    if found.cut:
        said.append(f"It holds more than {syndication.MAX_ITEMS} items; the rest were left.")
    if taken.unusable:
        said.append(f"{taken.unusable} of its items lead nowhere we may fetch.")
    return " ".join(said)


def _validator(value: str, longest: int) -> str:
    """Return a validator to send next time, or nothing: one cut short would never match."""
    return value if len(value) <= longest and value.isascii() and value.isprintable() else ""


def _note(feed: Feed, outcome: str, *, answer: net.Response | None = None, error: str = "") -> None:
    FetchAttempt.objects.create(
        feed=feed,
        outcome=outcome,
        status=answer.status if answer else None,
        final_url=answer.final_url if answer else "",
        content_type=answer.headers.get("content-type", "")[:200] if answer else "",
        bytes=len(answer.body) if answer else 0,
        ms=answer.elapsed_ms if answer else 0,
        error=error,
    )
