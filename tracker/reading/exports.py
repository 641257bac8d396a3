"""Every list as a file: streaming CSV and NDJSON, a bounded number of rows in memory.

NDJSON is the rows' public JSON, one a line. CSV has fixed columns, one line a row:
columns are added at the end, never moved. A cell that a spreadsheet would take for a
formula begins with an apostrophe (``neutral``); who reads the file with a program takes
one leading apostrophe off such cells.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from django.db.models import QuerySet

from tracker.reading import bodies, lists

CHUNK = 500
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")  # what a spreadsheet, or its import, may begin to calculate from
_BEFORE = " \u00a0\u3000'\"`\ufeff\u200b"  # what some skip before they look
SEPARATOR = "; "

Body = Mapping[str, Any]
Columns = Mapping[str, Callable[[Body], Any]]


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def neutral(value: Any) -> Any:
    """Return a cell that no spreadsheet calculates. Numbers stay numbers, nothing is the empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    if text.startswith(_FORMULA) or text.lstrip(_BEFORE).startswith(_FORMULA):
        return f"'{text}"
    return text


def csv_lines(columns: Columns, rows: Iterable[Body]) -> Iterator[str]:
    """Yield a CSV file in pieces: the header at once, then some hundred lines at a time."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(columns)
    for some in chunks(rows):
        yield "".join(writer.writerow([neutral(read(row)) for read in columns.values()]) for row in some)


def ndjson_lines(texts: Iterable[str | bytes]) -> Iterator[bytes]:
    """Yield rows, one a line, some hundred at a time."""
    for some in chunks(texts):
        yield b"".join((one.encode() if isinstance(one, str) else one) + b"\n" for one in some)


def texts(listing: lists.Listing, rows: QuerySet[Any]) -> Iterator[str | bytes]:
    """Yield the JSON text of every row of a list, in its order."""
    if listing.ledger:
        yield from bodies.stream(listing.ledger, rows, listing.order)
        return
    found = listing.load(rows).order_by(*listing.order).iterator(chunk_size=CHUNK)
    for row in found:
        yield orjson.dumps(listing.body(row))


def parsed(listing: lists.Listing, rows: QuerySet[Any]) -> Iterator[Body]:
    """Yield the JSON of every row of a list, in its order."""
    return (orjson.loads(text) for text in texts(listing, rows))


def voices(statements: Iterable[Body]) -> Iterator[Body]:
    """Yield each voice of each statement, with the statement it is behind."""
    for statement in statements:
        for number, voice in enumerate(statement["voices"], start=1):
            yield {"statement": statement, "number": number, **voice}


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while some := list(itertools.islice(waiting, CHUNK)):
        yield some


# --- Columns ----------------------------------------------------------------------------


def _at(*path: str) -> Callable[[Body], Any]:
    def read(body: Body) -> Any:
        found: Any = body
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    return read


def _date(name: str) -> Columns:
    return {
        f"{name}_earliest": _at(name, "earliest"),
        f"{name}_latest": _at(name, "latest"),
        f"{name}_precision": _at(name, "precision"),
        f"{name}_as_written": _at(name, "as_written"),
        f"{name}_edtf": _at(name, "edtf"),
        f"{name}_words": _at(name, "words"),
    }


def _joined(read: Callable[[Body], Iterable[Any]]) -> Callable[[Body], str]:
    return lambda body: SEPARATOR.join(dict.fromkeys(str(one) for one in read(body) if one not in (None, "")))


def _people(body: Body) -> Iterable[Any]:
    return (voice["person"]["slug"] for voice in body["voices"] if voice["person"])


def _capacities(body: Body) -> Iterable[Any]:
    return (voice["capacity"] for voice in body["voices"])


def _outlets(body: Body) -> Iterable[Any]:
    return ((citation["report"].get("outlet") or {}).get("slug") for citation in body["citations"])


def _reports(body: Body) -> Iterable[Any]:
    return (citation["report"]["id"] for citation in body["citations"])


def _links(body: Body) -> Iterable[Any]:
    return (citation["report"].get("link") for citation in body["citations"])


def _quotes(body: Body) -> str:
    return " | ".join(quote["text"] for citation in body["citations"] for quote in citation["quotes"])


STATEMENT_COLUMNS: Columns = {
    "id": _at("id"),
    "url": _at("url"),
    "event": _at("event", "slug"),
    "root_event": _at("root_event", "slug"),
    "stance": _at("stance"),
    "stance_target": _at("stance_target"),
    "channel": _at("channel"),
    "medium": _at("medium"),
    "disclosure": _at("disclosure"),
    "audience": _at("audience"),
    "form": _at("form"),
    **_date("said"),
    "said_inferred": _at("said", "inferred"),
    "said_at": _at("said_at"),
    "companies": _joined(lambda body: body["companies"]),
    "people": _joined(_people),
    "capacities": _joined(_capacities),
    "voices": lambda body: len(body["voices"]),
    "summary": _at("summary"),
    "quotes": _quotes,
    "asks": _joined(lambda body: (asked["ask"] for asked in body["asks"])),
    "operations_only": _at("operations_only"),
    "verification": _at("verification", "level"),
    "outlets": _joined(_outlets),
    "reports": _joined(_reports),
    "links_to_reports": _joined(_links),
    "same_as": _joined(lambda body: (link["to"] for link in body["links"] if link["kind"] == "same_as")),
    "language": _at("language"),
    "codebook_version": _at("codebook_version"),
    "published_at": _at("published_at"),
}
VOICE_COLUMNS: Columns = {
    "statement": _at("statement", "id"),
    "number": _at("number"),
    "url": _at("statement", "url"),
    "event": _at("statement", "event", "slug"),
    "company": _at("company", "slug"),
    "company_name": _at("company", "name"),
    "person": _at("person", "slug"),
    "person_name": _at("person", "name"),
    "name_then": _at("name_then"),
    "title_then": _at("title_then"),
    "capacity": _at("capacity"),
    "part": _at("part"),
    **_date("joined"),
    **_date("left"),
    "stance": _at("statement", "stance"),
    "stance_target": _at("statement", "stance_target"),
    "channel": _at("statement", "channel"),
    "said_earliest": _at("statement", "said", "earliest"),
    "said_latest": _at("statement", "said", "latest"),
}
EVENT_COLUMNS: Columns = {
    "slug": _at("slug"),
    "url": _at("url"),
    "title": _at("title"),
    "kind": _at("kind"),
    "parent": _at("parent", "slug"),
    "root": _at("root", "slug"),
    **_date("began"),
    **_date("ended"),
    "place": _at("place"),
    "time_zone": _at("time_zone"),
    "description": _at("description"),
    "scope": _at("scope"),
    "stance_target": _at("stance_target"),
    "wikidata": _at("wikidata_id"),
    "is_sample": _at("is_sample"),
}
COMPANY_COLUMNS: Columns = {
    "slug": _at("slug"),
    "url": _at("url"),
    "name": _at("name"),
    "kind": _at("kind"),
    "sector": _at("sector"),
    "hq_region": _at("hq_region"),
    "parent": _at("parent", "slug"),
    "parent_kind": _at("parent_kind"),
    "aliases": _joined(lambda body: body["aliases"]),
    "tickers": _joined(lambda body: body["tickers"]),
    "wikidata": _at("identifiers", "wikidata"),
    "cik": _at("identifiers", "cik"),
    "lei": _at("identifiers", "lei"),
    "domain": _at("domain"),
    "is_sample": _at("is_sample"),
}
PERSON_COLUMNS: Columns = {
    "slug": _at("slug"),
    "url": _at("url"),
    "name": _at("name"),
    "roles": _joined(lambda body: (f"{role['title']}, {role['company']['slug']}" for role in body["roles"])),
    "wikidata": _at("identifiers", "wikidata"),
    "is_sample": _at("is_sample"),
}
OUTLET_COLUMNS: Columns = {name: _at(name) for name in ("slug", "url", "name", "domain", "owner", "kind", "is_sample")}
REPORT_COLUMNS: Columns = {
    "id": _at("id"),
    "url": _at("url"),
    "link": _at("link"),
    "headline": _at("headline"),
    "byline": _at("byline"),
    "outlet": _at("outlet", "slug"),
    **_date("published"),
    "language": _at("language"),
    "captures": lambda body: len(body["captures"]),
    "sha256": _joined(lambda body: (capture["sha256"] for capture in body["captures"])),
}
INQUIRY_COLUMNS: Columns = {
    "id": _at("id"),
    "url": _at("url"),
    "event": _at("event", "slug"),
    "company": _at("company", "slug"),
    "outlet": _at("outlet", "slug"),
    "by_us": _at("by_us"),
    **_date("asked"),
    "asked_about": _at("asked_about"),
    "about_event": _at("about_event"),
    "outcome": _at("outcome"),
    "reports_differ": _at("reports_differ"),
    "reports": _joined(_reports),
    "published_at": _at("published_at"),
}


def _value(name: str) -> Callable[[Body], Any]:
    def read(body: Body) -> Any:
        found = body[name]
        return found if found is None or isinstance(found, (str, int, float)) else orjson.dumps(found).decode()

    return read


CORRECTION_COLUMNS: Columns = {
    "id": _at("id"),
    "entity": _at("entity"),
    "row": _at("row"),
    "event": _at("event", "slug"),
    "field": _at("field"),
    "before": _value("before"),
    "after": _value("after"),
    "reason": _at("reason"),
    "is_correction": _at("is_correction"),
    "note": _at("note"),
    "published_at": _at("published_at"),
}
COLUMNS: dict[str, Columns] = {
    "statements": STATEMENT_COLUMNS,
    "timeline": STATEMENT_COLUMNS,
    "voices": VOICE_COLUMNS,
    "events": EVENT_COLUMNS,
    "companies": COMPANY_COLUMNS,
    "people": PERSON_COLUMNS,
    "outlets": OUTLET_COLUMNS,
    "reports": REPORT_COLUMNS,
    "inquiries": INQUIRY_COLUMNS,
    "corrections": CORRECTION_COLUMNS,
}
