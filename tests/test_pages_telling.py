"""Anybody can report an error about a public row; nobody learns of a row that is not public."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories as f
from tracker.models import Notice

pytestmark = pytest.mark.django_db
GOOD = {"kind": "error", "text": "The day is wrong: it was the fourth.", "contact": "reader@onrecord.example"}


@pytest.fixture(autouse=True)
def nobody_has_sent_anything() -> None:
    cache.clear()


def text(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_a_notice_reaches_the_editors_with_a_number(client: Client) -> None:
    statement = f.make_statement()
    response = client.post(f"/tell/statement/{statement.public_id}/", GOOD)
    notice = Notice.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/tell/thanks/?id={notice.public_id}")
    assert (notice.entity, notice.row, notice.kind, notice.state) == ("statement", statement.public_id, "error", "open")
    assert (notice.text, notice.contact) == (GOOD["text"], GOOD["contact"])
    assert notice.public_id in text(client.get(response["Location"]))


def test_every_public_row_has_its_form_one_link_away(client: Client) -> None:
    statement = f.make_statement(company=f.make_company(), person=f.make_person(company=f.make_company()))
    inquiry = f.make_inquiry()
    for page, form in [
        (f"/statements/{statement.public_id}/", f"/tell/statement/{statement.public_id}/"),
        (f"/inquiries/{inquiry.public_id}/", f"/tell/inquiry/{inquiry.public_id}/"),
        ("/events/harbour-strike/", "/tell/event/harbour-strike/"),
        ("/events/harbour-strike/silence/", "/tell/event/harbour-strike/"),
        ("/companies/calder-ferries/", "/tell/company/calder-ferries/"),
        ("/people/ada-quill/", "/tell/person/ada-quill/"),
        ("/outlets/the-gazette/", "/tell/outlet/the-gazette/"),
    ]:
        assert f'href="{form}"' in client.get(page).content.decode(), page
        assert client.get(form).status_code == 200, form


def test_a_row_that_is_not_public_has_no_form(client: Client) -> None:
    draft = f.make_statement(published=False)
    withheld = f.make_statement(state="withheld", published_at=f.NOW)
    f.make_event("Secret", published=False, told=False)
    f.make_company("Secret Line", told=False)
    for path in (
        f"/tell/statement/{draft.public_id}/",
        f"/tell/statement/{withheld.public_id}/",
        "/tell/event/secret/",
        "/tell/company/secret-line/",
        "/tell/holdback/x/",
        "/tell/statement/%00/",
    ):
        assert client.get(path).status_code == 404, path
        assert client.post(path, GOOD).status_code == 404, path
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": ""}, "Write what should be looked at."),
        ({"text": "no"}, "A few words more"),
        ({"text": "a" * 4001}, "4000"),
        ({"kind": "quote_drift"}, "Select a valid choice"),
        ({"contact": "a" * 301}, "300"),
        ({"text": "a\x00bcdefghijkl"}, "Null characters"),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_written_stays(
    client: Client, wrong: dict[str, str], said: str
) -> None:
    f.make_event()
    response = client.post("/tell/event/harbour-strike/", GOOD | wrong)
    assert response.status_code == 400
    assert said in text(response)
    assert not Notice.objects.exists()


def test_the_same_words_again_are_the_same_notice(client: Client) -> None:
    f.make_event()
    first = client.post("/tell/event/harbour-strike/", GOOD)
    assert client.post("/tell/event/harbour-strike/", GOOD)["Location"] == first["Location"]
    assert Notice.objects.count() == 1


def test_a_sender_of_many_is_asked_to_wait(client: Client) -> None:
    f.make_event()
    answers = [
        client.post("/tell/event/harbour-strike/", GOOD | {"text": f"Number {n} of many."}).status_code
        for n in range(8)
    ]
    assert answers == [302] * 6 + [429] * 2
    assert Notice.objects.count() == 6
    assert client.post("/tell/event/harbour-strike/", GOOD, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_a_program_that_fills_the_trap_leaves_nothing(client: Client) -> None:
    f.make_event()
    assert client.post("/tell/event/harbour-strike/", GOOD | {"website": "https://spam.example"}).status_code == 302
    assert not Notice.objects.exists()


def test_a_form_from_elsewhere_is_refused() -> None:
    f.make_event()
    client = Client(enforce_csrf_checks=True)
    assert client.post("/tell/event/harbour-strike/", GOOD).status_code == 403
    page = client.get("/tell/event/harbour-strike/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    assert client.post("/tell/event/harbour-strike/", GOOD | {"csrfmiddlewaretoken": token[1]}).status_code == 302


def test_script_and_controls_in_a_notice_are_only_text(client: Client) -> None:
    f.make_event()
    client.post("/tell/event/harbour-strike/", GOOD | {"text": "<script>alert(1)</script>\u0007 and \u202ethis"})
    assert "\u0007" not in Notice.objects.get().text
    assert "<script>alert" not in client.get("/tell/thanks/?id=<script>alert(1)").content.decode()
