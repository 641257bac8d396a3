"""What the desk's templates need beside the words of the public pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template

from tracker.admin.desk import queue
from tracker.models import Statement
from tracker.models.choices import Capacity, Stance
from tracker.pages.marks import shape_of
from tracker.pages.words import STANCE_RULES

register = template.Library()

CAPACITY_KEYS = {Capacity.OFFICIAL: "O", Capacity.PERSONAL: "L", Capacity.STAFF: "T", Capacity.UNCLEAR: "X"}


@register.simple_tag
def with_query(query: str, **more: Any) -> str:
    """Write the queue's filters, and more, as the end of an address."""
    told = "&".join(part for part in (query, urlencode(more)) if part)
    return f"?{told}" if told else ""


@register.filter
def who(draft: dict[str, Any]) -> str:
    """Name who a proposal says spoke, in a line."""
    return queue.who(draft)


@register.filter
def in_words(confidence: float) -> str:
    """Say a confidence as an editor reads it."""
    return queue.in_words(confidence)


@register.filter
def capacity_key(value: str) -> str:
    """Return the key that chooses a capacity."""
    return CAPACITY_KEYS.get(Capacity(value), "") if value in Capacity.values else ""


@register.filter
def stance_rule(value: str) -> str:
    """Return the rule of a stance in a sentence."""
    return STANCE_RULES.get(Stance(value), "") if value in Stance.values else ""


@register.filter
def shape(statement: Statement) -> str:
    """Return the shape of a statement's mark, its voices prefetched."""
    return shape_of(statement)
