"""The feeds that stand beside pages: the same questions as the API's, at addresses that people subscribe to."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from tracker.pages import errors
from tracker.reading import feeds, filters, lookups, versions
from tracker.reading.errors import FilterError, Problem

FORMS = {"atom": (feeds.atom, feeds.ATOM), "json": (feeds.json_feed, feeds.JSON_FEED)}


@require_safe
@errors.answering
def timeline(request: HttpRequest, form: str) -> HttpResponse:
    """The timeline, filtered like its page."""
    return _statements(request, form, {})


@require_safe
@errors.answering
def event(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """One event, with those below it."""
    found = lookups.event_page(slug)
    return _statements(request, form, {"event": [slug]}, title=found.event.title, page=f"/events/{slug}/")


@require_safe
@errors.answering
def company(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """One company, in any voice."""
    found = lookups.company_page(slug)
    return _statements(request, form, {"company": [slug]}, title=found.company.name, page=f"/companies/{slug}/")


@require_safe
@errors.answering
def person(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """One person."""
    found = lookups.person_page(slug)
    return _statements(request, form, {"person": [slug]}, title=found.person.name, page=f"/people/{slug}/")


@require_safe
@errors.answering
def corrections(request: HttpRequest, form: str) -> HttpResponse:
    """Corrections and updates."""
    if request.GET:
        name = next(iter(request.GET))
        raise FilterError(Problem(name, "This feed takes no parameters."))
    tag = versions.etag(request.path)
    return _unchanged(request, tag) or _answer(request, form, feeds.of_corrections(), tag)


def _statements(
    request: HttpRequest, form: str, about: dict[str, list[str]], *, title: str = "", page: str = ""
) -> HttpResponse:
    own = filters.read(request.GET)
    for name in about:
        if name in own:
            raise FilterError(Problem(name, f"This feed is about one {name} already."))
    bound = filters.cleaned({**own, **about})
    tag = versions.etag(request.path, filters.canonical(own))
    unchanged = _unchanged(request, tag)
    if unchanged is not None:
        return unchanged
    made = feeds.of_statements(bound, title=title, page=f"{settings.SITE_URL}{page}" if page and not own else "")
    return _answer(request, form, made, tag, query=filters.canonical(own))


def _unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    found = get_conditional_response(request, etag=tag)
    if found is None or found.status_code != 304:
        return None
    return HttpResponse(status=304, headers={"ETag": tag})


def _answer(request: HttpRequest, form: str, made: feeds.Feed, tag: str, *, query: str = "") -> HttpResponse:
    write, content_type = FORMS[form]
    address = f"{settings.SITE_URL}{request.path}" + (f"?{query}" if query else "")
    response = HttpResponse(write(made, address=address), content_type=content_type)
    response["ETag"] = tag
    response["Link"] = f'<{address}>; rel="self"'
    patch_cache_control(response, public=True, no_cache=True)
    return response
