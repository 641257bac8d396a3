"""``manage.py find``: what the finder proposes for one file, on the screen and nowhere else."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from tracker.core.drafts import Draft, KnownEvent
from tracker.ingest import extract as extracting
from tracker.ingest.find import Found, find, fixtures
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.knowledge import knowledge


class Command(BaseCommand):
    """Print the statements and inquiries found in an article; write nothing."""

    help = "Find the statements in a text or HTML file and print them; writes nothing, needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a text or HTML file; - reads standard input")
        parser.add_argument("--event", metavar="SLUG", help="the event that the article is about")
        parser.add_argument("--stance-target", metavar="TEXT", default="", help="what a stance is toward")
        parser.add_argument(
            "--published", metavar="DAY", help="the day of the article (YYYY-MM-DD), if it does not say"
        )
        parser.add_argument("--outlet", metavar="NAME", default="", help="who published it")
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        given = _read(options["file"])
        text, page = _article(given)
        gazetteer, events, source = _known()
        print(f"Names and events from {source}.", file=sys.stderr)
        event = _event(options["event"], events)
        try:
            day = dt.date.fromisoformat(options["published"]) if options["published"] else None
        except ValueError as error:
            raise CommandError(f"“{options['published']}” is not a day: write YYYY-MM-DD.", returncode=2) from error
        found = find(
            text,
            gazetteer=gazetteer,
            event=event,
            stance_target=options["stance_target"],
            published=day or (page.published if page else None),
            outlet=options["outlet"] or (page.site if page else ""),
            events=[one for one in events if event is not None and one.root == event.root],
        )
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found, text if page else None), ensure_ascii=False, indent=1))
            return
        for note in found.notes:
            self.stdout.write(note)
        for draft in found.drafts:
            self.stdout.write(_in_words(draft))
        if not found.drafts:
            self.stdout.write("No statement was found.")


def as_json(found: Found, text: str | None) -> dict[str, Any]:
    """Return the stable form programs read; keys may be added, none is renamed."""
    out: dict[str, Any] = {"candidates": [_candidate(draft) for draft in found.drafts], "notes": list(found.notes)}
    if text is not None:
        out["text"] = text
    return out


def _candidate(draft: Draft) -> dict[str, Any]:
    """Return a draft as it is stored, with its organisations and speakers under the names of the form."""
    stored = draft.to_json()
    stored["key"] = draft.key()
    return stored


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=2) from error


def _article(body: bytes) -> tuple[str, extracting.Extracted | None]:
    """Return the text to read: a text file as it is, an HTML or PDF file's article."""
    if extracting.sniff(body, "") == "text" or not body.strip():
        return extracting.decode(body), None
    try:
        page = extracting.extract(body)
    except extracting.ExtractError as error:
        raise CommandError(str(error)) from error
    return page.text, page


def _known() -> tuple[Gazetteer, list[KnownEvent], str]:
    """Return names and events from the database when it is there and holds any, else from the fixtures."""
    name = str(connection.settings_dict.get("NAME") or "")
    if connection.vendor != "sqlite" or Path(name).exists():
        try:
            known = knowledge()
        except DatabaseError:
            pass
        else:
            if known.gazetteer.companies:
                return known.gazetteer, list(known.events), "the database"
    folder = Path(settings.FIXTURES_DIR)
    return fixtures.gazetteer(folder), fixtures.events(folder), f"{folder.name}/ (no database that holds any)"


def _event(slug: str | None, events: list[KnownEvent]) -> KnownEvent | None:
    if not slug:
        return None
    found = {event.slug: event for event in events}
    if slug in found:
        return found[slug]
    near = difflib.get_close_matches(slug, found, n=1, cutoff=0.0)
    raise CommandError(
        f"No event is called “{slug}”." + (f" The nearest is “{near[0]}”." if near else ""), returncode=2
    )


def _in_words(draft: Draft) -> str:
    lines = [draft.summary]
    lines += [f"    “{quote.text}”" for quote in draft.quotes]
    lines += [f"    {field}: {reason}" for field, reason in draft.reasons.items()]
    return "\n".join(lines)
