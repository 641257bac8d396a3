"""The OpenAPI 3.1 document: every parameter, closed list, answer and error, from what the views themselves use.

drf-spectacular walks the addresses; what an operation says is put together here, from the
filters' own declarations and ``shapes``, so that the document cannot promise anything
else than what is enforced. A test holds real answers against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema

from tracker.api import shapes
from tracker.api.problems import MEDIA_TYPE, TITLES, problem
from tracker.api.shapes import Schema, many, ref
from tracker.reading import filters, lists

JSON = "application/json"
HEADERS: dict[str, Schema] = {
    "ETag": {"description": "Version of this answer; send it back as `If-None-Match`.", "schema": shapes.STR},
    "Link": {"description": "Addresses of the next and the previous page.", "schema": shapes.STR},
    "RateLimit": {"description": "What is left in this window, and the seconds until it ends.", "schema": shapes.STR},
    "RateLimit-Policy": {"description": "How many requests in how many seconds.", "schema": shapes.STR},
    "Retry-After": {"description": "Seconds to wait.", "schema": shapes.INT},
    "Location": {"description": "Where it is.", "schema": shapes.STR},
}
LIMITS = ("RateLimit", "RateLimit-Policy")
# What each error means here, and an example of its words.
ERRORS: dict[int, tuple[str, str]] = {
    400: ("A parameter, a value or the body is not right; the nearest right name is suggested.", "bad-filter"),
    401: ("A key is needed, or the one sent is wrong, expired or misplaced.", "not-signed-in"),
    403: ("The key lacks the scope, or its user the right.", "not-allowed"),
    404: ("Nothing is published at this address.", "not-found"),
    405: ("This address does not take that method.", "wrong-method"),
    409: ("The request contradicts what is there already.", "conflict"),
    410: ("It was taken down, or is being examined; `tombstone` is all that may be said of it.", "gone"),
    413: ("The body is too large.", "too-large"),
    415: ("The body is not JSON.", "wrong-media-type"),
    422: ("The Idempotency-Key came with another body before.", "key-reused"),
    429: ("Too many requests; `Retry-After` says when to come back.", "too-many-requests"),
}
EXAMPLES = {
    400: "There is no filter “stanse”. Did you mean “stance”?",
    401: "Send a key with the scope “reports”.",
    429: "Request was throttled.",
}


class RecordSchema(AutoSchema):
    """Says of a view what the view says of itself: ``describe`` by method."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        described: dict[str, Any] = getattr(self.view, "describe", {})
        found = described.get(method.lower())
        return None if found is None else dict(found() if callable(found) else found)


# --- Parts of an operation --------------------------------------------------------------


def operation(
    name: str,
    summary: str,
    *,
    tag: str,
    answers: dict[int, Schema | None],
    parameters: Iterable[Schema] = (),
    errors: Iterable[int] = (400, 429),
    body: str = "",
    body_example: Any = None,
    media_type: str = JSON,
    headers: Sequence[str] = (),
    description: str = "",
    key: bool = False,
) -> Schema:
    """Return one operation of the document."""
    found: Schema = {"operationId": name, "summary": summary, "tags": [tag]}
    if description:
        found["description"] = description
    given = list(parameters)
    if given:
        found["parameters"] = given
    if body:
        content: Schema = {"schema": ref(body)}
        if body_example is not None:
            content["examples"] = {"example": {"value": body_example}}
        found["requestBody"] = {"required": True, "content": {JSON: content}}
    found["security"] = [{"key": []}] if key else [{}, {"key": []}]
    responses: dict[str, Schema] = {}
    for status, schema in answers.items():
        responses[str(status)] = _answer(status, schema, media_type, headers)
    for status in errors:
        responses[str(status)] = error(status)
    found["responses"] = dict(sorted(responses.items()))
    return found


def error(status: int) -> Schema:
    """Refer to an error answer."""
    return {"$ref": f"#/components/responses/Error{status}"}


def _error(status: int) -> Schema:
    """Return an error answer with an example."""
    about, kind = ERRORS[status]
    told = {**problem(status, EXAMPLES.get(status, about), kind=kind), "type": f"/api/v1/docs/#problem-{kind}"}
    if status == 400:
        told["errors"] = [{"parameter": "stanse", "message": EXAMPLES[400], "suggestion": "stance"}]
    names = (*LIMITS, "Retry-After") if status == 429 else ()
    return {
        "description": about,
        **({"headers": {name: HEADERS[name] for name in names}} if names else {}),
        "content": {MEDIA_TYPE: {"schema": ref("Problem"), "examples": {kind: {"value": told}}}},
    }


def _answer(status: int, schema: Schema | None, media_type: str, headers: Sequence[str]) -> Schema:
    about = {
        200: "The answer.",
        202: "Taken in. It waits for an editor; nothing of it is public.",
        201: "Taken in as a draft. Nothing of it is public.",
        304: "Unchanged since the version named in `If-None-Match`.",
        308: "It has another address now.",
    }[status]
    found: Schema = {"description": about}
    names = ("Location",) if status == 308 else (*LIMITS, *headers)
    found["headers"] = {name: HEADERS[name] for name in names}
    if schema is not None:
        found["content"] = {media_type: {"schema": schema}}
    return found


def parameter(name: str, about: str, schema: Schema, *, where: str = "query", **more: Any) -> Schema:
    """Return one parameter."""
    return {
        "name": name,
        "in": where,
        "description": about,
        # A form sends every box: an empty value is a parameter that was not given.
        **({"allowEmptyValue": True} if where == "query" else {}),
        "schema": schema,
        **({"required": True} if where == "path" else {}),
        **more,
    }


CURSOR = parameter("cursor", "The page to show, as a link of an answer gave it.", {"type": "string", "maxLength": 1500})
PAGE_SIZE = parameter(
    "page_size", "Rows on a page.", {"type": "integer", "minimum": 1, "maximum": lists.MAX_SIZE, "default": lists.SIZE}
)
COUNT = parameter(
    "count",
    f"true: count the rows, up to {lists.MAX_COUNT:,}; `count_is_capped` says whether there are more.",
    {"type": "string", "enum": ["true", "false"]},
)
IDEMPOTENCY = parameter(
    "Idempotency-Key",
    "A key of your own, for instance a UUID: sent again it gets the first answer, and nothing is done twice.",
    {"type": "string", "maxLength": 200},
    where="header",
)


def name_in_path(about: str, example: str) -> Schema:
    """Return the parameter of a single row's address."""
    return parameter("name", about, {"type": "string", "maxLength": 80}, where="path", example=example)


def fields_parameter(shape: str, *, detail: bool = False) -> Schema:
    """Return the parameter that leaves fields out."""
    known = shapes.fields_of(shape) + (shapes.extra_of(shape) if detail else [])
    return parameter(
        "fields",
        f"Only these fields, separated by commas; `{known[0]}` is always there. There are: {', '.join(known)}.",
        many({"type": "string", "enum": known}),
        style="form",
        explode=False,
    )


def choice_list(name: str, about: str, known: Sequence[str]) -> Schema:
    """Return a parameter that is a list from a closed list, separated by commas."""
    return parameter(name, about, many({"type": "string", "enum": list(known)}), style="form", explode=False)


def ordering(listing: lists.Listing) -> Schema:
    """Return the parameter of a list's order."""
    default = next(name for name, order in listing.orders.items() if order == listing.order)
    return parameter("ordering", "The order.", {"type": "string", "enum": list(listing.orders), "default": default})


def list_parameters(listing: lists.Listing) -> list[Schema]:
    """Return what may be asked of a list."""
    found = []
    for one in listing.parameters:
        value: Schema = {"type": "string", "maxLength": filters.MAX_VALUE}
        if one.read in (lists._slug, lists._region, lists._identifier):
            value = {"type": "string", "pattern": PATTERNS[one.read.__name__.removeprefix("_")]}
        if one.known:
            value = {"type": "string", "enum": list(one.known)}
        elif one.read is lists._day:
            value = {"type": "string", "format": "date"}
        if one.repeatable:
            about = f"{one.help} Repeat it for alternatives."
            found.append(
                parameter(one.name, about, {**many(value), "maxItems": filters.MAX_VALUES}, style="form", explode=True)
            )
        else:
            found.append(parameter(one.name, one.help, value))
    return found


PATTERNS = {
    "slug": r"^[-_a-zA-Z0-9]{1,80}$",
    "region": r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
    "identifier": r"^(wikidata|cik|lei|ticker):.{1,20}$",
}
HELP = {
    "event": "Event, by slug, with the events below it.",
    "include_children": "false: only the event itself, without those below it.",
    "company": "Company, by slug; its brands count as it.",
    "person": "Person, by slug.",
    "sector": "GICS sector of the company whose voice it is.",
    "hq_region": "Headquarters of the company, ISO 3166-2: US-MN, or the country alone, IE.",
    "capacity": "Whose voice: only official voices are a company's response.",
    "identifier": "Company by identifier: wikidata:…, cik:…, lei:… or ticker:….",
    "channel": "To whom it went.",
    "medium": "Through which medium.",
    "disclosure": "How the words got out.",
    "form": "What kind of document.",
    "stance": "The side taken toward the stance target of the tree.",
    "verification": "How well it is borne out.",
    "verification_min": "Borne out at least as well as this. Disputed statements are left out.",
    "ask": "What it asks for.",
    "outlet": "Reported by this outlet, by slug.",
    "q": "Words in the summary, the quotes or the names; all of them.",
    "has_quote": "Whether we hold the speaker's words.",
    "operations": "true: only statements on operations; false: none of them.",
    "reported_since": "Reported on or after this day.",
    "updated_since": "Changed on or after this day, UTC.",
    "from": "Said on or after this day; `dates` says what that means for uncertain days.",
    "to": "Said on or before this day.",
    "until": "The world's clock: certainly said by this day, whatever `dates` says.",
    "dates": "overlaps: the day may lie in the range; within: it certainly does.",
}


def timeline_parameters() -> list[Schema]:
    """Refer to what may be asked of statements: the filter that pages, feeds and files share."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in filters.TimelineFilter.base_filters]


def _timeline_parameters() -> list[Schema]:
    found = []
    for name, one in filters.TimelineFilter.base_filters.items():
        about = HELP[name]
        if isinstance(one, filters.Tokens):
            known = list(one.extra["known"]([]))
            kind = {"hq_region": "region", "identifier": "identifier"}.get(name, "slug")
            value: Schema = {"type": "string", "pattern": PATTERNS[kind].replace("^", "^!?")}
            repeatable = name in filters.REPEATABLE
            if known:
                excluded = [f"!{key}" for key in known] if name != "dates" else []
                value = {"type": "string", "enum": [*known, *(excluded if repeatable else [])]}
            if repeatable:
                about += " Repeat it for alternatives; `!value` excludes."
                found.append(
                    parameter(name, about, {**many(value), "maxItems": filters.MAX_VALUES}, style="form", explode=True)
                )
                continue
        elif isinstance(one, filters.SwitchFilter):
            value = {"type": "string", "enum": ["true", "false"]}
        elif isinstance(one, filters.DayFilter):
            value = {"type": "string", "format": "date"}
        else:
            value = {"type": "string", "maxLength": filters.MAX_VALUE}
        found.append(parameter(name, about, value))
    return found


def list_operation(name: str, summary: str, listing: lists.Listing, shape: str, own: Sequence[str]) -> Schema:
    """Return the operation of a list."""
    is_timeline = listing.name == "statements"
    asked = timeline_parameters() if is_timeline else list_parameters(listing)
    asked += [CURSOR, PAGE_SIZE, COUNT, fields_parameter(shape)]
    if "ordering" in own:
        asked.append(ordering(listing))
    if "expand" in own:
        asked.append(choice_list("expand", "Give the full JSON of what rows refer to.", shapes.EXPANDS[shape]))
    return operation(
        f"list_{name}",
        summary,
        tag=name,
        parameters=asked,
        answers={200: ref(shapes.page_of(name)), 304: None},
        headers=("ETag", "Link"),
    )


def detail_operation(name: str, summary: str, shape: str, *, example: str, expands: Sequence[str] = ()) -> Schema:
    """Return the operation of a single row."""
    asked = [name_in_path("Slug or public id.", example), fields_parameter(shape, detail=True)]
    if expands:
        asked.append(choice_list("expand", "Give the full JSON of what the row refers to.", expands))
    if shape != "Report":
        asked.append(
            parameter("as_of", "The record's clock: the row as we knew it at the end of this day, UTC.", shapes.DAY)
        )
    gone = shape in ("Statement", "Inquiry")
    return operation(
        f"get_{name}",
        summary,
        tag=lists_tag(shape),
        parameters=asked,
        answers={200: ref(shapes.detail_of(shape)), 304: None, 308: None},
        errors=(400, 404, 410, 429) if gone else (400, 404, 429),
        headers=("ETag",),
    )


def lists_tag(shape: str) -> str:
    """Return the list that rows of a shape stand in."""
    return next(name for name, one in shapes.LISTS.items() if one == shape)


def finish(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Add the named shapes, and say what holds for every address. A hook of drf-spectacular."""
    from tracker.api.urls import MORE_SHAPES  # the addresses import this module

    result.setdefault("components", {}).setdefault("schemas", {}).update(shapes.components() | MORE_SHAPES)
    result["components"]["responses"] = {f"Error{status}": _error(status) for status in ERRORS}
    result["components"]["parameters"] = {one["name"]: one for one in _timeline_parameters()}
    result["components"].setdefault("securitySchemes", {})["key"] = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token or_…`. Needed only to write.",
    }
    result["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
    result["info"]["description"] = "\n\n".join([result["info"]["description"], *NOTES])
    return result


NOTES = (
    "Reading needs no key. A parameter or value that is not known is refused with 400 and the nearest right one; it is "
    "never ignored. Values of one parameter are alternatives, parameters add up, `!value` excludes.",
    "Rows are named by slugs and public ids. Absent values are explicit nulls. A day is given by its bounds, its "
    "precision, the source's words, EDTF and our words. `stance` is toward `stance_target`: read the two together.",
    "Errors are RFC 9457 problem documents; `type` is one of "
    + ", ".join(f"`#problem-{name}`" for name in TITLES)
    + " at the documentation's address.",
)
TAGS = {
    "record": "What there is, and where.",
    "timeline": "Published statements, newest first, with the question in words.",
    "statements": "One issuing act each, with its voices and evidence.",
    "events": "What companies respond to.",
    "companies": "Who may respond.",
    "people": "Who speaks in a public role.",
    "outlets": "Who publishes reports.",
    "reports": "What is evidence; and sending reports in.",
    "inquiries": "Who was asked, and what came of it.",
    "corrections": "Public changes to published rows.",
    "files": "Every list as a file, and the timeline as a feed.",
    "changes": "The public ledger, for mirrors.",
    "silence": "Who has responded to an event, and for whom nothing was found.",
}
