"""Feeds as they are found: read where they can be, refused in words where not, and never at any price."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from tracker.ingest import syndication
from tracker.ingest.syndication import MAX_ITEMS, FeedFile, NotAFeed, read

HOME = "https://news.example/feed.xml"


def rss(items: str, *, head: str = "") -> bytes:
    channel = f"<channel><title>The Gazette</title>{head}{items}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


def one(found: FeedFile) -> syndication.Item:
    assert len(found.items) == 1
    return found.items[0]


ITEM = (
    "<item><title>Ferries &amp; rail</title><link>https://news.example/a</link><guid>tag:1</guid>"
    "<pubDate>Tue, 03 Mar 2026 23:30:00 -0600</pubDate></item>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>The Gazette</title><entry><id>tag:1</id>'
    b'<title type="html">Ferries &amp;amp; &lt;b&gt;rail&lt;/b&gt;</title><link href="/a"/>'
    b"<updated>2026-03-03T23:30:00-06:00</updated></entry></feed>"
)
RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Gazette</title></channel>'
    b'<item rdf:about="https://news.example/a"><title>Ferries &amp; rail</title><link>https://news.example/a</link>'
    b"<dc:date>2026-03-03</dc:date></item></rdf:RDF>"
)
OLD = (
    b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    b'<rss version="0.91"><channel><title>The Gazette</title><item><title>Ferries &amp; rail</title>'
    b"<link>https://news.example/a</link><pubDate>2026-03-03</pubDate></item></channel></rss>"
)
JSON = (
    b'{"version":"https://jsonfeed.org/version/1.1","title":"The Gazette","items":[{"id":"1","url":"/a",'
    b'"title":"Ferries & rail","date_published":"2026-03-03T23:30:00-06:00"},"no item"]}'
)
SITEMAP = (
    b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    b'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.example/about</loc></url>'
    b"<url><loc>https://news.example/a</loc><news:news><news:publication><news:name>The Gazette</news:name>"
    b"</news:publication><news:publication_date>2026-03-03</news:publication_date>"
    b"<news:title>Ferries &amp; rail</news:title></news:news></url></urlset>"
)


@pytest.mark.parametrize(
    "body", [rss(ITEM), ATOM, RDF, OLD, JSON, SITEMAP], ids=["rss", "atom", "rdf", "rss 0.91", "json", "sitemap"]
)
def test_every_kind_of_feed_gives_link_title_and_the_writers_own_day(body: bytes) -> None:
    item = one(read(body, url=HOME))
    assert (item.link, item.title, item.day) == ("https://news.example/a", "Ferries & rail", dt.date(2026, 3, 3))
    assert syndication.looks_like_feed(body)


def test_what_it_says_of_itself_is_read_too() -> None:
    found = read(
        rss(ITEM.replace("</item>", "<source url='https://x.example/'>The Wire</source></item>"), head="<ttl>90</ttl>")
    )
    assert (found.title, found.ttl, found.cut) == ("The Gazette", dt.timedelta(minutes=90), False)
    assert one(found).publisher == "The Wire"


def test_the_id_names_an_item_and_without_one_its_link_and_title_do() -> None:
    again = rss(ITEM.replace("Ferries", "Boats").replace("/a<", "/b<"))
    assert one(read(rss(ITEM))).guid_hash == one(read(again)).guid_hash
    bare = ITEM.replace("<guid>tag:1</guid>", "")
    assert one(read(rss(bare))).guid_hash != one(read(rss(bare.replace("Ferries", "Boats")))).guid_hash
    assert len(read(rss(ITEM + ITEM)).items) == 1


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "ftp://news.example/", "https://a:b@news.example/", "", "http://["],
)
def test_only_web_addresses_are_links(link: str) -> None:
    item = one(read(rss(f"<item><title>One</title><link>{link}</link><guid isPermaLink='false'>x</guid></item>")))
    assert item.link == ""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (
            b"<!doctype html><html><head><title>Sign in</title></head></html>",
            "a web page, not a feed, and it names none",
        ),
        (b"<p>Hello</p><body>", "a web page"),
        (b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "list of sitemaps"),
        (
            b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a/</loc></url></urlset>',
            "no news",
        ),
        (b"%PDF-1.7", "neither RSS nor Atom"),
        (b'{"items": []}', "neither RSS nor Atom"),
        (b'{"version":"https://jsonfeed.org/version/1","items":3}', "damaged"),
        (b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 100_000, "damaged"),
        (
            b'<!DOCTYPE r [<!ENTITY a "aaa">]><rss><channel><item><title>&a;</title></item></channel></rss>',
            "entities of its own",
        ),
        (b"<rss><channel><item a='" + b"x" * 70_000 + b"'>", "larger than any honest one"),
        (b" " * (6 * 1024 * 1024) + b"<rss>", "larger than 5 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_feed_is_refused_in_words(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed, match=says):
        read(body, url=HOME)


def test_a_web_page_is_asked_for_the_feeds_it_names() -> None:
    page = (
        b'<html><head><link rel="stylesheet" href="/x.css"><link href=/atom.xml type="application/atom+xml" '
        b"rel='alternate'><link rel=alternate type=application/rss+xml href='javascript:alert(1)'></head></html>"
    )
    with pytest.raises(NotAFeed, match="names https://news.example/atom.xml as its feed") as refused:
        read(page, url="https://news.example/")
    assert refused.value.named == ("https://news.example/atom.xml",)


def test_no_more_items_are_read_than_the_cap_and_it_says_so() -> None:
    items = "".join(
        f"<item><title>{n}</title><link>https://news.example/{n}</link></item>" for n in range(MAX_ITEMS + 9)
    )
    for body in (rss(items), rss(items).replace(b"<rss", b"<!-- RSS --><rss")):
        found = read(body)
        assert (len(found.items), found.cut) == (MAX_ITEMS, True)
        assert found.items[-1].title == str(MAX_ITEMS - 1)


@pytest.mark.parametrize(
    "title", ["a&#xD800;b", "a&#0;b", "a\x00b", "a&#xFFFE;b", "a\u202eb", "<![CDATA[a<script>b]]>", "a&#99999999;b"]
)
def test_a_title_comes_out_clean_or_not_at_all(title: str) -> None:
    item = one(read(rss(f"<item><title>{title}</title><link>https://news.example/a</link></item>")))
    assert item.title in {"ab", "a b", ""}


def test_other_encodings_are_read_by_mark_declaration_and_header() -> None:
    source = rss("<item><title>Überfähre</title><link>https://news.example/a</link></item>").decode()
    declared = source.replace('"1.0"?', '"1.0" encoding="iso-8859-1"?')
    wide = source.replace('"1.0"?', '"1.0" encoding="utf-16"?').encode("utf-16")
    assert one(read(declared.encode("latin-1"))).title == "Überfähre"
    assert one(read(wide, content_type="application/rss+xml")).title == "Überfähre"
    assert (
        one(read(source.encode("latin-1"), content_type="application/rss+xml; charset=iso-8859-1")).title == "Überfähre"
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Tue, 03 Mar 2026 08:00:00 GMT", dt.date(2026, 3, 3)),
        ("2026-03-03T23:59:59-12:00", dt.date(2026, 3, 3)),
        ("0001-01-01", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-02-30", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
        ("1" * 500, None),
    ],
)
def test_dates_are_believed_within_reason(written: str, day: dt.date | None) -> None:
    assert one(read(rss(ITEM.replace("Tue, 03 Mar 2026 23:30:00 -0600", written)))).day == day


@pytest.mark.parametrize(
    "body",
    [
        rss("<item>" * 200_000),
        b"<rss><channel>" + b"<a>" * 500_000,
        b"<rss><channel><item><title>" + b"<![CDATA[" * 100_000,
        b"<feed>" + b"<entry " * 400_000,
        b"<rss " + b"a='b' " * 10_000 + b">",
        b"<rss><channel>" + b"&amp;" * 900_000,
        b"<!--" * 900_000,
        b"<rss><!--" + b"-" * 4_000_000,
        b"<?" * 900_000,
        b"<rss><channel><item><link>" + b"https://" * 500_000,
    ],
    ids=lambda body: body[:24].decode(),
)
def test_hostile_bytes_take_no_time_to_speak_of(body: bytes) -> None:
    begun = time.process_time()
    try:
        read(body, url=HOME)
    except NotAFeed as refused:
        assert str(refused).endswith(".")
    assert time.process_time() - begun < 5
