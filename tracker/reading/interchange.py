"""The record in the forms of other programs: TimelineJS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import escape

from tracker.core.text import clean
from tracker.models.choices import Channel, Entity
from tracker.reading import bodies, feeds, filters, lookups
from tracker.reading.timeline import ORDER

MOST = 500  # slides; more is a list, not a story


def timelinejs(slug: str) -> dict[str, Any]:
    """Return an event's statements as a TimelineJS3 document, oldest first. Raises as ``lookups`` does.

    A day that is not known exactly is a span with our words for it. Texts are escaped:
    TimelineJS shows them as HTML.
    """
    event = lookups.event_page(slug).event
    rows = filters.narrowed({"event": [slug]}).order_by(*ORDER)
    names = list(rows.values_list("public_id", flat=True)[:MOST])
    shown = bodies.bodies(Entity.STATEMENT, names)
    return {
        "title": {"text": {"headline": _text(event.title), "text": _text(event.description)}},
        "events": [_slide(body) for body in reversed(shown)],
    }


def _slide(body: Mapping[str, Any]) -> dict[str, Any]:
    said = body["said"]
    first, last = said["earliest"] or body["sort_date"], said["latest"] or body["sort_date"]
    facts = [feeds.stance_words(body), str(Channel(body["channel"]).label), str(said["words"])]
    return {
        "unique_id": body["id"],
        "start_date": _date(first),
        **({"end_date": _date(last)} if last != first else {}),
        "display_date": _text(said["words"]),
        "group": str(Channel(body["channel"]).label),
        "text": {
            "headline": _text(feeds.title_of(body)),
            "text": f"<p>{_text(body['summary'])}</p><p>{_text(' · '.join(fact for fact in facts if fact))}</p>"
            f'<p><a href="{_text(body["url"])}">{_text(body["id"])}</a></p>',
        },
    }


def _date(day: str) -> dict[str, int]:
    year, month, number = day.split("-")
    return {"year": int(year), "month": int(month), "day": int(number)}


def _text(text: Any) -> str:
    return escape(clean(str(text or "")))
