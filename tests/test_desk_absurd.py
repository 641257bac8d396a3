"""What no page of ours sends: the desk answers in words, never with a stack trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.desk_forms import fields, send
from tests.test_desk_views import signed_in
from tracker.models import Statement

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ABSURD = ["", "\x00", "🚢" * 300, "'; drop table tracker_statement; --", "9" * 40, "-1", "None", "<script>"]
HUGE = 10**30


@pytest.fixture
def ana() -> Client:
    client = signed_in(make.editor())
    client.raise_request_exception = True
    return client


def url_of(name: str, *args: Any) -> str:
    return reverse(f"admin:desk_{name}", args=args)


@pytest.mark.parametrize("name", ["event", "company", "outlet", "kind", "confidence", "older", "mine", "page", "after"])
def test_filters_take_anything(ana: Client, name: str) -> None:
    make.make_candidate()
    assert [ana.get(url_of("queue"), {name: value}).status_code for value in ABSURD] == [200] * len(ABSURD)


def test_a_form_that_did_not_arrive_whole_decides_nothing(ana: Client) -> None:
    candidate = make.make_candidate()
    for act in ("", "accept", "publish", "merge", "reject", "skip", "check", "dance"):
        answer = ana.post(url_of("candidate", candidate.pk), {"act": act})
        assert answer.status_code in (200, 303, 422)
        candidate.refresh_from_db()
        assert candidate.state == "pending"
        if act in ("accept", "publish", "check"):
            assert "The form did not arrive whole." in answer.content.decode()


@pytest.mark.parametrize("value", ["\x00", "🚢" * 300, "9" * 40])
def test_each_field_takes_anything(ana: Client, value: str) -> None:
    candidate = make.make_candidate()
    address = url_of("candidate", candidate.pk)
    given = fields(ana.get(address).content.decode())
    for name in [*given, "stance", "first_stance", "voices-0-capacity", "voices-0-first"]:
        if name != "csrfmiddlewaretoken":
            assert send(ana, address, "check", given={**given, name: value}).status_code == 200, name
    for name in ("into", "into_typed"):
        assert send(ana, address, "merge", given={**given, name: value}).status_code == 422
    assert not Statement.objects.exists()


@pytest.mark.parametrize("pk", [0, HUGE])
def test_candidates_that_are_not_there(ana: Client, pk: int) -> None:
    assert ana.get(url_of("candidate", pk)).status_code == 404
    assert ana.post(url_of("undo", pk)).status_code == 404
    assert ana.post(url_of("claim", pk)).status_code == 404


@pytest.mark.parametrize("value", ["%00", "OR-%F0%9F%9A%A2", "x" * 300, "IQ-%00", "..%2f.."])
def test_rows_that_are_not_there(ana: Client, value: str) -> None:
    for path in ("rows", "reports", "second"):
        assert ana.get(f"/admin/review/{path}/{value}/").status_code == 404


@pytest.mark.parametrize("value", ABSURD)
def test_notes_and_numbers_take_anything(ana: Client, value: str) -> None:
    statement = make.make_statement(published=False)
    report = make.make_candidate().report
    for act in ("approve", "send_back", "hand_in", "dance"):
        answer = ana.post(url_of("row", statement.public_id), {"act": act, "back_note": value})
        assert answer.status_code in (303, 403, 409, 422)
    for given in (
        {"act": "reject", "pk": value, "other": value},
        {"act": "propose", "words": value, "start": value, "end": value, "kind": value},
        {"act": "accept", "pk": report.candidates.get().pk, "stance": value, "capacity-0": value},
    ):
        assert ana.post(url_of("report", report.public_id), given).status_code in (303, 404, 422)
    for what in ("company", "person", "outlet"):
        assert ana.get(url_of("suggest", what), {"q": value}).status_code == 200
    assert ana.get(reverse("admin:understand_date"), {"q": value}).status_code == 200
    assert ana.get(url_of("suggest", "nothing"), {"q": value}).status_code in (403, 404)


def test_reads_of_a_decision_by_get_are_refused(ana: Client) -> None:
    candidate = make.make_candidate()
    assert ana.get(url_of("undo", candidate.pk)).status_code == 405
    assert ana.get(url_of("claim", candidate.pk)).status_code == 405
    assert ana.put(url_of("candidate", candidate.pk)).status_code == 405


def test_a_decision_without_its_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.editor())
    candidate = make.make_candidate()
    assert strict.post(url_of("candidate", candidate.pk), {"act": "reject", "usual": "misread"}).status_code == 403
    candidate.refresh_from_db()
    assert candidate.state == "pending"
