"""From bytes to an article: its text, and what the page says about itself. Pure: bytes in, facts out.

Offsets of quotes refer to ``Extracted.text``, so the same bytes must always give the
same text: the extractor's version is kept beside it, and a new version makes a new
capture, never another text under old offsets.
"""

from __future__ import annotations

import codecs
import dataclasses
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import dateparser
import lxml.html
import pypdf
import trafilatura

from tracker.core.text import clean, clean_name
from tracker.ingest import mail
from tracker.ingest.syndication import looks_like_feed

MAX_HTML = 5 * 1024 * 1024
MAX_PAGES = 200
LEAST_WORDS = 40
MAX_HEADLINE = 500

_DATELINE = re.compile(
    r"^(?P<place>[A-Z][A-Z .,'’/-]{2,60}?)[,;]?\s*(?P<day>(?:[A-Z]{3,9}|[A-Z][a-z]{2,8})\.?\s+\d{1,2},?\s+\d{4})?"
    r"\s*(?:\([^)]{1,40}\)\s*)?(?:—|–|--|-)\s+",
    re.MULTILINE,
)
_BYLINE = re.compile(r"^By\s+(?P<who>[A-Z][^\n]{1,120})$", re.MULTILINE)
_LOGIN = re.compile(
    r"\b(log ?in|sign ?in|subscribe|subscription|register)\b[^.\n]{0,60}"
    r"\b(to (continue|read|view)|for (full )?access|required)\b",
    re.IGNORECASE,
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
# Furniture that survives in saved text: comment forms and what follows them.
_TAIL = re.compile(r"\n+(Leave a (Comment|Reply)\b|Your email address will not be published)", re.IGNORECASE)


class ExtractError(Exception):
    """There is no article to be had. The message is for an editor."""


class NothingToRead(ExtractError):
    """The page holds no article text."""


class Unsupported(ExtractError):
    """It is no page, text or PDF."""


class LoginWall(ExtractError):
    """The page asks to sign in or subscribe instead of showing the article."""


@dataclasses.dataclass(frozen=True)
class Extracted:
    """An article and what its page says about itself. ``body_start`` is where headline matter ends."""

    text: str
    headline: str = ""
    byline: str = ""
    dateline: str = ""
    site: str = ""
    published: dt.date | None = None
    published_as_written: str = ""
    published_from: str = ""
    language: str = ""
    canonical: str = ""
    body_start: int = 0
    extractor: str = ""


def extract(body: bytes, *, content_type: str = "", charset: str = "", url: str = "") -> Extracted:
    """Read an article from what was fetched, uploaded or pasted.

    Raises an ``ExtractError`` whose message says what the editor can do.
    """
    if not body.strip():
        raise NothingToRead("The answer is empty. Try again later, or paste the text.")
    if looks_like_feed(body):
        raise Unsupported(
            "This is a feed, not an article. Give it as a feed: `manage.py ingest --feed` and its address."
        )
    if mail.looks_like_mail(body, content_type):
        return _from_mail(body)
    kind = sniff(body, content_type)
    if kind == "pdf":
        return _from_pdf(body)
    if kind == "html":
        return _from_html(body, charset=charset, url=url)
    if kind == "text":
        return _from_text(decode(body, charset))
    if kind == "image":
        raise Unsupported(
            "This is a picture, which we cannot read. Upload it with a typed transcript, or paste the text."
        )
    raise Unsupported(
        f"This is neither a page, a text, an e-mail nor a PDF ({content_type or 'type not given'}). "
        "Paste the text instead."
    )


def transcript(text: str) -> Extracted:
    """Take what an editor typed from a picture or a document as its text; it is never corrected by us."""
    return _from_text(text, extractor="typed transcript")


def sniff(body: bytes, content_type: str) -> str:
    """Return html, text, pdf, image or other, from the bytes first and the server's word second."""
    head = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\0").lower()
    if body[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if body.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")):
        return "image"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in head:
        return "html"
    declared = content_type.split(";")[0].strip().lower()
    if declared in {"text/html", "application/xhtml+xml"}:
        return "html"
    if declared.startswith("image/"):
        return "image"
    if declared.startswith("text/") or not declared:
        wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        # A stray NUL is a blemish in a text; many are a sign of something else.
        return "other" if not wide and body[:2048].count(0) > len(body[:2048]) // 20 else "text"
    return "other"


def decode(body: bytes, charset: str = "") -> str:
    """Decode by byte-order mark, then what the server said, then what the page says, then UTF-8, then Windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, errors="replace")
    named = _META_CHARSET.search(body[:4096])
    for candidate in (charset, named.group(1).decode("ascii") if named else "", "utf-8"):
        try:
            if candidate and not codecs.lookup(candidate).name.startswith(("utf-7", "utf-16", "utf-32")):
                return body.decode(candidate)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", errors="replace")


def _from_html(body: bytes, *, charset: str, url: str) -> Extracted:
    if len(body) > MAX_HTML:
        raise Unsupported(f"The page is larger than {MAX_HTML // (1024 * 1024)} MB. Paste the text instead.")
    source = clean(decode(body, charset))
    try:
        tree = lxml.html.fromstring(source)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NothingToRead(
            "The page is damaged and holds no text that can be read. Paste the text instead."
        ) from error
    said = _PageSays(tree)
    found: Any = trafilatura.bare_extraction(
        source, url=url or None, with_metadata=True, include_comments=False, fast=True
    )
    text = clean(found.text or "") if found is not None else ""
    words = len(text.split())
    if words < LEAST_WORDS:
        shown = " ".join(tree.text_content().split())[:4000]
        if _LOGIN.search(shown) or tree.xpath('//input[@type="password"]'):
            raise LoginWall("The page asks to sign in or subscribe. Paste the article's text if you may read it.")
        raise NothingToRead("No article was found on the page. If there is one, paste its text.")
    headline = clean_name(said.headline or (found.title if found is not None else "") or "")[:MAX_HEADLINE]
    published, as_written, source_of = said.published
    if published is None and found is not None and found.date:
        published, as_written, source_of = _day(found.date), found.date, "guessed from the page"
    article = Extracted(
        text=text,
        headline=headline,
        byline=clean_name((found.author if found is not None else "") or "")[:300],
        site=clean_name(said.site or (found.sitename if found is not None else "") or "")[:200],
        published=published,
        published_as_written=as_written[:200],
        published_from=source_of,
        language=said.language,
        canonical=said.canonical,
        extractor=f"trafilatura {version('trafilatura')}",
    )
    return _with_body(article)


def _from_text(text: str, *, extractor: str = "text") -> Extracted:
    text = clean(text).strip()
    tail = _TAIL.search(text)
    if tail:
        text = text[: tail.start()].rstrip()
    if not text:
        raise NothingToRead("The text is empty. Paste the article's words.")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    dateline = _DATELINE.search(text)
    byline = _BYLINE.search(text[:2000])
    before = [line for line in lines[:4] if len(line) <= 200 and not line.endswith((".", "!", "?"))]
    as_written = (dateline.group("day") or "") if dateline else ""
    article = Extracted(
        text=text,
        headline=_headline(before, byline.group(0) if byline else "", dateline.group(0) if dateline else ""),
        byline=byline.group("who").strip() if byline else "",
        dateline=dateline.group(0).strip(" —–-")[:200] if dateline else "",
        published=_day(as_written),
        published_as_written=as_written,
        published_from="dateline" if as_written else "",
        extractor=extractor,
    )
    return _with_body(article)


def _from_pdf(body: bytes) -> Extracted:
    try:
        pages = pypdf.PdfReader(io.BytesIO(body)).pages
        text = "\n\n".join(page.extract_text() for page in pages[:MAX_PAGES])
    except Exception as error:  # pypdf lets many kinds through on damaged files
        raise Unsupported(
            "The PDF is damaged or protected. Upload it with a typed transcript, or paste the text."
        ) from error
    if len(text.split()) < 10:
        raise NothingToRead(
            "The PDF holds pictures of text, not text. Upload it with a typed transcript, or paste the text."
        )
    return _from_text(text, extractor=f"pypdf {version('pypdf')}")


def _from_mail(body: bytes) -> Extracted:
    found = mail.read(body)
    if not found.words:
        raise NothingToRead("The e-mail holds no text that can be read. Upload it with a typed transcript.")
    # Its subject is headline matter: what somebody wrote above a text is not the text.
    text = f"{found.subject}\n\n{found.words}" if found.subject else found.words
    return Extracted(
        text=text,
        headline=found.subject[:MAX_HEADLINE],
        byline=found.sender[:300],
        published=found.date,
        published_as_written=found.date_as_written[:200],
        published_from="the e-mail's own date" if found.date else "",
        body_start=len(text) - len(found.words),
        extractor="e-mail",
    )


def _headline(lines: list[str], byline: str, dateline: str) -> str:
    """Return the last short line before byline or dateline: above it there may be a picture's caption."""
    candidates = [line for line in lines if line != byline and not (dateline and line.startswith(dateline[:12]))]
    if not candidates:
        return ""
    return clean_name(candidates[1] if len(candidates) > 1 and byline else candidates[0])[:MAX_HEADLINE]


def _with_body(article: Extracted) -> Extracted:
    """Say where the body begins: after the dateline or byline, or else after a first line that is the headline."""
    text = article.text
    dateline = _DATELINE.search(text[:4000])
    byline = _BYLINE.search(text[:4000])
    if dateline:
        start, line = dateline.end(), dateline.group(0).strip(" —–-")
    elif byline:
        start, line = byline.end(), ""
    else:
        first, _, _ = text.partition("\n")
        same = clean_name(first).casefold() == article.headline.casefold() and bool(first.strip())
        start, line = (len(first) + 1 if same and len(first) < len(text) else 0), ""
    return dataclasses.replace(article, body_start=start, dateline=article.dateline or line[:200])


def _day(written: str) -> dt.date | None:
    """Read a day from what a page says; nothing before 1990 is believed."""
    if not written:
        return None
    try:
        found = dt.date.fromisoformat(written[:10])
    except ValueError:
        parsed = dateparser.parse(
            written.title(),
            languages=["en"],
            settings={"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]},
        )
        if parsed is None:
            return None
        found = parsed.date()
    return found if 1990 <= found.year <= 2200 else None


class _PageSays:
    """What a page says about itself: JSON-LD first, then meta elements."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        self._json = list(_json_ld(tree))
        self.language = (tree.get("lang") or "").strip()[:8] if tree.tag == "html" else ""
        self.headline = self._named("headline") or self._meta("og:title")
        self.site = self._meta("og:site_name") or self._publisher()
        links = tree.xpath('//link[@rel="canonical"]/@href')
        self.canonical = str(links[0]).strip()[:4096] if links else ""

    @property
    def published(self) -> tuple[dt.date | None, str, str]:
        for source, written in (
            ("the page's structured data", self._named("datePublished")),
            ("the page's metadata", self._meta("article:published_time")),
            ("the page's metadata", self._meta("date")),
        ):
            day = _day(written)
            if day is not None:
                return day, written, source
        return None, "", ""

    def _meta(self, name: str) -> str:
        found = self._tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
        return str(found[0]).strip() if found else ""

    def _named(self, key: str) -> str:
        for thing in self._json:
            if isinstance(thing.get(key), str):
                return str(thing[key]).strip()
        return ""

    def _publisher(self) -> str:
        for thing in self._json:
            publisher = thing.get("publisher")
            if isinstance(publisher, dict) and isinstance(publisher.get("name"), str):
                return str(publisher["name"]).strip()
        return ""


def _json_ld(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the things of a page's JSON-LD that are articles; what cannot be read is passed over."""
    for script in tree.xpath('//script[@type="application/ld+json"]/text()')[:10]:
        try:
            found = json.loads(str(script)[:200_000])
        except (ValueError, RecursionError):
            continue
        things = found if isinstance(found, list) else found.get("@graph", [found]) if isinstance(found, dict) else []
        for thing in things[:50] if isinstance(things, list) else []:
            if isinstance(thing, dict) and re.search("Article|Report|Posting", str(thing.get("@type", ""))):
                yield thing
