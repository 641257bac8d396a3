"""Where names may stand: the model's guesses, and what the shape of words and the words beside them show."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find.article import Article
from tracker.ingest.find.parse import Parsed
from tracker.ingest.find.words import COMPANY_NOUN, CORPORATE, NOT_NAMES, OFFICE, SPOKES, STAFF

POSSESSIVE = re.compile(r"'s?$")
_CAP = r"(?:[A-Z][A-Za-z0-9&’'.-]*[A-Za-z0-9](?:(?<=s)'(?= (?:and )?[A-Z]))?|[A-Z]\.(?:[A-Z]\.)*|[A-Z]|&)"
_RUN = rf"{_CAP}(?: (?:of |for |and |& |de |von |van )?{_CAP}){{0,5}}"
_BY_SUFFIX = re.compile(
    rf"\b(?:{_CAP} (?:& |and |of )?){{1,5}}?(?:{CORPORATE})\b(?:(?: (?:of|for)(?: the)? |"
    rf" )(?:{_CAP})){{0,3}}(?:,? (?:Inc|Corp|Ltd|Co)\b\.?)?"
)
_BEFORE_OFFICE = re.compile(rf"(?P<name>{_RUN})(?:'s?)? (?:[a-z-]+ ){{0,2}}(?:{OFFICE}|(?:{SPOKES})|(?:{STAFF}))\b")
_AFTER_OFFICE = re.compile(
    rf"\b(?:{SPOKES}|{STAFF}|CEO|chief executive|president|chair\w*|founder|partner|head|director|counsel|officer)"
    rf"(?: officer)? (?:of|for|at|with|from) (?:the )?(?P<name>{_RUN})"
)
_LIKE_A_COMPANY = re.compile(
    rf"(?P<name>{_RUN}), (?:which|whose|an? (?:[\w-]+ ){{0,5}}?{COMPANY_NOUN}\b|"
    rf"the (?:[\w-]+ ){{0,5}}?{COMPANY_NOUN}\b)"
)
_IN_A_LIST = re.compile(
    r"\b(?:companies|firms|brands|retailers|banks|airlines|automakers|carmakers|employers|manufacturers|"
    r"sponsors|advertisers|"
    r"corporations|businesses|giants|makers|chains|groups|signatories|insurers|studios|outlets|startups|platforms)"
    rf",? (?:(?:including|such as|like|among them|are|were)[ :]+|[–—-] ?)(?P<list>{_CAP}[^.;:()]*)"
)
_TITLED = re.compile(rf"(?:{OFFICE}|{SPOKES}|{STAFF}|Chief|Executive|Officer|General|Counsel)$", re.IGNORECASE)
_AFTER_ITS_KIND = re.compile(
    rf"\b(?:[a-z-]+ )(?<!the )(?:{COMPANY_NOUN}|manufacturer|carmaker|firm|company) (?P<name>(?!{OFFICE}\b){_RUN})"
)
_ACTS_LIKE_A_COMPANY = re.compile(
    rf"(?P<name>{_RUN}) (?:has |have |also |later |has also |could not |couldn't )*(?:declined to comment|"
    r"did(?:n't| not) (?:immediately |directly )?"
    r"(?:respond|return|reply|comment)|said (?:it|its|in an? (?:\w+ )?statement that it|the company)\b|"
    r"(?:pulled|suspended|withdrew) its\b)"
)
# The shape of a person's name beside what only people are.
_FULL = r"[A-Z][a-z]+(?: [A-Z]\.)?(?: [A-Z][a-z]+(?:-[A-Z][a-z]+)*){1,2}|[A-Z][a-z]+ (?:O'|Mc|Mac|de |van )[A-Z][a-z]+"
_PEOPLE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<name>{_FULL}), (?:\d\d, )?(?:who (?:is|was) )?(?:(?:the|a|an|its|his|her|"
        rf"their) )?(?:[\w'-]+ ){{0,5}}?(?:{OFFICE}|{SPOKES})\b",
        rf"\b(?:{OFFICE}|{SPOKES})(?: (?:of|for) [a-z][\w ]{{2,30}})?, (?P<name>{_FULL})(?=[,.])",
        rf"[,”\"] (?:said|says|wrote|added|answered|replied|recalled) (?P<name>{_FULL})(?=[,.]| of | in | on | who )",
        rf"(?P<name>{_FULL}),? (?:told|wrote|tweeted|answered|added|recalled|resigned)\b",
    )
)
_NOT_A_PERSON = re.compile(rf"\b(?:{CORPORATE})$")
_WITH_TITLE = re.compile(
    r"(?:(?P<org>.+?)(?:'s?)? )?(?:(?:Executive|Senior|Vice|Chief|Managing|Deputy|General|Group|Global|"
    r"Associate|Assistant) )*"
    r"(?:CEO|CFO|COO|CTO|President|Chair(?:man|woman|person)?|Officer|Director|Partner|Counsel|Secretary|"
    r"Minister|Editor-in-Chief|"
    r"Editor|Spokes(?:man|woman|person)|Founder|Co-Founder|Commissioner|Treasurer|Executive|Owner|Manager|"
    r"Leader|Principal)"
    r"(?: and (?:CEO|President|Chairman|Founder|Co-Founder|"
    r"COO))?(?: (?P<person>[A-Z][\w.'-]+(?: [A-Z][\w.'-]*){0,3}))?$"
)
_NUMERALS = frozenset({"One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"})
_SPEAKS_OF_HIMSELF = re.compile(
    r"(?P<name>[A-Z][a-z]+ [A-Z][a-z'-]+),? (?:said|says|told [A-Z]\w+|wrote|added|tweeted) (?:that )?(?:his|"
    r"her|he|she)\b"
)
_LABELS = frozenset({"ORG", "PERSON", "GPE", "NORP", "FAC", "PRODUCT", "WORK_OF_ART", "LOC", "EVENT", "LAW"})


@dataclasses.dataclass(frozen=True)
class Guess:
    """A place that may be a name: what the model says it is, or what the words beside it say (``ORG?``)."""

    start: int
    end: int
    kind: str  # ORG, PERSON or GPE
    sure: bool


def guesses(article: Article, parsed: Sequence[Parsed]) -> list[Guess]:
    """Collect the places that may be names, the model's and those of the words beside them."""
    plain = article.plain
    found: list[Guess] = []
    for part in parsed:
        for entity in part.doc.ents:
            if entity.label_ not in _LABELS:
                continue
            start, end = part.span(entity[0], entity[-1])
            if ", " in plain[start:end] and not re.search(r", (?:Inc|LLC|Ltd|Corp|Co)\b", plain[start:end]):
                continue  # “Slack, Jones”: two names, and the shape of each is read elsewhere
            if end - start > 90 or "\n" in plain[start:end]:
                continue
            found += _parted(plain, Guess(start, end, entity.label_, sure=False))
    for paragraph in article.paragraphs:
        if paragraph.kind not in {"body", "list"}:
            continue
        text = plain[paragraph.start : paragraph.end]
        base = paragraph.start
        for pattern in (_BY_SUFFIX,):
            for match in pattern.finditer(text):
                found += _parted(plain, Guess(base + match.start(), base + match.end(), "ORG", sure=True))
        for pattern in (_BEFORE_OFFICE, _AFTER_OFFICE, _LIKE_A_COMPANY, _AFTER_ITS_KIND, _ACTS_LIKE_A_COMPANY):
            for match in pattern.finditer(text):
                place = Guess(base + match.start("name"), base + match.end("name"), "ORG?", sure=True)
                found += _parted(plain, place)
        for pattern in _PEOPLE:
            for match in pattern.finditer(text):
                if not _NOT_A_PERSON.search(match["name"]) and match["name"].split()[0] not in NOT_NAMES:
                    sure = pattern is not _PEOPLE[-1]
                    place = Guess(base + match.start("name"), base + match.end("name"), "PERSON", sure=sure)
                    found += [place, place] if sure else [place]
        for match in _SPEAKS_OF_HIMSELF.finditer(text):
            found.append(Guess(base + match.start("name"), base + match.end("name"), "PERSON", sure=True))
        for match in _IN_A_LIST.finditer(text):
            for each in re.finditer(rf"{_CAP}(?: (?:of |& )?{_CAP}){{0,4}}", match["list"]):
                at = base + match.start("list") + each.start()
                found.append(Guess(at, at + len(each.group()), "ORG?", sure=False))
        if paragraph.kind == "list":
            found.append(Guess(base + len(re.match(r"[-•*·–\s]*", text).group()), paragraph.end, "ORG", sure=False))  # type: ignore[union-attr]
    return [trimmed for guess in found if (trimmed := _trim(plain, guess)) is not None]


def _parted(plain: str, guess: Guess) -> list[Guess]:
    """Take “Calder Ferries CEO Ada Quill” apart: an organisation and a person."""
    parts = _WITH_TITLE.match(plain, guess.start, guess.end)
    if parts is None:
        return [guess]
    found = []
    if parts["org"]:
        found.append(Guess(parts.start("org"), parts.end("org"), "ORG?", sure=True))
    if parts["person"]:
        found.append(Guess(parts.start("person"), parts.end("person"), "PERSON", sure=True))
    return found


def _trim(plain: str, guess: Guess) -> Guess | None:
    """Cut articles, possessives, titles and sentence openers off a guessed name."""
    start, end = guess.start, guess.end
    while start < end and not plain[start].isalnum():
        start += 1
    while True:
        text = plain[start:end]
        first = text.split(" ", 1)[0] if " " in text else ""
        number = first in _NUMERALS and not re.search(r"(?:[.!?:;\n]|^)[\s“\"]*$", plain[max(0, start - 3) : start])
        if (
            first
            and not number
            and (
                first in NOT_NAMES
                or first in {"the", "a", "an", "its", "Sen.", "Rep.", "Gov.", "Mr.", "Ms.", "Mrs.", "Dr."}
            )
        ):
            start += len(first) + 1
            continue
        break
    text = plain[start:end]
    text = POSSESSIVE.sub("", text.rstrip(' ,;:—–-"”'))
    while guess.kind != "PERSON":
        shorter = text if text.endswith(("Union", "Guild")) else _TITLED.sub("", text).rstrip(" ,")
        if shorter == text or not shorter:
            break
        text = shorter
    text = re.sub(r"(?:'s?)? (?:and|of|for|the)$", "", text)
    if len(text) < 2 or not re.search(r"[A-Z]", text) or text in NOT_NAMES or "\n" in text:
        return None
    return dataclasses.replace(guess, start=start, end=start + len(text))
