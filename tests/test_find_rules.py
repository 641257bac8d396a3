"""The finder's rules, one sentence each: who speaks, what counts, to whom, on which side."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.core.drafts import Draft, KnownCompany, KnownOutlet
from tracker.ingest.find import find
from tracker.ingest.find.gazetteer import Gazetteer

GAZETTEER = Gazetteer.build(
    [
        KnownCompany("calder-ferries", "Calder Ferries", ("Calder",)),
        KnownCompany("pinhay-rail", "Pinhay Rail"),
        KnownCompany("odells", "Odell Stores"),
        KnownCompany("morrow-capital", "Morrow Capital"),
    ],
    [],
    [KnownOutlet("courier", "Sel Courier")],
)
TARGET = "the harbour ban"
DAY = dt.date(2026, 3, 18)  # a Wednesday


def read(text: str, *, target: str = TARGET) -> list[Draft]:
    whole = f"Employers react to the ban\n\nThe harbour ban divided employers in the city again.\n\n{text}\n"
    return list(find(whole, gazetteer=GAZETTEER, stance_target=target, published=DAY).drafts)


def rows(text: str, *, target: str = TARGET) -> list[tuple[str | None, str | None, str, str, str | None]]:
    return [
        (voice.organization, voice.speaker, voice.capacity, draft.kind, draft.stance)
        for draft in read(text, target=target)
        for voice in draft.voices
    ]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("“The ban is wrong,” Calder Ferries said.", ("Calder Ferries", None)),
        ("Calder Ferries CEO Ada Quill called the ban “wrong.”", ("Calder Ferries", "Ada Quill")),
        ("“The ban is wrong,” said Ada Quill, chief executive of Calder Ferries.", ("Calder Ferries", "Ada Quill")),
        (
            "“The ban is wrong,” said Ada Quill, the chief financial officer of Calder Ferries.",
            ("Calder Ferries", "Ada Quill"),
        ),
        ("Calder's chief executive, Ada Quill, said the ban was wrong.", ("Calder Ferries", "Ada Quill")),
        ("At Pinhay Rail, Chief Executive Ada Quill told reporters the ban is wrong.", ("Pinhay Rail", "Ada Quill")),
        ("A spokesman for Pinhay Rail said the ban was wrong.", ("Pinhay Rail", None)),
        (
            "Pinhay Rail's head told staff he was against it. “It is wrong,” Ada Quill said.",
            ("Pinhay Rail", "Ada Quill"),
        ),
    ],
)
def test_the_speaker_is_found(text: str, who: tuple[str, str | None]) -> None:
    assert who in {(row[0], row[1]) for row in rows(text)}


@pytest.mark.parametrize(
    "text",
    [
        "“The ban is wrong,” said Senator Ada Quill.",
        "Ada Quill, a former Calder Ferries executive, said the ban was wrong.",
        "Analysts said that Calder Ferries would suffer under the ban.",
        "The ministry said that it did not comment on Calder Ferries.",
        "President Ada Quill said that Calder Ferries should sail.",
    ],
)
def test_words_of_others_are_nobodys_statement(text: str) -> None:
    assert rows(text) == []


def test_three_companies_that_issued_statements_are_three() -> None:
    found = read("Executives from companies including Calder Ferries, Pinhay Rail and Odell Stores issued statements.")
    assert sorted(draft.voices[0].organization or "" for draft in found) == [
        "Calder Ferries",
        "Odell Stores",
        "Pinhay Rail",
    ]


def test_a_letter_of_two_workforces_is_one_with_two_voices() -> None:
    (letter,) = read("More than 1,200 employees of Calder Ferries and Pinhay Rail signed an open letter against it.")
    assert (letter.kind, len(letter.voices), letter.channel) == ("open_letter", 2, "public")
    assert {voice.capacity for voice in letter.voices} == {"staff"}
    assert (letter.signature_count, letter.signature_comparator) == (1200, "more_than")


@pytest.mark.parametrize(
    ("text", "kind", "organisations"),
    [
        ("Calder Ferries declined to comment.", "declined_to_comment", ["Calder Ferries"]),
        ("Calder Ferries said it had no comment.", "declined_to_comment", ["Calder Ferries"]),
        (
            "Representatives for Calder Ferries and Pinhay Rail did not immediately respond to requests for comment.",
            "no_response",
            ["Calder Ferries", "Pinhay Rail"],
        ),
        (
            "Neither Calder Ferries nor Pinhay Rail responded to questions.",
            "no_response",
            ["Calder Ferries", "Pinhay Rail"],
        ),
        ("A request for comment sent to Odell Stores was not returned.", "no_response", ["Odell Stores"]),
        ("Odell Stores either declined to comment or did not respond.", "no_response", ["Odell Stores"]),
    ],
)
def test_silence_is_an_inquiry_and_no_stance(text: str, kind: str, organisations: list[str]) -> None:
    found = read(text)
    assert [draft.voices[0].organization for draft in found] == organisations
    assert {(draft.kind, draft.stance) for draft in found} == {(kind, None)}


@pytest.mark.parametrize(
    ("text", "channel", "medium"),
    [
        ("Calder Ferries CEO Ada Quill told employees in a memo that the ban was wrong.", "internal", "email_or_memo"),
        ("In a Slack message to staff, Calder Ferries CEO Ada Quill called the ban wrong.", "internal", "chat"),
        ("Calder Ferries said in a press release that the ban was wrong.", "public", "press_release"),
        ("“The ban is wrong,” Calder Ferries tweeted.", "public", "social_post"),
        ("“The ban is wrong,” Calder Ferries CEO Ada Quill told the Sel Courier.", "public", "interview"),
        ("“The ban is wrong,” a spokeswoman for Calder Ferries said.", "public", "spokesperson"),
    ],
)
def test_the_channel_is_coded_with_its_medium(text: str, channel: str, medium: str) -> None:
    (draft,) = read(text)
    assert (draft.channel, draft.medium) == (channel, medium)
    assert draft.reasons["channel"]


@pytest.mark.parametrize(
    ("words", "stance"),
    [
        ("“The ban is a mistake,” Calder Ferries said.", "critical"),
        ("“This is not a policy we support,” Calder Ferries said.", "critical"),
        ("Calder Ferries condemned the ban.", "critical"),
        ("Calder Ferries urged the city to lift the ban.", "critical"),
        ("“We welcome the ban,” Calder Ferries said.", "supportive"),
        ("Calder Ferries praised the ban as long overdue.", "supportive"),
        ("“We call for restraint on all sides,” Calder Ferries said.", "calls_for_calm"),
        ("“We take no side on the ban,” Calder Ferries said.", "neutral"),
        ("“Our ships sail as planned on Monday,” Calder Ferries said.", "no_position"),
        ("“Our thoughts are with the families,” Calder Ferries said.", "no_position"),
        ("“We support our employees and their families,” Calder Ferries said.", "no_position"),
    ],
)
def test_the_stance_is_toward_the_target(words: str, stance: str) -> None:
    (draft,) = read(words)
    assert draft.stance == stance, draft.reasons["stance"]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Calder Ferries pulled its ads from the harbour show on Tuesday.", "critical"),
        ("Calder Ferries has ended its contract with the port.", "critical"),
        ("Hundreds of Calder Ferries workers walked off the job on Monday.", "critical"),
        ("Calder Ferries suspended operations at its northern terminal.", "no_position"),
    ],
)
def test_deeds_count_without_words(text: str, stance: str) -> None:
    (draft,) = read(text)
    assert draft.stance == stance


@pytest.mark.parametrize("text", ["Calder Ferries could pull its ads.", "Calder Ferries dropped the ball.", "Calder."])
def test_what_was_not_done_is_no_deed(text: str) -> None:
    assert read(text) == []


def test_heeding_a_demand_is_support_of_it() -> None:
    target = "the call to boycott the port"
    ((*_, stance),) = rows("Calder Ferries has ended its contract with the port.", target=target)
    assert stance == "supportive"


def test_blame_in_defence_of_ones_own_deed_is_support_of_it() -> None:
    text = "“His conduct was reckless and dangerous,” Calder Ferries said in a statement."
    ((*_, stance),) = rows(text, target="Calder Ferries' dismissal of a deckhand")
    assert stance == "supportive"


def test_a_disavowal_names_whose_words_and_takes_no_side() -> None:
    text = (
        "Keith Marsh, a partner at Morrow Capital, argued that the ban was right. "
        "Founder Ada Quill publicly distanced herself from the comments by Marsh."
    )
    quill = next(draft for draft in read(text) if draft.voices[0].speaker == "Ada Quill")
    assert (quill.stance, quill.disavows, quill.voices[0].capacity) == ("unclear", "Keith Marsh", "personal")


def test_printed_statements_need_no_marks() -> None:
    found = read(
        "Below are the statements of the companies that replied.\n\nCalder Ferries\n\n"
        "We are committed to our crews. Our ships will sail, and we thank everybody who works on them.\n\n"
        "Pinhay Rail\n\nOur drivers are with us in this, and we stand with them."
    )
    assert [(draft.voices[0].organization, len(draft.quotes)) for draft in found] == [
        ("Calder Ferries", 1),
        ("Pinhay Rail", 1),
    ]


@pytest.mark.parametrize(
    ("words", "earliest", "latest", "precision"),
    [
        ("on Monday", "2026-03-16", "2026-03-16", "day"),
        ("over the weekend", "2026-03-14", "2026-03-15", "weekend"),
        ("on March 3", "2026-03-03", "2026-03-03", "day"),
        ("last week", "2026-03-09", "2026-03-15", "week"),
        ("earlier this month", "2026-03-01", "2026-03-18", "month"),
        ("yesterday", "2026-03-17", "2026-03-17", "day"),
    ],
)
def test_the_day_is_no_more_exact_than_the_words(words: str, earliest: str, latest: str, precision: str) -> None:
    (draft,) = read(f"Calder Ferries said {words} that the ban was wrong.")
    assert (draft.said.earliest, draft.said.latest, draft.said.precision) == (earliest, latest, precision)
    assert draft.said.as_written == words


def test_without_a_day_the_report_is_the_latest() -> None:
    (draft,) = read("Calder Ferries said that the ban was wrong.")
    assert (draft.said.earliest, draft.said.latest, draft.said.precision) == (None, "2026-03-18", "before")
    assert draft.said.as_written == ""


def test_the_outlet_that_had_it_first_is_credited() -> None:
    (draft,) = read(
        "Calder Ferries CEO Ada Quill told staff in a memo that the ban was wrong. "
        "The memo was first reported by the Sel Courier."
    )
    assert (draft.reported_by, draft.claims_first, draft.disclosure) == ("Sel Courier", True, "leaked")


def test_business_of_its_own_is_no_response() -> None:
    text = (
        "Calder Ferries to buy Pinhay Rail in $2 billion deal\n\nCalder Ferries agreed to acquire Pinhay Rail in a "
        "deal valued at $2 billion, and its shares rose. “It is good for shareholders,” Calder Ferries CEO "
        "Ada Quill said on a call with analysts. Revenue in the quarter grew, profit fell and sales were flat.\n"
    )
    assert find(text, gazetteer=GAZETTEER, stance_target=TARGET, published=DAY).drafts == ()


def test_an_organisation_we_do_not_know_is_proposed_as_new() -> None:
    (draft,) = read("“The ban is wrong,” a spokesman for Quorrel Robotics said.")
    (voice,) = draft.voices
    assert (voice.organization, voice.company, voice.is_new_organization) == ("Quorrel Robotics", None, True)


def test_every_field_gives_its_reason() -> None:
    (draft,) = read("“The ban is wrong,” Calder Ferries CEO Ada Quill said on Monday.")
    fields = {
        "voices",
        "capacity",
        "kind",
        "channel",
        "medium",
        "disclosure",
        "stance",
        "said",
        "reported_by",
        "quotes",
    }
    assert fields <= set(draft.reasons)
    assert all(reason.endswith((".", "”")) for reason in draft.reasons.values())
