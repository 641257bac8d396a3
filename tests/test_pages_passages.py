"""Words in their context: never more than one sentence on either side, never more than 300 words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.pages.passages import Span, passages

TEXT = (
    "The first paragraph says nothing. It goes on.\n"
    "Nobody asked. “We think that this is wrong,” the chief executive wrote. She did not say more. "
    "The memo ends there.\n"
    "A third paragraph.\n"
    "A fourth paragraph.\n"
    "“It should stop,” she added."
)


def find(words: str, ref: int = 1) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words), ref)


def shown(found: list) -> str:
    return "|".join("".join(segment.text for segment in passage.segments) for passage in found)


def test_words_are_shown_with_the_rest_of_their_sentence_and_no_further() -> None:
    found = passages(TEXT, [find("We think that this is wrong")])
    assert shown(found) == "Nobody asked. “We think that this is wrong,” the chief executive wrote."


def test_the_marked_words_are_exactly_the_span() -> None:
    found = passages(TEXT, [find("this is wrong", ref=3)])
    assert [segment.text for segment in found[0].segments if segment.ref == 3] == ["this is wrong"]


def test_a_gap_says_how_many_paragraphs_are_left_out() -> None:
    found = passages(TEXT, [find("We think that this is wrong"), find("It should stop", ref=2)])
    assert [passage.skipped for passage in found] == [0, 2]


def test_words_close_together_share_one_passage() -> None:
    found = passages(TEXT, [find("We think"), find("this is wrong", ref=2)])
    assert len(found) == 1
    assert [segment.ref for segment in found[0].segments if segment.ref] == [1, 2]


def test_context_goes_before_the_words_do_when_the_limit_is_reached() -> None:
    found = passages(TEXT, [find("We think that this is wrong"), find("It should stop", ref=2)], most_words=10)
    assert shown(found) == "We think that this is wrong|It should stop"


def test_offsets_outside_the_text_show_nothing() -> None:
    assert passages(TEXT, [Span(10_000, 10_010, 1)]) == []


@given(
    st.text(alphabet="ab .“”\n", max_size=1500),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 900)), max_size=6),
)
def test_never_more_than_three_hundred_words_of_any_text(text: str, at: list[tuple[int, int]]) -> None:
    found = passages(text, [Span(start, start + long, n) for n, (start, long) in enumerate(at)])
    assert len(shown(found).replace("|", " ").split()) <= 300 + len(found)
