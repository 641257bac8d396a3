"""From bytes to an article, or to a sentence that says what to do instead."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from pathlib import Path

import pytest

from tracker.ingest.extract import ExtractError, LoginWall, NothingToRead, Unsupported, decode, extract, sniff

PROSE = " ".join(f"The ferry company said on day {n} that it would sail as planned." for n in range(12))
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "reports"


ARTICLE = f"<article><h1>Ferries sail on</h1><p>{PROSE}</p></article>"
DATED = json.dumps({"@type": "NewsArticle", "datePublished": "2026-03-04T09:00:00Z"})
IN_A_GRAPH = json.dumps({"@graph": [{"@type": "WebSite"}, {"@type": "Article", "datePublished": "2026-03-04"}]})
META = '<meta property="article:published_time" content="{}">'


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


def page(*, head: str = "", body: str = ARTICLE) -> bytes:
    titled = f"<head><title>Ferries sail on</title>{head}</head>"
    return f'<!doctype html><html lang="en">{titled}<body>{body}</body></html>'.encode()


def test_the_text_of_a_page_comes_without_its_furniture() -> None:
    furniture = "<nav>Home Business Sport</nav>"
    found = extract(
        page(body=f"{furniture}<article><h1>Ferries sail on</h1><p>{PROSE}</p></article><footer>Contact us</footer>")
    )
    assert "sail as planned" in found.text
    assert "Home Business Sport" not in found.text
    assert "Contact us" not in found.text
    assert found.language == "en"
    assert found.extractor.startswith("trafilatura ")


def test_the_same_bytes_always_give_the_same_text() -> None:
    body = (FIXTURES / "sel-crossing-order" / "kestrian-wire-statements.html").read_bytes()
    assert extract(body, url="https://wire.example/a") == extract(body, url="https://wire.example/a")


@pytest.mark.parametrize(
    ("head", "source"),
    [
        (linked(DATED) + META.format("2026-03-09"), "the page's structured data"),
        (linked(IN_A_GRAPH), "the page's structured data"),
        (linked("{broken") + '<meta name="date" content="2026-03-04">', "the page's metadata"),
        (linked('[3, "x"]') + META.format("March 4, 2026"), "the page's metadata"),
    ],
)
def test_the_day_is_what_the_page_says_of_itself_and_from_where(head: str, source: str) -> None:
    found = extract(page(head=head))
    assert (found.published, found.published_from) == (dt.date(2026, 3, 4), source)


def test_a_guessed_day_is_called_a_guess() -> None:
    found = extract(
        page(body=f'<article><h1>Ferries</h1><time datetime="2026-03-04">4 March</time><p>{PROSE}</p></article>')
    )
    assert found.published_from in {"guessed from the page", ""}


@pytest.mark.parametrize(
    "written", ["0001-01-01", "9999-12-31T23:59:59-12:00", "1970-01-01", "February 30, 2026", "yesterday", "25:61"]
)
def test_a_day_that_cannot_be_is_not_believed(written: str) -> None:
    found = extract(page(head=META.format(written)))
    assert found.published_from != "the page's metadata"


def test_a_saved_text_gives_headline_byline_dateline_and_body() -> None:
    tail = "Leave a Comment\n\nYour email address will not be published."
    text = f"Ferries sail on\n\nBy Ada Quill\nORRIN, MARCH 4, 2026 — {PROSE}\n\n{tail}"
    found = extract(text.encode(), content_type="text/plain")
    assert (found.headline, found.byline, found.dateline) == ("Ferries sail on", "Ada Quill", "ORRIN, MARCH 4, 2026")
    assert (found.published, found.published_as_written, found.published_from) == (
        dt.date(2026, 3, 4),
        "MARCH 4, 2026",
        "dateline",
    )
    assert found.text[found.body_start :].startswith("The ferry company said")
    assert "Leave a Comment" not in found.text


def test_a_text_without_dateline_begins_after_its_headline() -> None:
    found = extract(f"Ferries sail on\n{PROSE}".encode(), content_type="text/plain")
    assert found.text[found.body_start :].startswith("The ferry company said")
    bare = extract(PROSE.encode(), content_type="text/plain")
    assert (bare.headline, bare.body_start) == ("", 0)


def test_controls_stay_out_of_the_text() -> None:
    found = extract(f"Ferries\x00 sail\x0b on\n{PROSE}\ufffe".encode(), content_type="text/plain")
    assert not set("\x00\x0b\ufffe") & set(found.text)


@pytest.mark.parametrize(
    ("body", "content_type", "error", "says"),
    [
        (b"", "text/html", NothingToRead, "empty"),
        (b" \n ", "text/plain", NothingToRead, "empty"),
        (b"\x00\x00", "", Unsupported, "neither"),
        (page(body="<p>Nothing.</p>"), "text/html", NothingToRead, "paste its text"),
        (page(body="<p>Please sign in to continue reading this article.</p>"), "text/html", LoginWall, "sign in"),
        (page(body='<form><input type="password"></form>'), "text/html", LoginWall, "sign in"),
        (b"\x89PNG\r\n\x1a\n....", "image/png", Unsupported, "picture"),
        (b"<svg/>", "image/svg+xml", Unsupported, "picture"),
        (b"PK\x03\x04....", "application/zip", Unsupported, "application/zip"),
        (b"%PDF-1.7 broken", "application/pdf", Unsupported, "damaged"),
        (b"<html>" + b"x" * 6_000_000, "text/html", Unsupported, "larger than 5 MB"),
        (b"<html></html>", "text/html", NothingToRead, "article"),
    ],
)
def test_what_is_no_article_is_refused_in_words(
    body: bytes, content_type: str, error: type[ExtractError], says: str
) -> None:
    with pytest.raises(error, match=says):
        extract(body, content_type=content_type)


@pytest.mark.parametrize(
    ("name", "refused"),
    [("journal-login-wall.html", LoginWall), ("post-broken.html", NothingToRead), ("post-empty.html", NothingToRead)],
)
def test_the_demos_unreadable_pages_are_refused(name: str, refused: type[ExtractError]) -> None:
    with pytest.raises(refused):
        extract((FIXTURES / "sel-crossing-order" / name).read_bytes(), content_type="text/html")


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("café".encode("latin-1"), "iso-8859-1", "café"),
        ("café".encode(), "", "café"),
        (b"\xef\xbb\xbf" + "café".encode(), "iso-8859-1", "café"),
        ("café".encode("utf-16-le"), "utf-8", None),
        (b"\xff\xfe" + "café".encode("utf-16-le"), "", "café"),
        (b"\xfe\xff" + "café".encode("utf-16-be"), "", "café"),
        (b'<meta charset="windows-1252">' + "“café”".encode("cp1252"), "", '<meta charset="windows-1252">“café”'),
        ("“café”".encode("cp1252"), "bogus-charset", "“café”"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
    ],
)
def test_bytes_are_decoded_the_same_way_every_time(body: bytes, charset: str, text: str | None) -> None:
    found = decode(body, charset)
    assert text is None or found == text


def test_bytes_tell_more_than_the_server() -> None:
    assert sniff(b"%PDF-1.4", "text/html") == "pdf"
    assert sniff(b"<!DOCTYPE html>", "text/plain") == "html"
    assert sniff(b"plain words", "") == "text"
    assert sniff(b"plain words", "application/octet-stream") == "other"
    assert sniff(b"<p>fragment</p>", "text/html") == "html"


def test_deep_nesting_ends_soon() -> None:
    begun = time.monotonic()
    with contextlib.suppress(ExtractError):
        extract(b"<html><body>" + b"<div>" * 20_000 + PROSE.encode(), content_type="text/html")
    assert time.monotonic() - begun < 10
