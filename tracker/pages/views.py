"""The public pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tracker.pages import lists


def timeline(request: HttpRequest) -> HttpResponse:
    made = lists.listing(request)
    return lists.answer(request, "tracker/timeline.html", {"section": "timeline", "title": "Timeline"}, made)


def events(request: HttpRequest) -> HttpResponse:
    return HttpResponse("events")


def event(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("event")


def silence(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("silence")


def companies(request: HttpRequest) -> HttpResponse:
    return HttpResponse("companies")


def company(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("company")


def people(request: HttpRequest) -> HttpResponse:
    return HttpResponse("people")


def person(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("person")


def sectors(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sectors")


def sector(request: HttpRequest, key: str) -> HttpResponse:
    return HttpResponse("sector")


def outlet(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse("outlet")


def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    return HttpResponse("statement")


def inquiry(request: HttpRequest, public_id: str) -> HttpResponse:
    return HttpResponse("inquiry")


def report(request: HttpRequest, public_id: str) -> HttpResponse:
    return HttpResponse("report")


def corrections(request: HttpRequest) -> HttpResponse:
    return HttpResponse("corrections")


def methodology(request: HttpRequest) -> HttpResponse:
    return HttpResponse("methodology")


def about(request: HttpRequest) -> HttpResponse:
    return HttpResponse("about")


def search(request: HttpRequest) -> HttpResponse:
    return HttpResponse("search")


def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("robots")


def sitemap(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sitemap")
