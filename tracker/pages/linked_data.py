"""What search engines are told, in schema.org's words: a quotation and who said it, a dataset and where it is.

Never a ``ClaimReview``: we do not judge whether what was said is true.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from tracker.models import Statement
from tracker.models.choices import Capacity
from tracker.pages import entries


def quotation(statement: Statement) -> dict[str, Any]:
    """Return a statement as a Quotation if we hold words of it, as a CreativeWork otherwise."""
    quote = entries.best_quote(statement)
    read = entries.brief(statement)
    creators: list[dict[str, str]] = []
    for voice in statement.voices.all():
        if voice.person and not voice.person.is_spokesperson and voice.capacity != Capacity.STAFF:
            creators.append({"@type": "Person", "name": voice.person.name})
        elif voice.company and voice.capacity == Capacity.OFFICIAL:
            creators.append({"@type": "Organization", "name": voice.name_then or voice.company.name})
    sources = [one.report.url for one in statement.citations.all() if one.report.url and one.stand == "supports"]
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Quotation" if quote else "CreativeWork",
        "@id": settings.SITE_URL + read.href,
        "url": settings.SITE_URL + read.href,
        "identifier": statement.public_id,
        "name": f"{read.heading}, {read.said}",
        "inLanguage": quote.language if quote else "en",
        "abstract": statement.summary or None,
        "text": quote.text if quote else None,
        "creator": creators or None,
        "about": {"@type": "Event", "name": statement.event.title},
        "isBasedOn": sources or None,
        "datePublished": statement.published_at.date().isoformat() if statement.published_at else None,
        "isPartOf": {"@type": "Dataset", "name": settings.SITE_NAME, "url": settings.SITE_URL + "/about/"},
    }
    return {key: value for key, value in found.items() if value is not None}


def dataset(*, description: str, statements: int, updated: str) -> dict[str, Any]:
    """Return the record as a Dataset with its downloads."""
    downloads = [
        ("text/csv", "/api/v1/timeline.csv"),
        ("application/x-ndjson", "/api/v1/timeline.ndjson"),
        ("application/atom+xml", "/feed.atom"),
    ]
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": settings.SITE_NAME,
        "description": description,
        "url": settings.SITE_URL + "/about/",
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": settings.SITE_NAME, "url": settings.SITE_URL + "/"},
        "dateModified": updated or None,
        "size": f"{statements} statements",
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": settings.SITE_URL + path}
            for kind, path in downloads
        ],
    }
    return {key: value for key, value in found.items() if value is not None}
