"""What every endpoint has in common: parameters, pages, fields, conditional answers, links.

A view names its own parameters; anything else is refused. An answer that the asker
already holds is 304, decided by the record's version before any row is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.utils.cache import get_conditional_response, patch_cache_control
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tracker.api.bodies import BoundedJson, JsonRenderer
from tracker.api.schema import RecordSchema
from tracker.reading import filters, lists, versions
from tracker.reading.errors import FilterError, Moved, Problem, nearest

PAGE_PARAMETERS = ("cursor", "page_size", "count", "fields")


class AlwaysJson(BaseContentNegotiation):
    """Answers in the one form an address has, whatever ``Accept`` says: browsers and curl send all sorts."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        content_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        first = next(iter(renderers))
        return first, first.media_type


class RecordView(APIView):
    """An address that shows a part of the record."""

    schema = RecordSchema()
    renderer_classes = [JsonRenderer]
    parser_classes = [BoundedJson]
    content_negotiation_class = AlwaysJson
    permission_classes: Sequence[Any] = ()
    own: tuple[str, ...] = ()
    is_conditional = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD") and self.is_conditional:
            self.tag = versions.etag(request.path, canonical(request.query_params))

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Unchanged):
            self.headers["ETag"] = self.tag
            return Response(status=304)
        if isinstance(exc, Moved):
            exc = Moved(self.moved_to(exc.to))
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method in ("GET", "HEAD") and response.status_code in (200, 304) and hasattr(self, "tag"):
            response["ETag"] = self.tag
            patch_cache_control(response, public=True, no_cache=True)
        return response

    def moved_to(self, name: str) -> str:
        """Return the address of the row that took this one's place."""
        path = self.request.path
        old = next((one for one in self.kwargs.values() if isinstance(one, str)), "")
        head, _, tail = path.rpartition(f"/{old}")
        query = self.request.META.get("QUERY_STRING", "")
        return f"{head}/{name}{tail}" + (f"?{query}" if query else "")

    def unless_unchanged(self, request: Request) -> None:
        """Leave with 304 if the asker holds this very version. Call once the question is known to be right."""
        found = get_conditional_response(request._request, etag=self.tag)
        if found is not None and found.status_code == 304:
            raise _Unchanged


class _Unchanged(Exception):
    """The asker holds this version."""


def canonical(params: QueryDict) -> str:
    """Return the parameters sorted, without those that only say where the reader came from."""
    pairs = [
        (name, value) for name in sorted(params) for value in params.getlist(name) if not filters.TRACKING.match(name)
    ]
    return urlencode(pairs)


def only(request: Request, *known: str) -> None:
    """Refuse every parameter that is not one of these."""
    problems = []
    for name in request.query_params:
        if name in known or filters.TRACKING.match(name):
            continue
        near = nearest(name, known)
        hint = f" Did you mean “{near}”?" if near else ""
        problems.append(Problem(name[:60], f"There is no parameter “{name[:60]}” here.{hint}", near))
    if problems:
        raise FilterError(*problems)


def once(params: QueryDict, name: str) -> str:
    """Return the value of a parameter that may be given once."""
    values = params.getlist(name)
    if len(values) > 1:
        raise FilterError(Problem(name, f"“{name}” can be given once only."))
    return values[0] if values else ""


def page_size(params: QueryDict, default: int = lists.SIZE) -> int:
    """Return the size of the page asked for."""
    given = once(params, "page_size")
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or len(given) > 4 or not 1 <= int(given) <= lists.MAX_SIZE:
        raise FilterError(Problem("page_size", f"page_size is a number from 1 to {lists.MAX_SIZE}."))
    return int(given)


def wrong(parameter: str, message: str) -> FilterError:
    """Return the error of one parameter."""
    return FilterError(Problem(parameter, message))


def switch(params: QueryDict, name: str) -> bool:
    """Return whether a switch is on."""
    given = once(params, name)
    if given not in ("", "true", "false"):
        raise FilterError(Problem(name, f"{name}: write true or false."))
    return given == "true"


def fields(params: QueryDict, known: Iterable[str]) -> list[str] | None:
    """Return the fields asked for, or None for all. Refuses those that the rows do not have.

    The first of ``known`` names the row and is always there.
    """
    given = once(params, "fields")
    if not given:
        return None
    names = list(known)
    asked = list(dict.fromkeys([names[0], *(part.strip() for part in given.split(",") if part.strip())]))
    problems = []
    for name in asked[: lists.MAX_SIZE]:
        if name not in names:
            near = nearest(name, names)
            hint = f" Did you mean “{near}”?" if near else f" There are {', '.join(names)}."
            problems.append(Problem("fields", f"There is no field “{name[:60]}”.{hint}", near))
    if problems:
        raise FilterError(*problems)
    return asked


def sparse(body: Mapping[str, Any], asked: Sequence[str] | None) -> dict[str, Any]:
    """Leave only the fields asked for."""
    return dict(body) if asked is None else {name: body[name] for name in asked if name in body}


def listed(
    request: Request,
    rows: Sequence[Mapping[str, Any]],
    *,
    next: str | None,
    previous: str | None,
    count: tuple[int, bool] | None = None,
    **more: Any,
) -> Response:
    """Answer with a page: rows, links to its neighbours in the body and in ``Link``, and a count if asked for."""
    links = {name: beside(request, cursor) for name, cursor in (("next", next), ("previous", previous))}
    body: dict[str, Any] = {**links, **more}
    if count is not None:
        body["count"], body["count_is_capped"] = count
    body["results"] = rows
    relations = {"next": "next", "previous": "prev"}
    header = ", ".join(f'<{url}>; rel="{relations[name]}"' for name, url in links.items() if url)
    return Response(body, headers={"Link": header} if header else None)


def beside(request: Request, cursor: str | None) -> str | None:
    """Return the address of the page at a cursor, with everything else asked as it was."""
    if cursor is None:
        return None
    pairs = [
        (name, value)
        for name in sorted(request.query_params)
        for value in request.query_params.getlist(name)
        if name != "cursor" and not filters.TRACKING.match(name)
    ]
    return f"{settings.SITE_URL}{request.path}?{urlencode([*pairs, ('cursor', cursor)])}"


def at(path: str) -> str:
    """Return the absolute address of a path under the API."""
    return f"{settings.SITE_URL}/api/v1/{path}"
