"""Inquiries in words: who asked whom, and what came of it. Never a stance."""

from __future__ import annotations

import dataclasses

from django.urls import reverse

from tracker.models import Inquiry
from tracker.models.choices import AboutEvent, InquiryOutcome
from tracker.pages import words
from tracker.pages.entries import Name, company_name, outlet_name

SHAPES = {
    InquiryOutcome.ANSWERED: "circle",
    InquiryOutcome.DECLINED: "struck",
    InquiryOutcome.NOT_ON_RECORD: "struck",
    InquiryOutcome.NO_ANSWER: "dashed",
    InquiryOutcome.NO_IMMEDIATE_ANSWER: "dashed",
}
NOT_COUNTED = {
    AboutEvent.NO: "It was not asked about this event, so it does not count.",
    AboutEvent.UNCLEAR: "Whether it was asked about this event is unclear, so it does not count.",
}


@dataclasses.dataclass(frozen=True)
class Line:
    """One inquiry as readers see it."""

    public_id: str
    href: str
    shape: str
    outcome: str
    differ: bool
    company: Name
    by: Name
    when: str
    when_reason: str
    about: str
    event: Name
    not_counted: str

    @property
    def counts(self) -> bool:
        """Whether it counts toward what came of asking."""
        return not self.not_counted


def line(inquiry: Inquiry) -> Line:
    """Put one inquiry into words. Its company, event and outlet are loaded."""
    if inquiry.by_us:
        by = Name("us")
    elif inquiry.outlet:
        by = outlet_name(inquiry.outlet)
    else:
        by = Name("an outlet that is not named")
    asked = inquiry.asked
    return Line(
        public_id=inquiry.public_id,
        href=reverse("pages:inquiry", args=[inquiry.public_id]),
        shape=SHAPES[InquiryOutcome(inquiry.outcome)],
        outcome=words.label("InquiryOutcome", inquiry.outcome),
        differ=inquiry.reports_differ,
        company=company_name(inquiry.company),
        by=by,
        when=asked.words() if asked else "day not known",
        when_reason=asked.reason if asked and asked.inferred else "",
        about=inquiry.asked_about,
        event=Name(inquiry.event.title, reverse("pages:event", args=[inquiry.event.slug])),
        not_counted=NOT_COUNTED.get(AboutEvent(inquiry.about_event), ""),
    )
