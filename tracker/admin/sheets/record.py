"""Sheets of watch lists and of statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.admin.dates import written
from tracker.admin.sheets import cells
from tracker.admin.sheets.cells import Column
from tracker.admin.sheets.sheet import CHANGED, NEW, UNCHANGED, WHY, Sheet, set_differing
from tracker.core import text as words
from tracker.models import Citation, Quote, Statement, Voice, WatchEntry
from tracker.models.choices import (
    Audience,
    Basis,
    Capacity,
    Channel,
    CorrectionReason,
    Disclosure,
    EnteredFor,
    Form,
    Medium,
    QuoteKind,
    Stance,
    StatementState,
)
from tracker.models.dates import DateSpan
from tracker.review import reference


class WatchSheet(Sheet):
    """Who is watched for what."""

    title = "watch list"
    key = "event, company, frame and first day"
    relations = ("event", "company", "frame")
    columns = (
        Column("event", "Slug of the root event.", "ferry-fire", cells.event, needed=True),
        Column("company", "Slug, name or ticker.", "seaton-hotels", cells.company, needed=True),
        Column("frame", "Slug of the frame. Empty: outside any.", "", cells.frame),
        Column("entered_for", f"One of {', '.join(EnteredFor.values)}.", "tip", cells.one_of(EnteredFor)),
        Column("searched_from", "First day covered by the search.", "2026-03-02", cells.day, needed=True),
        Column("until", "Last day watched. Empty: still.", "", cells.day),
    )

    def save(self, values: dict[str, Any]) -> str:
        """Enter the company, or end its entry."""
        frame = values.get("frame")
        key = {
            "event": values["event"],
            "company": values["company"],
            "frame": frame,
            "searched_from": values["searched_from"],
        }
        entry = WatchEntry.objects.filter(**key).first()
        is_new = entry is None
        entry = entry or WatchEntry(**key, entered_for=EnteredFor.FRAME if frame else EnteredFor.TIP)
        wanted: dict[str, Any] = {name: values[name] for name in ("entered_for", "until") if name in values}
        if not set_differing(entry, wanted) and not is_new:
            return UNCHANGED
        entry.full_clean()
        reference.save(entry, by=self.by, note=WHY)
        return NEW if is_new else CHANGED

    def key_of(self, values: dict[str, Any]) -> Any:
        """An entry stands once in a file."""
        frame = values.get("frame")
        return values["event"].pk, values["company"].pk, frame.pk if frame else None, values["searched_from"]

    def cells_of(self, row: WatchEntry) -> Iterable[dict[str, Any]]:
        """One line an entry."""
        yield {
            "event": row.event.slug,
            "company": row.company.slug,
            "frame": row.frame.slug if row.frame else "",
            "entered_for": row.entered_for,
            "searched_from": row.searched_from.isoformat(),
            "until": row.until.isoformat() if row.until else "",
        }


CODED = (
    "form", "channel", "medium", "disclosure", "audience", "stance", "operations_only", "summary", "language",
    "no_inquiry_reason",
)  # fmt: skip


class StatementsSheet(Sheet):
    """Statements with one voice and one report a line. New ones are drafts; lines of one public id add voices."""

    title = "statements"
    key = "the public id, else event, company, person, day and channel"
    most = 2_000
    relations = ("event", "voices__company", "voices__person", "citations__report", "citations__quotes")
    columns = (
        Column("public_id", "Of a statement that is held. Empty: a new one.", "", cells.text(16)),
        Column("event", "Slug of the most specific event.", "ferry-fire", cells.event, needed=True),
        Column("company", "Slug, name or ticker.", "seaton-hotels", cells.company),
        Column("person", "Slug or name of the speaker.", "", cells.person),
        Column("capacity", f"One of {', '.join(Capacity.values)}.", "official", cells.one_of(Capacity)),
        Column("title_then", "Title at the time, or the group.", "", cells.name),
        Column("said", "As you would write it.", "3 March 2026", cells.date),
        Column("said_as_written", "The source's own words for the date.", "on Tuesday", cells.name),
        Column("said_reason", "If inferred, from what.", "", cells.name),
        Column("form", f"One of {', '.join(Form.values)}.", "individual", cells.one_of(Form)),
        Column("channel", f"One of {', '.join(Channel.values)}.", "public", cells.one_of(Channel), needed=True),
        Column("medium", "What belongs to the channel.", "press_release", cells.one_of(Medium)),
        Column("disclosure", f"One of {', '.join(Disclosure.values)}.", "issued", cells.one_of(Disclosure)),
        Column("audience", f"One of {', '.join(Audience.values)}.", "public", cells.one_of(Audience)),
        Column("stance", f"One of {', '.join(Stance.values)}.", "", cells.one_of(Stance)),
        Column("operations_only", "yes or no.", "no", cells.flag),
        Column("summary", "Ours, neutral.", "Said that its ferries stay in harbour.", cells.text(2_000)),
        Column("language", "BCP 47 tag.", "en", cells.text(8)),
        Column("no_inquiry_reason", "Leaked or anonymous: why we did not ask.", "", cells.text(300)),
        Column("report", "Public id or address of a report we hold.", "", cells.report),
        Column("basis", f"One of {', '.join(Basis.values)}.", "outlets_assertion", cells.one_of(Basis)),
        Column("attribution", "The report's words for its source.", "", cells.text(500)),
        Column("quote", "Words that stand in the report's text.", "", cells.text(5_000)),
        Column("quote_kind", "verbatim, partial or paraphrase.", "partial", cells.one_of(QuoteKind)),
        Column("reason", "Why a public one changes.", "", cells.one_of(CorrectionReason)),
        Column("note", "In a sentence, for readers.", "", cells.text(500)),
    )

    def save(self, values: dict[str, Any]) -> str:
        """Draft a statement, or change one."""
        statement = self._held(values)
        is_new = statement is None
        if statement is None:
            statement = Statement(event=values["event"])
        wanted = {name: values[name] for name in CODED if name in values} | {"event": values["event"]}
        differs = set_differing(statement, wanted)
        differs |= self._date(statement, values)
        children: list[Any] = [child for child in (self._voice(statement, values, is_new=is_new),) if child]
        citation = self._citation(statement, values, is_new=is_new)
        if citation is not None:
            children.append(citation)
        if not is_new and not differs and not children and not values.get("quote"):
            return UNCHANGED
        if is_new and not any(isinstance(child, Voice) for child in children):
            raise ValueError("company: say who spoke.")
        statement.full_clean(validate_unique=False)
        why = {"by": self.by, "reason": values.get("reason", ""), "note": values.get("note") or WHY}
        reference.save_together(statement, changed=differs, children=children, **why)
        quoted = self._quote(statement, values, why)
        if is_new:
            return NEW
        return CHANGED if differs or children or quoted else UNCHANGED

    def cells_of(self, row: Statement) -> Iterable[dict[str, Any]]:
        """One line a voice, the first with the first citation; further citations stand in lines of their own."""
        told = {name: getattr(row, name) for name in CODED} | {
            "public_id": row.public_id,
            "event": row.event.slug,
            "said": written(row.said),
            "said_as_written": row.said_as_written,
            "said_reason": row.said_reason,
            "operations_only": "yes" if row.operations_only else "no",
        }
        voices, citations = list(row.voices.all()), list(row.citations.all())
        for number in range(max(len(voices), len(citations), 1)):
            line = dict(told)
            if number < len(voices):
                voice = voices[number]
                line |= {
                    "company": voice.company.slug if voice.company else "",
                    "person": voice.person.slug if voice.person else "",
                    "capacity": voice.capacity,
                    "title_then": voice.title_then,
                }
            if number < len(citations):
                citation = citations[number]
                quote = next(iter(citation.quotes.all()), None)
                line |= {
                    "report": citation.report.public_id,
                    "basis": citation.basis,
                    "attribution": citation.attribution,
                    "quote": quote.text if quote else "",
                    "quote_kind": quote.kind if quote else "",
                }
            yield line

    def _held(self, values: dict[str, Any]) -> Statement | None:
        if wanted := values.get("public_id"):
            found = Statement.objects.filter(public_id=wanted.upper(), merged_into=None).first()
            if found is None:
                raise ValueError(f"public_id: we hold no statement {wanted}.")
            return found
        said: DateSpan = values.get("said") or DateSpan()
        voices = Voice.objects.filter(company=values.get("company"), person=values.get("person"))
        return (
            Statement.objects.filter(
                event=values["event"],
                channel=values["channel"],
                said_earliest=said.earliest,
                said_latest=said.latest,
                pk__in=voices.values("statement"),
                merged_into=None,
            )
            .exclude(state=StatementState.WITHDRAWN)
            .order_by("pk")
            .first()
        )

    def _date(self, statement: Statement, values: dict[str, Any]) -> bool:
        differs = set_differing(statement, {"said": values["said"]} if "said" in values else {})
        for name in ("said_as_written", "said_reason"):
            if name in values and getattr(statement, name) != values[name]:
                setattr(statement, name, values[name])
                differs = True
        return differs

    def _voice(self, statement: Statement, values: dict[str, Any], *, is_new: bool) -> Voice | None:
        company, person = values.get("company"), values.get("person")
        if company is None and person is None:
            return None
        held = None if is_new else statement.voices.filter(company=company, person=person).first()
        if held is None and "capacity" not in values:
            raise ValueError("capacity: say whose voice it is.")
        voice = held or Voice(statement=statement, company=company, person=person)
        differs = set_differing(voice, {name: values[name] for name in ("capacity", "title_then") if name in values})
        if held is None or differs:
            voice.clean_fields(exclude=["statement"])
            return voice
        return None

    def _citation(self, statement: Statement, values: dict[str, Any], *, is_new: bool) -> Citation | None:
        if "report" not in values:
            if "quote" in values:
                raise ValueError("report: words need the report they stand in.")
            return None
        held = None if is_new else statement.citations.filter(report=values["report"]).first()
        citation = held or Citation(statement=statement, report=values["report"])
        differs = set_differing(citation, {name: values[name] for name in ("basis", "attribution") if name in values})
        return citation if held is None or differs else None

    def _quote(self, statement: Statement, values: dict[str, Any], why: dict[str, Any]) -> bool:
        """Quote the words, once; they must stand in the newest capture's body."""
        if "quote" not in values:
            return False
        citation = statement.citations.get(report=values["report"])
        if any(quote.text == values["quote"] for quote in citation.quotes.all()):
            return False
        capture = values["report"].captures.order_by("-pk").first()
        found = words.find_quote(capture.text, values["quote"], start=capture.body_start) if capture else None
        if found is None:
            raise ValueError("quote: these words do not stand in the body of the report's text.")
        start, end = found
        if citation.quotes.filter(capture=capture, start=start, end=end).exists():
            return False
        prefix, suffix = words.around(capture.text, start, end)
        quote = Quote(
            citation=citation,
            capture=capture,
            text=capture.text[start:end],
            start=start,
            end=end,
            kind=values.get("quote_kind", QuoteKind.PARTIAL),
            prefix=prefix,
            suffix=suffix,
            language=statement.language,
        )
        reference.save(quote, **why)
        return True
