"""A small record with everything a page can show: joint, leaked, staff, personal, disavowed, denied, asked."""

from __future__ import annotations

import datetime as dt

from tests import factories as f
from tracker.models import Company, SignatureCount, Statement


def publish() -> dict[str, Statement]:
    """Put the cast on record and return its statements by a short name."""
    root, _, night = f.make_tree()
    calder = f.make_company(sector="industrials", hq_region="US-MN")
    pinhay = f.make_company("Pinhay Rail", sector="industrials")
    ottery = f.make_company("Ottery Foods", sector="consumer_staples")
    arabic = f.make_company("شركة المرفأ", slug="harbour-company", sector="financials")
    others = [f.make_company(f"Harbour Company {letter}", sector="energy") for letter in "ABCDEFGH"]
    said: dict[str, Statement] = {}
    said["memo"] = f.make_statement(
        company=calder,
        person=f.make_person(company=calder),
        channel="internal",
        medium="email_or_memo",
        disclosure="leaked",
        audience="staff",
        quote="We ask the minister to withdraw it",
        said=f.span("2026-03-02", "2026-03-04", reason="Between the order and the report."),
        event=night,
    )
    said["memo"].positions.create(target=f.make_target(tree=root), stance="supportive")
    said["memo"].asks.create(ask=f.make_ask("Withdrawal"), basis="quoted")
    said["joint"] = f.make_statement(
        form="joint",
        medium="open_letter",
        stance="calls_for_calm",
        voices=[(company, None, "official") for company in [pinhay, arabic, *others]],
        said="2026-03-05",
        summary="Asked everyone for restraint.",
        quote="",
        event=root,
    )
    said["staff"] = f.make_statement(
        capacity="staff",
        form="open_letter",
        medium="open_letter",
        said=f.span(None, "2026-03-09"),
        quote="",
        summary="Asked their company to end its contracts.",
        event=root,
    )
    said["staff"].voices.update(title_then="more than 450 employees")
    SignatureCount.objects.create(statement=said["staff"], count=450, comparator="more_than", as_of=dt.date(2026, 3, 9))
    jonas = f.make_person("Jonas Reed")
    said["personal"] = f.make_statement(
        company=pinhay,
        capacity="personal",
        person=jonas,
        stance="supportive",
        said="2026-03-06",
        quote="",
        summary="Wrote that the order is a good one.",
        event=root,
    )
    said["disavowal"] = f.make_statement(
        company=pinhay,
        stance="unclear",
        said="2026-03-07",
        quote="",
        summary="Said that he spoke for himself.",
        event=root,
    )
    f.link(said["disavowal"], said["personal"], "disavows")
    said["mixed"] = f.make_statement(company=arabic, stance="mixed", said="2026-03-08", event=root)
    said["operations"] = f.make_statement(
        company=ottery, stance="no_position", operations_only=True, said="2026-03-03", quote="", event=root
    )
    f.make_inquiry(event=root, company=ottery)
    frame = f.make_frame()
    for company in [calder, pinhay, ottery, arabic, *others]:
        entry = f.make_watch_entry(company, event=root, frame=frame)
        f.make_check(entry, "2026-03-12", where=("newsroom", "accounts", "outlets"))
    for company in Company.objects.filter(slug="harbour-company-h"):
        f.make_inquiry(event=root, company=company, outcome="no_answer")
    return said
