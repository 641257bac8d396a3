"""The silence board: who has spoken, where no statement was found, and through which day we looked."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as f
from tracker.core.drafts import DraftDate
from tracker.models import Company, Event, Feed, FeedItem, Frame, Report, Statement, WatchEntry
from tracker.models.choices import Asked, Found
from tracker.reading import board, silence
from tracker.reading.board import Look, Member, Spoken
from tracker.reading.errors import FilterError, Missing
from tracker.reading.responses import Said

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
D = dt.date(2026, 3, 1)
OWN = frozenset({"newsroom", "accounts"})


def day(n: int) -> dt.date:
    return D + dt.timedelta(days=n)


def spoken(earliest: int, latest: int | None = None, *, channel: str = "public", in_words: bool = True) -> Spoken:
    last = earliest if latest is None else latest
    return Spoken(Said(day(earliest), day(last), channel, in_words=in_words), "OR-1", "critical", channel, "", "")


def member(*said: Spoken, seen: int | None = 19, enter: int = -5, name: str = "a", **fields: Any) -> Member:
    looks = (Look(day(seen), OWN),) if seen is not None else ()
    return Member(name, name, fields.pop("sector", "energy"), "US-MN", day(enter), looks=looks, spoken=said, **fields)


def made(*members: Member, anchor: tuple[int, int] = (0, 0), until: int = 19) -> board.Board:
    return board.make(members, anchor=(day(anchor[0]), day(anchor[1])), until=day(until))


# --- Through which day a company was checked ------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "through"),
    [
        ({}, 10),
        ({"held": day(7)}, 6),
        ({"held": day(15)}, 10),
        ({"has_feed": True, "feed_through": day(8)}, 8),
        ({"has_feed": True, "feed_through": day(12)}, 10),
        ({"has_feed": True}, None),
        ({"watched_until": day(4)}, 4),
        ({"held": day(-9)}, None),
        ({"seen": None}, None),
        ({"seen": 40}, 19),
    ],
)
def test_a_company_is_checked_through_the_earliest_of_all_bounds(fields: dict[str, Any], through: int | None) -> None:
    one = member(**{"seen": 10} | fields)
    found, _ = board.checked_through(one, until=day(19))
    assert found == (None if through is None else day(through))


def test_only_something_undecided_is_called_held_back() -> None:
    assert board.checked_through(member(seen=10, held=day(7)), until=day(19)) == (day(6), True)
    assert board.checked_through(member(seen=10, held=day(15)), until=day(19)) == (day(10), False)


def test_a_company_never_checked_or_not_since_the_anchor_stands_in_no_figure() -> None:
    figures = made(member(seen=None), member(spoken(3), seen=None), member(seen=-1), member(spoken(2))).figures
    assert (figures.frame, figures.counted, figures.not_checked) == (4, 1, 3)
    assert (figures.public, figures.found[Found.NOTHING]) == (1, 0)


# --- Days and figures --------------------------------------------------------------------


def test_the_first_response_is_no_sooner_than_any_may_have_been_and_no_later_than_one_surely_was() -> None:
    one = made(member(spoken(5), spoken(3, 9))).rows[0]
    assert one.days is not None
    assert (one.days.least, one.days.most) == (3, 5)


def test_days_from_an_uncertain_anchor_are_an_interval_too() -> None:
    one = made(member(spoken(4)), anchor=(0, 2)).rows[0]
    assert one.days is not None
    assert one.days.words() == "2–4"


def test_who_spoke_before_the_anchor_is_set_apart() -> None:
    found = made(member(spoken(-3), spoken(4)), member(spoken(4)))
    assert [one.before for one in found.rows] == [True, False]
    assert (found.figures.public, found.figures.public_before) == (2, 1)
    assert [(step.day, step.at_risk) for step in found.public.late if step.spoke] == [(4, 1)]


def test_operations_internal_and_reported_are_each_their_own_figure_and_not_silence() -> None:
    reopens = Spoken(Said(day(1), day(1), "public", in_words=True, operations_only=True), "OR-2", "", "public", "", "")
    found = made(
        member(reopens),
        member(spoken(1, channel="internal")),
        member(spoken(1, in_words=False)),
        member(spoken(1)),
        member(),
    ).figures
    assert {key: n for key, n in found.found.items() if n} == {
        Found.OPERATIONS_ONLY: 1,
        Found.INTERNAL_ONLY: 1,
        Found.REPORTED: 1,
        Found.OWN_NAME: 1,
        Found.NOTHING: 1,
    }
    assert found.public == 1


def test_an_operations_notice_has_no_days() -> None:
    reopens = Spoken(Said(day(1), day(1), "public", in_words=True, operations_only=True), "OR-2", "", "public", "", "")
    assert made(member(reopens)).rows[0].days is None


def test_what_was_said_after_until_is_not_found_yet() -> None:
    assert made(member(spoken(5)), until=4).rows[0].found == Found.NOTHING
    assert made(member(spoken(3, 6)), until=4).rows[0].found == Found.NOTHING


def test_under_twenty_companies_no_share_is_given() -> None:
    assert not made(*[member(spoken(1))] * 19).figures.share_given
    assert made(*[member(spoken(1))] * 20).figures.share_given
    assert "counts only" in made(member()).figures.why_no_share


def test_no_share_is_given_when_fewer_than_nine_in_ten_were_checked_at_their_own_channels() -> None:
    elsewhere = member(seen=None)
    outlets_only = Member("b", "b", "", "", day(-5), looks=(Look(day(19), frozenset({"outlets"})),))
    before = member(seen=-1)
    twenty = [member()] * 27
    assert made(*twenty, *[outlets_only] * 3).figures.share_given
    for one in (elsewhere, outlets_only, before):
        found = made(*twenty, *[one] * 4).figures
        assert not found.share_given
        assert "27 of 31 companies" in found.why_no_share


def test_groups_count_by_themselves_and_small_ones_have_no_share() -> None:
    many = [member(spoken(2), sector="energy") for _ in range(20)]
    few = [member(spoken(2), sector="utilities"), member(sector="utilities"), member(sector="utilities", seen=None)]
    energy, utilities = made(*many, *few).sectors
    assert (energy.key, energy.n, energy.public) == ("energy", 20, 20)
    assert energy.curves is not None and energy.curves.at_end == (1.0, 1.0)
    assert (utilities.key, utilities.n, utilities.public, utilities.curves) == ("utilities", 2, 1, None)


# --- The curve against a plain product-limit estimator ---------------------------------------


def by_hand(facts: list[tuple[int, int | None, int]], on: int) -> Fraction:
    """Kaplan and Meier's estimate with late entry, written as the books do: a product over days, in fractions.

    Facts are (day of entry, day it spoke or None, last day seen).
    """
    still = Fraction(1)
    for t in range(0, on + 1):
        at_risk = deaths = 0
        for enter, spoke, seen in facts:
            happened = spoke is not None and spoke <= seen
            leave = spoke if happened else seen
            if leave is None or leave < enter:
                continue
            at_risk += enter <= t <= leave
            deaths += happened and leave == t
        if deaths:
            still *= 1 - Fraction(deaths, at_risk)
    return 1 - still


facts = st.lists(
    st.tuples(st.integers(-5, 8), st.none() | st.tuples(st.integers(0, 15), st.integers(0, 4)), st.integers(0, 19)),
    min_size=1,
    max_size=25,
)


@given(facts)
def test_both_curves_are_the_product_limit_estimate(
    facts: list[tuple[int, tuple[int, int] | None, int]],
) -> None:
    found = made(
        *[member(*([spoken(s[0], s[0] + s[1])] if s else []), enter=enter, seen=seen) for enter, s, seen in facts]
    ).public
    inside = [one for one in facts if one[2] >= max(one[0], 0)]
    for steps, which in ((found.early, 0), (found.late, 1)):
        plain = [(max(enter, 0), None if s is None else (s[0], s[0] + s[1])[which], seen) for enter, s, seen in inside]
        for n in range(20):
            assert board.responses.share_by(steps, n) == pytest.approx(float(by_hand(plain, n)))


def test_a_published_example_with_late_entry_and_censoring() -> None:
    # By hand. Day 0: A, B, C, D at risk. Day 1: A speaks, 1/4. Day 2: E enters. B is last seen on day 3.
    # Day 4: C, D, E at risk, C speaks: 1 - 3/4 x 2/3 = 1/2. Day 6: D, E at risk, E speaks: 1 - 1/2 x 1/2 = 3/4.
    found = made(member(spoken(1)), member(seen=3), member(spoken(4)), member(), member(spoken(6), enter=2)).public.late
    assert [(step.day, step.at_risk, step.spoke, step.censored) for step in found] == [
        (0, 4, 0, 0),
        (1, 4, 1, 0),
        (3, 4, 0, 1),
        (4, 3, 1, 0),
        (6, 2, 1, 0),
        (19, 1, 0, 1),
    ]
    assert [round(step.share, 4) for step in found] == [0, 0.25, 0.25, 0.5, 0.75, 0.75]


def test_what_came_after_the_last_check_does_not_lift_the_curve() -> None:
    # Nine companies are checked through day 5 and silent; the tenth is heard of on day 12 from a report.
    found = made(*[member(seen=5)] * 9, member(spoken(12), seen=5))
    assert found.public.late[-1].share == 0
    assert found.figures.public == 1


def test_internal_words_have_a_curve_of_their_own() -> None:
    found = made(member(spoken(2, channel="internal")), member(spoken(3)))
    assert [step.day for step in found.public.late if step.spoke] == [3]
    assert [step.day for step in found.internal.late if step.spoke] == [2]


# --- From the record ------------------------------------------------------------------------


def ask(slug: str = "harbour-strike", now: dt.datetime = NOW, **params: str) -> silence.Silence:
    return silence.silence(slug, params, now=now)


def watched(name: str = "Calder Ferries", *, through: str | None = "2026-03-19", **fields: Any) -> WatchEntry:
    company = fields.pop("company", None) or f.make_company(name, sector="industrials", hq_region="US-MN")
    entry = f.make_watch_entry(company, frame=f.make_frame(), **fields)
    if through:
        f.make_check(entry, through)
    return entry


def status(found: silence.Silence, slug: str) -> tuple[str, str]:
    assert found.board is not None
    one = next(one for one in [*found.board.rows, *found.outside] if one.member.slug == slug)
    return (one.found, one.asked)


def checked(slug: str = "calder-ferries", **params: str) -> dt.date | None:
    found = ask(**params)
    assert found.board is not None
    return next(one.checked for one in found.board.rows if one.member.slug == slug)


pytestmark = [pytest.mark.django_db, pytest.mark.database]


def seed() -> dict[str, Any]:
    """The seed article's facts, as the public record holds them after review. Names are the article's."""
    root = f.make_event("Operation Metro Surge", began=f.span("2025-12-01", "2025-12-31"), time_zone="America/Chicago")
    first = f.make_event("First fatal shooting", parent=root, began="2026-01-07")
    second = f.make_event("Second fatal shooting", parent=first, began="2026-01-24")
    names = ["OpenAI", "Apple", "3M", "UnitedHealth Group", "General Mills", "Khosla Ventures", "Google", "Meta"]
    held = {name: f.make_company(name) for name in [*names, "Salesforce"]}
    span = f.span("2026-01-24", "2026-01-28", reason="Between the second shooting and the report.")
    report = f.make_report(published="2026-01-28")
    words = f.make_report("https://the-courier.example/memo", published="2026-01-28")
    for name in ("OpenAI", "Apple"):
        f.make_statement(
            company=held[name],
            channel="internal",
            medium="chat",
            disclosure="leaked",
            said=span,
            event=second,
            report=words,
        )
    for name in ("3M", "UnitedHealth Group", "General Mills"):
        f.make_statement(company=held[name], said=span, event=second, report=report, quote="", stance="calls_for_calm")
    f.make_statement(
        voices=[(held[name], None, "staff") for name in ("Google", "Meta", "Salesforce", "OpenAI")],
        form="open_letter",
        said=f.span(None, "2026-01-28"),
        event=second,
        report=report,
        quote="",
    )
    rabois = f.make_statement(
        voices=[(held["Khosla Ventures"], f.make_person("Keith Rabois"), "personal")],
        said=f.span("2026-01-24", "2026-01-25"),
        event=second,
        report=report,
        quote="",
        stance="supportive",
    )
    for name in ("Vinod Khosla", "Ethan Choi"):
        other = f.make_statement(
            voices=[(held["Khosla Ventures"], f.make_person(name), "personal")],
            said=f.span(None, "2026-01-28"),
            event=second,
            report=report,
            quote="",
            stance="unclear",
        )
        f.link(other, rabois, "disavows")
    f.make_inquiry(event=second, company=held["Apple"], asked=None, report=report)
    frame = f.make_frame("Named in the seed article")
    for name in (*names, "Salesforce"):
        entry = f.make_watch_entry(held[name], event=root, frame=frame, searched_from="2025-12-01")
        f.make_check(entry, "2026-01-28")
    return {"held": held, "second": second, "report": report, "root": root}


SEED = [
    ("openai", Found.INTERNAL_ONLY, Asked.NOT_KNOWN),
    ("apple", Found.INTERNAL_ONLY, Asked.DECLINED),
    ("3m", Found.REPORTED, Asked.NOT_KNOWN),
    ("unitedhealth-group", Found.REPORTED, Asked.NOT_KNOWN),
    ("general-mills", Found.REPORTED, Asked.NOT_KNOWN),
    ("khosla-ventures", Found.NOTHING, Asked.NOT_KNOWN),
    ("google", Found.NOTHING, Asked.NOT_KNOWN),
    ("meta", Found.NOTHING, Asked.NOT_KNOWN),
    ("salesforce", Found.NOTHING, Asked.NOT_KNOWN),
]


def test_every_status_that_the_seed_article_bears_out() -> None:
    seed()
    found = ask("operation-metro-surge", until="2026-01-28")
    assert found.board is not None
    assert [(slug, *status(found, slug)) for slug, _, _ in SEED] == SEED
    assert {one.checked for one in found.board.rows} == {dt.date(2026, 1, 28)}
    assert found.board.figures.public == 0
    pairs = {f"{one}, {asked}": n for (one, asked), n in found.board.figures.pairs.items()}
    assert pairs == {
        "internal_only, not_known": 1,
        "internal_only, declined": 1,
        "reported_form_not_known, not_known": 3,
        "nothing, not_known": 4,
    }


def test_the_joint_letter_moves_three_companies_without_touching_a_row_of_evidence() -> None:
    made = seed()
    three = ["3m", "unitedhealth-group", "general-mills"]
    before = list(Statement.objects.order_by("pk").values())
    letter = f.make_statement(
        voices=[(Company.objects.get(slug=slug), None, "official") for slug in three],
        form="joint",
        medium="open_letter",
        said="2026-01-25",
        event=made["second"],
        quote="",
    )
    for statement in Statement.objects.filter(voices__company__slug__in=three).exclude(pk=letter.pk):
        f.link(statement, letter)
    found = ask("operation-metro-surge", until="2026-01-28", anchor="second-fatal-shooting")
    assert [status(found, slug)[0] for slug in three] == [Found.JOINT_ONLY] * 3
    assert found.board is not None
    assert {one.days.words() for one in found.board.rows if one.is_public and one.days} == {"1"}
    assert list(Statement.objects.exclude(pk=letter.pk).order_by("pk").values()) == before


def test_days_are_counted_from_the_chosen_event_of_the_tree() -> None:
    seed()
    for anchor, words in (
        ("operation-metro-surge", "24–58"),
        ("first-fatal-shooting", "17–21"),
        ("second-fatal-shooting", "0–4"),
    ):
        found = ask("operation-metro-surge", until="2026-01-28", anchor=anchor)
        assert found.board is not None
        one = next(one for one in found.board.rows if one.member.slug == "3m")
        assert one.days is not None
        assert one.days.words() == words


def test_a_board_of_a_child_counts_from_it_and_leaves_out_what_was_said_above_it() -> None:
    root, child, _ = f.make_tree()
    watched()
    watched("Pinhay Rail")
    f.make_statement(event=root, said="2026-03-05")
    f.make_statement(event=child, company=Company.objects.get(slug="pinhay-rail"), said="2026-03-05")
    found = ask("second-day")
    assert found.question.anchor == child
    assert (status(found, "calder-ferries")[0], status(found, "pinhay-rail")[0]) == (Found.NOTHING, Found.OWN_NAME)
    assert status(ask(), "calder-ferries")[0] == Found.OWN_NAME


@pytest.mark.parametrize("state", ["draft", "approved", "withheld", "withdrawn"])
def test_a_statement_that_is_not_public_is_not_found(state: str) -> None:
    watched()
    f.make_statement(published=False, state=state, taken_down_at=NOW, published_at=NOW if state[0] == "w" else None)
    assert status(ask(), "calder-ferries") == (Found.NOTHING, Asked.NOT_KNOWN)


@pytest.mark.parametrize("state", ["withdrawn", "withheld", "draft"])
def test_when_the_stronger_of_two_is_gone_the_weaker_stands_for_it_again(state: str) -> None:
    watched()
    weaker, stronger = f.make_statement(quote=""), f.make_statement()
    f.link(weaker, stronger)
    assert status(ask(), "calder-ferries")[0] == Found.OWN_NAME
    Statement.objects.filter(pk=stronger.pk).update(state=state, taken_down_at=NOW)
    assert status(ask(), "calder-ferries")[0] == Found.REPORTED


def test_a_denied_statement_and_the_weaker_of_two_are_not_found() -> None:
    watched()
    denied = f.make_statement()
    denied.citations.update(stand="denies")
    Statement.objects.filter(pk=denied.pk).update(verification="disputed")
    assert status(ask(), "calder-ferries")[0] == Found.NOTHING
    weaker, stronger = f.make_statement(), f.make_statement(channel="internal", medium="chat")
    f.link(weaker, stronger)
    assert status(ask(), "calder-ferries")[0] == Found.INTERNAL_ONLY


def test_a_brand_speaks_for_its_owner_and_a_subsidiary_only_for_itself() -> None:
    owner = f.make_company()
    watched(company=owner)
    brand = f.make_company("Calder Blue", parent=owner, parent_kind="brand")
    owned = f.make_company("Calder Freight", parent=owner, parent_kind="owner")
    f.make_statement(company=owned)
    assert status(ask(), "calder-ferries")[0] == Found.NOTHING
    f.make_statement(company=brand)
    assert status(ask(), "calder-ferries")[0] == Found.OWN_NAME
    f.make_inquiry(company=brand)
    assert status(ask(), "calder-ferries")[1] == Asked.DECLINED


def test_owner_and_brand_together_are_not_a_joint_statement() -> None:
    owner = f.make_company()
    watched(company=owner)
    brand = f.make_company("Calder Blue", parent=owner, parent_kind="brand")
    f.make_statement(voices=[(owner, None, "official"), (brand, None, "official")])
    assert status(ask(), "calder-ferries")[0] == Found.OWN_NAME


def test_who_joined_a_letter_later_responded_on_that_day() -> None:
    entry = watched()
    letter = f.make_statement(
        voices=[(entry.company, None, "official"), (f.make_company("Pinhay Rail"), None, "official")], form="joint"
    )
    voice = letter.voices.get(company=entry.company)
    voice.joined = f.span("2026-03-09")
    voice.save()
    found = ask()
    assert found.board is not None
    assert found.board.rows[0].days is not None and found.board.rows[0].days.words() == "8"


def test_a_walk_back_is_shown_beside_and_never_takes_the_response_away() -> None:
    watched()
    first = f.make_statement(said="2026-03-03")
    f.link(f.make_statement(said="2026-03-06", stance="no_position"), first, "walks_back")
    found = ask()
    assert found.board is not None
    one = found.board.rows[0]
    assert one.found == Found.OWN_NAME
    assert one.first is not None and one.first.walked_back == dt.date(2026, 3, 6)


def test_one_signatory_that_walks_back_walks_back_for_itself_alone() -> None:
    first, second = watched(), watched("Pinhay Rail")
    letter = f.make_statement(voices=[(one.company, None, "official") for one in (first, second)], form="joint")
    f.link(f.make_statement(company=second.company, said="2026-03-06"), letter, "walks_back")
    found = ask()
    assert found.board is not None
    back = {one.member.slug: one.first.walked_back for one in found.board.rows if one.first}
    assert back == {"calder-ferries": None, "pinhay-rail": dt.date(2026, 3, 6)}


def test_an_operations_notice_counts_only_when_asked_for() -> None:
    watched()
    f.make_statement(operations_only=True)
    assert status(ask(), "calder-ferries")[0] == Found.OPERATIONS_ONLY
    assert status(ask(operations="true"), "calder-ferries")[0] == Found.OWN_NAME


def test_who_is_watched_outside_the_frame_is_shown_and_in_no_rate() -> None:
    watched()
    entry = f.make_watch_entry(f.make_company("Pinhay Rail"))
    f.make_check(entry, "2026-03-19")
    f.make_statement(company=entry.company)
    found = ask()
    assert found.board is not None
    assert found.board.figures.frame == 1
    assert [one.member.slug for one in found.outside] == ["pinhay-rail"]


def test_a_frame_that_is_not_published_is_not_shown() -> None:
    f.make_watch_entry(frame=f.make_frame(published=False, told=False))
    found = ask()
    assert (found.board, found.frames, found.outside) == (None, (), ())
    with pytest.raises(FilterError):
        ask(frame="harbour-forty")


# --- What holds back a check -----------------------------------------------------------------


def test_without_a_check_it_reads_not_checked_yet() -> None:
    watched(through=None)
    assert checked() is None


def test_an_undecided_candidate_holds_back_from_the_first_day_it_may_be_about() -> None:
    watched()
    assert checked() == dt.date(2026, 3, 19)
    candidate = f.make_candidate(f.make_draft(said=DraftDate("2026-03-08", "2026-03-09", "range", None)))
    Report.objects.update(published_earliest="2026-03-10", published_latest="2026-03-10")
    assert checked() == dt.date(2026, 3, 7)
    type(candidate).objects.update(state="rejected")
    assert checked() == dt.date(2026, 3, 19)


def test_a_candidate_on_another_tree_holds_back_nothing() -> None:
    watched()
    f.make_candidate(event=f.make_event("Storm"))
    assert checked() == dt.date(2026, 3, 19)


def test_a_candidate_without_an_event_holds_back_unless_its_report_is_about_something_else() -> None:
    watched()
    report = f.make_report()
    candidate = f.make_candidate(report=report)
    type(candidate).objects.update(event=None)
    assert checked() == dt.date(2026, 3, 2)
    report.event_matches.create(event=f.make_event("Storm"), reason="It names the storm.")
    assert checked() == dt.date(2026, 3, 19)


@pytest.mark.parametrize("state", ["draft", "approved", "withheld"])
def test_an_unpublished_statement_holds_back(state: str) -> None:
    watched()
    f.make_statement(
        published=False, state=state, said="2026-03-12", report=f.make_report(published="2026-03-13"), published_at=NOW
    )
    assert checked() == dt.date(2026, 3, 11)


def test_an_unpublished_inquiry_holds_back() -> None:
    watched("Ottery Foods")
    f.make_inquiry(published=False, asked="2026-03-12", report=f.make_report(published="2026-03-13"))
    assert checked("ottery-foods") == dt.date(2026, 3, 11)


def failed(url: str = "https://the-courier.example/a", *, step: str = "fetch", **fields: Any) -> Report:
    return f.make_report(
        url, state=fields.pop("state", "failed"), failed_at_step=step, captured=False, published="2026-03-14", **fields
    )


@pytest.mark.parametrize("state", ["failed", "parked"])
@pytest.mark.parametrize(
    ("headline", "url"),
    [
        ("Calder Ferries speaks out", "https://the-courier.example/1"),
        ("", "https://the-courier.example/2026/calder-ferries-speaks.html"),
        ("", "https://the-courier.example/Calder%20Ferries"),
        ("CF: a statement", "https://the-courier.example/1"),
    ],
)
def test_a_report_we_could_not_read_holds_back_whom_its_headline_or_address_names(
    state: str, headline: str, url: str
) -> None:
    entry = watched()
    watched("Pinhay Rail")
    entry.company.aliases.create(name="CF")
    failed(url, state=state, headline=headline)
    assert checked() == dt.date(2026, 3, 13)
    assert checked("pinhay-rail") == dt.date(2026, 3, 19)


def test_a_feed_item_may_name_whom_the_report_does_not() -> None:
    watched()
    report = failed(headline="")
    feed = Feed.objects.create(url="https://the-courier.example/feed", event=f.make_event())
    FeedItem.objects.create(feed=feed, guid_hash="1", title="Calder Ferries on the order", report=report)
    assert checked() == dt.date(2026, 3, 13)


def test_an_unread_report_that_names_nobody_holds_back_everybody_its_feeds_event_watches() -> None:
    watched()
    watched("Pinhay Rail")
    report = failed("", headline="")
    assert checked() == dt.date(2026, 3, 19)
    feed = Feed.objects.create(url="https://the-courier.example/feed", event=f.make_event())
    FeedItem.objects.create(feed=feed, guid_hash="1", report=report)
    assert {checked(), checked("pinhay-rail")} == {dt.date(2026, 3, 13)}


def test_an_unread_report_from_another_events_feed_or_from_before_holds_back_nothing() -> None:
    watched()
    report = failed(headline="Calder Ferries speaks out")
    feed = Feed.objects.create(url="https://the-courier.example/feed", event=f.make_event("Storm"))
    FeedItem.objects.create(feed=feed, guid_hash="1", report=report)
    assert checked() == dt.date(2026, 3, 19)
    old = f.make_report(
        "https://the-courier.example/b",
        headline="Calder Ferries",
        state="failed",
        failed_at_step="fetch",
        published="2026-02-01",
        captured=False,
    )
    assert old.published.latest == dt.date(2026, 2, 1)
    assert checked() == dt.date(2026, 3, 19)


def test_a_report_that_failed_after_it_was_read_holds_back_whom_it_names_on_this_tree() -> None:
    entry = watched()
    report = failed(step="propose", headline="No names here")
    report.companies_named.add(entry.company)
    report.event_matches.create(event=f.make_event(), reason="It names the strike.")
    assert checked() == dt.date(2026, 3, 13)
    report.event_matches.update(event=f.make_event("Storm"))
    assert checked() == dt.date(2026, 3, 19)


def test_its_own_feed_bounds_what_was_checked() -> None:
    entry = watched()
    feed = Feed.objects.create(url="https://calder.example/feed", company=entry.company)
    assert checked() is None
    Feed.objects.filter(pk=feed.pk).update(last_success_at=dt.datetime(2026, 3, 15, 8, tzinfo=dt.UTC))
    assert checked() == dt.date(2026, 3, 15)


# --- The question ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"untill": "2026-03-10"}, "Did you mean “until”?"),
        ({"anchor": "second-dya"}, "Did you mean “second-day”?"),
        ({"frame": "harbour-fourty"}, "Did you mean “harbour-forty”?"),
        ({"until": "yesterday"}, "Write a day as"),
        ({"until": "2026-03-21"}, "lies in the future"),
        ({"until": "2026-02-01"}, "before Harbour strike began"),
        ({"operations": "yes"}, "true or false"),
        ({"as_of": "2026-03-10"}, "as it is known today only"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(params: dict[str, str], said: str) -> None:
    f.make_tree()
    watched()
    with pytest.raises(FilterError, match=".*") as refused:
        ask(**params)
    assert said in str(refused.value)


def test_both_clocks_are_printed_and_todays_record_may_be_asked_for_by_name() -> None:
    watched()
    found = ask(until="2026-03-10", as_of="2026-03-20").to_json()
    assert (found["until"], found["as_of"]) == ("2026-03-10", "2026-03-20T12:00:00+00:00")


def test_days_are_those_of_the_events_own_time_zone() -> None:
    f.make_event(time_zone="America/Chicago")
    watched()
    late = dt.datetime(2026, 3, 21, 3, tzinfo=dt.UTC)
    assert ask(now=late).question.until == dt.date(2026, 3, 20)


def test_an_event_that_is_not_published_is_missing() -> None:
    f.make_event("Secret", published=False, told=False)
    with pytest.raises(Missing):
        ask("secret")


@pytest.mark.parametrize("companies", [3, 60])
def test_the_board_takes_at_most_ten_queries_however_many_are_watched(companies: int) -> None:
    root, child, _ = f.make_tree(told=False)
    frame = f.make_frame(told=False)
    for n in range(companies):
        company = f.make_company(f"Company {n}", told=False)
        f.make_check(f.make_watch_entry(company, event=root, frame=frame, told=False), "2026-03-19")
        f.make_statement(company=company, event=child, told=False)
        if n % 3 == 0:
            f.make_inquiry(company=company, event=child, told=False)
    failed(headline="Company 1 speaks")
    with CaptureQueriesContext(connection) as asked:
        found = ask()
        found.to_json()
    assert found.board is not None and found.board.figures.public == companies
    assert len(asked) <= 10


def test_the_first_published_frame_is_shown_unless_another_is_asked_for() -> None:
    watched()
    later = f.make_frame("Harbour Hundred")
    Frame.objects.filter(pk=later.pk).update(published_at=NOW + dt.timedelta(days=1))
    f.make_watch_entry(f.make_company("Pinhay Rail"), frame=later)
    assert ask().question.frame == f.make_frame()
    found = ask(frame="harbour-hundred")
    assert found.board is not None
    assert [one.member.slug for one in found.board.rows] == ["pinhay-rail"]
    assert Event.objects.count() == 1
