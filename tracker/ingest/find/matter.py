"""What an article is about: a matter of public life, or a company's own business.

Quarterly figures, mergers and new products make executives talk as much as a ruling
does. Words about them are no response to anything and are left alone, unless they name
the matter that is looked for.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find.article import Article
from tracker.ingest.find.stance import stems

_BUSINESS = re.compile(
    r"\b(?:revenues?|earnings|profits?|quarter(?:ly|s)?|shares?|stocks?|analysts?|investors?|shareholders?|"
    r"dividends?|forecasts?|"
    r"guidance|subscribers?|per share|market value|valuation|acqui(?:re|res|red|ring|sition)|merger|takeover|"
    r"spin-?off|buyout|deal|bid|"
    r"sales|growth|wall street|fiscal|margin|ebitda|ipo|launch(?:es|ed)?|discounts?|shoppers|"
    r"antitrust approval|regulatory approval)\b",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\b(?:protest\w*|boycott\w*|lawmakers?|congress|senat\w+|government|president|minister|governor|ruling|"
    r"court|law|bill|tax|order|policy|"
    r"racis\w+|racial|sexual|harass\w+|discriminat\w+|climate|immigra\w+|shooting|killed|death|police|union|"
    r"strike|walkout|petition|memo|"
    r"campaign|equality|rights|war|coronavirus|pandemic|virus|hurricane|storm|election|vote\w*|activists?|"
    r"advertisers?|controvers\w+|backlash|"
    r"outrage|condemn\w*|statement)\b",
    re.IGNORECASE,
)
_OWN_BUSINESS = re.compile(
    r"\b(?:to (?:buy|acquire|sell|merge|split|spin|go public)|acqui(?:res?|red|ring|sition)|buyout|takeover|"
    r"merger|spin-?offs?|"
    r"earnings|revenues?|profits?|quarter(?:ly)?|results|sales|subscribers?|users|ipo|bid for|deal|stake|"
    r"shares?|stock|offer|"
    r"launch\w*|unveil\w*|forecast|outlook)\b",
    re.IGNORECASE,
)
_RESULTS = re.compile(
    r"\b(?:revenues?|earnings|profits?|quarter(?:ly)?|shares?|stock|shareholders?|stockholders?|dividends?|"
    r"guidance|subscribers?|acquisition|merger|"
    r"spin-?off|separation|deal|takeover|bid|growth|sales|users|audience|content|combin\w+)\b",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Matter:
    """What is looked for, as beginnings of words, and whether the article is business news."""

    words: frozenset[str]
    business: bool
    named: bool

    def concerns(self, plain: str, spans: Sequence[tuple[int, int]]) -> bool:
        """Say whether words may be a response to the matter, rather than business of their own."""
        if not self.business:
            return True
        said = " ".join(plain[start:end] for start, end in spans)
        if not self.named:
            return False
        return bool(self.words & stems(said)) and not _RESULTS.search(said)


def matter(article: Article, *, target: str, title: str = "", terms: Sequence[str] = ()) -> Matter:
    """Say what the article is about, given what is looked for. The headline weighs most."""
    plain = article.plain
    looked_for = stems(f"{target} {title} {' '.join(terms)}")
    words = max(len(plain.split()), 150)
    business, public = len(_BUSINESS.findall(plain)) / words, len(_PUBLIC.findall(plain)) / words
    spoken_of = sum(word.lower()[:6] in looked_for for word in re.findall(r"[A-Za-z][\w'-]{2,}", plain)) / words
    headed = bool(_OWN_BUSINESS.search(article.headline[:300]))
    untold = not looked_for and headed and public < 0.025  # nothing is looked for, and the headline is a company's own
    routine = (
        untold
        or business > 0.008
        and spoken_of < 0.02
        and (business > 1.2 * public or headed and business > 0.7 * public)
    )
    return Matter(looked_for, routine, bool(looked_for & stems(plain)))
