"""The buttons on a row's page: approve, publish, undo, correct, move, withhold, withdraw, restore, merge, redact."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.test_admin_forms import client_of, place, posted_from, sound
from tracker.models import Company, Correction, Event, Feed, Frame, Inquiry, Notice, Person, Report, Statement
from tracker.review import publishing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outlet_that_readers_know() -> None:
    make.make_outlet()


def act(row: Any, name: str, *, by: User | None = None, **given: Any) -> Any:
    client = client_of(by or make.editor())
    return client.post(place(type(row), "act", row.pk, name), given, follow=True)


def told(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def state(row: Any) -> str:
    return str(type(row)._default_manager.get(pk=row.pk).state)


REASON = {"reason": "our_error", "note": "It was misread."}


# --- Publishing ---------------------------------------------------------------------------


def test_a_draft_is_published_after_ten_seconds_and_can_be_undone_before() -> None:
    draft = make.make_statement(published=False, basis="named_spokesperson")
    assert "seconds. Until then" in told(act(draft, "publish"))
    draft.refresh_from_db()
    assert draft.state == "approved" and draft.publish_at
    shown = client_of(make.editor()).get(place(Statement, "change", draft.pk))
    assert "takes effect at" in told(shown) and "Undo publishing" in told(shown)
    assert "nobody saw" in told(act(draft, "undo"))
    assert state(draft) == "draft"
    act(draft, "publish")
    publishing.take_effect(timezone.now() + timezone.timedelta(seconds=11))
    assert state(draft) == "published"
    assert sound() == []


def test_what_stands_in_the_way_is_said_on_the_page_and_when_publishing_is_tried() -> None:
    draft = make.make_statement(published=False, cited=False)
    sentence = "It has no citation: add the report that says so."
    shown = client_of(make.editor()).get(place(Statement, "change", draft.pk))
    assert sentence in told(shown)
    assert sentence in told(act(draft, "publish"))
    assert state(draft) == "draft"


def test_a_second_editor_approves_and_the_first_cannot() -> None:
    draft = make.make_statement(published=False, channel="internal", medium="chat", disclosure="issued")
    assert "A second editor must approve it" in told(act(draft, "publish"))
    assert "somebody else must approve it" in told(act(draft, "approve"))
    assert "Approved as it stands" in told(act(draft, "approve", by=make.second_editor()))
    assert state(draft) == "approved"
    shown = client_of(make.editor()).get(place(Statement, "change", draft.pk))
    assert "Approved by ben, of what is coded now." in told(shown)


def test_an_edit_in_the_form_takes_the_approval_back() -> None:
    draft = make.make_statement(published=False, channel="internal", medium="chat", disclosure="issued")
    act(draft, "approve", by=make.second_editor())
    client = client_of(make.editor())
    address = place(Statement, "change", draft.pk)
    posted = posted_from(client.get(address)) | {"audience": "staff"}
    assert client.post(address, posted).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "draft" and draft.approved_by is None


def test_a_draft_is_dropped_and_not_deleted() -> None:
    draft = make.make_statement(published=False)
    act(draft, "discard", why="Said about something else.")
    assert state(draft) == "withdrawn"
    assert draft.history.latest().history_change_reason == "Said about something else."


# --- Correcting and taking down -----------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "column", "held"),
    [
        ("stance", "Supportive", "stance", "supportive"),
        ("stance", "mixed", "stance", "mixed"),
        ("summary", "Wrote that the order is wrong.", "summary", "Wrote that the order is wrong."),
        ("said", "2–3 Mar 2026", "said_earliest", make.dt.date(2026, 3, 2)),
    ],
)
def test_one_field_is_corrected_with_its_reason(field: str, value: str, column: str, held: Any) -> None:
    statement = make.make_statement(said=make.span("2026-03-03", as_written="on Tuesday"))
    answer = act(statement, "correct", field=field, value=value, **REASON)
    assert "Corrected; 1 entry published." in told(answer), told(answer)
    assert getattr(Statement.objects.get(pk=statement.pk), column) == held
    assert Correction.objects.get().note == "It was misread."
    assert sound() == []


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"field": "stance", "value": "angry", **REASON}, "is none of: Critical"),
        ({"field": "said", "value": "soon", **REASON}, "is not a date we can read"),
        ({"field": "state", "value": "draft", **REASON}, "not one of the available choices"),
        ({"field": "stance", "value": "mixed", "reason": ""}, "This field is required"),
        ({"field": "operations_only", "value": "maybe", **REASON}, "Write yes or no"),
        ({"field": "stance", "value": "mixed", "reason": "wording", "note": ""}, "more than wording"),
    ],
)
def test_a_correction_that_makes_no_sense_says_so_and_keeps_what_was_typed(given: dict[str, str], why: str) -> None:
    statement = make.make_statement()
    answer = act(statement, "correct", **given)
    assert why in told(answer)
    assert not Correction.objects.exists()


def test_a_public_statement_is_not_changed_in_the_form_without_a_reason() -> None:
    statement = make.make_statement()
    client = client_of(make.editor())
    address = place(Statement, "change", statement.pk)
    posted = posted_from(client.get(address)) | {"audience": "staff"}
    answer = client.post(address, posted)
    assert answer.status_code == 200
    assert "This is public: say why it changes" in told(answer)
    assert 'value="staff" selected' in told(answer)
    assert Statement.objects.get(pk=statement.pk).audience != "staff"


def test_withheld_withdrawn_and_shown_again() -> None:
    statement = make.make_statement()
    act(statement, "withhold", why="The company says that it never said so.")
    assert state(statement) == "withheld" and sound() == []
    act(statement, "restore")
    assert state(statement) == "published" and sound() == []
    assert "readers are told" in told(act(statement, "withdraw", category="our_error"))
    act(statement, "withdraw", category="our_error", note="The report was of another company.")
    assert state(statement) == "withdrawn" and sound() == []


def test_statements_move_to_another_event_one_by_one_and_in_bulk() -> None:
    root, child, _ = make.make_tree()
    first, second = (
        make.make_statement(event=root),
        make.make_statement(event=root, company=make.make_company("Pinhay")),
    )
    act(first, "move", event=child.pk, reason="recoded")
    assert Statement.objects.get(pk=first.pk).event == child
    client = client_of(make.editor())
    posted = {"action": "move_many", "_selected_action": [first.pk, second.pk]}
    asked = client.post(place(Statement, "changelist"), posted)
    assert "All of them, or none" in told(asked)
    posted |= {"move": "1", "event": child.pk, "reason": "recoded"}
    answer = client.post(place(Statement, "changelist"), posted, follow=True)
    assert "1 moved to" in told(answer)
    assert set(Statement.objects.values_list("event", flat=True)) == {child.pk}
    assert sound() == []


# --- Merging and redacting ----------------------------------------------------------------


def test_a_merge_is_looked_at_before_it_is_done_and_can_be_undone() -> None:
    calder, double = make.make_company(), make.make_company("Calder Ferry Line")
    make.make_statement(company=double)
    looked = act(double, "merge", into=calder.pk, **REASON)
    assert "What would move" in told(looked) and "voices" in told(looked)
    assert Company.objects.get(pk=double.pk).merged_into is None
    assert "Merged into" in told(act(double, "merge", into=calder.pk, seen="on", **REASON))
    assert Company.objects.get(pk=double.pk).merged_into == calder and sound() == []
    page = client_of(make.editor()).get(place(Company, "change", double.pk))
    assert "Undo the merge" in told(page)
    act(double, "unmerge", **REASON)
    assert Company.objects.get(pk=double.pk).merged_into is None and sound() == []


def test_merging_into_itself_is_refused_in_words() -> None:
    calder = make.make_company()
    answer = act(calder, "merge", into=calder.pk, seen="on", **REASON)
    assert "itself" in told(answer)


def test_a_redaction_takes_two_administrators_at_the_keyboard() -> None:
    ada = make.make_person(company=make.make_company())
    emil = make.second_administrator()
    given = {"words": "", "reason": "A court order.", "second": "emil", "password": "a guess at it"}
    answer = act(ada, "redact", by=make.administrator(), **given)
    assert "do not fit" in told(answer) and Person.objects.filter(name="Ada Quill").exists()
    assert "a guess at it" not in told(answer)
    answer = act(ada, "redact", by=make.administrator(), **given | {"second": "dora", "password": "correct horse dora"})
    assert "second administrator" in told(answer)
    act(ada, "redact", by=make.administrator(), **given | {"password": "correct horse emil"})
    assert not Person.objects.filter(name="Ada Quill").exists()
    assert emil.has_perm("tracker.redact_statement")


# --- Others -------------------------------------------------------------------------------


def test_an_event_and_a_frame_are_published_by_button() -> None:
    event = make.make_event(published=False, told=False)
    act(event, "publish")
    assert Event.objects.get(pk=event.pk).published and sound() == []
    frame = make.make_frame(published=False, told=False)
    act(frame, "publish")
    assert Frame.objects.get(pk=frame.pk).published_at and sound() == []


def test_a_complaint_withholds_what_it_is_about_at_once_and_is_closed_with_its_outcome() -> None:
    statement = make.make_statement()
    notice = Notice.objects.create(entity="statement", row=statement.public_id, kind="complaint", text="Never said.")
    shown = client_of(make.editor()).get(place(Statement, "change", statement.pk))
    assert "Complaint" in told(shown) and "Never said." in told(shown)
    act(notice, "withhold")
    notice.refresh_from_db()
    assert state(statement) == "withheld" and notice.state == "examining" and notice.handled_by == make.editor()
    act(notice, "close", outcome="They sent the memo: it stands.")
    notice.refresh_from_db()
    assert (notice.state, notice.outcome) == ("closed", "They sent the memo: it stands.")


def test_a_failed_report_says_why_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kicked: list[int] = []
    monkeypatch.setattr("tracker.tasks.kick", lambda pk: kicked.append(pk) or True)
    report = make.make_report(
        state="failed", failed_at_step="fetch", error="The page answers 404.", state_reason="The page answers 404."
    )
    client = client_of(make.contributor())
    shown = told(client.get(place(Report, "change", report.pk)))
    assert "The page answers 404." in shown and "Fetching" in shown and "Try again" in shown
    act(report, "again", by=make.contributor())
    report.refresh_from_db()
    assert (report.state, report.error, kicked) == ("received", "", [report.pk])
    assert "Try again" not in told(client.get(place(Report, "change", report.pk)))


def test_a_feed_is_polled_now(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr("tracker.operations.handoff.send", lambda task, pk: sent.append(pk) or True)
    feed = Feed.objects.create(url="https://the-gazette.example/feed", next_fetch_at=make.NOW, health=55)
    assert "ailing (55 of 100)" in told(client_of(make.editor()).get(place(Feed, "changelist")))
    act(feed, "poll")
    assert sent == [feed.pk] and Feed.objects.get().next_fetch_at is None


def test_a_report_is_sent_in_once_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    kicked: list[int] = []
    monkeypatch.setattr("tracker.tasks.kick", lambda pk: kicked.append(pk) or True)
    client = client_of(make.contributor())
    address = place(Report, "add")
    posted = {"url": "https://news.example.org/a?utm_source=x", "events": [make.make_event().pk]}
    assert "A worker is reading it" in told(client.post(address, posted, follow=True))
    report = Report.objects.get()
    assert report.submitted_by == make.contributor() and report.events.get() == make.make_event()
    again = client.post(address, {"url": "https://news.example.org/a"}, follow=True)
    assert "We have this report already" in told(again)
    assert kicked == [report.pk]


@pytest.mark.parametrize(
    ("posted", "why"),
    [
        ({}, "Give an address, paste the text, or choose a file."),
        ({"url": "ftp://the-gazette.example/a"}, "http"),
        ({"url": "not an address"}, ""),
    ],
)
def test_what_cannot_be_a_report_is_refused_in_words(posted: dict[str, str], why: str) -> None:
    answer = client_of(make.contributor()).post(place(Report, "add"), posted)
    assert answer.status_code == 200 and why in told(answer) and "errorlist" in told(answer)
    assert not Report.objects.exists()


# --- Rights -------------------------------------------------------------------------------

EDITORS = [
    (lambda: make.make_statement(published=False, basis="named_spokesperson"), "publish"),
    (lambda: make.make_statement(published=False), "approve"),
    (lambda: make.make_statement(published=False), "discard"),
    (make.make_statement, "correct"),
    (make.make_statement, "move"),
    (make.make_statement, "withhold"),
    (make.make_statement, "withdraw"),
    (make.make_statement, "merge"),
    (make.make_inquiry, "withhold"),
    (make.make_company, "merge"),
    (make.make_person, "merge"),
    (lambda: make.make_event(published=False, told=False), "publish"),
    (lambda: make.make_frame(published=False, told=False), "publish"),
    (make.make_watch_entry, "check-today"),
]


@pytest.mark.parametrize(("build", "name"), EDITORS, ids=lambda one: one if isinstance(one, str) else "")
@pytest.mark.parametrize("who", ["cy", "reader", "contributor"])
def test_who_lacks_the_right_is_refused_and_sees_no_button(build: Any, name: str, who: str) -> None:
    row = build()
    user = getattr(make, who)()
    if who == "cy":
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    client = client_of(user)
    for answer in (
        client.get(place(type(row), "act", row.pk, name)),
        client.post(place(type(row), "act", row.pk, name)),
    ):
        assert answer.status_code == 403
    if who != "cy":
        assert f"/do/{name}/" not in told(client.get(place(type(row), "change", row.pk)))


@pytest.mark.parametrize("build", [make.make_statement, make.make_person, make.make_inquiry, make.make_report])
def test_only_administrators_redact(build: Any) -> None:
    row = build()
    client = client_of(make.editor())
    assert client.get(place(type(row), "act", row.pk, "redact")).status_code == 403
    assert client_of(make.administrator()).get(place(type(row), "act", row.pk, "redact")).status_code == 200


def test_an_act_that_is_not_or_a_row_that_is_not_is_not_found() -> None:
    client = client_of(make.editor())
    assert client.get(place(Statement, "act", make.make_statement().pk, "crown")).status_code == 404
    assert client.get(place(Inquiry, "act", 999, "publish")).status_code == 404


def test_a_contributor_edits_drafts_and_not_what_is_public() -> None:
    draft, public = make.make_statement(published=False), make.make_statement(company=make.make_company("Pinhay Rail"))
    client = client_of(make.contributor())
    posted = posted_from(client.get(place(Statement, "change", draft.pk))) | {"summary": "Said that it is too much."}
    assert client.post(place(Statement, "change", draft.pk), posted).status_code == 302
    assert Statement.objects.get(pk=draft.pk).summary == "Said that it is too much."
    assert client.post(place(Statement, "change", public.pk), posted).status_code == 403


def test_the_captured_text_is_for_those_who_decide() -> None:
    capture = make.make_report().captures.latest()
    address = place(type(capture), "change", capture.pk)
    assert "a step too far" in told(client_of(make.contributor()).get(address))
    assert "a step too far" not in told(client_of(make.reader()).get(address))


# --- History ------------------------------------------------------------------------------


def test_the_history_tells_of_everything_that_hangs_on_a_statement() -> None:
    statement = make.make_statement()
    act(statement, "correct", field="stance", value="mixed", **REASON)
    page = told(client_of(make.reader()).get(place(Statement, "history", statement.pk)))
    for words in ("Statement added", "Voice added", "Citation added", "Quote added", "Statement changed"):
        assert words in page
    assert "<strong>Stance:</strong> Critical → Mixed" in page and "It was misread." in page and "ana" in page


def test_no_version_is_put_back_by_button() -> None:
    company = make.make_company()
    version = company.history.latest().history_id
    address = reverse("admin:tracker_company_simple_history", args=[company.pk, version])
    client = client_of(make.editor())
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "X"}).status_code == 403
    assert client.get(address.replace(f"/{version}/", "/crown/")).status_code == 404
