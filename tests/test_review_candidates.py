"""What an editor makes of a proposal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from tests import factories as make
from tracker.core.drafts import DraftAsk, DraftDate, DraftPosition, DraftVoice
from tracker.models import Candidate, Citation, Coding, Company, Correction, Inquiry, Person, Release, Statement
from tracker.models.dates import DateSpan
from tracker.review import candidates, takedown
from tracker.review.building import find_company, find_person
from tracker.review.errors import (
    AlreadyReviewed,
    CannotAccept,
    CannotMerge,
    Claimed,
    NotAllowed,
    QuoteNotFound,
    ReviewError,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = make.NOW
LATER = NOW + dt.timedelta(minutes=16)
LETTER = "More than forty employees signed."


def accept(candidate: Candidate | None = None, **edits: Any) -> Any:
    return candidates.accept(candidate or make.make_candidate(), by=make.editor(), edits=edits, now=NOW)


def refused(sentence: str, candidate: Candidate | None = None, **edits: Any) -> None:
    with pytest.raises(CannotAccept) as refusal:
        accept(candidate, **edits)
    assert sentence in refusal.value.sentence
    assert not Statement.objects.exists()
    assert not Citation.objects.exists()


# --- Claims -----------------------------------------------------------------------------


def test_a_claim_keeps_others_off_and_says_who_has_it() -> None:
    candidate = make.make_candidate()
    assert candidates.claim(candidate, by=make.editor(), now=NOW).claimed_by == make.editor()
    with pytest.raises(Claimed, match="ana is at it until 12:15 UTC"):
        candidates.claim(candidate, by=make.second_editor(), now=NOW)
    with pytest.raises(Claimed):
        candidates.accept(candidate, by=make.second_editor(), now=NOW)
    assert candidates.claim(candidate, by=make.editor(), now=NOW + dt.timedelta(minutes=5)).claimed_until == (
        NOW + dt.timedelta(minutes=20)
    )


def test_a_claim_that_ran_out_is_free_and_still_lets_its_holder_decide() -> None:
    candidate = make.make_candidate()
    candidates.claim(candidate, by=make.editor(), now=NOW)
    assert candidates.claim(candidate, by=make.second_editor(), now=LATER).claimed_by == make.second_editor()
    candidates.release_claim(candidate, by=make.editor())
    candidate.refresh_from_db()
    assert candidate.claimed_by == make.second_editor()
    candidates.release_claim(candidate, by=make.second_editor())
    assert candidates.accept(candidate, by=make.editor(), now=LATER).state == "draft"


def test_a_decided_candidate_cannot_be_claimed() -> None:
    candidate = make.make_candidate()
    accept(candidate)
    with pytest.raises(AlreadyReviewed, match="accepted by ana"):
        candidates.claim(candidate, by=make.second_editor(), now=NOW)


@pytest.mark.parametrize("act", ["claim", "accept", "merge", "reject"])
def test_cy_decides_nothing(act: str) -> None:
    candidate = make.make_candidate()
    more = {"merge": {"into": make.make_statement()}, "reject": {"reason": "no"}}.get(act, {})
    with pytest.raises(NotAllowed, match="accept, merge or reject"):
        getattr(candidates, act)(candidate, by=make.cy(), now=NOW, **more)
    candidate.refresh_from_db()
    assert candidate.state == "pending"


# --- Accepting --------------------------------------------------------------------------


def test_accepting_makes_a_draft_of_everything_proposed() -> None:
    make.make_ask()
    make.make_target()
    make.make_person(company=make.make_company())
    text = make.TEXT
    draft = make.make_draft(
        speaker="Ada Quill",
        channel="internal",
        medium="email_or_memo",
        disclosure="leaked",
        basis="anonymous_source",
        attribution="according to a person who saw it",
        asks=(DraftAsk("withdrawal", "quoted", 0, 5), DraftAsk("unheard-of", "quoted", 0, 5)),
        positions=(
            DraftPosition("The Harbour Minister", "critical", text.index("step"), text.index("too far")),
            DraftPosition("somebody else", "critical", 0, 5),
        ),
        signature_count=40,
        signature_comparator="more_than",
    )
    statement = candidates.accept(make.make_candidate(draft), by=make.editor(), now=NOW)
    assert isinstance(statement, Statement)
    assert (statement.state, statement.channel, statement.medium, statement.disclosure) == (
        "draft",
        "internal",
        "email_or_memo",
        "leaked",
    )
    assert (statement.audience, statement.stance, statement.codebook_version) == ("staff", "critical", "1.0")
    assert statement.said == make.span("2026-03-03", as_written="on Tuesday")
    assert (statement.sort_earliest, statement.sort_date) == (dt.date(2026, 3, 3), dt.date(2026, 3, 3))
    assert statement.accepted_by == make.editor()
    voice = statement.voices.get()
    assert (voice.company.slug, voice.person.slug, voice.capacity, voice.part) == (
        "calder-ferries",
        "ada-quill",
        "official",
        "author",
    )
    citation = statement.citations.get()
    assert (citation.basis, citation.attribution) == ("anonymous_source", "according to a person who saw it")
    quote = citation.quotes.get()
    assert quote.text == make.QUOTE == quote.capture.text[quote.start : quote.end]
    assert quote.prefix.endswith("“") and quote.suffix.startswith("”")
    assert [asked.ask.slug for asked in statement.asks.all()] == ["withdrawal"]
    position = statement.positions.get()
    assert (position.target.label, position.quote) == ("the harbour minister", quote)
    counted = statement.signature_counts.get()
    assert (counted.count, counted.comparator, counted.as_of, counted.citation) == (
        40,
        "more_than",
        dt.date(2026, 3, 3),
        citation,
    )
    assert not Release.objects.filter(entity="statement").exists()


def test_the_candidate_and_its_report_are_closed() -> None:
    candidate = make.make_candidate()
    other = make.make_candidate(make.make_draft(company="pinhay-rail", quote="takes no side"))
    statement = accept(candidate)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.statement, candidate.decided_by) == ("accepted", statement, make.editor())
    assert candidate.report.state == "proposed"
    candidates.reject(other, by=make.editor(), reason="Not on this event.", now=NOW)
    candidate.report.refresh_from_db()
    assert candidate.report.state == "done"


def test_an_editors_edits_go_before_the_proposal() -> None:
    child = make.make_tree()[1]
    make.make_ask()
    make.make_target()
    make.make_outlet("The Courier", aliases=["Courier of the Harbour"])
    earlier = make.make_statement()
    statement = accept(
        event="second-day",
        form="release",
        channel="public",
        medium="website",
        disclosure="issued",
        audience="customers",
        stance="calls_for_calm",
        said={"earliest": "2026-03-01", "latest": "2026-03-03", "reason": "Between order and report."},
        operations_only=False,
        summary=" A step too far, it said. ",
        language="fr",
        no_inquiry_reason="It is public.",
        voices=[
            {"company": "calder-ferries", "capacity": "official", "part": "issuer", "name_then": "Calder Line"},
            {
                "organization": "Pinhay Rail",
                "capacity": "unclear",
                "new_company": {"sector": "industrials"},
                "joined": {"earliest": "2026-03-02"},
            },
        ],
        quotes=[{"text": "a step  too far", "kind": "partial", "attribution": "Ada Quill"}],
        asks=[{"ask": "withdrawal", "basis": "quoted", "addressee": "the minister"}],
        positions=[{"target": "the harbour minister", "stance": "supportive", "quote": "too far"}],
        links=[{"kind": "reiterates", "to": earlier.public_id, "note": "word for word"}],
        signatures=[{"count": 7, "as_of": "2026-03-02", "company": "calder-ferries"}],
        basis="document_seen",
        attribution="a memo seen by the Courier",
        credits="courier of the harbour",
        claims_first=True,
        own_access=True,
    )
    assert (statement.event, statement.form, statement.medium, statement.audience) == (
        child,
        "release",
        "website",
        "customers",
    )
    assert statement.said == make.span("2026-03-01", "2026-03-03", reason="Between order and report.")
    assert (statement.summary, statement.language) == ("A step too far, it said.", "fr")
    first, second = statement.voices.all()
    assert (first.part, first.name_then) == ("issuer", "Calder Line")
    assert second.joined.precision == "after"
    assert (second.company.slug, second.company.sector) == ("pinhay-rail", "industrials")
    citation = statement.citations.get()
    assert citation.credits_outlet is not None and citation.credits_outlet.slug == "the-courier"
    assert (citation.claims_first, citation.own_access) == (True, True)
    assert citation.quotes.get().text == make.QUOTE  # as it stands in the capture
    assert statement.asks.get().addressee == "the minister"
    assert statement.positions.get().quote == citation.quotes.get()
    assert statement.links.get().to_statement == earlier
    assert statement.signature_counts.get().as_of == dt.date(2026, 3, 2)
    assert statement.verification == "one_outlet"


def test_a_company_made_on_the_way_is_not_public_yet() -> None:
    accept(voices=[{"organization": "Moorgate Wool", "capacity": "official", "new_company": True}])
    assert Company.objects.get(slug="moorgate-wool")
    assert not Release.objects.filter(public_id="moorgate-wool").exists()


def test_a_person_made_on_the_way_holds_the_role() -> None:
    statement = accept(
        voices=[
            {
                "company": "calder-ferries",
                "speaker": "Mira Tolland",
                "role": "chair",
                "capacity": "official",
                "new_person": {"is_spokesperson": False},
            },
            {"speaker": "Odo Penn", "capacity": "personal", "new_person": True},
        ]
    )
    mira, odo = (voice.person for voice in statement.voices.all())
    assert str(mira.roles.get()) == "Mira Tolland, chair, Calder Ferries"
    assert not odo.roles.exists()


def test_a_known_person_need_not_be_marked_new() -> None:
    ada = make.make_person()
    statement = accept(voices=[{"person": "ada-quill", "capacity": "personal", "new_person": True}])
    assert statement.voices.get().person == ada
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ({"stanse": "critical"}, "Nothing here is called stanse."),
        ({"event": "nowhere"}, "We hold no event “nowhere”"),
        ({"stance": "angry"}, "“angry” is not a stance"),
        ({"form": "song"}, "“song” is no form"),
        ({"channel": "drums"}, "“drums” is no channel"),
        ({"channel": "internal", "medium": "website"}, "“Website” does not belong to “Internal memo”"),
        ({"said": {"earliest": "2026-03-04", "latest": "2026-03-03"}}, "comes after the last"),
        ({"said": {"earliest": "yesterday"}}, "Days are written 2026-01-24."),
        ({"said": {"earliest": "2026-03-03", "precision": "roughly"}}, "“roughly” is not a precision"),
        ({"said": {"day": "2026-03-03"}}, "A date has no day."),
        ({"said": {"earliest": "2026-03-03", "at": "2026-03-03T10:00:00Z"}}, "needs a zone and the precision “minute”"),
        ({"voices": []}, "at least one voice"),
        ({"voices": [{"name": "Calder"}]}, "A voice has no name."),
        ({"voices": [{"capacity": "official"}]}, "A voice is a company, a person, or both."),
        ({"voices": [{"organization": "Unheard Of"}]}, "We hold no organisation “Unheard Of”"),
        ({"voices": [{"company": "unheard-of"}]}, "We hold no organisation “unheard-of”"),
        ({"voices": [{"company": "calder-ferries", "speaker": "No One"}]}, "We hold no person “No One”"),
        ({"voices": [{"company": "calder-ferries", "capacity": "loud"}]}, "“loud” is not a capacity"),
        ({"voices": [{"company": "calder-ferries", "part": "drummer"}]}, "“drummer” is not a part"),
        (
            {"voices": [{"company": "calder-ferries", "speaker": "Ada Quill", "capacity": "staff"}]},
            "A staff voice names nobody: remove Ada Quill.",
        ),
        ({"voices": [{"company": "calder-ferries"}, {"company": "calder-ferries"}]}, "stands twice among the voices"),
        ({"quotes": [{"text": "gone too far"}]}, "“gone too far” does not stand in the captured text"),
        ({"quotes": [{"text": "x" * 90, "start": 0, "end": 90}]}, "…” does not stand"),
        ({"quotes": [{"text": "too far", "start": 0, "end": 7}]}, "does not stand in the captured text"),
        ({"quotes": [{"words": "too far"}]}, "A quote has no words."),
        ({"quotes": [{"text": "too far", "kind": "rumour"}]}, "“rumour” is not a kind of quote"),
        ({"quotes": [{"text": "too far", "translation": "too far"}]}, "A translated line is never verbatim"),
        ({"asks": [{"ask": "peace"}]}, "We hold no ask “peace”"),
        ({"asks": [{"ask": "peace", "basis": "guessed"}]}, "“guessed” is not a basis of an ask"),
        ({"positions": [{"target": "the moon", "stance": "critical"}]}, "has no target “the moon”"),
        ({"positions": [{"target": "the moon", "stance": "angry"}]}, "“angry” is not a side"),
        ({"links": [{"kind": "likes", "to": "OR-2222222"}]}, "“likes” is not a kind of link"),
        ({"links": [{"kind": "disavows", "to": "OR-2222222"}]}, "We hold no statement OR-2222222"),
        ({"signatures": {"count": 0}}, "A count of signatures is a number from one"),
        ({"credits": "The Nowhere Times"}, "We hold no outlet “The Nowhere Times”"),
        ({"credits_report": "RP-2222222"}, "We hold no report RP-2222222"),
    ],
)
def test_edits_that_make_no_sense_are_refused_in_words(edits: dict[str, Any], sentence: str) -> None:
    refused(sentence, **edits)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(CannotAccept) as refusal:
        accept(stance="angry", form="song", voices=[])
    assert len(refusal.value.reasons) == 3


def test_lost_quotes_have_an_error_of_their_own() -> None:
    with pytest.raises(QuoteNotFound):
        accept(quotes=[{"text": "gone too far"}])


def test_a_candidate_without_an_event_needs_one() -> None:
    candidate = make.make_candidate()
    Candidate.objects.filter(pk=candidate.pk).update(event=None)
    refused("Choose the event it is about.", candidate)
    refused("Choose the event", candidate, positions=[{"target": "the moon", "stance": "critical"}])
    made = candidates.accept(candidate, by=make.editor(), event=make.make_event(), now=NOW)
    assert made.event == make.make_event()


def test_a_statement_on_a_storm_has_no_stance() -> None:
    storm = make.make_event("Storm", stance_target="")
    assert candidates.accept(make.make_candidate(), by=make.editor(), event=storm, now=NOW).stance == ""


def test_words_before_the_dateline_are_headline_matter() -> None:
    statement = accept(quotes=[{"text": "a disgrace", "start": 27, "end": 37, "kind": "verbatim"}])
    assert statement.citations.get().quotes.get().kind == "headline"


def test_the_same_words_are_quoted_once_and_by_whom() -> None:
    ada = make.make_person()
    words = {"text": "too far", "speaker": "Ada Quill", "kind": "partial", "translation": "trop loin"}
    statement = accept(quotes=[words, words])
    assert statement.citations.get().quotes.get().speaker == ada


def test_a_time_of_day_is_kept_in_utc() -> None:
    minute = {
        "earliest": "2026-03-03",
        "precision": "minute",
        "at": "2026-03-03T10:15:00-06:00",
        "latest": "2026-03-03",
    }
    assert accept(said=minute).said_at == dt.datetime(2026, 3, 3, 16, 15, tzinfo=dt.UTC)


def test_a_date_may_be_given_as_a_span_or_not_at_all() -> None:
    assert accept(said=make.span("2026-03-02")).said.latest == dt.date(2026, 3, 2)


def test_an_unknown_date_is_read_from_event_and_report() -> None:
    draft = make.make_draft(said=DraftDate(None, None, "unknown"))
    statement = candidates.accept(make.make_candidate(draft), by=make.editor(), now=NOW)
    assert statement.said == DateSpan()
    assert (statement.sort_earliest, statement.sort_date) == (dt.date(2026, 3, 1), dt.date(2026, 3, 3))


def test_an_inferred_date_says_from_what() -> None:
    draft = make.make_draft(said=DraftDate("2026-03-01", "2026-03-03", "roughly"))
    statement = candidates.accept(make.make_candidate(draft), by=make.editor(), now=NOW)
    assert (statement.said.precision, statement.said.reason) == ("range", "Named in the report.")


def test_a_medium_that_does_not_fit_the_proposed_channel_is_left_open() -> None:
    draft = make.make_draft(channel="internal", medium="website", basis="rumour")
    statement = candidates.accept(make.make_candidate(draft), by=make.editor(), now=NOW)
    assert statement.medium == "unspecified"
    assert statement.citations.get().basis == "outlets_assertion"


def test_a_letter_has_signatories_and_one_capacity_for_all() -> None:
    draft = make.make_draft(
        kind="open_letter",
        voices=(DraftVoice("Calder Ferries", None, "employees", "staff", company="calder-ferries"),
                DraftVoice("Pinhay Rail", None, None, "unclear", company="pinhay-rail")),
    )  # fmt: skip
    statement = candidates.accept(make.make_candidate(draft), by=make.editor(), edits={"capacity": "staff"}, now=NOW)
    assert statement.form == "open_letter"
    assert {(voice.part, voice.capacity, voice.title_then) for voice in statement.voices.all()} == {
        ("signatory", "staff", "employees"),
        ("signatory", "staff", ""),
    }


def test_a_report_credits_another_outlet_but_never_itself() -> None:
    gazette = accept(make.make_candidate(make.make_draft(reported_by="The Gazette")))
    assert gazette.citations.get().credits_outlet is None
    courier = make.make_outlet("The Courier")
    other = make.make_candidate(make.make_draft(reported_by="the courier", spans=((1, 2),)))
    assert accept(other).citations.get().credits_outlet == courier
    unknown = make.make_candidate(make.make_draft(reported_by="The Nowhere Times", spans=((2, 3),)))
    assert accept(unknown).citations.get().credits_outlet is None


def test_a_report_we_hold_can_be_credited() -> None:
    report = make.make_report("https://the-courier.example/first")
    assert accept(credits_report=report.public_id).citations.get().credits_report == report


def test_what_the_coder_chose_is_kept_beside_what_was_proposed() -> None:
    accept(stance="mixed", capacity="personal")
    stance, capacity = Coding.objects.order_by("field").values_list("field", "value", "proposed", "blind")[::-1]
    assert stance == ("stance", "mixed", "critical", True)
    assert capacity == ("capacity", "personal", "official", True)


def test_taking_the_proposal_as_it_is_is_no_blind_coding() -> None:
    accept()
    assert set(Coding.objects.values_list("value", "blind")) == {("critical", False), ("official", False)}


def test_without_a_stance_there_is_no_coding_of_one() -> None:
    make.make_person()
    accept(make.make_candidate(make.make_draft(stance=None)), voices=[{"person": "ada-quill", "capacity": "personal"}])
    assert list(Coding.objects.values_list("field", "proposed")) == [("capacity", "")]


# --- Disavowals -------------------------------------------------------------------------


def disavowing(order: int = 1, **fields: Any) -> Candidate:
    draft = make.make_draft(
        company="pinhay-rail", quote="takes no side", disavows="Calder Ferries", spans=((order, 9),), **fields
    )
    return make.make_candidate(draft)


@pytest.mark.parametrize("first", ["disavowed", "disavowal"])
def test_a_disavowal_is_linked_whichever_is_accepted_first(first: str) -> None:
    disavowed, disavowal = make.make_candidate(), disavowing()
    for candidate in (disavowed, disavowal) if first == "disavowed" else (disavowal, disavowed):
        accept(candidate)
    disavowal.refresh_from_db()
    disavowed.refresh_from_db()
    link = disavowal.statement.links.get()
    assert (link.kind, link.to_statement) == ("disavows", disavowed.statement)


def test_an_editor_who_sets_links_sets_them_alone() -> None:
    accept(make.make_candidate())
    assert not accept(disavowing(), links=[]).links.exists()


def test_a_disavowal_of_two_that_could_be_meant_is_left_to_the_editor() -> None:
    accept(make.make_candidate())
    accept(make.make_candidate(make.make_draft(spans=((3, 4),))))
    assert not accept(disavowing()).links.exists()


def test_a_disavowal_is_linked_once() -> None:
    disavowal = disavowing()
    accept(disavowal)
    accept(make.make_candidate())
    accept(make.make_candidate(make.make_draft(spans=((3, 4),))))
    disavowal.refresh_from_db()
    assert disavowal.statement.links.count() == 1


# --- Inquiries --------------------------------------------------------------------------


def declined(order: int = 0, **fields: Any) -> Candidate:
    voice = DraftVoice("Ottery Foods", None, None, "official", company="ottery-foods")
    draft = make.make_draft(kind="declined_to_comment", voices=(voice,), quote="", stance=None, **fields)
    return make.make_candidate(dataclasses.replace(draft, spans=((order, 10),)))


def test_declining_to_comment_is_an_inquiry_with_its_citation() -> None:
    make.make_outlet("The Courier")
    candidate = declined()
    inquiry = accept(candidate, asked_by="the-courier", asked_about="the order")
    assert isinstance(inquiry, Inquiry)
    assert (inquiry.outcome, inquiry.company.slug, inquiry.outlet.slug) == ("declined", "ottery-foods", "the-courier")
    assert inquiry.asked == make.span("2026-03-03", as_written="on Tuesday")
    assert inquiry.citations.get().outcome == "declined"
    candidate.refresh_from_db()
    assert candidate.inquiry == inquiry


def test_an_inquiry_of_our_own_and_its_date() -> None:
    inquiry = accept(declined(), by_us=True, asked={"earliest": "2026-03-04"}, outcome="no_answer")
    assert (inquiry.by_us, inquiry.asked.earliest, inquiry.outcome) == (True, dt.date(2026, 3, 4), "no_answer")


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ({"outcome": "shouted"}, "“shouted” is no outcome"),
        ({"voices": [{"company": "ottery-foods"}, {"company": "calder-ferries"}]}, "An inquiry is of one company"),
        ({"voices": [{"company": "nobody"}]}, "We hold no organisation"),
        ({"by_us": True, "asked_by": "the-gazette"}, "We asked ourselves, so no outlet did"),
        ({"event": "nowhere"}, "We hold no event"),
    ],
)
def test_an_inquiry_that_makes_no_sense_is_refused(edits: dict[str, Any], sentence: str) -> None:
    make.make_company()
    make.make_outlet()
    refused(sentence, declined(), **edits)
    assert not Inquiry.objects.exists()


def test_a_statement_may_turn_out_to_be_an_inquiry() -> None:
    assert isinstance(accept(kind="no_response"), Inquiry)


# --- Merging, rejecting, superseding ----------------------------------------------------


def second_report(text: str = make.TEXT) -> Any:
    return make.make_report("https://the-courier.example/strike", text=text, outlet=make.make_outlet("The Courier"))


def test_a_further_report_of_a_public_statement_is_an_update_with_new_evidence() -> None:
    statement = make.make_statement()
    evidence = list(statement.citations.values())
    candidate = make.make_candidate(report=second_report())
    candidates.merge(candidate, into=statement, by=make.editor(), reason="same words", note="A second report.", now=NOW)
    assert statement.citations.count() == 2
    assert list(statement.citations.values())[:1] == evidence
    correction = Correction.objects.get()
    assert (correction.field, correction.reason, correction.note) == ("citations", "new_evidence", "A second report.")
    assert correction.before == [] and len(correction.after) == 1
    last = Release.objects.filter(entity="statement").latest("seq")
    assert (last.kind, "citations" in last.changed) == ("changed", True)
    assert make.shown(statement)["citations"] == make.public.stable(last.body)["citations"]
    candidate.refresh_from_db()
    assert (candidate.state, candidate.statement, candidate.reason) == ("merged", statement, "same words")


def test_quotes_of_a_report_cited_already_join_its_citation() -> None:
    statement = make.make_statement()
    draft = make.make_draft(quote="We ask the minister to withdraw it,")
    candidates.merge(make.make_candidate(draft), into=statement, by=make.editor(), now=NOW)
    candidates.merge(make.make_candidate(make.make_draft(spans=((5, 6),))), into=statement, by=make.editor(), now=NOW)
    assert [quote.text for quote in statement.citations.get().quotes.all()] == [
        make.QUOTE,
        "We ask the minister to withdraw it,",
    ]


def test_merging_adds_what_the_editor_names_and_nothing_twice() -> None:
    statement = make.make_statement(form="open_letter", capacity="staff")
    make.make_ask()
    make.make_ask("Inquiry")
    make.make_target()
    make.make_company("Pinhay Rail")
    edits = {
        "voices": [
            {"company": "calder-ferries", "capacity": "staff"},
            {
                "company": "pinhay-rail",
                "capacity": "staff",
                "joined": {"earliest": "2026-03-04", "latest": "2026-03-04"},
            },
        ],
        "asks": [{"ask": "withdrawal"}],
        "positions": [{"target": "the harbour minister", "stance": "critical"}],
        "signatures": {"count": 900, "comparator": "more_than", "as_of": "2026-03-05"},
        "links": [{"kind": "supersedes", "to": make.make_statement(quote="takes no side").public_id}],
    }
    report = second_report()
    candidates.merge(make.make_candidate(report=report), into=statement, by=make.editor(), edits=edits, now=NOW)
    del edits["links"]
    edits["asks"].append({"ask": "inquiry"})
    again = make.make_candidate(make.make_draft(spans=((5, 6),)), report=report)
    candidates.merge(again, into=statement, by=make.editor(), edits=edits, now=NOW)
    assert [voice.company.slug for voice in statement.voices.all()] == ["calder-ferries", "pinhay-rail"]
    assert statement.voices.last().part == "signatory"
    assert [asked.ask.slug for asked in statement.asks.all()] == ["withdrawal", "inquiry"]
    assert statement.positions.count() == 1
    assert statement.signature_counts.count() == 1
    assert statement.links.count() == 1


def test_a_further_report_of_an_inquiry_may_change_its_outcome() -> None:
    inquiry = make.make_inquiry()
    candidate = make.make_candidate(
        dataclasses.replace(make.make_draft(company="ottery-foods", quote=""), kind="no_response"),
        report=second_report(),
    )
    merged = candidates.merge(candidate, into=inquiry, by=make.editor(), now=NOW)
    assert (merged.outcome, merged.reports_differ) == ("no_answer", True)
    assert set(Correction.objects.values_list("field", flat=True)) == {"citations", "outcome", "reports_differ"}


def test_a_merge_follows_redirects_and_refuses_what_cannot_be() -> None:
    winner = make.make_statement()
    loser = make.make_statement(quote="takes no side")
    Statement.objects.filter(pk=loser.pk).update(merged_into=winner)
    loser.refresh_from_db()
    candidate = make.make_candidate(report=second_report())
    assert candidates.merge(candidate, into=loser, by=make.editor(), now=NOW) == winner
    with pytest.raises(CannotMerge, match="An inquiry is not evidence of a statement"):
        candidates.merge(declined(), into=winner, by=make.editor(), now=NOW)
    takedown.withdraw(winner, by=make.editor(), category="our_error", note="Not theirs.", now=NOW)
    with pytest.raises(CannotMerge, match="It was withdrawn"):
        candidates.merge(declined(1), into=Statement.objects.get(pk=winner.pk), by=make.editor(), now=NOW)


def test_a_rejection_has_a_reason() -> None:
    candidate = make.make_candidate()
    with pytest.raises(CannotAccept, match="Say why"):
        candidates.reject(candidate, by=make.editor(), reason="  ", now=NOW)
    candidates.reject(candidate, by=make.editor(), reason="Only the outlet's description.", now=NOW)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.reason) == ("rejected", "Only the outlet's description.")


def test_newer_findings_set_older_ones_aside_but_no_decisions() -> None:
    old, decided = make.make_candidate(), make.make_candidate(make.make_draft(spans=((3, 4),)))
    candidates.reject(decided, by=make.editor(), reason="No.", now=NOW)
    assert candidates.supersede([old, decided], now=NOW) == 1
    assert set(Candidate.objects.values_list("state", flat=True)) == {"superseded", "rejected"}
    old.report.refresh_from_db()
    assert old.report.state == "done"
    with pytest.raises(AlreadyReviewed, match="This was superseded already."):
        accept(old)


# --- Names ------------------------------------------------------------------------------


def test_names_are_found_by_slug_name_alias_and_through_redirects() -> None:
    calder = make.make_company()
    calder.aliases.create(name="Calder Line")
    calder.aliases.create(name="Line", ambiguous=True)
    old = make.make_company("Calder Old", merged_into=calder)
    assert {find_company(typed) for typed in ("calder-ferries", "CALDER FERRIES", "calder line", old.slug)} == {calder}
    assert find_company("Line") is None
    make.make_company("Calder Line Two").aliases.create(name="calder line")
    assert find_company("Calder Line") is None
    ada = make.make_person()
    assert find_person("ada quill") == ada
    make.make_person("Ada Quill", slug="ada-quill-2")
    assert find_person("ada quill") is None


def test_a_name_in_an_old_address_still_leads_there() -> None:
    from tracker.models import OldSlug

    ada, calder = make.make_person(), make.make_company()
    OldSlug.objects.create(entity="person", slug="ada", row_id=ada.pk)
    OldSlug.objects.create(entity="company", slug="calder", row_id=calder.pk)
    assert (find_person("ada"), find_company("calder")) == (ada, calder)


# --- At once ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_accept_at_once_one_does() -> None:
    candidate = make.make_candidate()
    users = [make.make_user(f"editor{n}", "editor") for n in range(20)]
    outcomes: list[str] = []
    gate = threading.Barrier(20)

    def press(user: Any) -> None:
        try:
            gate.wait()
            candidates.accept(candidate, by=user, now=NOW)
            outcomes.append("accepted")
        except ReviewError as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["AlreadyReviewed"] * 19 + ["accepted"]
    assert Statement.objects.count() == Citation.objects.count() == 1
    candidate.refresh_from_db()
    assert candidate.state == "accepted"
