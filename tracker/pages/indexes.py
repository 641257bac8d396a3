"""Lists of names: companies by letter, people, corrections. Each asks the same list as the API does."""

from __future__ import annotations

import dataclasses
import string
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from tracker.models import Company, Person
from tracker.models.choices import CompanyKind, CorrectionReason, Sector
from tracker.pages import changes, words
from tracker.reading import lists, overview

SIZE = 100
LETTERS = ("#", *string.ascii_uppercase)


def _letter(value: str) -> str:
    if value not in LETTERS:
        raise ValueError("give one capital letter, or # for everything else.")
    return value


def _begins(values: list[str]) -> Q:
    if values[0] == "#":
        return ~Q(name__iregex=r"^[a-z]")
    return Q(name__istartswith=values[0])


COMPANIES = dataclasses.replace(
    lists.COMPANIES,
    order=("name", "slug"),
    parameters=(
        *lists.COMPANIES.parameters,
        lists.Parameter("letter", "First letter of the name.", _begins, _letter, LETTERS, False),
    ),
)
PEOPLE = dataclasses.replace(lists.PEOPLE, order=("name", "slug"))


@dataclasses.dataclass(frozen=True)
class Row:
    """One name in a list."""

    name: str
    href: str
    n: int
    kind: str = ""
    sector: str = ""
    region: str = ""
    role: str = ""


def companies(request: HttpRequest) -> dict[str, Any]:
    """Return what the list of companies shows."""
    question = lists.read(COMPANIES, request.GET, also=["cursor"])
    found = lists.asked(COMPANIES, question)
    page = lists.page(COMPANIES, found, cursor=request.GET.get("cursor", ""), size=SIZE)
    counts = overview.statements_of_companies(page.rows)
    letter = "".join(question.get("letter", []))
    sector = question.get("sector", [""])[0] if len(question.get("sector", [])) == 1 else ""
    held = overview.initials()
    path = reverse("pages:companies")
    rest = {name: values for name, values in question.items() if name != "letter"}
    return {
        "section": "companies",
        "title": "Companies",
        "q": "".join(question.get("q", [])),
        "sector": sector,
        "sector_words": words.label("Sector", sector) if sector else "",
        "sector_choices": Sector.choices,
        "letter": "another sign" if letter == "#" else letter,
        "letters": [
            (one, _href(path, {**rest, "letter": [one]}) if one in held else "", one == letter) for one in LETTERS
        ],
        "total": lists.capped_count(found)[0],
        "companies": [_company(company, counts.get(company.pk, 0)) for company in page.rows],
        "next_href": _beside(path, question, page.next),
        "prev_href": _beside(path, question, page.previous),
        "canonical": _href(path, question, request.GET.get("cursor", "")),
    }


def people(request: HttpRequest) -> dict[str, Any]:
    """Return what the list of people shows."""
    question = lists.read(PEOPLE, request.GET, also=["cursor"])
    found = lists.asked(PEOPLE, question)
    page = lists.page(PEOPLE, found, cursor=request.GET.get("cursor", ""), size=SIZE)
    counts = overview.statements_of_people(page.rows)
    path = reverse("pages:people")
    return {
        "section": "people",
        "title": "People",
        "q": "".join(question.get("q", [])),
        "total": lists.capped_count(found)[0],
        "people": [_person(person, counts.get(person.pk, 0)) for person in page.rows],
        "next_href": _beside(path, question, page.next),
        "prev_href": _beside(path, question, page.previous),
        "canonical": _href(path, question, request.GET.get("cursor", "")),
    }


def corrections(request: HttpRequest) -> dict[str, Any]:
    """Return what the page of corrections shows. A change of wording alone is shown only when asked for."""
    question = lists.read(lists.CORRECTIONS, request.GET, also=["cursor"])
    found = lists.asked(lists.CORRECTIONS, question)
    if "reason" not in question:
        found = found.exclude(reason=CorrectionReason.WORDING)
    page = lists.page(lists.CORRECTIONS, found, cursor=request.GET.get("cursor", ""), size=SIZE)
    total, capped = lists.capped_count(found)
    errors, _ = lists.capped_count(found.filter(reason=CorrectionReason.OUR_ERROR))
    path = reverse("pages:corrections")
    query = urlencode(question, doseq=True)
    return {
        "section": "corrections",
        "title": "Corrections",
        "reasons": CorrectionReason.choices,
        "reason": question.get("reason", [""])[0],
        "corrections": [changes.change(one) for one in page.rows],
        "total_words": f"{'More than ' if capped else ''}{words.counted(total, 'change', 'changes')}, "
        f"{words.counted(errors, 'of them a correction', 'of them corrections')}.",
        "older_href": _beside(path, question, page.next),
        "newer_href": _beside(path, question, page.previous),
        "canonical": _href(path, question, request.GET.get("cursor", "")),
        "alternates": [
            {
                "type": "application/json",
                "short": "JSON",
                "title": "Corrections as JSON",
                "href": f"/api/v1/corrections/{'?' + query if query else ''}",
            },
            {
                "type": "application/atom+xml",
                "short": "Atom",
                "title": "Corrections as Atom",
                "href": reverse("pages:corrections-feed-atom"),
            },
            {
                "type": "application/feed+json",
                "short": "JSON Feed",
                "title": "Corrections as JSON Feed",
                "href": reverse("pages:corrections-feed-json"),
            },
        ],
    }


def _company(company: Company, n: int) -> Row:
    return Row(
        name=company.name,
        href=reverse("pages:company", args=[company.slug]),
        n=n,
        kind="" if company.kind == CompanyKind.COMPANY else words.label("CompanyKind", company.kind).lower(),
        sector=words.label("Sector", company.sector) if company.sector else "",
        region=words.region(company.hq_region) if company.hq_region else "",
    )


def _person(person: Person, n: int) -> Row:
    roles = sorted(person.roles.all(), key=lambda role: role.pk)
    return Row(
        name=person.name,
        href=reverse("pages:person", args=[person.slug]),
        n=n,
        role="; ".join(f"{role.title}, {role.company.name}" for role in roles[:2]),
    )


def _href(path: str, question: dict[str, list[str]], cursor: str = "") -> str:
    """Return the address of a view of the list."""
    pairs = dict(sorted(question.items())) | ({"cursor": [cursor]} if cursor else {})
    return f"{path}?{urlencode(pairs, doseq=True)}" if pairs else path


def _beside(path: str, question: dict[str, list[str]], cursor: str | None) -> str:
    """Return the address of a neighbouring page, or nothing where there is none."""
    return _href(path, question, cursor) if cursor else ""
