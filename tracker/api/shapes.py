"""The shape of every answer, as JSON Schema: what the OpenAPI document says, and what tests hold answers to.

Of a row, only its id or slug is required: ``?fields=`` may leave the rest out. Without
it every field is there, an unknown value as null. Objects inside a row are whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from tracker.models import choices

Schema = dict[str, Any]

STR: Schema = {"type": "string"}
INT: Schema = {"type": "integer"}
BOOL: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
TIME: Schema = {"type": "string", "format": "date-time"}
URL: Schema = {"type": "string", "format": "uri"}
ANY: Schema = {}

ENUMS: tuple[type[models.TextChoices], ...] = (
    choices.AboutEvent,
    choices.AskBasis,
    choices.Audience,
    choices.Basis,
    choices.CandidateKind,
    choices.Capacity,
    choices.Channel,
    choices.CompanyKind,
    choices.Comparator,
    choices.CorrectionReason,
    choices.Disclosure,
    choices.Entity,
    choices.EnteredFor,
    choices.EventKind,
    choices.Form,
    choices.InquiryOutcome,
    choices.LinkKind,
    choices.Medium,
    choices.OutletKind,
    choices.ParentKind,
    choices.Part,
    choices.Precision,
    choices.QuoteKind,
    choices.ReleaseKind,
    choices.ReportState,
    choices.Sector,
    choices.Stand,
    choices.Stance,
    choices.TakenDown,
    choices.Verification,
)


def ref(name: str) -> Schema:
    """Refer to a named shape."""
    return {"$ref": f"#/components/schemas/{name}"}


def enum(choices: type[models.TextChoices]) -> Schema:
    """Refer to a closed list."""
    return ref(choices.__name__)


def maybe(schema: Schema) -> Schema:
    """Return the schema of something that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def whole(about: str = "", **fields: Schema) -> Schema:
    """Return the schema of an object of which every field is there."""
    told: Schema = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return {"description": about, **told} if about else told


def row(about: str, key: str, **fields: Schema) -> Schema:
    """Return the schema of a row, named by ``key``."""
    return {**whole(about, **{key: STR}, **fields), "required": [key]}


def said(text: str, schema: Schema) -> Schema:
    """Add a description."""
    return {"description": text, "allOf": [schema]} if "$ref" in schema else {**schema, "description": text}


CITATION = whole(
    "How one report bears a statement or an inquiry out, with the words quoted from it.",
    report=ref("Report"),
    outcome=maybe(enum(choices.InquiryOutcome)),
    basis=enum(choices.Basis),
    attribution=maybe(STR),
    credits=whole("Whom the report credits.", outlet=maybe(ref("Reference")), report=maybe(STR)),
    claims_first=BOOL,
    stand=enum(choices.Stand),
    own_access=BOOL,
    source_changed_at=maybe(TIME),
    quotes=many(ref("Quote")),
)

SHAPES: dict[str, Schema] = {
    "HonestDate": whole(
        "A day as closely as it is known: bounds, precision, the source's words, EDTF and our words.",
        earliest=maybe(DAY),
        latest=maybe(DAY),
        precision=maybe(enum(choices.Precision)),
        as_written=maybe(STR),
        inferred=said("Whether the bounds are our inference, not the words of a source.", BOOL),
        reason=maybe(STR),
        edtf=maybe(STR),
        words=STR,
    ),
    "Reference": whole("Another row. The slug counts; the name is a courtesy.", slug=STR, name=STR),
    "Event": row(
        "What companies respond to. Scope and stance target stand on the root of a tree and are inherited.",
        "slug",
        url=URL,
        title=STR,
        kind=enum(choices.EventKind),
        parent=maybe(ref("Reference")),
        root=ref("Reference"),
        began=maybe(ref("HonestDate")),
        ended=maybe(ref("HonestDate")),
        place=maybe(STR),
        time_zone=STR,
        description=maybe(STR),
        scope=maybe(STR),
        stance_target=maybe(STR),
        wikidata_id=maybe(STR),
        is_sample=BOOL,
    ),
    "Company": row(
        "An organisation that may respond.",
        "slug",
        url=URL,
        name=STR,
        kind=enum(choices.CompanyKind),
        sector=maybe(enum(choices.Sector)),
        hq_region=maybe(said("ISO 3166-2.", STR)),
        parent=maybe(ref("Reference")),
        parent_kind=maybe(enum(choices.ParentKind)),
        parent_since=maybe(ref("HonestDate")),
        parent_until=maybe(ref("HonestDate")),
        succeeded_by=maybe(ref("Reference")),
        aliases=many(STR),
        tickers=many(STR),
        identifiers=whole(wikidata=maybe(STR), cik=maybe(STR), lei=maybe(STR)),
        domain=maybe(STR),
        merged_into=maybe(ref("Reference")),
        is_sample=BOOL,
    ),
    "Person": row(
        "Somebody who speaks in a public role.",
        "slug",
        url=maybe(URL),
        name=STR,
        roles=many(whole(company=ref("Reference"), title=STR, held=maybe(ref("HonestDate")))),
        identifiers=whole(wikidata=maybe(STR)),
        merged_into=maybe(ref("Reference")),
        is_sample=BOOL,
    ),
    "Outlet": row(
        "Who publishes reports.",
        "slug",
        url=URL,
        name=STR,
        domain=maybe(STR),
        owner=maybe(STR),
        kind=enum(choices.OutletKind),
        is_sample=BOOL,
    ),
    "Report": row(
        "Something published that is evidence. Its text is never given, only the hashes of what we captured.",
        "id",
        url=URL,
        link=maybe(STR),
        headline=maybe(STR),
        byline=maybe(STR),
        outlet=maybe(ref("Reference")),
        published=maybe(ref("HonestDate")),
        language=maybe(STR),
        captures=many(
            whole(at=TIME, status=maybe(INT), bytes=INT, sha256=STR, text_sha256=STR, archive=maybe(STR)),
        ),
    ),
    "Quote": whole(
        "Words in a captured text, as a W3C TextQuoteSelector and TextPositionSelector; offsets in code points.",
        text=STR,
        kind=enum(choices.QuoteKind),
        prefix=maybe(STR),
        suffix=maybe(STR),
        start=INT,
        end=INT,
        speaker=maybe(STR),
        attribution=maybe(STR),
        language=STR,
        translation=maybe(STR),
        translated_by=maybe(STR),
    ),
    "Citation": CITATION,
    "Voice": whole(
        "One company, person or both behind a statement. Only official voices are a company's response.",
        company=maybe(ref("Reference")),
        person=maybe(ref("Reference")),
        name_then=maybe(STR),
        title_then=maybe(STR),
        capacity=enum(choices.Capacity),
        part=enum(choices.Part),
        joined=maybe(ref("HonestDate")),
        left=maybe(ref("HonestDate")),
    ),
    "Statement": row(
        "One issuing act about an event. The stance is toward stance_target, never without it.",
        "id",
        url=URL,
        state=STR,
        event=ref("Reference"),
        root_event=ref("Reference"),
        stance=maybe(enum(choices.Stance)),
        stance_target=maybe(STR),
        form=enum(choices.Form),
        said=ref("HonestDate"),
        said_at=maybe(TIME),
        sort_date=maybe(DAY),
        channel=enum(choices.Channel),
        medium=enum(choices.Medium),
        disclosure=enum(choices.Disclosure),
        audience=enum(choices.Audience),
        operations_only=BOOL,
        summary=maybe(STR),
        language=STR,
        removed_by_issuer=maybe(ref("HonestDate")),
        voices=many(ref("Voice")),
        companies=said("Slugs of the companies with an official voice.", many(STR)),
        citations=many(ref("Citation")),
        positions=many(
            whole(
                target=STR,
                stance=enum(choices.Stance),
                quote=maybe({"type": "array", "items": INT, "minItems": 2, "maxItems": 2}),
            )
        ),
        asks=many(whole(ask=STR, label=STR, addressee=maybe(STR), basis=enum(choices.AskBasis))),
        links=many(whole(kind=enum(choices.LinkKind), to=STR, note=maybe(STR))),
        signature_counts=many(
            whole(
                count=INT,
                comparator=enum(choices.Comparator),
                as_of=maybe(DAY),
                company=maybe(ref("Reference")),
                report=maybe(STR),
            )
        ),
        verification=whole(
            "How well it is borne out, computed from its citations.",
            level=enum(choices.Verification),
            reason=maybe(STR),
        ),
        approved_by_second_editor=BOOL,
        codebook_version=maybe(STR),
        published_at=maybe(TIME),
        merged_into=maybe(STR),
    ),
    "Inquiry": row(
        "A company was asked. Declining to comment is this, not a statement and not a stance.",
        "id",
        url=URL,
        state=STR,
        event=ref("Reference"),
        company=ref("Reference"),
        outlet=maybe(ref("Reference")),
        by_us=BOOL,
        asked=maybe(ref("HonestDate")),
        asked_about=maybe(STR),
        about_event=enum(choices.AboutEvent),
        outcome=enum(choices.InquiryOutcome),
        reports_differ=BOOL,
        citations=many(ref("Citation")),
        published_at=maybe(TIME),
    ),
    "Correction": row(
        "A public change to a published row. Only our_error is called a correction.",
        "id",
        url=URL,
        entity=enum(choices.Entity),
        row=STR,
        event=maybe(ref("Reference")),
        field=STR,
        before=ANY,
        after=ANY,
        reason=enum(choices.CorrectionReason),
        is_correction=BOOL,
        note=maybe(STR),
        published_at=TIME,
    ),
    "Reply": row(
        "A company's own note, whole.",
        "id",
        statement=maybe(STR),
        event=maybe(ref("Reference")),
        company=ref("Reference"),
        text=STR,
        source=maybe(STR),
        received=maybe(DAY),
        published_at=maybe(TIME),
    ),
    "Frame": row(
        "A named list of companies, and the rule by which it was drawn up.",
        "slug",
        name=STR,
        rule=STR,
        source=STR,
        dated=maybe(DAY),
        published_at=maybe(TIME),
    ),
    "Tombstone": {
        "description": "All that may be said of a row that was taken down, or is being examined.",
        "type": "object",
        "properties": {
            "id": STR,
            "url": URL,
            "state": {"enum": ["withheld", "withdrawn"]},
            "published_at": maybe(TIME),
            "taken_down_at": maybe(TIME),
            "category": maybe(enum(choices.TakenDown)),
            "note": maybe(STR),
        },
        "required": ["id", "url", "state"],
        "additionalProperties": False,
    },
    "Problem": {
        "description": "What is wrong, by RFC 9457.",
        "type": "object",
        "properties": {
            "type": said("Address of a section of the documentation; stable.", STR),
            "title": STR,
            "status": INT,
            "detail": STR,
            "errors": many(
                {
                    "type": "object",
                    "properties": {"parameter": maybe(STR), "message": STR, "suggestion": maybe(STR)},
                    "required": ["parameter", "message", "suggestion"],
                }
            ),
            "tombstone": ref("Tombstone"),
        },
        "required": ["type", "title", "status", "detail", "errors"],
    },
    "Submission": whole(
        "A report that was sent in, and how far it has come. Only its sender sees this.",
        id=STR,
        status=said("Where to ask again; null if somebody else sent the same report in first.", maybe(URL)),
        state=enum(choices.ReportState),
        state_words=STR,
        reason=said("What an editor is told about it, for instance why it failed.", maybe(STR)),
        received_at=TIME,
        updated_at=TIME,
        link=maybe(STR),
        headline=maybe(STR),
        candidates=said("How many proposals it led to so far.", maybe(INT)),
        report=said("Its public page, once something published cites it.", maybe(URL)),
        new=said("Whether it is new to us. The same address is the same report.", BOOL),
    ),
    "SubmitReport": {
        "description": "An address, or a pasted text, or both.",
        "type": "object",
        "properties": {
            "url": {"type": "string", "maxLength": 2000, "description": "http or https, at a public address."},
            "text": {"type": "string", "maxLength": 1_000_000, "description": "The text of the report, pasted."},
            "headline": {"type": "string", "maxLength": 500, "description": "Its headline, for a pasted text."},
            "outlet": {"type": ["string", "null"], "description": "Who published it, by slug."},
            "published": {"type": ["string", "null"], "format": "date", "description": "When it was published."},
            "events": {
                "type": "array",
                "maxItems": 20,
                "items": {"type": "string"},
                "description": "Events that it is about, by slug, if known.",
            },
        },
        "anyOf": [{"required": ["url"]}, {"required": ["text"]}],
        "additionalProperties": False,
    },
    "Proposal": whole(
        "A proposal that was taken in. Editors decide it.",
        report=STR,
        key=said("What it rests on: the same proposal has the same key.", STR),
        state=STR,
        new=BOOL,
        status=maybe(URL),
    ),
    "ProposeStatement": {
        "description": "A statement, or an inquiry, with its evidence in a report.",
        "type": "object",
        "properties": {
            "report": {"type": "string", "description": "Public id of a report that you sent in, or of a public one."},
            "event": {"type": ["string", "null"], "description": "What it is about, by slug."},
            "kind": enum(choices.CandidateKind),
            "voices": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {
                    "type": "object",
                    "properties": {
                        "organization": {"type": ["string", "null"], "maxLength": 200},
                        "company": {"type": ["string", "null"], "description": "By slug, if we know it."},
                        "speaker": {"type": ["string", "null"], "maxLength": 200},
                        "person": {"type": ["string", "null"], "description": "By slug, if we know them."},
                        "role": {"type": ["string", "null"], "maxLength": 200},
                        "capacity": enum(choices.Capacity),
                    },
                    "additionalProperties": False,
                },
            },
            "channel": enum(choices.Channel),
            "medium": enum(choices.Medium),
            "disclosure": enum(choices.Disclosure),
            "stance": maybe(enum(choices.Stance)),
            "quotes": {
                "type": "array",
                "maxItems": 30,
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string", "maxLength": 5000},
                        "kind": {"type": "string", "enum": ["verbatim", "partial", "paraphrase"]},
                        "attribution": {"type": ["string", "null"], "maxLength": 500},
                    },
                    "required": ["text"],
                    "additionalProperties": False,
                },
            },
            "passage": {
                "type": ["string", "null"],
                "maxLength": 2000,
                "description": "Words of the report that bear it out. Needed where there is no quote.",
            },
            "said": ref("GivenDate"),
            "attribution": {"type": ["string", "null"], "maxLength": 500},
            "basis": enum(choices.Basis),
            "claims_first": BOOL,
            "summary": {"type": ["string", "null"], "maxLength": 2000},
            "operations_only": BOOL,
            "signature_count": {"type": ["integer", "null"], "minimum": 1, "maximum": 999_999_999},
            "signature_comparator": maybe(enum(choices.Comparator)),
            "reason": {"type": ["string", "null"], "maxLength": 300, "description": "Why, in a sentence for editors."},
        },
        "required": ["report", "voices"],
        "additionalProperties": False,
    },
    "GivenDate": {
        "description": "A day as closely as it is known. One bound alone is one day, unless the precision says else.",
        "type": ["object", "null"],
        "properties": {
            "earliest": {"type": ["string", "null"], "format": "date"},
            "latest": {"type": ["string", "null"], "format": "date"},
            "precision": maybe(enum(choices.Precision)),
            "as_written": {"type": ["string", "null"], "maxLength": 200},
        },
        "additionalProperties": False,
    },
    "RecordInquiry": {
        "description": "That we asked a company ourselves, and what came of it.",
        "type": "object",
        "properties": {
            "event": STR,
            "company": STR,
            "outcome": enum(choices.InquiryOutcome),
            "asked": ref("GivenDate"),
            "asked_about": {"type": ["string", "null"], "maxLength": 300},
        },
        "required": ["event", "company", "outcome", "asked"],
        "additionalProperties": False,
    },
    "RecordedInquiry": whole("A draft. An editor publishes it.", id=STR, state=STR),
    "Root": {"description": "What there is, and where.", "type": "object"},
    "Word": whole("One filter, in words.", parameter=STR, label=STR, value=STR, excluded=BOOL),
}

# What a single row says beyond what it says in a list.
DETAILS: dict[str, dict[str, Schema]] = {
    "Event": {
        "children": many(ref("Reference")),
        "tree": many(whole("An event of the tree.", slug=STR, name=STR, depth=INT, statements=INT)),
        "frames": many(ref("Frame")),
    },
    "Company": {"watched_for": many(ref("Reference"))},
    "Person": {},
    "Outlet": {"reports": INT, "statements": INT, "credited_first": INT},
    "Report": {"statements": many(STR), "inquiries": many(STR)},
    "Statement": {
        "corrections": many(ref("Correction")),
        "replies": many(ref("Reply")),
        "versions": INT,
        "updated_at": maybe(TIME),
    },
    "Inquiry": {"corrections": many(ref("Correction"))},
}
# What a single row says with ``as_of``, in place of its details.
PAST: dict[str, Schema] = {
    "as_of": said("The record's day that was asked for.", DAY),
    "known_since": said("When the record came to say this.", TIME),
}
LISTS: dict[str, str] = {
    "events": "Event",
    "companies": "Company",
    "people": "Person",
    "outlets": "Outlet",
    "statements": "Statement",
    "timeline": "Statement",
    "reports": "Report",
    "inquiries": "Inquiry",
    "corrections": "Correction",
}


def fields_of(shape: str) -> list[str]:
    """Return the fields of a row in a list, its name first."""
    return list(SHAPES[shape]["properties"])


def extra_of(shape: str) -> list[str]:
    """Return the further fields of a single row."""
    return list(DETAILS.get(shape, {}))


def closed(one: type[models.TextChoices]) -> Schema:
    """Return the schema of a closed list, its labels as the description."""
    meanings = "; ".join(f"`{key}`: {label}" for key, label in one.choices)
    about = (one.__doc__ or "").strip().split("\n")[0]
    return {"type": "string", "enum": list(one.values), "description": f"{about} {meanings}."}


# What may be expanded, by the shape of the row that refers to it.
EXPANDS: dict[str, tuple[str, ...]] = {"Statement": ("companies", "people", "event", "links")}
EXPANDED: Schema = {
    "type": "object",
    "description": "With `expand=`: the full JSON of what the row refers to, by slug or id.",
    "properties": {
        "companies": {"type": "object", "additionalProperties": ref("Company")},
        "people": {"type": "object", "additionalProperties": ref("Person")},
        "event": {"type": "object", "additionalProperties": ref("Event")},
        "links": {"type": "object", "additionalProperties": ref("Statement")},
    },
    "additionalProperties": False,
}


def components() -> dict[str, Schema]:
    """Return every named shape: closed lists, rows, single rows, pages of rows."""
    found: dict[str, Schema] = {one.__name__: closed(one) for one in ENUMS}
    found |= SHAPES
    # A statement that is asked for with ``expand`` says more; a correction's page may name it whole.
    statement = found["Statement"]
    found["Statement"] = {**statement, "properties": {**statement["properties"], "expanded": EXPANDED}}
    for name, more in DETAILS.items():
        base, past = found[name], {} if name == "Report" else PAST
        found[f"{name}Detail"] = {**base, "properties": {**base["properties"], **more, **past}}
    for name, shape in LISTS.items():
        found[page_of(name)] = page(shape, TIMELINE if name == "timeline" else {})
    return dict(sorted(found.items()))


def detail_of(shape: str) -> str:
    """Return the name of the shape of a single row."""
    return f"{shape}Detail"


def page_of(name: str) -> str:
    """Return the name of the shape of a page of a list."""
    return f"PageOf{name.capitalize()}"


TIMELINE: dict[str, Schema] = {
    "question": whole("What was asked.", query=STR, words=many(ref("Word"))),
    "elsewhere": whole("The same question elsewhere.", page=URL, csv=URL, ndjson=URL, atom=URL, feed=URL),
}


def page(shape: str, more: dict[str, Schema]) -> Schema:
    """Return the schema of a page of rows."""
    fields: dict[str, Schema] = {
        "next": maybe(URL),
        "previous": maybe(URL),
        **more,
        "count": said("Only with `count=true`.", INT),
        "count_is_capped": said("Whether there are more than `count`; we stop counting.", BOOL),
        "results": many(ref(shape)),
    }
    required: Iterable[str] = [name for name in fields if not name.startswith("count")]
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}
