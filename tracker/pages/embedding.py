"""Parts of pages that other sites may show in a frame, and the oEmbed answer that tells them how.

The only pages that may be framed: everything else forbids it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from tracker.pages import entries, errors, event_page, silence_page, statement_page
from tracker.pages.conditional import conditional
from tracker.reading import lookups, overview, silence
from tracker.reading.errors import FilterError, Gone, Missing, Moved, Problem

WIDTH = 680
HEIGHTS = {"statement": 320, "event": 620, "silence": 560}
LEAST, MOST = 240, 2000


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Let every site show this view in a frame."""
    answered = require_safe(errors.answering(conditional(view)))
    return xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(answered))


@framed
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """One statement as it stands in a list."""
    found = lookups.statement_page(public_id)
    return _part(
        request,
        "statement",
        {
            "title": statement_page.headline(found.statement),
            "entry": entries.entry(found.statement),
            "whole": reverse("pages:statement", args=[found.statement.public_id]),
            "is_sample": found.statement.event.root.is_sample,
        },
    )


@framed
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """Who spoke when on an event, on which side."""
    found = lookups.event_page(slug)
    as_of = event_page.today(found.event)
    context = event_page.context(found, overview.charted(slug), board=None, as_of=as_of)
    return _part(request, "event", context | {"whole": reverse("pages:event", args=[slug])})


@framed
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """How many of the watched had spoken, and where no statement was found."""
    found = silence.silence(slug, request.GET)
    path = reverse("pages:silence", args=[slug])
    context = silence_page.context(found, path)
    return _part(request, "silence", context | {"whole": silence_page.address(path, found.query)})


@require_safe
@errors.answering
def oembed(request: HttpRequest) -> HttpResponse:
    """How to embed a page of ours, by its address (oembed.com)."""
    known = {"url", "format", "maxwidth", "maxheight"}
    for name in request.GET:
        if name not in known:
            raise FilterError(Problem(name[:60], f"There is no parameter “{name[:60]}” here."))
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "Only format=json is offered."}, status=501)
    try:
        width = min(_number(request, "maxwidth", WIDTH), WIDTH)
        kind, title, source = _meant(request.GET.get("url", ""))
    except (Missing, Moved, Gone, Resolver404):
        return JsonResponse({"error": "There is no page of ours at this address that could be embedded."}, status=404)
    height = min(_number(request, "maxheight", HEIGHTS[kind]), HEIGHTS[kind])
    frame = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" style="border:0;max-width:100%"></iframe>',
        source,
        width,
        height,
        title,
    )
    return JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": settings.SITE_NAME,
            "provider_url": settings.SITE_URL,
            "cache_age": 3600,
            "width": width,
            "height": height,
            "html": frame,
        }
    )


def _meant(url: str) -> tuple[str, str, str]:
    """Return the kind, title and frame's address of one of our pages."""
    try:
        parts = urlsplit(url[:500])
    except ValueError as error:
        raise Missing(url[:80]) from error
    ours = urlsplit(settings.SITE_URL)
    if (parts.scheme, parts.netloc) != (ours.scheme, ours.netloc):
        raise Missing(url[:80])
    match = resolve(parts.path)
    query = f"?{parts.query}" if parts.query else ""
    if match.view_name == "pages:statement":
        found = lookups.statement_page(match.kwargs["public_id"]).statement
        kind, title, name = "statement", statement_page.headline(found), found.public_id
    elif match.view_name in ("pages:event", "pages:silence"):
        page = lookups.event_page(match.kwargs["slug"])
        kind, title, name = match.view_name.removeprefix("pages:"), page.event.title, page.event.slug
    else:
        raise Missing(url[:80])
    frame = settings.SITE_URL + reverse(f"pages:embed-{kind}", args=[name])
    return kind, title, frame + (query if kind == "silence" else "")


def _number(request: HttpRequest, name: str, default: int) -> int:
    given = request.GET.get(name, "")
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or not LEAST <= int(given[:6]) <= MOST * 10:
        raise FilterError(Problem(name, f"{name}: write a number of pixels, {LEAST} or more."))
    return int(given)


def _part(request: HttpRequest, kind: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"tracker/embed_{kind}.html", {"noindex": True, **context})
