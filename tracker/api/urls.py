"""Addresses of the API, and what each of them says of itself in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.urls import path, re_path

from tracker.api import docs, files, problems, proposals, records, schema, shapes, submissions, views
from tracker.api.files import answers_with
from tracker.api.shapes import Schema, ref
from tracker.models.choices import Entity
from tracker.reading import feeds, lists

app_name = "api"

SUMMARIES = {
    "events": ("List events", "Show one event with its tree"),
    "companies": ("List companies", "Show one company"),
    "people": ("List people in public roles", "Show one person"),
    "outlets": ("List outlets", "Show one outlet"),
    "statements": ("List statements", "Show one statement with its evidence, corrections and replies"),
    "timeline": ("Show the timeline", ""),
    "reports": ("List reports that are evidence", "Show one report and what it is evidence for"),
    "inquiries": ("List inquiries", "Show one inquiry"),
    "corrections": ("List corrections and updates", ""),
}
EXAMPLES = {
    "events": "operation-metro-surge",
    "companies": "apple",
    "people": "tim-cook",
    "outlets": "new-york-times",
    "statements": "OR-7K3M9QW",
    "reports": "RP-7K3M9QW",
    "inquiries": "IN-7K3M9QW",
}


def listed(name: str, view: Any, *, also: dict[str, Any] | None = None) -> Any:
    """Return the address of a list."""

    def describe() -> Schema:
        return schema.list_operation(name, SUMMARIES[name][0], view.listing, view.shape, view.own)

    return path(f"{name}/", answers_with(view, describe={"get": describe, **(also or {})}).as_view(), name=name)


def detailed(name: str, view: Any) -> Any:
    """Return the address of single rows."""
    one = {"people": "person", "companies": "company", "inquiries": "inquiry"}.get(name, name.removesuffix("s"))

    def describe() -> Schema:
        return schema.detail_operation(
            one, SUMMARIES[name][1], view.shape, example=EXAMPLES[name], expands=shapes.EXPANDS.get(view.shape, ())
        )

    return path(f"{name}/<str:name>/", answers_with(view, describe={"get": describe}).as_view(), name=one)


def filed(name: str, ending: str) -> Any:
    """Return the address of a list as a file."""
    is_csv = ending == "csv"
    kind, words = ("text/csv", "CSV") if is_csv else ("application/x-ndjson", "JSON lines")

    def describe() -> Schema:
        is_timeline = name in ("timeline", "statements", "voices")
        return schema.operation(
            f"download_{name}_{ending}",
            f"All {name if name != 'timeline' else 'statements'} that answer, as {words}",
            tag="files",
            parameters=schema.timeline_parameters() if is_timeline else schema.list_parameters(lists.LISTS[name]),
            answers={200: shapes.STR, 304: None},
            media_type=kind,
            headers=("ETag",),
        )

    view = answers_with(files.FileView, name=name, is_csv=is_csv, describe={"get": describe})
    return path(f"{name}.{ending}", view.as_view(), name=f"{name}-{ending}")


def fed(ending: str, view: Any, kind: str) -> Any:
    """Return the address of the timeline as a feed."""
    described = schema.operation(
        f"feed_{ending.split('.')[0]}",
        f"The timeline as {'an Atom' if ending == 'atom' else 'a JSON'} feed, newest published first",
        tag="files",
        parameters=schema.timeline_parameters(),
        answers={200: shapes.STR if ending == "atom" else {"type": "object"}, 304: None},
        media_type=kind,
        headers=("ETag", "Link"),
    )
    return path(
        f"timeline.{ending}", answers_with(view, describe={"get": described}).as_view(), name=f"timeline-{ending}"
    )


SUBMIT = schema.operation(
    "submit_report",
    "Send a report in",
    tag="reports",
    description=(
        "An address or a pasted text. The answer comes at once; `status` is where its sender follows it. Nothing "
        "reaches the public record without an editor. The same address is the same report."
    ),
    parameters=[schema.IDEMPOTENCY],
    answers={202: ref("Submission")},
    errors=(400, 401, 403, 413, 415, 422, 429),
    body="SubmitReport",
    body_example={"url": "https://news.example/2026/01/28/article", "events": ["operation-metro-surge"]},
    headers=("Location",),
    key=True,
)
STATUS = schema.operation(
    "get_report_status",
    "Follow a report that you sent in",
    tag="reports",
    parameters=[schema.name_in_path("Public id of the report.", "RP-7K3M9QW")],
    answers={200: ref("Submission")},
    errors=(400, 401, 404, 429),
    key=True,
)
PROPOSE = schema.operation(
    "propose_statement",
    "Propose a statement",
    tag="statements",
    description=(
        "It becomes a candidate that editors decide. Quotes must stand in the body of the text that we captured of the "
        "report, word for word; quotation marks and white space may differ."
    ),
    parameters=[schema.IDEMPOTENCY],
    answers={202: ref("Proposal")},
    errors=(400, 401, 403, 409, 413, 415, 422, 429),
    body="ProposeStatement",
    body_example={
        "report": "RP-7K3M9QW",
        "event": "operation-metro-surge",
        "voices": [{"company": "apple", "person": "tim-cook", "capacity": "official"}],
        "channel": "internal",
        "medium": "email_or_memo",
        "quotes": [{"text": "heartbroken", "kind": "partial"}],
        "said": {"latest": "2026-01-28", "precision": "before"},
    },
    key=True,
)
RECORD = schema.operation(
    "record_inquiry",
    "Record that we asked a company",
    tag="inquiries",
    description="It becomes a draft that an editor publishes.",
    parameters=[schema.IDEMPOTENCY],
    answers={201: ref("RecordedInquiry")},
    errors=(400, 401, 403, 413, 415, 422, 429),
    body="RecordInquiry",
    body_example={
        "event": "operation-metro-surge",
        "company": "apple",
        "outcome": "declined",
        "asked": {"earliest": "2026-01-28"},
    },
    key=True,
)
ROOT = schema.operation(
    "root", "What there is, and where", tag="record", answers={200: ref("Root"), 304: None}, headers=("ETag",)
)
DOCUMENT = schema.operation(
    "schema",
    "This document",
    tag="record",
    parameters=[
        schema.parameter("format", "In which form.", {"type": "string", "enum": ["json", "yaml"], "default": "json"})
    ],
    answers={200: {"type": "object"}, 304: None},
    media_type="application/vnd.oai.openapi+json",
    headers=("ETag",),
)

MORE_SHAPES = {**views.VIEWS}
PAGED = [schema.CURSOR, schema.PAGE_SIZE, schema.ordering(lists.STATEMENTS)]


def seen(address: str, view: Any, described: Schema) -> Any:
    """Return the address of a view that says of itself what ``described`` says."""
    name = described["operationId"].replace("_", "-")
    return path(address, answers_with(view, describe={"get": described}).as_view(), name=name)


VIEWS = [
    seen(
        "facets/",
        views.Facets,
        schema.operation(
            "facets",
            "Count statements by facet",
            tag="timeline",
            description="Each facet leaves out its own choice, so that the other choices can be compared.",
            parameters=schema.timeline_parameters(),
            answers={200: ref("Facets"), 304: None},
            headers=("ETag",),
        ),
    ),
    seen(
        "positions/",
        views.PositionList,
        schema.operation(
            "list_positions",
            "List sides taken toward other targets",
            tag="statements",
            description="A page holds what hangs on `page_size` statements.",
            parameters=[*schema.timeline_parameters(), *PAGED],
            answers={200: ref("PageOfPositions"), 304: None},
            headers=("ETag", "Link"),
        ),
    ),
    seen(
        "links/",
        views.LinkList,
        schema.operation(
            "list_links",
            "List links between statements",
            tag="statements",
            description="A page holds what hangs on `page_size` statements. A link is read from `statement` to `to`.",
            parameters=[*schema.timeline_parameters(), *PAGED],
            answers={200: ref("PageOfLinks"), 304: None},
            headers=("ETag", "Link"),
        ),
    ),
    seen(
        "events/<str:name>/silence/",
        views.SilenceView,
        schema.operation(
            "get_silence",
            "Show who has responded to an event, and for whom no statement was found",
            tag="silence",
            description=(
                "Only a watched company can be silent; any other is not monitored. After `checked_through` a company "
                "is left out, not counted as silent."
            ),
            parameters=[
                schema.name_in_path("Slug of the event.", EXAMPLES["events"]),
                schema.parameter("anchor", "Event of the tree from which days are counted, by slug.", shapes.STR),
                schema.parameter("frame", "The named list of companies, by slug.", shapes.STR),
                schema.parameter("until", "The world's day: said by then.", shapes.DAY),
                schema.parameter("as_of", "The record's day: known by then. Today's only.", shapes.DAY),
                schema.parameter(
                    "operations", "true: notices on operations count.", {"type": "string", "enum": ["true", "false"]}
                ),
            ],
            answers={200: ref("Silence"), 304: None, 308: None},
            errors=(400, 404, 429),
            headers=("ETag",),
        ),
    ),
    seen(
        "events/<str:name>/timelinejs.json",
        views.TimelineJsView,
        schema.operation(
            "get_timelinejs",
            "Show an event's statements as a TimelineJS document",
            tag="events",
            description="The newest 500 statements, oldest first. Give the address to TimelineJS as its source.",
            parameters=[schema.name_in_path("Slug of the event.", EXAMPLES["events"])],
            answers={200: {"type": "object"}, 304: None, 308: None},
            errors=(400, 404, 429),
            headers=("ETag",),
        ),
    ),
    seen(
        "statements/<str:name>/versions/",
        views.VersionList,
        schema.operation(
            "list_versions",
            "List the public versions of a statement",
            tag="statements",
            parameters=[schema.name_in_path("Public id.", EXAMPLES["statements"])],
            answers={200: ref("Versions"), 304: None, 308: None},
            errors=(400, 404, 410, 429),
            headers=("ETag",),
        ),
    ),
    seen(
        "changes/",
        views.ChangeList,
        schema.operation(
            "list_changes",
            "Follow the public ledger",
            tag="changes",
            description=(
                "Begin with `since=0`, apply each line in order, keep `cursor`, and come back with it: a mirror that "
                "does so holds the same record. A line without a body takes the row away; one with `redirect` says "
                "which row took its place."
            ),
            parameters=[
                schema.parameter(
                    "since",
                    "The cursor of the last answer.",
                    {"type": "integer", "minimum": 0, "maximum": views.MOST_SEQ, "default": 0},
                ),
                schema.parameter(
                    "page_size",
                    "Lines at most.",
                    {"type": "integer", "minimum": 1, "maximum": lists.MAX_SIZE, "default": lists.MAX_SIZE},
                ),
                schema.parameter(
                    "entity",
                    "Only lines of these sorts of rows. Repeat it for alternatives.",
                    shapes.many(shapes.enum(Entity)),
                ),
            ],
            answers={200: ref("Changes"), 304: None},
            headers=("ETag", "Link"),
        ),
    ),
]

urlpatterns = [
    path("", answers_with(records.Root, describe={"get": ROOT}).as_view(), name="root"),
    path("schema/", answers_with(docs.SchemaView, describe={"get": DOCUMENT}).as_view(), name="schema"),
    path("docs/", docs.documentation, name="docs"),
    listed("timeline", records.TimelineView),
    path("timeline.json", records.TimelineView.as_view(), name="timeline-json"),
    *VIEWS,
    listed("statements", records.StatementList),
    detailed("statements", records.StatementDetail),
    listed("events", records.EventList),
    detailed("events", records.EventDetail),
    listed("companies", records.CompanyList),
    detailed("companies", records.CompanyDetail),
    listed("people", records.PersonList),
    detailed("people", records.PersonDetail),
    listed("outlets", records.OutletList),
    detailed("outlets", records.OutletDetail),
    listed("reports", submissions.ReportList, also={"post": SUBMIT}),
    path(
        "reports/<str:name>/status/",
        answers_with(submissions.ReportStatus, describe={"get": STATUS}).as_view(),
        name="report-status",
    ),
    detailed("reports", submissions.ReportDetail),
    path("candidates/", answers_with(proposals.CandidateList, describe={"post": PROPOSE}).as_view(), name="candidates"),
    listed("inquiries", proposals.InquiryCollection, also={"post": RECORD}),
    detailed("inquiries", records.InquiryDetail),
    listed("corrections", records.CorrectionList),
    fed("atom", files.FeedView, "application/atom+xml"),
    fed("feed.json", files.JsonFeedView, feeds.JSON_FEED),
    *(
        filed(name, ending)
        for name in ("timeline", "statements", "voices", *lists.LISTS)
        for ending in ("csv", "ndjson")
        if (name, ending) != ("voices", "ndjson")
    ),
    re_path(r"^(?P<rest>.*)$", problems.no_such_address),
]
