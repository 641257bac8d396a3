"""A page that has not changed costs one query and no body; one that has is sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from tests import factories as f
from tracker.core import ledger

pytestmark = pytest.mark.django_db
PATHS = [
    "/",
    "/?stance=critical",
    "/events/harbour-strike/",
    "/events/harbour-strike/silence/",
    "/companies/",
    "/about/",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_read_before_is_answered_without_asking_for_its_list(
    client: Client, django_assert_num_queries: Any, path: str
) -> None:
    f.make_statement()
    first = client.get(path)
    with django_assert_num_queries(1):
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize("path", PATHS)
def test_a_publication_makes_every_page_new(client: Client, path: str) -> None:
    f.make_statement()
    tag = client.get(path)["ETag"]
    f.make_statement()
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_check_makes_the_board_new_though_nothing_was_published(client: Client) -> None:
    f.make_event()
    tag = client.get("/events/harbour-strike/silence/")["ETag"]
    ledger.bump_coverage()
    assert client.get("/events/harbour-strike/silence/", headers={"If-None-Match": tag}).status_code == 200


def test_htmx_and_the_whole_page_have_tags_of_their_own(client: Client) -> None:
    whole = client.get("/")["ETag"]
    part = client.get("/", headers={"HX-Request": "true", "HX-Target": "results"})["ETag"]
    assert whole != part


def test_a_setting_that_changes_the_words_changes_the_tag(client: Client) -> None:
    tag = client.get("/")["ETag"]
    with override_settings(SAMPLE_DATA=True):
        assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["/?stanse=critical", "/statements/OR-NOTHING/", "/events/nothing/silence/"])
def test_a_page_that_could_not_be_shown_has_no_tag(client: Client, path: str) -> None:
    assert not client.get(path).has_header("ETag")


def test_a_tag_leaks_nothing_of_what_is_not_published(client: Client) -> None:
    f.make_event()
    f.make_company()
    tag = client.get("/")["ETag"]
    f.make_statement(published=False, told=False)
    assert client.get("/")["ETag"] == tag


def test_the_maps_of_the_site_list_what_is_public_and_nothing_else(client: Client) -> None:
    shown = f.make_statement()
    hidden = f.make_statement(published=False)
    index = client.get("/sitemap.xml").content.decode()
    assert "<loc>http://testserver/sitemaps/statement-1.xml</loc>" in index
    part = client.get("/sitemaps/statement-1.xml")
    assert part["Content-Type"] == "application/xml"
    assert shown.public_id in part.content.decode()
    assert hidden.public_id not in part.content.decode()
    assert client.get("/sitemaps/statement-2.xml").status_code == 404
    assert client.get("/sitemaps/report-1.xml").status_code == 404
