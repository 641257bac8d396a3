"""One report has one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ingest.links import canonical_url, page_canonical, same_host


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://News.Example:443/A/?utm_source=x&b=2&a=1#top", "https://news.example/A?a=1&b=2"),
        ("http://news.example", "http://news.example/"),
        ("http://news.example:80/", "http://news.example/"),
        ("http://news.example:8080/a/", "http://news.example:8080/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://news.example//a///b", "https://news.example/a/b"),
        ("https://news.example/a?fbclid=1", "https://news.example/a"),
        ("https://news.example/a?q=", "https://news.example/a?q="),
        ("https://[2606:4700::1111]:443/", "https://[2606:4700::1111]/"),
        ("  https://news.example/a  ", "https://news.example/a"),
        ("https://[broken/", "https://[broken/"),
        ("not an address", "not an address"),
    ],
)
def test_an_address_loses_what_changes_nothing(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "change",
    ["https://news.example/b", "https://news.example/A", "http://news.example/a", "https://news.example/a?p=2"],
)
def test_what_tells_pages_apart_stays(change: str) -> None:
    assert canonical_url(change) != canonical_url("https://news.example/a")


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.example(:\d{1,4})?(/[a-zA-Z0-9 %_.~-]{0,8}){0,3}(\?[a-z=&%0-9]{0,12})?(#[a-z]{0,4})?",
        fullmatch=True,
    )
)
def test_the_canonical_form_is_its_own(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_a_page_may_name_its_own_address_and_nobody_elses() -> None:
    fetched = "https://www.news.example/a?utm_medium=x"
    assert page_canonical("/story/a", fetched) == "https://www.news.example/story/a"
    assert page_canonical("https://news.example/story/a", fetched) == "https://news.example/story/a"
    assert page_canonical("https://rival.example/a", fetched) == "https://www.news.example/a"
    assert page_canonical("", fetched) == "https://www.news.example/a"


def test_hosts_compare_without_www() -> None:
    assert same_host("https://www.news.example/", "http://news.example:8080/b")
    assert not same_host("https://news.example/", "https://other.example/")
    assert not same_host("https://[broken/", "https://[broken/")
