"""The demonstration's data holds together: what one file names, another has."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
REPORTS = FIXTURES / "reports"
REAL_TREE = "operation-metro-surge"
UNREADABLE = {"post-broken.html", "post-empty.html", "journal-login-wall.html"}


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def closed_list(name: str) -> set[str]:
    """Read the keys of a closed list from the source, so that this file needs no settings."""
    tree = ast.parse((ROOT / "tracker/models/choices.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            pairs = [part.value for part in node.body if isinstance(part, ast.Assign)]
            return {pair.elts[0].value for pair in pairs if isinstance(pair, ast.Tuple)}  # type: ignore[attr-defined]
    raise LookupError(name)


def parts(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


class Text(HTMLParser):
    """The visible words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def words_of(page: str) -> str:
    parser = Text()
    parser.feed((REPORTS / page).read_text(encoding="utf-8"))
    return " ".join(" ".join(parser.said).split())


COMPANIES = rows("companies.csv")
OUTLETS = rows("outlets.csv")
PEOPLE = rows("people.csv")
EVENTS = told("events.json")
WATCH = told("watch.json")
MANIFEST = told("reports/manifest.json")
REVIEWED = told("reviewed.json")

COMPANY_SLUGS = {row["slug"] for row in COMPANIES}
COMPANY_NAMES = {row["name"]: row for row in COMPANIES}
PERSON_NAMES = {row["name"] for row in PEOPLE}
ROOTS = {event["slug"] for event in EVENTS if event["parent"] is None}
PAGES = {entry["file"]: entry for entry in MANIFEST}


@pytest.mark.parametrize("table", ["companies.csv", "outlets.csv"])
def test_slugs_and_names_are_unique(table: str) -> None:
    for column in ("slug", "name"):
        counted = Counter(row[column] for row in rows(table))
        assert [value for value, count in counted.items() if count > 1] == []


def test_there_are_enough_companies_to_meet_the_names_people_expect() -> None:
    sources = Counter(row["source"] for row in COMPANIES)
    assert len(COMPANIES) >= 650
    assert sources["sp500"] == 500
    assert sources["general_knowledge"] >= 150
    assert {"openai", "khosla-ventures", "anthropic", "cargill", "u-s-chamber-of-commerce", "nfl"} <= COMPANY_SLUGS


def test_closed_lists_are_kept_to() -> None:
    assert {row["kind"] for row in COMPANIES} == closed_list("CompanyKind")
    assert {row["sector"] for row in COMPANIES} - {""} == closed_list("Sector")
    assert {row["parent_kind"] for row in COMPANIES} - {""} == closed_list("ParentKind")
    assert {row["kind"] for row in OUTLETS} <= closed_list("OutletKind")
    assert {event["kind"] for event in EVENTS} <= closed_list("EventKind")


def test_every_sp500_company_has_a_sector_a_cik_and_a_ticker() -> None:
    listed = [row for row in COMPANIES if row["source"] == "sp500"]
    assert all(row["sector"] and row["cik"] and row["tickers"] for row in listed)
    assert [row["name"] for row in listed if not row["hq_region"]] == ["Block"]


def test_share_classes_are_tickers_of_one_company() -> None:
    tickers = {row["slug"]: set(parts(row["tickers"])) for row in COMPANIES}
    assert tickers["alphabet"] == {":GOOGL", ":GOOG"}
    assert tickers["fox-corporation"] == {":FOXA", ":FOX"}
    assert tickers["news-corp"] == {":NWSA", ":NWS"}
    assert sum(len(symbols) for symbols in tickers.values()) == 503


@pytest.mark.parametrize("column", ["cik", "lei", "wikidata_id"])
def test_identifiers_are_unique(column: str) -> None:
    held = [row[column] for row in COMPANIES if row[column]]
    assert len(held) == len(set(held))


def test_tickers_are_unique() -> None:
    symbols = [ticker for row in COMPANIES for ticker in parts(row["tickers"])]
    assert all(ticker.count(":") == 1 for ticker in symbols)
    assert len(symbols) == len(set(symbols))


def test_no_name_belongs_to_two_companies() -> None:
    owners: dict[str, set[str]] = {}
    for row in COMPANIES:
        for name in [row["name"], *parts(row["aliases"]), *parts(row["ambiguous_aliases"])]:
            owners.setdefault(name, set()).add(row["slug"])
    assert {name: slugs for name, slugs in owners.items() if len(slugs) > 1} == {}


def test_a_name_is_ambiguous_or_not_but_never_both() -> None:
    for row in COMPANIES:
        plain, ambiguous = parts(row["aliases"]), parts(row["ambiguous_aliases"])
        assert not set(plain) & set(ambiguous), row["slug"]
        assert row["name"] not in plain, row["slug"]
        assert len(plain) == len(set(plain)), row["slug"]


@pytest.mark.parametrize(
    "name", ["Target", "Gap", "Visa", "Apple", "Ford", "Chase", "Progressive", "Block", "Shell", "X"]
)
def test_words_that_are_also_companies_are_marked_ambiguous(name: str) -> None:
    assert any(name in parts(row["ambiguous_aliases"]) for row in COMPANIES)
    assert not any(name in parts(row["aliases"]) for row in COMPANIES)


@pytest.mark.parametrize("name", ["ICE", "News", "American", "Times", "Slack"])
def test_words_that_would_be_found_everywhere_are_no_names_at_all(name: str) -> None:
    assert not any(name in [*parts(row["aliases"]), *parts(row["ambiguous_aliases"])] for row in COMPANIES)


def test_parents_exist_have_a_kind_and_make_no_circle() -> None:
    parent = {row["slug"]: row["parent"] for row in COMPANIES}
    for row in COMPANIES:
        assert bool(row["parent"]) == bool(row["parent_kind"]), row["slug"]
        above, seen = row["parent"], {row["slug"]}
        while above:
            assert above in parent, f"{row['slug']} belongs to {above}, which is missing"
            assert above not in seen, row["slug"]
            seen.add(above)
            above = parent[above]


def test_everything_invented_is_marked_and_nothing_else_is() -> None:
    for row in [*COMPANIES, *PEOPLE]:
        assert (row["source"] == "invented") == row["slug"].startswith("sample-"), row["slug"]
    for row in COMPANIES:
        assert (row["source"] == "invented") == row["hq_region"].startswith(("XE", "XD")), row["slug"]
    for row in [*COMPANIES, *OUTLETS]:
        assert row["domain"].endswith(".example") == (row["slug"].startswith("sample-") and bool(row["domain"]))


def test_no_invented_company_or_person_bears_a_real_ones_name() -> None:
    real = {
        name.casefold()
        for row in COMPANIES
        if row["source"] != "invented"
        for name in [row["name"], *parts(row["aliases"]), *parts(row["ambiguous_aliases"])]
    }
    made_up = {n.casefold() for r in COMPANIES if r["source"] == "invented" for n in [r["name"], *parts(r["aliases"])]}
    assert not real & made_up


def test_outlets_have_unique_domains_and_aliases() -> None:
    domains = [row["domain"] for row in OUTLETS if row["domain"]]
    assert len(domains) == len(set(domains))
    names = [name for row in OUTLETS for name in [row["name"], *parts(row["aliases"])]]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    dealbook = next(row for row in OUTLETS if row["slug"] == "new-york-times-dealbook")
    assert "New York Times" in dealbook["owner"] or "New York Times" in dealbook["name"]


def test_roles_name_companies_we_have() -> None:
    held = [(row["slug"], row["company"], row["title"]) for row in PEOPLE]
    assert len(held) == len(set(held))
    assert {row["company"] for row in PEOPLE} <= COMPANY_SLUGS
    for row in PEOPLE:
        assert row["company"].startswith("sample-") == row["slug"].startswith("sample-"), row["slug"]


def test_events_make_three_trees_with_scope_and_target_on_the_roots_only() -> None:
    assert len(ROOTS) == 3
    seen: set[str] = set()
    for event in EVENTS:
        is_root = event["parent"] is None
        assert bool(event["scope"]) == is_root and bool(event["stance_target"]) == is_root, event["slug"]
        assert is_root or event["parent"] in seen, f"{event['slug']} stands before its parent"
        assert event["published"] is True and event["sample_note"]
        assert set(event["outlets"]) <= {row["slug"] for row in OUTLETS}
        assert event["terms"]
        seen.add(event["slug"])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["slug"])
def test_event_dates_are_honest(event: dict[str, Any]) -> None:
    for span in filter(None, [event["began"], event["ended"]]):
        assert dt.date.fromisoformat(span["earliest"]) <= dt.date.fromisoformat(span["latest"])
        assert span["precision"] in closed_list("Precision")
        assert span["as_written"] or span["reason"]
        if span["precision"] == "weekend":
            assert [dt.date.fromisoformat(span[end]).weekday() for end in ("earliest", "latest")] == [5, 6]


def test_asks_and_targets_resolve() -> None:
    slugs = [ask["slug"] for ask in told("asks.json")]
    assert len(slugs) == len(set(slugs))
    for target in told("targets.json"):
        assert target["tree"] in ROOTS and target["label"]
        assert target.get("company", "sample-ironmere-minerals") in COMPANY_SLUGS
        assert target.get("person", "sam-altman") in {row["slug"] for row in PEOPLE}


def test_watched_companies_exist_and_are_watched_once() -> None:
    for group in WATCH:
        watched = [entry["company"] for entry in group["entries"]]
        assert group["event"] in ROOTS
        assert group["frame"] is None or group["frame"]["event"] == group["event"]
        assert set(watched) <= COMPANY_SLUGS and len(watched) == len(set(watched))
        for entry in group["entries"]:
            assert entry["entered_for"] in closed_list("EnteredFor")
            assert group["frame"] is not None or entry["entered_for"] != "frame"
        for check in group["checks"]:
            entry = next(entry for entry in group["entries"] if entry["company"] == check["company"])
            assert check["through"] >= entry["searched_from"]
            assert check["where"] and set(check["where"]) <= closed_list("Where")


def test_no_real_company_was_ever_checked() -> None:
    checked = {check["company"] for group in WATCH for check in group["checks"]}
    assert checked and all(slug.startswith("sample-") for slug in checked)


def test_one_invented_frame_is_large_enough_for_shares_and_one_is_not() -> None:
    frames = {group["frame"]["slug"]: group for group in WATCH if group["frame"]}
    large, small = frames["sample-sel-valley-thirty"], frames["sample-lake-ardel-fourteen"]
    assert len(large["entries"]) >= 20 > len(small["entries"])
    own = {c["company"] for c in large["checks"] if set(c["where"]) & {"newsroom", "accounts", "filings"}}
    assert len(large["entries"]) > len(own) >= 0.9 * len(large["entries"])


def test_the_minnesota_frame_is_what_its_rule_says() -> None:
    frame = next(group for group in WATCH if group["frame"] and group["frame"]["slug"] == "sp-500-minnesota")
    by_rule = {row["slug"] for row in COMPANIES if row["source"] == "sp500" and row["hq_region"] == "US-MN"}
    assert {entry["company"] for entry in frame["entries"]} == by_rule


def test_every_page_is_in_the_manifest_and_every_entry_has_its_page() -> None:
    on_disk = {path.relative_to(REPORTS).as_posix() for path in REPORTS.glob("*/*.html")}
    assert on_disk == set(PAGES) and len(PAGES) == len(MANIFEST) >= 14


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_a_page_stands_where_its_outlet_publishes(entry: dict[str, Any]) -> None:
    outlet = next(row for row in OUTLETS if row["slug"] == entry["outlet"])
    assert urlsplit(entry["url"]).hostname == outlet["domain"]
    assert entry["file"].split("/")[0] == entry["tree"] in ROOTS
    assert entry["expect"]["state"] in closed_list("ReportState")
    raw = (REPORTS / entry["file"]).read_text(encoding="utf-8")
    assert "ample page" in raw
    if entry["file"].split("/")[1] not in UNREADABLE:
        assert f'rel="canonical" href="{entry["url"]}"' in raw
        assert entry["published"] in raw
        assert len(words_of(entry["file"]).split()) > 250


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_expected_candidates_are_in_closed_lists_and_in_the_words_of_the_page(entry: dict[str, Any]) -> None:
    said = words_of(entry["file"]).replace("’", "'")
    for candidate in entry["expect"]["candidates"]:
        assert candidate["kind"] in closed_list("CandidateKind")
        spoken = candidate["kind"] in {"statement", "open_letter"}
        assert (candidate["stance"] in closed_list("Stance")) == spoken
        assert (candidate["medium"] in closed_list("Medium")) == spoken
        for organization in [candidate["organization"], *candidate.get("also", [])]:
            assert organization in COMPANY_NAMES, organization
            assert organization in said, organization
        if candidate["speaker"]:
            assert candidate["speaker"] in PERSON_NAMES
            assert candidate["speaker"] in said


def test_the_real_tree_says_that_it_is_a_sample_and_invents_no_outlet_of_record() -> None:
    real = [entry for entry in MANIFEST if entry["tree"] == REAL_TREE]
    assert 1 <= len(real) <= 3
    for entry in real:
        page = words_of(entry["file"])
        assert "This page is a sample" in page and "not a real publication" in page
        assert "New York Times DealBook first reported" in page and "reported by Bloomberg" in page
        assert "sample-" not in str(entry["expect"])


def test_the_joint_letter_has_sixty_signatories_behind_three_statements() -> None:
    letter = PAGES["sel-crossing-order/journal-joint-letter.html"]["expect"]["candidates"][0]
    signatories = {letter["organization"], *letter["also"]}
    wire = PAGES["sel-crossing-order/kestrian-wire-statements.html"]["expect"]["candidates"]
    assert len(signatories) == 60
    assert {row["organization"] for row in wire[:3]} <= signatories
    assert all(COMPANY_NAMES[name]["source"] == "invented" for name in signatories)


def test_the_copies_of_the_wire_story_carry_its_words() -> None:
    def told_in(page: str) -> set[str]:
        raw = (REPORTS / "sel-crossing-order" / page).read_text(encoding="utf-8")
        paragraphs = [re.sub("<[^>]+>", "", text) for text in re.findall(r"<p[^>]*>(.*?)</p>", raw)]
        return {text for text in paragraphs if len(text.split()) > 20 and "cookies" not in text}

    original = told_in("kestrian-wire-statements.html")
    assert original <= told_in("courier-carries-wire.html")
    assert 3 <= len(original & told_in("post-carries-wire-cut-short.html")) <= len(original) / 2


def test_the_misquoting_headlines_words_are_not_in_the_body() -> None:
    entry = PAGES["sel-crossing-order/plinth-misquoting-headline.html"]
    assert "A DISGRACE" in entry["headline"]
    assert words_of(entry["file"]).casefold().count("disgrace") == 2  # the title element and the headline itself


def test_the_demonstration_shows_every_stance_and_both_kinds_of_inquiry() -> None:
    candidates = [candidate for entry in MANIFEST for candidate in entry["expect"]["candidates"]]
    assert {candidate["stance"] for candidate in candidates} - {None} == closed_list("Stance")
    assert {candidate["kind"] for candidate in candidates} == closed_list("CandidateKind")
    assert {candidate["capacity"] for candidate in candidates} >= {"official", "personal", "staff"}


@pytest.mark.parametrize("tree", sorted(ROOTS))
def test_each_tree_has_a_feed_of_its_pages(tree: str) -> None:
    channel = ElementTree.parse(REPORTS / tree / "feed.xml").getroot().find("channel")
    assert channel is not None
    links = [item.findtext("link") for item in channel.iter("item")]
    assert sorted(filter(None, links)) == sorted(e["url"] for e in MANIFEST if e["tree"] == tree and e["in_feed"])


@pytest.mark.parametrize("decision", REVIEWED, ids=lambda d: f"{d['report']}:{d['match']['organization']}")
def test_each_decision_is_on_a_candidate_of_a_page(decision: dict[str, Any]) -> None:
    expected = PAGES[decision["report"]]["expect"]["candidates"]
    match = decision["match"]
    assert match in [{key: candidate[key] for key in match} for candidate in expected]
    edits = decision["edits"]
    assert edits.get("event", "sel-crossing-order") in {event["slug"] for event in EVENTS}
    assert {ask["ask"] for ask in edits.get("asks", [])} <= {ask["slug"] for ask in told("asks.json")}
    tree = PAGES[decision["report"]]["tree"]
    labels = {target["label"] for target in told("targets.json") if target["tree"] == tree}
    for position in edits.get("positions", []):
        assert position["target"] in labels and position["quote"] in words_of(decision["report"])
    for voice in edits.get("voices", []):
        assert voice["organization"] in COMPANY_NAMES and voice["capacity"] in closed_list("Capacity")
    if attribution := edits.get("attribution"):
        assert attribution in words_of(decision["report"])
    if credits := edits.get("credits"):
        assert credits in {row["slug"] for row in OUTLETS}
    assert decision["decision"] != "reject" or decision["reason"]


def test_decided_fields_are_those_of_the_manifest() -> None:
    for decision in REVIEWED:
        if decision["decision"] != "accept" or "stance" not in decision["edits"]:
            continue
        match, edits = decision["match"], decision["edits"]
        gold = next(
            candidate
            for candidate in PAGES[decision["report"]]["expect"]["candidates"]
            if {key: candidate[key] for key in match} == match
        )
        for field in ("stance", "channel", "medium", "capacity"):
            assert edits[field] == gold[field], (decision["report"], match, field)
        assert edits["said"]["latest"] <= PAGES[decision["report"]]["published"][:10]
        if edits["said"]["as_written"]:
            told_words = words_of(decision["report"]).casefold()
            assert edits["said"]["as_written"].casefold() in told_words, (match, edits["said"])


def test_links_point_to_statements_already_decided() -> None:
    decided: list[dict[str, Any]] = []
    for decision in REVIEWED:
        for link in decision["edits"].get("links", []):
            assert link["kind"] in closed_list("LinkKind")
            assert link["to"] in decided, link
        for other in filter(None, [decision.get("into"), decision.get("also_denies")]):
            assert other in decided, other
        decided.append({**decision["match"], "report": decision["report"]})


def test_part_of_the_work_is_left_in_the_queue() -> None:
    decided = {(d["report"], *d["match"].values()) for d in REVIEWED}
    left = [
        candidate
        for entry in MANIFEST
        if entry["expect"]["state"] == "proposed"
        for candidate in entry["expect"]["candidates"]
        if (entry["file"], candidate["organization"], candidate["speaker"], candidate["kind"]) not in decided
    ]
    assert len(left) >= 8


def test_leaked_statements_say_why_nobody_of_us_asked() -> None:
    leaked = [decision for decision in REVIEWED if decision["edits"].get("disclosure") == "leaked"]
    assert leaked and all(decision["no_inquiry_reason"] for decision in leaked)
