"""Atom and JSON Feed of any question to the record, valid whatever the texts hold.

Newest published first: what was said long ago and published today is news to whoever
follows. Every text passes ``clean`` once more on its way out; the writer knows nothing
but elements, attributes and text, all of them escaped.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

import orjson
from django.conf import settings
from django.db.models import QuerySet
from django.utils.html import escape as html_escape

from tracker.core import public
from tracker.core.text import clean, clean_name
from tracker.models import Statement
from tracker.models.choices import Capacity, Channel, CorrectionReason, Entity, QuoteKind, Stance, Verification
from tracker.reading import bodies, filters, lists

ENTRIES = 50
ATOM, JSON_FEED = "application/atom+xml; charset=utf-8", "application/feed+json"
FIRST_YEAR = 2026  # of the record: part of the feeds' own names
NEVER = dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class Entry:
    """One row as a feed shows it."""

    name: str
    url: str
    title: str
    html: str
    published: dt.datetime
    updated: dt.datetime
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Feed:
    """A feed: what it is of, where it stands, and its entries."""

    title: str
    page: str
    entries: tuple[Entry, ...]
    updated: dt.datetime = NEVER

    @property
    def name(self) -> str:
        """The feed's own name: it stays when the site moves to https or the query's order changes."""
        parts = urlsplit(self.page)
        return f"tag:{parts.hostname},{FIRST_YEAR}:{parts.path}" + (f"?{parts.query}" if parts.query else "")


def of_statements(bound: filters.TimelineFilter, *, title: str = "", page: str = "") -> Feed:
    """Return the feed of the statements that answer a question. Three queries."""
    question = {name: values for name, values in bound.data.lists() if values}
    query = filters.canonical(question)
    home = page or public.page("timeline")
    rows: QuerySet[Statement] = filters.narrowed(bound)
    names = list(rows.order_by("-published_at", "-public_id").values_list("public_id", flat=True)[:ENTRIES])
    at = bodies.told_at(Entity.STATEMENT, names)
    entries = tuple(_statement(body, at.get(body["id"])) for body in bodies.bodies(Entity.STATEMENT, names))
    words = " · ".join(
        f"{pill.label}: {'not ' if pill.excluded else ''}{pill.words}" for pill in filters.pills(question, bound=bound)
    )
    about = title or words
    return Feed(
        title=f"{settings.SITE_NAME}: {about}" if about else f"{settings.SITE_NAME}: all statements",
        page=f"{home}?{query}" if query and not page else home,
        entries=entries,
        updated=max((entry.updated for entry in entries), default=NEVER),
    )


def of_corrections() -> Feed:
    """Return the feed of public changes; a change of wording alone is not one. Two queries."""
    rows = lists.CORRECTIONS.base().exclude(reason=CorrectionReason.WORDING)
    names = list(rows.order_by("-published_at", "-public_id").values_list("public_id", flat=True)[:ENTRIES])
    entries = tuple(_correction(body) for body in bodies.bodies(Entity.CORRECTION, names))
    return Feed(
        title=f"{settings.SITE_NAME}: corrections",
        page=public.page("corrections"),
        entries=entries,
        updated=max((entry.updated for entry in entries), default=NEVER),
    )


# --- Writing ----------------------------------------------------------------------------


def atom(feed: Feed, *, address: str) -> bytes:
    """Write a feed in Atom (RFC 4287)."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        _element("id", feed.name),
        _element("title", feed.title),
        _element("updated", _moment(feed.updated)),
        _link("self", address, "application/atom+xml"),
        _link("alternate", feed.page, "text/html"),
        f"<author>{_element('name', settings.SITE_NAME)}</author>",
        _element("generator", settings.SITE_NAME),
    ]
    for entry in feed.entries:
        lines += [
            "<entry>",
            _element("id", _entry_id(entry)),
            _element("title", entry.title),
            _element("published", _moment(entry.published)),
            _element("updated", _moment(entry.updated)),
            _link("alternate", entry.url, "text/html"),
            *(f"<category term={quoteattr(clean_name(tag))}/>" for tag in entry.tags),
            _element("content", entry.html, type="html"),
            "</entry>",
        ]
    lines.append("</feed>\n")
    return "\n".join(lines).encode("utf-8")


def json_feed(feed: Feed, *, address: str) -> bytes:
    """Write a feed in JSON Feed 1.1."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": clean_name(feed.title),
            "home_page_url": feed.page,
            "feed_url": address,
            "language": "en",
            "authors": [{"name": settings.SITE_NAME, "url": settings.SITE_URL}],
            "items": [
                {
                    "id": _entry_id(entry),
                    "url": entry.url,
                    "title": clean_name(entry.title),
                    "content_html": clean(entry.html),
                    "date_published": _moment(entry.published),
                    "date_modified": _moment(entry.updated),
                    "tags": [clean_name(tag) for tag in entry.tags],
                }
                for entry in feed.entries
            ],
        }
    )


def _element(name: str, text: str, **attributes: str) -> str:
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{told}>{escape(clean(text))}</{name}>"


def _link(relation: str, address: str, kind: str) -> str:
    return f"<link rel={quoteattr(relation)} type={quoteattr(kind)} href={quoteattr(clean_name(address))}/>"


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _entry_id(entry: Entry) -> str:
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{FIRST_YEAR}:{entry.name}"


# --- What an entry says -----------------------------------------------------------------


def _statement(body: Mapping[str, Any], told: dt.datetime | None) -> Entry:
    published = _read(body.get("published_at"))
    parts = [f"<p>{_text(body['summary'])}</p>"] if body.get("summary") else []
    parts += list(_quotes(body))
    facts = [
        (
            "Said",
            f"{body['said']['words']}" + (f" (“{body['said']['as_written']}”)" if body["said"]["as_written"] else ""),
        ),
        ("Voices", "; ".join(voice_words(voice) for voice in body["voices"])),
        ("To whom", Channel(body["channel"]).label),
        ("Stance", stance_words(body)),
        ("Borne out", Verification(body["verification"]["level"]).label),
    ]
    parts.append("<ul>" + "".join(f"<li>{name}: {_text(value)}</li>" for name, value in facts if value) + "</ul>")
    return Entry(
        name=body["id"],
        url=body["url"],
        title=title_of(body),
        html="".join(parts),
        published=published,
        updated=max(told or published, published),
        tags=tuple(_tags(body)),
    )


def _correction(body: Mapping[str, Any]) -> Entry:
    published = _read(body["published_at"])
    word = "Correction" if body["is_correction"] else "Update"
    reason = str(CorrectionReason(body["reason"]).label)
    field = str(body["field"]).replace("_", " ")
    note = f"<p>{_text(body['note'])}</p>" if body.get("note") else ""
    return Entry(
        name=body["id"],
        url=f"{public.page('corrections')}?row={body['row']}",
        title=f"{word} of {body['row']}: {field} ({reason.lower()})",
        html=f"<p>{word} of {_text(body['row'])}, {_text(field)}. Reason: {_text(reason)}.</p>{note}",
        published=published,
        updated=published,
        tags=(body["reason"],),
    )


def title_of(body: Mapping[str, Any]) -> str:
    """Return one line on a statement: who, and on which side of what."""
    names = list(dict.fromkeys(_voice_name(voice) for voice in body["voices"]))
    who = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{who or 'Somebody'}: {stance_words(body) or 'statement'} — {body['event']['name']}"


def stance_words(body: Mapping[str, Any]) -> str:
    """Return the stance with its target, which it is never told without."""
    if not body.get("stance"):
        return ""
    label = str(Stance(body["stance"]).label)
    target = body.get("stance_target")
    return f"{label} (toward {target})" if target else label


def voice_words(voice: Mapping[str, Any]) -> str:
    """Return a voice in words: "Ada Quill (chief executive) for Calder Ferries, personal"."""
    person, company = voice.get("person"), voice.get("company")
    said = ""
    if person:
        said = person["name"] + (f" ({voice['title_then']})" if voice.get("title_then") else "")
    if company:
        said = (
            f"{said} for {company['name']}"
            if said and voice["capacity"] == Capacity.OFFICIAL
            else (f"{said}, {company['name']}" if said else company["name"])
        )
    if voice["capacity"] != Capacity.OFFICIAL:
        said += f", {str(Capacity(voice['capacity']).label).lower()}"
    return said


def _voice_name(voice: Mapping[str, Any]) -> str:
    official = voice["capacity"] == Capacity.OFFICIAL
    first, second = ("company", "person") if official or not voice.get("person") else ("person", "company")
    held = voice.get(first) or voice.get(second)
    name = str(held["name"]) if held else ""
    return f"Staff of {name}" if voice["capacity"] == Capacity.STAFF else name


def _quotes(body: Mapping[str, Any]) -> Iterable[str]:
    for citation in body["citations"]:
        outlet = (citation["report"].get("outlet") or {}).get("name") or "a report"
        link = citation["report"].get("url")
        source = f'<a href="{_text(link)}">{_text(outlet)}</a>' if link else _text(outlet)
        for quote in citation["quotes"]:
            if quote["kind"] in (QuoteKind.VERBATIM, QuoteKind.PARTIAL):
                yield f"<blockquote>“{_text(quote['text'])}” <cite>{source}</cite></blockquote>"


def _tags(body: Mapping[str, Any]) -> Sequence[str]:
    told = [body["event"]["slug"], body["root_event"]["slug"], *body["companies"], body["channel"], body.get("stance")]
    return list(dict.fromkeys(tag for tag in told if tag))


def _text(text: Any) -> str:
    return html_escape(clean(str(text)))


def _read(moment: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(moment) if moment else NEVER
