"""Statements printed as they are: blocks under a company's name, after a colon, and posts set into the page.

Such words carry no quotation marks; what shows that they are somebody's is the line
above them, the “we” in them, or the signature below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.ingest.find.article import Article, Sentence
from tracker.ingest.find.names import COMPANY, PERSON, Mention, Names
from tracker.ingest.find.people import Role
from tracker.ingest.find.quotes import Quotation, block
from tracker.ingest.find.speech import ITSELF, OFFICER, STATEMENT, Party, Saying
from tracker.ingest.find.words import DOCUMENT, UNION

_WE = re.compile(r"\b(?:we|our|us|ours|I|my)\b", re.IGNORECASE)
_REPORTED = re.compile(r"\b(?:said|told|wrote|according to|added|tweeted|declined|respond)\b", re.IGNORECASE)
_ANNOUNCED = re.compile(
    rf"\b(?:{DOCUMENT}s?|responses?|replies|replied|responded|reactions?|reads?|said|wrote|statements?|"
    rf"what (?:they|companies) (?:said|say))\b[^.]{{0,60}}[:.]?$",
    re.IGNORECASE,
)
_COLON = re.compile(
    rf"\b(?:said|wrote|says|reads?|stated|replied|responded|tweeted|posted|{DOCUMENT})\b[^.“\"]{{0,80}}:$",
    re.IGNORECASE,
)
_NOTHING_ELSE = re.compile(
    r"[\s.,:–—-]*(?:(?:Inc|Corp|Co|Ltd|plc|Company|Corporation|Group|Holdings|Insurance|Mutual|"
    r"\([A-Z. ]+\))[\s.,:–—-]*)*"
)
_POST = re.compile(
    r"(?:(?:Skip|Embedded|View) [\w ]{3,30} (?:post|"
    r"tweet) by @?\w+ )?(?P<words>\S.{15,600}?)\s*(?:pic\.twitter\.com/\w+ ?)?"
    r"[—–-] ?(?P<name>[A-Z][^()@\n]{2,40}?) \(@\w+\)(?:,? (?P<day>[A-Z][a-z]+ \d{1,2}, \d{4}))?",
    re.DOTALL,
)


def blocks(article: Article, sentences: Sequence[Sentence], names: Names, roles: dict[str, Role]) -> list[Saying]:
    """Return the statements that are set off as paragraphs of their own, in order."""
    return [*_under_names(article, sentences, names), *_posts(article, sentences, names, roles)]


def _under_names(article: Article, sentences: Sequence[Sentence], names: Names) -> list[Saying]:
    """Read “Calder Ferries” alone on its line, and below it what Calder Ferries says."""
    plain, paragraphs = article.plain, article.paragraphs
    found: list[Saying] = []
    announced = any(
        _ANNOUNCED.search(plain[part.start : part.end]) for part in paragraphs if part.kind in {"body", "heading"}
    )
    for number, part in enumerate(paragraphs[:-1]):
        owner = _only_name(plain, names, part.start, part.end)
        if owner is None or part.kind == "headline":
            continue
        quotes: list[Quotation] = []
        for after in range(number + 1, min(number + 7, len(paragraphs))):
            below = paragraphs[after]
            if below.kind != "body" or _only_name(plain, names, below.start, below.end) is not None:
                break
            words = plain[below.start : below.end]
            first = " ".join(words.split()[:8])
            own = _WE.search(words) and not _REPORTED.search(words)
            if not own and not (quotes or owner.name.as_written.split()[0] in first and not _REPORTED.search(words)):
                break
            if re.search(r"[“\"]", words[:1]) or not own and _REPORTED.search(words):
                break
            quotes.append(block(article.text, below, after))
        if not quotes or not (announced and any(_WE.search(plain[quote.start : quote.end]) for quote in quotes)):
            continue
        sentence = next((one for one in sentences if one.start >= quotes[0].start), None)
        if sentence is None:
            continue
        party = Party(owner.name, ITSELF, (owner.start, owner.end))
        found.append(
            Saying(
                STATEMENT,
                (party,),
                "say",
                (owner.start, owner.end),
                sentences.index(sentence),
                sentence,
                quotes=quotes,
                document="statement",
            )
        )
    return found


def _only_name(plain: str, names: Names, start: int, end: int) -> Mention | None:
    if end - start > 80:
        return None
    inside = [mention for mention in names.within(start, end) if mention.name.kind == COMPANY]
    if len(inside) != 1:
        return None
    rest = plain[start : inside[0].start] + plain[inside[0].end : end]
    return inside[0] if _NOTHING_ELSE.fullmatch(rest) else None


def _posts(article: Article, sentences: Sequence[Sentence], names: Names, roles: dict[str, Role]) -> list[Saying]:
    """Read a post set into the page: its words, then “— Name (@name) March 3, 2026”."""
    plain = article.plain
    found: list[Saying] = []
    for number, part in enumerate(article.paragraphs):
        if part.kind not in {"body", "list"} or "(@" not in plain[part.start : part.end]:
            continue
        match = _POST.search(plain, part.start, part.end)
        if match is None:
            continue
        signed = next(iter(names.within(match.start("name"), match.end("name"))), None)
        if signed is None:
            continue
        span = (signed.start, signed.end)
        if signed.name.kind == COMPANY:
            party = Party(signed.name, ITSELF, span)
        elif signed.name.kind == PERSON:
            role = roles.get(signed.name.key)
            if role is None or role.foreign or role.organisation is None or UNION.search(role.organisation.name):
                continue
            party = Party(role.organisation, OFFICER, span, signed.name, role.title)
        else:
            continue
        index = next((k for k, one in enumerate(sentences) if one.end > match.start("words")), None)
        if index is None:
            continue
        start, end = match.span("words")
        quote = Quotation(start, end, (start, end), number, block=True, words=len(plain[start:end].split()))
        whole = Sentence(match.start(), match.end(), number)
        found.append(Saying(STATEMENT, (party,), "tweet", span, index, whole, quotes=[quote], document="tweet"))
    return found


def after_colons(article: Article, sayings: Sequence[Saying]) -> None:
    """Give to “… said in a statement:” the paragraphs below it that say “we” and carry no marks."""
    plain, paragraphs = article.plain, article.paragraphs
    for saying in sayings:
        part = paragraphs[saying.paragraph]
        if saying.kind != STATEMENT or saying.quotes or saying.sentence.end < part.end:
            continue
        if not _COLON.search(plain[saying.sentence.start : part.end]):
            continue
        for number in range(saying.paragraph + 1, min(saying.paragraph + 6, len(paragraphs))):
            below = paragraphs[number]
            words = plain[below.start : below.end]
            if below.kind not in {"body", "list"} or re.search(r"[“\"]", words) or _REPORTED.search(words):
                break
            if not _WE.search(words):
                break
            saying.quotes.append(block(article.text, below, number))
