"""What a reader is told when a page cannot be shown, in the same voice as the record.

Addresses under /api/ answer in problem+json instead.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse

from tracker.models.choices import StatementState, TakenDown
from tracker.pages import words
from tracker.reading.errors import FilterError, Gone, Missing, Moved, Problem
from tracker.reading.filters import PARAMETERS

# Controls of ASCII, DEL, and in UTF-8 those of Latin-1 and the non-characters at the end of the first plane.
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]")
HEADINGS = {
    400: "We could not read this address",
    403: "This is not open to you",
    404: "There is no such page",
    410: "This has been taken down",
    429: "Too many requests from here",
    500: "Something went wrong on our side",
}
LINES = {
    400: "Something in the request makes no sense to us, and guessing would be worse.",
    403: "You may need to sign in, or the form was open for too long. Go back and try again.",
    404: "Nothing is published at this address. It may be misspelt, or not have been published yet.",
    429: "Please wait a minute and try again. Everything is also available in bulk.",
}


def answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view raise what ``reading`` raises; each becomes its page."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return _legible(view(request, *args, **kwargs))
        except FilterError as error:
            return refused(request, error)
        except Missing:
            return page(request, 404)
        except Gone as error:
            return gone(request, error.tombstone)
        except Moved as error:
            assert request.resolver_match is not None
            path = reverse(request.resolver_match.view_name, args=[error.to])
            query = request.META.get("QUERY_STRING", "")
            return moved(f"{path}?{query}" if query else path)

    return answered


def _legible(response: HttpResponse) -> HttpResponse:
    """Leave out what no page may hold: control characters, should any have come into the record past ``review``."""
    if response.streaming or not response.get("Content-Type", "").startswith(("text/html", "image/svg+xml")):
        return response
    content = CONTROLS.sub(b"", response.content)
    if content != response.content:
        response.content = content
    return response


def refused(request: HttpRequest, error: FilterError) -> HttpResponse:
    """Answer 400 to a filter we do not know, with the address that was probably meant."""
    return page(
        request,
        400,
        heading="We cannot filter by that",
        lines=[problem.message for problem in error.problems],
        suggestions=[one for problem in error.problems for one in _meant(request, problem)],
        note="A filter that is left out without a word would show more than you asked for; so we ask.",
    )


def gone(request: HttpRequest, tombstone: dict[str, Any]) -> HttpResponse:
    """Answer 410: what remains of a row that was taken down, or that is being examined."""
    name = str(tombstone.get("id", "This row"))
    if tombstone.get("state") == StatementState.WITHHELD:
        return page(
            request,
            410,
            heading=f"{name} is being examined",
            lines=[
                "A complaint about this row has reached us. It is not shown, counted or exported until it is settled."
            ],
        )
    category = str(tombstone.get("category") or "")
    lines = [f"Reason: {words.label('TakenDown', category).lower()}." if category in TakenDown.values else ""]
    published, taken = tombstone.get("published_at"), tombstone.get("taken_down_at")
    if published:
        until = f" and taken down {words.day(str(taken))}" if taken else ""
        lines.append(f"It was published {words.day(str(published))}{until}.")
    if tombstone.get("note"):
        lines.append(str(tombstone["note"]))
    return page(request, 410, heading=f"{name} has been taken down", lines=[line for line in lines if line])


def _meant(request: HttpRequest, problem: Problem) -> Iterator[tuple[str, str]]:
    """Yield the address with the nearest right word, and the one without the filter in question."""
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    mine = [value for name, value in pairs if name == problem.parameter]
    rest = [(name, value) for name, value in pairs if name != problem.parameter]
    if problem.suggestion and mine:
        if problem.parameter in PARAMETERS:
            fixed = [(problem.parameter, problem.suggestion)] if len(mine) == 1 else []
        else:
            fixed = [(problem.suggestion, value) for value in mine]
        if fixed:
            said = " and ".join(f"{name}={value}" for name, value in fixed)
            yield (f"Show it with {said}", f"{request.path}?{urlencode(rest + fixed)}")
    query = urlencode(rest)
    yield (f"Show it without {problem.parameter}", f"{request.path}?{query}" if query else request.path)


def page(
    request: HttpRequest,
    status: int,
    *,
    heading: str = "",
    lines: Sequence[str] = (),
    suggestions: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> HttpResponse:
    """Answer with an error page. ``suggestions`` are (words, address) pairs."""
    context = {
        "title": heading or HEADINGS[status],
        "heading": heading or HEADINGS[status],
        "lines": lines or [LINES.get(status, "")],
        "suggestions": suggestions,
        "status": status,
        "noindex": True,
        **more,
    }
    return _legible(render(request, "tracker/error.html", context, status=status))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return _problem(request, 400) or page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return _problem(request, 403) or page(request, 403)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is missing or stale."""
    return _problem(request, 403) or page(
        request, 403, lines=["The form was open for too long, or cookies are off. Go back, reload and send it again."]
    )


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer 429 to a sign-in after too many failures."""
    return page(
        request,
        429,
        heading="Too many failed sign-ins",
        lines=["This name is locked from your address for a quarter of an hour."],
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, or redirect an address that lacks only its last slash."""
    problem = _problem(request, 404)
    if problem:
        return problem
    said = getattr(exception, "args", None)
    line = said[0] if said and isinstance(said[0], str) and not isinstance(said[0], dict) else ""
    return page(request, 404, lines=[line] if line and getattr(exception, "for_readers", False) else [])


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database: it may be what is broken."""
    return _problem(request, 500) or HttpResponse(loader.get_template("tracker/error_500.html").render(), status=500)


def moved(address: str) -> HttpResponsePermanentRedirect:
    """Answer 308: the row lives at another address for good."""
    response = HttpResponsePermanentRedirect(address)
    response.status_code = 308
    return response


def _problem(request: HttpRequest, status: int) -> HttpResponse | None:
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse(
        {"type": "about:blank", "title": HEADINGS[status], "status": status, "detail": LINES.get(status, "")},
        status=status,
        content_type="application/problem+json",
    )
