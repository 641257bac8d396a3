"""Quotations are found however they are set, and nothing is swallowed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ingest.find.quotes import is_fragment, is_name, quoted


def words(text: str) -> list[str]:
    return [one.text for one in quoted(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“We sail,” she said.", ["We sail,"]),
        ('"We sail," she said.', ["We sail,"]),
        ("«We sail», she said.", ["We sail"]),
        ("„We sail“, she said.", ["We sail"]),
        ("“We sail,” she said. “As planned.”", ["We sail,", "As planned."]),
        ('He called it "wrong" and "late".', ["wrong", "late"]),
        ("It was (“wrong”).", ["wrong"]),
        ('The 6" pipe and the 8" pipe.', []),
        ("“They said ‘no’ to us,” she wrote.", ["They said ‘no’ to us,"]),
        ("“One paragraph.\n\n“And the next,” she wrote.", ["One paragraph.", "And the next,"]),
        ("“A stray mark in one paragraph.\n\nAnother. “We sail,” she said.", ["We sail,"]),
        ("Nothing quoted.", []),
        ("“ ”", []),
        ("", []),
    ],
)
def test_quotations_are_found(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_running_speech_says_that_it_runs_on() -> None:
    first, second = quoted("“One paragraph.\n\n“And the next,” she wrote.")
    assert not first.closed
    assert second.closed


@given(st.text(alphabet='“”«»"ab .,\n', max_size=200))
def test_every_quotation_stands_where_it_says_and_none_overlaps(text: str) -> None:
    last = 0
    for one in quoted(text):
        assert text[one.start : one.end] == one.text
        assert one.start >= last
        last = one.end


@pytest.mark.parametrize("text", ['"' * 10_000, "“" * 10_000, "“a” " * 10_000, "“\n\n" * 10_000, 'a"b ' * 10_000])
def test_ten_thousand_marks_are_read_soon(text: str) -> None:
    begun = time.monotonic()
    quoted(text)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The launch of “Operation Clear Water” began.", True),
        ("In “The Lives of Others” he plays a clerk.", True),
        ("“We sail as planned,” she said.", False),
        ("“Stop the War.”", False),
        ("He was “heartbroken” by it.", False),
        ("“Wrong,” she said.", False),
    ],
)
def test_names_in_marks_are_told_from_speech(text: str, name: bool) -> None:
    assert is_name(text, quoted(text)[0]) is name


def test_a_word_or_three_is_a_fragment() -> None:
    fragment, sentence = quoted("It went “a step too” far. “We sail.”")
    assert is_fragment(fragment)
    assert not is_fragment(sentence)


def test_the_comma_before_the_closing_mark_is_the_typesetters() -> None:
    assert quoted("“We sail,” she said.")[0].spoken == "We sail"
