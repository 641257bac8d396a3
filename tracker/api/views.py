"""The record from other sides: counts by facet, positions, links, silence, versions, and the ledger of changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api import answers, shapes
from tracker.api.answers import RecordView
from tracker.api.records import StatementList, corrected, elsewhere
from tracker.models import Position, StatementLink
from tracker.models.choices import Entity, StatementState
from tracker.reading import bodies, changes, filters, interchange, lists, lookups, silence
from tracker.reading.timeline import Timeline

MOST_SEQ = 2**53


class Facets(RecordView):
    """How many statements each choice of each facet would show; a facet leaves out its own choice."""

    def get(self, request: Request) -> Response:
        question = filters.read(request.query_params)
        bound = filters.cleaned(question)
        self.unless_unchanged(request)
        made = Timeline(question, bound, [], None, None)
        return Response(
            {
                "question": filters.canonical(question),
                "total": made.total,
                "counts_statements": "A company facet may sum above the total: a statement has many voices.",
                "facets": [
                    {
                        "parameter": facet.parameter,
                        "label": facet.label,
                        "choices": [
                            {
                                "value": choice.key,
                                "label": choice.label,
                                "count": choice.count,
                                "selected": choice.selected,
                                "toggle": answers.at(f"timeline/?{choice.query}" if choice.query else "timeline/"),
                            }
                            for choice in facet.choices
                        ],
                    }
                    for facet in made.facets
                ],
                "elsewhere": elsewhere(filters.canonical(question)),
            }
        )


class PartsList(StatementList):
    """What hangs on statements, a page of statements at a time."""

    own: tuple[str, ...] = ("cursor", "page_size", "ordering")

    def get(self, request: Request) -> Response:
        params = request.query_params
        listing = self.listing.ordered(answers.once(params, "ordering"))
        question = self.question(request)
        size = answers.page_size(params)
        cursor = answers.once(params, "cursor")
        self.unless_unchanged(request)
        page = lists.page(listing, self.rows(question), cursor=cursor, size=size)
        shown = bodies.bodies(Entity.STATEMENT, [row.public_id for row in page.rows])
        parts = [part for body in shown for part in self.parts(body)]
        return answers.listed(request, parts, next=page.next, previous=page.previous)

    def parts(self, body: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        """Return what hangs on one statement."""
        raise NotImplementedError


class PositionList(PartsList):
    """Sides taken toward something other than the stance target of the tree."""

    def rows(self, question: Any) -> Any:
        return super().rows(question).filter(Exists(Position.objects.filter(statement=OuterRef("pk"))))

    def parts(self, body: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        return ({**_of(body), **position} for position in body["positions"])


class LinkList(PartsList):
    """How statements stand to one another, read from the first to the second."""

    def rows(self, question: Any) -> Any:
        public = StatementLink.objects.filter(
            from_statement=OuterRef("pk"), to_statement__state=StatementState.PUBLISHED
        )
        return super().rows(question).filter(Exists(public))

    def parts(self, body: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        return ({**_of(body), **link} for link in body["links"])


def _of(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "statement": body["id"],
        "url": body["url"],
        "event": body["event"],
        "root_event": body["root_event"],
        "said": body["said"],
        "companies": body["companies"],
    }


class SilenceView(RecordView):
    """Who of the watched has responded to an event, how, after how many days; for whom nothing was found."""

    def get(self, request: Request, name: str) -> Response:
        found = silence.silence(name, request.query_params)
        self.unless_unchanged(request)
        return Response(found.to_json())


class TimelineJsView(RecordView):
    """The statements on an event, for TimelineJS."""

    def get(self, request: Request, name: str) -> Response:
        answers.only(request)
        made = interchange.timelinejs(name)
        self.unless_unchanged(request)
        return Response(made)


class VersionList(RecordView):
    """Every public version of a statement, oldest first."""

    def get(self, request: Request, name: str) -> Response:
        answers.only(request)
        body = lookups.statement_page(name).to_json()  # what was taken down is 410 in its past too
        self.unless_unchanged(request)
        lines = changes.versions_of(Entity.STATEMENT, body["id"])
        return Response(
            {
                "id": body["id"],
                "url": body["url"],
                "corrections": [corrected(one) for one in body["corrections"]],
                "results": [line.to_json() for line in lines],
            }
        )


class ChangeList(RecordView):
    """The public ledger since a line: additions, changes, withdrawals and merges, complete and in order."""

    def get(self, request: Request) -> Response:
        params = request.query_params
        answers.only(request, "since", "page_size", "entity")
        since = sequence(params)
        size = answers.page_size(params, default=changes.SIZE)
        entities = params.getlist("entity")
        for one in entities:
            if one not in Entity.values:
                raise answers.wrong(
                    "entity", f"entity: “{one[:60]}” is not known. It is one of {', '.join(Entity.values)}."
                )
        self.unless_unchanged(request)
        found = changes.since(since, size=size, entities=entities)
        pairs = [("entity", one) for one in entities] + [("page_size", str(size)), ("since", str(found.cursor))]
        following = f"{settings.SITE_URL}{request.path}?{urlencode(pairs)}"
        return Response(
            {
                "cursor": found.cursor,
                "last": found.last,
                "has_more": found.more,
                "next": following,
                "results": [line.to_json() for line in found.lines],
            },
            headers={"Link": f'<{following}>; rel="next"'},
        )


def sequence(params: Any) -> int:
    """Return the number of the line to go on from."""
    given = answers.once(params, "since")
    if not given:
        return 0
    if not given.isascii() or not given.isdigit() or len(given) > 16 or int(given) > MOST_SEQ:
        raise answers.wrong("since", "since is the cursor of an earlier answer, or 0 for everything.")
    return int(given)


CHANGE = shapes.whole(
    "One line of the public ledger.",
    seq=shapes.INT,
    at=shapes.TIME,
    kind=shapes.ref("ReleaseKind"),
    entity=shapes.ref("Entity"),
    id=shapes.said("Public id or slug of the row.", shapes.STR),
    changed=shapes.said("The fields that changed.", shapes.many(shapes.STR)),
    redirect=shapes.said("The row that took this one's place, when it was merged.", shapes.maybe(shapes.STR)),
    body=shapes.said(
        "The row after it, as its own address shows it. Null: nothing is shown any more, then or by now.",
        {"anyOf": [{"type": "object"}, {"type": "null"}]},
    ),
)
PART: Mapping[str, Any] = {
    "statement": shapes.STR,
    "url": shapes.URL,
    "event": shapes.ref("Reference"),
    "root_event": shapes.ref("Reference"),
    "said": shapes.ref("HonestDate"),
    "companies": shapes.many(shapes.STR),
}
STATEMENT_FIELDS = shapes.SHAPES["Statement"]["properties"]
VIEWS: dict[str, Any] = {
    "Change": CHANGE,
    "PositionTaken": shapes.whole(
        "A side taken toward another target.", **PART, **STATEMENT_FIELDS["positions"]["items"]["properties"]
    ),
    "LinkMade": shapes.whole(
        "One statement's link to another.", **PART, **STATEMENT_FIELDS["links"]["items"]["properties"]
    ),
    "PageOfPositions": shapes.page("PositionTaken", {}),
    "PageOfLinks": shapes.page("LinkMade", {}),
    "Changes": shapes.whole(
        cursor=shapes.said("Where to go on: keep it.", shapes.INT),
        last=shapes.said("The number of the last line there is.", shapes.INT),
        has_more=shapes.BOOL,
        next=shapes.URL,
        results=shapes.many(shapes.ref("Change")),
    ),
    "Versions": shapes.whole(
        id=shapes.STR,
        url=shapes.URL,
        corrections=shapes.many(shapes.ref("Correction")),
        results=shapes.many(shapes.ref("Change")),
    ),
    "Facets": shapes.whole(
        question=shapes.STR,
        total=shapes.INT,
        counts_statements=shapes.STR,
        facets=shapes.many(
            shapes.whole(
                parameter=shapes.STR,
                label=shapes.STR,
                choices=shapes.many(
                    shapes.whole(
                        value=shapes.STR,
                        label=shapes.STR,
                        count=shapes.INT,
                        selected=shapes.BOOL,
                        toggle=shapes.URL,
                    )
                ),
            )
        ),
        elsewhere=shapes.TIMELINE["elsewhere"],
    ),
    "Silence": {
        "description": "The board of an event; both clocks are printed with every figure.",
        "type": "object",
        "properties": {
            "event": shapes.ref("Reference"),
            "root_event": shapes.ref("Reference"),
            "stance_target": shapes.maybe(shapes.STR),
            "anchor_event": shapes.ref("Reference"),
            "frame": shapes.maybe(shapes.ref("Frame")),
            "until": shapes.DAY,
            "as_of": shapes.TIME,
            "operations_count": shapes.BOOL,
            "board": {"anyOf": [{"type": "object"}, {"type": "null"}]},
            "watched_outside_the_frame": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["event", "root_event", "anchor_event", "until", "as_of", "board"],
    },
}
