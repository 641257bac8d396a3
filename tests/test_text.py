"""What enters the record is text, and quoted words are found where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.text import around, clean, clean_name, context, find_quote, fold, mixed_scripts, occurs_at, safe_link

ARTICLE = "She spoke late. “We went too\xa0far,” she said — twice. Nobody answered."


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\x0bb\x1fc", "abc"),
        ("tab\tline\n", "tab\tline\n"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("non\ufffe\uffff\U0001fffe\ufdd0characters", "noncharacters"),
        ("cafe\u0301", "café"),
        ("\x85next line control", "next line control"),
    ],
)
def test_what_is_no_text_stays_out(given_text: str, kept: str) -> None:
    assert clean(given_text) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_every_database_takes_it(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\x00" not in once
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Acme\u202etxt.exe", "Acmetxt.exe"),
        ("Acme\u200b Corp", "Acme Corp"),
        ("Ac\u00adme", "Acme"),
        ("\ufeffAcme", "Acme"),
        ("Ac\u200dme", "Acme"),
        ("  two\n lines ", "two lines"),
        ("Z" + "\u0351" * 20, "Z" + "\u0351" * 3),
        ("İstanbul", "İstanbul"),
        ("株式会社アクメ", "株式会社アクメ"),
        ("شركة أكمي", "شركة أكمي"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_name_shows_what_it_holds(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@pytest.mark.parametrize(
    ("name", "mixed"),
    [("Аpple", True), ("Μicrosoft", True), ("Apple", False), ("Яндекс", False), ("Acme Яндекс", False), ("3M", False)],
)
def test_look_alike_letters_are_flagged(name: str, mixed: bool) -> None:
    assert mixed_scripts(name) is mixed


@pytest.mark.parametrize(
    "quote",
    [
        "We went too far,",
        '"We went too far,"',
        "too  far",
        "said - twice",
    ],
)
def test_a_quote_is_found_whatever_marks_and_spaces_it_is_set_with(quote: str) -> None:
    found = find_quote(ARTICLE, quote)
    assert found is not None
    assert occurs_at(ARTICLE, quote, *found)


@pytest.mark.parametrize("quote", ["We went far", "", "   ", "we went too far", "Nobody answered. Really"])
def test_other_words_are_not_found(quote: str) -> None:
    assert find_quote(ARTICLE, quote) is None


def test_a_later_place_can_be_asked_for() -> None:
    assert find_quote("no, no, no", "no", start=1) == (4, 6)
    assert find_quote("no, no", "no", start=5) is None


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, 10_000)])
def test_offsets_outside_the_text_hold_nothing(start: int, end: int) -> None:
    assert not occurs_at(ARTICLE, "She", start, end)
    with pytest.raises(ValueError, match="does not lie in"):
        context(ARTICLE, start, end)


def test_offsets_of_other_words_do_not_match() -> None:
    assert occurs_at(ARTICLE, "She", 0, 3)
    assert not occurs_at(ARTICLE, "She", 1, 4)
    assert not occurs_at(ARTICLE, " ", 3, 4)


@given(st.text(max_size=60), st.text(min_size=1, max_size=20), st.text(max_size=60))
def test_what_is_put_in_is_found_again(before: str, words: str, after: str) -> None:
    text = before + words + after
    found = find_quote(text, words)
    if fold(words).text.strip():
        assert found is not None
        assert occurs_at(text, words, *found)


def test_the_context_is_at_most_a_sentence_each_side() -> None:
    start, end = find_quote(ARTICLE, "too far") or (0, 0)
    excerpt = context(ARTICLE, start, end)
    assert excerpt.before == "“We went "
    assert excerpt.words == "too\xa0far"
    assert excerpt.after == ",” she said — twice."
    first = context(ARTICLE, 0, 3)
    assert (first.before, first.after) == ("", " spoke late.")
    last = context(ARTICLE, len(ARTICLE) - 9, len(ARTICLE))
    assert (last.before, last.words, last.after) == ("Nobody ", "answered.", "")


def test_prefix_and_suffix_are_what_stands_beside() -> None:
    assert around("abcdef", 2, 4, letters=1) == ("b", "e")
    assert around("abcdef", 0, 6) == ("", "")


@pytest.mark.parametrize(
    "url",
    ["https://news.example/a?b=c#d", "HTTP://news.example/", "https://[2001:db8::1]/", "https://münchen.example/"],
)
def test_a_web_address_is_a_link(url: str) -> None:
    assert safe_link(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/relative",
        "https://",
        "https://user:pass@evil.example/",
        "https://ok.example\\@evil.example/",
        'https://ok.example/"><script>',
        "https://[::1",
        "https://ok.example/\r\nSet-Cookie: a=b",
    ],
)
def test_anything_else_is_no_link(url: str) -> None:
    assert safe_link(url) == ""
