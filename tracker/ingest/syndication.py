"""From bytes to the items of a feed: RSS, Atom and RDF, JSON Feed, news sitemaps. Pure: asks nothing of the network.

feedparser takes what real feeds are like, and little of it is harmless: a million items,
a hundred thousand attributes, references to surrogates. So sizes are capped before it
sees a byte, and everything it returns passes the door every other text passes.
"""

from __future__ import annotations

import codecs
import dataclasses
import datetime as dt
import email.utils
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

import feedparser
import lxml.etree

from tracker.core.text import clean_name, safe_link

MAX_BYTES = 5 * 1024 * 1024
MAX_ITEMS = 500
MAX_TAG = 64 * 1024
MAX_ELEMENTS = 100_000  # five hundred items with the whole article in each have fewer
MAX_TITLE = 500
MAX_GUID = 2048
ACCEPT = (
    "application/atom+xml,application/rss+xml,application/rdf+xml,application/feed+json,"
    "application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,*/*;q=0.1"
)

# What may stand before the first element: marks, comments, processing instructions, a document type.
_PROLOG = re.compile(
    rb"(?:\s+|<\?[^>]{0,4096}>|<!--.{0,65536}?-->|<!doctype[^>\[]{0,4096}>)*", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]{0,60})")
_OWN_ENTITIES = re.compile(rb"<!doctype[^>\[]{0,4096}\[", re.IGNORECASE)
_HUGE_TAG = re.compile(rb"<[^<>]{%d}" % MAX_TAG)
_ITEM = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry|url)[\s/>]")
_START = re.compile(rb"<[A-Za-z_]")
_NUMBERED = re.compile(rb"&#(x[0-9A-Fa-f]{1,8}|[0-9]{1,9});")
_XML_ENCODING = re.compile(rb"""(<\?xml[^>]{0,200}?)\sencoding\s*=\s*["'][^"']{0,60}["']""")
_ALTERNATE = re.compile(r"<link\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|type|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_ROOTS = frozenset({"rss", "feed", "rdf:rdf", "rdf", "channel", "urlset"})
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


class NotAFeed(Exception):
    """The bytes are no feed we can read. The message is for an editor; ``named`` are feeds that a web page names."""

    def __init__(self, message: str, *, named: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.named = named


@dataclasses.dataclass(frozen=True)
class Item:
    """One item. ``link`` is empty when it has none that may be fetched; ``day`` is in the feed's own time zone."""

    guid_hash: str
    link: str
    title: str
    day: dt.date | None
    publisher: str = ""


@dataclasses.dataclass(frozen=True)
class FeedFile:
    """What a feed holds. ``cut``: it had more items than we read; ``ttl``: how long it asks to be left alone."""

    title: str
    items: tuple[Item, ...]
    cut: bool = False
    ttl: dt.timedelta | None = None


def looks_like_feed(body: bytes) -> bool:
    """Say whether the first element, or the first key, is a feed's."""
    body = _utf8(body)
    return _root(body) in _ROOTS or _is_json_feed(body)


def read(body: bytes, *, content_type: str = "", url: str = "") -> FeedFile:
    """Read a feed, its first ``MAX_ITEMS`` items at most. Raises ``NotAFeed``."""
    if not body.strip():
        raise NotAFeed("The answer is empty. It may be a feed another time.")
    if len(body) > MAX_BYTES:
        raise NotAFeed(f"The feed is larger than {MAX_BYTES // (1024 * 1024)} MB.")
    wide = _utf8(body)
    if _is_json_feed(wide):
        return _read_json(wide, url)
    root = _root(wide)
    if root not in _ROOTS:
        raise _no_feed(wide, root, url)
    if _OWN_ENTITIES.search(wide[:65536]):
        raise NotAFeed("The feed defines entities of its own, which we do not read.")
    if _HUGE_TAG.search(wide):
        raise NotAFeed("The feed holds an element larger than any honest one.")
    wide, cut = _first_items(_NUMBERED.sub(_honest_reference, wide))
    if sum(1 for _ in _START.finditer(wide)) > MAX_ELEMENTS:
        raise NotAFeed("The feed holds more elements than any honest one.")
    if root == "urlset":
        return dataclasses.replace(_read_sitemap(wide, url), cut=cut)
    # Bytes that were in UTF-16 are in UTF-8 by now, whatever the server said of them.
    charset = content_type if wide[:8] == body[:8] else "application/xml; charset=utf-8"
    return dataclasses.replace(_read_xml(wide, charset, url), cut=cut)


def _read_xml(body: bytes, content_type: str, url: str) -> FeedFile:
    headers = {"content-type": content_type or "application/xml"} | ({"content-location": url} if url else {})
    try:
        found: Any = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
        items = [_of_entry(entry, url) for entry in found.entries[:MAX_ITEMS]]
        title, ttl = _title(found.feed.get("title")), _minutes(found.feed.get("ttl"))
    except Exception as error:  # what feedparser lets through on hostile bytes has no common class
        raise NotAFeed("The feed is damaged and cannot be read.") from error
    if not items and found.bozo and not found.version:
        raise NotAFeed("The feed is damaged and cannot be read.")
    return FeedFile(title, _once(items), ttl=ttl)


def _of_entry(entry: Any, url: str) -> Item:
    title = _title(entry.get("title"))
    source = entry.get("source")
    publisher = entry.get("publisher") or (source.get("title") if isinstance(source, dict) else "")
    link = _link(entry.get("link") or _permalink(entry), url)
    # Asked as plain dicts: feedparser's own get() answers with one date for another, and warns of it.
    written = str(dict.get(entry, "published") or dict.get(entry, "updated") or "")
    day = _day(written)
    # feedparser knows stranger forms than we do, but it makes a March day of February 30.
    parsed = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    if day is None and parsed and not _ISO.match(written):
        day = _believed(*parsed[:3])
    return Item(_hashed(entry.get("id"), link, title), link, title, day, _title(publisher)[:200])


def _permalink(entry: Any) -> str:
    """An item whose id is an address, and which has no other, stands there."""
    named = str(entry.get("id") or "")
    return named if named.startswith(("https://", "http://")) else ""


def _read_json(body: bytes, url: str) -> FeedFile:
    try:
        found = json.loads(body.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed("The feed is damaged and cannot be read.") from error
    rows = found.get("items") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise NotAFeed("The feed is damaged and cannot be read.")
    items = []
    for row in rows[:MAX_ITEMS]:
        if not isinstance(row, dict):
            continue
        title = _title(row.get("title"))
        link = _link(row.get("url") or row.get("external_url"), url)
        day = _day(row.get("date_published"))
        items.append(Item(_hashed(row.get("id"), link, title), link, title, day))
    return FeedFile(_title(found.get("title")), _once(items), cut=len(rows) > MAX_ITEMS)


def _read_sitemap(body: bytes, url: str) -> FeedFile:
    """Read a news sitemap; an entry without news in it is one of the site's other pages, and is left out."""
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        tree = lxml.etree.fromstring(body, parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NotAFeed("The site's map is damaged and cannot be read.") from error
    items = []
    for entry in tree.iterfind(f"{_MAP}url") if tree is not None else ():
        news = entry.find(f"{_NEWS}news")
        if news is None:
            continue
        link = _link(entry.findtext(f"{_MAP}loc"), url)
        title = _title(news.findtext(f"{_NEWS}title"))
        publisher = _title(news.findtext(f"{_NEWS}publication/{_NEWS}name"))[:200]
        day = _day(news.findtext(f"{_NEWS}publication_date"))
        items.append(Item(_hashed(None, link, title), link, title, day, publisher))
    if not items:
        raise NotAFeed("The site's map names no news. Give a news sitemap or a feed.")
    return FeedFile("", _once(items))


def _no_feed(body: bytes, root: str, url: str) -> NotAFeed:
    if root == "html" or b"<html" in body[:4096].lower() or b"<body" in body[:4096].lower():
        named = _feeds_named(body[:200_000].decode("utf-8", errors="replace"), url)
        if named:
            return NotAFeed(f"This is a web page, not a feed. It names {named[0]} as its feed.", named=named)
        return NotAFeed("This is a web page, not a feed, and it names none.")
    if root == "sitemapindex":
        return NotAFeed("This is a list of sitemaps. Give the news sitemap itself.")
    return NotAFeed("This is neither RSS nor Atom, JSON Feed or a news sitemap.")


def _feeds_named(page: str, url: str) -> tuple[str, ...]:
    """Return the addresses of the feeds a page names in its head, in order, at most ten."""
    found: dict[str, None] = {}
    for element in _ALTERNATE.findall(page)[:200]:
        said = {name.lower(): html.unescape(one or two or bare) for name, one, two, bare in _ATTRIBUTE.findall(element)}
        if "alternate" in said.get("rel", "").lower().split() and said.get("type", "").lower() in _FEED_TYPES:
            link = _link(said.get("href"), url)
            if link:
                found.setdefault(link)
    return tuple(found)[:10]


def _root(body: bytes) -> str:
    """Return the name of the first element, in lower case; empty if there is none."""
    begin = _PROLOG.match(body, 3 if body.startswith(codecs.BOM_UTF8) else 0)
    found = _ROOT.match(body, begin.end() if begin else 0)
    if found is None and _OWN_ENTITIES.match(body, begin.end() if begin else 0):
        # Named, so that it is refused for what it is.
        found = _ROOT.search(body, body.find(b"]", begin.end() if begin else 0))
    return found.group(1).decode().lower() if found else ""


def _is_json_feed(body: bytes) -> bool:
    head = body.removeprefix(codecs.BOM_UTF8).lstrip()[:4096]
    return head.startswith(b"{") and b"jsonfeed.org/version" in head.replace(b"\\/", b"/")


def _utf8(body: bytes) -> bytes:
    """Return bytes in UTF-8 for those in UTF-16, and others as they are: their own declaration will be read."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return _XML_ENCODING.sub(
                rb"\1", body[len(mark) :].decode(name, errors="replace").encode("utf-8", "replace")
            )
    return body


def _first_items(body: bytes) -> tuple[bytes, bool]:
    """Cut a feed after its first ``MAX_ITEMS`` items, before anybody parses the rest."""
    for number, found in enumerate(_ITEM.finditer(body), start=1):
        if number > MAX_ITEMS:
            root = _root(body)
            named = _ROOT.search(body, max(0, body.lower().find(b"<" + root.encode())))
            close = b"</" + (named.group(1) if named else root.encode()) + b">"
            return body[: found.start()] + (b"</channel>" if root == "rss" else b"") + close, True
    return body, False


def _honest_reference(found: re.Match[bytes]) -> bytes:
    """Drop references to what is no character; feedparser raises on some of them."""
    written = found.group(1)
    number = int(written[1:], 16) if written[:1] == b"x" else int(written)
    fine = (
        number in {9, 10, 13} or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF
    )
    return found.group(0) if fine else b""


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    """Of several items under one id the first stands."""
    return tuple({item.guid_hash: item for item in reversed(list(items))}.values())[::-1]


def _hashed(guid: Any, link: str, title: str) -> str:
    named = guid.strip()[:MAX_GUID] if isinstance(guid, str) else str(guid) if isinstance(guid, int) else ""
    return hashlib.sha256((named or f"{link}\n{title}").encode("utf-8", "replace")).hexdigest()


def _link(link: Any, url: str) -> str:
    if not isinstance(link, str) or not link.strip():
        return ""
    try:
        return safe_link(urljoin(url, link.strip()) if url else link.strip())[:4096]
    except ValueError:
        return ""


def _title(written: Any) -> str:
    if not isinstance(written, str):
        return ""
    plain = html.unescape(_MARKUP.sub("", written[: 4 * MAX_TITLE]))
    return clean_name(plain)[:MAX_TITLE]


def _day(written: Any) -> dt.date | None:
    """Return the day as its writer's own clock had it; nothing before 1990 or absurdly late is believed."""
    if not isinstance(written, str):
        return None
    iso = _ISO.match(written)
    if iso:
        return _believed(*(int(part) for part in iso.groups()))
    try:
        when = email.utils.parsedate_to_datetime(written.strip()[:100])
        return _believed(when.year, when.month, when.day)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _believed(year: int, month: int, day: int) -> dt.date | None:
    try:
        found = dt.date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return found if 1990 <= found.year <= 2200 else None


def _minutes(written: Any) -> dt.timedelta | None:
    if isinstance(written, str) and written.strip().isdigit() and len(written.strip()) < 7:
        return dt.timedelta(minutes=int(written))
    return None
