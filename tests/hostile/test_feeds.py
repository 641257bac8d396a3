"""Feeds that nobody would write by mistake, and twenty thousand that chance wrote."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.hostile import table
from tracker.ingest import syndication

MUTATIONS = int(os.environ.get("HOSTILE_MUTATIONS", "20000"))
SEED = 20261124
LONGEST_SECONDS = 5.0

GOOD = (
    b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Northvale Herald &amp; Post</title><link>http://pub.test/</link><ttl>30</ttl><item><title>Hexlow speaks</title>
<link>http://pub.test/1</link><guid isPermaLink="false">a-1</guid><pubDate>Mon, 26 Jan 2026 10:00:00 GMT</pubDate></item>
<item><title>\xe2\x80\x9cQuoted\xe2\x80\x9d</title><link>http://pub.test/2</link><guid>http://pub.test/2</guid>
<description>&lt;p&gt;words&lt;/p&gt;</description><dc:date>2026-01-27</dc:date></item></channel></rss>""",
    b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title type="html">News</title><id>urn:x</id>
<updated>2026-01-26T10:00:00Z</updated><entry><title>One</title><id>urn:1</id><link href="http://pub.test/3"/>
<updated>2026-01-26T10:00:00Z</updated><summary>words</summary></entry></feed>""",
    b"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><title>R</title></channel><item rdf:about="http://pub.test/4"><title>Four</title>
<link>http://pub.test/4</link></item></rdf:RDF>""",
    b"""{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":"1","url":"http://pub.test/5","title":"Five",
"date_published":"2026-01-26T10:00:00Z"}]}""",
    b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://pub.test/6</loc><news:news>
<news:publication_date>2026-01-26</news:publication_date><news:title>Six</news:title></news:news></url></urlset>""",
)


def written() -> dict[str, bytes]:
    """Feeds written to do harm."""
    rss = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>%s</channel></rss>'
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(10))
    return {
        "billion laughs": b'<?xml version="1.0"?><!DOCTYPE rss [' + entities + b"]>" + rss[21:] % b"&a9;",
        "quadratic": b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 100_000 + b'">]>' + rss[21:] % (b"&a;" * 5000),
        "a file": b'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + rss[21:] % b"<item><title>&f;</title></item>",
        "an outside DTD": b'<!DOCTYPE rss SYSTEM "http://169.254.169.254/x.dtd">' + rss[21:] % b"<item/>",
        "a parameter entity": b'<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/p">%p;]>' + rss[21:] % b"<item/>",
        "XInclude": rss % b'<item><title><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></title></item>',
        "a style sheet": b'<?xml-stylesheet href="http://127.0.0.1/"?>' + rss[21:] % b"<item/>",
        "deep": rss % (b"<a>" * 200_000 + b"</a>" * 200_000),
        "many attributes": rss % (b"<item " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b"/>"),
        "a title of five megabytes": rss % (b"<item><title>" + b"x" * 5_000_000 + b"</title></item>"),
        "a million items": rss % (b"<item><title>t</title></item>" * 170_000),
        "a long id": rss % (b"<item><guid>" + b"g" * 200_000 + b"</guid><link>http://pub.test/7</link></item>"),
        "a lone surrogate": rss % b"<item><title>&#xD800;</title><link>http://pub.test/8</link></item>",
        "control characters": rss % b"<item><title>a\x00\x0b\x1f&#0;&#11;b</title><link>http://pub.test/9</link></item>",
        "no characters": rss % "<item><title>\ufffe\uffff</title><link>http://pub.test/10</link></item>".encode(),
        "UTF-16": '<?xml version="1.0" encoding="utf-16"?><rss version="2.0"><channel><title>t</title></channel></rss>'.encode("utf-16"),
        "UTF-7": b'<?xml version="1.0" encoding="utf-7"?><rss version="2.0"><channel><title>+ADw-</title></channel></rss>',
        "no such encoding": b'<?xml version="1.0" encoding="nonsense"?><rss version="2.0"><channel><title>t</title></channel></rss>',
        "script": rss % b"<item><title>&lt;script&gt;alert(1)&lt;/script&gt;</title><link>javascript:alert(1)</link></item>",
        "JSON, deep": b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "JSON, wrong kinds": b'{"version":"https://jsonfeed.org/version/1","title":{},"items":[1,null,"x",{"id":[],"url":{}}]}',
        "JSON, a huge number": b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 5000 + b"}]}",
        "absurd days": rss % b"".join(
            b"<item><guid>%d</guid><link>http://pub.test/d%d</link><pubDate>%s</pubDate></item>" % (n, n, day)
            for n, day in enumerate((b"0001-01-01", b"9999-12-31T23:59:59-12:00", b"Feb 30 2026", b"25:61", b"-1", b"1e400", b""))
        ),
        "nothing": b"",
        "white space": b" \n" * 1000,
        "a picture": bytes(range(256)) * 100,
    }  # fmt: skip


def mutated(generator: random.Random, feed: bytes) -> bytes:
    """Splice, flip, cut, repeat: what a bad line, a bad disk or a bad person does to a feed."""
    made = bytearray(feed)
    for _ in range(generator.randint(1, 6)):
        at, to = sorted(generator.randrange(len(made) + 1) for _ in range(2))
        kind = generator.randrange(6)
        if kind == 0 and made:
            made[generator.randrange(len(made))] ^= 1 << generator.randrange(8)
        elif kind == 1:
            del made[at : min(to, at + 200)]
        elif kind == 2:
            made[at:at] = made[at : min(to, at + 400)] * generator.randint(1, 4)
        elif kind == 3:
            made[at:at] = generator.randbytes(generator.randint(1, 12))
        elif kind == 4:
            other = generator.choice(GOOD)
            cut = generator.randrange(len(other))
            made[at:at] = other[cut : cut + 200]
        else:
            made[at:at] = generator.choice(
                [
                    b"<![CDATA[",
                    b"]]>",
                    b"<!--",
                    b"&#xD800;",
                    b"&#0;",
                    b"<item>",
                    b"\xff\xfe",
                    b"&",
                    b"<",
                    b"\x00",
                    b"<!DOCTYPE x [",
                    b"'\"",
                ]
            )
        if len(made) > 50_000:
            del made[50_000:]
    return bytes(made)


def ask(body: bytes, *, content_type: str = "application/xml") -> float:
    """Read a feed and return the seconds it took; whatever it holds must be plain text and fetchable links."""
    begun = time.monotonic()
    try:
        found = syndication.read(body, content_type=content_type, url="http://pub.test/feed")
    except syndication.NotAFeed:
        return time.monotonic() - begun
    for item in found.items:
        assert item.link == "" or item.link.startswith(("http://", "https://"))
        for text in (item.title, item.link, found.title):
            text.encode()  # no lone surrogates
            assert not any(ord(letter) < 32 or 0xFFFE <= ord(letter) & 0xFFFF <= 0xFFFF for letter in text)
        assert len(item.guid_hash) == 64 and len(item.title) <= 500
    return time.monotonic() - begun


@pytest.mark.timeout(200)
def test_feeds_written_to_do_harm_are_read_or_refused_soon() -> None:
    seconds = {name: ask(body) for name, body in written().items()}
    slowest = max(seconds, key=lambda name: seconds[name])
    late = [name for name, took in seconds.items() if took > LONGEST_SECONDS]
    table.record(
        "hostile feeds", tried=len(seconds), through=len(late), remark=f"slowest {seconds[slowest]:.1f} s ({slowest})"
    )
    assert late == []


@pytest.mark.timeout(280)
def test_feeds_that_chance_wrote_are_read_or_refused_soon() -> None:
    generator = random.Random(SEED)
    worst = 0.0
    kinds = ("application/xml", "application/rss+xml; charset=latin-1", "text/html", "", "application/json")
    for _ in range(MUTATIONS):
        worst = max(worst, ask(mutated(generator, generator.choice(GOOD)), content_type=generator.choice(kinds)))
    table.record(
        "mutated feeds",
        tried=MUTATIONS,
        through=int(worst > LONGEST_SECONDS),
        remark=f"seed {SEED}, slowest {worst * 1000:.0f} ms",
    )
    assert worst <= LONGEST_SECONDS
