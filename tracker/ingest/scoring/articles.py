"""The annotated articles of a folder: their texts and the rows a careful coder would make of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tracker.core.drafts import KnownCompany, KnownOutlet, KnownPerson, Span
from tracker.ingest.find import fixtures
from tracker.ingest.find.gazetteer import Gazetteer

SILENCES = frozenset({"declined_to_comment", "no_response"})


class Unreadable(Exception):
    """A folder or file cannot be scored on. The message says which and why."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One expected row: an organisation, its voice, and the labels that count as right."""

    organization: str
    organization_as_written: str | None
    speaker: str | None
    role: str | None
    capacity: str
    channel: str
    medium: str
    kind: str
    stance: str | None
    quotes: tuple[Span, ...]
    days: tuple[tuple[str, str], ...]
    reported_by: str | None
    attribution: str | None
    optional: bool
    accept_also: Mapping[str, Sequence[str | None]]

    @property
    def silent(self) -> bool:
        """It is about an organisation that did not answer."""
        return self.kind in SILENCES

    def accepted(self, field: str) -> tuple[str | None, ...]:
        """Return every label of a field that counts as right, the first choice first."""
        return (getattr(self, field), *self.accept_also.get(field, ()))


@dataclasses.dataclass(frozen=True)
class Annotated:
    """An article with what should be found in it."""

    id: str
    title: str
    outlet: str
    published: dt.date | None
    text: str
    event: str
    stance_target: str
    negative: bool
    rows: tuple[Row, ...]


def load(folder: Path) -> list[Annotated]:
    """Read every article of a folder, in the order of their names; raises ``Unreadable``."""
    files = sorted(folder.glob("[0-9]*.json"))
    if not files:
        raise Unreadable(f"{folder} holds no annotated articles (files such as 101.json).")
    found = []
    for file in files:
        try:
            found.append(read(json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"{file.name} is no annotated article: {type(error).__name__} {error}") from error
    return found


def read(stored: Mapping[str, Any]) -> Annotated:
    """Make an article of its JSON."""
    day = stored.get("published") or stored.get("published_meta")
    text: str = stored["text"]
    return Annotated(
        id=str(stored["id"]),
        title=stored["title"],
        outlet=stored["outlet"],
        published=dt.date.fromisoformat(day) if day else None,
        text=text,
        event=stored.get("event") or "",
        stance_target=stored.get("stance_target") or "",
        negative=bool(stored["negative"]),
        rows=tuple(_row(row, len(text)) for row in stored["rows"]),
    )


def split(articles: Sequence[Annotated], *, seed: int) -> tuple[list[Annotated], list[Annotated]]:
    """Divide articles into a part to look at and a part only to score on: halves, by the seed, negatives in both."""
    looked: set[str] = set()
    for kind in (True, False):
        ids = sorted(article.id for article in articles if article.negative is kind)
        random.Random(seed).shuffle(ids)
        looked.update(ids[: len(ids) // 2])
    return (
        [article for article in articles if article.id in looked],
        [article for article in articles if article.id not in looked],
    )


def digest(articles: Sequence[Annotated]) -> str:
    """Name a set of articles by all that is in them."""
    told = hashlib.sha256()
    for article in articles:
        told.update(repr(article).encode())
    return told.hexdigest()


def gazetteer(folder: Path, otherwise: Path) -> Gazetteer:
    """Return the names of the folder's own ``gazetteer.json``, or those of the reference files."""
    file = folder / "gazetteer.json"
    if not file.exists():
        return fixtures.gazetteer(otherwise)
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        return Gazetteer.build(
            [
                KnownCompany(
                    **{
                        **one,
                        "aliases": tuple(one.get("aliases", ())),
                        "ambiguous": frozenset(one.get("ambiguous", ())),
                    }
                )
                for one in stored.get("companies", ())
            ],
            [
                KnownPerson(one["slug"], one["name"], tuple((company, title) for company, title in one["roles"]))
                for one in stored.get("people", ())
            ],
            [KnownOutlet(**one) for one in stored.get("outlets", ())],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{file} is no gazetteer: {type(error).__name__} {error}") from error


def _row(stored: Mapping[str, Any], length: int) -> Row:
    quotes = tuple((int(start), int(end)) for start, end in stored["quotes"])
    if any(not 0 <= start < end <= length for start, end in quotes):
        raise ValueError(f"a quotation of {stored['organization']} lies outside the text")
    also: dict[str, Any] = dict(stored.get("accept_also") or {})
    return Row(
        organization=stored["organization"],
        organization_as_written=stored.get("organization_as_written"),
        speaker=stored.get("speaker"),
        role=stored.get("role"),
        capacity=stored["capacity"],
        channel=stored["channel"],
        medium=stored.get("medium") or "unspecified",
        kind=stored["kind"],
        stance=stored.get("stance"),
        quotes=quotes,
        days=tuple(_days(one) for one in (stored.get("date"), *also.get("date", ())) if one),
        reported_by=stored.get("reported_by"),
        attribution=stored.get("attribution"),
        optional=bool(stored.get("optional")),
        accept_also={field: tuple(values) for field, values in also.items() if field != "date"},
    )


def _days(stored: str | Mapping[str, str]) -> tuple[str, str]:
    """Return the first and the last day that a date may mean."""
    bounds = (stored, stored) if isinstance(stored, str) else (stored["earliest"], stored["latest"])
    for day in bounds:
        dt.date.fromisoformat(day)
    return bounds
