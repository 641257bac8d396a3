"""The review desk without a script: every step is a link or a plain form."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.browser import desk_cast as cast
from tests.desk_forms import fields, send
from tracker.core.drafts import DraftQuote, DraftVoice
from tracker.models import Candidate, Coding, Company, Inquiry, Person, Release, Statement
from tracker.review import candidates, publishing

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana() -> Client:
    return signed_in(make.editor())


@pytest.fixture
def ben() -> Client:
    return signed_in(make.second_editor())


def at(candidate: Candidate, query: str = "") -> str:
    return reverse("admin:desk_candidate", args=[candidate.pk]) + (f"?{query}" if query else "")


def text(response: Any) -> str:
    """Return what a reader of the page reads, without tags and doubled spaces."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain.replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&"))


def a_day(**fields: Any) -> Candidate:
    """Return the usual candidate: public, critical, with its quote, coded by nobody yet."""
    return make.make_candidate(make.make_draft(**fields))


# --- The queue --------------------------------------------------------------------------


def test_the_queue_lists_candidates_by_report_with_counts_and_progress(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    candidates.reject(held[0], by=make.second_editor(), reason="no")
    page = text(ana.get(reverse("admin:desk_queue")))
    assert "8 candidates wait in 1 report" in page
    assert "1 of 9 decided" in page
    assert "Tobias Lund, Pinhay Rail" in page
    assert "Ada Quill" not in page.split("Petra Voss")[0]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("event=second-night", 9),
        ("event=harbour-strike", 9),
        ("event=none", 0),
        ("company=pinhay-rail", 3),
        ("outlet=the-gazette", 9),
        ("outlet=the-courier", 0),
        ("kind=open_letter", 1),
        ("confidence=clear", 4),
        ("confidence=inferred", 1),
        ("older=day", 0),
        ("mine=on", 1),
        ("company=pinhay-rail&kind=declined_to_comment", 1),
    ],
)
def test_each_filter_narrows_the_queue_and_shows_as_a_pill(ana: Client, query: str, left: int) -> None:
    _, held = cast.put_in_the_queue()
    candidates.claim(held[2], by=make.editor())
    response = ana.get(reverse("admin:desk_queue") + f"?{query}")
    assert len(response.context["page"].object_list) == left
    assert len(response.context["queue"].pills) == len(query.split("&"))


def test_a_filter_we_do_not_know_is_refused_in_words(ana: Client) -> None:
    make.make_candidate()
    response = ana.get(reverse("admin:desk_queue") + "?event=nowhere")
    assert "We hold no event “nowhere”." in text(response)
    assert not response.context["page"].object_list


def test_an_empty_queue_says_what_to_do_next(ana: Client) -> None:
    candidate = a_day(channel="internal", medium="chat")
    candidates.accept(candidate, by=make.editor())
    page = text(ana.get(reverse("admin:desk_queue")))
    assert "The queue is empty." in page
    assert "See what awaits a second editor : 1 statement." in page
    assert "Add a report" in page or "admin:tracker_report_add" not in page


def test_filters_survive_every_step(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    query = "company=pinhay-rail&kind=statement"
    opened = ana.get(at(held[1], query))
    links = re.findall(r'href="([^"]*candidates/\d+/[^"]*)"', opened.content.decode())
    assert links and all(query in link.replace("&amp;", "&") for link in links)
    skipped = send(ana, at(held[1], query), "skip")
    assert skipped.status_code == 303
    assert skipped.url == f"{reverse('admin:desk_queue')}?{query}"  # no other of that company and kind
    rejected = send(ana, at(held[1], query), "reject", usual="misread")
    assert rejected.url == f"{reverse('admin:desk_queue')}?{query}&after={held[1].pk}"
    undone = ana.post(reverse("admin:desk_undo", args=[held[1].pk]) + f"?{query}")
    assert undone.url == at(held[1], query)


# --- The screen ------------------------------------------------------------------------------


def test_the_screen_shows_text_marks_reasons_and_leaves_stance_and_capacity_open(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    response = ana.get(at(held[0]))
    page = response.content.decode()
    assert '<mark id="evidence">told staff on Tuesday' in page
    assert page.count('class="ref now"') == 2
    assert "<b>Clear.</b> “Calder Ferries chief executive Ada Quill” names company, person and role." in page
    filled = fields(page)
    assert "stance" not in filled and "voices-0-capacity" not in filled
    assert filled["channel"] == "internal:chat" and filled["said"] == "2026-03-03"
    assert re.search(r'class="proposal" hidden data-value="critical"', page)


def test_no_screen_tells_the_proposed_stance_before_the_choice(ana: Client) -> None:
    candidate = a_day(summary="Calder Ferries: public, critical.", reasons={})
    assert "ritical" not in text(ana.get(reverse("admin:desk_queue")))
    filled = fields(ana.get(at(candidate)).content.decode())
    assert filled["summary"] == ""
    assert (
        fields(ana.get(at(a_day(summary="It wrote to its owners.", quote="takes no side"))).content.decode())["summary"]
        == "It wrote to its owners."
    )


def test_a_date_without_words_of_the_source_is_inferred(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    page = text(ana.get(at(held[1])))
    assert "Inferred. No day given: after the second night, by the day of the report." in page


def test_accepting_makes_exactly_the_row_in_the_form(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    response = send(
        ana,
        at(held[0]),
        "accept",
        stance="critical",
        voices__0__capacity="official",
        positions__0__stance="supportive",
        summary="Quill called the closure of the outer harbour too much.",
        no_inquiry_reason="The company does not answer at night.",
    )
    assert response.status_code == 303 and response.url == at(held[1], f"after={held[0].pk}")
    statement = Statement.objects.get()
    assert (statement.state, statement.stance, statement.channel, statement.medium) == (
        "draft", "critical", "internal", "chat",
    )  # fmt: skip
    assert (statement.disclosure, statement.audience) == ("leaked", "staff")
    assert statement.said == make.span("2026-03-03", as_written="on Tuesday")
    voice = statement.voices.get()
    assert (str(voice.company), str(voice.person), voice.title_then) == (
        "Calder Ferries", "Ada Quill", "chief executive",
    )  # fmt: skip
    citation = statement.citations.get()
    assert (citation.basis, citation.attribution) == ("anonymous_source", "a source familiar with the message")
    assert (str(citation.credits_outlet), citation.claims_first) == ("The Courier", True)
    assert [quote.text for quote in citation.quotes.all()] == [cast.QUILL_1, cast.QUILL_2]
    position = statement.positions.get()
    assert (str(position.target), position.stance) == ("Premier Olm", "supportive")
    told = text(ana.get(response.url))
    assert f"Accepted: Statement: Ada Quill. {statement.public_id} is a draft. A second editor must approve it" in told


def test_agreement_with_the_machine_is_kept_as_chosen_before_it_was_seen(ana: Client) -> None:
    candidate = a_day()
    send(
        ana, at(candidate), "accept",
        stance="critical", first_stance="supportive", voices__0__capacity="official", voices__0__first="personal",
    )  # fmt: skip
    stance, capacity = Coding.objects.order_by("-field")
    assert (stance.value, stance.proposed, stance.blind) == ("supportive", "critical", True)
    assert stance.note == "Changed to critical after the proposal was shown."
    assert (capacity.value, capacity.proposed) == ("personal", "official")
    assert Statement.objects.get().stance == "critical"


def test_three_voices_of_one_letter_become_one_statement(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    capacities = {f"voices__{place}__capacity": "staff" for place in range(3)}
    send(ana, at(held[6]), "accept", stance="critical", **capacities)
    statement = Statement.objects.get()
    assert (statement.form, statement.medium) == ("open_letter", "open_letter")
    assert [(str(voice.company), voice.capacity, voice.part) for voice in statement.voices.all()] == [
        (name, "staff", "signatory") for name in ("Calder Ferries", "Pinhay Rail", "Ottery Foods")
    ]
    counted = statement.signature_counts.get()
    assert (counted.count, counted.comparator) == (450, "more_than")


def test_a_new_company_and_person_are_made_only_when_said_to_be_new(ana: Client) -> None:
    voice = DraftVoice("Moor Quarries", "Ida Lenz", "chair", "official")
    candidate = make.make_candidate(make.make_draft(company=None, voices=(voice,)))
    refused = send(
        ana, at(candidate), "accept",
        stance="critical", voices__0__capacity="official", voices__0__new_company=None, voices__0__new_person=None,
    )  # fmt: skip
    assert refused.status_code == 422
    assert "We hold no company “Moor Quarries”. Choose one, or tick “New company”." in text(refused)
    assert not Statement.objects.exists()
    send(ana, at(candidate), "accept", stance="critical", voices__0__capacity="official")
    assert Company.objects.get(name="Moor Quarries") and Person.objects.get(name="Ida Lenz")


def test_declined_to_comment_becomes_an_inquiry(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    page = ana.get(at(held[2])).content.decode()
    assert 'name="stance"' not in page
    response = send(ana, at(held[2]), "publish", asked_by="The Lantern")
    assert response.status_code == 303
    inquiry = Inquiry.objects.get()
    assert (str(inquiry.company), inquiry.outcome, str(inquiry.outlet)) == ("Pinhay Rail", "declined", "The Lantern")
    assert inquiry.publish_at is not None
    publishing.take_effect(timezone.now() + dt.timedelta(seconds=11))
    inquiry.refresh_from_db()
    assert inquiry.state == "published"
    assert not Statement.objects.exists()


def test_everything_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(ana: Client) -> None:
    candidate = a_day()
    response = send(
        ana, at(candidate), "accept",
        summary="What I typed.", said="someday", voices__0__person="Nobody Known", credits="The Nowhere Times",
    )  # fmt: skip
    assert response.status_code == 422
    page = text(response)
    for sentence in (
        "Choose a stance, by the speaker's words only.",
        "“someday” is not a date we can read.",
        "We hold no person “Nobody Known”.",
        "We hold no outlet “The Nowhere Times”.",
        "What I typed.",
    ):
        assert sentence in page
    html = response.content.decode()
    assert fields(html)["said"] == "someday"
    named = re.findall(r'<li><a href="#([^"]+)">', html)
    assert len(named) == 4 and all(f'id="{one}"' in html for one in named)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.claimed_by) == ("pending", make.editor())


def test_words_that_do_not_stand_where_the_form_says_block(ana: Client) -> None:
    candidate = a_day()
    coded = {"stance": "critical", "voices__0__capacity": "official"}
    moved = send(ana, at(candidate), "accept", quotes__0__start="3", quotes__0__end="17", **coded)
    assert moved.status_code == 422
    assert "At 3–17 the article says" in text(moved) and "Select the words again." in text(moved)
    changed = send(ana, at(candidate), "accept", quotes__0__text="a leap too far", **coded)
    assert changed.status_code == 422
    absent = send(
        ana, at(candidate), "accept", quotes__0__text="never said", quotes__0__start="", quotes__0__end="", **coded
    )
    assert "These words do not occur in the article." in text(absent)
    assert not Statement.objects.exists()


def test_words_typed_without_offsets_are_found_in_the_text(ana: Client) -> None:
    candidate = a_day()
    send(
        ana, at(candidate), "accept", stance="critical", voices__0__capacity="official",
        quotes__1__text='"We ask the minister to withdraw it', quotes__1__kind="verbatim",
    )  # fmt: skip
    words = [quote.text for quote in Statement.objects.get().citations.get().quotes.all()]
    assert words == [make.QUOTE, "“We ask the minister to withdraw it"]


def test_offsets_count_code_points(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    send(ana, at(held[1]), "accept", stance="calls_for_calm", voices__0__capacity="official")
    quote = Statement.objects.get().citations.get().quotes.get()
    assert cast.TEXT[quote.start : quote.end] == "heartbroken"
    assert "🚢" in cast.TEXT[: quote.start]


def test_check_decides_nothing_and_shows_the_proposal_after_the_choice(ana: Client) -> None:
    candidate = a_day()
    response = send(ana, at(candidate), "check", stance="supportive", first_stance="supportive")
    assert response.status_code == 200
    assert re.search(r'class="proposal" data-value="critical"', response.content.decode())
    candidate.refresh_from_db()
    assert candidate.state == "pending"


# --- Publishing ------------------------------------------------------------------------------------


def publishable(**fields: Any) -> Candidate:
    """A press release of the issuer itself: one editor may publish it."""
    return make.make_candidate(
        make.make_draft(medium="press_release", disclosure="issued", basis="public_post", **fields),
        report=make.make_report("https://calder.example/news", outlet=make.make_newsroom()),
    )


CODED = {"stance": "critical", "voices__0__capacity": "official"}


def test_accept_and_publish_takes_effect_after_ten_seconds(ana: Client) -> None:
    candidate = publishable()
    response = send(ana, at(candidate), "publish", **CODED)
    statement = Statement.objects.get()
    assert statement.state == "approved" and statement.publish_at is not None
    told = text(ana.get(response.url))
    assert f"{statement.public_id} is published in" in told and "Undo" in told
    assert publishing.take_effect(statement.publish_at - dt.timedelta(seconds=1)) == 0
    assert publishing.take_effect(statement.publish_at) == 1
    assert f"{statement.public_id} is published." in text(ana.get(response.url))


def test_undo_within_ten_seconds_leaves_no_trace_and_the_form_filled(ana: Client) -> None:
    candidate = publishable()
    send(ana, at(candidate), "publish", summary="My summary.", **CODED)
    undone = ana.post(reverse("admin:desk_undo", args=[candidate.pk]))
    assert undone.url == at(candidate)
    filled = fields(ana.get(undone.url).content.decode())
    assert (filled["stance"], filled["summary"]) == ("critical", "My summary.")
    assert not Release.objects.filter(entity="statement").exists()
    candidate.refresh_from_db()
    assert (candidate.state, candidate.claimed_by) == ("pending", make.editor())
    assert publishing.take_effect(timezone.now() + dt.timedelta(minutes=1)) == 0
    send(ana, at(candidate), "publish", **CODED)
    assert publishing.take_effect(timezone.now() + dt.timedelta(minutes=1)) == 1
    assert Statement.objects.published().count() == 1


def test_what_one_editor_may_not_publish_is_accepted_and_awaits_the_second(ana: Client) -> None:
    candidate = a_day(channel="internal", medium="chat")
    send(ana, at(candidate), "publish", **CODED)
    statement = Statement.objects.get()
    assert (statement.state, statement.publish_at) == ("draft", None)
    assert statement.public_id in text(ana.get(reverse("admin:desk_approvals")))


def test_what_blocks_publishing_otherwise_keeps_the_form_open(ana: Client) -> None:
    candidate = a_day(channel="internal", medium="chat", disclosure="leaked")
    response = send(ana, at(candidate), "publish", **CODED)
    assert response.status_code == 422
    assert "record our own inquiry to the company, or say why we did not ask" in text(response)
    assert not Statement.objects.exists()


# --- Rights ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk_queue", "desk_approvals", "desk_drafts"])
def test_cy_is_sent_to_the_login(name: str) -> None:
    response = signed_in(make.cy()).get(reverse(f"admin:{name}"))
    assert response.status_code == 302 and "/login/" in response.url


def test_staff_without_a_role_see_nothing_of_what_was_captured() -> None:
    candidate = a_day()
    held = make.make_statement()
    staff = signed_in(make.make_user("ida", is_staff=True))
    for name, *args in (
        ("desk_queue",), ("desk_candidate", candidate.pk), ("desk_report", candidate.report.public_id),
        ("desk_approvals",), ("desk_drafts",), ("desk_row", held.public_id), ("desk_second",),
        ("desk_second_coding", held.public_id), ("desk_suggest", "company"),
    ):  # fmt: skip
        answer = staff.get(reverse(f"admin:{name}", args=args))
        assert answer.status_code == 403 and make.QUOTE not in answer.content.decode(), name


@pytest.mark.parametrize("act", ["accept", "publish", "merge", "reject", "undo", "claim"])
def test_gil_may_look_and_decides_nothing(act: str) -> None:
    candidate = a_day()
    held = make.make_statement()
    gil = signed_in(make.reader())
    page = gil.get(at(candidate))
    assert "You may look, not decide." in text(page)
    candidate.refresh_from_db()
    assert candidate.claimed_by is None
    if act in ("undo", "claim"):
        response = gil.post(reverse(f"admin:desk_{act}", args=[candidate.pk]))
    else:
        given = fields(signed_in(make.editor()).get(at(candidate)).content.decode())
        Candidate.objects.update(claimed_by=None, claimed_until=None)
        response = send(gil, at(candidate), act, given=given, usual="misread", into=held.public_id, **CODED)
    assert response.status_code in (403, 409)
    candidate.refresh_from_db()
    assert (candidate.state, Statement.objects.count()) == ("pending", 1)


def test_a_contributor_accepts_but_does_not_publish() -> None:
    candidate = publishable()
    fay = signed_in(make.contributor())
    refused = send(fay, at(candidate), "publish", **CODED)
    assert refused.status_code == 403 and "You may not publish" in text(refused)
    assert not Statement.objects.exists()
    assert send(fay, at(candidate), "accept", **CODED).status_code == 303
    row = reverse("admin:desk_row", args=[Statement.objects.get().public_id])
    assert fay.post(row, {"act": "publish"}).status_code == 403


# --- Two editors -------------------------------------------------------------------------------------------


def test_the_second_editor_is_told_who_has_it_and_until_when(ana: Client, ben: Client) -> None:
    candidate = a_day()
    ana.get(at(candidate))
    candidate.refresh_from_db()
    page = text(ben.get(at(candidate)))
    assert f"ana is at it until {candidate.claimed_until:%H:%M} UTC." in page
    assert "Accept as new" not in page
    assert "ana is at it until" in text(ben.get(reverse("admin:desk_queue")))


def test_next_passes_over_what_somebody_else_has(ana: Client, ben: Client) -> None:
    _, held = cast.put_in_the_queue()
    ana.get(at(held[1]))
    assert ben.get(at(held[0])).context["next"] == held[2].pk


def test_going_on_lets_go(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    ana.get(at(held[0]))
    ana.get(at(held[1], f"after={held[0].pk}"))
    assert [one.claimed_by_id for one in Candidate.objects.order_by("pk")[:2]] == [None, make.editor().pk]


@pytest.mark.parametrize("act", ["accept", "publish", "merge", "reject"])
def test_of_two_who_decide_one_is_told_and_keeps_what_was_typed(ana: Client, ben: Client, act: str) -> None:
    candidate = publishable()
    held = make.make_statement()
    given = fields(ana.get(at(candidate)).content.decode())
    Candidate.objects.update(claimed_by=None, claimed_until=None)
    send(ben, at(candidate), "accept", **CODED)
    late = send(
        ana, at(candidate), act, given=given, summary="What I typed.", usual="misread", into=held.public_id, **CODED
    )
    assert late.status_code == 409
    assert "This was accepted by ben already." in text(late)
    assert fields(late.content.decode())["summary"] == "What I typed."
    assert Statement.objects.count() == 2


def test_a_claim_that_ran_out_loses_nothing_typed(ana: Client, ben: Client) -> None:
    candidate = publishable()
    given = fields(ana.get(at(candidate)).content.decode())
    Candidate.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    ben.get(at(candidate))
    late = send(ana, at(candidate), "accept", given=given, summary="What I typed.", **CODED)
    assert late.status_code == 409
    assert "ben is at it until" in text(late)
    assert fields(late.content.decode())["summary"] == "What I typed."
    Candidate.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    assert send(ana, at(candidate), "accept", given=given, summary="What I typed.", **CODED).status_code == 303
    assert Statement.objects.get().summary == "What I typed."


def test_a_claim_is_held_on_to_while_typing(ana: Client, ben: Client) -> None:
    candidate = a_day()
    ana.get(at(candidate))
    Candidate.objects.update(claimed_until=timezone.now() + dt.timedelta(minutes=1))
    answer = ana.post(reverse("admin:desk_claim", args=[candidate.pk]))
    candidate.refresh_from_db()
    assert answer.json()["until"] == f"{candidate.claimed_until:%H:%M}"
    refused = ben.post(reverse("admin:desk_claim", args=[candidate.pk]))
    assert refused.status_code == 409 and "ana is at it" in refused.json()["sentence"]


# --- Merging, rejecting -----------------------------------------------------------------------------------------


def test_a_likely_duplicate_stands_first_and_merging_cites_the_report(ana: Client) -> None:
    other = make.make_statement(quote="takes no side", stance="neutral")
    same = make.make_statement(
        report=make.make_report("https://courier.example/strike", outlet=make.make_outlet("The Courier"))
    )
    candidate = a_day()
    page = ana.get(at(candidate))
    first, second = page.context["held"]
    assert (first.row, first.likely, second.row) == (same, True, other)
    assert "Possible duplicate" in text(page)
    assert f"Merging cites this report for {same.public_id}: 2 reports instead of 1." in text(page).replace(
        ". Readers are told of an update with new evidence.", "."
    )
    assert send(ana, at(candidate), "merge").status_code == 303  # no stance, no capacity: they are coded already
    assert {citation.report for citation in same.citations.all()} == {candidate.report, same.citations.first().report}
    candidate.refresh_from_db()
    assert (candidate.state, candidate.statement) == ("merged", same)


def test_merging_into_nothing_or_into_the_unknown_is_refused(ana: Client) -> None:
    candidate = a_day()
    assert "Choose what to merge it into." in text(send(ana, at(candidate), "merge"))
    assert "We hold no row OR-ABSENT." in text(send(ana, at(candidate), "merge", into_typed="or-absent"))


def test_a_merge_takes_a_row_by_its_public_id(ana: Client) -> None:
    far = make.make_statement(company=make.make_company("Pinhay Rail"), report=make.make_report("https://x.example/a"))
    candidate = a_day()
    send(ana, at(candidate), "merge", into_typed=far.public_id.lower())
    assert far.citations.count() == 2


def test_a_merge_into_a_draft_can_be_undone(ana: Client) -> None:
    draft = make.make_statement(published=False, report=make.make_report("https://x.example/a"))
    candidate = a_day()
    send(ana, at(candidate), "merge")
    assert draft.citations.count() == 2
    assert ana.post(reverse("admin:desk_undo", args=[candidate.pk])).status_code == 303
    assert draft.citations.count() == 1
    candidate.refresh_from_db()
    assert candidate.state == "pending"


def test_rejecting_needs_a_reason_of_the_list_or_own_words(ana: Client) -> None:
    candidate = a_day()
    assert "Say why it is rejected" in text(send(ana, at(candidate), "reject"))
    send(ana, at(candidate), "reject", usual="misread", other="It is about another harbour.")
    candidate.refresh_from_db()
    assert (candidate.state, candidate.reason) == ("rejected", "It is about another harbour.")


def test_the_script_gets_the_next_screen_in_the_same_round_trip(ana: Client) -> None:
    _, held = cast.put_in_the_queue()
    answer = send(ana, at(held[2]), "accept", script=True)
    assert answer.status_code == 200
    assert answer["X-Desk-Url"] == at(held[3], f"after={held[2].pk}")
    assert "Ottery Foods" in text(answer) and "Accepted: Declined to comment: Pinhay Rail." in text(answer)
    Candidate.objects.exclude(pk=held[3].pk).update(state="superseded", statement=None, inquiry=None)
    last = send(ana, at(held[3]), "reject", script=True, usual="misread")
    assert "The queue is empty." in text(last) and "Rejected: Statement: Ottery Foods." in text(last)


# --- Speed ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def long_article() -> list[Candidate]:
    """5,000 words, 40 candidates."""
    sentences = [
        f"Company number {n} said that the order was step {n} too far and asked for calm in words of its own."
        for n in range(260)
    ]
    body = "HARBOUR TOWN — " + "\n\n".join(sentences)
    assert len(body.split()) >= 5000
    report = make.make_report("https://the-gazette.example/long", text=body, body_start=0)
    found = []
    for n in range(40):
        company = make.make_company(f"Company {n}")
        start = body.index(f"step {n * 6} too far")
        words = body[start : body.index(" and asked", start)]
        draft = make.make_draft(
            company=company.slug,
            quote="",
            text=body,
            quotes=(DraftQuote(words, start, start + len(words), "partial"),),
            spans=((start, start + len(words)),),
        )
        found.append(make.make_candidate(draft, report=report))
        make.make_statement(company=company, report=report, quote=words)
    return found


def test_a_long_article_with_forty_candidates_stays_small(
    ana: Client, long_article: list[Candidate], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(25):
        response = ana.get(at(long_article[7]))
    assert len(response.content) <= 150_000
    assert len(response.context["screen"].cells) == 40


def test_deciding_and_the_next_screen_cost_one_round_trip(ana: Client, long_article: list[Candidate]) -> None:
    answer = send(ana, at(long_article[7]), "reject", script=True, usual="misread")
    assert answer.status_code == 200
    assert answer.context["candidate"] == long_article[8]


def test_the_queue_of_many_takes_few_queries(
    ana: Client, long_article: list[Candidate], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(25):
        ana.get(reverse("admin:desk_queue"))
