"""The record, read: lists and single rows of everything public.

Each list says what may be asked of it in ``reading``; nothing here knows a column. One
row is what its page shows. Hidden rows are 404, merged ones 308, taken down ones 410.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api import answers, shapes
from tracker.api.answers import RecordView
from tracker.core import public
from tracker.models import Statement
from tracker.models.choices import Entity
from tracker.reading import bodies, changes, filters, lists, lookups
from tracker.reading.errors import FilterError, Problem, nearest

LIST_PARAMETERS = ("cursor", "page_size", "count", "fields", "ordering")


class ListView(RecordView):
    """A list, a page at a time."""

    listing: lists.Listing
    shape: str
    own: tuple[str, ...] = LIST_PARAMETERS

    def question(self, request: Request) -> Any:
        """Return the question, known to be right, or raise ``FilterError``."""
        return lists.read(self.listing, request.query_params, also=self.own)

    def rows(self, question: Any) -> Any:
        """Return the rows that answer it."""
        return lists.asked(self.listing, question)

    def get(self, request: Request) -> Response:
        params = request.query_params
        listing = self.listing.ordered(answers.once(params, "ordering"))
        question = self.question(request)
        size = answers.page_size(params)
        asked = answers.fields(params, shapes.fields_of(self.shape))
        counted = answers.switch(params, "count")
        cursor = answers.once(params, "cursor")
        expand = expansions(params, self.shape) if "expand" in self.own else []
        self.unless_unchanged(request)
        rows = self.rows(question)
        page = lists.page(listing, rows, cursor=cursor, size=size)
        shown = shown_rows(listing, page.rows)
        kept = [*asked, "expanded"] if asked and expand else asked
        shown = [answers.sparse(row, kept) for row in expanded(shown, expand)]
        count = lists.capped_count(rows) if counted else None
        return answers.listed(
            request, shown, next=page.next, previous=page.previous, count=count, **self.more(request, question)
        )

    def more(self, request: Request, question: Any) -> dict[str, Any]:
        """Return what stands beside the rows."""
        return {}


def shown_rows(listing: lists.Listing, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the JSON of rows of a list."""
    if listing.ledger:
        found = bodies.bodies(listing.ledger, [row.public_id for row in rows])
    else:
        found = [listing.body(row) for row in rows]
    return [corrected(row) for row in found] if listing.name == "corrections" else found


def corrected(body: dict[str, Any]) -> dict[str, Any]:
    """Return a correction with the page that shows it."""
    return {"id": body["id"], "url": f"{public.page('corrections')}?row={body['row']}", **body}


class EventList(ListView):
    listing, shape = lists.EVENTS, "Event"


class CompanyList(ListView):
    listing, shape = lists.COMPANIES, "Company"


class PersonList(ListView):
    listing, shape = lists.PEOPLE, "Person"


class OutletList(ListView):
    listing, shape = lists.OUTLETS, "Outlet"


class InquiryList(ListView):
    listing, shape = lists.INQUIRIES, "Inquiry"


class CorrectionList(ListView):
    listing, shape = lists.CORRECTIONS, "Correction"


class StatementList(ListView):
    """Statements, by the filter that pages and feeds share."""

    listing, shape = lists.STATEMENTS, "Statement"
    own: tuple[str, ...] = (*LIST_PARAMETERS, "expand")

    def question(self, request: Request) -> filters.TimelineFilter:
        return filters.cleaned(filters.read(request.query_params, also=self.own))

    def rows(self, question: Any) -> Any:
        return filters.narrowed(question)


class TimelineView(StatementList):
    """The timeline: the same rows, with the question in words and where else it is answered."""

    own = tuple(name for name in StatementList.own if name != "ordering")

    def more(self, request: Request, question: Any) -> dict[str, Any]:
        query = filters.canonical(dict(question.data.lists()))
        return {
            "question": {
                "query": query,
                "words": [
                    {"parameter": pill.parameter, "label": pill.label, "value": pill.words, "excluded": pill.excluded}
                    for pill in filters.pills(dict(question.data.lists()), bound=question)
                ],
            },
            "elsewhere": elsewhere(query),
        }


ENDINGS = {"csv": "timeline.csv", "ndjson": "timeline.ndjson", "atom": "timeline.atom", "feed": "timeline.feed.json"}


def elsewhere(query: str) -> dict[str, str]:
    """Return where else the same question is answered."""
    tail = f"?{query}" if query else ""
    return {
        "page": f"{public.page('timeline')}{tail}",
        **{name: answers.at(f"{path}{tail}") for name, path in ENDINGS.items()},
    }


class DetailView(RecordView):
    """One public row by its name."""

    shape: str
    find: Callable[[str], Any]

    entity: str

    def get(self, request: Request, name: str) -> Response:
        answers.only(request, "fields", "as_of", *(("expand",) if self.shape in shapes.EXPANDS else ()))
        asked = answers.fields(request.query_params, [*shapes.fields_of(self.shape), *shapes.extra_of(self.shape)])
        expand = expansions(request.query_params, self.shape)
        body = type(self).find(name).to_json()  # before 304: what was taken down is 410 whoever asks
        as_of = answers.once(request.query_params, "as_of")
        at = changes.moment(as_of) if as_of else None
        self.unless_unchanged(request)
        if at is not None:
            line = changes.known_by(self.entity, body.get("id") or body["slug"], at)
            body = {**(line.body or {}), "as_of": as_of, "known_since": line.at.isoformat()}
            asked = [*asked, "as_of", "known_since"] if asked else asked
        if "corrections" in body:
            body["corrections"] = [corrected(one) for one in body["corrections"]]
        kept = [*asked, "expanded"] if asked and expand else asked
        return Response(answers.sparse(expanded([body], expand)[0], kept))


class EventDetail(DetailView):
    shape, find = "Event", staticmethod(lookups.event_page)
    entity = Entity.EVENT


class CompanyDetail(DetailView):
    shape, find = "Company", staticmethod(lookups.company_page)
    entity = Entity.COMPANY


class PersonDetail(DetailView):
    shape, find = "Person", staticmethod(lookups.person_page)
    entity = Entity.PERSON


class OutletDetail(DetailView):
    shape, find = "Outlet", staticmethod(lookups.outlet_page)
    entity = Entity.OUTLET


class StatementDetail(DetailView):
    shape, find = "Statement", staticmethod(lookups.statement_page)
    entity = Entity.STATEMENT


class InquiryDetail(DetailView):
    shape, find = "Inquiry", staticmethod(lookups.inquiry_page)
    entity = Entity.INQUIRY


# --- Expanding references ---------------------------------------------------------------


def expansions(params: Any, shape: str) -> list[str]:
    """Return what to expand, from a closed list."""
    known = shapes.EXPANDS.get(shape, ())
    given = answers.once(params, "expand")
    asked = list(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))[:20]
    problems = []
    for name in asked:
        if name not in known:
            near = nearest(name, known)
            hint = f" Did you mean “{near}”?" if near else f" There are {', '.join(known)}."
            problems.append(Problem("expand", f"“{name[:60]}” cannot be expanded.{hint}", near))
    if problems:
        raise FilterError(*problems)
    return asked


def expanded(rows: Sequence[dict[str, Any]], asked: Sequence[str]) -> list[dict[str, Any]]:
    """Add ``expanded`` to each row: the full JSON of what it refers to, by slug or id. At most two queries a name."""
    if not asked:
        return list(rows)
    held = {name: _EXPAND[name](rows) for name in asked}
    return [
        {
            **row,
            "expanded": {
                name: {key: held[name][key] for key in _REFERS[name](row) if key in held[name]} for name in asked
            },
        }
        for row in rows
    ]


def _refs(row: Mapping[str, Any], what: str) -> list[str]:
    found = [voice[what]["slug"] for voice in row.get("voices", []) if voice.get(what)]
    return list(dict.fromkeys(found))


def _slugs(rows: Sequence[Mapping[str, Any]], name: str) -> set[str]:
    return {key for row in rows for key in _REFERS[name](row)}


def _companies(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = lists.COMPANIES.load(lists.COMPANIES.base().filter(slug__in=_slugs(rows, "companies")))
    return {one.slug: public.company_json(one) for one in found}


def _people(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = lists.PEOPLE.load(lists.PEOPLE.base().filter(slug__in=_slugs(rows, "people")))
    return {one.slug: public.person_json(one) for one in found}


def _events(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = lists.EVENTS.load(lists.EVENTS.base().filter(slug__in=_slugs(rows, "event")))
    return {one.slug: public.event_json(one) for one in found}


def _linked(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = list(
        Statement.objects.published().filter(public_id__in=_slugs(rows, "links")).values_list("public_id", flat=True)
    )
    return {body["id"]: body for body in bodies.bodies("statement", names)}


_EXPAND: Mapping[str, Callable[[Sequence[Mapping[str, Any]]], dict[str, Any]]] = {
    "companies": _companies,
    "people": _people,
    "event": _events,
    "links": _linked,
}
_REFERS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "companies": lambda row: _refs(row, "company"),
    "people": lambda row: _refs(row, "person"),
    "event": lambda row: [ref["slug"] for ref in (row.get("event"), row.get("root_event")) if ref],
    "links": lambda row: [link["to"] for link in row.get("links", [])],
}


# --- The root ---------------------------------------------------------------------------


class Root(RecordView):
    """What there is, and where."""

    def get(self, request: Request) -> Response:
        answers.only(request)
        self.unless_unchanged(request)
        coverage = lookups.coverage()
        return Response(
            {
                "name": settings.SITE_NAME,
                "what": (
                    "Which companies have spoken about an event, who spoke for them, when, to whom, on which side, "
                    "and who says so. Reading needs no key. Unknown parameters and values are refused."
                ),
                "version": "v1",
                "codebook_version": settings.CODEBOOK_VERSION,
                "is_sample": settings.SAMPLE_DATA,
                "licence": "CC BY 4.0",
                "contact": settings.CONTACT_EMAIL,
                "schema": answers.at("schema/"),
                "documentation": answers.at("docs/"),
                "record": {
                    "statements": coverage.statements,
                    "companies_with_an_official_voice": coverage.companies,
                    "events": coverage.events,
                    "inquiries": coverage.inquiries,
                    "reports": coverage.reports,
                    "corrections": coverage.corrections,
                    "updated_at": coverage.updated_at.isoformat() if coverage.updated_at else None,
                },
                "lists": {name: answers.at(f"{name}/") for name in shapes.LISTS},
                "feeds": {
                    "atom": answers.at("timeline.atom"),
                    "json_feed": answers.at("timeline.feed.json"),
                },
                "files": {
                    "csv": answers.at("timeline.csv"),
                    "voices_csv": answers.at("voices.csv"),
                    "ndjson": answers.at("timeline.ndjson"),
                },
            }
        )
