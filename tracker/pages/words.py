"""Words of the pages: labels, plurals, days and lists, the same everywhere."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence

from tracker.models import choices
from tracker.models.dates import DateSpan

# What a filter and a facet are called, in the order readers are shown them.
FIELDS = {
    "event": "Event",
    "company": "Company",
    "person": "Person",
    "sector": "Sector",
    "hq_region": "Headquarters",
    "identifier": "Identifier",
    "verification_min": "Verification at least",
    "has_quote": "With words quoted",
    "operations": "Operations only",
    "reported_since": "Reported since",
    "updated_since": "Updated since",
    "include_children": "With the events below",
    "channel": "Channel",
    "medium": "Medium",
    "disclosure": "How it got out",
    "stance": "Stance",
    "capacity": "Whose voice",
    "verification": "Verification",
    "form": "Form",
    "outlet": "Outlet",
    "ask": "Asks for",
    "q": "Words",
    "from": "Said from",
    "to": "Said to",
    "dates": "Dates",
    "sort": "Sort",
}

# Shorter than the labels of the closed list: they stand in a narrow column on every row.
VERIFICATION_SHORT = {
    choices.Verification.OUTLETS_ASSERTION: "Outlet’s assertion",
    choices.Verification.ONE_OUTLET: "One outlet’s own access",
    choices.Verification.SEVERAL_OUTLETS: "Several outlets’ own access",
    choices.Verification.DOCUMENT_SEEN: "Document seen by us",
    choices.Verification.ISSUER_CONFIRMED: "Issuer confirmed",
    choices.Verification.DISPUTED: "Disputed, not counted",
}

STANCE_RULES = {
    choices.Stance.CRITICAL: "Judges the conduct, or an act of it, wrong; or demands that it stop.",
    choices.Stance.SUPPORTIVE: "Judges the conduct, or an act of it, right; or demands that it continue.",
    choices.Stance.MIXED: "Judges it both ways, in two separate passages.",
    choices.Stance.CALLS_FOR_CALM: "Asks for restraint or openness, and blames nobody.",
    choices.Stance.NEUTRAL: "Says that it takes no side on this.",
    choices.Stance.NO_POSITION: "We hold the words, and they carry no view of the conduct.",
    choices.Stance.UNCLEAR: "We do not hold words that would let a coder decide.",
}

STANCE_VERBS: dict[str, str] = {
    choices.Stance.CRITICAL: "are critical",
    choices.Stance.SUPPORTIVE: "are supportive",
    choices.Stance.MIXED: "are mixed",
    choices.Stance.CALLS_FOR_CALM: "call for calm",
    choices.Stance.NEUTRAL: "take no side",
    choices.Stance.NO_POSITION: "take no position",
    choices.Stance.UNCLEAR: "are unclear",
}

CAPACITY_RULES = {
    choices.Capacity.OFFICIAL: "Official: counts as the company’s response.",
    choices.Capacity.PERSONAL: "A personal voice: never counts as the company’s response.",
    choices.Capacity.STAFF: "A staff voice: never counts as the company’s response.",
    choices.Capacity.UNCLEAR: "Whose voice it is is unclear: it does not count as the company’s response.",
}

DISCLOSURE_WORDS = {
    choices.Disclosure.ISSUED: "issued",
    choices.Disclosure.LEAKED: "leaked",
    choices.Disclosure.REPORTED: "reported",
}


def label(choice_list: str, value: str) -> str:
    """Return the word for a key of the closed list of that name; an unknown key is shown as it is."""
    members = getattr(choices, choice_list)
    try:
        return str(members(value).label)
    except ValueError:
        return value.replace("_", " ") if value else ""


def counted(n: int, one: str, many: str) -> str:
    """Write a number with the right form of its noun."""
    return f"{n:,} {one if n == 1 else many}"


def day(value: dt.date | dt.datetime | str | None, *, year: bool = True) -> str:
    """Write a day as "28 Jan 2026"; ISO text is read first."""
    if not value:
        return ""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value[:10])
    return f"{value.day} {value:%b %Y}" if year else f"{value.day} {value:%b}"


def long_day(value: dt.date, *, weekday: bool = True) -> str:
    """Write a day as "Wednesday 28 January 2026"."""
    return f"{value:%A} {value.day} {value:%B %Y}" if weekday else f"{value.day} {value:%B %Y}"


def moment(value: dt.datetime | str | None, zone: str = "UTC") -> str:
    """Write a moment in a time zone, and name the zone."""
    if not value:
        return ""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    there = value.astimezone(zoneinfo.ZoneInfo(zone))
    return f"{day(there)}, {there:%H:%M} {there:%Z}"


def day_head(earliest: dt.date | None, latest: dt.date | None, precision: str) -> tuple[str, str]:
    """Return the heading of a group of entries and the doubt it carries: a day, a range, or "By …"."""
    if latest is None:
        return ("Day not known", "")
    if earliest == latest:
        return (long_day(latest), "")
    if earliest is None or precision == choices.Precision.BEFORE:
        return (f"By {long_day(latest)}", "first day not known")
    span = DateSpan(earliest, latest, precision)
    if precision == choices.Precision.MONTH:
        return (f"{latest:%B %Y}", "day not known")
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        head = f"{earliest.day}–{latest.day} {latest:%B %Y}"
    elif earliest.year == latest.year:
        head = f"{earliest.day} {earliest:%B} – {latest.day} {latest:%B %Y}"
    else:
        head = f"{long_day(earliest, weekday=False)} – {long_day(latest, weekday=False)}"
    if (span.latest - span.earliest).days < 7:  # type: ignore[operator]
        return (head, f"said on a day between {earliest:%A} and {latest:%A}, not known more closely")
    return (head, "not known more closely")


def span_words(first: str, last: str) -> str:
    """Write two ISO days as one range: "24–28 Jan 2026"."""
    return DateSpan(dt.date.fromisoformat(first), dt.date.fromisoformat(last), choices.Precision.RANGE).words()


def listed(items: Sequence[str], *, most: int = 4) -> str:
    """Write names as a list, the rest as a number."""
    if len(items) > most + 1:
        return f"{', '.join(items[:most])} and {len(items) - most} others"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def lower_first(text: str) -> str:
    """Lower the first letter, unless the first word is written in capitals."""
    if len(text) > 1 and text[1].isupper():
        return text
    return text[:1].lower() + text[1:]


def article_number(n: int) -> str:
    """Write a small number as a word: prose starts with words, not figures."""
    small = ["None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]
    return small[n] if n < len(small) else f"{n:,}"


US_STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "DC": "District of Columbia",
}
COUNTRIES = {
    "US": "United States",
    "GB": "United Kingdom",
    "IE": "Ireland",
    "DE": "Germany",
    "FR": "France",
    "JP": "Japan",
    "CA": "Canada",
    "NL": "Netherlands",
    "CH": "Switzerland",
    "SE": "Sweden",
    "KR": "South Korea",
    "CN": "China",
    "IN": "India",
    "ES": "Spain",
    "IT": "Italy",
    "DK": "Denmark",
    "TW": "Taiwan",
    "SG": "Singapore",
    "AU": "Australia",
    "BM": "Bermuda",
    "LU": "Luxembourg",
    "NO": "Norway",
    "FI": "Finland",
    "BE": "Belgium",
    "IL": "Israel",
    "BR": "Brazil",
    "MX": "Mexico",
    "SA": "Saudi Arabia",
    "HK": "Hong Kong",
    "AT": "Austria",
    "PT": "Portugal",
    "PL": "Poland",
    "ZA": "South Africa",
}


def region(code: str) -> str:
    """Write an ISO 3166-2 code in words; one we have no words for is shown as it is."""
    country, _, part = code.partition("-")
    if country == "US" and part in US_STATES:
        return US_STATES[part]
    name = COUNTRIES.get(country, country)
    return f"{part}, {name}" if part else name
