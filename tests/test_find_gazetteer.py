"""Known names are found as names, and words that only look like them are not."""

from __future__ import annotations

import pickle
import time

import pytest

from tracker.core.drafts import KnownCompany, KnownOutlet, KnownPerson
from tracker.ingest.find.gazetteer import Gazetteer

GAZETTEER = Gazetteer.build(
    [
        KnownCompany("calder-ferries", "Calder Ferries", ("Calder",)),
        KnownCompany("anchor", "Anchor", ("Anchor Stores Inc.",), frozenset({"Anchor"})),
        KnownCompany("pinhay-rail", "Pinhay Rail Corp.", ("3P",)),
        KnownCompany("odells", "Odell's"),
        KnownCompany("calder-express", "Calder Express"),
        KnownCompany("north-one", "North One", ("Northern",)),
        KnownCompany("north-two", "North Two", ("Northern",)),
        KnownCompany("the-gazette", "The Gazette"),
    ],
    [KnownPerson("ada-quill", "Ada Quill", (("calder-ferries", "chief executive"),))],
    [KnownOutlet("the-gazette", "The Gazette"), KnownOutlet("courier", "Sel Courier")],
)


def found(text: str) -> list[tuple[str, str]]:
    mentions = GAZETTEER.mentions(text)
    assert all(text[one.start : one.end] == one.text for one in mentions)
    return [(one.slug, one.text) for one in mentions]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("Calder Ferries said no.", ["calder-ferries"]),
        ("Calder’s ships and Calder's crews.", ["calder-ferries", "calder-ferries"]),
        ("Calder Express is not Calder Ferries.", ["calder-express", "calder-ferries"]),
        ("Pinhay Rail ran late; 3P shares fell.", ["pinhay-rail", "pinhay-rail"]),
        ("Odell’s opened, and Odell's closed.", ["odells", "odells"]),
        ("Ada Quill told the Sel Courier.", ["ada-quill", "courier"]),
        ("The Gazette reports on itself.", ["the-gazette", "the-gazette"]),
        ("The Calderon family, a Calder-like ship, www.Calder.example and @Calder.", []),
        ("calder ferries in small letters", []),
        ("", []),
    ],
)
def test_names_are_found_whole_and_longest_first(text: str, slugs: list[str]) -> None:
    assert [slug for slug, _ in found(text)] == slugs


@pytest.mark.parametrize(
    "text",
    [
        "Anchor said in a statement that it would stay.",
        "Anchor CEO Ada Quill spoke.",
        "Anchor's chief executive spoke.",
        "The retailer Anchor stayed open.",
        "Companies including Anchor signed.",
        "Anchor Stores Inc. stayed open. Later Anchor closed.",
    ],
)
def test_an_ambiguous_name_counts_where_the_text_bears_it_out(text: str) -> None:
    assert "anchor" in {slug for slug, _ in found(text)}


@pytest.mark.parametrize(
    "text", ["Anchor the ship well.", "They dropped Anchor at noon.", "Northern ports were closed."]
)
def test_an_ambiguous_name_alone_is_a_word(text: str) -> None:
    assert found(text) == []


def test_a_name_shared_by_two_companies_is_settled_by_the_full_name() -> None:
    assert [slug for slug, _ in found("North One spoke first. Northern then kept quiet.")] == ["north-one", "north-one"]


def test_it_can_be_sent_to_a_worker_and_may_be_empty() -> None:
    again = pickle.loads(pickle.dumps(GAZETTEER))
    assert again.mentions("Calder Ferries") == GAZETTEER.mentions("Calder Ferries")
    assert Gazetteer.build([]).mentions("Calder Ferries") == []


def test_a_long_text_is_read_soon() -> None:
    begun = time.monotonic()
    GAZETTEER.mentions("Calder Anchor " * 20_000)
    assert time.monotonic() - begun < 2
