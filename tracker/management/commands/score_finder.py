"""``manage.py score-finder``: how well the finder reads annotated articles, and what it misses."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker.core.drafts import KnownEvent
from tracker.ingest import llm
from tracker.ingest.find import find
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.scoring import Annotated, FoundRow, Matched, Row, load, match, measure, rows_of, split
from tracker.ingest.scoring import articles as annotated
from tracker.ingest.scoring import figures as counting
from tracker.ingest.scoring import floors as holding


class Command(BaseCommand):
    """Score the finder on a folder of annotated articles; needs no database and writes nothing but a floor file."""

    help = "Score the finder on a folder of annotated articles."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="a folder of annotated articles (101.json …)")
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
        parser.add_argument("--split", type=int, metavar="SEED", default=7, help="seed that halves the folder")
        parser.add_argument(
            "--only", choices=("dev", "held", "all"), default="all", help="the half to look at, or only to score on"
        )
        parser.add_argument("--halves", action="store_true", help="print each half's figures before those of all")
        parser.add_argument("--misses", action="store_true", help="list misses, false rows and wrong fields")
        parser.add_argument("--article", metavar="ID", help="one article only")
        parser.add_argument("--model", action="store_true", help="read with the configured language model")
        parser.add_argument("--title", action="store_true", help="tell the finder the event's title too")
        parser.add_argument("--floors", type=Path, metavar="FILE", help="exit 1 when a figure is below this file's")
        parser.add_argument("--update", action="store_true", help="raise the floors to what is measured, lower none")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["directory"]
        if options["misses"] and options["only"] == "held":
            raise CommandError("The held half is only scored on: its misses are not shown.", returncode=2)
        try:
            chosen = _chosen(load(folder), options)
            gazetteer = annotated.gazetteer(folder, Path(settings.FIXTURES_DIR))
        except annotated.Unreadable as error:
            raise CommandError(str(error), returncode=2) from error
        matched, milliseconds = _read(chosen, gazetteer, title=options["title"], model=options["model"])
        figures = measure(matched, milliseconds=milliseconds)
        if options["json"]:
            told = figures.as_json() | ({"misses": [_listed(one) for one in matched]} if options["misses"] else {})
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            if options["halves"]:
                self._halves(matched, milliseconds, options["split"])
            for line in figures.lines():
                self.stdout.write(line)
            if options["misses"]:
                for one in matched:
                    self._tell(one)
        if options["floors"]:
            self._hold(figures, options["floors"], annotated.digest(chosen), update=options["update"])

    def _halves(self, matched: list[Matched], milliseconds: list[float], seed: int) -> None:
        names = ("The half to look at", "The half only to score on")
        for name, half in zip(names, split([one.article for one in matched], seed=seed), strict=True):
            ids = {article.id for article in half}
            part = [(one, took) for one, took in zip(matched, milliseconds, strict=True) if one.article.id in ids]
            figures = measure([one for one, _ in part], milliseconds=[took for _, took in part])
            self.stdout.write(f"{name} (seed {seed}):")
            for line in (*figures.lines(), ""):
                self.stdout.write(line)

    def _tell(self, one: Matched) -> None:
        listed = _listed(one)
        if not (listed["missed"] or listed["false"] or listed["wrong"]):
            return
        self.stdout.write(f"\n{one.article.id}  {one.article.title}  [toward: {one.article.stance_target}]")
        for kind in ("missed", "false", "wrong"):
            for row in listed[kind]:
                self.stdout.write(f"  {kind.upper()}  {row['row']}")
                for field in row.get("fields", ()):
                    self.stdout.write(f"      {field}")
                self.stdout.write(f"      | {row['sentence']}")

    def _hold(self, figures: counting.Figures, file: Path, digest: str, *, update: bool) -> None:
        floors = holding.read(file)
        worse = holding.below(figures, floors)
        if worse:
            lower = "A lower floor needs a decision record: write it, then change the file by hand."
            raise CommandError("\n".join([*worse, lower]), returncode=1)
        if update:
            holding.write(file, holding.raised(figures, floors, digest=digest))
            self.stderr.write(f"Floors written to {file}.")
        elif holding.other_articles(digest, floors):
            raise CommandError(f"The articles are not those {file.name} was set on: run with --update.", returncode=1)
        else:
            self.stderr.write("No figure is below its floor.")


def _chosen(every: list[Annotated], options: dict[str, Any]) -> list[Annotated]:
    dev, held = split(every, seed=options["split"])
    chosen = {"dev": dev, "held": held, "all": every}[options["only"]]
    if options["article"]:
        chosen = [article for article in chosen if article.id == options["article"]]
        if not chosen:
            raise annotated.Unreadable(f"No article is called {options['article']}.")
    return chosen


def _read(
    articles: list[Annotated], gazetteer: Gazetteer, *, title: bool, model: bool
) -> tuple[list[Matched], list[float]]:
    """Let the finder read every article, as the pipeline would with an event that has only a stance target."""
    find("Nordvik Ferries said on Monday that it would sail.", gazetteer=gazetteer)  # loads the model, once
    matched, milliseconds = [], []
    for article in articles:
        event = KnownEvent("event", article.event, "event", stance_target=article.stance_target) if title else None
        begun = time.process_time()
        found = (llm.read if model else find)(
            article.text,
            gazetteer=gazetteer,
            event=event,
            stance_target=article.stance_target,
            published=article.published,
            outlet=article.outlet,
            events=[event] if event else [],
        )
        milliseconds.append((time.process_time() - begun) * 1000)
        matched.append(match(article, rows_of(found.drafts)))
    return matched, milliseconds


def _listed(one: Matched) -> dict[str, Any]:
    text = one.article.text
    return {
        "article": one.article.id,
        "missed": [
            {"row": _expected(row), "sentence": counting.passage(text, counting.where(text, row))} for row in one.missed
        ],
        "false": [
            {"row": _proposed(found), "sentence": counting.passage(text, found.draft.spans)} for found in one.false
        ],
        "wrong": [
            {
                "row": _expected(row),
                "fields": [f"{wrong.field}: {wrong.found}, not {wrong.wanted}" for wrong in wrong_fields],
                "sentence": counting.passage(text, counting.where(text, row) or found.draft.spans),
            }
            for row, found in one.pairs
            if (wrong_fields := counting.wrongs(text, row, found))
        ],
    }


def _expected(row: Row) -> str:
    return (
        f"{row.organization} · {row.speaker or row.role or 'nobody named'} · {row.channel} · {row.kind} · {row.stance}"
    )


def _proposed(found: FoundRow) -> str:
    draft = found.draft
    who = found.voice.speaker or found.voice.role or "nobody named"
    return f"{found.voice.organization} · {who} · {draft.channel} · {draft.kind} · {draft.stance}"
