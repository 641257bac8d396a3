"""What of a text is article: paragraphs, headline matter, furniture, dateline, language.

Nothing is cut: every offset counts in the text as it was given. ``plain`` is the same
text, letter for letter, with apostrophes straightened and what is no text blanked.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from tracker.ingest.find.words import MONTHS, words_of

MAX_LETTERS = 100_000
MAX_SENTENCE = 1_200

_BLANKED = dict.fromkeys((*range(0, 9), 11, 12, *range(14, 32), *range(127, 160), 160, 173, 65279), " ")
_BLANKED |= dict.fromkeys(range(0xD800, 0xE000), " ")  # halves of a pair, which no text may hold
_BLANKED |= dict.fromkeys((*range(8192, 8208), *range(8234, 8240), 8288, 13), " ")
_BLANKED |= {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("`"): "'", ord("´"): "'"}

_MONTH = "|".join(MONTHS) + "|" + "|".join(f"{name[:3]}\\.?" for name in MONTHS) + "|Sept\\.?"
_DAY = re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b", re.I)
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.'/-]+(?:[ ,]{1,2}[A-Z][A-Z.'/-]+){0,4}(?:, ?[A-Z][a-z]{2,10}\.?)?)[,;]?\s*"
    r"(?P<when>(?:[A-Z]{3,9}|[A-Z][a-z]{2,8})\.?\s+\d{1,2}(?:,?\s+\d{4})?)?"
    r"\s*(?:\((?P<wire>[^)]{1,40})\)\s*)?(?:—|–|--|-)\s+"
)
_WIRE_ONLY = re.compile(r"\((?:Reuters|AP|AFP|UPI|Bloomberg|CNN(?: Business)?|CNNMoney)\)\s*(?:—|–|--|-)?\s*")
_BYLINE = re.compile(r"By(?:\s*:)?\s+[A-Z][^\n]{1,120}")
_TAIL = re.compile(
    r"^\s*(?:Leave a (?:Comment|Reply)\b|Your email address will not be published|Related (?:Articles|Stories|"
    r"Topics)\b|"
    r"More from \w+$|Sign up for our\b|Most (?:Read|Popular)\b|Recommended (?:for you|stories)\b|"
    r"Our Standards: |Copyright ©|© \d{4})",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^\s*(?:advertisement|advertising|story continues below.*|listen to this (?:story|article).*|download|"
    r"share(?: this)?:?.*|"
    r"facebook|twitter|flipboard|whatsapp|email|e-mail|copy(?: link)?|print|linkedin|reddit|pinterest|"
    r"messenger|link|save|"
    r"now playing:.*|watch(?: this| now)?:.*|read (?:more|also|next)\b.*|see also:?.*|related:.*|more:.*|"
    r"slideshow.*|view slideshow.*|"
    r"\(?(?:additional )?(?:reporting|editing|writing|compiled) by .*|.{0,80}contributed to this report\.?|"
    r"updated?(?: at|,|:| \w+ \d).{0,120}|originally published.*|subscribe.*|sign up.*|click here.*|loading.*|"
    r"skip to.*|image (?:caption|credit|source|copyright).*|photo(?:graph)?(?: by| credit|:).*|"
    r"media caption.*|getty images?.*|"
    r"(?:file )?photo:? .*|_+|\*+|-+|tap to unmute.*|comments?|follow (?:us|him|her|them) .*|@\w+|"
    r".{0,40}is a (?:reporter|"
    r"staff writer|correspondent)\b.*|correction[:,].*|editor's note:.*|get our .*newsletter.*|"
    r"[A-Z][\w .'-]{2,40}/[A-Z]\w+)\s*$",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"(?:REUTERS/|Getty Images|/AP\b|AP Photo|\(Photo|Photo by|File Photo|/AFP)")
_STOP = re.compile(r"[.!?…:;\"”’')\]]$")
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    words_of(
        """the of and to in a is that for it on was with as are at be by this have from or had not but said they his
    which he she you we were their has will its an been who more when would if about there i my our your no do
    can all so one what up out them us me than then because must should"""
    )
)
# “Jane DoeSenate passes … MORE said”: some sites run the headlines of a link box into the sentence.
_INSERTED = re.compile(
    r"(?P<kept>\b[A-Z][\w.'-]+ [A-Z][\w.'-]+)(?P<junk> (?:\(?[A-Z][\w.)'-]* ){1,4}"
    r"[A-Z]?[a-z]+[A-Z][^\n]{20,900}? MORE)(?=[\s,.;:)'’])"
)
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Rev|Hon|Prof|St|Mt|Ft|No|vs|Jr|Sr|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|"
    r"Nov|Dec|Ave|Blvd|Dept|Calif|Mass|Minn|Wash|Penn|Conn|Ariz|Fla|Ill|Mich|Tex|approx|e\.g|i\.e|a\.m|p\.m|"
    r"U\.S|U\.K|U\.N|D\.C|"
    r"L\.A|E\.U|Reps|Sens)|\b[A-Z])\.$"
)
_LEGAL = re.compile(r"\b(?:Inc|Corp|Co|Ltd|Bros|Cos)\.$")
_BEGINS = re.compile(
    r"(?:The|A|An|In|On|At|It|Its|He|She|They|We|But|And|This|That|For|After|As|Its|Both|Other|When)\b"
)
_SPLIT = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s+[\"“‘'(\[]?[A-Z0-9\"“‘])")


@dataclasses.dataclass(frozen=True)
class Paragraph:
    """One paragraph: headline, byline, heading, furniture, list or body."""

    start: int
    end: int
    kind: str


@dataclasses.dataclass(frozen=True)
class Sentence:
    """One sentence of the body."""

    start: int
    end: int
    paragraph: int


@dataclasses.dataclass(frozen=True)
class Article:
    """A text, taken apart. ``day`` is the day in its dateline, when it has one."""

    text: str
    plain: str
    paragraphs: tuple[Paragraph, ...]
    headline: str
    day: dt.date | None
    cut: bool
    english: bool


def read(text: str) -> Article:
    """Take a text apart; only its first ``MAX_LETTERS`` characters are read."""
    cut = len(text) > MAX_LETTERS
    text = text[:MAX_LETTERS]
    plain = _INSERTED.sub(lambda found: found["kept"] + " " * len(found["junk"]), text.translate(_BLANKED))
    paragraphs = _paragraphs(plain)
    headline = " ".join(plain[part.start : part.end] for part in paragraphs if part.kind == "headline")
    return Article(text, plain, tuple(paragraphs), headline, _dated(plain, paragraphs), cut, _english(plain))


def _blocks(plain: str) -> list[tuple[int, int]]:
    """Return lines, or blocks of lines where the text was wrapped by hand."""
    lines = [(line.start(), line.end()) for line in re.finditer(r"[^\n]+", plain) if line.group().strip()]
    blocks = [(part.start(), part.end()) for part in re.finditer(r"(?:[^\n]*\S[^\n]*\n?)+", plain)]
    wrapped = [length for begin, end in lines if (length := end - begin) > 40]
    if len(blocks) > 2 and len(lines) > 2 * len(blocks) and wrapped and max(wrapped) <= 100:
        return blocks
    return lines


def _paragraphs(plain: str) -> list[Paragraph]:
    spans = []
    for begin, end in _blocks(plain):
        while begin < end and plain[begin].isspace():
            begin += 1
        while end > begin and plain[end - 1].isspace():
            end -= 1
        if begin < end:
            spans.append((begin, end))
    found: list[Paragraph] = []
    first = _first_body(plain, spans)
    ended = False
    for number, (begin, end) in enumerate(spans):
        line = plain[begin:end]
        if number > 2 and _TAIL.match(line):
            ended = True
        if ended:
            found.append(Paragraph(begin, end, "furniture"))
        elif number < first:
            found.append(Paragraph(begin, end, "byline" if _BYLINE.fullmatch(line) else "headline"))
        elif _furniture(line):
            found.append(Paragraph(begin, end, "furniture"))
        elif re.match(r"[-•*·–]\s+\S", line) and len(line) < 120:
            found.append(Paragraph(begin, end, "list"))
        elif len(line.split()) <= 14 and not _STOP.search(line):
            found.append(Paragraph(begin, end, "heading"))
        else:
            begin = _after_dateline(plain, begin, end)
            found.append(Paragraph(begin, end, "body"))
    return found


def _furniture(line: str) -> bool:
    if len(line) < 400 and _FURNITURE.match(line):
        return True
    return len(line) < 600 and bool(_CREDIT.search(line)) and not re.search(r"\b(?:said|told|wrote)\b", line)


def _first_body(plain: str, spans: list[tuple[int, int]]) -> int:
    """Return the number of the first paragraph that is neither headline matter nor byline nor dateline alone.

    Everything above a byline is headline matter; without one, the first line is, and
    what follows it as long as it does not end like a sentence.
    """
    first = 0
    for number, (begin, end) in enumerate(spans[:8]):
        line = plain[begin:end]
        lead = _DATELINE.match(line) or _WIRE_ONLY.match(line)
        if lead and len(line) - lead.end() > 60:
            return number
        if lead or _BYLINE.fullmatch(line) or (number and number == first and _FURNITURE.match(line)):
            first = number + 1
        elif _running(line):
            return first if number > first else number
        elif number == 0:
            if len(spans) == 1:
                return 0
            first = 1
        elif number == first and not re.search(r"[.…!?][\"”’')]*$", line) and len(line) <= 220:
            first = number + 1
    return first


def _running(line: str) -> bool:
    """Say whether a line is running text: it ends like a sentence and is long, or tells what somebody said."""
    if not re.search(r"[.…][\"”’')]*$|[\"”]$", line):
        return len(line) > 220
    return len(line.split()) > 24 or len(line.split()) > 6 and bool(re.search(r"\b(?:said|told|wrote|says)\b", line))


def _after_dateline(plain: str, begin: int, end: int) -> int:
    lead = _DATELINE.match(plain, begin, end) or _WIRE_ONLY.match(plain, begin, end)
    return lead.end() if lead and lead.end() < end else begin


def _dated(plain: str, paragraphs: list[Paragraph]) -> dt.date | None:
    """Return the day of the dateline, or of a line before the body."""
    first = next((part for part in paragraphs if part.kind == "body"), None)
    top = plain[: first.start if first else 600][:2500]
    days = [day for found in _DAY.finditer(top) if (day := as_day(found)) is not None]
    return days[-1] if days else None


def as_day(found: re.Match[str]) -> dt.date | None:
    """Read a matched “Month day, year”; None when there is no such day."""
    month = next((n for n, name in enumerate(MONTHS, 1) if name[:3].lower() == found["month"][:3].lower()), 0)
    try:
        return dt.date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def _english(plain: str) -> bool:
    """Say whether enough of the words are the small words of English. Short texts pass."""
    words = [word.lower() for word in _WORD.findall(plain[:20_000])]
    if len(words) < 30:
        return True
    return sum(word in _ENGLISH for word in words) / len(words) >= 0.17


def sentences(article: Article, masked: str) -> list[Sentence]:
    """Cut the body into sentences; ``masked`` is the plain text with the inside of long quotations blanked.

    A sentence longer than ``MAX_SENTENCE`` is cut at a space: hostile texts have no stops.
    """
    found: list[Sentence] = []
    for number, paragraph in enumerate(article.paragraphs):
        if paragraph.kind != "body":
            continue
        begin = paragraph.start
        for stop in _SPLIT.finditer(masked, paragraph.start, paragraph.end):
            so_far = masked[max(begin, stop.start() - 12) : stop.start() + 1]
            if _ABBREVIATIONS.search(so_far):
                continue
            if _LEGAL.search(so_far) and not _BEGINS.match(masked[stop.end() :].lstrip()[:8]):
                continue
            _keep(found, masked, begin, stop.end(), number)
            begin = stop.end()
        _keep(found, masked, begin, paragraph.end, number)
    return found


def _keep(found: list[Sentence], masked: str, begin: int, end: int, number: int) -> None:
    while begin < end and masked[begin].isspace():
        begin += 1
    while end - begin > MAX_SENTENCE:
        space = masked.rfind(" ", begin + MAX_SENTENCE // 2, begin + MAX_SENTENCE)
        at = space if space != -1 else begin + MAX_SENTENCE
        found.append(Sentence(begin, at, number))
        begin = at
    if begin < end:
        found.append(Sentence(begin, end, number))
