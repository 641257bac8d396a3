"""One filter behind every door: pages, API, feeds and files ask the record the same way.

Values of one parameter are alternatives (OR), parameters add up (AND), ``!value``
excludes. What is asked of a voice (company, person, sector, region, capacity) is asked
of one and the same voice: ``company=apple&capacity=official`` means an official voice of
Apple. An unknown parameter or value is refused with the nearest right one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict

from tracker.core.verification import RANK
from tracker.models import Ask, Citation, Company, Event, Outlet, Person, Quote, Statement, StatementLink, Voice
from tracker.models.choices import (
    Capacity,
    Channel,
    Disclosure,
    Form,
    LinkKind,
    Medium,
    QuoteKind,
    Sector,
    Stance,
    StatementState,
    Verification,
)
from tracker.reading.errors import FilterError, Problem, nearest
from tracker.reading.lookups import told

MAX_VALUES = 100
MAX_VALUE = 200
FIRST_YEAR, LAST_YEAR = 1900, 2200
# Where a reader came from is no question to the record; shared links carry these.
TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|mc_[ce]id|igshid|twclid|msclkid)$")
IDENTIFIERS = {"wikidata": "wikidata_id", "cik": "cik", "lei": "lei", "ticker": "tickers__symbol"}


@dataclasses.dataclass(frozen=True)
class Token:
    """One value of a parameter, wanted or excluded."""

    key: str
    excluded: bool = False


class TokensField(forms.Field):
    """Reads ``a=x&a=!y`` into tokens."""

    widget = forms.SelectMultiple

    def __init__(self, *, known: Callable[[Sequence[str]], Iterable[str]], label: str = "", **rest: Any) -> None:
        super().__init__(label=label, required=False)
        self.known = known

    def clean(self, value: Any) -> list[Token]:
        given = [part for part in (value or []) if part]
        if len(given) > MAX_VALUES:
            raise forms.ValidationError(f"At most {MAX_VALUES} values.")
        tokens = [Token(part.removeprefix("!"), part.startswith("!")) for part in dict.fromkeys(given)]
        known = set(self.known([token.key for token in tokens]))
        for token in tokens:
            if token.key not in known:
                raise forms.ValidationError(f"“{token.key[:60]}” is not known.")
        return tokens


class Tokens(django_filters.Filter):
    """A repeatable parameter whose values come from a list that is known."""

    field_class = TokensField

    def __init__(self, condition: Callable[[list[str]], Q] | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.condition = condition

    def filter(self, queryset: QuerySet[Any], value: list[Token] | None) -> QuerySet[Any]:
        if self.condition is None:  # asked together with others, in ``narrowed``
            return queryset
        wanted = [token.key for token in value or [] if not token.excluded]
        refused = [token.key for token in value or [] if token.excluded]
        if wanted:
            queryset = queryset.filter(self.condition(wanted))
        if refused:
            queryset = queryset.exclude(self.condition(refused))
        return queryset


class VoiceTokens(Tokens):
    """A question to a voice. ``TimelineFilter`` asks all of them of the same one."""

    def filter(self, queryset: QuerySet[Any], value: list[Token] | None) -> QuerySet[Any]:
        return queryset


class Day(forms.DateField):
    """A day in ISO form, in years that the record can hold."""

    def to_python(self, value: Any) -> dt.date | None:
        if value in self.empty_values:
            return None
        try:
            found = dt.date.fromisoformat(str(value))
        except ValueError as error:
            raise forms.ValidationError("Write a day as 2026-01-28.") from error
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise forms.ValidationError(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
        return found


class DayFilter(django_filters.Filter):
    """A parameter that is a day."""

    field_class = Day


class Words(forms.CharField):
    """Free text, bounded, with nothing a database refuses."""

    def to_python(self, value: Any) -> str:
        text = str(value or "").strip()
        if len(text) > MAX_VALUE:
            raise forms.ValidationError(f"At most {MAX_VALUE} characters.")
        if "\x00" in text:
            raise forms.ValidationError("The text holds a NUL character.")
        return text


class WordsFilter(django_filters.CharFilter):
    """A parameter that is free text."""

    field_class = Words


class Switch(forms.Field):
    """true or false, nothing else."""

    def clean(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        if value not in ("true", "false"):
            raise forms.ValidationError("Write true or false.")
        return bool(value == "true")


class SwitchFilter(django_filters.Filter):
    """A parameter that is true or false."""

    field_class = Switch


def _closed(choices: type[models.TextChoices]) -> Callable[[Sequence[str]], Iterable[str]]:
    return lambda asked: choices.values


def _named(asked: Sequence[str]) -> Iterable[str]:
    """Stand in for the names in the tables, which ``cleaned`` looks up all at once."""
    return ()


def _regions(asked: Sequence[str]) -> Iterable[str]:
    return [key for key in asked if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", key)]


def _identifiers(asked: Sequence[str]) -> Iterable[str]:
    return [key for key in asked if key.partition(":")[0] in IDENTIFIERS and 0 < len(key.partition(":")[2]) <= 20]


def _cites(**lookup: Any) -> Q:
    return Q(Exists(Citation.objects.filter(statement=OuterRef("pk"), **lookup)))


def _identified(keys: list[str]) -> Q:
    found = Q(pk__in=[])
    for key in keys:
        scheme, _, value = key.partition(":")
        found |= Q(company__in=Company.objects.filter(**{IDENTIFIERS[scheme]: value}).values("pk"))
    return found


def _at_least(keys: list[str]) -> list[str]:
    lowest = min(RANK[Verification(key)] for key in keys)
    return [level for level, rank in RANK.items() if rank >= lowest]


TABLES: dict[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    "event": (lambda: Event.objects.published(), "title"),
    "company": (lambda: told(Company.objects.all()), "name"),
    "person": (lambda: told(Person.objects.all()), "name"),
    "outlet": (lambda: told(Outlet.objects.all()), "name"),
    "ask": (lambda: Ask.objects.all(), "label"),
}


class TimelineFilter(django_filters.FilterSet):
    """Every question that a timeline can be asked. Names and values are the API's and the pages' alike."""

    event = Tokens(known=_named, label="Event")
    include_children = SwitchFilter(label="With the events below", method="nothing")
    company = VoiceTokens(
        lambda keys: Q(company__slug__in=keys) | Q(company__parent__slug__in=keys, company__parent_kind="brand"),
        known=_named,
        label="Company",
    )
    person = VoiceTokens(lambda keys: Q(person__slug__in=keys), known=_named, label="Person")
    sector = VoiceTokens(lambda keys: Q(company__sector__in=keys), known=_closed(Sector), label="Sector")
    hq_region = VoiceTokens(lambda keys: Q(company__hq_region__in=keys), known=_regions, label="Headquarters")
    capacity = VoiceTokens(lambda keys: Q(capacity__in=keys), known=_closed(Capacity), label="Whose voice")
    identifier = VoiceTokens(_identified, known=_identifiers, label="Identifier")
    channel = Tokens(lambda keys: Q(channel__in=keys), known=_closed(Channel), label="Channel")
    medium = Tokens(lambda keys: Q(medium__in=keys), known=_closed(Medium), label="Medium")
    disclosure = Tokens(lambda keys: Q(disclosure__in=keys), known=_closed(Disclosure), label="Disclosure")
    form_ = Tokens(lambda keys: Q(form__in=keys), known=_closed(Form), label="Form")
    stance = Tokens(lambda keys: Q(stance__in=keys), known=_closed(Stance), label="Stance")
    verification = Tokens(lambda keys: Q(verification__in=keys), known=_closed(Verification), label="Verification")
    verification_min = Tokens(
        lambda keys: Q(
            verification__in=[
                level for level, rank in RANK.items() if rank >= min(RANK[Verification(one)] for one in keys)
            ]
        ),
        known=lambda asked: RANK,
        label="Verification at least",
    )
    ask = Tokens(
        lambda keys: Q(pk__in=Statement.objects.filter(asks__ask__slug__in=keys).values("pk")),
        known=_named,
        label="Asks for",
    )
    outlet = Tokens(lambda keys: _cites(report__outlet__slug__in=keys), known=_named, label="Outlet")
    q = WordsFilter(label="Text", method="nothing")
    has_quote = SwitchFilter(label="With words quoted", method="quoted")
    operations = SwitchFilter(label="Operations only", method="operational")
    reported_since = DayFilter(label="Reported since", method="reported")
    updated_since = DayFilter(label="Updated since", method="updated")

    class Meta:
        model = Statement
        fields: list[str] = []

    @functools.cached_property
    def looked_up(self) -> list[tuple[str, str, str, int, int | None, bool]]:
        """Every name that the question may mean, in one query: (parameter, slug, words, id, parent, shown).

        For events that is all of them, since the events below the one asked for are
        wanted too; of each other table, what readers may know under the names given.
        """
        parts = []
        for name, (visible, field) in TABLES.items():
            fit = self._asked(name)
            if not fit:
                continue
            rows: QuerySet[Any] = Event.objects.all() if name == "event" else visible().filter(slug__in=fit)
            nothing = Cast(Value(None), models.BigIntegerField())
            part = rows.order_by().annotate(
                parameter=Value(name, models.CharField()),
                words=F(field),
                above=F("parent") if name == "event" else nothing,
                shown=F("published") if name == "event" else Value(True, models.BooleanField()),
            )
            parts.append(part.values_list("parameter", "slug", "words", "pk", "above", "shown"))
        return list(parts[0].union(*parts[1:], all=True)) if parts else []

    def _asked(self, name: str) -> list[str]:
        asked = {value.removeprefix("!") for value in self.data.getlist(name)}
        return [key for key in asked if len(key) <= 80 and "\x00" not in key][:MAX_VALUES]

    @functools.cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """The names in the question that readers may know, by parameter and slug."""
        asked = {name: set(self._asked(name)) for name in TABLES}
        return {
            (name, slug): words for name, slug, words, _, _, shown in self.looked_up if shown and slug in asked[name]
        }

    @functools.cached_property
    def events(self) -> list[Event]:
        """Every event with its parent, slug, title and whether it is published, where the question names one."""
        return [
            Event(pk=pk, parent_id=above, slug=slug, title=words, published=shown)
            for name, slug, words, pk, above, shown in self.looked_up
            if name == "event"
        ]

    def nothing(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Asked together with other parameters, in ``narrowed``."""
        return queryset

    def quoted(self, queryset: QuerySet[Any], name: str, value: bool | None) -> QuerySet[Any]:
        if value is None:
            return queryset
        words = Quote.objects.filter(
            citation__statement=OuterRef("pk"), kind__in=[QuoteKind.VERBATIM, QuoteKind.PARTIAL]
        )
        return queryset.filter(Exists(words) if value else ~Exists(words))

    def operational(self, queryset: QuerySet[Any], name: str, value: bool | None) -> QuerySet[Any]:
        return queryset if value is None else queryset.filter(operations_only=value)

    def reported(self, queryset: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        return queryset.filter(_cites(report__published_latest__gte=value))

    def updated(self, queryset: QuerySet[Any], name: str, value: dt.date) -> QuerySet[Any]:
        return queryset.filter(updated_at__gte=dt.datetime.combine(value, dt.time(), dt.UTC))


# "from" is a word of Python's and "form" one of FilterSet's own; both are set under their public names.
TimelineFilter.base_filters["form"] = TimelineFilter.base_filters.pop("form_")
for _name, _label in (("from", "Said from"), ("to", "Said to"), ("until", "Said by")):
    TimelineFilter.base_filters[_name] = DayFilter(label=_label, method="nothing")
TimelineFilter.base_filters["dates"] = Tokens(known=lambda asked: ("overlaps", "within"), label="Uncertain dates")
PARAMETERS: tuple[str, ...] = tuple(TimelineFilter.base_filters)
REPEATABLE = frozenset(name for name, one in TimelineFilter.base_filters.items() if isinstance(one, Tokens)) - {
    "dates",
    "verification_min",
}


@dataclasses.dataclass(frozen=True)
class Pill:
    """One active filter: what it is, in words, and the query without it."""

    parameter: str
    value: str
    label: str
    words: str
    excluded: bool
    without: str


def read(params: Mapping[str, Any] | QueryDict, *, also: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return the question as lists of values, or raise ``FilterError`` naming every unknown or repeated parameter.

    ``also`` names parameters that are the caller's own (cursor, size …); they are left out.
    """
    mine = set(also)
    question: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name in params:
        if name in mine or TRACKING.match(name):
            continue
        if name not in PARAMETERS:
            near = nearest(name, [*PARAMETERS, *mine])
            hint = f" Did you mean “{near}”?" if near else ""
            problems.append(Problem(name[:60], f"There is no filter “{name[:60]}”.{hint}", near))
            continue
        values = params.getlist(name) if isinstance(params, QueryDict) else _listed(params[name])
        values = [str(value) for value in values if str(value) != ""]
        if len(values) > 1 and name not in REPEATABLE:
            problems.append(Problem(name, f"“{name}” can be given once only."))
        if any(len(value) > MAX_VALUE for value in values):
            problems.append(Problem(name, f"A value of “{name}” is longer than {MAX_VALUE} characters."))
        elif values:
            question[name] = values
    if problems:
        raise FilterError(*problems)
    return question


def cleaned(question: Mapping[str, list[str]]) -> TimelineFilter:
    """Return the bound, valid filter over published statements; raises ``FilterError`` for values it does not know."""
    data = QueryDict(mutable=True)
    for name, values in question.items():
        data.setlist(name, values)
    bound = TimelineFilter(data, queryset=Statement.objects.published())
    for name in TABLES:
        field: Any = bound.form.fields[name]
        field.known = functools.partial(_known_as, bound, name)
    if not bound.form.is_valid():
        raise FilterError(*_problems(bound, question))
    first, last = bound.form.cleaned_data.get("from"), bound.form.cleaned_data.get("to")
    if first and last and first > last:
        raise FilterError(Problem("to", "“to” lies before “from”."))
    return bound


def _known_as(bound: TimelineFilter, name: str, asked: Sequence[str]) -> Iterable[str]:
    return [slug for parameter, slug in bound.names if parameter == name]


def narrowed(
    question: Mapping[str, list[str]] | TimelineFilter, *, leave_out: Collection[str] = ()
) -> QuerySet[Statement]:
    """Return the published statements that answer the question, in no order.

    ``leave_out`` drops parameters: a facet's counts leave out its own choice. Asked
    several times, give the bound filter instead of the question: its values have been
    looked up already.
    """
    bound = question if isinstance(question, TimelineFilter) else cleaned(question)
    given = {name: value for name, value in bound.form.cleaned_data.items() if name not in leave_out}
    queryset: QuerySet[Statement] = Statement.objects.published()
    for name, value in given.items():
        queryset = bound.filters[name].filter(queryset, value)
    queryset = _of_events(queryset, given, bound)
    queryset = _of_voices(queryset, given, bound)
    queryset = _of_days(queryset, given)
    return _of_words(queryset, given.get("q") or "")


def canonical(question: Mapping[str, list[str]]) -> str:
    """Return the one query string of a question: sorted, without tracking and without what says nothing."""
    pairs = []
    for name in sorted(question):
        values = sorted(set(question[name]))
        if (name, values) in (("dates", ["overlaps"]), ("include_children", ["true"])):
            continue
        pairs += [(name, value) for value in values]
    return urlencode(pairs)


def toggled(question: Mapping[str, list[str]], name: str, value: str) -> str:
    """Return the canonical query with this value added, or taken away if it is there."""
    values = list(question.get(name, []))
    values = [one for one in values if one != value] if value in values else [*values, value]
    return canonical(
        {**{key: kept for key, kept in question.items() if key != name}, **({name: values} if values else {})}
    )


def pills(question: Mapping[str, list[str]], *, bound: TimelineFilter | None = None) -> list[Pill]:
    """Return the active filters in words, each with the query that drops it.

    One query for the names; none with the bound filter, which has looked them up.
    """
    names = _labels() | (bound or cleaned(question)).names
    found = []
    for name, values in question.items():
        if name in {"dates", "include_children"}:
            continue
        for value in values:
            key = value.removeprefix("!")
            found.append(
                Pill(
                    name,
                    value,
                    str(TimelineFilter.base_filters[name].label),
                    names.get((name, key), key),
                    value.startswith("!") and name in REPEATABLE,
                    toggled(question, name, value),
                )
            )
    return found


def _of_events(queryset: QuerySet[Statement], given: Mapping[str, Any], bound: TimelineFilter) -> QuerySet[Statement]:
    tokens: list[Token] = given.get("event") or []
    if not tokens:
        return queryset
    deep = given.get("include_children") is not False
    rows = bound.events
    children: dict[int | None, list[int]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row.pk)
    ids = {row.slug: row.pk for row in rows}

    def tree(slugs: Iterable[str]) -> set[int]:
        found: set[int] = set()
        waiting = [ids[slug] for slug in slugs]
        while waiting:
            pk = waiting.pop()
            if pk not in found:
                found.add(pk)
                waiting += children.get(pk, []) if deep else []
        return found

    wanted = [token.key for token in tokens if not token.excluded]
    refused = [token.key for token in tokens if token.excluded]
    if wanted:
        inside = tree(wanted)
        queryset = queryset.filter(
            Q(event__in=inside) | Q(pk__in=Statement.objects.filter(positions__target__event__in=inside).values("pk"))
        )
    if refused:
        queryset = queryset.exclude(event__in=tree(refused))
    return queryset


def _of_voices(queryset: QuerySet[Statement], given: Mapping[str, Any], bound: TimelineFilter) -> QuerySet[Statement]:
    wanted = Voice.objects.filter(statement=OuterRef("pk"))
    asked = False
    for name, one in bound.filters.items():
        if not isinstance(one, VoiceTokens) or one.condition is None:
            continue
        tokens: list[Token] = given.get(name) or []
        keep = [token.key for token in tokens if not token.excluded]
        drop = [token.key for token in tokens if token.excluded]
        if keep:
            wanted, asked = wanted.filter(one.condition(keep)), True
        if drop:
            queryset = queryset.exclude(Exists(Voice.objects.filter(one.condition(drop), statement=OuterRef("pk"))))
    return queryset.filter(Exists(wanted)) if asked else queryset


def _of_days(queryset: QuerySet[Statement], given: Mapping[str, Any]) -> QuerySet[Statement]:
    first, last = given.get("from"), given.get("to")
    within = any(token.key == "within" for token in given.get("dates") or [])
    if until := given.get("until"):  # certainly said by then: the world's clock
        queryset = queryset.filter(sort_date__lte=until)
    if first:
        queryset = queryset.filter(**{"sort_earliest__gte" if within else "sort_date__gte": first})
    if last:
        queryset = queryset.filter(**{"sort_date__lte" if within else "sort_earliest__lte": last})
    return queryset


def _of_words(queryset: QuerySet[Statement], text: str) -> QuerySet[Statement]:
    for word in text.split()[:12]:
        quotes = Quote.objects.filter(citation__statement=OuterRef("pk"), text__icontains=word)
        voices = Voice.objects.filter(
            Q(company__name__icontains=word) | Q(person__name__icontains=word), statement=OuterRef("pk")
        )
        queryset = queryset.filter(Q(summary__icontains=word) | Exists(quotes) | Exists(voices))
    return queryset


def _problems(bound: TimelineFilter, question: Mapping[str, list[str]]) -> Iterable[Problem]:
    for name, errors in bound.form.errors.items():
        message = " ".join(str(error) for error in errors)
        near = ""
        one = TimelineFilter.base_filters[name]
        if isinstance(one, Tokens) and "is not known" in message:
            given = [value.removeprefix("!") for value in question[name]]
            known = _suggestions(name, one)
            wrong = next((value for value in given if value not in known), given[0])
            near = nearest(wrong, known)
            if near:
                message += f" Did you mean “{near}”?"
            elif len(known) <= 20:
                message += f" It is one of {', '.join(known)}."
        yield Problem(name, f"{name}: {message}", near)


def _suggestions(name: str, one: Tokens) -> list[str]:
    if name in TABLES:
        visible, _ = TABLES[name]
        return list(visible().order_by("slug").values_list("slug", flat=True)[:5000])
    if name == "identifier":
        return [f"{scheme}:…" for scheme in IDENTIFIERS]
    return list(one.extra["known"]([]))


def _labels() -> dict[tuple[str, str], str]:
    """Return the words for the keys of the closed lists, by parameter and key."""
    lists: dict[str, type[models.TextChoices]] = {
        "sector": Sector,
        "capacity": Capacity,
        "channel": Channel,
        "medium": Medium,
        "disclosure": Disclosure,
        "form": Form,
        "stance": Stance,
        "verification": Verification,
        "verification_min": Verification,
    }
    return {(name, key): str(label) for name, one in lists.items() for key, label in one.choices}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def counted_only(queryset: QuerySet[Statement]) -> QuerySet[Statement]:
    """Leave out what is shown but never counted: the weaker side of ``same_as``, and disputed statements.

    If the stronger side is taken down, or being examined, the weaker stands for it again.
    """
    weaker = StatementLink.objects.filter(
        kind=LinkKind.SAME_AS, from_statement=OuterRef("pk"), to_statement__state=StatementState.PUBLISHED
    )
    return queryset.exclude(verification=Verification.DISPUTED).exclude(Exists(weaker))
