"""`manage.py feeds` lists, finds, takes and gives feeds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_event, make_outlet
from tests.fakes import Server, server
from tracker.models import Feed
from tracker.models.choices import FeedState

pytestmark = [pytest.mark.django_db]

RSS = b"<rss version='2.0'><channel><title>The Gazette</title></channel></rss>"


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        settings.FETCH_DEADLINE_SECONDS = 2
        yield made


def run(*given: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("feeds", *given, stdout=out, stderr=err, no_color=True)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_feeds_own_address_is_added_for_an_outlet_and_an_event(web: Server) -> None:
    event, outlet = make_event(), make_outlet()
    url = web.answers("/f", RSS)
    assert run("--add", url, "--event", event.slug, "--outlet", outlet.slug) == (0, f"added  {url}\n", "")
    feed = Feed.objects.get()
    assert (feed.state, feed.event, feed.outlet, feed.next_fetch_at) == (FeedState.ACTIVE, event, outlet, None)
    assert run("--add", url)[1] == f"known already  {url}\n"


def test_the_feed_that_a_site_names_is_found(web: Server) -> None:
    web.answers(
        "/",
        b"<html><link rel=alternate type='application/rss+xml' href=/f>"
        b"<link rel=alternate type='application/atom+xml' href=/comments></html>",
    )
    status, out, _ = run("--add", web.url("/"))
    assert (status, Feed.objects.get().url) == (0, web.url("/f"))
    assert f"it also names  {web.url('/comments')}" in out


def test_what_has_no_feed_says_what_it_is(web: Server) -> None:
    status, _, err = run(
        "--add", web.answers("/", b"<html></html>"), web.url("/missing"), "http://10.0.0.1/", "ftp://x/"
    )
    assert (status, Feed.objects.count()) == (1, 0)
    for words in ("a web page, not a feed", "status 404", "private network", "http:// or https://"):
        assert words in err


def test_a_feed_that_was_paused_is_taken_up_again(web: Server) -> None:
    feed = Feed.objects.create(
        url=web.answers("/f", RSS), state=FeedState.PAUSED, failures=20, health=0, last_error="No."
    )
    run("--add", feed.url)
    feed.refresh_from_db()
    assert (feed.state, feed.failures, feed.health, feed.last_error) == (FeedState.ACTIVE, 0, 100, "")
    assert feed.history.first().history_change_reason == "Added again."  # type: ignore[union-attr]


def test_a_list_comes_in_and_goes_out(tmp_path: Path) -> None:
    given = tmp_path / "mine.opml"
    given.write_text(
        "<opml version='2.0'><body><outline text='One' xmlUrl='https://one.example/f'/>"
        "<outline text='Two' xmlUrl='https://two.example/f'/><outline text='In' xmlUrl='http://localhost/f'/></body></opml>"
    )
    status, out, err = run("--import", str(given))
    assert (status, out) == (1, "2 added, 0 known already.\n")
    assert "own network" in err
    Feed.objects.filter(url__contains="two").update(state=FeedState.GONE)
    out = run("--export", "-")[1]
    assert 'text="One"' in out and "https://one.example/f" in out and "two.example" not in out
    run("--export", str(tmp_path / "ours.opml"))
    assert run("--import", str(tmp_path / "ours.opml"))[1] == "0 added, 1 known already.\n"


def test_misuse_is_told(tmp_path: Path) -> None:
    make_outlet("The Gazette")
    (tmp_path / "x.opml").write_text("<html/>")
    for given, says in (
        (["--import", str(tmp_path / "x.opml")], "no OPML"),
        (["--import", str(tmp_path / "none.opml")], "cannot be read"),
        (["--outlet", "gazette"], "Did you mean “the-gazette”?"),
        (["--event", "zzz"], "There is no event “zzz”."),
    ):
        with pytest.raises(CommandError, match=says) as refused:
            run(*given)
        assert refused.value.returncode == 2


def test_the_sickest_come_first_with_the_reason() -> None:
    Feed.objects.create(url="https://well.example/f")
    Feed.objects.create(
        url="https://ill.example/f", health=40, last_error="There is no feed at this address (status 404)."
    )
    lines = run()[1].splitlines()
    assert "ill.example" in lines[0] and "last read never" in lines[0]
    assert lines[1].strip() == "There is no feed at this address (status 404)."
    assert "well.example" in lines[2]
