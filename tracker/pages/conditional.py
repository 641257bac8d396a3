"""Conditional requests: a page that has not changed since the reader's copy costs one query.

The entity tag is of the record, not of the page: ledger, coverage, day and code
(``reading.versions``) with the whole address and what htmx asked for. Only an answer
with status 200 carries one; a page that could not be shown is asked for again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control

from tracker.reading import versions


def conditional(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 304 without running the view when the reader has this version of the page already."""

    @functools.wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tag = versions.etag(
            request.get_full_path(),
            request.headers.get("HX-Request", ""),
            request.headers.get("HX-Target", ""),
            request.headers.get("HX-History-Restore-Request", ""),
            f"{timezone.now():%Y-%m-%d %H}",  # it becomes another day at another hour in each event's zone
            str(settings.SAMPLE_DATA),
            settings.SITE_URL,
        )
        unchanged = get_conditional_response(request, etag=tag)
        if unchanged is not None and unchanged.status_code == 304:
            return _marked(unchanged, tag)
        response = view(request, *args, **kwargs)
        return _marked(response, tag) if response.status_code == 200 else response

    return asked


def _marked(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    patch_cache_control(response, public=True, no_cache=True)
    return response
