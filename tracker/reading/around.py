"""What stands around the statements of a page: who was asked, what was corrected. In no count and no cursor."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection

from tracker.models import Company, Correction, Inquiry
from tracker.models.choices import CorrectionReason
from tracker.reading import lookups

MOST = 60


@dataclasses.dataclass(frozen=True)
class Around:
    """Inquiries and corrections of the days a page covers."""

    inquiries: list[Inquiry]
    corrections: list[Correction]


def around(
    *,
    events: Collection[int] = (),
    company: Company | None = None,
    rows: Collection[str] = (),
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> Around:
    """Return what was asked and corrected on these events, or of this company and these rows, from first to last day.

    An open bound is none. Two queries.
    """
    inquiries = Inquiry.objects.published().exclude(asked_latest=None)
    inquiries = inquiries.filter(company=company) if company else inquiries.filter(event__in=events)
    corrections = lookups.visible_corrections().exclude(reason=CorrectionReason.WORDING).select_related("event")
    corrections = corrections.filter(row__in=rows) if company else corrections.filter(event__in=events)
    if first:
        inquiries = inquiries.filter(asked_latest__gte=first)
        corrections = corrections.filter(published_at__date__gte=first)
    if last:
        inquiries = inquiries.filter(asked_latest__lte=last)
        corrections = corrections.filter(published_at__date__lte=last)
    return Around(
        list(
            inquiries.select_related("company", "event", "event__parent", "outlet").order_by("-asked_latest", "pk")[
                :MOST
            ]
        ),
        list(corrections[:MOST]),
    )
