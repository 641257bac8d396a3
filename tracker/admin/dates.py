"""One text field for an honest date: what people write, read as two bounds.

``understand`` is what the form field, the preview beside it and the review desk share.
``written`` is its inverse: what the field shows for bounds that are already stored.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from tracker.models.choices import Precision
from tracker.models.dates import DateSpan

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm  # generic for the type checker alone

EXAMPLES = (
    "24 Jan 2026 · 24–28 Jan 2026 · weekend of 24 Jan 2026 · early January 2026 · by 28 Jan 2026 · "
    "2026-01-24/2026-01-28"
)

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name
}
_MONTHS["sept"] = 9
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_EDTF = re.compile(r"[\dxu?~%./\s-]+\Z", re.IGNORECASE)
_STATED = re.compile(r"\s*\(([a-z]+)\)\Z")
_PART_OF_MONTH = {
    "beginning of": (1, 10),
    "early": (1, 10),
    "mid": (11, 20),
    "middle of": (11, 20),
    "late": (21, 31),
    "end of": (21, 31),
}


def understand(text: str, *, today: dt.date) -> DateSpan:
    """Read what a person wrote as bounds and a precision; raises ValueError in words when it cannot.

    ``as_written`` and ``reason`` stay empty: what an editor types is not the source's
    wording. A day without a year is the most recent one. Early, mid and late are the
    thirds of a month.
    """
    said = " ".join(re.sub(r"[–—−]", "-", text).casefold().replace(",", " ").split())
    if not said:
        return DateSpan()
    stated = _STATED.search(said)
    if stated:
        if stated[1] not in Precision.values:
            raise ValueError(f"“{stated[1]}” is not a precision. Use one of {', '.join(Precision.values)}.")
        span = understand(said[: stated.start()], today=today)
        return DateSpan(span.earliest, span.latest, stated[1])
    said = re.sub(r"\A(?:sometime |some time )?(?:(?:over|during|in|on(?! or )|around) )?(?:the )?", "", said)
    for reads in (_edtf, _weekend_or_week, _open, _part_of_month, _range, _month, _day):
        found = reads(said, today)
        if found is not None:
            if found.earliest and found.latest and found.earliest > found.latest:
                raise ValueError("The first day is after the last one.")
            return found
    raise ValueError(f"“{text.strip()}” is not a date we can read. Write it like one of these: {EXAMPLES}.")


def written(span: DateSpan) -> str:
    """Write stored bounds so that ``understand`` reads them back, precision included."""
    if not span:
        return ""
    first, last = span.earliest, span.latest
    tries = [span.edtf()]
    if first and last:
        tries += [f"weekend of {first}", f"week of {first}"]
    for words in tries:
        if understand(words, today=dt.date.max) == DateSpan(first, last, span.precision):
            return words
    return f"{span.edtf()} ({span.precision})"


def explained(span: DateSpan) -> str:
    """Say in one line what was understood."""
    if not span:
        return "No date."
    return f"Understood: {span.words()} ({Precision(span.precision).label.lower()}), {span.edtf()}"


def _edtf(said: str, today: dt.date) -> DateSpan | None:
    if not _EDTF.match(said) or not re.match(r"(\d{4}|\.\.|/)", said):
        return None
    start, slash, end = said.replace(" ", "").partition("/")
    if not slash:
        return _edtf_one(start)
    opened = {"", ".."}
    if start in opened and end in opened:
        raise ValueError("Give at least one of the two days.")
    first = None if start in opened else _edtf_one(start).earliest
    last = None if end in opened else _edtf_one(end).latest
    precision = Precision.RANGE
    if first is None:
        precision = Precision.BEFORE
    elif last is None:
        precision = Precision.AFTER
    return DateSpan(first, last, precision)


def _edtf_one(said: str) -> DateSpan:
    import edtf  # slow to import, and only an editor's form needs it

    try:
        parsed = edtf.parse_edtf(said.upper())
        low, high = parsed.lower_strict(), parsed.upper_strict()
    except (edtf.EDTFParseException, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"“{said}” is not a date in EDTF, such as 2026-01-24 or 2026-01.") from error
    first, last = _date(*low[:3]), _date(*high[:3])
    if first == last:
        return DateSpan(first, last, Precision.RANGE if re.search(r"[?~%]", said) else Precision.DAY)
    is_month = re.fullmatch(r"\d{4}-(?:\d\d|\d\d-(?:xx|uu))", said) is not None
    return DateSpan(first, last, Precision.MONTH if is_month else Precision.RANGE)


def _weekend_or_week(said: str, today: dt.date) -> DateSpan | None:
    named = re.fullmatch(r"(last |this |past )?(weekend|week)(?: of| beginning| from)?(?: the)? ?(.*)", said)
    if not named:
        return None
    if named[3]:
        inside = understand(named[3], today=today)
        if not inside.earliest or not inside.latest or (inside.latest - inside.earliest).days > 6:
            raise ValueError(f"Say which {named[2]}: “{named[2]} of 24 Jan 2026”.")
        day = inside.earliest
    else:
        day = today
        if named[1] in ("last ", "past ", None) and (named[2] == "week" or today.weekday() < 5):
            day -= dt.timedelta(days=7)
    monday = day - dt.timedelta(days=day.weekday())
    if named[2] == "week":
        return DateSpan(monday, monday + dt.timedelta(days=6), Precision.WEEK)
    return DateSpan(monday + dt.timedelta(days=5), monday + dt.timedelta(days=6), Precision.WEEKEND)


def _open(said: str, today: dt.date) -> DateSpan | None:
    by = re.fullmatch(r"(?:by|before|until|on or before|no later than|not after)(?: the)? (.+)", said)
    if by:
        return DateSpan(None, understand(by[1], today=today).latest, Precision.BEFORE)
    since = re.fullmatch(r"(?:after|since|on or after|no earlier than|not before)(?: the)? (.+)", said)
    if since:
        return DateSpan(understand(since[1], today=today).earliest, None, Precision.AFTER)
    return None


def _part_of_month(said: str, today: dt.date) -> DateSpan | None:
    parts = "|".join(_PART_OF_MONTH)
    found = re.fullmatch(rf"({parts})[ -](?:the )?{_MONTH} ?(\d{{4}})?", said)
    if not found:
        return None
    month = _MONTHS[found[2]]
    year = int(found[3]) if found[3] else _recent_year(month, 1, today)
    first, last = _PART_OF_MONTH[found[1]]
    last = min(last, calendar.monthrange(year, month)[1])
    return DateSpan(_date(year, month, first), _date(year, month, last), Precision.RANGE)


def _range(said: str, today: dt.date) -> DateSpan | None:
    said = re.sub(r"\A(?:between|from) ", "", said)
    to = r" ?(?:-|to|and|through|until) ?"
    same_month = re.fullmatch(rf"{_DAY}{to}{_DAY} (?:of )?{_MONTH} ?(\d{{4}})?", said)
    if same_month:
        one, two, name, year_given = same_month.groups()
        return _between(name, year_given, int(one), int(two), today)
    american = re.fullmatch(rf"{_MONTH} {_DAY}{to}{_DAY} ?(\d{{4}})?", said)
    if american:
        name, one, two, year_given = american.groups()
        return _between(name, year_given, int(one), int(two), today)
    halves = re.split(r" (?:-|to|and|through|until) ", said)
    if len(halves) != 2:
        return None
    last = understand(halves[1], today=today)
    year = last.latest.year if last.latest else today.year
    start = halves[0] if re.search(r"\d{4}", halves[0]) else f"{halves[0]} {year}"
    first = understand(start, today=today)
    return DateSpan(first.earliest, last.latest, Precision.RANGE)


def _month(said: str, today: dt.date) -> DateSpan | None:
    found = re.fullmatch(rf"{_MONTH} ?(\d{{4}})?", said)
    if not found:
        return None
    month = _MONTHS[found[1]]
    year = int(found[2]) if found[2] else _recent_year(month, 1, today)
    return DateSpan(_date(year, month, 1), _date(year, month, calendar.monthrange(year, month)[1]), Precision.MONTH)


def _day(said: str, today: dt.date) -> DateSpan | None:
    said = re.sub(r"\A(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)? (?=\S*\d|[a-z]+\.? \d)", "", said)
    found = re.fullmatch(rf"{_DAY} (?:of )?{_MONTH} ?(\d{{4}})?", said)
    if found:
        day, name, year_given = found.groups()
    else:
        found = re.fullmatch(rf"{_MONTH} {_DAY} ?(\d{{4}})?", said)
        if not found:
            return _relative_day(said, today)
        name, day, year_given = found.groups()
    month = _MONTHS[name]
    year = int(year_given) if year_given else _recent_year(month, int(day), today)
    exact = _date(year, month, int(day))
    return DateSpan(exact, exact, Precision.DAY)


def _relative_day(said: str, today: dt.date) -> DateSpan | None:
    if re.search(r"\d+[/.]\d+", said):
        raise ValueError("Write the month in words: 3/4/2026 is two different days.")
    if re.search(r"\d", said) and not re.search(r"ago\Z", said):
        return None  # a number we have not understood must not become a day by luck
    import dateparser  # slow to import, and only an editor's form needs it

    moment = dateparser.parse(
        said,
        languages=["en"],
        settings={
            "RELATIVE_BASE": dt.datetime.combine(min(today, dt.date(9000, 1, 1)), dt.time(12)),
            "PREFER_DATES_FROM": "past",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )
    return DateSpan(moment.date(), moment.date(), Precision.DAY) if moment else None


def _between(name: str, year_given: str | None, one: int, two: int, today: dt.date) -> DateSpan:
    month = _MONTHS[name]
    year = int(year_given) if year_given else _recent_year(month, two, today)
    return DateSpan(_date(year, month, one), _date(year, month, two), Precision.RANGE)


def _recent_year(month: int, day: int, today: dt.date) -> int:
    return today.year if (month, day) <= (today.month, today.day) else today.year - 1


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise ValueError(f"There is no day {day} in month {month} of {year}.") from error


class HonestDateField(forms.CharField):
    """A text field whose value is a ``DateSpan``; beside it the desk's script shows what was understood."""

    def __init__(self, *, today: Callable[[], dt.date] = dt.date.today, **kwargs: Any) -> None:
        self.today = today
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("help_text", f"As you would write it: {EXAMPLES}.")
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"class": "honest-date", "data-understand": reverse_lazy("admin:understand_date"), "size": 32}
            ),
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show stored bounds as words that read back the same."""
        return written(value) if isinstance(value, DateSpan) else value

    def to_python(self, value: Any) -> DateSpan:  # type: ignore[override]
        """Return the bounds; an empty field is an unknown date."""
        if isinstance(value, DateSpan):
            return value
        try:
            return understand(super().to_python(value) or "", today=self.today())
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def run_validators(self, value: Any) -> None:
        """The length was bounded by the widget; a span has none."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is meant, not how it was written."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


PARTS = ("earliest", "latest", "precision")


class HonestDatesForm(ModelForm):
    """A model form in which each honest date is one text field beside its wording and its reason.

    Name the dates in ``honest_dates``; their columns for bounds and precision leave the
    form, ``as_written`` and ``reason`` stay plain fields.
    """

    honest_dates: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.honest_dates:
            if name in self.fields:
                self.initial[name] = DateSpan(*(getattr(self.instance, f"{name}_{part}") for part in PARTS))

    def _post_clean(self) -> None:
        # Before the instance is checked against its constraints, which speak of the columns.
        for name in self.honest_dates:
            span = self.cleaned_data.get(name)
            if isinstance(span, DateSpan):
                for part in PARTS:
                    setattr(self.instance, f"{name}_{part}", getattr(span, part))
        super()._post_clean()  # type: ignore[misc]  # a mixin: the form beside it has it
