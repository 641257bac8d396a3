"""Builders of rows with a fixed cast of invented names.

Plain functions, straight to the tables: what they make is what ``review`` would have
left behind, ledger lines included (``told=False`` leaves these out where thousands are
made). Rows with a natural name are made once: asking for Calder Ferries again returns
Calder Ferries.

    users       ana (editor), ben (second editor), dora and emil (administrators),
                fay (contributor), gil (reader), cy (no rights)
    companies   Calder Ferries, Pinhay Rail, Ottery Foods, …
    people      Ada Quill, Jonas Reed
    outlets     The Gazette, The Courier, Calder Newsroom (an issuer's own site)
    events      Harbour strike → Second day → Second night; target: the harbour strike order
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.text import slugify

from tracker.core import public, storage, verification
from tracker.core.drafts import Draft, DraftDate, DraftQuote, DraftVoice
from tracker.core.text import around
from tracker.models import (
    Ask,
    Candidate,
    Capture,
    Check,
    Citation,
    Company,
    Event,
    Frame,
    Inquiry,
    Outlet,
    Person,
    Quote,
    Report,
    ReportEvent,
    Role,
    Statement,
    StatementLink,
    Target,
    Voice,
    WatchEntry,
)
from tracker.models.choices import OutletKind, Precision, StatementState
from tracker.models.dates import DateSpan
from tracker.review import lines, rights

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
TEXT = (
    "Calder chief says order is a disgrace\n"
    "\n"
    "HARBOUR TOWN, March 3 — Calder Ferries called the harbour strike order “a step too far” on Tuesday. "
    "“We ask the minister to withdraw it,” its chief executive, Ada Quill, wrote in a memo to staff, "
    "according to a person who saw it.\n"
    "\n"
    "Pinhay Rail said that it takes no side. Ottery Foods declined to comment.\n"
)
BODY_START = TEXT.index("HARBOUR TOWN")
QUOTE = "a step too far"

_Row = TypeVar("_Row")


# --- Who ------------------------------------------------------------------------------


def make_user(name: str, role: str = "", **fields: Any) -> User:
    """Return the user of that name, with the rights of a role."""
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User.objects.create_user(name, f"{name}@onrecord.example", "correct horse " + name, **fields)
        if role:
            user.groups.add(_role(role))
            user.is_staff = True
            user.save(update_fields=["is_staff"])
    return user


def editor() -> User:
    """Ana, who accepts and publishes."""
    return make_user("ana", rights.EDITOR)


def second_editor() -> User:
    """Ben, who approves."""
    return make_user("ben", rights.EDITOR)


def administrator() -> User:
    """Dora."""
    return make_user("dora", rights.ADMINISTRATOR)


def second_administrator() -> User:
    """Emil."""
    return make_user("emil", rights.ADMINISTRATOR)


def contributor() -> User:
    """Fay, who proposes and drafts."""
    return make_user("fay", rights.CONTRIBUTOR)


def reader() -> User:
    """Gil, who looks."""
    return make_user("gil", rights.READER)


def cy() -> User:
    """Cy, who may do nothing."""
    return make_user("cy")


def _role(name: str) -> Group:
    found = Group.objects.filter(name=name).first()
    return found or rights.create_roles()[name]


# --- Dates ----------------------------------------------------------------------------


def span(
    earliest: str | None = None,
    latest: str | None = None,
    *,
    precision: str = "",
    as_written: str = "",
    reason: str = "",
) -> DateSpan:
    """Return an honest date: one day, a range, or an open bound (``span(None, "2026-03-04")``: by then)."""
    if earliest and latest is None and precision not in (Precision.AFTER,):
        latest = earliest
    if not precision and (earliest or latest):
        closed = Precision.DAY if earliest == latest else Precision.RANGE
        precision = closed if earliest else Precision.BEFORE
    return DateSpan(
        dt.date.fromisoformat(earliest) if earliest else None,
        dt.date.fromisoformat(latest) if latest else None,
        precision,
        as_written,
        reason,
    )


def dated(name: str, when: DateSpan | str | None) -> dict[str, Any]:
    """Return the columns of an honest date for ``create``."""
    known = span(when) if isinstance(when, str) else when or DateSpan()
    return {
        f"{name}_{part}": getattr(known, part) for part in ("earliest", "latest", "precision", "as_written", "reason")
    }


# --- What and who it is about ---------------------------------------------------------


def make_event(
    title: str = "Harbour strike",
    *,
    parent: Event | None = None,
    began: DateSpan | str | None = "2026-03-01",
    published: bool = True,
    told: bool = True,
    **fields: Any,
) -> Event:
    """Return the event of that title. A root has a scope and the target “the harbour strike order”."""
    slug = fields.pop("slug", slugify(title))
    found = Event.objects.filter(slug=slug).first()
    if found:
        return found
    if parent is None:
        fields = {
            "scope": "Counts if it names the strike or the order.",
            "stance_target": "the harbour strike order",
        } | fields
    event = Event.objects.create(
        slug=slug, title=title, parent=parent, published=published, **dated("began", began), **fields
    )
    return _told(event, told and published)


def make_tree(*, told: bool = True) -> tuple[Event, Event, Event]:
    """Return Harbour strike, its child Second day and that one's child Second night."""
    root = make_event(told=told)
    child = make_event("Second day", parent=root, began="2026-03-02", told=told)
    return root, child, make_event("Second night", parent=child, began="2026-03-02", told=told)


def make_company(name: str = "Calder Ferries", *, told: bool = True, **fields: Any) -> Company:
    """Return the company of that name."""
    slug = fields.pop("slug", slugify(name))
    found = Company.objects.filter(slug=slug).first()
    return found or _told(Company.objects.create(slug=slug, name=name, **fields), told)


def make_person(
    name: str = "Ada Quill",
    *,
    company: Company | None = None,
    title: str = "chief executive",
    told: bool = True,
    **fields: Any,
) -> Person:
    """Return the person of that name, holding a role if a company is given."""
    slug = fields.pop("slug", slugify(name))
    found = Person.objects.filter(slug=slug).first()
    if found:
        return found
    person = Person.objects.create(slug=slug, name=name, **fields)
    if company:
        Role.objects.create(person=person, company=company, title=title)
    return _told(person, told)


def make_outlet(name: str = "The Gazette", *, told: bool = True, **fields: Any) -> Outlet:
    """Return the outlet of that name."""
    slug = fields.pop("slug", slugify(name))
    found = Outlet.objects.filter(slug=slug).first()
    domain = fields.pop("domain", f"{slug}.example")
    return found or _told(Outlet.objects.create(slug=slug, name=name, domain=domain, **fields), told)


def make_newsroom(name: str = "Calder Newsroom", **fields: Any) -> Outlet:
    """Return an issuer's own site."""
    return make_outlet(name, kind=OutletKind.COMPANY, **fields)


# --- Evidence -------------------------------------------------------------------------


def make_report(
    url: str = "https://the-gazette.example/strike",
    *,
    text: str = TEXT,
    body_start: int | None = None,
    published: DateSpan | str | None = "2026-03-03",
    outlet: Outlet | None = None,
    event: Event | None = None,
    state: str = "proposed",
    captured: bool = True,
    **fields: Any,
) -> Report:
    """Return the report of that address, captured with this text. ``url=""`` is a pasted one, new each time."""
    found = Report.objects.filter(url=url).first() if url else None
    if found:
        return found
    fields = {"headline": text.split("\n")[0], "language": "en"} | fields
    report = Report.objects.create(
        url=url,
        canonical_url=url or None,
        outlet=outlet or make_outlet(told=False),
        state=state,
        **dated("published", published),
        **fields,
    )
    if event:
        ReportEvent.objects.create(report=report, event=event, reason="It names the event.")
    if captured:
        make_capture(report, text, body_start=body_start)
    return report


def make_capture(report: Report, text: str = TEXT, *, body_start: int | None = None, **fields: Any) -> Capture:
    """Capture a text for a report, its bytes included."""
    body = text.encode()
    start = body_start if body_start is not None else max(text.find("HARBOUR TOWN"), 0)
    return Capture.objects.create(
        **{
            "report": report,
            "fetched_at": NOW,
            "final_url": report.url,
            "status": 200 if report.url else None,
            "content_type": "text/html",
            "bytes": len(body),
            "body_sha256": hashlib.sha256(body).hexdigest(),
            "text": text,
            "text_sha256": hashlib.sha256(body).hexdigest(),
            "extractor": "tests",
            "storage_key": storage.store(body),
            "body_start": start,
        }
        | fields
    )


def make_draft(
    *,
    company: str | None = "calder-ferries",
    speaker: str | None = None,
    quote: str = QUOTE,
    text: str = TEXT,
    **fields: Any,
) -> Draft:
    """Return a proposal: Calder Ferries, critical, with its quote in ``TEXT``."""
    start = text.index(quote) if quote else 0
    organization = company.replace("-", " ").title() if company else None
    said = fields.pop("said", DraftDate("2026-03-03", "2026-03-03", "day", "on Tuesday"))
    return Draft(
        **{
            "kind": "statement",
            "voices": (DraftVoice(organization, speaker, capacity="official", company=company),),
            "channel": "public",
            "medium": "unspecified",
            "disclosure": "reported",
            "stance": "critical",
            "quotes": (DraftQuote(quote, start, start + len(quote), "partial"),) if quote else (),
            "said": said,
            "reported_by": None,
            "attribution": None,
            "confidence": 0.7,
            "reasons": {"stance": "“a step too far” judges the order wrong.", "said": "Named in the report."},
            "evidence": {"stance": ((start, start + len(quote)),)} if quote else {},
            "spans": ((start, start + len(quote)),) if quote else ((0, 10),),
        }
        | fields
    )


def make_candidate(
    draft: Draft | None = None, *, report: Report | None = None, event: Event | None = None, **fields: Any
) -> Candidate:
    """Return a pending candidate of the report, with the companies it names made."""
    draft = draft or make_draft()
    report = report or make_report()
    companies = [make_company(_name_of(voice.company)) for voice in draft.voices if voice.company]
    candidate = Candidate.objects.create(
        **{
            "report": report,
            "capture": report.captures.latest(),
            "event": event or make_event(),
            "kind": draft.kind,
            "draft": draft.to_json(),
            "confidence": draft.confidence,
            "finder": "tests 1",
            "key": draft.key(),
        }
        | fields
    )
    candidate.companies.set(companies)
    return candidate


# --- What was said --------------------------------------------------------------------

VoiceSpec = tuple[Company | None, Person | None, str]


def make_statement(
    *,
    event: Event | None = None,
    company: Company | None = None,
    person: Person | None = None,
    capacity: str = "official",
    voices: Sequence[VoiceSpec] | None = None,
    said: DateSpan | str | None = "2026-03-03",
    published: bool = True,
    report: Report | None = None,
    cited: bool = True,
    quote: str = QUOTE,
    basis: str = "outlets_assertion",
    told: bool = True,
    **fields: Any,
) -> Statement:
    """Return a new statement with its voices, a citation and a quote; published unless told otherwise.

    Calder Ferries, official, public, critical, on 3 March 2026, from The Gazette. Give
    ``quote=""`` for a report without words, ``cited=False`` for no evidence at all.
    """
    event = event or make_event(told=told)
    statement = Statement(
        **{
            "event": event,
            "channel": "public",
            "disclosure": "issued",
            "stance": "critical" if event.root.stance_target else "",
            "summary": "Calder Ferries called the order a step too far.",
            "accepted_by": editor(),
            "codebook_version": "1.0",
            **dated("said", said),
        }
        | fields
    )
    first = report or (make_report() if cited else None)
    published_on = first.published.latest if first else None
    statement.sort_earliest = statement.said.earliest or event.root.began.earliest
    statement.sort_date = statement.said.latest or published_on or statement.sort_earliest
    if published and statement.state == StatementState.DRAFT:
        statement.state = StatementState.PUBLISHED
        statement.published_at = statement.published_at or NOW
    statement.save()
    for who, speaker, how in voices if voices is not None else [(company or make_company(told=told), person, capacity)]:
        Voice.objects.create(statement=statement, company=who, person=speaker, capacity=how)
    if first:
        cite(statement, first, quote=quote, basis=basis)
    found = verification.assess(Statement.objects.get(pk=statement.pk))
    statement.verification, statement.verification_reason = found.level, found.reason
    statement.save(update_fields=["verification", "verification_reason"])
    return _told(statement, told and statement.state == StatementState.PUBLISHED)


def cite(
    row: Statement | Inquiry, report: Report, *, quote: str = "", kind: str = "partial", **fields: Any
) -> Citation:
    """Cite a report for a statement or an inquiry, quoting words of its text. Writes no ledger line."""
    owner = {"inquiry" if isinstance(row, Inquiry) else "statement": row}
    citation = Citation.objects.create(report=report, **owner, **fields)
    if quote:
        capture = report.captures.latest()
        start = capture.text.index(quote)
        prefix, suffix = around(capture.text, start, start + len(quote))
        Quote.objects.create(
            citation=citation,
            capture=capture,
            text=quote,
            kind=kind,
            start=start,
            end=start + len(quote),
            prefix=prefix,
            suffix=suffix,
        )
    return citation


def make_inquiry(
    *,
    event: Event | None = None,
    company: Company | None = None,
    outcome: str = "declined",
    asked: DateSpan | str | None = "2026-03-03",
    published: bool = True,
    report: Report | None = None,
    cited: bool = True,
    told: bool = True,
    **fields: Any,
) -> Inquiry:
    """Return a new inquiry of a company, with a citation; published unless told otherwise."""
    inquiry = Inquiry.objects.create(
        event=event or make_event(told=told),
        company=company or make_company("Ottery Foods", told=told),
        outcome=outcome,
        state=StatementState.PUBLISHED if published else StatementState.DRAFT,
        published_at=NOW if published else None,
        accepted_by=editor(),
        **dated("asked", asked),
        **fields,
    )
    if cited:
        cite(inquiry, report or make_report(), outcome=outcome)
    return _told(inquiry, told and published)


def link(first: Statement, second: Statement, kind: str = "same_as") -> StatementLink:
    """Link two statements. Writes no ledger line."""
    return StatementLink.objects.create(from_statement=first, to_statement=second, kind=kind)


def make_ask(label: str = "Withdrawal") -> Ask:
    """Return something to ask for."""
    return Ask.objects.get_or_create(slug=slugify(label), defaults={"label": label})[0]


def make_target(label: str = "the harbour minister", *, tree: Event | None = None) -> Target:
    """Return another target of a tree."""
    return Target.objects.get_or_create(tree=tree or make_event(), label=label)[0]


# --- Who is watched -------------------------------------------------------------------


def make_frame(name: str = "Harbour Forty", *, published: bool = True, told: bool = True, **fields: Any) -> Frame:
    """Return the frame of that name."""
    slug = fields.pop("slug", slugify(name))
    found = Frame.objects.filter(slug=slug).first()
    if found:
        return found
    fields = {"rule": "The largest of the harbour.", "source": "Invented.", "dated": dt.date(2026, 2, 1)} | fields
    frame = Frame.objects.create(slug=slug, name=name, published_at=NOW if published else None, **fields)
    return _told(frame, told and published)


def make_watch_entry(
    company: Company | None = None,
    *,
    event: Event | None = None,
    frame: Frame | None = None,
    searched_from: str = "2026-03-01",
    told: bool = True,
    **fields: Any,
) -> WatchEntry:
    """Watch a company for a root event; outside any frame it is watched after a tip."""
    company = company or make_company(told=told)
    entry = WatchEntry.objects.create(
        event=event or make_event(told=told),
        company=company,
        frame=frame,
        entered_for=fields.pop("entered_for", "frame" if frame else "tip"),
        searched_from=dt.date.fromisoformat(searched_from),
        sector_then=company.sector,
        hq_then=company.hq_region,
        **fields,
    )
    return _told(entry, told)


def make_check(
    entry: WatchEntry, through: str = "2026-03-10", *, where: Iterable[str] = ("newsroom", "outlets"), **fields: Any
) -> Check:
    """Log that a watched company was looked for."""
    return Check.objects.create(
        entry=entry,
        through=dt.date.fromisoformat(through),
        where=list(where),
        by=fields.pop("by", None) or editor(),
        **fields,
    )


# --- The ledger -----------------------------------------------------------------------


def tell(row: Any, *, at: dt.datetime = NOW) -> None:
    """Write a row's first line in the ledger."""
    with transaction.atomic():
        lines.line(row, kind="added", by=None, at=at)


def shown(row: Any) -> dict[str, Any]:
    """Return the public JSON of a row without the names in its references."""
    found: dict[str, Any] = public.stable(lines.body_of(row))
    return found


def _told(row: _Row, told: bool) -> _Row:
    if told:
        tell(row)
    return row


def _name_of(slug: str | None) -> str:
    return (slug or "").replace("-", " ").title()
