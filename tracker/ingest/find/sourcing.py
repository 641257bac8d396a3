"""Who says so: the outlet credited, the words of attribution, and what a report rests on."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find.article import Article, Sentence
from tracker.ingest.find.names import COMPANY, OUTLET, Names
from tracker.ingest.find.speech import SPOKESPERSON, Saying
from tracker.models.choices import Basis, Medium

_CREDITED = re.compile(
    r"\b(?:(?P<first>first )?(?:reported|published|revealed|disclosed) (?:earlier |first )?(?:\w+day )?by|"
    r"(?:obtained|seen|reviewed|viewed|published|shared) (?:by|with)|told|tells|telling|"
    r"(?:statement|email|comment|emailed statement|response|interview|message|remarks) (?:sent |given |"
    r"provided )?(?:to|with)|"
    r"according to|as reported by|sent to|speaking to|spoke to|spoke with|shared with|provided to|given to) (?:the )?$",
    re.IGNORECASE,
)
_REPORTED_IT = re.compile(
    r"^(?:'s [A-Z]\w+ [A-Z]\w+ )? (?:(?P<first>first )|earlier |previously |also )*(?:reported|reports)\b",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(
    r"\b(?:The|This|That|Its|His|Her|Their) (?:\w+ ){0,2}?(?:message|memo|letter|email|note|remarks|comments|"
    r"statement|post|news|"
    r"recording|audio|meeting|exchange|missive|development|move|decision)s? (?:\w+ ){0,3}?(?:was|were|"
    r"had been|has been|is)\b"
)
_REMARKS = re.compile(
    r"\b(?:The|This|That|His|Her|Their|Its) (?:\w+ ){0,2}?(?:message|memo|letter|email|note|remarks|comments|"
    r"statement|post|recording|disavowal)s? "
    r"(?:come|comes|came|follow|follows|followed)\b"
)
_ATTRIBUTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\baccording to (?P<words>[^,.;“\"]{3,120})",
        r"\b(?P<words>(?:in|from|to) an? (?:[\w'-]+ ){0,6}?(?:statement|memo|email|e-mail|letter|message|note|"
        r"interview|tweet|post|release|recording)\b"
        r"[^,.;:“\"]{0,80}?(?:obtained|seen|reviewed|viewed|shared|reported|provided|published)[^,.;:“\"]{0,60})",
        r"\b(?P<words>(?:first )?reported by [^,.;“\"]{3,80})",
        r"\b(?P<words>(?:in|during|through|via|on) (?:an?|the|his|her|its|"
        r"their) (?:[\w'-]+ ){0,5}?(?:statement|memo|e-?mail|letter|"
        r"message|note|interview|tweet|post|release|filing|call|account|website|conference|briefing|remarks|video)\b"
        r"(?: (?:to|with|on|for|posted|released|sent) [^,.;:“\"]{3,60})?)",
        r"\b(?P<words>told (?:the |a |an )?(?:reporters|news conference|(?-i:[A-Z])[^,.;:“\"]{2,40}))",
    )
)
_ANONYMOUS = re.compile(
    r"\b(?:sources?|people|person|officials?|employees?|insiders?) (?:who|familiar|close|"
    r"with (?:direct )?knowledge|briefed)|"
    r"\banonym|\bnot to be (?:named|identified)|\bon condition of",
    re.IGNORECASE,
)
_OBTAINED = re.compile(r"\bobtained\b|\bgot (?:a copy|hold)\b|\bprovided to\b|\bshared with\b", re.IGNORECASE)
_SEEN = re.compile(r"\b(?:seen|reviewed|viewed|read) by\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Source:
    """The chain from the words to the reader."""

    reported_by: str | None
    claims_first: bool
    attribution: str | None
    basis: str
    reason: str
    spans: tuple[tuple[int, int], ...]


@dataclasses.dataclass(frozen=True)
class Credit:
    """A sentence that names the outlet a saying comes from."""

    outlet: str
    first: bool
    span: tuple[int, int]
    place: int
    sentence: Sentence
    refers_back: bool


def credits(article: Article, sentences: Sequence[Sentence], names: Names) -> list[Credit]:
    """Find the outlets that the article credits, with the place of each."""
    found: list[Credit] = []
    plain = article.plain
    for sentence in sentences:
        for mention in names.within(sentence.start, sentence.end):
            if not (mention.name.kind == OUTLET or mention.name.kind == COMPANY and mention.name.also_outlet):
                continue
            before = plain[max(sentence.start, mention.start - 70) : mention.start]
            match = _CREDITED.search(before)
            after = _REPORTED_IT.match(plain[mention.end : mention.end + 60])
            if match:
                first = bool(match["first"])
                start = mention.start - len(before) + match.start()
                span = (start, mention.end)
            elif after:
                first = bool(after["first"])
                span = (mention.start, mention.end + after.end())
            else:
                continue
            name = mention.name.name if mention.name.kind == OUTLET else mention.name.as_written
            back = _ABOUT_IT.match(plain, sentence.start, sentence.end) is not None
            found.append(Credit(name, first, span, mention.start, sentence, back))
    return found


def looking_back(
    article: Article, sentences: Sequence[Sentence], sayings: Sequence[Saying], every: Sequence[Saying]
) -> list[tuple[int, int]]:
    """Return the sentences that speak of a statement just told: “The remarks come amid …”."""
    found = []
    own = {saying.number for saying in sayings}
    for sentence in sentences:
        plain, start, end = article.plain, sentence.start, sentence.end
        if _REMARKS.match(plain, start, end) or _ABOUT_IT.match(plain, start, end):
            earlier = [saying for saying in every if saying.sentence.end <= sentence.start]
            if earlier and earlier[-1].number in own:
                found.append((sentence.start, sentence.end))
    return found


def source(
    article: Article, sayings: Sequence[Saying], every: Sequence[Saying], known: Sequence[Credit], *, medium: str
) -> Source:
    """Return the source of a statement: from its own sentences, or from one that looks back at it."""
    plain = article.plain
    own = {saying.number for saying in sayings}
    mine = [
        credit
        for credit in known
        if any(saying.sentence == credit.sentence and _nearest(saying, credit, every) for saying in sayings)
    ]
    looking_back = [
        credit for credit in known if credit.refers_back and credit not in mine and _last_before(credit, every) in own
    ]
    credit = (
        next(iter([*looking_back, *mine]), None)
        if any(one.first for one in looking_back)
        else next(iter([*mine, *looking_back]), None)
    )
    attribution, span = _attribution(plain, sayings)
    text = " ".join(plain[saying.sentence.start : saying.sentence.end] for saying in sayings)
    spokes = next((party for saying in sayings for party in saying.parties if party.standing == SPOKESPERSON), None)
    if _ANONYMOUS.search(text) and attribution and _ANONYMOUS.search(attribution):
        basis, why = Basis.ANONYMOUS_SOURCE, "The report names nobody as its source."
    elif medium in {Medium.SOCIAL_POST, Medium.WEBSITE, Medium.PRESS_RELEASE}:
        basis, why = Basis.PUBLIC_POST, "The report rests on what the speaker put out."
    elif credit is not None and (_OBTAINED.search(plain[credit.span[0] : credit.span[1]])):
        basis, why = Basis.DOCUMENT_OBTAINED, "The report says that the document was obtained."
    elif credit is not None and _SEEN.search(plain[credit.span[0] : credit.span[1]]):
        basis, why = Basis.DOCUMENT_SEEN, "The report says that the document was seen."
    elif credit is not None and re.search(
        "report|publish|reveal|disclos|according", plain[credit.span[0] : credit.span[1]], re.I
    ):
        basis, why = Basis.OTHER_MEDIA, f"The report credits {credit.outlet}."
    elif spokes is not None and spokes.person is not None:
        basis, why = Basis.NAMED_SPOKESPERSON, "A named spokesperson said it."
    else:
        basis, why = Basis.OUTLETS_ASSERTION, "The report says so without giving a source."
    spans = tuple(each for each in (span, credit.span if credit else None) if each is not None)
    reported = (
        f"“{' '.join(plain[credit.span[0] : credit.span[1]].split())}”." if credit else "No other outlet is credited."
    )
    return Source(
        credit.outlet if credit else None,
        bool(credit and credit.first),
        attribution,
        str(basis),
        f"{why} {reported}",
        spans,
    )


def _nearest(saying: Saying, credit: Credit, every: Sequence[Saying]) -> bool:
    """Say whether the saying is the one in its sentence that the credit stands closest to."""
    rivals = [other for other in every if other.sentence == credit.sentence]
    closest = min(rivals, key=lambda other: abs(other.own[0] - credit.place), default=saying)
    return closest is saying or closest.parties == saying.parties or len(rivals) == 1


def _last_before(credit: Credit, every: Sequence[Saying]) -> int | None:
    earlier = [saying for saying in every if saying.sentence.end <= credit.sentence.start]
    return earlier[-1].number if earlier else None


def _attribution(plain: str, sayings: Sequence[Saying]) -> tuple[str | None, tuple[int, int] | None]:
    for pattern in _ATTRIBUTIONS:
        for saying in sayings:
            for match in pattern.finditer(plain, saying.sentence.start, saying.sentence.end):
                if any(quote.start <= match.start() < quote.end for quote in saying.quotes):
                    continue
                start, end = match.span("words")
                while end > start and plain[end - 1].isspace():
                    end -= 1
                return plain[start:end], (start, end)
    return None, None
