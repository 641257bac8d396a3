"""All candidates of one article on one screen, and new ones from words the machine passed over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.browser import desk_cast as cast
from tests.test_desk_views import signed_in, text
from tracker.models import Candidate, Inquiry, Report, Statement
from tracker.review import candidates, proposing, publishing
from tracker.review.errors import NotAllowed, QuoteNotFound

pytestmark = pytest.mark.django_db


def at(report: Report) -> str:
    return reverse("admin:desk_report", args=[report.public_id])


@pytest.fixture
def ana() -> Client:
    return signed_in(make.editor())


def test_every_candidate_stands_beside_the_text_none_coded(ana: Client) -> None:
    report, held = cast.put_in_the_queue()
    candidates.reject(held[4], by=make.second_editor(), reason="Not this one.")
    candidates.claim(held[5], by=make.second_editor())
    page = ana.get(at(report))
    shown = text(page)
    assert "9 candidates, 8 to go" in shown
    assert "Rejected by ben: Not this one." in shown and "ben is at it until" in shown
    assert " checked" not in page.content.decode()
    assert page.content.decode().count('class="ref now"') >= 7


def test_a_card_is_accepted_with_the_readers_own_coding(ana: Client) -> None:
    report, held = cast.put_in_the_queue()
    missing = ana.post(at(report), {"pk": held[1].pk, "act": "accept"})
    assert missing.status_code == 422
    assert "Choose a stance" in text(missing) and "Choose whose voice “Tobias Lund” is." in text(missing)
    answer = ana.post(
        at(report), {"pk": held[1].pk, "act": "accept", "stance": "calls_for_calm", "capacity-0": "official"}
    )
    assert answer.url == f"{at(report)}#c{held[1].pk}"
    statement = Statement.objects.get()
    assert (statement.stance, statement.channel, statement.voices.get().capacity) == (
        "calls_for_calm", "internal", "official",
    )  # fmt: skip
    assert statement.codings.filter(blind=True).count() == 2


def test_cards_are_published_and_rejected(ana: Client) -> None:
    report, held = cast.put_in_the_queue()
    ana.post(at(report), {"pk": held[2].pk, "act": "publish"})
    ana.post(at(report), {"pk": held[3].pk, "act": "reject", "usual": "no_own_words"})
    assert ana.post(at(report), {"pk": held[4].pk, "act": "reject"}).status_code == 422
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    assert Inquiry.objects.get().state == "published"
    held[3].refresh_from_db()
    assert held[3].reason == "Only the outlet's description"


@pytest.mark.parametrize("offsets", [True, False])
def test_selected_words_become_a_candidate_and_the_same_words_one(ana: Client, offsets: bool) -> None:
    report, held = cast.put_in_the_queue()
    words = "a strong leader who can still put this right"
    start, end = cast.span(words)
    given: dict[str, Any] = {"act": "propose", "words": words, "kind": "statement"}
    if offsets:
        given |= {"start": start, "end": end}
    answer = ana.post(at(report), given)
    made = Candidate.objects.get(finder="by hand")
    assert answer.url == reverse("admin:desk_candidate", args=[made.pk])
    assert made.draft["spans"] == [[start, end]]
    assert made.event == held[0].event
    assert ana.post(at(report), given).url == answer.url
    assert "Proposed by by hand" not in text(ana.get(answer.url))


def test_words_that_are_not_there_make_no_candidate(ana: Client) -> None:
    report, held = cast.put_in_the_queue()
    answer = ana.post(at(report), {"act": "propose", "words": "never said", "kind": "statement"})
    assert answer.status_code == 422 and "These words do not stand in the article there" in text(answer)
    with pytest.raises(QuoteNotFound):
        proposing.propose(report, words="a strong leader", by=make.editor(), start=0, end=15)
    assert Candidate.objects.count() == len(held)


def test_a_candidate_reopens_a_report_that_was_done_with() -> None:
    report = make.make_report(state="irrelevant")
    proposing.propose(report, words="takes no side", by=make.editor())
    report.refresh_from_db()
    assert report.state == "proposed"


def test_gil_and_cy_decide_and_propose_nothing() -> None:
    report, held = cast.put_in_the_queue()
    gil = signed_in(make.reader())
    assert "Accept as proposed" not in text(gil.get(at(report)))
    for given in (
        {"pk": held[2].pk, "act": "accept"},
        {"pk": held[2].pk, "act": "reject", "usual": "misread"},
        {"act": "propose", "words": "a strong leader", "kind": "statement"},
    ):
        assert gil.post(at(report), given).status_code == 403
    with pytest.raises(NotAllowed):
        proposing.propose(report, words="a strong leader", by=make.cy())
    assert Candidate.objects.exclude(state="pending").count() == 0


def test_many_candidates_take_few_queries(ana: Client, django_assert_max_num_queries: Any) -> None:
    report, _ = cast.put_in_the_queue()
    with django_assert_max_num_queries(25):
        ana.get(at(report))
