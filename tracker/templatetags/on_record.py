"""What templates need to say the record in words and marks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from tracker.models import choices
from tracker.pages import marks, words

register = template.Library()


@register.simple_tag
def mark(shape: str, stance: str = "ink") -> SafeString:
    """Draw the one mark used everywhere. It never stands without its word, so it is hidden from readers-aloud."""
    mixed = stance == choices.Stance.MIXED and shape in marks.SHAPES
    return format_html(
        '<svg class="m s-{}" width="14" height="14" aria-hidden="true"><use href="#m-{}{}"/></svg>',
        stance or "none",
        shape,
        "-mixed" if mixed else "",
    )


@register.simple_tag
def cells(level: str) -> SafeString:
    """Draw the five cells of a verification level. Its words stand beside it."""
    return format_html(
        '<svg class="cells" width="30" height="10" aria-hidden="true"><use href="#v-{}"/></svg>',
        marks.CELLS.get(choices.Verification(level), 0),
    )


@register.filter
def label(value: str, choice_list: str) -> str:
    """Return the word for a key of a closed list: ``{{ channel|label:"Channel" }}``."""
    return words.label(choice_list, value)


@register.filter
def counted(n: int, forms: str) -> str:
    """Write a number with the right form of its noun: ``{{ n|counted:"company,companies" }}``."""
    one, many = forms.split(",")
    return words.counted(n, one, many)


@register.filter
def day(value: dt.date | dt.datetime | str | None) -> str:
    """Write a day as "28 Jan 2026"."""
    return words.day(value)


@register.filter
def moment(value: dt.datetime | str | None, zone: str = "UTC") -> str:
    """Write a moment with its zone: "28 Jan 2026, 21:40 UTC"."""
    return words.moment(value, zone)


@register.filter
def region(code: str) -> str:
    """Write an ISO 3166-2 code in words where we know it."""
    return words.region(code)


@register.filter
def lower_first(text: str) -> str:
    """Lower the first letter, unless the first word is written in capitals."""
    return words.lower_first(text)


@register.simple_tag
def names(rows: Sequence[Any], most: int = 4) -> str:
    """Write a list of names: "A, B and C" or "A, B, C and 4 others"."""
    return words.listed([str(row) for row in rows], most=most)


@register.simple_tag(takes_context=True)
def swap(context: dict[str, Any], url: str, *, show: bool = False) -> SafeString:
    """Write the attributes of a link that swaps the list and its facets together, and works without a script."""
    return format_html(
        'href="{0}" hx-get="{0}" hx-target="#results" hx-swap="outerHTML{1}" hx-push-url="true"',
        url,
        mark_safe(" show:#results:top") if show else "",
    )


@register.filter
def times(n: int, by: int) -> int:
    """Multiply: where the next line of a drawing stands."""
    return n * by


@register.simple_tag
def linked_data(found: dict[str, Any]) -> SafeString:
    """Write data for programs into the page: no script, and nothing in it can end it."""
    text = json.dumps(found, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # What could close the element or open another is escaped above.
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


@register.filter
def bdi(value: Any) -> SafeString:
    """Isolate a name, so that one written right to left cannot turn its neighbours around."""
    return format_html("<bdi>{}</bdi>", conditional_escape(value))
