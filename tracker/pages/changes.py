"""Corrections and updates in words."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.urls import reverse

from tracker.models import Correction
from tracker.models.choices import CorrectionReason, Entity
from tracker.pages import words

ADDRESSES = {
    Entity.STATEMENT: "pages:statement",
    Entity.INQUIRY: "pages:inquiry",
    Entity.EVENT: "pages:event",
    Entity.COMPANY: "pages:company",
    Entity.PERSON: "pages:person",
    Entity.OUTLET: "pages:outlet",
}
# Closed lists by the name of the field that holds one of them.
LISTS = {
    "stance": "Stance",
    "channel": "Channel",
    "medium": "Medium",
    "disclosure": "Disclosure",
    "form": "Form",
    "audience": "Audience",
    "outcome": "InquiryOutcome",
    "kind": "EventKind",
    "sector": "Sector",
    "verification": "Verification",
}
LONGEST = 240


@dataclasses.dataclass(frozen=True)
class Change:
    """One public change: when, which row and field, before, after, why."""

    public_id: str
    when: str
    row: str
    href: str
    field: str
    before: str
    after: str
    reason: str
    note: str
    is_correction: bool


def change(correction: Correction) -> Change:
    """Put one correction into words."""
    return Change(
        public_id=correction.public_id,
        when=words.day(correction.published_at),
        row=correction.row,
        href=reverse(ADDRESSES[Entity(correction.entity)], args=[correction.row])
        if correction.entity in ADDRESSES
        else "",
        field=correction.field.replace("_", " ").capitalize(),
        before=value(correction.before, correction.field),
        after=value(correction.after, correction.field),
        reason=words.label("CorrectionReason", correction.reason),
        note=correction.note,
        is_correction=correction.reason == CorrectionReason.OUR_ERROR,
    )


def value(held: Any, field: str = "") -> str:
    """Write a public value as a reader says it: a date by its words, a reference by its name, a list by its parts."""
    if held is None or held == "" or held == []:
        return "nothing"
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, dict):
        for key in ("words", "name", "label", "text", "level", "id"):
            if held.get(key):
                return _clipped(value(held[key], "verification" if key == "level" else field))
        parts = [value(part, str(key)) for key, part in held.items() if part not in (None, "", [])]
        return _clipped(", ".join(parts)) or "nothing"
    if isinstance(held, list):
        return _clipped("; ".join(value(part, field) for part in held))
    text = str(held)
    return words.label(LISTS[field], text) if field in LISTS else _clipped(text)


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
