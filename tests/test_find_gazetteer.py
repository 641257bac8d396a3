"""Known names are found as names, and words that only look like them are not."""

from __future__ import annotations

import pickle
import time

import pytest

from tracker.core.drafts import KnownCompany, KnownOutlet, KnownPerson
from tracker.ingest.find import article as articles
from tracker.ingest.find import names
from tracker.ingest.find.article import sentences
from tracker.ingest.find.gazetteer import Gazetteer
from tracker.ingest.find.parse import mask, parse
from tracker.ingest.find.quotes import quotations

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
    plain = text.replace("’", "'")
    hits = GAZETTEER.hits(plain)
    assert all(earlier.end <= later.start for earlier, later in zip(hits, hits[1:], strict=False))
    return [((hit.companies or hit.people or hit.outlets)[0], plain[hit.start : hit.end]) for hit in hits]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("Calder Ferries said no.", ["calder-ferries"]),
        ("Calder’s ships and Calder's crews.", ["calder-ferries", "calder-ferries"]),
        ("Calder Express is not Calder Ferries.", ["calder-express", "calder-ferries"]),
        ("Pinhay Rail ran late; 3P shares fell.", ["pinhay-rail", "pinhay-rail"]),
        ("Odell’s opened, and Odell's closed.", ["odells", "odells"]),
        ("Ada Quill told the Sel Courier.", ["ada-quill", "courier"]),
        ("The Calderon family, the Calder-Smith firm, #Calder and @Calder.", []),
        ("calder ferries in small letters", []),
        ("", []),
    ],
)
def test_names_are_found_whole_and_longest_first(text: str, slugs: list[str]) -> None:
    assert [slug for slug, _ in found(text)] == slugs


def test_a_hit_says_whose_name_it_may_be_and_whether_that_is_sure() -> None:
    (gazette,) = GAZETTEER.hits("The Gazette")
    assert (gazette.companies, gazette.outlets, gazette.ambiguous) == (("the-gazette",), ("the-gazette",), False)
    (anchor,) = GAZETTEER.hits("Anchor")
    assert (anchor.companies, anchor.ambiguous) == (("anchor",), True)
    (northern,) = GAZETTEER.hits("Northern")
    assert northern.companies == ("north-one", "north-two")


def companies_named(text: str) -> list[str | None]:
    article = articles.read(f"Ferries\n{text} More was said about it on the quay later that day, in the rain.")
    quotes = quotations(article.plain, article.paragraphs)
    parsed, _ = parse(article, sentences(article, mask(article.plain, quotes)), quotes)
    mentions = names.read(article, parsed, GAZETTEER).mentions
    return [one.name.slug for one in mentions if one.name.kind == names.COMPANY and one.name.slug]


@pytest.mark.parametrize(
    "text",
    [
        "Anchor said in a statement that it would stay.",
        "Anchor CEO Ada Quill spoke.",
        "Anchor's chief executive spoke.",
        "Anchor Stores Inc. stayed open. Later Anchor closed.",
    ],
)
def test_an_ambiguous_name_counts_where_the_text_bears_it_out(text: str) -> None:
    assert "anchor" in companies_named(text)


@pytest.mark.parametrize("text", ["Anchor the ship well.", "They dropped Anchor at noon.", "Northern ports closed."])
def test_an_ambiguous_name_alone_is_a_word(text: str) -> None:
    assert companies_named(text) == []


def test_a_name_shared_by_two_companies_is_settled_by_the_full_name() -> None:
    assert companies_named("North One CEO Ada Quill spoke first. Northern then kept quiet.")[:2] == ["north-one"] * 2


def test_a_brand_speaks_for_its_owner_and_a_subsidiary_for_itself() -> None:
    known = Gazetteer.build(
        [
            KnownCompany("owner", "Owner"),
            KnownCompany("brand", "Brand", parent="owner", parent_kind="brand"),
            KnownCompany("line", "Line", parent="brand", parent_kind="brand"),
            KnownCompany("daughter", "Daughter", parent="owner", parent_kind="owner"),
        ]
    )
    assert [known.owner(slug) for slug in ("line", "brand", "daughter", "owner", "unknown")] == [
        "owner",
        "owner",
        None,
        None,
        None,
    ]


def test_it_can_be_sent_to_a_worker_and_may_be_empty() -> None:
    again = pickle.loads(pickle.dumps(GAZETTEER))
    assert again.hits("Calder Ferries") == GAZETTEER.hits("Calder Ferries")
    assert Gazetteer.build([]).hits("Calder Ferries") == []


def test_a_long_text_is_read_soon() -> None:
    begun = time.monotonic()
    GAZETTEER.hits("Calder Anchor " * 20_000)
    assert time.monotonic() - begun < 2
