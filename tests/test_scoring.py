"""The scorer itself: which found row is which expected row, and what is counted."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tracker.core.drafts import Draft, DraftDate, DraftQuote, DraftVoice
from tracker.ingest.scoring import alike, floors, load, match, measure, rows_of, split
from tracker.ingest.scoring.articles import Annotated, Row, Unreadable, read
from tracker.ingest.scoring.figures import CLASSES, passage, wrongs
from tracker.ingest.scoring.matching import _best_pairs

TEXT = (
    "Tarn Rail on Monday called the order “a grave mistake that will cost lives” in a statement. "
    "Ada Quill, its chief executive, told staff: “We will not take part in this operation at all.” "
    "“Nobody asked us before it began,” she wrote. Vellum Bank declined to comment. "
    "Workers of Tarn Rail said they would march."
)


MONDAY = DraftDate("2026-03-02", "2026-03-02", "day", "on Monday")


def at(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


STATEMENT, MEMO, LATER = (
    at("a grave mistake that will cost lives"),
    at("We will not take part in this operation at all."),
    at("Nobody asked us before it began"),
)


def expected(organization: str = "Tarn Rail", **labels: Any) -> dict[str, Any]:
    return {
        "organization": organization,
        "organization_as_written": organization,
        "speaker": None,
        "role": None,
        "capacity": "official",
        "channel": "public",
        "medium": "unspecified",
        "kind": "statement",
        "stance": "critical",
        "quotes": [],
        "date": None,
        "reported_by": None,
        "attribution": None,
        "optional": False,
        "accept_also": {},
        **labels,
    }


def article(*rows: dict[str, Any], negative: bool = False) -> Annotated:
    return read(
        {
            "id": 1,
            "title": "t",
            "outlet": "The Ledger",
            "published": "2026-03-03",
            "text": TEXT,
            "event": "e",
            "stance_target": "the order",
            "negative": negative,
            "rows": list(rows),
        }
    )


def draft(
    *organizations: str,
    speaker: str | None = None,
    role: str | None = None,
    capacity: str = "official",
    quotes: tuple[tuple[int, int], ...] = (),
    said: DraftDate = MONDAY,
    new: bool = False,
    **fields: Any,
) -> Draft:
    return Draft(
        **{
            "kind": "statement",
            "channel": "public",
            "medium": "unspecified",
            "disclosure": "issued",
            "stance": "critical",
            "reported_by": None,
            "attribution": None,
            "confidence": 0.5,
            "reasons": {},
            "evidence": {},
            "spans": quotes or ((0, 20),),
            "said": said,
            "voices": tuple(
                DraftVoice(
                    organization=name,
                    speaker=speaker,
                    role=role,
                    capacity=capacity,
                    organization_as_written=name,
                    is_new_organization=new,
                )
                for name in organizations or ("Tarn Rail",)
            ),
            "quotes": tuple(DraftQuote(TEXT[start:end], start, end) for start, end in quotes),
            **fields,
        }
    )


def counts(one: Annotated, *drafts: Draft) -> tuple[int, int, int, int]:
    """Return how many rows matched, were missed, are false, were set aside."""
    found = match(one, rows_of(drafts))
    return len(found.pairs), len(found.missed), len(found.false), len(found.aside)


def test_the_expected_drafts_score_full_marks() -> None:
    one = article(
        expected(quotes=[STATEMENT], date="2026-03-02"),
        expected(
            speaker="Ada Quill",
            role="chief executive",
            channel="internal",
            medium="email_or_memo",
            quotes=[MEMO, LATER],
        ),
        expected("Vellum Bank", kind="declined_to_comment", stance=None),
    )
    drafts = (
        draft(quotes=(STATEMENT,)),
        draft(speaker="Ada Quill", role="CEO", channel="internal", medium="email_or_memo", quotes=(MEMO, LATER)),
        draft("Vellum Bank", kind="declined_to_comment", stance=None),
    )
    figures = measure([match(one, rows_of(drafts))])
    told = figures.as_json()
    assert (figures.precision.of, figures.recall.of) == (3, 3)
    assert {name: told[name]["share"] for name in floors.SHARES if told[name]["share"] not in {1.0, None}} == {}
    assert figures.fields["stance"].of == 2, "a silence has no stance to get right"
    assert figures.false_on_negatives == figures.quotes_not_in_text == 0


def test_an_empty_finder_scores_nothing_and_divides_by_nothing() -> None:
    figures = measure([match(article(expected()), [])])
    assert (figures.recall.right, figures.recall.of) == (0, 1)
    assert figures.precision.share is None and figures.f1 is None and figures.stance_macro is None
    assert figures.lines() and figures.as_json()["precision"]["share"] is None


def test_another_organisation_is_another_row() -> None:
    assert counts(article(expected(quotes=[STATEMENT])), draft("Vellum Bank", quotes=(STATEMENT,))) == (0, 1, 1, 0)


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("Tarn Rail", "Tarn Rail plc", True),
        ("The Tarn Company", "Tarn Co.", True),
        ("Tarn Rail", "Tarn Rail’s", True),
        ("Órbita (Spain)", "Orbita", True),
        ("Smith & Co", "Smith & Co.", True),
        ("Tarn Rail", "Tarn", False),
        ("Tarn Rail", "Tarn Railways", False),
        ("Company", "Co", False),
    ],
)
def test_names_of_organisations(wanted: str, found: str, same: bool) -> None:
    assert (alike.organization(wanted) == alike.organization(found)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada Quill", "Ada M. Quill", True),
        ("Dr. Ada Quill Jr.", "Ada Quill", True),
        ("Ada Quill", "Quill", False),
        ("Ada Quill", "Ida Quill", False),
        ("Ada Quill", None, False),
        (None, None, True),
    ],
)
def test_names_of_people(one: str | None, other: str | None, same: bool) -> None:
    assert alike.same_person(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CEO", "chief executive officer", True),
        ("chairman and chief executive", "CEO", True),
        ("spokeswoman", "spokesperson", True),
        ("warehouse employees", "workers", True),
        ("former chief executive", "chief executive", False),
        ("CEO", "CFO", False),
        ("CEO", None, False),
        ("of the", "of the", False),
    ],
)
def test_names_of_offices(one: str, other: str | None, same: bool) -> None:
    assert alike.same_role(one, other) is same


def test_words_in_common_match_whoever_speaks_and_the_speaker_is_then_wrong() -> None:
    one = article(expected(speaker="Ada Quill", quotes=[MEMO]))
    found = match(one, rows_of([draft(speaker="Ida Moss", quotes=(MEMO,))]))
    assert len(found.pairs) == 1
    assert measure([found]).fields["speaker"].share == 0.0


def test_the_same_speaker_matches_with_other_words_and_the_quote_is_then_lost() -> None:
    one = article(expected(speaker="Ada Quill", quotes=[MEMO]))
    found = match(one, rows_of([draft(speaker="Ada Quill", quotes=(LATER,))]))
    figures = measure([found])
    assert len(found.pairs) == 1
    assert figures.fields["quotes_found"].share == 0.0
    assert figures.fields["quotes_right"].share == 0.0


def test_neither_words_nor_speaker_is_no_match() -> None:
    one = article(expected(speaker="Ada Quill", quotes=[MEMO]))
    assert counts(one, draft(quotes=(STATEMENT,))) == (0, 1, 1, 0)
    assert counts(one, draft()) == (0, 1, 1, 0)


def test_a_workforce_is_not_its_company() -> None:
    one = article(expected(capacity="staff", role="workers"))
    assert counts(one, draft(capacity="official")) == (0, 1, 1, 0)
    assert counts(one, draft(capacity="staff", role="employees")) == (1, 0, 0, 0)


def test_a_staff_voice_names_nobody_and_need_not() -> None:
    one = article(expected(capacity="staff", speaker="Bo Lind"))
    found = match(one, rows_of([draft(capacity="staff")]))
    assert len(found.pairs) == 1
    assert measure([found]).fields["speaker"].share == 1.0


def test_a_silence_is_never_a_statement() -> None:
    silence = article(expected(kind="declined_to_comment", stance=None))
    assert counts(silence, draft()) == (0, 1, 1, 0)
    assert counts(article(expected()), draft(kind="no_response", stance=None)) == (0, 1, 1, 0)


def test_the_other_silence_matches_and_its_kind_is_wrong_unless_accepted() -> None:
    strict = article(expected(kind="no_response", stance=None))
    mild = article(expected(kind="no_response", stance=None, accept_also={"kind": ["declined_to_comment"]}))
    found = rows_of([draft(kind="declined_to_comment", stance=None)])
    assert measure([match(strict, found)]).fields["kind"].share == 0.0
    assert measure([match(mild, found)]).fields["kind"].share == 1.0


def test_a_deed_may_be_found_as_a_statement_but_a_statement_not_as_a_letter() -> None:
    deed, said = article(expected(kind="action")), article(expected())
    assert measure([match(deed, rows_of([draft()]))]).fields["kind"].share == 1.0
    assert measure([match(said, rows_of([draft(kind="open_letter")]))]).fields["kind"].share == 0.0


def test_one_draft_does_for_one_row_and_its_double_is_false() -> None:
    one = article(expected(quotes=[STATEMENT]))
    assert counts(one, draft(quotes=(STATEMENT,)), draft(quotes=(STATEMENT,))) == (1, 0, 1, 0)


def test_two_rows_in_one_draft_leave_one_missed() -> None:
    one = article(
        expected(speaker="Ada Quill", quotes=[MEMO]), expected(speaker="Ada Quill", channel="public", quotes=[LATER])
    )
    assert counts(one, draft(speaker="Ada Quill", quotes=(MEMO, LATER))) == (1, 1, 0, 0)


def test_a_letter_of_two_workforces_is_two_rows() -> None:
    rows = [expected(name, capacity="staff", kind="open_letter") for name in ("Tarn Rail", "Vellum Bank")]
    letter = draft("Tarn Rail", "Vellum Bank", capacity="staff", kind="open_letter")
    assert counts(article(*rows), letter) == (2, 0, 0, 0)


def test_rows_are_paired_for_the_most_agreement_whatever_their_order() -> None:
    rows = [expected(quotes=[LATER]), expected(quotes=[MEMO]), expected(quotes=[STATEMENT])]
    drafts = [draft(quotes=(STATEMENT,)), draft(quotes=(LATER,)), draft(quotes=(MEMO,))]
    for order in itertools.permutations(drafts):
        found = match(article(*rows), rows_of(order))
        assert [row.quotes for row, _ in found.pairs] == [one.quotes for _, one in found.pairs]
        assert not found.missed and not found.false


@pytest.mark.parametrize("seed", range(30))
def test_the_best_pairing_is_the_best_of_all_pairings(seed: int) -> None:
    chance = random.Random(seed)
    rows, columns = chance.randint(1, 5), chance.randint(1, 5)
    weights = [[chance.choice([0.0, 0.0, chance.random() * 9]) for _ in range(columns)] for _ in range(rows)]
    size = max(rows, columns)
    best = max(
        sum(weights[row][at] for row, at in enumerate(order) if row < rows and at < columns)
        for order in itertools.permutations(range(size))
    )
    paired = _best_pairs(weights)
    assert sum(weights[row][at] for row, at in paired.items()) == pytest.approx(best)
    assert len(set(paired.values())) == len(paired) and all(weights[row][at] > 0 for row, at in paired.items())


def test_optional_rows_neither_reward_nor_punish() -> None:
    one = article(expected(quotes=[STATEMENT]), expected(speaker="Ada Quill", quotes=[MEMO], optional=True))
    right = draft(quotes=(STATEMENT,))
    extra = draft(speaker="Ada Quill", quotes=(MEMO,), stance="supportive", channel="unknown")
    assert counts(one, right) == (1, 0, 0, 0)
    assert counts(one, right, extra) == (1, 0, 0, 1)
    assert counts(one, right, extra, extra) == (1, 0, 0, 2)
    figures = measure([match(one, rows_of([right, extra]))])
    assert figures.precision.of == figures.recall.of == figures.fields["channel"].of == 1
    assert figures.fields["stance"].share == 1.0


def test_an_optional_row_does_not_take_the_draft_of_a_required_one() -> None:
    one = article(expected(quotes=[STATEMENT], optional=True), expected(quotes=[STATEMENT]))
    assert counts(one, draft(quotes=(STATEMENT,))) == (1, 0, 0, 0)


def test_words_of_an_optional_row_in_a_required_one_are_not_held_against_it() -> None:
    one = article(
        expected(speaker="Ada Quill", quotes=[MEMO]), expected(speaker="Ada Quill", quotes=[LATER], optional=True)
    )
    figures = measure([match(one, rows_of([draft(speaker="Ada Quill", quotes=(MEMO, LATER))]))])
    assert figures.fields["quotes_right"].share == figures.fields["quotes_found"].share == 1.0


def test_false_rows_on_negatives_are_counted_apart() -> None:
    figures = measure([match(article(negative=True), rows_of([draft(), draft("Vellum Bank")]))])
    assert figures.false_on_negatives == 2 and figures.precision.share == 0.0


@pytest.mark.parametrize(
    ("wanted", "also", "found", "right"),
    [
        ("neutral", [], "no_position", True),
        ("no_position", [], "unclear", True),
        ("unclear", [], None, True),
        ("critical", [], "unclear", False),
        ("critical", ["mixed"], "mixed", True),
        ("supportive", ["neutral"], "no_position", True),
        ("mixed", [], "critical", False),
        ("calls_for_calm", [], "no_position", False),
    ],
)
def test_stances_that_count_as_right(wanted: str, also: list[str], found: str | None, right: bool) -> None:
    one = article(expected(stance=wanted, accept_also={"stance": also}))
    figures = measure([match(one, rows_of([draft(stance=found)]))])
    assert figures.fields["stance"].share == float(right)
    (only,) = figures.classes
    assert only in CLASSES and figures.classes[only].right == int(right)


def test_the_mean_of_classes_weighs_a_rare_class_like_a_common_one() -> None:
    rows = [
        expected("Tarn Rail", stance="critical"),
        expected("Vellum Bank", stance="critical"),
        expected("Osk", stance="mixed"),
    ]
    figures = measure([match(article(*rows), rows_of([draft("Tarn Rail"), draft("Vellum Bank"), draft("Osk")]))])
    assert figures.fields["stance"].share == pytest.approx(2 / 3)
    assert figures.stance_macro == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("date", "also", "said", "right", "exact"),
    [
        ("2026-03-02", [], ("2026-03-02", "2026-03-02"), True, True),
        ("2026-03-02", [], ("2026-02-25", "2026-03-03"), True, False),
        ("2026-03-02", [], ("2026-01-02", "2026-03-03"), False, False),
        ("2026-03-02", [], ("2026-03-03", "2026-03-03"), False, False),
        ("2026-03-02", [], (None, "2026-03-02"), False, False),
        (None, ["2026-03-02"], ("2026-03-02", "2026-03-02"), True, True),
        ({"earliest": "2026-02-28", "latest": "2026-03-01"}, [], ("2026-02-28", "2026-03-01"), True, True),
        ({"earliest": "2026-02-28", "latest": "2026-03-01"}, [], ("2026-02-28", "2026-02-28"), False, False),
    ],
)
def test_dates(date: Any, also: list[str], said: tuple[str | None, str | None], right: bool, exact: bool) -> None:
    one = article(expected(date=date, accept_also={"date": also}))
    figures = measure([match(one, rows_of([draft(said=DraftDate(*said, "range", ""))]))])
    assert (figures.fields["date"].share, figures.date_exact.share) == (float(right), float(exact))


def test_a_date_that_nobody_knows_is_not_judged() -> None:
    assert measure([match(article(expected()), rows_of([draft()]))]).fields["date"].of == 0


def test_who_reported_it_first() -> None:
    one = article(expected(reported_by="The Harbour Post", accept_also={"reported_by": ["Harbour Radio"]}))
    for name, right in (("Harbour Post", 1.0), ("Harbour Radio", 1.0), (None, 0.0), ("The Ledger", 0.0)):
        figures = measure([match(one, rows_of([draft(reported_by=name)]))])
        assert figures.fields["reported_by"].share == figures.reported_by_named.share == right
    nobody = measure([match(article(expected()), rows_of([draft(reported_by="The Ledger")]))])
    assert nobody.fields["reported_by"].share == 0.0 and nobody.reported_by_named.of == 0


def test_a_long_quote_may_come_in_pieces_and_half_is_enough() -> None:
    start, end = MEMO
    one = article(expected(quotes=[MEMO]))
    pieces = draft(quotes=((start, start + 15), (start + 16, end)))
    scrap = draft(quotes=((start, start + 12),))
    assert measure([match(one, rows_of([pieces]))]).fields["quotes_found"].share == 1.0
    assert measure([match(one, rows_of([scrap]))]).fields["quotes_found"].share == 0.0


def test_quotes_of_missed_rows_count_among_all_but_not_among_matched() -> None:
    one = article(expected(quotes=[STATEMENT]), expected("Vellum Bank", quotes=[MEMO, LATER]))
    figures = measure([match(one, rows_of([draft(quotes=(STATEMENT,))]))])
    assert (figures.fields["quotes_found"].of, figures.quotes_found_of_all.of) == (1, 3)


def test_a_quote_that_is_not_in_the_text_is_counted_once_however_many_voices_it_has() -> None:
    bad = dataclasses.replace(draft("Tarn Rail", "Vellum Bank"), quotes=(DraftQuote("never said", 3, 13),))
    rows = [expected("Tarn Rail"), expected("Vellum Bank")]
    assert measure([match(article(*rows), rows_of([bad]))]).quotes_not_in_text == 1


def test_an_organisation_is_resolved_by_its_usual_name_unless_no_list_has_it() -> None:
    one = article(expected("Tarn Rail", organization_as_written="Tarnie"))
    assert measure([match(one, rows_of([draft("Tarnie")]))]).fields["organization"].share == 0.0
    assert measure([match(one, rows_of([draft("Tarnie", new=True)]))]).fields["organization"].share == 1.0


def test_a_retold_row_matches_by_the_words_it_is_attributed_by() -> None:
    start, end = at("Workers of Tarn Rail said they would march.")
    one = article(expected(attribution="Workers of Tarn Rail said", capacity="staff"))
    assert counts(one, draft(speaker="Ada Quill", spans=((start, end),))) == (1, 0, 0, 0)
    assert counts(one, draft(speaker="Ada Quill", spans=((0, 10),))) == (0, 1, 1, 0)


def test_what_is_wrong_is_listed_with_its_sentence() -> None:
    one = article(expected(speaker="Ada Quill", stance="supportive", quotes=[MEMO, LATER]))
    found = match(one, rows_of([draft(speaker="Ada Quill", quotes=(MEMO,))]))
    ((row, got),) = found.pairs
    assert [(wrong.field, wrong.wanted) for wrong in wrongs(TEXT, row, got)] == [
        ("stance", "supportive"),
        ("quote", "Nobody asked us before it began"),
    ]
    assert passage(TEXT, [LATER]).endswith("“Nobody asked us before it began,” she wrote.")
    assert passage(TEXT, []) == ""


def test_a_split_is_the_same_for_a_seed_and_halves_both_kinds() -> None:
    every = [dataclasses.replace(article(negative=number % 4 == 0), id=str(number), rows=()) for number in range(1, 25)]
    dev, held = split(every, seed=7)
    assert (len(dev), len(held)) == (12, 12) and not {one.id for one in dev} & {one.id for one in held}
    assert sum(one.negative for one in dev) == sum(one.negative for one in held) == 3
    assert split(list(reversed(every)), seed=7)[0] == list(reversed(dev))
    assert split(every, seed=8)[0] != dev


def test_a_folder_without_articles_or_with_a_broken_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="holds no annotated articles"):
        load(tmp_path)
    (tmp_path / "101.json").write_text("{}")
    with pytest.raises(Unreadable, match=r"101\.json"):
        load(tmp_path)


def test_a_quotation_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="lies outside"):
        article(expected(quotes=[[0, len(TEXT) + 1]]))


# --- Floors ----------------------------------------------------------------------------


def figures_of(*drafts: Draft) -> Any:
    rows = [expected(quotes=[STATEMENT]), expected(speaker="Ada Quill", quotes=[MEMO])]
    return measure([match(article(*rows), rows_of(drafts))])


GOOD = (draft(quotes=(STATEMENT,)), draft(speaker="Ada Quill", quotes=(MEMO,)))


def test_floors_hold_what_was_reached() -> None:
    held = floors.raised(figures_of(*GOOD), {"articles": "", "at_least": {}, "at_most": {}}, digest="a")
    assert held["at_least"]["recall"] == 0.99 and held["at_most"]["quotes_not_in_text"] == 0
    assert "date" not in held["at_least"], "nothing to get right is no floor"
    assert floors.below(figures_of(*GOOD), held) == []
    assert any("recall is 0.500" in line for line in floors.below(figures_of(GOOD[0]), held))
    assert any("not measured" in line for line in floors.below(figures_of(), held))


def test_an_update_raises_floors_and_never_lowers_one() -> None:
    low = floors.raised(figures_of(GOOD[0]), {"articles": "", "at_least": {}, "at_most": {}}, digest="a")
    high = floors.raised(figures_of(*GOOD), low, digest="b")
    assert high["at_least"]["recall"] > low["at_least"]["recall"] and high["articles"] == "b"
    assert floors.raised(figures_of(GOOD[0]), high, digest="c")["at_least"] == high["at_least"]


# --- The command -------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One article and one without statements, with a gazetteer of their own."""
    text = (
        "Tarn Rail opposes the order\n\nTarn Rail called the order “a grave mistake that will cost lives” in a "
        "statement on Monday.\n\n“We oppose this order and ask the governor to withdraw it,” Ada Quill, chief "
        "executive of Tarn Rail, said in the statement."
    )
    common = {"title": "t", "outlet": "The Ledger", "published": "2026-03-03", "event": "The order"}
    quotes = [
        [text.index(words), text.index(words) + len(words)]
        for words in (
            "a grave mistake that will cost lives",
            "We oppose this order and ask the governor to withdraw it",
        )
    ]
    row = expected(quotes=quotes, speaker="Ada Quill", accept_also={"speaker": [None]})
    one = {**common, "id": 1, "text": text, "stance_target": "the order", "negative": False, "rows": [row]}
    two = {**common, "id": 2, "text": "Rain fell.", "stance_target": "", "negative": True, "rows": []}
    (tmp_path / "001.json").write_text(json.dumps(one))
    (tmp_path / "002.json").write_text(json.dumps(two))
    (tmp_path / "gazetteer.json").write_text(json.dumps({"companies": [{"slug": "tarn-rail", "name": "Tarn Rail"}]}))
    return tmp_path


def told(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("score_finder", *args, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_the_command_prints_a_table_and_what_is_missing(folder: Path) -> None:
    printed = told(str(folder), misses=True)
    assert "2 articles, 1 of them without any statement." in printed
    assert "false rows on negatives" in printed and "ms CPU an article" in printed


def test_the_command_prints_each_half_apart(folder: Path) -> None:
    printed = told(str(folder), halves=True)
    assert "The half to look at (seed 7):" in printed and "The half only to score on (seed 7):" in printed
    assert printed.count("F1") == 3


def test_the_command_prints_json(folder: Path) -> None:
    figures = json.loads(told(str(folder), json=True, misses=True))
    assert figures["articles"] == 2 and set(floors.SHARES) <= set(figures)
    assert [one["article"] for one in figures["misses"]] == ["1", "2"]


def test_the_command_needs_no_database(folder: Path) -> None:
    # pytest-django refuses every query here, since no test mark asks for the database.
    assert told(str(folder), article="1")


def test_floors_are_written_then_held(folder: Path) -> None:
    file = folder / "floors.json"
    told(str(folder), floors=file, update=True)
    held = json.loads(file.read_text())
    told(str(folder), floors=file)
    held["at_least"]["recall"] = 1.01
    file.write_text(json.dumps(held))
    with pytest.raises(CommandError, match="the floor is 1.01") as refused:
        told(str(folder), floors=file, update=True)
    assert refused.value.returncode == 1 and json.loads(file.read_text()) == held


def test_floors_of_other_articles_are_not_held_against_these(folder: Path) -> None:
    file = folder / "floors.json"
    file.write_text(json.dumps({"articles": "another", "at_least": {}, "at_most": {}}))
    with pytest.raises(CommandError, match="not those"):
        told(str(folder), floors=file)


@pytest.mark.parametrize("options", [{"only": "held", "misses": True}, {"article": "9"}])
def test_what_cannot_be_asked_for(folder: Path, options: dict[str, Any]) -> None:
    with pytest.raises(CommandError) as refused:
        told(str(folder), **options)
    assert refused.value.returncode == 2


def test_rows_keep_what_counts_as_right() -> None:
    row: Row = article(expected(accept_also={"speaker": [None, "Ada Quill"], "date": ["2026-03-01"]})).rows[0]
    assert row.accepted("speaker") == (None, None, "Ada Quill")
    assert row.days == (("2026-03-01", "2026-03-01"),)
