"""What a reader is told when a page cannot be shown, in the same voice as the record.

Addresses under /api/ answer in problem+json instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader

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
    return render(request, "tracker/error.html", context, status=status)


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
