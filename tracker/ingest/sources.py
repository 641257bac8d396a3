"""What somebody names on a command line: addresses, files, folders and feeds, and the reports they become."""

from __future__ import annotations

import dataclasses
import datetime as dt
import mimetypes
import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from django.conf import settings

from tracker.core import net
from tracker.ingest import feeds, pipeline, syndication
from tracker.models import Feed, Outlet, Report
from tracker.models.choices import FeedState, ReportState

READ_ONCE = "Read once, by the ingest command. Set it active to have it polled."

_ARTICLES = frozenset({".html", ".htm", ".xhtml", ".txt", ".text", ".pdf"})
_FEEDS = frozenset({".xml", ".rss", ".atom", ".rdf"})
_FEED_ADDRESS = re.compile(r"(\.(xml|rss|atom|rdf)|/(feeds?|rss|atom)(/[^/]*)?)/?(\?.*)?$", re.IGNORECASE)


class NoSource(Exception):
    """What was named is nothing we can take. The message says what to do."""


class Kind(Enum):
    """What a source is."""

    ADDRESS = "address"
    FEED = "feed"
    FILE = "file"


@dataclasses.dataclass(frozen=True)
class Source:
    """One thing to take, as it was named."""

    kind: Kind
    named: str


@dataclasses.dataclass(frozen=True)
class Taken:
    """What became of a source: ids of new reports and of those we had, and what to tell about it."""

    new: tuple[int, ...] = ()
    had: tuple[int, ...] = ()
    known: int = 0
    remark: str = ""
    refused: str = ""


def understand(named: Sequence[str], *, feed: bool = False) -> tuple[list[Source], int]:
    """Return what was named, folders unfolded, and how many files in them are nothing we read.

    An address that ends like a feed's is taken for one; ``feed`` says that all of them
    are. Asks nothing of the network. Raises ``NoSource`` before anything is taken.
    """
    found: dict[Source, None] = {}
    left = 0
    for name in named:
        if re.match(r"https?://", name, re.IGNORECASE):
            found.setdefault(Source(Kind.FEED if feed or _FEED_ADDRESS.search(name) else Kind.ADDRESS, name))
            continue
        path = Path(name)
        if path.is_dir():
            files = [one for one in sorted(path.rglob("*")) if one.is_file() and not _hidden(one.relative_to(path))]
            articles = [one for one in files if one.suffix.lower() in _ARTICLES]
            left += len(files) - len(articles)
            if not articles:
                raise NoSource(f"There is no page, text or PDF in the folder “{name}”.")
            found.update(dict.fromkeys(Source(Kind.FILE, str(one)) for one in articles))
        elif path.exists():
            found.setdefault(Source(Kind.FILE, name))
        elif re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/\S*)?", name, re.IGNORECASE):
            raise NoSource(f"There is no file “{name}”. If it is an address, write https://{name}")
        else:
            raise NoSource(f"There is no file or folder “{name}”, and it is no address: those begin with https://")
    return list(found), left


def take(
    source: Source,
    *,
    now: dt.datetime,
    outlet: Outlet | None = None,
    published: dt.date | None = None,
    events: tuple[int, ...] = (),
) -> Taken:
    """Make reports of a source. Queues nothing; what cannot be taken comes back as ``refused``, in words."""
    try:
        if source.kind is Kind.FEED:
            return _take_feed(source.named, now=now, outlet=outlet, events=events)
        if source.kind is Kind.FILE:
            return _take_file(Path(source.named), now=now, outlet=outlet, published=published, events=events)
        return _one(*pipeline.receive(url=source.named, outlet=outlet, published=published, events=events))
    except pipeline.Rejected as refusal:
        return Taken(refused=str(refusal))
    except OSError as error:
        return Taken(refused=f"The file cannot be read: {(error.strerror or 'unknown error').lower()}.")


def _take_file(
    path: Path, *, now: dt.datetime, outlet: Outlet | None, published: dt.date | None, events: tuple[int, ...]
) -> Taken:
    most = settings.FETCH_MAX_BYTES
    if path.stat().st_size > most:
        return Taken(refused=f"The file is larger than {most // (1024 * 1024)} MB.")
    body = path.read_bytes()
    if not body:
        return Taken(refused="The file is empty.")
    if syndication.looks_like_feed(body):
        try:
            found = syndication.read(body)
        except syndication.NotAFeed as refusal:
            return Taken(refused=str(refusal))
        return _of_feed(feeds.take(found.items, now=now, outlet=outlet, events=events), cut=found.cut)
    kind = mimetypes.guess_type(path.name)[0] or ""
    return _one(*pipeline.receive(body=body, content_type=kind, outlet=outlet, published=published, events=events))


def _take_feed(url: str, *, now: dt.datetime, outlet: Outlet | None, events: tuple[int, ...]) -> Taken:
    """Read a feed now. One that we do not know yet is kept, but not polled again unless somebody sets it active."""
    try:
        url = net.check_url(url)
    except net.OutboundError as refusal:
        return Taken(refused=str(refusal))
    feed, made = Feed.objects.get_or_create(
        url=url,
        defaults={
            "outlet": outlet,
            "event_id": events[0] if len(events) == 1 else None,
            "state": FeedState.PAUSED,
            "last_error": READ_ONCE,
        },
    )
    taken = feeds.poll(feed.pk, at_once=True)
    if taken is None:
        return Taken(remark="Somebody else is reading this feed just now.")
    feed.refresh_from_db()
    if feed.failures:
        return Taken(refused=feed.last_error)
    if made:
        Feed.objects.filter(pk=feed.pk).update(last_error=READ_ONCE)
    return _of_feed(taken)


def _of_feed(taken: feeds.Taken, *, cut: bool = False) -> Taken:
    said = []
    if taken.unusable:
        said.append(f"{taken.unusable} items lead nowhere we may fetch.")
    if cut:
        said.append(f"Only the first {syndication.MAX_ITEMS} items were read.")
    if not (taken.new or taken.known or taken.unusable):
        said.append("It holds no items.")
    return Taken(new=taken.new, known=taken.known, remark=" ".join(said))


def _one(report: Report, new: bool) -> Taken:
    """Sending in again what failed is a wish to see it tried again."""
    if new:
        return Taken(new=(report.pk,))
    again = report.state in {ReportState.FAILED, ReportState.PARKED} and pipeline.retry(report)
    return Taken(had=(report.pk,), known=1, remark="It had failed, and is tried again." if again else "")


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
