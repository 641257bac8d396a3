"""Lists of feeds come in and go out whole."""

from __future__ import annotations

import pytest

from tracker.ingest.opml import Listed, NotOpml, read, write

LIST = b"""<?xml version="1.0"?><opml version="1.0"><head><title>Mine</title></head><body>
<outline text="News"><outline type="rss" text="The Gazette" xmlUrl="https://news.example/f?a=1&amp;b=2" htmlUrl="https://news.example/"/>
<outline type="rss" title="The\x20Courier" xmlurl="https://courier.example/f"/></outline>
<outline text="Again" xmlUrl="https://news.example/f?a=1&amp;b=2"/><outline text="Bad" xmlUrl="javascript:alert(1)"/>
<outline text="No feed"/></body></opml>"""


def test_folders_are_flattened_and_only_web_addresses_taken() -> None:
    assert read(LIST) == (
        Listed("https://news.example/f?a=1&b=2", "The Gazette", "https://news.example/"),
        Listed("https://courier.example/f", "The Courier"),
    )


def test_what_goes_out_comes_in_again() -> None:
    listed = read(LIST)
    assert read(write(listed, title="Ours & yours")) == listed
    poison = write([Listed("https://a.example/", "a\x0bb\ufffe")], title="\x00")
    assert read(poison) == (Listed("https://a.example/", "ab"),)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "damaged|no OPML"),
        (b"<html><body/></html>", "no OPML"),
        (b"%PDF-1.4", "damaged|no OPML"),
        (
            b'<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body>&a;</body></opml>',
            "entities of its own",
        ),
        (b"<opml>" + b" " * (6 * 1024 * 1024) + b"</opml>", "larger than 5 MB"),
    ],
)
def test_what_is_no_list_is_refused_in_words(body: bytes, says: str) -> None:
    with pytest.raises(NotOpml, match=says):
        read(body)


def test_an_empty_list_is_a_list() -> None:
    assert read(b"<opml version='2.0'><body/></opml>") == ()
