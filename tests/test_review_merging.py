"""Two rows of one thing become one, and can become two again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tracker.models import (
    Alias,
    Citation,
    Coding,
    Company,
    Correction,
    Person,
    Quote,
    Release,
    Role,
    SignatureCount,
    Statement,
    StatementLink,
    Ticker,
    Voice,
)
from tracker.operations.verify import verify
from tracker.review import candidates, merging
from tracker.review.errors import CannotMerge, NotAllowed
from tracker.review.merging import Moves

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = make.NOW


@pytest.fixture
def calder() -> Company:
    return make.make_company()


@pytest.fixture
def double() -> Company:
    return make.make_company("Calder Ferries Ltd", cik="77")


def merge(loser: Any, into: Any, **options: Any) -> Any:
    return merging.merge(loser, into=into, by=make.editor(), now=NOW, **options)


def unmerge(loser: Any) -> Any:
    return merging.unmerge(loser, by=make.editor(), now=NOW)


def last(row: Any) -> Release:
    return Release.objects.filter(public_id=getattr(row, "public_id", None) or row.slug).latest("seq")


def without_calders_line() -> list[str]:
    """Findings, but for a line about what factories made without review."""
    return [str(finding) for finding in verify()]


# --- Companies --------------------------------------------------------------------------


def test_children_move_and_the_loser_leads_to_the_winner(calder: Company, double: Company) -> None:
    statement = make.make_statement(company=double)
    Ticker.objects.create(company=double, symbol="CLDR")
    child = make.make_company("Calder Parcel", parent=double, parent_kind="owner")
    candidate = make.make_candidate()
    candidate.companies.set([double])
    candidate.report.companies_named.set([double, calder])
    merge(double, calder)
    double.refresh_from_db()
    assert double.merged_into == calder
    assert statement.voices.get().company == calder
    assert calder.tickers.get().symbol == "CLDR"
    assert Company.objects.get(pk=child.pk).parent == calder
    assert set(candidate.companies.all()) == {calder, double}
    assert candidate.report.companies_named.count() == 2
    assert calder.aliases.get().name == "Calder Ferries Ltd"
    assert (last(double).kind, last(double).body["merged_into"]["slug"]) == ("merged", "calder-ferries")
    assert last(calder).changed == ["aliases", "tickers"]
    assert last(statement).kind == "added"
    assert "ledger-differs" not in {finding.rule for finding in verify() if finding.row == statement.public_id}


def test_what_the_winner_has_already_stays_or_goes(calder: Company, double: Company) -> None:
    both = make.make_statement(voices=[(calder, None, "official"), (double, None, "official")])
    Coding.objects.create(
        statement=both, voice=both.voices.get(company=double), coder=make.editor(), field="capacity", value="official",
        codebook_version="1.0",
    )  # fmt: skip
    ada = make.make_person(company=calder)
    Role.objects.create(person=ada, company=double, title="chief executive")
    Alias.objects.create(company=calder, name="Calder Ferries Ltd")
    Alias.objects.create(company=calder, name="Calder")
    Alias.objects.create(company=double, name="Calder")
    assert merging.preview(double, into=calder) == [
        Moves("aliases", 0, 1),
        Moves("roles", 0, 1),
        Moves("voices", 0, 1),
    ]
    merge(double, calder)
    assert both.voices.get().company == calder
    assert Coding.objects.get().voice == both.voices.get()
    assert ada.roles.count() == 1
    assert double.aliases.get().name == "Calder"
    assert last(both).changed == ["voices"]


def test_a_watch_entry_that_stands_twice_stays_and_its_checks_are_made_anew(calder: Company, double: Company) -> None:
    mine, theirs = make.make_watch_entry(calder), make.make_watch_entry(double)
    make.make_check(mine, "2026-03-05")
    make.make_check(theirs, "2026-03-05")
    make.make_check(theirs, "2026-03-09")
    merge(double, calder)
    theirs.refresh_from_db()
    assert theirs.company == double
    assert sorted(str(check.through) for check in mine.checks.all()) == ["2026-03-05", "2026-03-09"]


def test_a_winner_that_belonged_to_its_own_duplicate_belongs_to_nobody(double: Company) -> None:
    calder = make.make_company(parent=double, parent_kind="owner", succeeded_by=double)
    merge(double, calder)
    calder.refresh_from_db()
    assert (calder.parent, calder.parent_kind, calder.succeeded_by) == (None, "", None)
    unmerge(double)
    calder.refresh_from_db()
    assert (calder.parent, calder.parent_kind, calder.succeeded_by) == (double, "owner", double)


def test_chains_are_compressed_and_taken_apart_again(calder: Company, double: Company) -> None:
    third = make.make_company("Calder Lines")
    merge(double, third)
    merge(third, calder)
    double.refresh_from_db()
    assert double.merged_into == calder
    unmerge(third)
    double.refresh_from_db()
    assert double.merged_into == third


def test_undoing_puts_back_what_moved_and_what_went(calder: Company, double: Company) -> None:
    theirs = make.make_statement(company=double)
    both = make.make_statement(voices=[(calder, None, "official"), (double, None, "official")], quote="takes no side")
    merge(double, calder)
    calder.name = "Calder Lines"
    calder.save()
    unmerge(double)
    double.refresh_from_db()
    calder.refresh_from_db()
    assert double.merged_into is None
    assert theirs.voices.get().company == double
    assert {voice.company for voice in both.voices.all()} == {calder, double}
    assert not calder.aliases.exists()
    assert calder.name == "Calder Lines"
    assert (last(double).kind, last(both).changed) == ("unmerged", ["voices"])


def test_what_was_changed_since_is_left_alone(calder: Company, double: Company) -> None:
    statement, pinhay = make.make_statement(company=double), make.make_company("Pinhay Rail")
    merge(double, calder)
    Voice.objects.update(company=pinhay)
    Alias.objects.all().delete()
    unmerge(double)
    assert statement.voices.get().company == pinhay


def test_undoing_is_refused_where_the_place_is_taken(calder: Company, double: Company) -> None:
    merge(double, calder)
    make.make_company("Calder Three", cik="77")
    with pytest.raises(CannotMerge, match="cannot go back, because its place is taken"):
        unmerge(double)


def test_a_merge_of_what_is_not_public_writes_no_line() -> None:
    first, second = make.make_company(told=False), make.make_company("Calder Two", told=False)
    Alias.objects.create(company=first, name="calder two")
    merge(second, first)
    unmerge(second)
    assert not Release.objects.exists()


@pytest.mark.parametrize("user", [make.cy, make.contributor])
def test_without_the_right_nobody_merges(calder: Company, double: Company, user: Any) -> None:
    with pytest.raises(NotAllowed):
        merging.merge(double, into=calder, by=user())
    with pytest.raises(NotAllowed):
        merging.unmerge(double, by=user())


def test_what_cannot_be_merged_is_refused(calder: Company, double: Company) -> None:
    third = make.make_company("Calder Lines")
    with pytest.raises(CannotMerge, match="not merged into itself"):
        merge(calder, calder)
    with pytest.raises(CannotMerge, match="Only two of a kind"):
        merge(calder, make.make_person())
    with pytest.raises(CannotMerge, match="is not merged into anything"):
        unmerge(double)
    merge(double, calder)
    for row in (calder, double, third):
        row.refresh_from_db()
    with pytest.raises(CannotMerge, match="That would be a circle"):
        merge(calder, double)
    with pytest.raises(CannotMerge, match="it was itself merged into “Calder Ferries”"):
        merge(third, double)
    with pytest.raises(CannotMerge, match="is merged into “Calder Ferries” already"):
        merge(double, third)


# --- People -----------------------------------------------------------------------------


def test_people_merge_with_their_voices_quotes_and_roles(calder: Company) -> None:
    ada = make.make_person(company=calder)
    double = make.make_person("A. Quill", company=calder, title="chief executive")
    Role.objects.create(person=double, company=calder, title="director")
    statement = make.make_statement(person=double, voices=[(calder, double, "official"), (calder, ada, "official")])
    Quote.objects.update(speaker=double)
    merge(double, ada)
    assert statement.voices.get().person == ada
    assert Quote.objects.get().speaker == ada
    assert {role.title for role in ada.roles.all()} == {"chief executive", "director"}
    assert double.roles.count() == 1
    unmerge(double)
    assert statement.voices.count() == 2
    assert {role.title for role in double.roles.all()} == {"chief executive", "director"}
    assert Person.objects.current().count() == 2


# --- Statements -------------------------------------------------------------------------


@pytest.fixture
def pair() -> tuple[Statement, Statement]:
    """A public statement with two reports, and its double with one of them and one of its own."""
    winner, loser = make.make_statement(), make.make_statement(person=make.make_person(), quote="takes no side")
    other = make.make_report("https://the-courier.example/a", outlet=make.make_outlet("The Courier"))
    cited = make.cite(loser, other, quote="too far")
    SignatureCount.objects.create(statement=loser, count=5, as_of=dt.date(2026, 3, 3), citation=cited)
    SignatureCount.objects.create(statement=loser, count=6, as_of=dt.date(2026, 3, 4), citation=loser.citations.first())
    return winner, loser


def test_a_statement_takes_over_the_evidence_of_its_double(pair: tuple[Statement, Statement]) -> None:
    winner, loser = pair
    linking = make.make_statement(quote="We ask the minister")
    make.link(linking, loser, "disavows")
    make.link(loser, winner, "reiterates")
    merge(loser, winner, reason="new_evidence", note="The same post.")
    assert winner.citations.count() == 2
    assert {quote.text for citation in winner.citations.all() for quote in citation.quotes.all()} == {
        make.QUOTE, "takes no side", "too far"
    }  # fmt: skip
    assert winner.voices.count() == 2
    assert {counted.citation.statement for counted in winner.signature_counts.all()} == {winner}
    assert list(StatementLink.objects.values_list("from_statement", "to_statement")) == [(linking.pk, winner.pk)]
    assert (last(loser).kind, last(loser).body["merged_into"]) == ("merged", winner.public_id)
    assert last(winner).kind == "changed"
    assert {one.reason for one in Correction.objects.filter(row=winner.public_id)} == {"new_evidence"}
    assert last(linking).body["links"][0]["to"] == winner.public_id
    assert loser not in Statement.objects.published()


def test_undoing_gives_the_double_its_evidence_back(pair: tuple[Statement, Statement]) -> None:
    winner, loser = pair
    linking = make.make_statement(quote="We ask the minister")
    make.link(linking, loser, "disavows")
    before = make.shown(loser)
    merge(loser, winner)
    unmerge(loser)
    assert make.shown(loser)["citations"] == before["citations"]
    assert winner.citations.count() == 1
    assert (last(loser).kind, last(linking).body["links"][0]["to"]) == ("unmerged", loser.public_id)


def test_a_draft_joins_what_is_public_and_leaves_no_line_of_its_own() -> None:
    winner = make.make_statement()
    draft = candidates.accept(make.make_candidate(), by=make.editor(), now=NOW)
    assert isinstance(draft, Statement)
    merge(draft, winner)
    assert not Release.objects.filter(public_id=draft.public_id).exists()
    assert Coding.objects.filter(statement=draft).exists()
    unmerge(draft)
    assert draft.citations.count() == 1


def test_statements_that_cannot_be_one_are_refused(pair: tuple[Statement, Statement]) -> None:
    winner, loser = pair
    draft = make.make_statement(published=False)
    with pytest.raises(CannotMerge, match="is not public: publish it, or merge it into"):
        merge(loser, draft)
    elsewhere = make.make_statement(event=make.make_event("Elsewhere"))
    with pytest.raises(CannotMerge, match="different trees"):
        merge(loser, elsewhere)
    Statement.objects.filter(pk=loser.pk).update(state="withheld")
    with pytest.raises(CannotMerge, match="withheld or withdrawn"):
        merge(loser, winner)


def test_citations_that_both_have_are_kept_once(pair: tuple[Statement, Statement]) -> None:
    winner, loser = pair
    held = Quote.objects.get(citation__statement=winner)
    Quote.objects.create(
        citation=loser.citations.first(), capture=held.capture, text=held.text, start=held.start, end=held.end
    )
    merge(loser, winner)
    assert Quote.objects.filter(citation__statement=winner, text=make.QUOTE).count() == 1
    assert Citation.objects.filter(statement=loser).count() == 1
