"""The acceptance test of honesty: one article alone, then better evidence, and no row of evidence is ever edited.

The article is our own, with the facts of the one that the design was tried on. It goes
through the steps and the finder as any report does; an editor decides, a second one
approves; what is asserted is the public record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from tests.factories import editor, second_editor
from tracker.ingest import pipeline
from tracker.models import (
    Candidate,
    Capture,
    Citation,
    Company,
    Correction,
    Event,
    Inquiry,
    Quote,
    Report,
    SignatureCount,
    Statement,
    StatementLink,
    Voice,
    WatchEntry,
)
from tracker.models.choices import CandidateKind, CorrectionReason, EnteredFor, LinkKind, QuoteKind, ReportState
from tracker.operations import verify
from tracker.reading import silence
from tracker.review import candidates, loading, publishing, reference
from tracker.review import links as linking

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TEXT = (Path(__file__).parent / "data" / "seed_facts.txt").read_text(encoding="utf-8")
PAGES = settings.FIXTURES_DIR / "reports"
TREE, SHOOTING = "operation-metro-surge", "second-fatal-shooting"
REPORTED = dt.date(2026, 1, 28)
BETWEEN = {
    "earliest": "2026-01-24",
    "latest": "2026-01-28",
    "precision": "range",
    "reason": "After the shooting of that weekend and no later than the report.",
}
BY_THEN = {"latest": "2026-01-28", "precision": "before", "reason": "No later than the report."}
SOURCE = "a source familiar with the message"
NOT_ASKED = "A test: the company has not been asked by us."
WATCHED = ["openai", "apple", "google", "khosla-ventures"]

# Who, what is proposed, and what an editor makes of it beyond what the finder says.
DECIDED: list[tuple[str, str | None, str, dict[str, Any]]] = [
    (
        "OpenAI",
        "Sam Altman",
        CandidateKind.STATEMENT,
        {
            "said": BETWEEN,
            "basis": "anonymous_source",
            "attribution": "",
            "quotes": [
                {"text": "going too far", "kind": "partial"},
                {
                    "text": "There is a big difference between deporting violent criminals and what’s happening "
                    "now, and we need to get the distinction right",
                    "attribution": SOURCE,
                },
                {
                    "text": "I love the U.S. and its values of democracy and freedom and will be supportive of the "
                    "country however I can; OpenAI will too"
                },
                {"text": "But part of loving the country is the American duty to push back against overreach"},
                {
                    "text": "President Trump is a very strong leader, and I hope he will rise to this moment and unite "
                    "the country"
                },
                {
                    "text": "I am encouraged by the last few hours of response and hope to see trust rebuilt with "
                    "transparent investigations"
                },
            ],
            "credits": "new-york-times-dealbook",
            "claims_first": True,
            "no_inquiry_reason": NOT_ASKED,
            "positions": [
                {"target": "President Donald Trump", "stance": "supportive", "quote": "a very strong leader"}
            ],
        },
    ),
    (
        "Apple",
        "Tim Cook",
        CandidateKind.STATEMENT,
        {
            "said": BETWEEN,
            "basis": "other_media",
            "credits": "bloomberg-news",
            "summary": "Cook told staff that he was heartbroken and asked for restraint; "
            "he said that he had spoken with the president about it.",
            "no_inquiry_reason": NOT_ASKED,
        },
    ),
    ("Apple", None, CandidateKind.DECLINED_TO_COMMENT, {"asked": BETWEEN}),
    *(
        (
            name,
            None,
            CandidateKind.STATEMENT,
            {
                "said": {**BETWEEN, "as_written": "After the second shooting", "reason": ""},
                "medium": "unspecified",
                "disclosure": "reported",
                "asks": [{"ask": "de-escalation"}, {"ask": "transparency"}],
            },
        )
        for name in ("3M", "UnitedHealth Group", "General Mills")
    ),
    (
        "Google",
        None,
        CandidateKind.OPEN_LETTER,
        {
            "said": BY_THEN,
            "asks": [{"ask": "withdrawal"}, {"ask": "end-contracts"}, {"ask": "public-condemnation"}],
            "signatures": {"count": 450, "comparator": "more_than", "as_of": "2026-01-28"},
        },
    ),
    ("Khosla Ventures", "Keith Rabois", CandidateKind.STATEMENT, {}),
    ("Khosla Ventures", "Vinod Khosla", CandidateKind.STATEMENT, {"said": BY_THEN}),
    ("Khosla Ventures", "Ethan Choi", CandidateKind.STATEMENT, {"said": BY_THEN}),
]


@pytest.fixture
def reference_data() -> None:
    loading.load(settings.FIXTURES_DIR, by=editor())


def read(body: bytes, *, published: dt.date, outlet: str = "", event: str = "", kind: str = "text/plain") -> Report:
    """Take a file in and through every step."""
    report, _ = pipeline.receive(
        body=body,
        content_type=kind,
        published=published,
        by=editor(),
        events=(Event.objects.get(slug=event).pk,) if event else (),
    )
    pipeline.advance(report.pk)
    report.refresh_from_db()
    assert report.state == ReportState.PROPOSED, (report.state, report.state_reason, report.error)
    return report


def proposed(report: Report, organization: str, speaker: str | None, kind: str) -> Candidate:
    for candidate in report.candidates.filter(kind=kind):
        if (organization, speaker) in [(one["organization"], one["speaker"]) for one in candidate.draft["voices"]]:
            return candidate
    raise AssertionError(f"not proposed: {speaker or organization}, {kind}")


def decide(report: Report, organization: str, speaker: str | None, kind: str, edits: Mapping[str, Any]) -> Any:
    return candidates.accept(
        proposed(report, organization, speaker, kind), by=editor(), edits={"event": SHOOTING, **edits}
    )


def publish(*rows: Statement | Inquiry) -> None:
    """Have everything approved by somebody else, and wait until it is public."""
    for row in rows:
        if isinstance(row, Statement):
            publishing.approve(row, by=second_editor())
        publishing.publish(row, by=editor())
    assert publishing.take_effect(timezone.now() + dt.timedelta(seconds=11)) == len(rows)


@pytest.fixture
def seed(reference_data: None) -> dict[str, Any]:
    """The article on record, by who spoke."""
    report = read(TEXT.encode(), published=REPORTED)
    made = {
        (speaker or name, kind): decide(report, name, speaker, kind, edits) for name, speaker, kind, edits in DECIDED
    }
    publish(*made.values())
    return {who if kind != CandidateKind.DECLINED_TO_COMMENT else "asked": row for (who, kind), row in made.items()}


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def voices(row: Statement) -> list[tuple[str, str, str]]:
    return [
        (voice.person.name if voice.person else "", voice.company.name if voice.company else "", voice.capacity)
        for voice in row.voices.order_by("pk")
    ]


def said(row: Statement) -> tuple[str, str, str, str, str]:
    return (str(row.said.earliest or ""), str(row.said.latest), row.channel, row.medium, row.disclosure)


def standing(slug: str, *, until: str = "2026-01-28") -> tuple[str, str]:
    """What was found of a watched company, and what came of asking it."""
    seen = silence.silence(TREE, {"until": until})
    assert seen.board
    rows = {row.member.slug: row for row in (*seen.board.rows, *seen.outside)}
    return str(rows[slug].found), str(rows[slug].asked)


def evidence() -> dict[str, list[dict[str, Any]]]:
    """Every row of evidence and of what hangs on it, whole."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in (Capture, Citation, Quote, Voice, SignatureCount)
    }


def assert_only_added(before: Mapping[str, list[dict[str, Any]]]) -> None:
    after = evidence()
    for name, rows in before.items():
        assert after[name][: len(rows)] == rows, f"a row of {name} was edited"


# --- The article alone ------------------------------------------------------------------


def test_the_record_of_the_article_row_by_row(seed: dict[str, Any]) -> None:
    altman, cook = fresh(seed["Sam Altman"]), fresh(seed["Tim Cook"])
    assert voices(altman) == [("Sam Altman", "OpenAI", "official")]
    assert altman.voices.get().title_then == "CEO"
    assert said(altman) == ("2026-01-24", "2026-01-28", "internal", "chat", "leaked")
    assert altman.stance == "critical"
    citation = altman.citations.get()
    quotes = list(citation.quotes.order_by("start"))
    assert len(quotes) == 6 and {quote.kind for quote in quotes} <= {QuoteKind.VERBATIM, QuoteKind.PARTIAL}
    assert [quote.attribution for quote in quotes].count(SOURCE) == 1
    assert not any("breaks ranks" in quote.text for quote in quotes)
    assert (citation.credits_outlet.slug, citation.claims_first) == ("new-york-times-dealbook", True)
    position = altman.positions.get()
    assert (position.target.label, position.stance) == ("President Donald Trump", "supportive")
    assert "very strong leader" in position.quote.text

    assert voices(cook) == [("Tim Cook", "Apple", "official")]
    assert said(cook) == ("2026-01-24", "2026-01-28", "internal", "email_or_memo", "leaked")
    assert cook.stance == "calls_for_calm"
    assert [quote.text for quote in cook.citations.get().quotes.all()] == ["heartbroken"]
    assert cook.citations.get().credits_outlet.slug == "bloomberg-news"
    assert "he said that he had spoken with the president" in cook.summary
    asked = fresh(seed["asked"])
    assert (asked.company.name, asked.outcome, asked.state) == ("Apple", "declined", "published")

    for name in ("3M", "UnitedHealth Group", "General Mills"):
        row = fresh(seed[name])
        assert voices(row) == [("", name, "official")]
        assert said(row) == ("2026-01-24", "2026-01-28", "public", "unspecified", "reported")
        assert row.said.as_written == "After the second shooting"
        assert row.stance == "calls_for_calm"
        assert not row.citations.get().quotes.exclude(kind=QuoteKind.PARAPHRASE).exists()
        assert {one.ask.slug for one in row.asks.all()} == {"de-escalation", "transparency"}

    letter = fresh(seed["Google"])
    assert voices(letter) == [("", name, "staff") for name in ("Google", "Meta Platforms", "Salesforce", "OpenAI")]
    assert said(letter)[1:4] == ("2026-01-28", "public", "open_letter")
    assert letter.stance == "critical"
    counted = letter.signature_counts.get()
    assert (counted.count, counted.comparator, counted.as_of) == (450, "more_than", REPORTED)
    assert {one.ask.slug for one in letter.asks.all()} == {"withdrawal", "end-contracts", "public-condemnation"}

    rabois = fresh(seed["Keith Rabois"])
    assert voices(rabois) == [("Keith Rabois", "Khosla Ventures", "personal")]
    assert said(rabois)[:3] == ("2026-01-24", "2026-01-25", "public")
    assert rabois.stance == "supportive"
    assert not rabois.citations.get().quotes.exclude(kind=QuoteKind.PARAPHRASE).exists()
    for name in ("Vinod Khosla", "Ethan Choi"):
        row = fresh(seed[name])
        assert voices(row) == [(name, "Khosla Ventures", "personal")]
        assert (said(row)[1:3], row.stance) == (("2026-01-28", "public"), "unclear")
        link = row.links.get()
        assert (link.kind, link.to_statement_id) == (LinkKind.DISAVOWS, rabois.pk)

    assert Statement.objects.counted().count() == 9 and Inquiry.objects.count() == 1
    assert set(Statement.objects.values_list("verification", flat=True)) == {"outlets_assertion"}
    assert list(verify.verify(deep=True)) == []


def test_the_events_are_a_tree_with_honest_days(reference_data: None) -> None:
    night = Event.objects.get(slug=SHOOTING)
    assert [one.slug for one in (night, night.parent, night.root)] == [SHOOTING, "first-fatal-shooting", TREE]
    assert (str(night.began.earliest), str(night.began.latest)) == ("2026-01-24", "2026-01-25")
    assert (str(night.root.began.earliest), str(night.root.began.latest)) == ("2025-12-01", "2025-12-31")


def test_who_has_responded_according_to_the_article_alone(seed: dict[str, Any]) -> None:
    watch(*WATCHED)
    assert standing("openai") == ("internal_only", "not_known")
    assert standing("apple") == ("internal_only", "declined")
    for slug in ("3m", "unitedhealth-group", "general-mills"):
        assert standing(slug) == ("reported_form_not_known", "not_known")
    # Neither a partner's own voice nor a letter by the staff is the company's response.
    assert standing("khosla-ventures") == ("nothing", "not_known")
    assert standing("google") == ("nothing", "not_known")
    assert not Company.objects.get(slug="salesforce").watch_entries.exists()  # not monitored, so never silent


def watch(*slugs: str) -> None:
    for slug in slugs:
        entry = WatchEntry(
            event=Event.objects.get(slug=TREE),
            company=Company.objects.get(slug=slug),
            entered_for=EnteredFor.TIP,
            searched_from=dt.date(2026, 1, 1),
        )
        reference.save(entry, by=editor())


# --- Better evidence --------------------------------------------------------------------

LETTER = (
    "Three companies stand under one letter\n\n"
    "By the On Record test desk\n"
    "ST. PAUL, JANUARY 29, 2026 — This article was written for a test. It says what one letter says.\n\n"
    "Chief executives of 3M, UnitedHealth Group and General Mills signed an open letter, dated January 25, calling for "
    "de-escalation in Minneapolis after the second fatal shooting involving federal agents.\n"
)


def test_a_joint_letter_moves_three_companies_to_joint_only_and_touches_no_evidence(seed: dict[str, Any]) -> None:
    names = ("3M", "UnitedHealth Group", "General Mills")
    before = evidence()
    report = read(LETTER.encode(), published=dt.date(2026, 1, 29))
    candidate = proposed(report, "3M", None, CandidateKind.OPEN_LETTER)
    letter = candidates.accept(
        candidate,
        by=editor(),
        edits={
            "event": SHOOTING,
            "form": "joint",
            "said": {
                "earliest": "2026-01-25",
                "latest": "2026-01-25",
                "precision": "day",
                "as_written": "dated January 25",
            },
        },
    )
    publish(letter)
    weaker = [fresh(seed[name]) for name in names]
    for row in weaker:
        linking.add_link(row, letter, LinkKind.SAME_AS, by=editor(), note="The letter behind the statement.")

    assert_only_added(before)
    for slug in ("3m", "unitedhealth-group", "general-mills"):
        assert standing(slug, until="2026-01-29") == ("joint_only", "not_known")
    assert Statement.objects.counted().count() == 7  # nine, the three that are the letter, and the letter
    for row in weaker:
        row = fresh(row)
        assert row.state == "published"  # readable, though it leaves every count
        correction = Correction.objects.get(row=row.public_id)
        assert (correction.field, correction.reason) == ("links", CorrectionReason.NEW_EVIDENCE)
    assert list(verify.verify(deep=True)) == []

    for link in StatementLink.objects.filter(kind=LinkKind.SAME_AS):
        linking.remove_link(link, by=editor(), note="Two letters after all.")
    assert Statement.objects.counted().count() == 10
    assert_only_added(before)


def test_a_memo_put_out_by_its_issuer_and_more_signatures_are_new_rows(reference_data: None) -> None:
    tree = PAGES / "sel-crossing-order"

    def page(name: str, day: dt.date) -> Report:
        return read((tree / name).read_bytes(), published=day, kind="text/html")

    where = {"event": "sel-crossing-order"}
    leaked = page("nightjar-leaked-memo.html", dt.date(2026, 3, 19))
    signed = page("nightjar-staff-letter.html", dt.date(2026, 3, 18))
    memo = candidates.accept(
        proposed(leaked, "Halverstone Cloud", "Piet Lorne", "statement"),
        by=editor(),
        edits={**where, "stance": "critical", "no_inquiry_reason": NOT_ASKED},
    )
    letter = candidates.accept(
        proposed(signed, "Lindquay Software", None, "open_letter"),
        by=editor(),
        edits={**where, "stance": "critical", "capacity": "staff"},
    )
    publish(memo, letter)
    before = evidence()

    own = page("halverstone-publishes-memo.html", dt.date(2026, 3, 23))
    posted = candidates.accept(
        proposed(own, "Halverstone Cloud", "Piet Lorne", "statement"),
        by=editor(),
        edits={
            **where,
            "stance": "critical",
            "channel": "public",
            "medium": "website",
            "disclosure": "issued",
            "basis": "public_post",
            "links": [{"kind": "reiterates", "to": memo.public_id}],
        },
    )
    publish(posted)
    grown = page("journal-staff-letter-grows.html", dt.date(2026, 3, 24))
    candidates.merge(
        proposed(grown, "Lindquay Software", None, "open_letter"),
        into=letter,
        by=editor(),
        edits={"signatures": {"count": 900, "comparator": "more_than", "as_of": "2026-03-24"}},
    )

    assert_only_added(before)
    assert (fresh(memo).channel, fresh(posted).channel) == (
        "internal",
        "public",
    )  # a second statement, not a new channel
    assert fresh(posted).verification == "issuer_confirmed"
    assert [one.count for one in letter.signature_counts.order_by("as_of")] == [450, 900]
    assert Correction.objects.filter(row=letter.public_id, reason=CorrectionReason.NEW_EVIDENCE).exists()
    assert list(verify.verify(deep=True)) == []
