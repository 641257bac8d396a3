"""Whatever a text holds, reading it takes a bounded time, raises nothing and says what was not read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.conf import settings

from tracker.ingest.find import Found, find, fixtures

GAZETTEER = fixtures.gazetteer(Path(settings.FIXTURES_DIR))
# CPU time on a shared machine; the promise is 2 s, the model's first load aside.
MOST_SECONDS = 4


def read(text: str) -> Found:
    return find(text, gazetteer=GAZETTEER, stance_target="the ban")


@pytest.fixture(scope="module", autouse=True)
def the_model_is_loaded() -> None:
    read("Calder Ferries said in a statement that it would stay.")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("Die Reederei hat mitgeteilt, dass sie nicht Stellung nehmen will und der Fahrplan bleibt. " * 8, "English"),
        ("Brantholm Rail said that it would stay. " * 25_000, "100,000"),
    ],
)
def test_what_is_not_read_is_said(text: str, note: str) -> None:
    found = read(text)
    assert any(note in one for one in found.notes)
    assert found.drafts == () or note == "100,000"


@pytest.mark.parametrize(
    "text",
    [
        "the company said that it will go on and on " * 3_000,
        "“" * 10_000,
        '"' * 10_000,
        "“‘" * 10_000,
        "“We are here.”\n\n" * 3_000,
        "\x00\x01Brantholm\x07 Rail said\x1b it\x0b is “wrong”.\n" * 500,
        "Brantholm Rail сказала 你好 said “нет” 。" * 1_000,
        "Brantholm Rail said \ud800 that it is “wrong”.",
        "Aaaa Bbbb Cccc said " * 6_000,
        "\n".join(f"Brantholm Rail CEO John Smith{n} said “no {n}” to staff in a memo." for n in range(1_500)),
        "(" * 50_000,
        "a\n" * 50_000,
        "employees signed the letter and the company did not respond to a request for comment " * 1_200,
        "a" * 100_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_texts_take_a_bounded_time_and_raise_nothing(text: str) -> None:
    begun = time.process_time()
    found = read(text)
    assert time.process_time() - begun < MOST_SECONDS
    body = text[:100_000]
    assert all(body[quote.start : quote.end] == quote.text for draft in found.drafts for quote in draft.quotes)
