"""Taking a decision back, while nothing of it is public."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories as make
from tracker.models import Candidate, Release, Statement
from tracker.review import candidates, publishing, reopening
from tracker.review.errors import Conflict, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = make.NOW


def press_release() -> Candidate:
    return make.make_candidate(
        make.make_draft(medium="press_release", disclosure="issued", basis="public_post"),
        report=make.make_report("https://calder.example/news", outlet=make.make_newsroom()),
    )


def test_an_acceptance_is_taken_back_and_its_draft_discarded() -> None:
    candidate = press_release()
    made = candidates.accept(candidate, by=make.editor(), now=NOW)
    candidate.report.refresh_from_db()
    assert candidate.report.state == "done"
    reopened = reopening.undo(candidate, by=make.editor(), now=NOW)
    made.refresh_from_db()
    assert (reopened.state, reopened.statement, reopened.decided_by, reopened.claimed_by) == (
        "pending", None, None, make.editor(),
    )  # fmt: skip
    assert made.state == "withdrawn" and made.published_at is None
    assert made.history.first().history_change_reason == reopening.WHY
    reopened.report.refresh_from_db()
    assert reopened.report.state == "proposed"
    assert candidates.accept(reopened, by=make.editor(), now=NOW).state == "draft"


def test_a_publication_under_way_is_taken_back_with_it() -> None:
    candidate = press_release()
    made = candidates.accept(candidate, by=make.editor(), now=NOW)
    publishing.publish(made, by=make.editor(), now=NOW)
    reopening.undo(candidate, by=make.editor(), now=NOW + dt.timedelta(seconds=9))
    assert publishing.take_effect(NOW + dt.timedelta(minutes=1)) == 0
    assert not Release.objects.filter(entity="statement").exists()


def test_what_is_public_is_not_taken_back() -> None:
    candidate = press_release()
    publishing.publish(candidates.accept(candidate, by=make.editor(), now=NOW), by=make.editor(), now=NOW)
    publishing.take_effect(NOW + dt.timedelta(seconds=11))
    with pytest.raises(Conflict, match="is published by now: correct it, or withdraw it"):
        reopening.undo(candidate, by=make.editor(), now=NOW)
    candidate.refresh_from_db()
    assert candidate.state == "accepted" and candidate.statement is not None


def test_a_rejection_is_taken_back() -> None:
    candidate = press_release()
    candidates.reject(candidate, by=make.editor(), reason="no", now=NOW)
    assert reopening.undo(candidate, by=make.editor(), now=NOW).reason == ""


def test_only_who_decided_takes_it_back() -> None:
    candidate = press_release()
    candidates.reject(candidate, by=make.editor(), reason="no", now=NOW)
    with pytest.raises(NotAllowed, match="ana decided this"):
        reopening.undo(candidate, by=make.second_editor(), now=NOW)
    with pytest.raises(NotAllowed):
        reopening.undo(candidate, by=make.cy(), now=NOW)
    candidate.refresh_from_db()
    assert candidate.state == "rejected"


def test_nothing_decided_is_nothing_to_take_back() -> None:
    with pytest.raises(Conflict, match="no decision"):
        reopening.undo(press_release(), by=make.editor(), now=NOW)


def test_a_draft_that_others_built_on_stays() -> None:
    candidate = press_release()
    made = candidates.accept(candidate, by=make.editor(), now=NOW)
    other = make.make_candidate(report=make.make_report("https://courier.example/a"))
    candidates.merge(other, into=made, by=make.second_editor(), now=NOW)
    with pytest.raises(Conflict, match="Another report was merged into"):
        reopening.undo(candidate, by=make.editor(), now=NOW)
    made.refresh_from_db()
    assert made.state == "draft"


def test_an_approved_draft_stays() -> None:
    candidate = make.make_candidate(make.make_draft(channel="internal", medium="chat"))
    made = candidates.accept(candidate, by=make.editor(), now=NOW)
    assert isinstance(made, Statement)
    publishing.approve(made, by=make.second_editor(), now=NOW)
    with pytest.raises(Conflict, match="was approved meanwhile"):
        reopening.undo(candidate, by=make.editor(), now=NOW)


def test_a_merge_into_a_draft_is_taken_back_with_its_quotes_and_counts() -> None:
    held = make.make_statement(published=False, report=make.make_report("https://courier.example/a"))
    candidate = make.make_candidate(make.make_draft(signature_count=7))
    candidates.merge(candidate, into=held, by=make.editor(), now=NOW)
    assert (held.citations.count(), held.signature_counts.count()) == (2, 1)
    reopening.undo(candidate, by=make.editor(), now=NOW)
    assert (held.citations.count(), held.signature_counts.count()) == (1, 0)


def test_a_merge_into_a_public_row_is_not_taken_back() -> None:
    held = make.make_statement(report=make.make_report("https://courier.example/a"))
    candidate = make.make_candidate()
    candidates.merge(candidate, into=held, by=make.editor(), now=NOW)
    with pytest.raises(Conflict, match="is published by now"):
        reopening.undo(candidate, by=make.editor(), now=NOW)
    assert held.citations.count() == 2


def test_a_merge_beside_another_of_the_same_report_is_not_taken_back_whole() -> None:
    held = make.make_statement(published=False, report=make.make_report("https://courier.example/a"))
    first = make.make_candidate()
    second = make.make_candidate(make.make_draft(quote="takes no side"))
    candidates.merge(first, into=held, by=make.editor(), now=NOW)
    candidates.merge(second, into=held, by=make.editor(), now=NOW)
    with pytest.raises(Conflict, match="Another candidate of this report"):
        reopening.undo(first, by=make.editor(), now=NOW)
    assert held.citations.count() == 2
