"""From a proposal and an editor's edits to rows: the proposal is read, the edits win, names become rows.

Edits have the keys of ``Draft.to_json`` and those of ``KEYS``; a list replaces the whole
proposed list. What the machine proposed and we do not hold (an ask, a target) is left
out; what an editor asked for and we do not hold is refused. All refusals come at once.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q

from tracker.core.drafts import Draft
from tracker.core.text import around, clean, clean_name, find_quote, occurs_at
from tracker.models import (
    Ask,
    Candidate,
    Capture,
    Citation,
    Coding,
    Company,
    Event,
    Inquiry,
    OldSlug,
    Outlet,
    Person,
    Position,
    Quote,
    Report,
    Role,
    SignatureCount,
    Statement,
    StatementAsk,
    StatementLink,
    Target,
    Voice,
)
from tracker.models.choices import (
    INQUIRY_KINDS,
    MEDIA_OF_CHANNEL,
    AboutEvent,
    AskBasis,
    Audience,
    Basis,
    CandidateKind,
    Capacity,
    Channel,
    CodedField,
    Comparator,
    Disclosure,
    Entity,
    Form,
    InquiryOutcome,
    LinkKind,
    Medium,
    Part,
    Precision,
    QuoteKind,
    Stance,
    Stand,
    StatementState,
)
from tracker.models.dates import DateSpan
from tracker.review import derived, reference
from tracker.review.errors import CannotAccept, QuoteNotFound
from tracker.review.kept import keep, keep_all

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEYS = frozenset(
    {
        # as in the draft
        "kind", "voices", "channel", "medium", "disclosure", "stance", "quotes", "said", "attribution", "claims_first",
        "basis", "asks", "positions", "signature_count", "signature_comparator", "operations_only", "summary",
        # the editor's own
        "event", "form", "audience", "language", "capacity", "links", "signatures", "credits", "credits_outlet",
        "credits_report", "own_access", "stand", "no_inquiry_reason", "outcome", "about_event", "asked", "asked_about",
        "asked_by", "by_us", "first_stance",
    }
)  # fmt: skip
OUTCOMES = {
    CandidateKind.DECLINED_TO_COMMENT: InquiryOutcome.DECLINED,
    CandidateKind.NO_RESPONSE: InquiryOutcome.NO_ANSWER,
}
DATE_KEYS = frozenset({"earliest", "latest", "precision", "as_written", "reason", "at"})
VOICE_KEYS = frozenset(
    {
        "company", "organization", "new_company", "person", "speaker", "new_person", "role", "title_then", "name_then",
        "capacity", "part", "joined", "left", "proposal", "organization_as_written", "is_new_organization", "first",
    }
)  # fmt: skip
QUOTE_KEYS = frozenset(
    {"text", "start", "end", "kind", "speaker", "attribution", "language", "translation", "translated_by"}
)


class Sheet:
    """A proposal under an editor's edits, read field by field; what is wrong with it is collected.

    ``wrong`` holds sentences. ``enough`` raises them, so that an editor sees all at once.
    """

    def __init__(self, candidate: Candidate, edits: Mapping[str, Any]) -> None:
        self.candidate = candidate
        self.capture: Capture = candidate.capture
        self.report: Report = candidate.report
        self.draft = Draft.from_json(candidate.draft)
        self.edits = dict(edits)
        self.wrong: list[str] = []
        self.quote_lost = False
        unknown = sorted(set(self.edits) - KEYS)
        if unknown:
            raise CannotAccept(f"Nothing here is called {', '.join(unknown)}.")

    def get(self, key: str, otherwise: Any = None) -> Any:
        """Return the editor's value, or what is proposed."""
        return self.edits.get(key, otherwise)

    def refuse(self, sentence: str) -> None:
        """Note what is wrong."""
        self.wrong.append(sentence)

    def enough(self) -> None:
        """Raise what is wrong, if anything is."""
        if self.wrong:
            raise (QuoteNotFound if self.quote_lost else CannotAccept)(self.wrong)

    @property
    def kind(self) -> str:
        """What it is to become."""
        return str(self.get("kind", self.candidate.kind))

    @property
    def is_inquiry(self) -> bool:
        """Whether it is one of asking, not of saying."""
        return self.kind in INQUIRY_KINDS

    def one_of(self, key: str, choices: Any, otherwise: str) -> str:
        """Return a key of a closed list. A proposed value outside it falls back; an editor's is refused."""
        value = str(self.edits.get(key, otherwise) or otherwise)
        if value not in choices.values:
            self.refuse(f"“{value}” is no {key.replace('_', ' ')}: choose one of {', '.join(choices.values)}.")
        return value

    def event(self, given: Event | None) -> Event | None:
        """Return the event, from the call, the edits or the candidate."""
        slug = self.get("event")
        if given is None and slug:
            given = Event.objects.filter(slug=slug).first()
            if given is None:
                self.refuse(f"We hold no event “{slug}”.")
                return None
        event = given or self.candidate.event
        if event is None:
            self.refuse("Choose the event it is about.")
        return event

    def date(self, value: Mapping[str, Any] | DateSpan | None, *, inferred: str = "") -> DateSpan:
        """Read an honest date; without words of the source, ``inferred`` says how we know."""
        if value is None or isinstance(value, DateSpan):
            return value or DateSpan()
        if unknown := set(value) - DATE_KEYS:
            self.refuse(f"A date has no {', '.join(sorted(unknown))}.")
        try:
            earliest, latest = (
                dt.date.fromisoformat(value[name]) if value.get(name) else None for name in ("earliest", "latest")
            )
        except (TypeError, ValueError):
            self.refuse("Days are written 2026-01-24.")
            return DateSpan()
        if earliest and latest and earliest > latest:
            self.refuse(f"The first day, {earliest}, comes after the last, {latest}.")
            return DateSpan()
        if not earliest and not latest:
            return DateSpan()
        precision = value.get("precision") or precision_of(earliest, latest)
        if precision not in Precision.values:
            self.refuse(f"“{precision}” is not a precision: use one of {', '.join(Precision.values)}.")
        as_written = clean_name(value.get("as_written") or "")[:200]
        reason = value.get("reason") or ("" if as_written else inferred)
        return DateSpan(earliest, latest, precision, as_written, clean_name(reason)[:300])

    def said(self) -> tuple[DateSpan, dt.datetime | None]:
        """Return when it was said, and to the minute if that is known."""
        told = self.edits.get("said")
        if told is None:
            known = self.draft.said
            told = {
                "earliest": known.earliest,
                "latest": known.latest,
                "precision": known.precision if known.precision in Precision.values else "",
                "as_written": known.as_written,
            }
        span = self.date(told, inferred=self.draft.reasons.get("said", ""))
        at = told.get("at") if isinstance(told, Mapping) else None
        if not at:
            return span, None
        moment = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
        if span.precision != Precision.MINUTE or moment.tzinfo is None:
            self.refuse("A time of day needs a zone and the precision “minute”.")
            return span, None
        return span, moment.astimezone(dt.UTC)

    def channel(self) -> tuple[str, str]:
        """Return channel and medium, which belong together."""
        channel = self.one_of("channel", Channel, self.draft.channel)
        media = MEDIA_OF_CHANNEL.get(channel, ())
        proposed = self.draft.medium if self.draft.medium in media else Medium.UNSPECIFIED
        medium = self.one_of("medium", Medium, proposed)
        if media and medium in Medium.values and medium not in media:
            self.refuse(
                f"“{Medium(medium).label}” does not belong to “{Channel(channel).label}”: choose another medium."
            )
        return channel, medium

    def outlet(self, typed: Any, *, by_editor: bool) -> Outlet | None:
        """Find an outlet by slug, name, domain or other name."""
        if not typed:
            return None
        wanted = str(typed).casefold()
        found = Outlet.objects.filter(Q(slug=wanted) | Q(name__iexact=typed) | Q(domain=wanted)).order_by("pk").first()
        # Other names are a JSON list, which the two databases search differently; outlets are few.
        found = found or next(
            (one for one in Outlet.objects.exclude(aliases=[]) if wanted in (name.casefold() for name in one.aliases)),
            None,
        )
        if found is None and by_editor:
            self.refuse(f"We hold no outlet “{typed}”: add it first, or leave it empty.")
        return found


def statement_from(sheet: Sheet, *, event: Event | None, by: User, now: dt.datetime) -> Statement:
    """Write a draft statement with everything that hangs on it. Raises CannotAccept with all that is wrong."""
    event = sheet.event(event)
    draft = sheet.draft
    channel, medium = sheet.channel()
    said, said_at = sheet.said()
    stance = sheet.get("stance", draft.stance) or ""
    if stance and stance not in Stance.values:
        sheet.refuse(f"“{stance}” is not a stance: choose one of {', '.join(Stance.values)}.")
    if event is not None and not event.root.stance_target:
        stance = ""
    is_letter = sheet.kind == CandidateKind.OPEN_LETTER
    reading = sheet.report.language or "en"
    statement = Statement(
        form=sheet.one_of("form", Form, Form.OPEN_LETTER if is_letter else Form.INDIVIDUAL),
        said_at=said_at,
        channel=channel,
        medium=medium,
        disclosure=sheet.one_of("disclosure", Disclosure, draft.disclosure),
        audience=sheet.one_of("audience", Audience, "staff" if channel == Channel.INTERNAL else "unspecified"),
        stance=stance,
        operations_only=bool(sheet.get("operations_only", draft.operations_only)),
        summary=clean(sheet.get("summary", draft.summary) or "").strip(),
        language=sheet.get("language") or reading,
        no_inquiry_reason=clean_name(sheet.get("no_inquiry_reason") or "")[:300],
        accepted_by=by,
        codebook_version=settings.CODEBOOK_VERSION,
    )
    statement.said = said
    voices = voices_of(sheet, sheet.edits.get("voices"), by=by, part=Part.SIGNATORY if is_letter else Part.AUTHOR)
    if not voices:
        sheet.refuse("Say who spoke: it needs at least one voice.")
    citation = citation_of(sheet)
    quotes = quotes_of(sheet)
    asks = asks_of(sheet)
    positions = positions_of(sheet, event, quotes)
    links = links_of(sheet)
    counts = counts_of(sheet, now)
    sheet.enough()
    assert event is not None
    statement.event = event
    why = f"accepted from {sheet.report.public_id}"
    keep(statement, by=by, why=why)
    citation.statement = statement
    keep(citation, by=by, why=why)
    for rows in (voices, asks, links, counts):
        for row in rows:
            setattr(row, "from_statement" if isinstance(row, StatementLink) else "statement", statement)
            if isinstance(row, SignatureCount):
                row.citation = citation
        keep_all(rows, by=by, why=why)
    _keep_quotes(citation, quotes, by=by, why=why)
    for position in positions:
        position.statement = statement
        keep(position, by=by, why=why)
    link_disavowals(statement, sheet, by=by, why=why)
    record_codings(statement, sheet, by=by)
    settled = derived.settle(statement)
    assert isinstance(settled, Statement)
    return settled


def inquiry_from(sheet: Sheet, *, event: Event | None, by: User) -> Inquiry:
    """Write a draft inquiry with its citation. Raises CannotAccept with all that is wrong."""
    event = sheet.event(event)
    companies = {
        voice.company for voice in voices_of(sheet, sheet.edits.get("voices"), by=by, part=Part.AUTHOR) if voice.company
    }
    if len(companies) != 1 and not sheet.wrong:
        sheet.refuse("An inquiry is of one company: say which was asked.")
    asked = sheet.date(sheet.get("asked"), inferred="") if sheet.get("asked") else sheet.said()[0]
    outcome = sheet.one_of("outcome", InquiryOutcome, OUTCOMES[CandidateKind(sheet.kind)])
    inquiry = Inquiry(
        outlet=sheet.outlet(sheet.get("asked_by"), by_editor=True),
        asked_about=clean_name(sheet.get("asked_about") or "")[:300],
        about_event=sheet.one_of("about_event", AboutEvent, AboutEvent.YES),
        outcome=outcome,
        by_us=bool(sheet.get("by_us", False)),
        accepted_by=by,
    )
    inquiry.asked = asked
    if inquiry.by_us and inquiry.outlet:
        sheet.refuse("We asked ourselves, so no outlet did: leave the outlet empty.")
    citation = citation_of(sheet)
    citation.outcome = outcome
    quotes = quotes_of(sheet)
    sheet.enough()
    assert event is not None
    inquiry.event = event
    (inquiry.company,) = companies
    why = f"accepted from {sheet.report.public_id}"
    keep(inquiry, by=by, why=why)
    citation.inquiry = inquiry
    keep(citation, by=by, why=why)
    _keep_quotes(citation, quotes, by=by, why=why)
    settled = derived.settle(inquiry)
    assert isinstance(settled, Inquiry)
    return settled


def add_evidence(sheet: Sheet, row: Statement | Inquiry, *, by: User, now: dt.datetime, why: str) -> Citation:
    """Add the candidate's report, and what the editor took from it, to a row that is held already.

    Quotes of a report that is cited already join its citation. Of the edits, voices,
    asks, positions, links and signature counts are added; the coding stays as it is.
    """
    is_inquiry = isinstance(row, Inquiry)
    fresh = citation_of(sheet)
    fresh.outcome = (
        sheet.one_of("outcome", InquiryOutcome, OUTCOMES.get(CandidateKind(sheet.kind), InquiryOutcome.ANSWERED))
        if is_inquiry
        else ""
    )
    quotes = quotes_of(sheet)
    added: list[Any] = []
    positions: list[Position] = []
    if not is_inquiry:
        assert isinstance(row, Statement)
        if "voices" in sheet.edits:
            held = {(voice.company_id, voice.person_id) for voice in row.voices.all()}
            part = Part.SIGNATORY if row.form == Form.OPEN_LETTER else Part.AUTHOR
            voices = voices_of(sheet, sheet.edits["voices"], by=by, part=part)
            added += [voice for voice in voices if (voice.company_id, voice.person_id) not in held]
        if "asks" in sheet.edits:
            asked = {one.ask_id for one in row.asks.all()}
            added += [one for one in asks_of(sheet) if one.ask_id not in asked]
        if "positions" in sheet.edits:
            taken = {one.target_id for one in row.positions.all()}
            positions = [one for one in positions_of(sheet, row.event, quotes) if one.target_id not in taken]
        added += links_of(sheet)
        counted = set(row.signature_counts.values_list("count", "comparator", "as_of", "company"))
        added += [
            one
            for one in counts_of(sheet, now)
            if (one.count, one.comparator, one.as_of, one.company_id) not in counted
        ]
    sheet.enough()
    owner = {"inquiry": row} if is_inquiry else {"statement": row}
    citation = Citation.objects.filter(report=sheet.report, **owner).first()
    if citation is None:
        citation = fresh
        setattr(citation, *next(iter(owner.items())))
        keep(citation, by=by, why=why)
    held_spans = {(quote.capture_id, quote.start, quote.end) for quote in citation.quotes.all()}
    _keep_quotes(
        citation,
        [quote for quote in quotes if (quote.capture_id, quote.start, quote.end) not in held_spans],
        by=by,
        why=why,
    )
    for one in [*added, *positions]:
        setattr(one, "from_statement" if isinstance(one, StatementLink) else "statement", row)
        if isinstance(one, SignatureCount):
            one.citation = citation
        keep(one, by=by, why=why)
    return citation


# --- Names ----------------------------------------------------------------------------


def find_company(typed: str) -> Company | None:
    """Return the company of that slug, old slug, name or unambiguous alias, its duplicates followed."""
    wanted = typed.strip()
    found = Company.objects.filter(slug=wanted).first() or _moved(Company, Entity.COMPANY, wanted)
    if found is None:
        current = Company.objects.current()
        named = list(current.filter(name__iexact=wanted)[:2])
        named = named or list(current.filter(aliases__name__iexact=wanted, aliases__ambiguous=False).distinct()[:2])
        found = named[0] if len(named) == 1 else None
    return found.merged_into or found if found else None


def find_person(typed: str) -> Person | None:
    """Return the person of that slug, old slug or name, duplicates followed; None where two bear the name."""
    wanted = typed.strip()
    found = Person.objects.filter(slug=wanted).first() or _moved(Person, Entity.PERSON, wanted)
    if found is None:
        named = list(Person.objects.current().filter(name__iexact=wanted)[:2])
        found = named[0] if len(named) == 1 else None
    return found.merged_into or found if found else None


def _moved(model: Any, entity: str, slug: str) -> Any:
    moved = OldSlug.objects.filter(entity=entity, slug=slug).first()
    return model.objects.filter(pk=moved.row_id).first() if moved else None


def precision_of(earliest: dt.date | None, latest: dt.date | None) -> str:
    """Say how closely a date is known that nobody said it of."""
    if not earliest or not latest:
        return (Precision.AFTER if earliest else Precision.BEFORE) if earliest or latest else ""
    return Precision.DAY if earliest == latest else Precision.RANGE


# --- The parts ------------------------------------------------------------------------


def voices_of(sheet: Sheet, given: list[Mapping[str, Any]] | None, *, by: User, part: str) -> list[Voice]:
    """Return unsaved voices; companies and people to be made are made."""
    if given is None:
        given = [
            {
                "company": voice.company,
                "organization": voice.organization,
                "person": voice.person,
                "speaker": voice.speaker,
                "role": voice.role,
                "capacity": voice.capacity,
            }
            for voice in sheet.draft.voices
        ]
    voices: list[Voice] = []
    for told in given:
        if unknown := set(told) - VOICE_KEYS:
            sheet.refuse(f"A voice has no {', '.join(sorted(unknown))}.")
            continue
        company = _company(sheet, told, by=by)
        capacity = sheet.edits.get("capacity") or told.get("capacity") or Capacity.UNCLEAR
        if capacity not in Capacity.values:
            sheet.refuse(f"“{capacity}” is not a capacity: choose one of {', '.join(Capacity.values)}.")
        if capacity == Capacity.STAFF and (told.get("person") or told.get("speaker")):
            sheet.refuse(f"A staff voice names nobody: remove {told.get('speaker') or told['person']}.")
            continue
        person = _person(sheet, told, company, by=by)
        if company is None and person is None:
            if not sheet.wrong:
                sheet.refuse("A voice is a company, a person, or both.")
            continue
        voice = Voice(
            company=company,
            person=person,
            name_then=clean_name(told.get("name_then") or "")[:200],
            title_then=clean_name(told.get("title_then") or told.get("role") or "")[:200],
            capacity=capacity,
            part=told.get("part") or part,
        )
        if voice.part not in Part.values:
            sheet.refuse(f"“{voice.part}” is not a part: choose one of {', '.join(Part.values)}.")
        voice.joined, voice.left = sheet.date(told.get("joined")), sheet.date(told.get("left"))
        if any((voice.company_id, voice.person_id) == (one.company_id, one.person_id) for one in voices):
            sheet.refuse(f"“{voice}” stands twice among the voices: remove one.")
            continue
        voices.append(voice)
    return voices


def _company(sheet: Sheet, told: Mapping[str, Any], *, by: User) -> Company | None:
    slug, name = told.get("company"), clean_name(told.get("organization") or "")
    if not slug and not name:
        return None
    found = find_company(str(slug)) if slug else None
    found = found or (find_company(name) if name else None)
    if found:
        return found
    new = told.get("new_company")
    if not new:
        sheet.refuse(f"We hold no organisation “{name or slug}”: choose the one that is meant, or add it as new.")
        return None
    fields = dict(new) if isinstance(new, Mapping) else {}
    fields.setdefault("name", name or str(slug))
    return reference.create(Company(**fields), by=by, why=f"named in {sheet.report.public_id}")


def _person(sheet: Sheet, told: Mapping[str, Any], company: Company | None, *, by: User) -> Person | None:
    slug, name = told.get("person"), clean_name(told.get("speaker") or "")
    if not slug and not name:
        return None
    found = find_person(str(slug)) if slug else None
    found = found or (find_person(name) if name else None)
    if found:
        return found
    new = told.get("new_person")
    if not new:
        sheet.refuse(f"We hold no person “{name or slug}”: choose the one who is meant, or add the person as new.")
        return None
    why = f"named in {sheet.report.public_id}"
    fields = dict(new) if isinstance(new, Mapping) else {}
    fields.setdefault("name", name or str(slug))
    person = reference.create(Person(**fields), by=by, why=why)
    title = clean_name(told.get("title_then") or told.get("role") or "")
    if company and title:
        keep(Role(person=person, company=company, title=title[:200]), by=by, why=why)
    return person


def citation_of(sheet: Sheet) -> Citation:
    """Return the unsaved citation of the candidate's report."""
    draft, edits = sheet.draft, sheet.edits
    credited = edits.get("credits_outlet", edits.get("credits"))
    by_editor = "credits_outlet" in edits or "credits" in edits
    credits_report = None
    if edits.get("credits_report"):
        credits_report = Report.objects.filter(public_id=edits["credits_report"]).first()
        if credits_report is None:
            sheet.refuse(f"We hold no report {edits['credits_report']}.")
    outlet = sheet.outlet(credited if by_editor else draft.reported_by, by_editor=by_editor)
    return Citation(
        report=sheet.report,
        basis=sheet.one_of("basis", Basis, draft.basis if draft.basis in Basis.values else Basis.OUTLETS_ASSERTION),
        attribution=clean_name(sheet.get("attribution", draft.attribution) or "")[:500],
        # A report that names itself credits nobody.
        credits_outlet=outlet if outlet != sheet.report.outlet else None,
        credits_report=credits_report,
        claims_first=bool(sheet.get("claims_first", draft.claims_first)),
        stand=sheet.one_of("stand", Stand, Stand.SUPPORTS),
        own_access=bool(sheet.get("own_access", False)),
    )


def quotes_of(sheet: Sheet) -> list[Quote]:
    """Return unsaved quotes that stand in the capture exactly where they are said to stand."""
    given = sheet.edits.get("quotes")
    if given is None:
        given = [
            {
                "text": quote.text,
                "start": quote.start,
                "end": quote.end,
                "kind": quote.kind if quote.kind in QuoteKind.values else QuoteKind.PARTIAL,
                "attribution": quote.attribution,
            }
            for quote in sheet.draft.quotes
        ]
    quotes: dict[tuple[int, int], Quote] = {}
    for told in given:
        if unknown := set(told) - QUOTE_KEYS:
            sheet.refuse(f"A quote has no {', '.join(sorted(unknown))}.")
            continue
        quote = _quote(sheet, told)
        if quote is not None:
            quotes.setdefault((quote.start, quote.end), quote)
    return list(quotes.values())


def _quote(sheet: Sheet, told: Mapping[str, Any]) -> Quote | None:
    capture = sheet.capture
    words, start, end = told.get("text") or "", told.get("start"), told.get("end")
    if start is None or end is None:
        start, end = find_quote(capture.text, words, start=capture.body_start) or (0, 0)
    if not occurs_at(capture.text, words, start, end):
        short = words if len(words) <= 60 else f"{words[:59]}…"
        sheet.quote_lost = True
        sheet.refuse(f"“{short}” does not stand in the captured text where you say: select the words again.")
        return None
    kind = told.get("kind") or QuoteKind.VERBATIM
    if kind not in QuoteKind.values:
        sheet.refuse(f"“{kind}” is not a kind of quote: choose one of {', '.join(QuoteKind.values)}.")
    if start < capture.body_start:
        kind = QuoteKind.HEADLINE
    if told.get("translation") and kind == QuoteKind.VERBATIM:
        sheet.refuse("A translated line is never verbatim: mark it as partial or as a paraphrase.")
    prefix, suffix = around(capture.text, start, end)
    speaker = find_person(str(told["speaker"])) if told.get("speaker") else None
    return Quote(
        capture=capture,
        text=capture.text[start:end],
        kind=kind,
        prefix=prefix,
        suffix=suffix,
        start=start,
        end=end,
        speaker=speaker,
        attribution=clean_name(told.get("attribution") or "")[:500],
        language=told.get("language") or sheet.report.language or "en",
        translation=clean(told.get("translation") or ""),
        translated_by=clean_name(told.get("translated_by") or "")[:200],
    )


def asks_of(sheet: Sheet) -> list[StatementAsk]:
    """Return unsaved asks."""
    by_editor = "asks" in sheet.edits
    given = sheet.edits.get("asks")
    if given is None:
        given = [{"ask": asked.ask, "basis": asked.basis, "addressee": asked.addressee} for asked in sheet.draft.asks]
    held = {ask.slug: ask for ask in Ask.objects.all()} if given else {}
    asks: dict[str, StatementAsk] = {}
    for told in given:
        ask = held.get(str(told.get("ask")))
        basis = told.get("basis") or AskBasis.PARAPHRASED
        if basis not in AskBasis.values:
            sheet.refuse(f"“{basis}” is not a basis of an ask: choose one of {', '.join(AskBasis.values)}.")
        elif ask is not None:
            addressee = clean_name(told.get("addressee") or "")[:200]
            asks.setdefault(ask.slug, StatementAsk(ask=ask, basis=basis, addressee=addressee))
        elif by_editor:
            sheet.refuse(f"We hold no ask “{told.get('ask')}”: add it first.")
    return list(asks.values())


def positions_of(sheet: Sheet, event: Event | None, quotes: list[Quote]) -> list[Position]:
    """Return unsaved positions toward targets of the event's tree, each with the quote it rests on."""
    by_editor = "positions" in sheet.edits
    given = sheet.edits.get("positions")
    if given is None:
        given = [
            {"target": one.target, "stance": one.stance, "start": one.start, "end": one.end}
            for one in sheet.draft.positions
        ]
    if not given or event is None:
        return []
    held = {target.label.casefold(): target for target in Target.objects.filter(tree=event.root)}
    positions: dict[int, Position] = {}
    for told in given:
        target = held.get(str(told.get("target")).casefold())
        stance = told.get("stance")
        if stance not in Stance.values:
            sheet.refuse(f"“{stance}” is not a side: choose one of {', '.join(Stance.values)}.")
        elif target is not None:
            positions.setdefault(target.pk, Position(target=target, stance=stance, quote=_resting_on(told, quotes)))
        elif by_editor:
            sheet.refuse(f"“{event.root.title}” has no target “{told.get('target')}”: add it first.")
    return list(positions.values())


def _resting_on(told: Mapping[str, Any], quotes: list[Quote]) -> Quote | None:
    words, start, end = told.get("quote"), told.get("start"), told.get("end")
    for quote in quotes:
        if words and find_quote(quote.text, str(words)):
            return quote
        if not words and start is not None and end is not None and quote.start < end and quote.end > start:
            return quote
    return None


def links_of(sheet: Sheet) -> list[StatementLink]:
    """Return unsaved links to other statements, their duplicates followed."""
    links = []
    for told in sheet.edits.get("links") or []:
        kind, wanted = told.get("kind"), told.get("to")
        to = wanted if isinstance(wanted, Statement) else Statement.objects.filter(public_id=wanted).first()
        if kind not in LinkKind.values:
            sheet.refuse(f"“{kind}” is not a kind of link: choose one of {', '.join(LinkKind.values)}.")
        elif to is None:
            sheet.refuse(f"We hold no statement {wanted}.")
        else:
            note = clean_name(told.get("note") or "")[:300]
            links.append(StatementLink(to_statement=to.merged_into or to, kind=kind, note=note))
    return links


def counts_of(sheet: Sheet, now: dt.datetime) -> list[SignatureCount]:
    """Return unsaved counts of signatures, as of the day of the report unless another is given."""
    given = sheet.edits.get("signatures")
    if given is None:
        number = sheet.get("signature_count", sheet.draft.signature_count)
        comparator = sheet.get("signature_comparator", sheet.draft.signature_comparator)
        given = {"count": number, "comparator": comparator} if number else []
    counts = []
    for told in [given] if isinstance(given, Mapping) else given:
        count, comparator = told.get("count") or 0, told.get("comparator") or Comparator.EXACTLY
        if not isinstance(count, int) or count < 1 or comparator not in Comparator.values:
            sheet.refuse("A count of signatures is a number from one, exactly, more than, at least, about or nearly.")
            continue
        company = find_company(told["company"]) if told.get("company") else None
        as_of = told.get("as_of") or derived.day_of(sheet.report) or now.date()
        as_of = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        counts.append(SignatureCount(count=count, comparator=comparator, as_of=as_of, company=company))
    return counts


def link_disavowals(statement: Statement, sheet: Sheet, *, by: User, why: str) -> None:
    """Link what the report says is disavowed, whichever of the two statements is accepted first."""
    cited_too = (
        Statement.objects.filter(citations__report=sheet.report, merged_into=None)
        .exclude(pk=statement.pk)
        .exclude(state=StatementState.WITHDRAWN)
    )
    if sheet.draft.disavows and "links" not in sheet.edits:
        named = Q(voices__person__name__iexact=sheet.draft.disavows)
        named |= Q(voices__person=None, voices__company__name__iexact=sheet.draft.disavows)
        targets = list(cited_too.filter(named).distinct()[:2])
        if len(targets) == 1:
            _link(statement, targets[0], by=by, why=why)
    names = {str(one).casefold() for voice in statement.voices.all() for one in (voice.person or voice.company,)}
    earlier = Candidate.objects.filter(report=sheet.report, statement__in=cited_too).select_related("statement")
    for candidate in earlier:
        if str(candidate.draft.get("disavows") or "").casefold() in names and candidate.statement:
            _link(candidate.statement, statement, by=by, why=why)


def _link(first: Statement, second: Statement, *, by: User, why: str) -> None:
    if not first.links.filter(kind=LinkKind.DISAVOWS).exists():
        keep(StatementLink(from_statement=first, to_statement=second, kind=LinkKind.DISAVOWS), by=by, why=why)


def record_codings(statement: Statement, sheet: Sheet, *, by: User) -> None:
    """Keep what the coder chose beside what the machine proposed.

    Blind where the coder chose: the desk shows the proposal only afterwards, and what
    was chosen before it was seen is the coding, even where the coder then changed it.
    Taking the proposal as it is, is no coding of one's own.
    """
    shared = {"statement": statement, "coder": by, "codebook_version": settings.CODEBOOK_VERSION}
    codings = []
    if statement.stance:
        value, note = _first_choice(sheet.get("first_stance"), statement.stance)
        codings.append(
            Coding(
                field=CodedField.STANCE,
                value=value,
                note=note,
                proposed=sheet.draft.stance or "",
                blind="stance" in sheet.edits,
                **shared,
            )
        )
    chosen = "capacity" in sheet.edits or "voices" in sheet.edits
    firsts = [told.get("first") for told in sheet.edits.get("voices") or []]
    proposed = {voice.company or voice.organization: voice.capacity for voice in sheet.draft.voices}
    voices = statement.voices.select_related("company").order_by("pk")
    for voice, first in itertools.zip_longest(voices, firsts):
        company = voice.company
        machine = proposed.get(company.slug, proposed.get(company.name, "")) if company else ""
        value, note = _first_choice(first, voice.capacity)
        codings.append(
            Coding(
                field=CodedField.CAPACITY,
                voice=voice,
                value=value,
                note=note,
                proposed=machine,
                blind=chosen,
                **shared,
            )
        )
    Coding.objects.bulk_create(codings)


def _first_choice(first: str | None, final: str) -> tuple[str, str]:
    if not first or first == final:
        return final, ""
    return first, f"Changed to {final} after the proposal was shown."


def _keep_quotes(citation: Citation, quotes: list[Quote], *, by: User, why: str) -> None:
    for quote in quotes:
        quote.citation = citation
        keep(quote, by=by, why=why)
