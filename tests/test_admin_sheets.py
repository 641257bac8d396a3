"""Spreadsheets: tried out before anything is kept, every error in words, and what goes out can come in again."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.test_admin_acts import told
from tests.test_admin_forms import client_of, sound
from tracker.admin.sheets import files
from tracker.admin.sheets.record import StatementsSheet, WatchSheet
from tracker.admin.sheets.reference import CompaniesSheet, EventsSheet, PeopleSheet
from tracker.models import Company, Event, Person, Quote, Release, Statement, WatchEntry

pytestmark = pytest.mark.django_db
MODELS = {
    "company": CompaniesSheet,
    "person": PeopleSheet,
    "event": EventsSheet,
    "watchentry": WatchSheet,
    "statement": StatementsSheet,
}


@pytest.fixture(autouse=True)
def outlet_and_folder(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    make.make_outlet()


def csv_of(*rows: dict[str, str]) -> bytes:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    held = io.StringIO()
    writer = csv.DictWriter(held, heads, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return held.getvalue().encode()


def place(model: str, view: str = "import", *args: str) -> str:
    return reverse(f"admin:tracker_{model}_{view}", args=args)


def upload(model: str, body: bytes, *, name: str = "sheet.csv", client: Client | None = None) -> Any:
    client = client or client_of(make.editor())
    return client.post(place(model), {"file": SimpleUploadedFile(name, body)})


def kept(model: str, body: bytes, *, name: str = "sheet.csv") -> str:
    """Try a file out, then import it; return what the list says afterwards."""
    client = client_of(make.editor())
    tried = upload(model, body, name=name, client=client)
    assert "tried" in tried.context, tried.context.get("wrong") or tried.context["form"].errors
    return told(client.post(place(model), {"tried": tried.context["tried"]}, follow=True))


def wrong(model: str, body: bytes) -> list[str]:
    answer = upload(model, body)
    assert answer.status_code == 200 and "tried" not in answer.context
    return [f"{one.line}: {one.sentence}" for one in answer.context["wrong"]]


# --- Companies ----------------------------------------------------------------------------

SEATON = {
    "name": "Seaton Hotels",
    "sector": "Consumer discretionary",
    "hq_region": "US-MN",
    "aliases": "Seaton|Seaton Group",
    "tickers": "XNYS:SEAT",
    "lei": "5493001KJTIIGC8Y1R12",
}


def test_a_dry_run_says_what_would_happen_and_keeps_nothing() -> None:
    calder = make.make_company()
    before = Release.objects.count()
    answer = upload("company", csv_of(SEATON, {"name": "Calder Ferries", "sector": "industrials"}))
    assert answer.context["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "wrong": 0}
    calder.refresh_from_db()
    assert (Company.objects.count(), calder.sector, Release.objects.count()) == (1, "", before)


def test_companies_come_in_are_found_again_and_keep_what_an_empty_cell_leaves() -> None:
    assert "1 new, 0 changed, 0 as they were." in kept("company", csv_of(SEATON))
    seaton = Company.objects.get(slug="seaton-hotels")
    assert (seaton.sector, seaton.hq_region) == ("consumer_discretionary", "US-MN")
    assert sorted(alias.name for alias in seaton.aliases.all()) == ["Seaton", "Seaton Group"]
    assert str(seaton.tickers.get()) == "XNYS:SEAT"
    assert "0 new, 0 changed, 1 as they were." in kept("company", csv_of(SEATON))
    renamed = {"name": "Seaton Resorts", "lei": SEATON["lei"], "domain": "seaton.example", "sector": ""}
    assert "0 new, 1 changed, 0 as they were." in kept("company", csv_of(renamed))
    seaton.refresh_from_db()
    assert (seaton.name, seaton.domain, seaton.sector) == ("Seaton Resorts", "seaton.example", "consumer_discretionary")
    assert seaton.history.latest().history_user == make.editor()
    assert sound() == []


def test_a_parent_may_stand_in_the_same_file_below_its_child() -> None:
    kept(
        "company",
        csv_of(
            {"name": "Seaton Spa", "parent": "seaton-hotels", "parent_kind": "brand"},
            {"name": "Seaton Hotels", "parent": "", "parent_kind": ""},
        ),
    )
    assert Company.objects.get(slug="seaton-spa").parent == Company.objects.get(slug="seaton-hotels")
    assert sound() == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"name": "", "sector": "energy"}, "name: it is needed."),
        ({"name": "X", "sector": "boats"}, "sector: “boats” is none of communication_services"),
        ({"name": "=HYPERLINK(1)"}, "name: “=HYPERLINK(1)” is a formula, not a value."),
        ({"name": "X", "parent": "nobody", "parent_kind": "owner"}, "parent: we hold no company “nobody”"),
        ({"name": "X", "tickers": "XNYS:FAR-TOO-LONG-A-SYMBOL"}, "is not EXCHANGE:SYMBOL"),
        (
            {"slug": "x", "name": "X", "lei": "5493001KJTIIGC8Y1R99"},
            "lei: “5493001KJTIIGC8Y1R99” is another company's already.",
        ),
        ({"name": "X" * 201}, "name: it has 201 characters, and 200 are allowed."),
        ({"name": "X", "slug": "Not A Slug!"}, "slug: it is a name in addresses"),
    ],
)
def test_a_wrong_row_says_its_line_and_what_is_wrong(row: dict[str, str], why: str) -> None:
    make.make_company(lei="5493001KJTIIGC8Y1R99", name="Calder Ferries")
    (sentence,) = wrong("company", csv_of({"name": "Pinhay Rail"}, row))
    assert sentence.startswith("3: ") and why in sentence
    assert Company.objects.count() == 1


def test_one_wrong_row_keeps_all_out_even_if_it_turns_wrong_between_dry_run_and_import() -> None:
    client = client_of(make.editor())
    rows = (SEATON | {"slug": "seaton"}, {"slug": "pinhay-rail", "name": "Pinhay Rail"})
    tried = upload("company", csv_of(*rows), client=client).context["tried"]
    make.make_company("Other Hotels", lei=SEATON["lei"])
    answer = client.post(place("company"), {"tried": tried})
    assert "is another company's already" in answer.context["wrong"][0].sentence
    assert Company.objects.count() == 1


@pytest.mark.parametrize("second", [{"name": "Seaton Hotels"}, {"name": "seaton hotels"}])
def test_a_row_that_stands_twice_is_refused(second: dict[str, str]) -> None:
    assert wrong("company", csv_of({"name": "Seaton Hotels"}, second)) == ["3: It is the same row as on line 2."]


def test_a_misspelt_column_is_refused_not_ignored() -> None:
    assert wrong("company", csv_of({"name": "X", "sectr": "energy"})) == [
        ": There is no column sectr: take the template."
    ]


def test_ten_thousand_companies_come_in_within_a_minute() -> None:
    rows = [
        {"name": f"Harbour Company {n}", "sector": "energy", "tickers": f"XHRB:H{n}", "aliases": f"HC {n}"}
        for n in range(10_000)
    ]
    started = time.monotonic()
    dataset = files.read("big.csv", csv_of(*rows), most=CompaniesSheet.most)
    result = CompaniesSheet(by=make.editor()).keep(dataset)
    seconds = time.monotonic() - started
    assert result.totals["new"] == 10_000 and Company.objects.count() == 10_000
    assert Release.objects.filter(entity="company").count() == 10_000
    assert seconds < 60, f"it took {seconds:.0f} s"


# --- Files that are none --------------------------------------------------------------------


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"name\n", "no row below"),
        ("a.csv", "name\nCaf\xe9".encode("latin-1"), "not UTF-8"),
        ("a.csv", b"name\n\x00\x01", "not a text"),
        ("a.csv", b'name\n"never closed', "cannot be read as CSV"),
        ("a.csv", b"name,name\nx,y", "stands there twice"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old", "Save it as CSV"),
        ("a.xlsx", b"PK\x03\x04 broken", "save it again as XLSX"),
        ("a.xlsx", workbook(["name"], ["=1+1"]), "Line 2 holds a formula"),
        ("a.csv", b"name\n" + b"Company\n" * 20_001, "more than 20,000 rows"),
        ("a.csv", b"name\n" + b"Company\n" * 100_000, "more than 20,000 rows"),
        ("a.csv", b"name\n" + b"x" * (files.MOST_BYTES + 1), "larger than 10 MB"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_in_words(name: str, body: bytes, why: str) -> None:
    answer = upload("company", body or b" ", name=name)
    assert answer.status_code == 200 and why in " ".join(answer.context["form"].errors["file"])


@pytest.mark.parametrize(
    "body",
    [
        csv_of({"name": "Café Seaton", "sector": "energy"}),
        b"\xef\xbb\xbf" + csv_of({"name": "Café Seaton", "sector": "energy"}),
        "name;sector\r\nCafé Seaton;energy\r\n".encode(),
        "name\tsector\nCafé Seaton\tenergy\n".encode("utf-16"),
        workbook(["Name", "Sector"], ["Café Seaton", "energy"], [None, None]),
    ],
    ids=["utf-8", "with a mark", "semicolons", "utf-16", "workbook"],
)
def test_what_spreadsheet_programs_write_is_read(body: bytes) -> None:
    kept("company", body, name="sheet")
    assert Company.objects.get().name == "Café Seaton"


# --- People, events, watch lists --------------------------------------------------------------


def test_people_come_in_with_a_line_for_each_role() -> None:
    make.make_company()
    make.make_company("Pinhay Rail")
    body = csv_of(
        {"name": "Mira Holt", "company": "calder-ferries", "title": "chair", "held": "2024-03-01/"},
        {"name": "Mira Holt", "company": "Pinhay Rail", "title": "director", "held": ""},
        {"name": "Tom Speaks", "company": "Pinhay Rail", "title": "spokesman", "spokesperson": "yes"},
    )
    assert "2 new, 1 changed, 0 as they were." in kept("person", body)
    mira = Person.objects.get(slug="mira-holt")
    assert {role.title for role in mira.roles.all()} == {"chair", "director"}
    assert Person.objects.get(slug="tom-speaks").is_spokesperson
    assert "0 new, 0 changed, 3 as they were." in kept("person", body)
    assert sound() == []
    assert wrong("person", csv_of({"name": "X", "company": "Nowhere Ltd", "title": "chair"})) == [
        "2: company: we hold no company “Nowhere Ltd”."
    ]
    assert "a role needs both" in wrong("person", csv_of({"name": "X", "title": "chair"}))[0]
    assert (
        "is not a date we can read"
        in wrong("person", csv_of({"name": "X", "company": "Pinhay Rail", "title": "chair", "held": "once"}))[0]
    )


def test_events_come_in_as_drafts_parents_first() -> None:
    body = csv_of(
        {"slug": "ferry-fire", "title": "Ferry fire", "began": "2 March 2026", "scope": "Words about the fire."},
        {"slug": "second-fire", "title": "Second fire", "parent": "ferry-fire", "began": "weekend of 7 Mar 2026"},
    )
    assert "2 new, 0 changed" in kept("event", body)
    assert "2 as they were" in kept("event", body)
    second = Event.objects.get(slug="second-fire")
    assert (second.parent.slug, second.began.precision, second.published) == ("ferry-fire", "weekend", False)
    below = csv_of({"slug": "third", "title": "Third", "parent": "ferry-fire", "scope": "Of its own."})
    assert "on the root of a tree only" in wrong("event", below)[0]


def test_a_published_event_keeps_its_target() -> None:
    make.make_event()
    body = csv_of({"slug": "harbour-strike", "title": "Harbour strike", "stance_target": "another order"})
    assert "fixed when the event was first published" in wrong("event", body)[0]


def test_watch_lists_come_in_by_ticker_and_end_by_day() -> None:
    calder = make.make_company(sector="industrials")
    make.make_event()
    row = {"event": "harbour-strike", "company": "calder-ferries", "searched_from": "2026-03-01"}
    assert "1 new" in kept("watchentry", csv_of(row))
    assert WatchEntry.objects.get().sector_then == "industrials"
    assert "1 changed" in kept("watchentry", csv_of(row | {"until": "2026-06-01"}))
    assert "1 as they were" in kept("watchentry", csv_of(row))
    assert WatchEntry.objects.get(company=calder).until is not None
    assert sound() == []
    assert "is not one day" in wrong("watchentry", csv_of(row | {"searched_from": "March 2026"}))[0]


# --- Statements -----------------------------------------------------------------------------


def a_line(**fields: str) -> dict[str, str]:
    return {
        "event": "harbour-strike",
        "company": "calder-ferries",
        "capacity": "official",
        "said": "3 March 2026",
        "said_as_written": "on Tuesday",
        "channel": "public",
        "stance": "critical",
        "summary": "Called the order a step too far.",
        "report": make.make_report().public_id,
        "quote": "a step too far",
    } | fields


def test_statements_come_in_as_drafts_with_voice_report_and_words() -> None:
    make.make_event()
    make.make_company()
    body = csv_of(a_line())
    assert "1 new" in kept("statement", body)
    statement = Statement.objects.get()
    assert (statement.state, statement.stance, statement.accepted_by) == ("draft", "critical", make.editor())
    quote = Quote.objects.get()
    assert make.TEXT[quote.start : quote.end] == "a step too far" == quote.text
    assert "1 as they were" in kept("statement", body)
    assert "1 changed" in kept("statement", csv_of(a_line(audience="staff")))
    assert Statement.objects.count() == 1 and sound() == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"quote": "never said so"}, "quote: these words do not stand in the body"),
        ({"report": ""}, "report: words need the report they stand in"),
        ({"report": "RP-2222222"}, "report: we hold no report"),
        ({"company": ""}, "say who spoke"),
        ({"capacity": ""}, "capacity: say whose voice it is"),
        ({"medium": "chat"}, "This medium does not belong to this channel"),
        ({"said": "soon"}, "said: “soon” is not a date we can read"),
        ({"public_id": "OR-2222222"}, "public_id: we hold no statement"),
    ],
)
def test_a_wrong_statement_says_what_is_wrong(changed: dict[str, str], why: str) -> None:
    make.make_event()
    make.make_company()
    sentences = wrong("statement", csv_of(a_line(**changed)))
    assert why in sentences[0], sentences
    assert not Statement.objects.exists()


def test_a_public_statement_changes_with_a_reason_only() -> None:
    statement = make.make_statement()
    row = {"public_id": statement.public_id, "event": "harbour-strike", "channel": "public", "stance": "mixed"}
    assert "This is public: say why" in wrong("statement", csv_of(row))[0]
    kept("statement", csv_of(row | {"reason": "recoded", "note": "Two passages, one each way."}))
    statement.refresh_from_db()
    assert statement.stance == "mixed" and statement.corrections.get().note == "Two passages, one each way."
    assert sound() == []


# --- Out, and in again ------------------------------------------------------------------------


def a_small_record() -> None:
    calder = make.make_company(sector="industrials", kind="company")
    make.make_person(company=calder)
    root, child, _ = make.make_tree()
    make.make_statement(event=child, company=calder)
    make.make_statement(
        event=root,
        company=make.make_company("Pinhay Rail"),
        said=make.span("2026-03-02", "2026-03-03", reason="Between order and report."),
        quote="",
    )
    make.make_watch_entry(calder, event=root)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("model", MODELS)
def test_an_export_imports_again_and_changes_nothing(model: str, ending: str) -> None:
    a_small_record()
    client = client_of(make.editor())
    answer = client.get(place(model, "export", ending))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200 and f".{ending}" in answer["Content-Disposition"]
    before = Release.objects.count()
    tried = upload(model, body, name=f"again.{ending}")
    assert tried.context.get("wrong") == [], tried.context["form"].errors
    counts = tried.context["counts"]
    assert counts["unchanged"] > 0 and counts["new"] == counts["changed"] == counts["wrong"] == 0
    assert Release.objects.count() == before


def test_an_export_holds_what_the_list_shows_under_its_filters() -> None:
    a_small_record()
    answer = client_of(make.reader()).get(place("company", "export", "csv") + "?q=pinhay")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [line["slug"] for line in lines] == ["pinhay-rail"]
    assert client_of(make.reader()).get(place("company", "export", "csv") + "?crown=1").status_code == 404


def test_no_cell_is_run_as_a_formula() -> None:
    make.make_company("=cmd|x", slug="formula", told=False)
    answer = client_of(make.editor()).get(place("company", "export", "csv"))
    assert "'=cmd|x" in b"".join(answer.streaming_content).decode()
    assert files.harmless("-1") == "'-1" and files.harmless("plain") == "plain"


@pytest.mark.parametrize("model", MODELS)
def test_the_template_holds_an_example_row(model: str) -> None:
    client = client_of(make.editor())
    for ending in ("csv", "xlsx"):
        answer = client.get(place(model, "template", ending))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        dataset = files.read(f"template.{ending}", body, most=10)
        assert dataset.headers == [column.name for column in MODELS[model].columns] and len(dataset) == 1
    page = told(client.get(place(model)))
    assert "template.csv" in page and MODELS[model].key in page
    for column in MODELS[model].columns:
        assert f"<code>{column.name}</code>" in page


# --- Rights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["cy", "reader", "contributor"])
@pytest.mark.parametrize("model", MODELS)
def test_only_editors_import(model: str, who: str) -> None:
    user = getattr(make, who)()
    if who == "cy":
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    client = client_of(user)
    assert client.get(place(model)).status_code == 403
    assert upload(model, b"name\nX", client=client).status_code == 403
    assert client.get(place(model, "template", "csv")).status_code == 403
    assert client.get(place(model, "export", "csv")).status_code == (403 if who == "cy" else 200)


def test_what_one_editor_tried_out_another_cannot_import_nor_into_another_table() -> None:
    ana, ben = client_of(make.editor()), client_of(make.second_editor())
    tried = upload("company", csv_of(SEATON), client=ana).context["tried"]
    assert ben.post(place("company"), {"tried": tried}).status_code == 403
    assert ana.post(place("event"), {"tried": tried}).status_code == 403
    assert "choose it again" in told(ana.post(place("company"), {"tried": "made-up"}))
    assert not Company.objects.exists()
