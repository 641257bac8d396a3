"""Copies of a story are found, whatever was cut or put around them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tracker.ingest.extract import extract
from tracker.ingest.stories import containment, copies, of_its_own, same_story, shingles

REPORTS = Path(__file__).resolve().parent.parent / "fixtures" / "reports" / "sel-crossing-order"
VOCABULARY = [f"word{n}" for n in range(900)]


def story(seed: int, words: int = 600) -> str:
    chosen = random.Random(seed).choices(VOCABULARY, k=words)
    return " ".join(chosen)


def cut_in_half(text: str) -> str:
    return text[: len(text) // 2]


def cut_to_a_third(text: str) -> str:
    return text[: len(text) // 3]


def framed(text: str) -> str:
    return f"{story(98, 80)} {text} {story(99, 80)}"


def edited(text: str) -> str:
    words = text.split()
    return " ".join("another" if n % 25 == 0 else word for n, word in enumerate(words))


def set_differently(text: str) -> str:
    return text.upper().replace(" ", "\n", 40)


@pytest.mark.parametrize("change", [cut_in_half, cut_to_a_third, framed, edited, set_differently])
def test_a_copy_is_the_same_story(change: object) -> None:
    for seed in range(10):
        assert same_story(shingles(story(seed)), shingles(change(story(seed))))  # type: ignore[operator]


def test_other_stories_are_not() -> None:
    texts = [shingles(story(seed)) for seed in range(20)]
    assert not any(same_story(one, other) for one in texts for other in texts if one is not other)


def test_a_shared_footer_is_no_story() -> None:
    footer = story(77, 40)
    assert not same_story(shingles(f"{story(1)} {footer}"), shingles(f"{story(2)} {footer}"))


def test_the_same_text_gives_the_same_hashes_everywhere() -> None:
    text = "One two three four five six seven eight nine ten eleven twelve."
    assert shingles(text) == {754896016, 1036500176, 1354651064, 1681050536}


def test_nothing_is_no_story() -> None:
    assert shingles("too short") == frozenset()
    assert containment(frozenset(), shingles(story(1))) == 0.0
    assert not same_story(frozenset(), frozenset())


def test_the_wire_copies_of_the_demo_are_one_story() -> None:
    names = ["kestrian-wire-statements", "courier-carries-wire", "post-carries-wire-cut-short", "journal-joint-letter"]
    wire, courier, cut, other = (
        shingles(extract((REPORTS / f"{name}.html").read_bytes(), content_type="text/html").text) for name in names
    )
    assert same_story(wire, courier)
    assert same_story(wire, cut)
    assert not same_story(wire, other)


def text_of(page: str) -> str:
    return extract((REPORTS / page).read_bytes(), content_type="text/html").text


@pytest.mark.parametrize("copy", ["courier-carries-wire.html", "post-carries-wire-cut-short.html"])
def test_a_wire_copy_holds_nothing_that_the_wire_does_not(copy: str) -> None:
    wire, carried = text_of("kestrian-wire-statements.html"), text_of(copy)
    assert copies(shingles(carried), shingles(wire))
    assert "Sundermere" not in of_its_own(carried, wire)


def test_a_longer_text_is_no_copy_of_the_shorter_one() -> None:
    assert not copies(shingles(text_of("kestrian-wire-statements.html")), shingles(story(1)[:300]))
    whole = story(1)
    assert copies(shingles(cut_in_half(whole)), shingles(whole)) and not copies(
        shingles(whole), shingles(cut_in_half(whole))
    )


def test_a_paragraph_in_other_words_is_its_own() -> None:
    assert of_its_own("One sail.\nTwo ferries.", "Two  ferries\nThree.") == "One sail."
