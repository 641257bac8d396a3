"""What is on record, and what its fields mean: the second straight from the models, so that it stays true."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tracker.models import Statement, Voice
from tracker.pages import linked_data
from tracker.reading import lookups

FIELDS = (
    (Statement, "public_id", "id"),
    (Statement, "event", "event"),
    (Statement, "stance", "stance"),
    (Statement, "said_earliest", "said.earliest"),
    (Statement, "said_latest", "said.latest"),
    (Statement, "said_precision", "said.precision"),
    (Statement, "said_as_written", "said.as_written"),
    (Statement, "channel", "channel"),
    (Statement, "medium", "medium"),
    (Statement, "disclosure", "disclosure"),
    (Statement, "audience", "audience"),
    (Statement, "form", "form"),
    (Statement, "operations_only", "operations_only"),
    (Statement, "summary", "summary"),
    (Voice, "company", "voices.company"),
    (Voice, "person", "voices.person"),
    (Voice, "capacity", "voices.capacity"),
    (Statement, "verification", "verification.level"),
    (Statement, "codebook_version", "codebook_version"),
)


def context() -> dict[str, Any]:
    """Return what the page shows."""
    held = lookups.coverage()
    return {
        "title": "About the data",
        "data": linked_data.dataset(
            description="What companies said about public events, with the words, the reports and who says so.",
            statements=held.statements,
            updated=held.updated_at.isoformat() if held.updated_at else "",
        ),
        "canonical": reverse("pages:about"),
        "updated_at": held.updated_at,
        "counts": [
            ("Statements that count", held.statements),
            ("Companies with a voice of their own", held.companies),
            ("Events", held.events),
            ("Inquiries", held.inquiries),
            ("Reports cited", held.reports),
            ("Corrections of our own errors", held.corrections),
        ],
        "fields": [
            (name, str(getattr(model._meta.get_field(field), "help_text", ""))) for model, field, name in FIELDS
        ],
    }
