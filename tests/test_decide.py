"""Whether a draft is new to us, with a reason an editor can act on."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from tracker.core.drafts import Draft, DraftDate, DraftQuote, DraftVoice
from tracker.ingest.decide import Action, Held, decide

WORDS = "The order goes a step too far, and we said so."
DRAFT = Draft(
    kind="statement",
    voices=(DraftVoice("Calder Ferries", "Ada Quill", "chief executive", "official", "calder-ferries", "ada-quill"),),
    channel="public",
    medium="website",
    disclosure="issued",
    stance="critical",
    quotes=(DraftQuote(WORDS, 10, 10 + len(WORDS)),),
    said=DraftDate("2026-03-03", "2026-03-03", "day"),
    reported_by=None,
    attribution=None,
    confidence=0.9,
    reasons={},
    evidence={},
    spans=((0, 60),),
)
HELD = Held(
    "OR-2345678",
    frozenset({"calder-ferries"}),
    frozenset({"ada-quill"}),
    "public",
    dt.date(2026, 3, 1),
    dt.date(2026, 3, 4),
    (WORDS,),
)


def quoted(words: str) -> Draft:
    return dataclasses.replace(DRAFT, quotes=(DraftQuote(words, 10, 10 + len(words)),))


def set_with_other_marks() -> Draft:
    return quoted(WORDS.replace(",", " —").replace(".", ""))


def quoted_in_part() -> Draft:
    return quoted("a step too far")


def quoted_at_length() -> Draft:
    return quoted(f"As a company that sails daily, we say: {WORDS}")


@pytest.mark.parametrize("same_words", [lambda: DRAFT, set_with_other_marks, quoted_in_part, quoted_at_length])
def test_the_same_words_again_are_evidence_for_what_we_hold(same_words: Callable[[], Draft]) -> None:
    found = decide(same_words(), [HELD])
    assert (found.action, found.about) == (Action.UPDATE, "OR-2345678")
    assert "the same words" in found.reason
    assert "another report" in found.reason


def test_the_same_words_in_the_same_text_are_a_duplicate() -> None:
    found = decide(DRAFT, [dataclasses.replace(HELD, same_story=True)])
    assert found.action is Action.DUPLICATE


def test_a_copied_text_without_words_is_a_duplicate_of_its_company() -> None:
    copied = dataclasses.replace(HELD, same_story=True, quotes=())
    assert decide(dataclasses.replace(DRAFT, quotes=()), [copied]).action is Action.DUPLICATE


def test_the_same_speaker_with_other_words_may_be_the_same_occasion() -> None:
    found = decide(quoted("Ferries will keep to their timetable this week."), [HELD])
    assert (found.action, found.about) == (Action.UPDATE, "OR-2345678")
    assert "the words differ" in found.reason


def test_two_reports_without_words_may_be_the_same_statement() -> None:
    nobody = dataclasses.replace(DRAFT, quotes=(), voices=(DraftVoice("Calder Ferries", company="calder-ferries"),))
    found = decide(nobody, [dataclasses.replace(HELD, quotes=(), people=frozenset())])
    assert "neither has words" in found.reason


@pytest.mark.parametrize(
    "change",
    [
        {"companies": frozenset({"pinhay-rail"})},
        {"earliest": dt.date(2026, 3, 4), "latest": dt.date(2026, 3, 9)},
        {"is_inquiry": True},
        {"channel": "internal", "quotes": ()},
        {"people": frozenset(), "quotes": ("Something else entirely.",)},
    ],
)
def test_another_company_day_channel_or_kind_is_new(change: dict[str, object]) -> None:
    assert decide(DRAFT, [dataclasses.replace(HELD, **change)]).action is Action.NEW


def test_open_dates_meet_everything_on_their_side() -> None:
    by_then = dataclasses.replace(DRAFT, said=DraftDate(None, "2026-03-02", "before"))
    assert decide(by_then, [HELD]).action is Action.UPDATE
    undated = dataclasses.replace(HELD, earliest=None, latest=None)
    assert decide(DRAFT, [undated]).action is Action.UPDATE


def test_an_organisation_we_do_not_know_is_new() -> None:
    unknown = dataclasses.replace(DRAFT, voices=(DraftVoice("Somebody Ltd", is_new_organization=True),))
    assert decide(unknown, [HELD]).action is Action.NEW


def test_an_inquiry_is_compared_with_inquiries() -> None:
    asked = dataclasses.replace(DRAFT, kind="declined_to_comment", quotes=())
    known = dataclasses.replace(HELD, public_id="IQ-2345678", is_inquiry=True)
    assert decide(asked, [HELD]).action is Action.NEW
    assert decide(asked, [HELD, known]).about == "IQ-2345678"


def test_a_word_or_two_in_common_is_nothing() -> None:
    found = decide(quoted("too far"), [dataclasses.replace(HELD, people=frozenset())])
    assert found.action is Action.NEW
