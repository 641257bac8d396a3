"""Statements proposed and inquiries recorded by trusted programs. Nothing reaches the record without an editor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, cast

from django.db.models import Q
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api import answers
from tracker.api.answers import RecordView
from tracker.api.bodies import Members
from tracker.api.problems import Conflict
from tracker.api.records import InquiryList
from tracker.api.submissions import idempotency_key, once_only, sender, unknown
from tracker.api.tokens import HasScope
from tracker.core.drafts import Draft, DraftDate, DraftQuote, DraftVoice
from tracker.models import ApiToken, Capture, Company, Event, Person, Report
from tracker.models.choices import (
    MEDIA_OF_CHANNEL,
    Basis,
    CandidateKind,
    Capacity,
    Channel,
    Comparator,
    Disclosure,
    InquiryOutcome,
    Medium,
    Precision,
    QuoteKind,
    Stance,
)
from tracker.models.dates import DateSpan
from tracker.reading import lookups

Done = tuple[int, dict[str, Any], Callable[[], Any]]
MEMBERS = (
    "report", "event", "kind", "voices", "channel", "medium", "disclosure", "stance", "quotes", "passage", "said",
    "attribution", "basis", "claims_first", "summary", "operations_only", "signature_count", "signature_comparator",
    "reason",
)  # fmt: skip
VOICE = ("organization", "company", "speaker", "person", "role", "capacity")
QUOTE = ("text", "kind", "attribution")
DATE = ("earliest", "latest", "precision", "as_written")
INQUIRY = ("event", "company", "outcome", "asked", "asked_about")
MOST_VOICES, MOST_QUOTES = 100, 30


class CandidateList(RecordView):
    """Proposals: sent in by keys with the scope ``candidates``, decided by editors."""

    permission_classes = (HasScope,)
    scopes = {"POST": "candidates"}
    is_conditional = False

    def post(self, request: Request) -> Response:
        """Take a proposal in. Its words must stand in the text that we captured of its report."""
        answers.only(request)
        body = cast("dict[str, Any]", request.data)
        return once_only(request, key=idempotency_key(request), body=body, work=lambda: self._take(request, body))

    def _take(self, request: Request, body: dict[str, Any]) -> Done:
        from tracker.ingest import proposals  # only when needed: it brings the finder's rules along

        members = Members(body, known=MEMBERS)
        report = _report(members, request)
        event = _event(members, needed=False)
        capture = report.captures.order_by("-pk").first() if report else None
        if report is not None and capture is None:
            raise Conflict(f"{report.public_id} has not been read yet: it is {report.get_state_display().lower()}.")
        draft = _draft(members, capture)
        members.done()
        assert report is not None and capture is not None and draft is not None
        token = cast("ApiToken", request.auth)
        candidate, new = proposals.propose(report, capture, draft, event=event, finder=f"api {token.name}")
        mine = report.submitted_by_id == sender(request).pk
        answer = {
            "report": report.public_id,
            "key": candidate.key,
            "state": candidate.state,
            "new": new,
            "status": answers.at(f"reports/{report.public_id}/status/") if mine else None,
        }
        return 202, answer, lambda: None


class InquiryCollection(InquiryList):
    """Inquiries: read by everybody; those that we made ourselves, recorded as drafts by the scope ``inquiries``."""

    permission_classes = (HasScope,)
    scopes = {"POST": "inquiries"}

    def post(self, request: Request) -> Response:
        """Record that we asked a company, and what came of it, as a draft that an editor publishes."""
        answers.only(request)
        body = cast("dict[str, Any]", request.data)
        return once_only(request, key=idempotency_key(request), body=body, work=lambda: self._take(request, body))

    def _take(self, request: Request, body: dict[str, Any]) -> Done:
        from tracker.review import inquiries
        from tracker.review.errors import CannotAccept, CannotChange, NotAllowed

        members = Members(body, known=INQUIRY)
        event = _event(members, needed=True)
        company = _company(members)
        outcome = members.one_of("outcome", InquiryOutcome.values, needed=True)
        asked = _date(members, "asked")
        about = members.text("asked_about", most=300)
        if not asked and "asked" not in members.wrong:
            members.refuse("asked", "Say when we asked: {“earliest”: “2026-01-28”}.")
        members.done()
        assert event is not None and company is not None
        try:
            inquiry = inquiries.record_our_own(
                event=event, company=company, outcome=outcome, asked=asked, by=sender(request), asked_about=about
            )
        except NotAllowed as refusal:
            raise exceptions.PermissionDenied(str(refusal)) from refusal
        except (CannotAccept, CannotChange) as refusal:
            raise exceptions.ValidationError({"outcome": [str(refusal)]}) from refusal
        return 201, {"id": inquiry.public_id, "state": inquiry.state}, lambda: None


# --- Reading a proposal -------------------------------------------------------------------


def _report(members: Members, request: Request) -> Report | None:
    """Return the report named: one that the sender sent in, or a public one. Others are not told apart from nothing."""
    name = members.text("report", most=16, needed=True)
    if not name:
        return None
    seen = Q(submitted_by=sender(request)) | Q(pk__in=lookups.cited_publicly().values("pk"))
    found = Report.objects.filter(seen, public_id=name).first()
    if found is None:
        members.refuse("report", f"“{name}” is none that you sent in, and none that is public.")
    return found


def _event(members: Members, *, needed: bool) -> Event | None:
    slug = members.text("event", most=80, needed=needed)
    if not slug:
        return None
    found = Event.objects.published().filter(slug=slug).first()
    if found is None:
        members.refuse("event", unknown(slug, Event.objects.published()))
    return found


def _company(members: Members) -> Company | None:
    slug = members.text("company", most=80, needed=True)
    if not slug:
        return None
    rows = lookups.told(Company.objects.current())
    found = rows.filter(slug=slug).first()
    if found is None:
        members.refuse("company", unknown(slug, rows))
    return found


def _draft(members: Members, capture: Capture | None) -> Draft | None:
    kind = members.one_of("kind", CandidateKind.values, default=CandidateKind.STATEMENT)
    channel = members.one_of("channel", Channel.values, default=Channel.UNKNOWN)
    medium = members.one_of("medium", Medium.values, default=Medium.UNSPECIFIED)
    if channel in MEDIA_OF_CHANNEL and medium in Medium.values and medium not in MEDIA_OF_CHANNEL[channel]:
        media = ", ".join(MEDIA_OF_CHANNEL[channel])
        members.refuse("medium", f"“{medium}” does not belong to the channel “{channel}”: it is one of {media}.")
    voices = tuple(_voices(members))
    quotes = tuple(_quotes(members, capture))
    passage = members.text("passage", most=2000)
    spans = tuple((quote.start, quote.end) for quote in quotes)
    if passage and capture is not None:
        at = _placed(capture, passage)
        if at is None:
            members.refuse("passage", "These words do not stand in the body of the text that we captured.")
        else:
            spans = (*spans, at)
    if not spans and not members.wrong:
        members.refuse("passage", "Give a quote, or the passage of the report that bears it out, word for word.")
    said = _date(members, "said")
    count = members.body.get("signature_count")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or not 0 < count < 10**9):
        members.refuse("signature_count", "Write a number above 0.")
        count = None
    reason = members.text("reason", most=300)
    stance = members.one_of("stance", Stance.values)
    rest = {
        "disclosure": members.one_of("disclosure", Disclosure.values, default=Disclosure.REPORTED),
        "basis": members.one_of("basis", Basis.values, default=Basis.OUTLETS_ASSERTION),
        "attribution": members.text("attribution", most=500) or None,
        "summary": members.text("summary", most=2000),
        "claims_first": members.switch("claims_first"),
        "operations_only": members.switch("operations_only"),
        "signature_comparator": members.one_of("signature_comparator", Comparator.values) or None,
    }
    if members.wrong:
        return None
    why = {"stance": reason, "said": reason} if reason else {}
    return Draft(
        kind=kind,
        voices=voices,
        channel=channel,
        medium=medium,
        stance=stance or None,
        quotes=quotes,
        said=DraftDate(
            said.earliest.isoformat() if said.earliest else None,
            said.latest.isoformat() if said.latest else None,
            said.precision,
            said.as_written,
        ),
        reported_by=None,
        confidence=0.5,
        reasons=why,
        evidence={"stance": spans},
        spans=spans,
        signature_count=count,
        **cast("Any", rest),
    )


def _items(members: Members, name: str, *, most: int, known: tuple[str, ...]) -> list[Members]:
    given = members.body.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        members.refuse(name, "Write a list of objects.")
        return []
    if len(given) > most:
        members.refuse(name, f"At most {most}.")
        return []
    found = [Members(one, known=known, at=f"{name}.{number}.") for number, one in enumerate(given)]
    for one in found:
        one.wrong = members.wrong if not one.wrong else _together(members, one)
    return found


def _together(members: Members, one: Members) -> dict[str, list[str]]:
    members.wrong.update(one.wrong)
    return members.wrong


def _voices(members: Members) -> list[DraftVoice]:
    found = []
    for one in _items(members, "voices", most=MOST_VOICES, known=VOICE):
        company, person = one.text("company", most=80), one.text("person", most=80)
        held = lookups.told(Company.objects.current()).filter(slug=company).first() if company else None
        speaker = lookups.told(Person.objects.current()).filter(slug=person).first() if person else None
        if company and held is None:
            one.refuse("company", unknown(company, lookups.told(Company.objects.current())))
        if person and speaker is None:
            one.refuse("person", unknown(person, lookups.told(Person.objects.current())))
        organization = one.text("organization", most=200) or (held.name if held else "")
        name = one.text("speaker", most=200) or (speaker.name if speaker else "")
        if not organization and not name:
            one.refuse("organization", "Name an organisation, a speaker or both.")
        found.append(
            DraftVoice(
                organization=organization or None,
                speaker=name or None,
                role=one.text("role", most=200) or None,
                capacity=one.one_of("capacity", Capacity.values, default=Capacity.UNCLEAR),
                company=held.slug if held else None,
                person=speaker.slug if speaker else None,
                is_new_organization=bool(organization) and held is None,
            )
        )
    if not found and "voices" not in members.wrong:
        members.refuse("voices", "Say who spoke.")
    return found


def _quotes(members: Members, capture: Capture | None) -> list[DraftQuote]:
    found = []
    for one in _items(members, "quotes", most=MOST_QUOTES, known=QUOTE):
        text = one.text("text", most=5000, needed=True)
        kind = one.one_of("kind", [QuoteKind.VERBATIM, QuoteKind.PARTIAL, QuoteKind.PARAPHRASE], default="verbatim")
        attribution = one.text("attribution", most=500) or None
        at = _placed(capture, text) if text and capture is not None else None
        if at is None:
            if text and capture is not None:
                one.refuse("text", "These words do not stand in the body of the text that we captured.")
            continue
        found.append(DraftQuote(text, at[0], at[1], kind, attribution))
    return found


def _placed(capture: Capture, words: str) -> tuple[int, int] | None:
    from tracker.ingest import proposals

    return proposals.place(capture, words)


def _date(members: Members, name: str) -> DateSpan:
    """Return an honest date; the precision that is left out follows from the bounds."""
    given = members.body.get(name)
    if given is None:
        return DateSpan()
    if not isinstance(given, dict):
        members.refuse(name, "Write an object with “earliest”, “latest”, “precision” and “as_written”.")
        return DateSpan()
    inner = Members(given, known=DATE, at=f"{name}.")
    earliest, latest = inner.day("earliest"), inner.day("latest")
    precision = inner.one_of("precision", Precision.values)
    as_written = inner.text("as_written", most=200)
    if earliest and latest and earliest > latest:
        inner.refuse("latest", "“latest” lies before “earliest”.")
    if earliest and latest is None and precision != Precision.AFTER:
        latest = earliest
    members.wrong.update(inner.wrong)
    return DateSpan(earliest, latest, precision or _precision(earliest, latest), as_written)


def _precision(earliest: dt.date | None, latest: dt.date | None) -> str:
    if earliest and latest:
        return Precision.DAY if earliest == latest else Precision.RANGE
    return Precision.BEFORE if latest else Precision.AFTER if earliest else ""
