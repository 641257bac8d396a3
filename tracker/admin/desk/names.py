"""Names an editor typed, found among what we hold.

A name is resolved when exactly one row bears it; two rows with one name are an error
that lists both, never a guess. Without JavaScript a typed name is all there is; with
it ``suggest`` offers the slugs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from tracker.models import Company, Outlet, Person, Statement

ENOUGH = 8  # suggestions are a reminder, not a list to read


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """A row as it is offered: what to type, and what tells it from its namesakes."""

    value: str
    note: str


def company(typed: str) -> Company | None:
    """Return the one company of that slug, name, alias, ticker or identifier, or None."""
    exact = (
        Q(slug=typed.casefold())
        | Q(name__iexact=typed)
        | Q(aliases__name__iexact=typed)
        | Q(tickers__symbol=typed.upper())
        | Q(wikidata_id=typed)
        | Q(cik=typed)
        | Q(lei=typed)
    )
    return _one(typed, Company.objects.current().filter(exact).distinct(), Q(slug=typed) | Q(name=typed))


def person(typed: str) -> Person | None:
    """Return the one person of that slug, name or Wikidata id, or None."""
    exact = Q(slug=typed.casefold()) | Q(name__iexact=typed) | Q(wikidata_id=typed)
    return _one(typed, Person.objects.current().filter(exact), Q(slug=typed))


def outlet(typed: str) -> Outlet | None:
    """Return the one outlet of that slug, name, domain or other name, or None."""
    found = _one(
        typed,
        Outlet.objects.filter(Q(slug=typed.casefold()) | Q(name__iexact=typed) | Q(domain__iexact=typed)),
        Q(slug=typed),
    )
    if found:
        return found
    # Other names are a JSON list, which the two databases search differently; outlets are few.
    wanted = typed.casefold()
    named = [one for one in Outlet.objects.exclude(aliases=[]) if wanted in (name.casefold() for name in one.aliases)]
    return named[0] if len(named) == 1 else None


def statement(typed: str) -> Statement | None:
    """Return the statement of that public id, or None."""
    return Statement.objects.filter(public_id=typed.upper(), merged_into=None).first()


def suggest(what: str, typed: str) -> list[Suggestion]:
    """Offer rows whose name holds what was typed, those that begin with it first."""
    typed = typed.strip()
    if len(typed) < 2:
        return []
    if what == "company":
        rows = Company.objects.current().filter(
            Q(name__icontains=typed) | Q(aliases__name__icontains=typed) | Q(tickers__symbol=typed.upper())
        )
        return _offer(
            rows.distinct().values_list("name", "slug", "hq_region"), typed, lambda name, slug, hq: f"{slug} {hq}"
        )
    if what == "person":
        people = Person.objects.current().filter(name__icontains=typed)
        return _offer(people.values_list("name", "slug"), typed, lambda name, slug: slug)
    if what == "outlet":
        outlets = Outlet.objects.filter(Q(name__icontains=typed) | Q(domain__icontains=typed))
        return _offer(outlets.values_list("name", "slug", "domain"), typed, lambda name, slug, domain: domain)
    raise KeyError(what)


def same_or_close(name: str) -> list[Company]:
    """Return companies whose name or alias is so like this one that it may be the same. For warnings."""
    from rapidfuzz import fuzz, process  # a megabyte that only the desk needs

    held = dict(Company.objects.current().values_list("pk", "name"))
    close = process.extract(name, held, scorer=fuzz.WRatio, score_cutoff=88, limit=5, processor=str.casefold)
    named = {pk for _, _, pk in close}
    named |= set(Company.objects.current().filter(aliases__name__iexact=name).values_list("pk", flat=True))
    return list(Company.objects.filter(pk__in=named))


def _one(typed: str, rows: QuerySet[Any], exactly: Q) -> Any:
    found = list(rows[:3])
    if len(found) > 1:
        # A slug or the spelling as it stands beats an alias of somebody else.
        found = list(rows.filter(exactly)[:2]) or found
    if len(found) > 1:
        slugs = ", ".join(row.slug for row in found)
        raise ValidationError(f"“{typed}” is the name of several: type one of {slugs}.")
    return found[0] if found else None


def _offer(rows: Iterable[tuple[str, ...]], typed: str, note: Any) -> list[Suggestion]:
    wanted = typed.casefold()
    ranked = sorted(rows, key=lambda row: (not row[0].casefold().startswith(wanted), len(row[0]), row[0]))[:ENOUGH]
    names = [row[0] for row in ranked]
    # Namesakes are offered by slug, which alone tells them apart.
    return [Suggestion(row[1] if names.count(row[0]) > 1 else row[0], note(*row).strip()) for row in ranked]
