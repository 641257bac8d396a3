"""Feeds are polled politely, nothing in them is taken twice, and each row says how it stands."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_company, make_event, make_outlet
from tests.fakes import Server, server
from tracker.core import ledger
from tracker.ingest import feeds, robots
from tracker.models import Feed, FeedItem, FetchAttempt, Report
from tracker.models.choices import FeedState, FetchOutcome

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
QUARTER = dt.timedelta(minutes=15)
LINK = "https://news.example"


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    robots.forget()
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        settings.FETCH_DEADLINE_SECONDS = 2
        yield made


def item(name: str, *, guid: str = "", day: str = "Tue, 03 Mar 2026 23:30:00 -0600", link: str = "") -> str:
    return (
        f"<item><title>Story {name}</title><link>{link or f'{LINK}/{name}'}</link>"
        f"<guid>{guid or name}</guid><pubDate>{day}</pubDate></item>"
    )


def rss(*items: str, head: str = "") -> bytes:
    return f'<rss version="2.0"><channel><title>The Gazette</title>{head}{"".join(items)}</channel></rss>'.encode()


def feed_at(url: str, **fields: Any) -> Feed:
    return Feed.objects.create(url=url, **fields)


def poll(feed: Feed, now: dt.datetime = NOW, **rest: Any) -> feeds.Taken | None:
    polled = feeds.poll(feed.pk, now=lambda: now, **rest)
    feed.refresh_from_db()
    return polled


def test_new_items_become_reports_with_the_feeds_headline_and_day(web: Server) -> None:
    event, gazette = make_event(), make_outlet("The Gazette")
    feed = feed_at(web.answers("/f", rss(item("a"), item("b"))), event=event, outlet=gazette)
    polled = poll(feed)
    assert polled is not None and len(polled.new) == 2
    first = Report.objects.get(canonical_url=f"{LINK}/a")
    assert (first.headline, first.hint_published, first.outlet) == ("Story a", dt.date(2026, 3, 3), gazette)
    assert first.event_matches.get().event == event
    assert first.feed_items.get().feed == feed
    assert (feed.title, feed.last_success_at, feed.last_error, feed.lease_until) == ("The Gazette", NOW, "", None)
    assert feed.next_fetch_at == NOW + QUARTER
    assert FetchAttempt.objects.get(feed=feed).outcome == FetchOutcome.FETCHED


def test_an_item_names_its_outlet_where_the_feed_has_none(web: Server) -> None:
    wire = make_outlet("The Wire")
    named = item("a").replace("</item>", '<source url="https://wire.example/">The wire</source></item>')
    poll(feed_at(web.answers("/f", rss(named, item("b")))))
    assert Report.objects.get(headline="Story a").outlet == wire
    assert Report.objects.get(headline="Story b").outlet is None


def test_the_next_poll_sends_the_validators_and_unchanged_costs_nothing(web: Server) -> None:
    url = web.answers("/f", rss(item("a")), ETag='"one"', Last_Modified="Tue, 03 Mar 2026 08:00:00 GMT")
    feed = feed_at(url)
    poll(feed)
    web.answers("/f", b"", status="304 Not Modified")
    assert poll(feed, NOW + QUARTER) == feeds.Taken()
    asked = web.requests[-1].decode()
    assert 'If-None-Match: "one"' in asked and "If-Modified-Since: Tue, 03 Mar 2026 08:00:00 GMT" in asked
    assert (feed.last_success_at, feed.next_fetch_at) == (NOW + QUARTER, NOW + 2 * QUARTER)
    assert feed.fetches.first().outcome == FetchOutcome.NOT_MODIFIED  # type: ignore[union-attr]


def test_a_validator_too_long_to_keep_is_not_kept_in_part(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(item("a")), ETag='"' + "x" * 400 + '"'))
    poll(feed)
    assert feed.etag == ""


def test_items_seen_before_make_nothing(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(item("a"), item("b"))))
    poll(feed)
    web.answers("/f", rss(item("c"), item("a", link=f"{LINK}/a-moved"), item("b")))
    polled = poll(feed, NOW + QUARTER)
    assert polled is not None
    assert (len(polled.new), polled.known) == (1, 2)
    assert Report.objects.count() == FeedItem.objects.count() == 3


def test_a_feed_that_numbers_everything_anew_each_time_makes_each_report_once(web: Server) -> None:
    feed = feed_at(web.url("/f"))
    for visit in range(20):
        items = [item(str(n), guid=f"{visit}-{n}", link=f"{LINK}/{n}?utm_source={visit}") for n in range(50)]
        web.answers("/f", rss(*items))
        poll(feed, NOW + visit * QUARTER)
    assert (Report.objects.count(), FeedItem.objects.count()) == (50, 50)


def test_what_another_feed_or_a_person_sent_in_is_the_same_report(web: Server) -> None:
    poll(feed_at(web.answers("/f", rss(item("a")))))
    second = feed_at(web.answers("/g", rss(item("a", guid="another", link=f"{LINK}/a?utm_source=g"))))
    assert poll(second) == feeds.Taken(known=1)
    assert Report.objects.get().feed_items.count() == 2


def test_items_that_lead_nowhere_are_kept_with_the_reason(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(item("a", link="javascript:x"), item("b", link="http://localhost/b"))))
    assert poll(feed) == feeds.Taken(unusable=2)
    assert set(FeedItem.objects.values_list("reason", flat=True)) == {
        "The item has no address that can be fetched.",
        "The address leads to this machine or its own network, not to the open internet.",
    }
    assert "2 of its items lead nowhere" in feed.fetches.get().error
    assert poll(feed, NOW + QUARTER) == feeds.Taken(known=2)


def test_an_item_from_the_future_has_no_day(web: Server) -> None:
    poll(feed_at(web.answers("/f", rss(item("a", day="Fri, 27 Mar 2026 08:00:00 GMT")))))
    assert Report.objects.get().hint_published is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!doctype html><html><body>Please sign in</body></html>", "a web page, not a feed"),
        (b'<html><link rel=alternate type="application/rss+xml" href="/f.xml"></html>', "/f.xml as its feed"),
        (b"", "empty"),
        (b"%PDF-1.4", "neither RSS nor Atom"),
    ],
)
def test_a_feed_that_is_something_else_says_so_and_offers_nothing(web: Server, body: bytes, says: str) -> None:
    feed = feed_at(web.answers("/f", body, Content_Type="application/rss+xml"))
    assert poll(feed) == feeds.Taken()
    assert says in feed.last_error
    assert (feed.state, feed.failures, feed.health, feed.lease_until) == (FeedState.ACTIVE, 1, 75, None)
    assert Report.objects.count() == 0
    assert feed.fetches.get().error == feed.last_error


@pytest.mark.parametrize(
    ("status", "headers", "wait", "health"),
    [
        ("404 Not Found", {}, QUARTER, 85),
        ("403 Forbidden", {"Retry_After": "7200"}, QUARTER, 85),
        ("503 Busy", {}, QUARTER, 95),
        ("503 Busy", {"Retry_After": "7200"}, dt.timedelta(hours=2), 95),
        ("429 Slow down", {"Retry_After": "Fri, 20 Mar 2026 15:00:00 GMT"}, dt.timedelta(hours=3), 95),
        ("429 Slow down", {"Retry_After": "99999999999999999999"}, dt.timedelta(hours=24), 95),
        ("429 Slow down", {"Retry_After": "-5"}, QUARTER, 95),
        ("429 Slow down", {"Retry_After": "Fri, 20 Mar 2026 11:00:00 GMT"}, QUARTER, 95),
        ("429 Slow down", {"Retry_After": "soon"}, QUARTER, 95),
        ("500 Oops", {"Retry_After": "5"}, QUARTER, 95),
    ],
)
def test_a_refusal_is_told_in_words_and_the_server_is_left_alone_as_long_as_it_asks(
    web: Server, status: str, headers: dict[str, str], wait: dt.timedelta, health: int
) -> None:
    feed = feed_at(web.answers("/f", b"", status=status, **headers))
    assert poll(feed) == feeds.Taken()
    assert f"status {status[:3]}" in feed.last_error
    assert (feed.next_fetch_at, feed.health, feed.last_success_at) == (NOW + wait, health, None)


def test_failures_in_a_row_take_longer_each_time_and_pause_the_feed_in_the_end(web: Server) -> None:
    feed = feed_at(web.sends("/f", b""))
    now, waits = NOW, []
    while feed.state == FeedState.ACTIVE:
        poll(feed, now)
        if feed.next_fetch_at:
            waits.append(feed.next_fetch_at - now)
            now = feed.next_fetch_at
    assert waits[:3] == [QUARTER, 2 * QUARTER, 4 * QUARTER]
    assert max(waits) == dt.timedelta(hours=24)
    assert (feed.state, feed.failures, feed.health) == (FeedState.PAUSED, 20, 0)
    assert feed.last_error.startswith("Paused after 20 failures in a row. ")
    assert poll(feed, now + dt.timedelta(days=9)) is None


def test_a_good_answer_ends_the_row_of_failures(web: Server) -> None:
    feed = feed_at(web.url("/f"), failures=7, health=20, last_error="Nobody there.")
    web.answers("/f", rss(item("a")))
    poll(feed)
    assert (feed.failures, feed.health, feed.last_error) == (0, 45, "")


def test_a_feed_removed_for_good_is_not_asked_for_again(web: Server) -> None:
    feed = feed_at(web.answers("/f", b"", status="410 Gone"))
    poll(feed)
    assert (feed.state, feed.next_fetch_at) == (FeedState.GONE, None)
    assert "removed for good" in feed.last_error
    assert feeds.due(now=NOW + QUARTER) == []


def test_a_feed_may_ask_to_be_polled_less_often_but_not_more(web: Server) -> None:
    slow, fast = rss(item("a"), head="<ttl>120</ttl>"), rss(item("a"), head="<ttl>1</ttl>")
    feed = feed_at(web.answers("/f", slow))
    poll(feed)
    assert feed.next_fetch_at == NOW + 120 * MINUTE
    web.answers("/f", fast)
    poll(feed, NOW + 120 * MINUTE)
    assert feed.next_fetch_at == NOW + 120 * MINUTE + QUARTER


def test_a_feed_that_brings_nothing_is_left_alone_longer_and_longer(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(item("a"))))
    poll(feed)
    for quiet, wait in ((1, QUARTER), (10, dt.timedelta(hours=1)), (100, dt.timedelta(hours=4))):
        FeedItem.objects.update(seen_at=NOW - dt.timedelta(hours=quiet))
        Feed.objects.update(next_fetch_at=None)
        poll(feed)
        assert feed.next_fetch_at == NOW + wait
    web.answers("/f", rss(item("b"), item("a")))
    Feed.objects.update(next_fetch_at=None)
    poll(feed)
    assert feed.next_fetch_at == NOW + QUARTER


def redirect(web: Server, path: str, to: str, status: str) -> str:
    return web.answers(path, b"", status=status, Location=to)


def test_a_feed_that_has_moved_for_good_is_followed_and_its_history_says_so(
    web: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The exemption for loopback holds on the first hop only, as it must: here the second is let through too.
    monkeypatch.setattr("tracker.core.net.is_public", lambda address: True)
    feed = feed_at(redirect(web, "/old", "/new", "301 Moved"), title="Ours")
    web.answers("/new", rss(item("a")))
    polled = poll(feed)
    assert polled is not None and len(polled.new) == 1
    assert feed.url == web.url("/new")
    change = feed.history.first()
    assert change is not None
    assert change.history_change_reason == f"Its server says that it has moved to {web.url('/new')} for good."
    assert poll(feed, NOW + QUARTER) is not None
    assert feed.url == web.url("/new")


@pytest.mark.parametrize("status", ["302 Found", "307 Elsewhere", "303 See"])
def test_a_feed_that_is_elsewhere_for_now_stays_where_it_is(
    web: Server, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr("tracker.core.net.is_public", lambda address: True)
    feed = feed_at(redirect(web, "/old", "/new", status))
    web.answers("/new", rss(item("a")))
    poll(feed)
    assert feed.url == web.url("/old")


def test_a_move_to_something_that_is_no_feed_is_no_move(web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.core.net.is_public", lambda address: True)
    feed = feed_at(redirect(web, "/old", "/new", "301 Moved"))
    web.answers("/new", b"<html><body>Welcome</body></html>")
    poll(feed)
    assert (feed.url, feed.failures) == (web.url("/old"), 1)


def test_a_feed_that_has_moved_to_another_of_ours_is_let_go(web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.core.net.is_public", lambda address: True)
    feed = feed_at(redirect(web, "/old", "/new", "308 Moved"))
    feed_at(web.answers("/new", rss(item("a"))))
    poll(feed)
    assert (feed.state, feed.health, Report.objects.count()) == (FeedState.GONE, 100, 0)
    assert "which is polled already" in feed.last_error


def test_feeds_of_one_server_are_polled_one_after_the_other(web: Server) -> None:
    first = feed_at(web.answers("/f", rss(item("a"))), next_fetch_at=NOW - MINUTE)
    second = feed_at(web.answers("/g", rss(item("b"))), next_fetch_at=NOW)
    third = feed_at(web.url("/h"), next_fetch_at=NOW + MINUTE)
    elsewhere = feed_at(f"{LINK}/f", next_fetch_at=NOW)
    Feed.objects.filter(pk=first.pk).update(lease_until=NOW + MINUTE)
    assert poll(second) is None
    Feed.objects.filter(pk=first.pk).update(lease_until=None)
    assert poll(first) is not None
    assert feeds.next_beside(first.pk, now=NOW) == second.pk
    assert poll(second) is not None
    assert feeds.next_beside(second.pk, now=NOW) is None
    assert feeds.next_beside(second.pk, now=NOW + MINUTE) == third.pk
    assert feeds.next_beside(elsewhere.pk, now=NOW) is None
    assert feeds.next_beside(0, now=NOW) is None


def test_what_is_due_is_active_free_and_waits_longest_first() -> None:
    waits = feed_at(f"{LINK}/1", next_fetch_at=NOW - MINUTE)
    longer = feed_at(f"{LINK}/2", next_fetch_at=NOW - 2 * MINUTE)
    crashed = feed_at(f"{LINK}/3", next_fetch_at=NOW, lease_until=NOW - MINUTE)
    feed_at(f"{LINK}/4", next_fetch_at=NOW + MINUTE)
    feed_at(f"{LINK}/5", state=FeedState.PAUSED)
    feed_at(f"{LINK}/6", lease_until=NOW + MINUTE)
    assert feeds.due(now=NOW) == [longer.pk, waits.pk, crashed.pk]


def test_a_feed_is_polled_once_a_turn_however_many_ask(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(item("a"))))
    assert poll(feed) is not None
    assert poll(feed) is None
    assert poll(feed, NOW + 14 * MINUTE) is None
    assert poll(feed, NOW + 1 * MINUTE, at_once=True) is not None
    assert feeds.poll(feed.pk + 1) is None


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_one_feed_fetch_it_once(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(*(item(str(n)) for n in range(10)))))
    polled: list[feeds.Taken | None] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            polled.append(feeds.poll(feed.pk))
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [one for one in polled if one is not None] != []
    assert sum(request.startswith(b"GET /f ") for request in web.requests) == 1
    assert Report.objects.count() == 10


def test_a_worker_lost_with_a_feed_counts_as_a_failure_and_in_the_end_the_feed_is_paused(web: Server) -> None:
    feed = feed_at(web.answers("/f", rss(item("a"))), lease_until=NOW - MINUTE)
    assert poll(feed) is not None
    assert (feed.failures, feed.last_error) == (0, "")
    Feed.objects.filter(pk=feed.pk).update(lease_until=NOW, failures=4)
    assert poll(feed, NOW + QUARTER) is None
    assert feed.state == FeedState.PAUSED
    assert feed.last_error == "Paused after 5 failures in a row. The worker stopped while reading this feed."


def test_a_poll_that_was_overtaken_writes_nothing_back(web: Server) -> None:
    feed = feed_at(web.url("/f"))

    real = feeds.net.fetch

    def fetch(*args: Any, **rest: Any) -> Any:
        Feed.objects.filter(pk=feed.pk).update(lease_until=NOW + dt.timedelta(hours=1), last_error="Another's word.")
        return real(*args, **rest)

    web.answers("/f", rss(item("a")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds.net, "fetch", fetch)
        poll(feed)
    assert (feed.last_error, feed.last_success_at) == ("Another's word.", None)


def test_a_fault_of_our_own_is_kept_on_the_row(web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **rest: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(feeds.syndication, "read", broken)
    feed = feed_at(web.answers("/f", rss(item("a"))))
    assert poll(feed) == feeds.Taken()
    assert feed.last_error == "Our own fault, noted in the log: ZeroDivisionError."


def test_a_companys_own_feed_moves_the_coverage_its_silence_rests_on(web: Server) -> None:
    before = ledger.version()[1]
    poll(feed_at(web.answers("/f", rss(item("a"))), company=make_company()))
    assert ledger.version()[1] == before + 1
