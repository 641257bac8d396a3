"""What programs are told when something is wrong: RFC 9457 problem documents, never a stack trace.

``type`` is the address of a section of the API's own documentation, stable within v1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from rest_framework import exceptions
from rest_framework.response import Response

from tracker.reading.errors import FilterError, Gone, Missing, Moved

MEDIA_TYPE = "application/problem+json"
# Each key is an anchor in docs/api.md and part of the stable addresses in ``type``.
TITLES = {
    "bad-request": "The request makes no sense",
    "bad-filter": "The filter cannot be applied as asked",
    "bad-field": "The body is not right",
    "not-signed-in": "A key is needed",
    "not-allowed": "This key may not do that",
    "not-found": "Nothing is published here",
    "wrong-method": "This address does not take that method",
    "not-acceptable": "This address answers in JSON",
    "conflict": "This contradicts what is there already",
    "key-reused": "The same key was used for another request",
    "gone": "This has been taken down, or is being examined",
    "too-large": "The body is too large",
    "wrong-media-type": "Send JSON",
    "too-many-requests": "Too many requests",
    "our-fault": "Something went wrong on our side",
    "not-now": "This is not possible just now",
}
KINDS = {
    400: "bad-request",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "wrong-method",
    406: "not-acceptable",
    409: "conflict",
    410: "gone",
    413: "too-large",
    415: "wrong-media-type",
    422: "key-reused",
    429: "too-many-requests",
    500: "our-fault",
    503: "not-now",
}


class Conflict(exceptions.APIException):
    """The request contradicts an earlier one."""

    status_code = 409
    default_code = "conflict"


class KeyReused(exceptions.APIException):
    """The sender's key came with another body before."""

    status_code = 422
    default_code = "key_reused"


class TooLarge(exceptions.APIException):
    """The body is longer than we read."""

    status_code = 413
    default_code = "too_large"


def problem(
    status: int, detail: str, *, kind: str = "", errors: Iterable[Mapping[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """Return a problem document. ``more`` are extension members."""
    name = kind or KINDS.get(status, "bad-request" if status < 500 else "our-fault")
    return {
        "type": f"{settings.SITE_URL}/api/v1/docs/#problem-{name}",
        "title": TITLES[name],
        "status": status,
        "detail": detail,
        "errors": list(errors),
        **more,
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn what a view raised into an answer. None lets it rise: that is a bug of ours, and is logged as one."""
    answer = _answer(error)
    if answer is None:
        return None
    answer.content_type = MEDIA_TYPE
    view = context.get("view")
    if view is not None and answer.status_code != 308:
        view.headers.update({"Cache-Control": "no-store"})
    return answer


def _answer(error: Exception) -> Response | None:
    if isinstance(error, FilterError):
        errors = [
            {"parameter": one.parameter, "message": one.message, "suggestion": one.suggestion or None}
            for one in error.problems
        ]
        detail = " ".join(one.message for one in error.problems)
        return Response(problem(400, detail, kind="bad-filter", errors=errors), status=400)
    if isinstance(error, Moved):
        return Response(None, status=308, headers={"Location": error.to})
    if isinstance(error, Gone):
        being_examined = error.tombstone.get("state") == "withheld"
        detail = "It is being examined after a complaint." if being_examined else "It was withdrawn."
        return Response(problem(410, detail, tombstone=error.tombstone), status=410)
    if isinstance(error, (Missing, Http404)):
        return Response(problem(404, "Nothing is published at this address."), status=404)
    if isinstance(error, (PermissionDenied, exceptions.PermissionDenied)):
        detail = str(getattr(error, "detail", "") or "You may not do that.")
        return Response(problem(403, detail), status=403)
    if isinstance(error, (RequestDataTooBig, TooManyFieldsSent)):
        return Response(problem(413, "The body is too large."), status=413)
    if isinstance(error, exceptions.ValidationError):
        return Response(
            problem(400, "The body is not right.", kind="bad-field", errors=list(_fields(error.detail))), status=400
        )
    if isinstance(error, exceptions.APIException):
        headers = {}
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(-(-wait // 1)))
        return Response(problem(error.status_code, str(error.detail)), status=error.status_code, headers=headers)
    if _is_askers_fault(error):
        return Response(problem(400, "A value is out of range, or is no text at all."), status=400)
    return None


def _is_askers_fault(error: Exception) -> bool:
    """Whether the database, or Python, refused a value that came in. Narrow on purpose: the rest are bugs."""
    if isinstance(error, (DataError, OverflowError, RecursionError, BadRequest, UnicodeError)):
        return True
    return isinstance(error, ValueError) and ("NUL" in str(error) or "null character" in str(error))


def _fields(detail: Any, at: str = "") -> Iterable[dict[str, Any]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _fields(inner, f"{at}.{name}" if at else str(name))
    elif isinstance(detail, (list, tuple)):
        for inner in detail:
            yield from _fields(inner, at)
    else:
        yield {"parameter": at or None, "message": str(detail), "suggestion": None}


def answer(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    """Answer a request under /api/ that no view took."""
    response = JsonResponse(problem(status, detail), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def no_such_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address under /api/ that does not exist: 404, or the one with the slash that was forgotten."""
    if not request.path.endswith("/"):
        try:
            found = resolve(f"{request.path}/")
        except Resolver404:
            found = None
        if found is not None and found.func is not no_such_address:
            query = request.META.get("QUERY_STRING", "")
            response = HttpResponse(status=308)
            response["Location"] = f"{request.path}/" + (f"?{query}" if query else "")
            return response
    return answer(request, 404, f"There is no such address. What there is: {settings.SITE_URL}/api/v1/")
