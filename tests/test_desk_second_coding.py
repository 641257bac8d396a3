"""Two coders who do not see each other's choice, and a third who settles."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.test_desk_views import signed_in, text
from tracker.models import Coding, Correction, Statement
from tracker.review import second_coding
from tracker.review.errors import CannotAccept, Conflict, NotAllowed

pytestmark = pytest.mark.django_db


def drawn(**fields: Any) -> Statement:
    """Return a published statement of the sample, coded by Ana as critical and official."""
    public_id = next(f"OR-TEST{n:03}" for n in range(999) if second_coding.in_sample(f"OR-TEST{n:03}"))
    statement = make.make_statement(public_id=public_id, **fields)
    shared = {"statement": statement, "coder": make.editor(), "blind": True, "codebook_version": "1.0"}
    Coding.objects.create(field="stance", value="critical", proposed="neutral", note="Ana's note.", **shared)
    Coding.objects.create(field="capacity", voice=statement.voices.get(), value="official", **shared)
    return statement


def disagree(statement: Statement) -> second_coding.Disagreement:
    voice = statement.voices.get()
    second_coding.code(
        statement, by=make.second_editor(), stance="calls_for_calm", capacities={voice.pk: "official"}, note="No blame."
    )
    (found,) = second_coding.disagreements()
    return found


@pytest.fixture
def ben() -> Client:
    return signed_in(make.second_editor())


def test_a_fifth_is_drawn_by_the_id_alone() -> None:
    ids = [f"OR-{n:07}" for n in range(5000)]
    assert 900 < sum(map(second_coding.in_sample, ids)) < 1100
    assert [second_coding.in_sample(one) for one in ids] == [second_coding.in_sample(one) for one in ids]


def test_it_waits_for_everybody_but_its_first_coder_and_only_if_drawn() -> None:
    statement = drawn()
    assert second_coding.waiting_for(make.second_editor()) == [statement]
    assert second_coding.waiting_for(make.editor()) == []
    Statement.objects.filter(pk=statement.pk).update(
        public_id=next(f"OR-LEFT{n}" for n in range(99) if not second_coding.in_sample(f"OR-LEFT{n}"))
    )
    assert second_coding.waiting_for(make.second_editor()) == []


def test_the_second_coder_sees_the_evidence_and_nothing_of_the_first_coding(ben: Client) -> None:
    statement = drawn(summary="It was critical of the order.")
    page = ben.get(reverse("admin:desk_second_coding", args=[statement.public_id]))
    shown = text(page)
    assert make.QUOTE in shown and "the harbour strike order" in shown
    for hidden in ("Ana's note.", "It was critical of the order.", " checked"):
        assert hidden not in page.content.decode()
    assert "ana" not in shown.split("Sign out")[1]


def test_a_second_coding_is_kept_and_changes_nothing(ben: Client) -> None:
    statement = drawn()
    voice = statement.voices.get()
    address = reverse("admin:desk_second_coding", args=[statement.public_id])
    assert "Choose a stance" in text(ben.post(address, {f"capacity-{voice.pk}": "official"}))
    answer = ben.post(address, {"stance": "neutral", f"capacity-{voice.pk}": "personal", "note": "Hard."})
    assert answer.url == reverse("admin:desk_second")
    codings = Coding.objects.filter(coder=make.second_editor()).order_by("pk")
    assert [(one.field, one.value, one.blind, one.note) for one in codings] == [
        ("stance", "neutral", True, "Hard."),
        ("capacity", "personal", True, "Hard."),
    ]
    statement.refresh_from_db()
    assert (statement.stance, statement.voices.get().capacity) == ("critical", "official")
    assert ben.post(address, {"stance": "neutral", f"capacity-{voice.pk}": "personal"}).status_code == 403


def test_agreement_leaves_nothing_to_settle() -> None:
    statement = drawn()
    voice = statement.voices.get()
    second_coding.code(statement, by=make.second_editor(), stance="critical", capacities={voice.pk: "official"})
    assert second_coding.disagreements() == []


def test_a_third_settles_and_what_is_public_changes_as_recoded() -> None:
    statement = drawn()
    disagree(statement)
    assert second_coding.open_questions() == 1
    dora = signed_in(make.administrator())
    listed = text(dora.get(reverse("admin:desk_second")))
    assert statement.public_id in listed and "Critical, Calls for calm" in listed
    address = reverse("admin:desk_second_settling", args=[statement.public_id])
    page = text(dora.get(address))
    assert "Ana's note." in page and "No blame." in page
    assert "Say why" in text(dora.post(address, {"voice": "", "value": "calls_for_calm"}))
    dora.post(address, {"voice": "", "value": "calls_for_calm", "note": "It blames nobody."})
    statement.refresh_from_db()
    assert statement.stance == "calls_for_calm"
    correction = Correction.objects.get()
    assert (correction.field, correction.reason, correction.note) == ("stance", "recoded", "It blames nobody.")
    settled = Coding.objects.get(coder=make.administrator())
    assert (settled.blind, settled.adjudicates.count()) == (False, 2)
    assert second_coding.open_questions() == 0
    assert second_coding.disagreements() == []


def test_settling_for_what_stands_changes_nothing_public() -> None:
    found = disagree(drawn())
    second_coding.settle(found, by=make.administrator(), value="critical", note="“too far” blames.")
    assert not Correction.objects.exists()
    with pytest.raises(Conflict, match="settled this first"):
        second_coding.settle(found, by=make.second_administrator(), value="critical", note="Again.")


def test_a_coder_does_not_settle_and_cy_does_nothing(ben: Client) -> None:
    statement = drawn()
    voice = statement.voices.get()
    with pytest.raises(NotAllowed):
        second_coding.code(statement, by=make.cy(), stance="neutral", capacities={voice.pk: "official"})
    with pytest.raises(NotAllowed, match="You coded this statement"):
        second_coding.code(statement, by=make.editor(), stance="neutral", capacities={voice.pk: "official"})
    found = disagree(statement)
    for user in (make.second_editor(), make.cy(), make.contributor()):
        with pytest.raises(NotAllowed):
            second_coding.settle(found, by=user, value="critical", note="Mine.")
    with pytest.raises(CannotAccept):
        second_coding.settle(found, by=make.administrator(), value="angry", note="")
    address = reverse("admin:desk_second_settling", args=[statement.public_id])
    assert ben.post(address, {"voice": "", "value": "critical", "note": "Mine."}).status_code == 403


def test_an_unpublished_statement_has_no_second_coding(ben: Client) -> None:
    statement = make.make_statement(published=False)
    assert ben.get(reverse("admin:desk_second_coding", args=[statement.public_id])).status_code == 404
    with pytest.raises(Conflict):
        second_coding.code(statement, by=make.second_editor(), stance="critical", capacities={})
