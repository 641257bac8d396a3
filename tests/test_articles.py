"""Our own annotated articles: in order, of every sort, and read by the finder as well as its floors say."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command

from tracker.core.drafts import Draft
from tracker.ingest.find import find
from tracker.ingest.scoring import Annotated, load
from tracker.ingest.scoring.articles import gazetteer, read
from tracker.models.choices import MEDIA_OF_CHANNEL, Capacity, Channel, Medium, Stance

FOLDER = Path(__file__).parent / "articles"
ARTICLES = load(FOLDER)
REAL = Path(__file__).resolve().parent.parent.parent / "shared" / "articles"
KINDS = {"statement", "action", "open_letter", "declined_to_comment", "no_response"}
SPEECH = [row for article in ARTICLES for row in article.rows if not row.silent]
ids = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)


@ids
def test_quotations_stand_where_they_are_said_to(article: Annotated) -> None:
    for row in article.rows:
        for start, end in row.quotes:
            words = article.text[start:end]
            assert words == words.strip() and words[-1] != ",", words
            assert re.match(r"[“\"\n]|$", article.text[max(0, start - 1) : start] or "\n"), f"no mark before {words}"
            assert article.text[end : end + 2].strip(",")[:1] in {"”", '"', "\n", "", "."}, f"no mark after {words}"
        assert all(one[1] <= other[0] for one, other in pairwise(row.quotes)), "they are in order"


@ids
def test_names_and_sources_are_words_of_the_text(article: Annotated) -> None:
    for row in article.rows:
        assert row.organization_as_written and row.organization_as_written in article.text
        for words in (row.speaker, row.attribution):
            assert words is None or words in article.text


@ids
def test_labels_are_those_of_the_codebook(article: Annotated) -> None:
    assert article.published is not None and article.text.startswith(article.title + "\n\n")
    assert 120 <= len(article.text.split()) <= 500
    assert not article.negative or all(row.optional for row in article.rows)
    assert article.negative or any(not row.optional for row in article.rows)
    for row in article.rows:
        assert row.kind in KINDS and row.capacity in Capacity.values
        assert row.medium in MEDIA_OF_CHANNEL[row.channel]
        assert (row.stance is None) == row.silent
        assert row.stance is None or row.stance in Stance.values
        assert all(earliest <= latest <= article.published.isoformat() for earliest, latest in row.days)


def test_every_sort_of_statement_is_among_them() -> None:
    required = [row for article in ARTICLES for row in article.rows if not row.optional]
    assert len(ARTICLES) >= 30 and sum(article.negative for article in ARTICLES) >= 8
    assert {row.stance for row in required} == {*Stance.values, None}
    assert {row.kind for row in required} == KINDS
    assert {row.medium for row in SPEECH} == set(Medium.values)
    assert {row.channel for row in SPEECH} == set(Channel.values)
    assert {row.capacity for row in required} == set(Capacity.values)
    told = " ".join(row.attribution or "" for row in SPEECH)
    for words in (
        "said in a statement",
        "told ",
        "according to",
        "seen by",
        "obtained by",
        "source familiar",
        "reported",
    ):
        assert words in told, words


def test_they_are_no_copies_of_the_real_articles() -> None:
    if not REAL.exists():
        pytest.skip("the real articles are not beside this checkout")
    ours = {shingle for article in ARTICLES for shingle in shingles(article.text)}
    theirs = {shingle for article in load(REAL) for shingle in shingles(article.text)}
    assert not ours & theirs


def shingles(text: str) -> set[str]:
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[at : at + 8]) for at in range(len(words) - 7)}


def test_the_finder_is_not_below_its_floors() -> None:
    call_command("score_finder", str(FOLDER), floors=FOLDER / "floors.json")


# --- What a text may hold -------------------------------------------------------------------

KNOWN = gazetteer(FOLDER, FOLDER)
SAID = "Brindlemoor Foods said on Monday that the curfew was wrong. "
BAD = {
    "nothing": "",
    "white space": " \n\t\r\n\x0b\u2028\u00a0 ",
    "one letter": "a",
    "a megabyte": SAID * (1_000_000 // len(SAID)),
    "a megabyte without a space": "a" * 1_000_000,
    "a megabyte of lines": "\n" * 1_000_000,
    "no sentence ends": "Brindlemoor Foods said that the curfew was wrong and " * 2_000,
    "ten thousand quotation marks": "“" * 10_000,
    "ten thousand closing marks": "”" * 10_000,
    "ten thousand straight marks": '"' * 10_000,
    "ten thousand single marks": "'" * 10_000,
    "marks of every sort": "“\"'‘’”«»„‟" * 1_000,
    "marks between words": "Brindlemoor said “yes “and” no” " * 2_500,
    "only quotations": "“We oppose this order,” he said. “It is wrong,” she said.\n\n" * 800,
    "only quotations, nobody speaks": "“We oppose this order.”\n\n" * 1_500,
    "mixed scripts": (SAID + "Бриндлмур осудил приказ. 布林德爾莫爾食品公司。 المنظمة تدين القرار. ") * 400,
    "right to left marks": "\u202e“" + SAID * 50 + "”\u202c\u200f\ufeff",
    "control characters": "".join(map(chr, range(0x20))) * 500 + SAID + "\x00\x7f\x9f" * 500,
    "half a character": "\ud83d “Brindlemoor Foods \udc00 said.” " * 100,
    "astral letters": "𝐁𝐫𝐢𝐧𝐝𝐥𝐞𝐦𝐨𝐨𝐫 said “𝒏𝒐” 😀 " * 500,
    "combining marks": "B" + "\u0301" * 20_000 + " said “no”",
    "brackets": "(" * 20_000 + "Brindlemoor said no" + ")" * 20_000,
    "names without end": "Brindlemoor Foods, Tessavane Bank and " * 2_500,
    "commas": "Brindlemoor, " * 8_000,
    "full stops": "Inc. Corp. Mr. " * 6_000,
    "dashes": "— – - " * 20_000,
    "digits": "2026-03-04 " * 9_000,
    "a list": "- Brindlemoor Foods declined to comment\n" * 2_000,
    "another language": "Die Brindlemoor Foods teilte am Montag mit, dass die Ausgangssperre falsch sei. " * 40,
}
# Of any other text without statements the report says that none was found in it.
WITH_A_NOTE = {
    "nothing": "empty",
    "white space": "empty",
    "a megabyte of lines": "empty",
    "a megabyte": "100,000 characters",
    "another language": "not in English",
}


@pytest.mark.parametrize("name", BAD)
def test_no_text_breaks_the_finder_or_holds_it_up(name: str) -> None:
    find(SAID, gazetteer=KNOWN)  # the model is loaded once a process
    took = []
    for _ in range(3):  # a neighbour on the same processor may slow one reading, not three
        begun = time.process_time()
        found = find(BAD[name], gazetteer=KNOWN, stance_target="the curfew", outlet="The Calder Courant")
        took.append(time.process_time() - begun)
        if took[-1] <= 2.0:
            break
    assert min(took) <= 2.0
    for draft in found.drafts:
        assert Draft.from_json(draft.to_json()) == draft
        for quote in draft.quotes:
            assert BAD[name][quote.start : quote.end] == quote.text
        assert all(0 <= start <= end <= len(BAD[name]) for start, end in draft.spans)
    assert WITH_A_NOTE.get(name, "") in " ".join(found.notes)


@pytest.mark.parametrize("cut", range(0, 1600, 97))
def test_an_article_cut_anywhere_is_read_as_far_as_it_goes(cut: int) -> None:
    text = ARTICLES[3].text[: cut + 1]
    for draft in find(text, gazetteer=KNOWN, stance_target=ARTICLES[3].stance_target).drafts:
        assert all(text[quote.start : quote.end] == quote.text for quote in draft.quotes)


def test_a_stored_article_is_read_back_as_it_is() -> None:
    stored = json.loads((FOLDER / "001.json").read_text(encoding="utf-8"))
    assert read(stored) == ARTICLES[0]
