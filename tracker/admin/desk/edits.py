"""What the editor left in the form, in the words of ``review``: every key it takes, none it does not."""

from __future__ import annotations

from typing import Any

from tracker.admin.desk.forms import OF_A_CITATION
from tracker.admin.desk.sheet import Sheet
from tracker.models.dates import DateSpan


def of_a_new_row(sheet: Sheet) -> dict[str, Any]:
    """Return the edits that make a draft of exactly what the form says. The sheet is valid."""
    if sheet.main.is_inquiry:
        return _of_an_inquiry(sheet)
    given = sheet.main.cleaned_data
    channel, _, medium = given["channel"].partition(":")
    quotes = _quotes(sheet)
    told: dict[str, Any] = {
        "kind": given["kind"],
        "event": given["event"].slug,
        "stance": given["stance"],
        "first_stance": given["first_stance"],
        "channel": channel,
        "medium": medium,
        "said": _date(given["said"], given["said_as_written"], given["said_reason"]),
        "signature_count": given["signature_count"],
        "signature_comparator": given["signature_comparator"] if given["signature_count"] else None,
        "voices": _voices(sheet),
        "quotes": quotes,
        "asks": [
            {"ask": row["ask"].slug, "addressee": row["addressee"], "basis": row["basis"]}
            for row in sheet.rows(sheet.asks, "ask")
        ],
        "positions": [
            {"target": row["target"].label, "stance": row["stance"], "quote": _words_of(row["quote"], quotes)}
            for row in sheet.rows(sheet.positions, "target")
        ],
        **_plain(
            given, "disclosure", "audience", "form", "operations_only", "summary", "language", "no_inquiry_reason"
        ),
        **_citation(given),
    }
    links = [{"kind": row["kind"], "to": row["to"]} for row in sheet.rows(sheet.links, "to")]
    # Without a link of the editor's own, what the report says is disavowed is linked by itself.
    return {**told, "links": links} if links else told


def of_further_evidence(sheet: Sheet) -> dict[str, Any]:
    """Return the edits of a merge: the citation and its quotes, nothing of the coding."""
    given = sheet.main.cleaned_data
    told = {**_citation(given), "quotes": _quotes(sheet)}
    if sheet.main.is_inquiry:
        told["outcome"] = given["outcome"]
    return told


def _of_an_inquiry(sheet: Sheet) -> dict[str, Any]:
    given = sheet.main.cleaned_data
    return {
        "kind": given["kind"],
        "event": given["event"].slug,
        "asked": _date(given["said"], given["said_as_written"], given["said_reason"]),
        "asked_by": given["asked_by"].slug if given["asked_by"] else "",
        "voices": _voices(sheet),
        "quotes": _quotes(sheet),
        **_plain(given, "outcome", "about_event", "asked_about"),
        **_citation(given),
    }


def _plain(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names}


def _citation(given: dict[str, Any]) -> dict[str, Any]:
    told = _plain(given, *OF_A_CITATION)
    return {**told, "credits": told["credits"].slug if told["credits"] else ""}


def _date(span: DateSpan, as_written: str, reason: str) -> dict[str, Any]:
    return {
        "earliest": span.earliest.isoformat() if span.earliest else None,
        "latest": span.latest.isoformat() if span.latest else None,
        "precision": span.precision,
        "as_written": as_written,
        "reason": "" if as_written else reason,
    }


def _voices(sheet: Sheet) -> list[dict[str, Any]]:
    told = []
    for row in sheet.rows(sheet.voices, "company", "person"):
        voice: dict[str, Any] = {"title_then": row["title"], "capacity": row["capacity"], "first": row["first"]}
        if row["part"]:
            voice["part"] = row["part"]
        for name, of, new in (("company", "organization", "new_company"), ("person", "speaker", "new_person")):
            if row[f"found_{name}"]:
                voice[name] = row[f"found_{name}"].slug
            elif row[name].strip():
                voice[of], voice[new] = row[name].strip(), True
        told.append(voice)
    return told


def _quotes(sheet: Sheet) -> list[dict[str, Any]]:
    return [
        {name: row[name] for name in ("text", "start", "end", "kind", "attribution")}
        for row in sheet.rows(sheet.quotes, "text")
    ]


def _words_of(number: int | None, quotes: list[dict[str, Any]]) -> str | None:
    return quotes[number - 1]["text"] if number and number <= len(quotes) else None
