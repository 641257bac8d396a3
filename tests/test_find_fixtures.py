"""Every page of the demo yields what its manifest expects, to the speaker, the channel and the stance."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tracker.core.drafts import Draft, KnownEvent
from tracker.ingest.extract import extract
from tracker.ingest.find import find, fixtures
from tracker.ingest.find.gazetteer import Gazetteer

FOLDER = Path(settings.FIXTURES_DIR)
PAGES = [
    page
    for page in json.loads((FOLDER / "reports" / "manifest.json").read_text(encoding="utf-8"))
    if page["expect"]["state"] in {"proposed", "duplicate"}
]
# What the rules do not get right on these pages, kept short and looked at when it changes (docs/finder.md).
MOST_MISSED = 3
MOST_FALSE = 8
MOST_FIELDS_WRONG = 8


@functools.cache
def known() -> tuple[Gazetteer, tuple[KnownEvent, ...]]:
    return fixtures.gazetteer(FOLDER), tuple(fixtures.events(FOLDER))


@functools.cache
def drafts(file: str, tree: str) -> tuple[tuple[Draft, ...], str]:
    gazetteer, events = known()
    page = extract((FOLDER / "reports" / file).read_bytes())
    event = next(one for one in events if one.slug == tree)
    found = find(
        page.text,
        gazetteer=gazetteer,
        event=event,
        stance_target=event.stance_target,
        published=page.published,
        outlet=page.site,
        events=[one for one in events if one.root == event.root],
    )
    return found.drafts, page.text


def compared(page: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """Return what of a page was missed, what was proposed beyond it, and which fields are wrong."""
    left = list(drafts(page["file"], page["tree"])[0])
    missed, wrong = [], []
    for expected in page["expect"]["candidates"]:
        organisations = {expected["organization"], *expected.get("also", [])}
        match = next(
            (
                draft
                for draft in left
                if draft.kind == expected["kind"]
                and {voice.organization for voice in draft.voices} == organisations
                and (expected["kind"] != "statement" or draft.voices[0].speaker == expected["speaker"])
            ),
            None,
        )
        if match is None:
            if not expected.get("optional"):
                missed.append(f"{expected['organization']}: {expected['kind']}")
            continue
        left.remove(match)
        if expected["kind"] in {"statement", "open_letter"}:
            got = {"channel": match.channel, "stance": match.stance, "capacity": match.voices[0].capacity}
            wrong += [f"{expected['organization']} {key}: {one}" for key, one in got.items() if one != expected[key]]
    return missed, [f"{one.voices[0].organization}: {one.kind}" for one in left], wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["file"])
def test_every_quote_and_every_span_stands_where_it_says(page: dict[str, Any]) -> None:
    found, text = drafts(page["file"], page["tree"])
    for draft in found:
        assert all(text[quote.start : quote.end] == quote.text for quote in draft.quotes)
        spans = [*draft.spans, *(span for spans in draft.evidence.values() for span in spans)]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert draft.reasons["stance"].endswith(".")
        assert Draft.from_json(draft.to_json()) == draft


def test_the_pages_together_are_read_as_expected() -> None:
    missed, false, wrong = [], [], []
    for page in PAGES:
        parts = compared(page)
        for found, all_of_them in zip(parts, (missed, false, wrong), strict=True):
            all_of_them += [f"{page['file']}: {one}" for one in found]
    assert len(missed) <= MOST_MISSED, missed
    assert len(false) <= MOST_FALSE, false
    assert len(wrong) <= MOST_FIELDS_WRONG, wrong


def test_the_page_that_carries_the_facts_of_the_first_article_gives_its_ten_rows() -> None:
    page = next(one for one in PAGES if one["tree"] == "operation-metro-surge")
    assert compared(page) == ([], [], [])
    altman = next(draft for draft in drafts(page["file"], page["tree"])[0] if draft.voices[0].speaker == "Sam Altman")
    assert len(altman.quotes) == 6
    assert [(one.target, one.stance) for one in altman.positions] == [("President Donald Trump", "supportive")]
    letter = next(draft for draft in drafts(page["file"], page["tree"])[0] if draft.kind == "open_letter")
    assert (letter.signature_count, letter.signature_comparator) == (450, "more_than")
    assert {"withdrawal", "end-contracts", "public-condemnation"} <= {ask.ask for ask in letter.asks}
    for one in ("Vinod Khosla", "Ethan Choi"):
        draft = next(each for each in drafts(page["file"], page["tree"])[0] if each.voices[0].speaker == one)
        assert draft.disavows == "Keith Rabois"
