"""A draft survives storage and is named by what it rests on."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tracker.core.drafts import Draft, DraftAsk, DraftDate, DraftPosition, DraftQuote, DraftVoice

DRAFT = Draft(
    kind="statement",
    voices=(DraftVoice("Calder Ferries", "Ada Quill", "chief executive", "official", company="calder-ferries"),),
    channel="internal",
    medium="email_or_memo",
    disclosure="leaked",
    stance="critical",
    quotes=(DraftQuote("too far", 10, 17, "partial"),),
    said=DraftDate("2026-03-01", "2026-03-02", "range", "over the weekend"),
    reported_by="The Gazette",
    attribution="according to a memo",
    confidence=0.8,
    reasons={"stance": "“too far” judges the order wrong."},
    evidence={"stance": ((10, 17),)},
    spans=((0, 40),),
    asks=(DraftAsk("withdrawal", "quoted", 20, 30),),
    positions=(DraftPosition("the minister", "supportive", 31, 39),),
)


def test_a_draft_comes_back_from_storage_as_it_was() -> None:
    assert Draft.from_json(json.loads(json.dumps(DRAFT.to_json()))) == DRAFT


def test_a_draft_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema 99"):
        Draft.from_json({**DRAFT.to_json(), "schema": 99})


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"confidence": 0.1}, True),
        ({"stance": "supportive"}, True),
        ({"spans": ((0, 41),)}, False),
        ({"kind": "declined_to_comment"}, False),
        ({"voices": (DraftVoice("Other Ferries"),)}, False),
    ],
)
def test_the_key_is_kind_organisations_speakers_and_spans(change: dict[str, object], same: bool) -> None:
    assert (dataclasses.replace(DRAFT, **change).key() == DRAFT.key()) is same
