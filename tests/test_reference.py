"""Events, companies, people, watch lists and checks: saved one by one, and loaded by the folder."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from tests import factories as make
from tracker.core import ledger
from tracker.models import (
    Alias,
    Ask,
    Check,
    Citation,
    Company,
    Correction,
    Event,
    Frame,
    OldSlug,
    Outlet,
    Person,
    Quote,
    Release,
    Reply,
    Role,
    SignatureCount,
    Statement,
    Target,
    Ticker,
    Voice,
    WatchEntry,
    WatchTerms,
)
from tracker.review import inquiries, reference
from tracker.review.errors import CannotAccept, CannotChange, NotAllowed
from tracker.review.loading import load

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = make.NOW


def lines_of(name: str) -> list[str]:
    return list(Release.objects.filter(public_id=name).order_by("seq").values_list("kind", flat=True))


def save(row: Any, **options: Any) -> Any:
    return reference.save(row, by=options.pop("by", None) or make.editor(), now=NOW, **options)


# --- New rows ---------------------------------------------------------------------------


def test_a_new_company_person_and_outlet_are_public_at_once() -> None:
    for row in (Company(name="Calder Ferries"), Person(name="Ada Quill"), Outlet(name="The Gazette")):
        save(row, note="new")
        assert lines_of(row.slug) == ["added"]
        assert row.history.get().history_user == make.editor()  # type: ignore[attr-defined]


def test_what_a_contributor_adds_waits_for_a_statement() -> None:
    save(Company(name="Calder Ferries"), by=make.contributor())
    assert lines_of("calder-ferries") == []


def test_addresses_are_made_from_names_and_never_used_twice() -> None:
    make.make_company()
    OldSlug.objects.create(entity="company", slug="calder-ferries-2", row_id=1)
    assert save(Company(name="Calder Ferries")).slug == "calder-ferries-3"
    assert reference.free_slug(Company, "東京") == "company"
    with pytest.raises(CannotChange, match="There is such a company already"):
        save(Company(name="Calder", slug="calder-ferries"))


def test_the_database_refusal_is_said_in_the_words_of_its_rule() -> None:
    with pytest.raises(CannotChange, match="company sector known"):
        save(Company(name="Calder Ferries", sector="ships"))
    assert reference._in_words(Company(), IntegrityError("disk on fire")) == "The database refuses it: disk on fire."


def test_an_event_is_shown_when_it_is_published_and_not_before() -> None:
    event = save(Event(slug="strike", title="Strike", scope="Words about the strike."))
    entry = save(
        WatchEntry(event=event, company=make.make_company(sector="industrials", hq_region="GB"), entered_for="tip",
                   searched_from=dt.date(2026, 3, 1))
    )  # fmt: skip
    assert (entry.sector_then, entry.hq_then) == ("industrials", "GB")
    assert lines_of("strike") == [] and lines_of(f"watch-{entry.pk}") == []
    reference.publish_event(event, by=make.editor(), now=NOW)
    assert lines_of("strike") == ["added"] and lines_of(f"watch-{entry.pk}") == ["added"]


def test_an_event_is_published_with_a_scope_and_below_published_ones_only() -> None:
    root = save(Event(slug="strike", title="Strike"))
    with pytest.raises(CannotChange, match="published root has scope"):
        reference.publish_event(root, by=make.editor(), now=NOW)
    root.refresh_from_db()
    child = save(Event(slug="day", title="Day", parent=root))
    with pytest.raises(CannotChange, match="Say in one sentence what counts"):
        reference.publish_event(child, by=make.editor(), now=NOW)
    root.scope = "Words about the strike."
    save(root)
    child.refresh_from_db()
    with pytest.raises(CannotChange, match="Publish the event it is part of first"):
        reference.publish_event(child, by=make.editor(), now=NOW)
    assert not Release.objects.filter(entity="event").exists()


def test_a_new_event_below_itself_is_refused() -> None:
    first = Event(slug="a", title="A")
    first.pk, first.parent = 7, Event(slug="a", title="A", pk=7)
    with pytest.raises(CannotChange, match="outside its own tree"):
        save(first)


def test_a_frame_shows_its_members_when_it_is_published() -> None:
    frame = save(Frame(slug="forty", name="Forty", rule="The largest.", source="Invented.", dated=dt.date(2026, 1, 1)))
    entry = save(
        WatchEntry(event=make.make_event(), company=make.make_company(), frame=frame, searched_from=dt.date(2026, 3, 1))
    )
    assert lines_of("forty") == [] and lines_of(f"watch-{entry.pk}") == []
    reference.publish_frame(frame, by=make.editor(), now=NOW)
    assert lines_of("forty") == ["added"] and lines_of(f"watch-{entry.pk}") == ["added"]
    reference.publish_frame(frame, by=make.editor(), now=NOW + dt.timedelta(days=1))
    assert Frame.objects.get().published_at == NOW


def test_a_company_is_watched_for_a_whole_tree() -> None:
    child = make.make_tree()[1]
    with pytest.raises(CannotChange, match="choose “Harbour strike”"):
        save(WatchEntry(event=child, company=make.make_company(), entered_for="tip", searched_from=dt.date(2026, 3, 1)))


def test_a_company_entered_after_it_spoke_may_name_a_public_frame() -> None:
    entry = WatchEntry(
        event=make.make_event(), company=make.make_company(), frame=make.make_frame(), entered_for="after_it_spoke",
        searched_from=dt.date(2026, 3, 1),
    )  # fmt: skip
    save(entry)
    assert lines_of(f"watch-{entry.pk}") == ["added"]
    entry.until = dt.date(2026, 5, 1)
    save(entry)
    assert lines_of(f"watch-{entry.pk}") == ["added", "changed"]


def test_a_new_watch_entry_of_an_event_that_is_hidden_becomes_public_when_its_event_is() -> None:
    entry = make.make_watch_entry(event=make.make_event(published=False), told=False)
    entry.until = dt.date(2026, 5, 1)
    save(entry)
    assert lines_of(f"watch-{entry.pk}") == []


def test_a_statement_entered_by_hand_is_a_draft_of_whoever_entered_it() -> None:
    statement = save(Statement(event=make.make_event(), channel="public"), by=make.contributor())
    assert (statement.state, statement.accepted_by) == ("draft", make.contributor())
    save(Voice(statement=statement, company=make.make_company(), capacity="official"), by=make.contributor())
    citation = save(Citation(statement=statement, report=make.make_report()), by=make.contributor())
    capture = citation.report.captures.get()
    start = capture.text.index("too far")
    save(Quote(citation=citation, capture=capture, text="too far", start=start, end=start + 7), by=make.contributor())
    statement.refresh_from_db()
    assert (statement.sort_earliest, statement.sort_date) == (dt.date(2026, 3, 1), dt.date(2026, 3, 3))
    assert lines_of(statement.public_id) == []


def test_what_hangs_on_a_public_statement_needs_a_reason_and_is_corrected() -> None:
    statement = make.make_statement()
    quote = Quote.objects.get()
    quote.kind = "verbatim"
    with pytest.raises(CannotChange, match="say why it changes"):
        save(quote)
    save(quote, reason="our_error", note="It is whole.")
    assert Correction.objects.get().field == "citations"
    assert lines_of(statement.public_id) == ["added", "changed"]


def test_rows_that_readers_never_see_by_themselves_are_just_saved() -> None:
    ask = save(Ask(slug="peace", label="Peace"))
    ask.label = "Peace and quiet"
    save(ask)
    save(WatchTerms(event=make.make_event(), terms=["strike"]))
    assert Ask.objects.get().label == "Peace and quiet"
    assert not Release.objects.filter(public_id="peace").exists()


def test_rows_of_their_own_are_never_deleted() -> None:
    for row in (make.make_company(), make.make_statement(), make.make_ask()):
        with pytest.raises(CannotChange, match="never deleted"):
            reference.delete(row, by=make.editor())


def test_a_citation_of_an_inquiry_belongs_to_it() -> None:
    inquiry = make.make_inquiry()
    assert reference.owner_of(inquiry.citations.get()) == inquiry
    assert reference.owner_of(make.make_company()) is None


@pytest.mark.parametrize(
    "row",
    [
        lambda: Company(name="Calder Ferries"),
        lambda: Ask(slug="peace", label="Peace"),
        lambda: Alias(company=make.make_company(), name="Calder"),
        lambda: Role(person=make.make_person(), company=make.make_company(), title="chair"),
        lambda: Statement(event=make.make_event(), channel="public"),
        lambda: Reply(company=make.make_company(), event=make.make_event(), text="No.", received=NOW.date()),
    ],
)
def test_cy_saves_nothing(row: Callable[[], Any]) -> None:
    with pytest.raises(NotAllowed):
        save(row(), by=make.cy())


def test_cy_deletes_publishes_and_checks_nothing() -> None:
    statement, entry = make.make_statement(published=False), make.make_watch_entry()
    for refused in (
        lambda: reference.delete(statement.voices.get(), by=make.cy()),
        lambda: reference.publish_event(make.make_event(), by=make.cy()),
        lambda: reference.record_checks([entry], through=NOW.date(), where=["newsroom"], by=make.cy(), now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()


# --- Checks, replies, counts, inquiries of our own ----------------------------------------


def test_checks_are_logged_for_many_at_once_and_move_the_coverage() -> None:
    entries = [make.make_watch_entry(), make.make_watch_entry(make.make_company("Pinhay Rail"))]
    before = ledger.version()
    made = reference.record_checks(
        entries, through=dt.date(2026, 3, 10), where=["newsroom", "outlets"], by=make.editor(), note="quiet", now=NOW
    )
    assert [check.entry for check in made] == entries
    assert ledger.version() == (before[0], before[1] + 1)


@pytest.mark.parametrize(
    ("through", "where", "sentence"),
    [
        ("2026-03-21", ["newsroom"], "cannot reach into the future"),
        ("2026-02-10", ["newsroom"], "Calder Ferries is searched from 2026-03-01 on"),
        ("2026-03-10", ["the moon"], "Say where you looked"),
    ],
)
def test_a_check_that_cannot_be_is_refused(through: str, where: list[str], sentence: str) -> None:
    with pytest.raises(CannotChange, match=sentence):
        reference.record_checks(
            [make.make_watch_entry()], through=dt.date.fromisoformat(through), where=where, by=make.editor(), now=NOW
        )
    assert not Check.objects.exists()


def test_a_reply_is_shown_whole() -> None:
    statement = make.make_statement()
    reply = reference.add_reply(
        company=make.make_company(), text=" We never said so. ", received=NOW.date(), by=make.editor(),
        statement=statement, now=NOW,
    )  # fmt: skip
    assert Release.objects.get(entity="reply").body["text"] == "We never said so."
    assert reply.published_at == NOW


@pytest.mark.parametrize(("text", "sentence"), [(" ", "The note is empty"), ("No.", "Say what it replies to")])
def test_a_reply_without_words_or_without_what_it_answers_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(CannotChange, match=sentence):
        reference.add_reply(company=make.make_company(), text=text, received=NOW.date(), by=make.editor())


def test_every_count_of_signatures_is_kept() -> None:
    statement = make.make_statement(form="open_letter")
    for count in (450, 900):
        reference.record_signature_count(
            statement, count=count, comparator="more_than", as_of=NOW.date(), by=make.editor(),
            citation=statement.citations.get(), now=NOW,
        )  # fmt: skip
    assert list(SignatureCount.objects.values_list("count", flat=True)) == [450, 900]
    assert {one.reason for one in Correction.objects.all()} == {"new_evidence"}
    with pytest.raises(CannotChange, match="at least one"):
        reference.record_signature_count(statement, count=0, as_of=NOW.date(), by=make.editor())


def test_an_inquiry_of_our_own_needs_no_report() -> None:
    inquiry = inquiries.record_our_own(
        event=make.make_event(), company=make.make_company(), outcome="no_answer", asked=make.span("2026-03-04"),
        by=make.editor(), asked_about="the memo", now=NOW,
    )  # fmt: skip
    assert (inquiry.by_us, inquiry.state, inquiry.outcome) == (True, "draft", "no_answer")


@pytest.mark.parametrize(
    ("outcome", "asked", "sentence"),
    [("shrugged", make.span("2026-03-04"), "is not an outcome"), ("declined", make.span(), "Say when we asked")],
)
def test_an_inquiry_of_our_own_says_when_and_what_came_of_it(outcome: str, asked: Any, sentence: str) -> None:
    with pytest.raises(CannotAccept, match=sentence):
        inquiries.record_our_own(
            event=make.make_event(), company=make.make_company(), outcome=outcome, asked=asked, by=make.editor()
        )


def test_where_reports_differ_the_milder_counts() -> None:
    inquiry = make.make_inquiry()
    other = make.cite(inquiry, make.make_report("https://the-courier.example/a"), outcome="declined")
    settled = inquiries.record_outcome(other, outcome="no_answer", by=make.editor(), reason="new_evidence", now=NOW)
    assert (settled.outcome, settled.reports_differ) == ("no_answer", True)
    with pytest.raises(CannotAccept, match="Choose an outcome"):
        inquiries.record_outcome(other, outcome="shrugged", by=make.editor())
    with pytest.raises(CannotAccept):
        inquiries.record_outcome(make.make_statement().citations.get(), outcome="declined", by=make.editor())


# --- A folder ---------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of invented data."""
    (tmp_path / "companies.csv").write_text(
        "slug,name,kind,sector,hq_region,parent,parent_kind,cik,aliases,ambiguous_aliases,tickers,source\n"
        "calder-parcel,Calder Parcel,company,industrials,GB,calder-ferries,brand,,,,,\n"
        "calder-ferries,Calder Ferries,company,industrials,GB,,,0042,Calder Line|Calder Co.,Calder,X:CLD|CLDR,\n"
        "sample-moor,Moor,other,,,,,,,,,invented\n"
    )
    (tmp_path / "outlets.csv").write_text(
        "slug,name,domain,owner,kind,aliases\nthe-gazette,The Gazette,gazette.example,,news,Gazette\n"
    )
    (tmp_path / "people.csv").write_text(
        "slug,name,company,title,held_earliest,held_latest\n"
        "ada-quill,Ada Quill,calder-ferries,Chief executive,2020-01-01,\n"
        "ada-quill,Ada Quill,sample-moor,Director,,\n"
        "jonas-reed,Jonas Reed,calder-ferries,Spokesperson,,\n"
        "ola-bern,Ola Bern,,,,\n"
    )
    write(
        tmp_path,
        "events.json",
        [
            {
                "slug": "strike", "title": "Strike", "kind": "protest", "parent": None, "scope": "The strike.",
                "stance_target": "the order", "published": True, "terms": ["strike"], "outlets": ["the-gazette"],
                "began": {"earliest": "2026-03-01", "latest": None, "as_written": "since Sunday"}, "sample_note": "x",
            },
            {"slug": "day", "title": "Day", "parent": "strike", "published": False, "began": {"latest": "2026-03-02"}},
        ],
    )  # fmt: skip
    write(tmp_path, "asks.json", [{"slug": "withdrawal", "label": "Withdrawal"}])
    write(
        tmp_path,
        "targets.json",
        [{"tree": "strike", "label": "Calder", "company": "calder-ferries"}, {"tree": "strike", "label": "Ada"}],
    )
    entry = {"company": "calder-ferries", "entered_for": "frame", "searched_from": "2026-03-01"}
    check = {"company": "calder-ferries", "through": "2026-03-05", "where": ["newsroom"]}
    frame = {"slug": "forty", "name": "Forty", "rule": "All.", "source": "Invented.", "dated": "2026-01-01"}
    tip = {"company": "sample-moor", "entered_for": "tip", "searched_from": "2026-03-01"}
    write(
        tmp_path,
        "watch.json",
        [
            {
                "event": "strike",
                "frame": frame,
                "entries": [entry],
                "checks": [check, check | {"through": "2026-03-06"}],
            },
            {"event": "strike", "frame": None, "entries": [tip]},
        ],
    )
    return tmp_path


def write(folder: Path, name: str, told: Any) -> None:
    (folder / name).write_text(json.dumps(told))


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def loaded(folder: Path) -> dict[str, tuple[int, int, int]]:
    return {
        one.file.split(".")[0]: (one.added, one.changed, one.unchanged)
        for one in load(folder, by=make.editor(), now=NOW)
    }


def test_a_folder_is_loaded_with_everything_in_it(folder: Path) -> None:
    assert loaded(folder) == {
        "companies": (3, 0, 0),
        "outlets": (1, 0, 0),
        "people": (3, 0, 0),
        "events": (2, 0, 0),
        "asks": (1, 0, 0),
        "targets": (2, 0, 0),
        "watch": (2, 0, 0),
    }
    calder = Company.objects.get(slug="calder-ferries")
    assert calder.cik == "42"
    assert {(alias.name, alias.ambiguous) for alias in calder.aliases.all()} == {
        ("Calder Line", False),
        ("Calder Co.", False),
        ("Calder", True),
    }
    assert {str(ticker) for ticker in calder.tickers.all()} == {"X:CLD", "CLDR"}
    parcel = Company.objects.get(slug="calder-parcel")
    assert (parcel.parent, parcel.parent_kind) == (calder, "brand")
    assert parcel.history.get().parent_kind == "brand"
    assert Release.objects.get(public_id="calder-parcel").body["parent"]["slug"] == "calder-ferries"
    assert Company.objects.get(slug="sample-moor").is_sample
    assert {str(role) for role in Role.objects.all()} == {
        "Ada Quill, Chief executive, Calder Ferries",
        "Ada Quill, Director, Moor",
        "Jonas Reed, Spokesperson, Calder Ferries",
    }
    assert Role.objects.get(title="Chief executive").held.precision == "after"
    assert Person.objects.get(slug="jonas-reed").is_spokesperson
    event = Event.objects.get(slug="strike")
    assert (event.began.precision, event.is_sample, event.watch_terms.terms) == ("after", True, ["strike"])
    assert event.watch_terms.outlets.get().slug == "the-gazette"
    assert lines_of("strike") == ["added"] and lines_of("day") == []
    assert Target.objects.get(label="Calder").company == calder
    assert Frame.objects.get().published_at == NOW
    assert Check.objects.count() == 2
    assert Release.objects.filter(entity="watch_entry").count() == 2


def test_loading_twice_changes_nothing(folder: Path) -> None:
    loaded(folder)
    before = (Release.objects.count(), Company.history.count(), Event.history.count(), Check.objects.count())  # type: ignore[attr-defined]
    assert {(added, changed) for added, changed, _ in loaded(folder).values()} == {(0, 0)}
    assert before == (
        Release.objects.count(), Company.history.count(), Event.history.count(), Check.objects.count()  # type: ignore[attr-defined]
    )  # fmt: skip


def test_what_changed_in_the_files_changes_in_the_record(folder: Path) -> None:
    loaded(folder)
    change(folder, "companies.csv", "sample-moor,Moor,other", "sample-moor,Moor Fund,investment_firm")
    change(folder, "companies.csv", "Calder Co.,Calder,X:CLD|", "Calder Co.|Calder|CF,,X:CLD|Y:CF|")
    change(folder, "outlets.csv", "The Gazette,", "Harbour Gazette,")
    change(folder, "people.csv", "Ola Bern,,", "Ola Bern,sample-moor,Chair")
    change(folder, "people.csv", "Jonas Reed,", "Jonas T. Reed,")
    change(folder, "events.json", '"The strike."', '"The strike alone."')
    change(folder, "events.json", '["the-gazette"]', "[]")
    change(folder, "asks.json", '"Withdrawal"', '"Withdrawal of it"')
    change(folder, "targets.json", '"label": "Ada"', '"label": "Ada", "person": "ada-quill"')
    assert loaded(folder) == {
        "companies": (0, 2, 1),
        "outlets": (0, 1, 0),
        "people": (0, 2, 1),
        "events": (0, 1, 1),
        "asks": (0, 1, 0),
        "targets": (0, 1, 1),
        "watch": (0, 0, 2),
    }
    assert not Alias.objects.get(name="Calder").ambiguous
    assert Ticker.objects.filter(symbol="CF", exchange="Y").exists()
    assert Release.objects.filter(public_id="calder-ferries").latest("seq").changed == ["aliases", "tickers"]
    assert lines_of("ola-bern") == ["added", "changed"]
    assert not WatchTerms.objects.get(event__slug="strike").outlets.exists()


def test_a_company_merged_meanwhile_is_left_alone(folder: Path) -> None:
    loaded(folder)
    Company.objects.filter(slug="sample-moor").update(merged_into=Company.objects.get(slug="calder-ferries"))
    change(folder, "companies.csv", "sample-moor,Moor,", "sample-moor,Moor Fund,")
    assert loaded(folder)["companies"] == (0, 0, 3)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("companies.csv", "calder-ferries,brand", "nobody,brand", "companies.csv, calder-parcel: we hold no “nobody”"),
        ("people.csv", "Quill,sample-moor", "Quill,nobody", "people.csv, ada-quill: we hold no “nobody”"),
        ("targets.json", '"company": "calder-ferries"', '"company": "nobody"', "targets.json, Calder: we hold no"),
        ("events.json", "[", "[[", "events.json cannot be read"),
    ],
)
def test_a_folder_that_does_not_hold_together_is_refused_whole(
    folder: Path, file: str, old: str, new: str, sentence: str
) -> None:
    change(folder, file, old, new)
    with pytest.raises(CannotChange, match=sentence):
        loaded(folder)
    assert not Company.objects.exists()


def test_nobody_enters_a_frame_that_is_fixed(folder: Path) -> None:
    loaded(folder)
    change(folder, "watch.json", '"checks"', '"was"')
    told = json.loads((folder / "watch.json").read_text())
    told[0]["entries"].append({"company": "sample-moor", "entered_for": "frame", "searched_from": "2026-03-01"})
    write(folder, "watch.json", told)
    with pytest.raises(CannotChange, match="“Forty” is fixed, so Moor cannot enter it"):
        loaded(folder)


def test_a_frame_of_a_hidden_event_waits_for_it(folder: Path) -> None:
    change(folder, "events.json", '"published": true', '"published": false')
    loaded(folder)
    assert Frame.objects.get().published_at is None
    assert not Release.objects.filter(entity__in=["frame", "watch_entry", "event"]).exists()


def test_an_empty_folder_and_a_user_without_the_right_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotChange, match="There is none of companies.csv"):
        load(tmp_path / "nowhere", by=make.editor())
    with pytest.raises(NotAllowed):
        load(folder, by=make.contributor())


def test_the_command_loads_for_whoever_is_named_or_may(folder: Path) -> None:
    with pytest.raises(CommandError, match="Nobody may publish yet"):
        call_command("load_reference", str(folder))
    with pytest.raises(CommandError, match="There is no user “nobody”"):
        call_command("load_reference", str(folder), "--by", "nobody")
    make.cy()
    make.editor()
    out = StringIO()
    call_command("load_reference", str(folder), stdout=out)
    assert "companies.csv: 3 added, 0 changed, 0 unchanged" in out.getvalue()
    call_command("load_reference", str(folder), "--by", "ana", stdout=out)
    assert "companies.csv: 0 added, 0 changed, 3 unchanged" in out.getvalue()
    shutil.rmtree(folder)
    with pytest.raises(CommandError, match="There is none of"):
        call_command("load_reference", str(folder))


def test_the_demonstrations_folder_loads_in_seconds(settings: Any) -> None:
    began = time.monotonic()
    load(settings.FIXTURES_DIR, by=make.editor())
    assert time.monotonic() - began < 10
    assert Release.objects.filter(entity="company").count() == Company.objects.count() > 700
    assert list(Release.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, Release.objects.count() + 1)
    )
