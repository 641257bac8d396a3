"""Quotations are found however they are set, and nothing is swallowed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ingest.find.article import Paragraph
from tracker.ingest.find.quotes import MAX_QUOTES, Quotation, block, quotations


def read(text: str) -> list[Quotation]:
    """Read every line of a text as a paragraph of the body."""
    paragraphs, at = [], 0
    for line in text.split("\n"):
        paragraphs.append(Paragraph(at, at + len(line), "body"))
        at += len(line) + 1
    return quotations(text, paragraphs)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“We sail,” she said.", ["We sail"]),
        ('"We sail," she said.', ["We sail"]),
        ("«We sail», she said.", ["We sail"]),
        ("“We sail,” she said. “As planned.”", ["We sail", "As planned."]),
        ('He called it "wrong" and "late".', ["wrong", "late"]),
        ("It was (“wrong”).", ["wrong"]),
        ("“They said ‘no’ to us,” she wrote.", ["They said ‘no’ to us"]),
        ("It was ‘quite wrong’, he said, in the ship’s office.", ["quite wrong"]),
        ("“One paragraph of it.\n“And the next,” she wrote.", ["And the next"]),
        ("“One paragraph that runs on without an end.\n“And the next,” she wrote.", 2),
        ("“A stray mark.\nAnother. “We sail,” she said.", ["We sail"]),
        ("Nothing quoted.", []),
        ("“ ”", []),
        ("", []),
    ],
)
def test_quotations_are_found_without_their_marks(text: str, found: list[str] | int) -> None:
    words = [text[one.start : one.end] for one in read(text)]
    assert words == found or len(words) == found


def test_the_outer_span_takes_the_marks_in() -> None:
    text = "“We sail,” she said."
    (quote,) = read(text)
    assert text[slice(*quote.outer)] == "“We sail,”"
    assert quote.words == 2


def test_running_speech_says_that_it_runs_on() -> None:
    first, second = read("“One paragraph that runs on without an end.\n“And the next,” she wrote.")
    assert not first.continues
    assert second.continues


def test_a_paragraph_set_off_is_a_quotation_without_marks() -> None:
    text = "We will sail."
    quote = block(text, Paragraph(0, len(text), "body"), 0)
    assert (quote.block, text[quote.start : quote.end]) == (True, text)


def test_headlines_are_no_evidence() -> None:
    text = "“A disgrace”"
    assert quotations(text, [Paragraph(0, len(text), "headline")]) == []


@given(st.text(alphabet='“”«»"ab .,\n', max_size=200))
def test_no_two_quotations_overlap(text: str) -> None:
    last = 0
    for one in read(text):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.start >= last
        last = one.end


@pytest.mark.parametrize("text", ['"' * 10_000, "“" * 10_000, "“a” " * 10_000, "“\n\n" * 10_000, 'a"b ' * 10_000])
def test_ten_thousand_marks_are_read_soon(text: str) -> None:
    begun = time.monotonic()
    assert len(read(text)) <= MAX_QUOTES
    assert time.monotonic() - begun < 2
