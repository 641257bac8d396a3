"""The public pages."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tracker.pages import errors, lists, statement_page
from tracker.pages.codebook import codebook


@require_safe
@errors.answering
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
    from tracker.models import Statement
    from tracker.reading.timeline import with_evidence

    found = with_evidence(Statement.objects.filter(public_id=public_id)).get()
    return render(request, "tracker/statement.html", statement_page.context(found))


def inquiry(request: HttpRequest, public_id: str) -> HttpResponse:
    return HttpResponse("inquiry")


def report(request: HttpRequest, public_id: str) -> HttpResponse:
    return HttpResponse("report")


def corrections(request: HttpRequest) -> HttpResponse:
    return HttpResponse("corrections")


def methodology(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "tracker/methodology.html",
        {
            "section": "methodology",
            "title": "Methodology",
            "codebook": codebook(),
            "canonical": reverse("pages:methodology"),
        },
    )


def about(request: HttpRequest) -> HttpResponse:
    return HttpResponse("about")


def search(request: HttpRequest) -> HttpResponse:
    return HttpResponse("search")


def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def sitemap(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sitemap")
