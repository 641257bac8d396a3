"""What pages draw and count beside a list: the marks of a chart, statements by name, the letters of an index."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Prefetch
from django.db.models.functions import Substr, Upper

from tracker.models import Company, Person, SignatureCount, Statement, StatementAsk, StatementLink, Voice
from tracker.models.choices import Sector
from tracker.reading import filters, lookups

MOST_DRAWN = 2000  # marks on one chart; more is a picture of nothing


def charted(slug: str) -> list[Statement]:
    """Return every counted statement on an event and below it, newest first, with what marks and contrasts need.

    Nine queries.
    """
    return list(
        filters.counted_only(filters.narrowed({"event": [slug]}))
        .select_related("event", "event__parent", "event__parent__parent")
        .prefetch_related(
            Prefetch("voices", Voice.objects.select_related("company", "person")),
            Prefetch("signature_counts", SignatureCount.objects.select_related("company")),
            Prefetch("asks", StatementAsk.objects.select_related("ask")),
            Prefetch("links", StatementLink.objects.select_related("to_statement__event")),
            Prefetch("links__to_statement__voices", Voice.objects.select_related("company", "person")),
        )
        .order_by("-sort_date", "-sort_earliest", "-public_id")[:MOST_DRAWN]
    )


def statements_of_companies(companies: Iterable[Company]) -> dict[int, int]:
    """Return how many counted statements name each of these companies, in any voice. One query."""
    return _named("company", [company.pk for company in companies])


def statements_of_people(people: Iterable[Person]) -> dict[int, int]:
    """Return how many counted statements each of these people is a voice of. One query."""
    return _named("person", [person.pk for person in people])


def sectors() -> list[tuple[str, int, int]]:
    """Return every sector with its companies and its counted statements, in the order of the list. Two queries."""
    companies = dict(
        lookups.told(Company.objects.current()).order_by().values_list("sector").annotate(n=Count("pk", distinct=True))
    )
    statements = dict(
        Voice.objects.filter(statement__in=Statement.objects.counted().values("pk"))
        .order_by()
        .values_list("company__sector")
        .annotate(n=Count("statement", distinct=True))
    )
    return [(key, companies.get(key, 0), statements.get(key, 0)) for key in Sector.values]


def initials() -> set[str]:
    """Return the capital letters with which companies' names begin; "#" stands for everything else. One query."""
    found = lookups.told(Company.objects.current()).order_by().annotate(initial=Upper(Substr("name", 1, 1)))
    held = set(found.values_list("initial", flat=True).distinct())
    return {letter if "A" <= letter <= "Z" else "#" for letter in held if letter}


def _named(field: str, keys: list[int]) -> dict[int, int]:
    if not keys:
        return {}
    return dict(
        Voice.objects.filter(**{f"{field}__in": keys}, statement__in=Statement.objects.counted().values("pk"))
        .order_by()
        .values_list(field)
        .annotate(n=Count("statement", distinct=True))
    )
