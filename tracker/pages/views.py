"""The public pages. Each view asks ``reading`` once and puts the answer into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.views.decorators.http import require_safe

from tracker.models import Company, Event
from tracker.models.choices import Entity, Sector
from tracker.pages import (
    about_page,
    agreed,
    asides,
    asked,
    changes,
    citing,
    entries,
    errors,
    event_page,
    indexes,
    lists,
    profiles,
    search_page,
    share,
    silence_page,
    statement_page,
    telling,
    versions_page,
    words,
)
from tracker.pages.codebook import codebook
from tracker.pages.conditional import conditional
from tracker.reading import agreement, filters, lookups, overview, places
from tracker.reading import changes as ledger
from tracker.reading import search as looking
from tracker.reading import silence as board_of
from tracker.reading.around import around
from tracker.reading.errors import FilterError, Missing, Problem


@require_safe
@errors.answering
@conditional
def timeline(request: HttpRequest) -> HttpResponse:
    """All statements."""
    made = lists.listing(request)
    return lists.answer(request, "tracker/timeline.html", {"section": "timeline", "title": "Timeline"}, made)


@require_safe
@errors.answering
@conditional
def events(request: HttpRequest) -> HttpResponse:
    """Every event, by its tree."""
    trees = [
        {
            "event": tree[0].event,
            "href": reverse("pages:event", args=[tree[0].event.slug]),
            "silence_href": reverse("pages:silence", args=[tree[0].event.slug]),
            "rows": event_page.rows(tree),
        }
        for tree in lookups.trees()
    ]
    return render(
        request,
        "tracker/events.html",
        {"section": "events", "title": "Events", "trees": trees, "canonical": reverse("pages:events")},
    )


@require_safe
@errors.answering
@conditional
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One event: its tree, who spoke when on which side, and the statements."""
    found = lookups.event_page(slug)
    made = lists.listing(request, fixed={"event": [slug]})
    below = event_page.below(found)
    _with_context(made, events=[branch.event for branch in below], zone=found.root.time_zone)
    context: dict[str, Any] = {"has_asides": True}
    if not (request.htmx and request.htmx.target == "results"):  # type: ignore[attr-defined]
        as_of = event_page.today(found.event)
        board = silence_page.event_figure(board_of.silence(slug))
        context |= event_page.context(found, overview.charted(slug), board=board, as_of=as_of)
        context["tell_href"] = telling.about("event", slug)
    return lists.answer(request, "tracker/event.html", context, made)


def _with_context(
    made: lists.Listing,
    *,
    events: Sequence[Event] = (),
    company: Company | None = None,
    rows: Sequence[str] = (),
    zone: str = "UTC",
) -> None:
    """Put what happened, who was asked and what was corrected between the statements of a page."""
    if not made.days:
        return
    first, last = asides.span(made.days, newest=not made.newer_url, oldest=not made.older_url)
    found = around(events=[one.pk for one in events], company=company, rows=rows, first=first, last=last)
    made.days = asides.merged(made.days, asides.of(found, events, first=first, last=last, zone=zone))


@require_safe
@errors.answering
@conditional
def silence(request: HttpRequest, slug: str) -> HttpResponse:
    """Who of the watched has responded to an event, and where no statement was found."""
    found = board_of.silence(slug, request.GET)
    if any(not value for _, values in request.GET.lists() for value in values):
        return HttpResponseRedirect(silence_page.address(request.path, found.query))
    return render(request, "tracker/silence.html", silence_page.context(found, request.path))


@require_safe
@errors.answering
@conditional
def silence_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same board as CSV, a line a company."""
    found = board_of.silence(slug, request.GET)
    response = HttpResponse("".join(silence_page.csv_text(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.event.slug}-silence-{found.question.until}.csv"'
    return response


@require_safe
@errors.answering
@conditional
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """One statement with its evidence."""
    found = lookups.statement_page(public_id)
    return render(request, "tracker/statement.html", statement_page.context(found))


@require_safe
@errors.answering
@conditional
def versions(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a statement said before it was corrected or updated."""
    found = lookups.statement_page(public_id)
    name = found.statement.public_id
    context = {
        "section": "events",
        "title": f"Earlier versions of {name}",
        "public_id": name,
        "statement_href": reverse("pages:statement", args=[name]),
        "versions": versions_page.versions(ledger.versions_of(Entity.STATEMENT, name)),
        "canonical": reverse("pages:versions", args=[name]),
        "is_sample": found.statement.event.root.is_sample,
        "json_href": f"/api/v1/statements/{name}/versions/",
        "tell_href": telling.about("statement", name),
    }
    return render(request, "tracker/versions.html", context)


@require_safe
@errors.answering
@conditional
def cite(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """How to cite a statement, for programs that keep references."""
    found = lookups.statement_page(public_id)
    one = citing.of(found.statement, version=found.versions, updated=found.updated_at)
    body, kind = {
        "bib": (citing.bibtex, "application/x-bibtex"),
        "ris": (citing.ris, "application/x-research-info-systems"),
    }[form]
    response = HttpResponse(body(one), content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.statement.public_id}.{form}"'
    return response


@require_safe
@errors.answering
@conditional
def share_statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """The picture beside a shared link to a statement."""
    found = lookups.statement_page(public_id)
    picture = share.of_statement(found.statement, statement_page.headline(found.statement))
    return _picture(request, picture, is_sample=found.statement.event.root.is_sample)


@require_safe
@errors.answering
@conditional
def share_event(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture beside a shared link to an event."""
    found = lookups.event_page(slug)
    return _picture(request, share.of_event(found), is_sample=found.root.is_sample)


def _picture(request: HttpRequest, picture: share.Picture, *, is_sample: bool) -> HttpResponse:
    context = {"picture": picture, "is_sample": is_sample}
    return render(request, "tracker/share.svg", context, content_type="image/svg+xml")


@require_safe
@errors.answering
@conditional
def inquiry(request: HttpRequest, public_id: str) -> HttpResponse:
    """One inquiry: who asked whom, and what came of it."""
    found = lookups.inquiry_page(public_id)
    one = asked.line(found.inquiry)
    return render(
        request,
        "tracker/inquiry.html",
        {
            "section": "events",
            "title": f"{one.company.text}: {one.outcome.lower()}",
            "one": one,
            "sources": statement_page.sources(list(found.inquiry.citations.all())),
            "corrections": [changes.change(correction) for correction in found.corrections],
            "canonical": one.href,
            "is_sample": found.inquiry.event.root.is_sample,
            "json_href": f"/api/v1/inquiries/{one.public_id}/",
            "tell_href": telling.about("inquiry", one.public_id),
        },
    )


@require_safe
@errors.answering
@conditional
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """One report: where it is, and what it is evidence for. Never its text."""
    found = lookups.report_page(public_id)
    held = found.report
    return render(
        request,
        "tracker/report.html",
        {
            "title": held.headline or held.public_id,
            "report": held,
            "outlet": entries.outlet_name(held.outlet) if held.outlet else None,
            "published": held.published.words() if held.published else "",
            "captures": sorted(held.captures.all(), key=lambda capture: capture.pk),
            "entries": [entries.brief(one) for one in found.statements],
            "inquiries": [asked.line(one) for one in found.inquiries],
            "canonical": reverse("pages:report", args=[held.public_id]),
            "is_sample": held.outlet is not None and held.outlet.is_sample,
            "json_href": f"/api/v1/reports/{held.public_id}/",
        },
    )


@require_safe
@errors.answering
@conditional
def company(request: HttpRequest, slug: str) -> HttpResponse:
    """One company: what it told its staff and the public, when it was asked, what is watched."""
    found = lookups.company_page(slug)
    made = lists.listing(request, fixed={"company": [slug]})
    _with_context(made, company=found.company, rows=[one.public_id for one in found.statements])
    context = (
        {"has_asides": True}
        | profiles.company(found)
        | {"section": "companies", "tell_href": telling.about("company", slug)}
    )
    return lists.answer(request, "tracker/company.html", context, made)


@require_safe
@errors.answering
@conditional
def person(request: HttpRequest, slug: str) -> HttpResponse:
    """One person in a public role."""
    found = lookups.person_page(slug)
    made = lists.listing(request, fixed={"person": [slug]})
    context = profiles.person(found) | {"section": "people", "tell_href": telling.about("person", slug)}
    return lists.answer(request, "tracker/person.html", context, made)


@require_safe
@errors.answering
@conditional
def outlet(request: HttpRequest, slug: str) -> HttpResponse:
    """One outlet: what rests on its reports."""
    found = lookups.outlet_page(slug)
    made = lists.listing(request, fixed={"outlet": [slug]})
    context = profiles.outlet(found) | {"tell_href": telling.about("outlet", slug)}
    return lists.answer(request, "tracker/outlet.html", context, made)


@require_safe
@errors.answering
@conditional
def sector(request: HttpRequest, key: str) -> HttpResponse:
    """One sector: the statements of its companies."""
    if key not in Sector.values:
        raise Missing(key)
    made = lists.listing(request, fixed={"sector": [key]})
    context: dict[str, Any] = {
        "section": "companies",
        "title": words.label("Sector", key),
        "sector": key,
        "sector_words": words.label("Sector", key),
    }
    return lists.answer(request, "tracker/sector.html", context, made)


@require_safe
@errors.answering
@conditional
def methodology(request: HttpRequest) -> HttpResponse:
    """The codebook, and how far coders agree who apply it."""
    return render(
        request,
        "tracker/methodology.html",
        {
            "section": "methodology",
            "title": "Methodology",
            "codebook": codebook(),
            "agreement": agreed.lines(agreement.agreement()),
            "fewest": agreement.FEWEST,
            "canonical": reverse("pages:methodology"),
        },
    )


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read: everything public."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@errors.answering
@conditional
def companies(request: HttpRequest) -> HttpResponse:
    """Every company, by letter and by name."""
    return render(request, "tracker/companies.html", indexes.companies(request))


@require_safe
@errors.answering
@conditional
def people(request: HttpRequest) -> HttpResponse:
    """Everybody known to the record in a public role."""
    return render(request, "tracker/people.html", indexes.people(request))


@require_safe
@conditional
def sectors(request: HttpRequest) -> HttpResponse:
    """The sectors, with what is on record in each."""
    rows = [
        {"key": key, "words": words.label("Sector", key), "companies": companies, "statements": statements}
        for key, companies, statements in overview.sectors()
    ]
    return render(
        request,
        "tracker/sectors.html",
        {"section": "companies", "title": "Sectors", "sectors": rows, "canonical": reverse("pages:sectors")},
    )


@require_safe
@errors.answering
@conditional
def corrections(request: HttpRequest) -> HttpResponse:
    """Every public change to a published row."""
    return render(request, "tracker/corrections.html", indexes.corrections(request))


@require_safe
@conditional
def about(request: HttpRequest) -> HttpResponse:
    """What is on record, how to take it away, and what its fields mean."""
    return render(request, "tracker/about.html", about_page.context())


@require_safe
@errors.answering
@conditional
def search(request: HttpRequest) -> HttpResponse:
    """Words in quotes and summaries, and names of companies, people and events."""
    unknown = [name for name in request.GET if name != "q" and not filters.TRACKING.match(name)]
    if unknown:
        raise FilterError(*(Problem(name[:60], f"There is no parameter “{name[:60]}” here.") for name in unknown))
    asked = request.GET.get("q", "").strip()
    found = looking.search(asked) if asked else None
    return render(request, "tracker/search.html", search_page.context(found))


@require_safe
@conditional
def sitemap(request: HttpRequest) -> HttpResponse:
    """The map of all maps, one for each kind of page."""
    maps = [settings.SITE_URL + reverse("pages:sitemap-part", args=[kind, number]) for kind, number in places.parts()]
    body = loader.render_to_string("tracker/sitemap_index.xml", {"maps": maps})
    return HttpResponse(body, content_type="application/xml")


@require_safe
@errors.answering
@conditional
def sitemap_part(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One map: the public pages of a kind, with the day of their last change."""
    rows = [
        (settings.SITE_URL + reverse(f"pages:{kind}", args=[name]), changed)
        for name, changed in places.part(kind, number)
    ]
    body = loader.render_to_string("tracker/sitemap.xml", {"rows": rows})
    return HttpResponse(body, content_type="application/xml")
