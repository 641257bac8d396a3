"""The public JSON of every public thing: what the ledger keeps, the API serves and files hold.

One function an entity, so that no two doors can show two versions. References to other
rows are ``{"slug" or "id", "name"}``: the slug is what counts, the name is a courtesy as
of the day the JSON was made (``stable`` leaves names out for comparing). Captures' texts
never appear; of a report's words only the quotes do. Absent values are explicit nulls.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from tracker.models.choices import REMOVALS, Capacity, StatementState

if TYPE_CHECKING:
    from tracker.models import (
        Citation,
        Company,
        Correction,
        Event,
        Frame,
        Inquiry,
        Outlet,
        Person,
        Quote,
        Reply,
        Report,
        Statement,
        Voice,
        WatchEntry,
    )

STATEMENT_RELATIONS = (
    "event",
    "event__parent",
    "voices__company",
    "voices__person",
    "citations__report__outlet",
    "citations__report__captures",
    "citations__credits_outlet",
    "citations__credits_report",
    "citations__quotes__speaker",
    "positions__target",
    "asks__ask",
    "links__to_statement",
    "signature_counts__company",
    "signature_counts__citation__report",
    "merged_into",
)
INQUIRY_RELATIONS = (
    "event",
    "company",
    "outlet",
    "citations__report__outlet",
    "citations__report__captures",
    "citations__quotes",
)


def page(name: str, *args: str) -> str:
    """Return the absolute address of a public page."""
    return settings.SITE_URL + reverse(f"pages:{name}", args=args)


def event_json(event: Event) -> dict[str, Any]:
    """What readers are told of an event."""
    root = event.root
    return {
        "slug": event.slug,
        "url": page("event", event.slug),
        "title": event.title,
        "kind": event.kind,
        "parent": event_ref(event.parent) if event.parent else None,
        "root": event_ref(root),
        "began": event.began.to_json() if event.began else None,
        "ended": event.ended.to_json() if event.ended else None,
        "place": event.place or None,
        "time_zone": root.time_zone,
        "description": event.description or None,
        "scope": root.scope or None,
        "stance_target": root.stance_target or None,
        "wikidata_id": event.wikidata_id or None,
        "is_sample": event.is_sample,
    }


def company_json(company: Company) -> dict[str, Any]:
    """What readers are told of a company. Prefetch aliases and tickers when listing many."""
    return {
        "slug": company.slug,
        "url": page("company", company.slug),
        "name": company.name,
        "kind": company.kind,
        "sector": company.sector or None,
        "hq_region": company.hq_region or None,
        "parent": company_ref(company.parent) if company.parent else None,
        "parent_kind": company.parent_kind or None,
        "parent_since": company.parent_since.to_json() if company.parent_since else None,
        "parent_until": company.parent_until.to_json() if company.parent_until else None,
        "succeeded_by": company_ref(company.succeeded_by) if company.succeeded_by else None,
        "aliases": sorted(alias.name for alias in company.aliases.all()),
        "tickers": sorted(str(ticker) for ticker in company.tickers.all()),
        "identifiers": {
            "wikidata": company.wikidata_id or None,
            "cik": company.cik or None,
            "lei": company.lei or None,
        },
        "domain": company.domain or None,
        "merged_into": company_ref(company.merged_into) if company.merged_into else None,
        "is_sample": company.is_sample,
    }


def person_json(person: Person) -> dict[str, Any]:
    """What readers are told of a person in a public role. Prefetch roles and their companies when listing many."""
    return {
        "slug": person.slug,
        "url": None if person.is_spokesperson else page("person", person.slug),
        "name": person.name,
        "roles": [
            {
                "company": company_ref(role.company),
                "title": role.title,
                "held": role.held.to_json() if role.held else None,
            }
            for role in sorted(person.roles.all(), key=lambda role: (role.held_earliest or dt.date.min, role.pk))
        ],
        "identifiers": {"wikidata": person.wikidata_id or None},
        "merged_into": {"slug": person.merged_into.slug, "name": person.merged_into.name}
        if person.merged_into
        else None,
        "is_sample": person.is_sample,
    }


def outlet_json(outlet: Outlet) -> dict[str, Any]:
    """What readers are told of an outlet."""
    return {
        "slug": outlet.slug,
        "url": page("outlet", outlet.slug),
        "name": outlet.name,
        "domain": outlet.domain or None,
        "owner": outlet.owner or None,
        "kind": outlet.kind,
        "is_sample": outlet.is_sample,
    }


def report_json(report: Report) -> dict[str, Any]:
    """What readers are told of a report: where it is and what we captured, never its text."""
    captures = sorted(report.captures.all(), key=lambda capture: capture.pk)
    return {
        "id": report.public_id,
        "url": page("report", report.public_id),
        "link": report.url or None,
        "headline": report.headline or None,
        "byline": report.byline or None,
        "outlet": outlet_ref(report.outlet) if report.outlet else None,
        "published": report.published.to_json() if report.published else None,
        "language": report.language or None,
        "captures": [
            {
                "at": capture.fetched_at.isoformat(),
                "status": capture.status,
                "bytes": capture.bytes,
                "sha256": capture.body_sha256,
                "text_sha256": capture.text_sha256,
                "archive": capture.archive_url or None,
            }
            for capture in captures
        ],
    }


def statement_json(statement: Statement) -> dict[str, Any]:
    """Everything public of a statement, its evidence included. Prefetch ``STATEMENT_RELATIONS`` when listing many.

    A statement that was withdrawn is its tombstone; one that is withheld, nothing but
    the fact.
    """
    if statement.state == StatementState.WITHHELD:
        return {"id": statement.public_id, "url": page("statement", statement.public_id), "state": statement.state}
    if statement.state == StatementState.WITHDRAWN:
        return tombstone(statement)
    root = statement.event.root
    return {
        "id": statement.public_id,
        "url": page("statement", statement.public_id),
        "state": statement.state,
        "event": event_ref(statement.event),
        "root_event": event_ref(root),
        "stance": statement.stance or None,
        "stance_target": root.stance_target or None,
        "form": statement.form,
        "said": statement.said.to_json(),
        "said_at": statement.said_at.isoformat() if statement.said_at else None,
        "sort_date": _iso(statement.sort_date),
        "channel": statement.channel,
        "medium": statement.medium,
        "disclosure": statement.disclosure,
        "audience": statement.audience,
        "operations_only": statement.operations_only,
        "summary": statement.summary or None,
        "language": statement.language,
        "removed_by_issuer": statement.removed.to_json() if statement.removed else None,
        "voices": [voice_json(voice) for voice in statement.voices.all()],
        "companies": sorted(
            {
                voice.company.slug
                for voice in statement.voices.all()
                if voice.company and voice.capacity == Capacity.OFFICIAL
            }
        ),
        "citations": [citation_json(citation) for citation in statement.citations.all()],
        "positions": [
            {
                "target": position.target.label,
                "stance": position.stance,
                "quote": [position.quote.start, position.quote.end] if position.quote else None,
            }
            for position in statement.positions.all()
        ],
        "asks": [
            {
                "ask": asked.ask.slug,
                "label": asked.ask.label,
                "addressee": asked.addressee or None,
                "basis": asked.basis,
            }
            for asked in statement.asks.all()
        ],
        "links": [
            {"kind": link.kind, "to": link.to_statement.public_id, "note": link.note or None}
            for link in statement.links.all()
            if link.to_statement.state == StatementState.PUBLISHED
        ],
        "signature_counts": [
            {
                "count": counted.count,
                "comparator": counted.comparator,
                "as_of": _iso(counted.as_of),
                "company": company_ref(counted.company) if counted.company else None,
                "report": counted.citation.report.public_id if counted.citation else None,
            }
            for counted in statement.signature_counts.all()
        ],
        "verification": {"level": statement.verification, "reason": statement.verification_reason or None},
        "approved_by_second_editor": statement.approved_by_id is not None,
        "codebook_version": statement.codebook_version or None,
        "published_at": statement.published_at.isoformat() if statement.published_at else None,
        "merged_into": statement.merged_into.public_id if statement.merged_into else None,
    }


def voice_json(voice: Voice) -> dict[str, Any]:
    """One voice behind a statement."""
    person = voice.person
    return {
        "company": company_ref(voice.company) if voice.company else None,
        "person": {"slug": person.slug, "name": person.name} if person else None,
        "name_then": voice.name_then or None,
        "title_then": voice.title_then or None,
        "capacity": voice.capacity,
        "part": voice.part,
        "joined": voice.joined.to_json() if voice.joined else None,
        "left": voice.left.to_json() if voice.left else None,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """How one report bears a statement or an inquiry out, with the words quoted from it."""
    report = citation.report
    return {
        "report": report_json(report),
        "outcome": citation.outcome or None,
        "basis": citation.basis,
        "attribution": citation.attribution or None,
        "credits": {
            "outlet": outlet_ref(citation.credits_outlet) if citation.credits_outlet else None,
            "report": citation.credits_report.public_id if citation.credits_report else None,
        },
        "claims_first": citation.claims_first,
        "stand": citation.stand,
        "own_access": citation.own_access,
        "source_changed_at": citation.source_changed_at.isoformat() if citation.source_changed_at else None,
        "quotes": [quote_json(quote) for quote in citation.quotes.all()],
    }


def quote_json(quote: Quote) -> dict[str, Any]:
    """Words in a capture, as a W3C TextQuoteSelector and TextPositionSelector say it."""
    return {
        "text": quote.text,
        "kind": quote.kind,
        "prefix": quote.prefix or None,
        "suffix": quote.suffix or None,
        "start": quote.start,
        "end": quote.end,
        "speaker": quote.speaker.slug if quote.speaker else None,
        "attribution": quote.attribution or None,
        "language": quote.language,
        "translation": quote.translation or None,
        "translated_by": quote.translated_by or None,
    }


def inquiry_json(inquiry: Inquiry) -> dict[str, Any]:
    """What readers are told of a company being asked. Prefetch ``INQUIRY_RELATIONS`` when listing many."""
    if inquiry.state == StatementState.WITHHELD:
        return {"id": inquiry.public_id, "url": page("inquiry", inquiry.public_id), "state": inquiry.state}
    if inquiry.state == StatementState.WITHDRAWN:
        return tombstone(inquiry)
    return {
        "id": inquiry.public_id,
        "url": page("inquiry", inquiry.public_id),
        "state": inquiry.state,
        "event": event_ref(inquiry.event),
        "company": company_ref(inquiry.company),
        "outlet": outlet_ref(inquiry.outlet) if inquiry.outlet else None,
        "by_us": inquiry.by_us,
        "asked": inquiry.asked.to_json() if inquiry.asked else None,
        "asked_about": inquiry.asked_about or None,
        "about_event": inquiry.about_event,
        "outcome": inquiry.outcome,
        "reports_differ": inquiry.reports_differ,
        "citations": [citation_json(citation) for citation in inquiry.citations.all()],
        "published_at": inquiry.published_at.isoformat() if inquiry.published_at else None,
    }


def tombstone(row: Statement | Inquiry) -> dict[str, Any]:
    """What remains of a row that was taken down: id, dates and category; a note unless it was removed."""
    kind = "inquiry" if row._meta.model_name == "inquiry" else "statement"
    removed = row.taken_down_category in REMOVALS
    return {
        "id": row.public_id,
        "url": page(kind, row.public_id),
        "state": row.state,
        "published_at": row.published_at.isoformat() if row.published_at else None,
        "taken_down_at": row.taken_down_at.isoformat() if row.taken_down_at else None,
        "category": row.taken_down_category or None,
        "note": None if removed else row.taken_down_note or None,
    }


def correction_json(correction: Correction) -> dict[str, Any]:
    """A public change to a published row."""
    return {
        "id": correction.public_id,
        "entity": correction.entity,
        "row": correction.row,
        "event": event_ref(correction.event) if correction.event else None,
        "field": correction.field,
        "before": correction.before,
        "after": correction.after,
        "reason": correction.reason,
        "is_correction": correction.reason == "our_error",
        "note": correction.note or None,
        "published_at": correction.published_at.isoformat(),
    }


def reply_json(reply: Reply) -> dict[str, Any]:
    """A company's own note, whole."""
    return {
        "id": f"reply-{reply.pk}",
        "statement": reply.statement.public_id if reply.statement else None,
        "event": event_ref(reply.event) if reply.event else None,
        "company": company_ref(reply.company),
        "text": reply.text,
        "source": reply.source.public_id if reply.source else None,
        "received": _iso(reply.received),
        "published_at": reply.published_at.isoformat() if reply.published_at else None,
    }


def frame_json(frame: Frame) -> dict[str, Any]:
    """A named list of companies, and the rule by which it was drawn up."""
    return {
        "slug": frame.slug,
        "name": frame.name,
        "rule": frame.rule,
        "source": frame.source,
        "dated": _iso(frame.dated),
        "published_at": frame.published_at.isoformat() if frame.published_at else None,
    }


def watch_entry_json(entry: WatchEntry) -> dict[str, Any]:
    """Who is watched for what, in which frame, from when."""
    return {
        "id": watch_entry_id(entry),
        "event": event_ref(entry.event),
        "company": company_ref(entry.company),
        "frame": {"slug": entry.frame.slug, "name": entry.frame.name} if entry.frame else None,
        "entered_for": entry.entered_for,
        "searched_from": _iso(entry.searched_from),
        "until": _iso(entry.until),
        "sector_then": entry.sector_then or None,
        "hq_then": entry.hq_then or None,
    }


def watch_entry_id(entry: WatchEntry) -> str:
    """Return the name by which the ledger knows a watch entry."""
    return f"watch-{entry.pk}"


def event_ref(event: Event) -> dict[str, Any]:
    """Return a reference to an event."""
    return {"slug": event.slug, "name": event.title}


def company_ref(company: Company) -> dict[str, Any]:
    """Return a reference to a company."""
    return {"slug": company.slug, "name": company.name}


def outlet_ref(outlet: Outlet) -> dict[str, Any]:
    """Return a reference to an outlet."""
    return {"slug": outlet.slug, "name": outlet.name}


def stable(body: Any) -> Any:
    """Return the JSON without the names in its references: what a change of the row itself would change."""
    if isinstance(body, dict):
        is_reference = "slug" in body and set(body) == {"slug", "name"}
        return {key: stable(value) for key, value in body.items() if not (is_reference and key == "name")}
    if isinstance(body, list):
        return [stable(item) for item in body]
    return body


def _iso(day: Any) -> str | None:
    if day is None or isinstance(day, str):
        return day
    return str(day.isoformat())
