"""A statement turned into a draft: every field with the words it rests on and a sentence for the editor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.core.drafts import Draft, DraftAsk, DraftPosition, DraftQuote, DraftVoice, Span
from tracker.ingest.find import views
from tracker.ingest.find.article import Article
from tracker.ingest.find.channel import Told
from tracker.ingest.find.names import PERSON, Names
from tracker.ingest.find.people import Role
from tracker.ingest.find.quotes import Quotation
from tracker.ingest.find.speech import (
    DECLINED,
    ITSELF,
    NO_RESPONSE,
    OFFICER,
    OPEN_LETTER,
    SPOKESPERSON,
    WORKFORCE,
    Party,
    Saying,
)
from tracker.ingest.find.stance import View
from tracker.ingest.find.statements import Statement
from tracker.ingest.find.words import number
from tracker.models.choices import Capacity, Channel, Medium

_FOR_HIMSELF = re.compile(
    r"\b(?:partner|director|founder|co-?founder|investor|board member|owner|associate|fellow|adviser|advisor)\b",
    re.IGNORECASE,
)
_SPEAKS_FOR_IT = re.compile(
    r"\b(?:CEO|chief|president|chair\w*|managing|executive|general|CFO|COO|CTO|vice|director general|"
    r"communications|head|"
    r"publisher|editor|director of|secretary|founder and|owner and)\b",
    re.IGNORECASE,
)
_FOR_MYSELF = re.compile(
    r"\b(?:speak(?:ing)? (?:only )?for myself|my own (?:view|opinion)s?|in a personal capacity|as a private)\b", re.I
)
_WE = re.compile(r"\b(?:we|our|us|ours)\b", re.IGNORECASE)
_COMPARATORS = (
    ("more_than", re.compile(r"more than|over", re.I)),
    ("at_least", re.compile(r"at least", re.I)),
    ("about", re.compile(r"about|around|some|roughly|approximately", re.I)),
    ("nearly", re.compile(r"nearly|almost|close to", re.I)),
)
_ASKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("de-escalation", re.compile(r"\bde-?escalat\w+|\brestraint\b|\bcalm\b|\blower\w* (?:the )?tensions?", re.I)),
    ("transparency", re.compile(r"\btransparen\w+", re.I)),
    ("investigation", re.compile(r"\b(?:investigat\w+|independent (?:inquiry|review)|open inquiry)\b", re.I)),
    ("withdrawal", re.compile(
    r"\bwithdraw(?:al)?\b|\bpull(?:ing)? out\b|\bleave (?:the|our) (?:city|cities|state)\b", re.I)),
    ("end-contracts", re.compile(r"\b(?:cancel|end|drop|cut|terminat|break)\w* (?:[\w'-]+ ){0,4}contracts?\b", re.I)),
    ("public-condemnation", re.compile(r"\b(?:publicly )?(?:condemn|denounce|speak out)\b", re.I)),
    ("repeal", re.compile(r"\brepeal\w*|\brescind\w*|\brevok\w+|\bscrap(?:ping|ped)?\b|\babolish\w*", re.I)),
    ("unity", re.compile(r"\bunit(?:y|e)\b(?! states)|\bcome together\b", re.I)),
    ("accountability", re.compile(r"\baccountab\w+|\bheld? to account\b", re.I)),
    ("protection-of-staff", re.compile(r"\bprotect\w* (?:its |our |their )?(?:staff|employees|workers)", re.I)),
    ("compensation", re.compile(r"\bcompensat\w+", re.I)),
    ("appeal", re.compile(r"\bappeal (?:against|of|the)\b|\breview of the (?:ruling|decision)", re.I)),
    ("boycott", re.compile(r"\bboycott\w*", re.I)),
    ("continuation", re.compile(
    r"\b(?:keep|remain) in force\b|\bcontinu\w+ (?:of )?the (?:order|policy|measure|operation)", re.I)),
)  # fmt: skip
_ASKING = re.compile(
    r"\b(?:call(?:s|ed|ing)? (?:for|on)|urg\w+|ask\w*|demand\w*|appeal\w*|need\w*|must|should|hope\w*|"
    r"request\w*|plead\w*|want\w*|"
    r"stress\w*|emphasi\w+|press\w*|push\w* for|let us|please)\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:is|was|has been) (?:a |an |the )?(?:very |truly |really )?(?P<word>strong|great|good|wise|"
    r"excellent|fine|brave|able|decent|weak|poor|bad|reckless|dishonest)\b", re.I)  # fmt: skip
_BLAME = frozenset({"weak", "poor", "bad", "reckless", "dishonest"})
_OPERATIONS = re.compile(
    r"\b(?:reopen\w*|re-open\w*|closed?|closing|open(?:ing)? (?:hours|as)|monitoring|staff safety|"
    r"safety of (?:our|its|their)|delays?|"
    r"reschedul\w+|cancel\w* (?:flights|services|trains|shifts)|work(?:ing)? from home|services? (?:is|are|"
    r"will)|timetable|suspend\w* (?:operations|"
    r"service|flights|production))\b",
    re.IGNORECASE,
)


def voices(
    statement: Statement, sayings: Sequence[Saying], told: Told, words: str
) -> tuple[tuple[DraftVoice, ...], str]:
    """Return who speaks and in which capacity, with the reason for the capacity."""
    made, reasons = [], []
    for party in statement.parties:
        capacity, reason = _capacity(statement, party, told, words)
        reasons.append(reason)
        speaker = party.speaker
        silent = statement.kind in {DECLINED, NO_RESPONSE}
        made.append(
            DraftVoice(
                organization=party.organisation.name,
                speaker=None if speaker is None or silent else speaker.name,
                role=None if silent else _role(party),
                capacity=capacity,
                company=party.organisation.slug if party.organisation.kind == "company" else None,
                person=None if speaker is None or silent else speaker.slug,
                organization_as_written=party.organisation.as_written or party.organisation.name,
                is_new_organization=party.organisation.slug is None,
            )
        )
    return tuple(made), " ".join(dict.fromkeys(reasons))


def _role(party: Party) -> str | None:
    if party.title:
        return party.title
    return {SPOKESPERSON: "spokesperson", WORKFORCE: "employees"}.get(party.standing)


def _capacity(statement: Statement, party: Party, told: Told, words: str) -> tuple[str, str]:
    if party.standing == WORKFORCE:
        return str(Capacity.STAFF), "People of the workforce speak, not the company."
    if party.standing in {ITSELF, SPOKESPERSON} or party.person is None:
        return str(Capacity.OFFICIAL), "The company or its spokesperson speaks."
    title = party.title or ""
    if told.channel == Channel.INTERNAL:
        return str(Capacity.OFFICIAL), f"{party.person.name} speaks to the company's own people."
    alone = _FOR_HIMSELF.search(title) and not _SPEAKS_FOR_IT.search(title)
    if _FOR_MYSELF.search(words):
        return str(Capacity.PERSONAL), f"{party.person.name} says that the words are his or her own."
    if _WE.search(words):
        return str(Capacity.OFFICIAL), f"{party.person.name} says “we” for the company."
    if alone:
        return str(
            Capacity.PERSONAL
        ), f"A {title.lower()} speaks for himself or herself unless the words say otherwise."
    if told.medium == Medium.SOCIAL_POST and words:
        return str(Capacity.PERSONAL), f"{party.person.name} posts without saying “we”."
    if party.standing == OFFICER and title:
        return str(Capacity.OFFICIAL), f"{party.person.name} speaks as {title}."
    return str(Capacity.OFFICIAL), f"{party.person.name} is named with the company."


def quotes(article: Article, sayings: Sequence[Saying]) -> tuple[DraftQuote, ...]:
    """Return the quotations in order, each exactly as it stands in the text."""
    taken: dict[tuple[int, int], Quotation] = {}
    for saying in sayings:
        for quote in saying.quotes:
            if quote.end > quote.start:
                taken[(quote.start, quote.end)] = quote
    kept: list[DraftQuote] = []
    for start, end in sorted(taken):
        if kept and start < kept[-1].end:
            continue
        words = article.text[start:end]
        whole = taken[(start, end)].words > 5 and (words[-1:] in ".!?…" or words[:1].isupper())
        kept.append(DraftQuote(words, start, end, "verbatim" if whole else "partial"))
    return tuple(kept)


def spans(statement: Statement) -> tuple[Span, ...]:
    """Return the sentences and quotations the statement was found in, joined where they touch."""
    every = sorted(
        {(saying.sentence.start, saying.sentence.end) for saying in statement.sayings}
        | {quote.outer for saying in statement.sayings for quote in saying.quotes}
    )
    joined: list[Span] = []
    for start, end in every:
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def said_words(plain: str, statement: Statement) -> str:
    """Return all the words held of a statement, quoted and retold."""
    parts = [plain[saying.clause[0] : saying.clause[1]] for saying in statement.sayings if saying.clause]
    parts += [plain[quote.start : quote.end] for saying in statement.sayings for quote in saying.quotes]
    return " ".join(parts)


def quoted_words(plain: str, statement: Statement) -> str:
    """Return the quoted words of a statement."""
    return " ".join(plain[quote.start : quote.end] for saying in statement.sayings for quote in saying.quotes)


def asks(plain: str, statement: Statement) -> tuple[DraftAsk, ...]:
    """Return what the statement asks for, one of each sort."""
    found: dict[str, DraftAsk] = {}
    for saying in statement.sayings:
        passages = [(quote.start, quote.end, "quoted") for quote in saying.quotes]
        if saying.clause is not None:
            passages.append((*saying.clause, "paraphrased"))
        for start, end, basis in passages:
            text = plain[start:end]
            asking = (
                saying.verb in views.DEMANDS
                or saying.kind == OPEN_LETTER
                or _ASKING.search(plain[max(0, start - 40) : end])
            )
            if not asking:
                continue
            for slug, pattern in _ASKS:
                match = pattern.search(text)
                if match and slug not in found:
                    found[slug] = DraftAsk(slug, basis, start + match.start(), start + match.end())
    return tuple(found.values())


def positions(
    article: Article, statement: Statement, names: Names, roles: dict[str, Role], target: str
) -> tuple[DraftPosition, ...]:
    """Return the sides taken toward people other than the target: praise or blame in the speaker's own words."""
    plain = article.plain
    found: dict[str, DraftPosition] = {}
    for saying in statement.sayings:
        for quote in saying.quotes:
            for mention in names.within(quote.start, quote.end):
                if mention.name.kind != PERSON or mention.name.name.split()[-1] in target:
                    continue
                match = _PRAISE.match(plain, mention.end + 1, min(mention.end + 60, quote.end))
                if match is None:
                    continue
                stance = "critical" if match["word"].lower() in _BLAME else "supportive"
                label = _full(plain, names, mention.name.key)
                found.setdefault(label, DraftPosition(label, stance, mention.start, match.end()))
    return tuple(found.values())


def _full(plain: str, names: Names, key: str) -> str:
    """Return the fullest form of a person's name in the article, office before it included."""
    best = ""
    for mention in names.mentions:
        if mention.name.key == key:
            before = re.search(
                r"(?:President|Governor|Senator|Minister|Mayor|Secretary|Chancellor|Judge) $",
                plain[max(0, mention.start - 12) : mention.start],
            )
            text = (before.group() if before else "") + plain[mention.start : mention.end]
            best = max(best, text.removesuffix("'s"), key=len)
    return best


def signatures(plain: str, statement: Statement) -> tuple[int | None, str | None, Span | None]:
    """Return how many signed, and how that was put."""
    for saying in statement.sayings:
        if saying.count is not None:
            words = plain[saying.count[0] : saying.count[1]]
            comparator = next((key for key, pattern in _COMPARATORS if pattern.search(words)), "exactly")
            return number(words), comparator, saying.count
    return None, None, None


def only_operations(words: str, view: View | None, quoted: Sequence[DraftQuote]) -> bool:
    """Say whether the words are about running the business and nothing else."""
    return view is not None and view.stance == "no_position" and bool(_OPERATIONS.search(words))


def confidence(statement: Statement, view: View | None, quoted: Sequence[DraftQuote]) -> float:
    """Return how sure the finder is of the row, between 0 and 1."""
    value = 0.45
    value += 0.2 if all(party.organisation.slug for party in statement.parties) else 0.0
    value += 0.15 if any(quote.kind == "verbatim" for quote in quoted) else 0.05 if quoted else 0.0
    value += 0.1 if any(party.title or party.standing == SPOKESPERSON for party in statement.parties) else 0.0
    if statement.kind in {DECLINED, NO_RESPONSE, OPEN_LETTER}:
        value += 0.15
    if view is not None:
        value += 0.1 * (view.sure - 0.5)
    return round(min(value, 0.95), 2)


def summary(statement: Statement, made: Sequence[DraftVoice], draft_words: dict[str, str]) -> str:
    """Say in our own words what was found; a starting point for the editor's summary."""
    who = [f"{one.speaker} ({one.role})" if one.speaker and one.role else one.speaker or "" for one in made]
    organisations = [one.organization or "" for one in made]
    named = organisations[0] if len(organisations) == 1 else f"{', '.join(organisations[:-1])} and {organisations[-1]}"
    if statement.kind == DECLINED:
        return f"{named} declined to comment."
    if statement.kind == NO_RESPONSE:
        return f"{named} did not respond."
    if any(one.capacity == Capacity.STAFF for one in made):
        subject = f"Employees of {named}"
    elif who[0]:
        subject = f"{who[0]} of {named}"
    else:
        subject = named
    return f"{subject}: {draft_words['medium']}, {draft_words['stance']}."


def key_of(draft: Draft) -> str:
    """Return the key under which a draft is kept once."""
    return draft.key()
