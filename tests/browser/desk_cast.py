"""An invented article with everything a newsroom meets at once: leaked words, a memo, refusals, letters, a quarrel."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tracker.core.drafts import Draft, DraftAsk, DraftDate, DraftPosition, DraftQuote, DraftVoice
from tracker.models import Candidate, Event, Report

TEXT = (
    "Ferry chief breaks the silence, says harbour order “has gone too far” 🚢\n"
    "\n"
    "By Ina Holm · 9 March 2026\n"
    "\n"
    "HARBOUR TOWN — Calder Ferries chief executive Ada Quill told staff on Tuesday that the order closing the outer "
    "harbour “is going too far”, the first head of a shipping company to say so.\n"
    "\n"
    "In a message on the company’s internal chat, Quill wrote that “there is a line between keeping order and starving "
    "a town, and we should draw it”, according to a source familiar with the message. She also called Premier Olm “a "
    "strong leader who can still put this right”.\n"
    "\n"
    "The message was first reported by The Courier.\n"
    "\n"
    "Quill is not alone. Pinhay Rail chief executive Tobias Lund told employees he was “heartbroken” by the two deaths "
    "on the quay and asked for restraint, according to an internal memo reported by The Lantern. Pinhay Rail declined "
    "to comment outside office hours.\n"
    "\n"
    "After the second night, companies including Ottery Foods, Brackwater Paper and Senlac Insurance issued statements "
    "calling for de-escalation and openness.\n"
    "\n"
    "More than 450 employees of Calder Ferries, Pinhay Rail and Ottery Foods have signed an open letter asking their "
    "managements to end their contracts with the harbour guard.\n"
    "\n"
    "Not everybody agrees. Jonas Reed, a partner at Marrow Ventures, wrote over the weekend that the guard had done "
    "nothing wrong. Marrow’s founder, Petra Voss, said on Monday that Reed did not speak for her.\n"
)
QUILL_1 = "is going too far"
QUILL_2 = "there is a line between keeping order and starving a town, and we should draw it"
NAMES = (
    "Calder Ferries", "Pinhay Rail", "Ottery Foods", "Brackwater Paper", "Senlac Insurance", "Marrow Ventures",
)  # fmt: skip
AFTER = DraftDate("2026-03-02", "2026-03-09", "range")


def span(words: str) -> tuple[int, int]:
    """Return the offsets of words of the article."""
    start = TEXT.index(words)
    return start, start + len(words)


def quote(words: str, kind: str = "partial") -> DraftQuote:
    """Return a proposed quote."""
    return DraftQuote(words, *span(words), kind)


def tree() -> tuple[Event, Event, Event]:
    """Return the published tree, with its other target and its asks."""
    events = make.make_tree()
    make.make_target("Premier Olm", tree=events[0])
    for label in ("De-escalation", "Transparency", "Ending a contract"):
        make.make_ask(label)
    return events


def put_in_the_queue() -> tuple[Report, list[Candidate]]:
    """Put the article and its ten candidates in the queue, in the order of the text."""
    _, _, night = tree()
    for name in NAMES:
        make.make_company(name)
    make.make_outlet("The Courier")
    make.make_outlet("The Lantern")
    for name, company in (("Ada Quill", "Calder Ferries"), ("Tobias Lund", "Pinhay Rail")):
        make.make_person(name, company=make.make_company(company))
    make.make_person("Jonas Reed")
    make.make_person("Petra Voss")
    report = make.make_report(
        "https://the-gazette.example/ferry-chief",
        text=TEXT,
        body_start=TEXT.index("HARBOUR TOWN"),
        published="2026-03-09",
        event=night,
        byline="Ina Holm",
    )
    return report, [make.make_candidate(draft, report=report, event=night) for draft in drafts()]


def drafts() -> list[Draft]:
    """Return what a finder would propose of it."""
    letter = span("More than 450 employees of Calder Ferries, Pinhay Rail and Ottery Foods have signed an open letter")
    three = span(
        "companies including Ottery Foods, Brackwater Paper and Senlac Insurance issued statements calling for "
        "de-escalation and openness"
    )
    reed = span(
        "Jonas Reed, a partner at Marrow Ventures, wrote over the weekend that the guard had done nothing wrong"
    )
    voss = span("Marrow’s founder, Petra Voss, said on Monday that Reed did not speak for her")
    lund = span(
        "Pinhay Rail chief executive Tobias Lund told employees he was “heartbroken” by the two deaths on the quay and "
        "asked for restraint"
    )
    return [
        _draft(
            "calder-ferries",
            "ada-quill",
            "Ada Quill",
            "chief executive",
            spans=(span(f"told staff on Tuesday that the order closing the outer harbour “{QUILL_1}”"), span(QUILL_2)),
            quotes=(quote(QUILL_1), quote(QUILL_2, "verbatim")),
            channel="internal",
            medium="chat",
            disclosure="leaked",
            stance="critical",
            basis="anonymous_source",
            attribution="a source familiar with the message",
            reported_by="The Courier",
            claims_first=True,
            positions=(DraftPosition("Premier Olm", "supportive", *span("a strong leader")),),
            said=DraftDate("2026-03-03", "2026-03-03", "day", "on Tuesday"),
            confidence=0.92,
            reasons={
                "voices": "“Calder Ferries chief executive Ada Quill” names company, person and role.",
                "capacity": "An officer addressing staff speaks for the company.",
                "stance": "“is going too far” judges the order wrong.",
                "channel": "“told staff”, “internal chat”; a source passed it on.",
                "said": "“on Tuesday” of a report of Monday 9 March.",
                "attribution": "“according to a source familiar with the message”.",
            },
            evidence={
                "voices": (span("Calder Ferries chief executive Ada Quill"),),
                "stance": (span(QUILL_1),),
                "channel": (span("told staff"), span("internal chat")),
                "said": (span("on Tuesday"),),
                "attribution": (span("according to a source familiar with the message"),),
            },
        ),
        _draft(
            "pinhay-rail",
            "tobias-lund",
            "Tobias Lund",
            "chief executive",
            spans=(lund,),
            quotes=(quote("heartbroken"),),
            channel="internal",
            medium="email_or_memo",
            disclosure="leaked",
            stance="calls_for_calm",
            basis="other_media",
            attribution="an internal memo reported by The Lantern",
            reported_by="The Lantern",
            asks=(DraftAsk("de-escalation", "paraphrased", *span("asked for restraint")),),
            confidence=0.85,
            reasons={
                "stance": "“asked for restraint” asks for calm and blames no one.",
                "said": "No day given: after the second night, by the day of the report.",
            },
            evidence={"stance": (span("asked for restraint"),)},
        ),
        _draft(
            "pinhay-rail",
            kind="declined_to_comment",
            spans=(span("Pinhay Rail declined to comment outside office hours"),),
            stance=None,
            confidence=0.95,
            reasons={"outcome": "“declined to comment”."},
        ),
        *(
            _draft(
                company,
                spans=(three,),
                stance="calls_for_calm",
                asks=(DraftAsk("de-escalation", "paraphrased", *span("de-escalation")),),
                confidence=0.6,
                reasons={"stance": "“calling for de-escalation” asks for calm."},
                evidence={"stance": (span("calling for de-escalation"),)},
            )
            for company in ("ottery-foods", "brackwater-paper", "senlac-insurance")
        ),
        _draft(
            "calder-ferries",
            kind="open_letter",
            more=("pinhay-rail", "ottery-foods"),
            role="employees",
            capacity="staff",
            spans=(letter,),
            medium="open_letter",
            stance="critical",
            signature_count=450,
            signature_comparator="more_than",
            asks=(DraftAsk("ending-a-contract", "paraphrased", *span("end their contracts")),),
            confidence=0.9,
            reasons={"capacity": "“employees of” are staff, whatever their number."},
        ),
        _draft(
            "marrow-ventures",
            "jonas-reed",
            "Jonas Reed",
            "partner",
            capacity="personal",
            spans=(reed,),
            stance="supportive",
            said=DraftDate("2026-03-07", "2026-03-08", "weekend", "over the weekend"),
            confidence=0.7,
            reasons={"stance": "“had done nothing wrong” denies that it was wrong."},
            evidence={"stance": (span("had done nothing wrong"),)},
        ),
        _draft(
            "marrow-ventures",
            "petra-voss",
            "Petra Voss",
            "founder",
            capacity="personal",
            spans=(voss,),
            stance="unclear",
            said=DraftDate("2026-03-09", "2026-03-09", "day", "on Monday"),
            disavows="Jonas Reed",
            confidence=0.4,
            reasons={"stance": "A disavowal without words of its own is always unclear."},
        ),
    ]


def _draft(
    company: str,
    person: str | None = None,
    speaker: str | None = None,
    role: str | None = None,
    *,
    more: tuple[str, ...] = (),
    capacity: str = "official",
    **fields: Any,
) -> Draft:
    voices = tuple(
        DraftVoice(one.replace("-", " ").title(), speaker, role, capacity, company=one, person=person)
        for one in (company, *more)
    )
    return Draft(
        **{
            "kind": "statement",
            "voices": voices,
            "channel": "public",
            "medium": "unspecified",
            "disclosure": "reported",
            "stance": "critical",
            "quotes": (),
            "said": AFTER,
            "reported_by": None,
            "attribution": None,
            "confidence": 0.7,
            "evidence": {},
            "spans": (),
            **fields,
            "reasons": {"said": "After the second night, by the day of the report.", **fields.get("reasons", {})},
        }
    )
