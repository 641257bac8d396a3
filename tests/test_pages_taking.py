"""Taking the record away: citations, earlier versions, pictures, data for programs, frames on other sites."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests import factories as f
from tracker.models import Statement
from tracker.pages import citing
from tracker.review import corrections

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def linked_data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


# --- Citing ----------------------------------------------------------------------------------


def test_a_statement_can_be_cited_with_permalink_version_and_day(client: Client) -> None:
    statement = f.make_statement()
    page = client.get(f"/statements/{statement.public_id}/").content.decode()
    for form, kind in (("bib", "application/x-bibtex"), ("ris", "application/x-research-info-systems")):
        path = f"/statements/{statement.public_id}/cite.{form}"
        assert f'href="{path}"' in page
        response = client.get(path)
        assert response["Content-Type"].startswith(kind)
        said = response.content.decode()
        assert f"{settings.SITE_URL}/statements/{statement.public_id}/" in said
        assert "2026" in said and "Calder Ferries" in said


def test_signs_of_tex_in_a_name_are_only_signs() -> None:
    one = citing.Citing("Brack & {Sons} 100% #1", "OR-1", 2, None, "https://onrecord.example/")
    assert r"Brack \& \{Sons\} 100\% \#1" in citing.bibtex(one)
    assert citing.ris(citing.Citing("a\r\nER  - \r\nTY  - X", "OR-1", 1, None, "u")).count("\r\nER  - ") == 1


def test_what_was_taken_down_cannot_be_cited_or_shown_in_any_form(client: Client) -> None:
    gone = f.make_statement(summary="Secret words.")
    Statement.objects.filter(pk=gone.pk).update(
        state="withdrawn", taken_down_at=f.NOW, taken_down_category="privacy", taken_down_note=""
    )
    for path in (
        f"/statements/{gone.public_id}/cite.bib",
        f"/statements/{gone.public_id}/versions/",
        f"/share/statements/{gone.public_id}.svg",
        f"/embed/statements/{gone.public_id}/",
    ):
        response = client.get(path)
        assert response.status_code == 410, path
        assert "Secret words" not in response.content.decode()
        assert "Calder" not in response.content.decode()


# --- Versions --------------------------------------------------------------------------------


def test_earlier_versions_say_what_changed(client: Client) -> None:
    statement = f.make_statement(summary="First summary.")
    corrections.correct(
        statement, changes={"summary": "Second summary."}, by=f.editor(), reason="our_error", note="It was not exact."
    )
    response = client.get(f"/statements/{statement.public_id}/versions/")
    said = text(response)
    assert "Version 2" in said and "Version 1" in said
    assert said.index("First summary.") < said.index("Second summary.")


# --- For programs ----------------------------------------------------------------------------


def test_a_statement_with_words_is_a_quotation_and_never_a_claim_review(client: Client) -> None:
    statement = f.make_statement(person=f.make_person())
    page = client.get(f"/statements/{statement.public_id}/").content.decode()
    data = linked_data(page)
    assert (data["@type"], data["text"]) == ("Quotation", "a step too far")
    assert data["creator"] == [{"@type": "Person", "name": "Ada Quill"}]
    assert "ClaimReview" not in page


def test_staff_are_named_to_nobody(client: Client) -> None:
    statement = f.make_statement(capacity="staff", quote="")
    data = linked_data(client.get(f"/statements/{statement.public_id}/").content.decode())
    assert data["@type"] == "CreativeWork"
    assert "creator" not in data


def test_the_data_are_a_dataset_with_downloads(client: Client) -> None:
    data = linked_data(client.get("/about/").content.decode())
    assert data["@type"] == "Dataset"
    for one in data["distribution"]:
        path = one["contentUrl"].removeprefix(settings.SITE_URL)
        assert client.get(path).status_code == 200, path


def test_nothing_in_the_record_can_end_the_data(client: Client) -> None:
    statement = f.make_statement(summary="</script><script>alert(1)</script> & \u2028")
    page = client.get(f"/statements/{statement.public_id}/").content.decode()
    assert "<script>alert" not in page
    assert linked_data(page)["abstract"].startswith("</script><script>alert(1)")


def test_sample_data_are_left_out_by_search_engines(client: Client) -> None:
    statement = f.make_statement()
    path = f"/statements/{statement.public_id}/"
    assert 'name="robots"' not in client.get(path).content.decode()
    with override_settings(SAMPLE_DATA=True):
        assert '<meta name="robots" content="noindex">' in client.get(path).content.decode()


# --- Pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Calder Ferries", "<b>&\u202e" + "x" * 190])
def test_a_shared_link_has_a_picture_in_valid_svg(client: Client, name: str) -> None:
    statement = f.make_statement(company=f.make_company(name, slug="named"), stance="mixed")
    page = client.get(f"/statements/{statement.public_id}/").content.decode()
    found = re.search(r'property="og:image" content="([^"]+)"', page)
    assert found
    response = client.get(found[1].removeprefix(settings.SITE_URL))
    assert response["Content-Type"].startswith("image/svg+xml")
    drawing = ET.fromstring(response.content)
    assert drawing.attrib["width"] == "1200"
    assert ET.fromstring(client.get("/share/events/harbour-strike.svg").content).attrib["height"] == "630"


# --- Frames ----------------------------------------------------------------------------------


def test_only_embeds_may_be_framed(client: Client) -> None:
    statement = f.make_statement()
    for path in (
        f"/embed/statements/{statement.public_id}/",
        "/embed/events/harbour-strike/",
        "/embed/events/harbour-strike/silence/",
    ):
        response = client.get(path)
        assert response.status_code == 200, path
        assert "frame-ancestors *" in response["Content-Security-Policy"]
        assert not response.has_header("X-Frame-Options")
        assert "unsafe-inline" not in response["Content-Security-Policy"]
    for path in (f"/statements/{statement.public_id}/", "/", "/events/harbour-strike/", "/oembed/?url=x"):
        response = client.get(path)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"], path
        assert response["X-Frame-Options"] == "DENY", path


@override_settings(SAMPLE_DATA=True)
def test_a_frame_of_sample_data_says_so(client: Client) -> None:
    statement = f.make_statement()
    assert "Sample data. Do not cite." in text(client.get(f"/embed/statements/{statement.public_id}/"))


def test_oembed_answers_for_our_own_pages_alone(client: Client) -> None:
    statement = f.make_statement()
    url = f"{settings.SITE_URL}/statements/{statement.public_id}/"
    found = client.get("/oembed/", {"url": url, "maxwidth": "400"}).json()
    assert (found["type"], found["version"], found["width"]) == ("rich", "1.0", 400)
    assert f'src="{settings.SITE_URL}/embed/statements/{statement.public_id}/"' in found["html"]
    board = f"{settings.SITE_URL}/events/harbour-strike/silence/?until=2026-03-20"
    assert "silence/?until=2026-03-20" in client.get("/oembed/", {"url": board}).json()["html"]
    hidden = f.make_statement(published=False)
    for other in (
        "",
        "https://elsewhere.example/statements/OR-1/",
        f"{settings.SITE_URL}/companies/calder-ferries/",
        f"{settings.SITE_URL}/statements/{hidden.public_id}/",
        f"{settings.SITE_URL}/nowhere",
        "http://[",
    ):
        assert client.get("/oembed/", {"url": other}).status_code == 404, other
    assert client.get("/oembed/", {"url": url, "format": "xml"}).status_code == 501
    assert client.get("/oembed/", {"url": url, "maxwidth": "wide"}).status_code == 400
    assert client.get("/oembed/", {"url": url, "width": "9"}).status_code == 400


def test_script_in_a_name_stays_text_in_the_frames_title(client: Client) -> None:
    statement = f.make_statement(company=f.make_company('"><script>alert(1)</script>', slug="bad"), quote="")
    url = f"{settings.SITE_URL}/statements/{statement.public_id}/"
    assert "<script>" not in client.get("/oembed/", {"url": url}).json()["html"]


def test_pages_tell_other_sites_how_to_embed_them(client: Client) -> None:
    f.make_statement()
    page = client.get("/events/harbour-strike/").content.decode()
    found = re.search(r'type="application/json\+oembed" title="[^"]*" href="([^"]+)"', page)
    assert found
    assert client.get(html.unescape(found[1]).removeprefix(settings.SITE_URL)).status_code == 200
