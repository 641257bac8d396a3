"""What readers tell us about a public row. It changes nothing by itself; an editor looks at it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from tracker.core.text import clean, clean_name
from tracker.models import Notice
from tracker.models.choices import NoticeState

SAME_WITHIN = dt.timedelta(days=1)


def receive(
    *, entity: str, row: str, kind: str, text: str, contact: str = "", now: dt.datetime | None = None
) -> Notice:
    """Keep what a reader wrote about a row. The same words about it, sent again within a day, are the same notice."""
    said, answer_to = clean(text).strip(), clean_name(contact)
    since = (now or timezone.now()) - SAME_WITHIN
    known = Notice.objects.filter(
        entity=entity, row=row, kind=kind, text=said, contact=answer_to, state=NoticeState.OPEN, created_at__gte=since
    ).first()
    return known or Notice.objects.create(entity=entity, row=row, kind=kind, text=said, contact=answer_to)
