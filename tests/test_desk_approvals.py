"""From draft to public on the desk: the second editor, sending back, publishing, undoing, discarding."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.test_desk_views import signed_in, text
from tracker.admin.desk import waiting
from tracker.models import Release, Statement
from tracker.review import candidates, derived, publishing, rules

pytestmark = pytest.mark.django_db


def at(row: Any) -> str:
    return reverse("admin:desk_row", args=[row.public_id])


def memo(by: User | None = None, **fields: Any) -> Statement:
    """Return a draft that a second editor must approve, accepted by Ana."""
    draft = make.make_draft(channel="internal", medium="chat", **fields)
    made = candidates.accept(
        make.make_candidate(draft), by=by or make.editor(), edits={"no_inquiry_reason": "Nobody answers."}
    )
    assert isinstance(made, Statement)
    return made


@pytest.fixture
def ana() -> Client:
    return signed_in(make.editor())


@pytest.fixture
def ben() -> Client:
    return signed_in(make.second_editor())


def test_the_list_says_why_and_whose_it_is(ana: Client, ben: Client) -> None:
    statement = memo()
    for client, whose in ((ana, "by you: somebody else must approve it"), (ben, "by ana")):
        page = text(client.get(reverse("admin:desk_approvals")))
        assert statement.public_id in page and "it is an internal statement" in page and whose in page


def test_the_second_editor_sees_row_and_evidence_and_approves_and_publishes(ben: Client) -> None:
    statement = memo()
    response = ben.get(at(statement))
    page = text(response)
    for words in ("Calder Ferries", "Internal memo · Chat · Reported · to staff", "Critical", make.QUOTE, "3 Mar 2026"):
        assert words in page
    assert f'<mark class="words" id="evidence">{make.QUOTE}</mark>' in response.content.decode()
    assert ben.post(at(statement), {"act": "approve_publish"}).url == at(statement)
    statement.refresh_from_db()
    assert (statement.approved_by, statement.publish_by) == (make.second_editor(), make.second_editor())
    assert "is published in" in text(ben.get(at(statement)))
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    assert Statement.objects.published().get() == statement


def test_what_is_not_quoted_is_marked_by_what_the_proposal_rested_on(ben: Client) -> None:
    words = "Pinhay Rail said that it takes no side"
    start = make.TEXT.index(words)
    statement = memo(quote="", spans=((start, start + len(words)),))
    page = ben.get(at(statement)).content.decode()
    assert f'<mark id="evidence">{words}</mark>' in page and 'class="ref' not in page


def test_the_first_editor_is_refused_in_words(ana: Client) -> None:
    statement = memo()
    page = text(ana.get(at(statement)))
    assert "You accepted or edited this statement: somebody else must approve it." in page
    assert "Approve and publish" not in page
    refused = ana.post(at(statement), {"act": "approve"})
    assert refused.status_code == 403
    assert "You accepted this statement: somebody else must approve it." in text(refused)
    assert ana.post(at(statement), {"act": "publish"}).status_code == 422
    statement.refresh_from_db()
    assert statement.state == "draft"


@pytest.mark.parametrize("act", ["approve", "approve_publish", "send_back", "publish", "discard"])
def test_a_contributor_neither_approves_nor_publishes(act: str) -> None:
    statement = memo()
    answer = signed_in(make.contributor()).post(at(statement), {"act": act, "back_note": "no", "discard_note": "no"})
    assert answer.status_code == 403 and "You may not" in text(answer)
    statement.refresh_from_db()
    assert (statement.state, statement.approved_by) == ("draft", None)


def test_what_is_sent_back_goes_to_its_editor_with_the_note_and_in_again(ana: Client, ben: Client) -> None:
    statement = memo()
    assert "Say what should change" in text(ben.post(at(statement), {"act": "send_back"}))
    ben.post(at(statement), {"act": "send_back", "back_note": "The memo names no order."})
    drafts = text(ana.get(reverse("admin:desk_drafts")))
    assert "Sent back to you" in drafts and "Sent back by ben: The memo names no order." in drafts
    assert waiting.counts()["awaiting"] == 0
    assert "Hand in again" in text(ana.get(at(statement)))
    ana.post(at(statement), {"act": "hand_in"})
    assert waiting.counts()["awaiting"] == 1
    assert "Sent back to you" not in text(ana.get(reverse("admin:desk_drafts")))


def test_sending_back_takes_an_approval_and_a_publication_back(ben: Client) -> None:
    statement = memo()
    ben.post(at(statement), {"act": "approve_publish"})
    ben.post(at(statement), {"act": "send_back", "back_note": "I misread it."})
    statement.refresh_from_db()
    assert (statement.state, statement.approved_by, statement.publish_at) == ("draft", None, None)
    assert publishing.take_effect(timezone.now() + dt.timedelta(minutes=1)) == 0


def test_drafts_are_published_undone_and_discarded(ana: Client) -> None:
    statement = make.make_statement(published=False, stance="neutral")
    listed = text(ana.get(reverse("admin:desk_drafts")))
    assert statement.public_id in listed and "Publish" in listed
    ana.post(at(statement), {"act": "publish"})
    statement.refresh_from_db()
    assert statement.publish_at is not None
    ana.post(at(statement), {"act": "undo"})
    statement.refresh_from_db()
    assert (statement.state, statement.publish_at) == ("draft", None)
    assert "Say why it is discarded." in text(ana.post(at(statement), {"act": "discard"}))
    assert ana.post(at(statement), {"act": "discard", "discard_note": "Not on this event."}).status_code == 303
    statement.refresh_from_db()
    assert statement.state == "withdrawn"
    assert statement.history.first().history_change_reason == "Not on this event."
    assert not Release.objects.filter(entity="statement").exists()


def test_what_stands_in_the_way_is_said_on_the_page(ben: Client) -> None:
    statement = memo()
    Statement.objects.filter(pk=statement.pk).update(stance="")
    page = text(ben.get(at(statement)))
    assert "What stands in the way of publishing:" in page
    assert "It has no stance: say which side it takes toward the harbour strike order." in page
    assert "Approve and publish" not in page


def test_an_inquiry_is_published_from_its_page(ana: Client) -> None:
    inquiry = make.make_inquiry(published=False)
    page = text(ana.get(at(inquiry)))
    assert "Ottery Foods: declined" in page
    ana.post(at(inquiry), {"act": "publish"})
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    inquiry.refresh_from_db()
    assert inquiry.state == "published"


def test_a_row_we_do_not_hold_is_not_found(ana: Client) -> None:
    assert ana.get(reverse("admin:desk_row", args=["OR-NOTHING"])).status_code == 404
    assert ana.get(reverse("admin:desk_row", args=["IQ-NOTHING"])).status_code == 404


def test_the_list_and_the_rule_agree_on_every_kind_of_row() -> None:
    made = 0
    for channel, disclosure, basis, capacity, stance in itertools.product(
        [("internal", "chat"), ("public", "unspecified")],
        ["issued", "leaked"],
        ["anonymous_source", "outlets_assertion", "public_post"],
        ["official", "personal"],
        ["critical", "neutral"],
    ):
        for access in (True, False):
            statement = make.make_statement(
                published=False,
                channel=channel[0],
                medium=channel[1],
                disclosure=disclosure,
                basis=basis,
                capacity=capacity,
                stance=stance,
                told=False,
            )
            statement.citations.update(own_access=access)
            if made % 3 == 0:
                make.cite(statement, make.make_report("https://second.example/report"))
            derived.settle(statement)
            made += 1
    listed = set(waiting.awaiting().values_list("pk", flat=True))
    assert listed == {row.pk for row in Statement.objects.all() if rules.needs_second_approval(row)}
    assert 0 < len(listed) < made


def test_without_second_approval_nothing_awaits_it(settings: Any, ana: Client) -> None:
    settings.SECOND_APPROVAL = False
    statement = memo()
    assert not waiting.awaiting().exists()
    assert ana.post(at(statement), {"act": "publish"}).status_code == 303


@pytest.mark.parametrize("name", ["desk_approvals", "desk_drafts"])
def test_the_lists_of_many_take_few_queries(
    ben: Client, name: str, django_assert_max_num_queries: Any, settings: Any
) -> None:
    for n in range(12):
        memo(company=f"company-{n}")
    settings.DEBUG = False
    with django_assert_max_num_queries(25):
        ben.get(reverse(f"admin:{name}"))
