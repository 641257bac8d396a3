"""Who is named: organisations and people of one article, under the names it uses for them.

The gazetteer comes first, the shape of names and the words beside them second, the
language model's guesses last. A name we do not know is proposed as new, never dropped
for being unknown; what is no company (a ministry, a court, a campaign) is kept apart so
that its words are not given to the company next to it.
"""

from __future__ import annotations

import bisect
import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tracker.ingest.find import guesses as guessing
from tracker.ingest.find.article import Article
from tracker.ingest.find.gazetteer import Gazetteer, Hit
from tracker.ingest.find.guesses import POSSESSIVE, Guess
from tracker.ingest.find.parse import Parsed
from tracker.ingest.find.words import (
    ADVOCACY,
    COMPANY_NOUN,
    CORPORATE,
    NOT_NAMES,
    OFFICE,
    PLACES,
    PUBLIC_BODY,
    SPOKES,
    STAFF,
    TRADE,
    UNION,
    words_of,
)

COMPANY, OUTLET, PUBLIC, PERSON = "company", "outlet", "public", "person"

_LEGAL = re.compile(
    r",? (?:Inc|Corp|Corporation|Co|Company|Ltd|Limited|LLC|plc|PLC|SA|AG|NV|Incorporated|Holdings)\.?$"
)
_HONORIFIC = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|Sir|Dame|Lord|Sen|Rep|Gov|Prof|Judge|Justice|President|Senator|Mayor|Rev)\.? $"
)
_CONTEXT_AFTER = re.compile(
    rf"(?:'s?)? (?:[a-z-]+ ){{0,2}}(?:{OFFICE}|{SPOKES}|{STAFF})\b|,? (?:Inc|Corp|Co|plc|Ltd)\b|"
    r" (?:also |has |have |had )?(?:said|says|announced|did not|declined|pulled|tweeted|has|have|is a|told|"
    r"confirmed|called|denied|suspended|"
    r"dropped|withdrew|stopped|closed|halted|ended|cut|wrote|issued|released|responded|defended|criticized|condemned|"
    r"joined|pledged|will|would|plans to)\b|'s (?:board|"
    r"shares|stores|brand|products|decision|policy|statement|app|ads?|advertising)\b| shares\b| stores?\b"
)
_CONTEXT_BEFORE = re.compile(
    rf"(?:{OFFICE}|{SPOKES}|{STAFF}|companies(?: like| such as| including)?|brands?|retailers?|maker|giant|"
    r"chain|airline|owner|parent|"
    r"subsidiary|rival|at|statement from) (?:of |for |at |from |with |including |like )?(?:the )?$"
)


@dataclasses.dataclass(frozen=True)
class Name:
    """A party of the article: one organisation or person, whatever it is called in each place."""

    key: str
    kind: str  # company, outlet, public or person
    name: str
    slug: str | None = None
    as_written: str = ""
    also_outlet: bool = False


@dataclasses.dataclass(frozen=True)
class Mention:
    """One place where a party is named."""

    start: int
    end: int
    name: Name


@dataclasses.dataclass
class Names:
    """All mentions of an article, in order."""

    mentions: list[Mention]
    starts: list[int]

    @classmethod
    def of(cls, mentions: Iterable[Mention]) -> Names:
        """Order the mentions."""
        ordered = sorted(mentions, key=lambda mention: mention.start)
        return cls(ordered, [mention.start for mention in ordered])

    def at(self, place: int) -> Mention | None:
        """Return the mention that covers a place."""
        index = bisect.bisect_right(self.starts, place) - 1
        if index >= 0 and self.mentions[index].end > place:
            return self.mentions[index]
        return None

    def within(self, start: int, end: int) -> list[Mention]:
        """Return the mentions that begin between two places."""
        return self.mentions[bisect.bisect_left(self.starts, start) : bisect.bisect_left(self.starts, end)]

    def listed(self, mention: Mention, plain: str) -> list[Mention]:
        """Return the coordination a mention stands in: “A, B Inc. and C”, in order, itself included."""
        index = bisect.bisect_left(self.starts, mention.start)
        first = last = index
        while first > 0 and _joined(plain, self.mentions[first - 1], self.mentions[first]):
            first -= 1
        while last + 1 < len(self.mentions) and _joined(plain, self.mentions[last], self.mentions[last + 1]):
            last += 1
        return self.mentions[first : last + 1]


_JOINED = re.compile(
    r"(?:'s?)?(?:,? (?:Inc|Corp|Co|Ltd|Corporation|Company|plc|PLC|AG|SA|LLC)\b\.?)?"
    r"(?:, | and |, and |,? as well as | & | or |, or |; |; and |,? along with | plus )(?:the |both )?"
    rf"(?:(?:[A-Z]?[\w-]+ ){{0,3}}(?:{COMPANY_NOUN}|maker|giant|manufacturer) )?"
    r"|, (?:[\w-]+ ){1,4}(?:maker|giant|retailer|company|chain|carrier|bank) "
)


def _joined(plain: str, left: Mention, right: Mention) -> bool:
    if left.name.kind == PERSON or right.name.kind == PERSON:
        return False
    between = plain[left.end : right.start]
    return len(between) < 70 and _JOINED.fullmatch(between) is not None


def read(article: Article, parsed: Sequence[Parsed], gazetteer: Gazetteer) -> Names:
    """Find every organisation and person the article names."""
    plain = article.plain
    body = [part for part in article.paragraphs if part.kind in {"body", "list", "headline", "heading"}]
    hits = [hit for hit in gazetteer.hits(plain) if any(part.start <= hit.start < part.end for part in body)]
    guesses = guessing.guesses(article, parsed)
    spans: dict[tuple[int, int], Name] = {}
    known = _known(plain, hits, guesses, gazetteer)
    for hit, name in known:
        spans[(hit.start, hit.end)] = name
    # A word that may be a known company's name is nobody's surname: “Twitter”, though no word beside it bore it out.
    maybe = {(hit.start, hit.end) for hit in hits if hit.companies and " " not in plain[hit.start : hit.end]}
    _unknown(plain, [one for one in guesses if (one.start, one.end) not in maybe or one.kind != "PERSON"], spans)
    _repeats(plain, body, spans)
    return Names.of(Mention(start, end, name) for (start, end), name in spans.items())


def _known(plain: str, hits: Sequence[Hit], guesses: Sequence[Guess], gazetteer: Gazetteer) -> list[tuple[Hit, Name]]:
    """Decide which known names are meant: an ambiguous one needs a word beside it, or the full name elsewhere."""
    sure_slugs = {slug for hit in hits if not hit.ambiguous for slug in hit.companies}
    organisations = {(guess.start, guess.end) for guess in guesses if guess.kind == "ORG"}
    people = [(guess.start, guess.end) for guess in guesses if guess.kind == "PERSON"]
    longer = sorted(
        {(g.start, g.end) for g in guesses if g.kind in {"ORG", "PERSON", "WORK_OF_ART", "LAW", "FAC", "GPE"}}
    )
    votes: Counter[str] = Counter()
    kept: list[Hit] = []
    for hit in hits:
        text = plain[hit.start : hit.end]
        if _inside_a_longer_name(plain, hit, longer, people):
            continue
        kept.append(hit)
        if not hit.companies:
            continue
        before, after = plain[max(0, hit.start - 60) : hit.start], plain[hit.end : hit.end + 60]
        if _CONTEXT_AFTER.match(after):
            votes[text] += 2
        if _CONTEXT_BEFORE.search(before):
            votes[text] += 2
        if (hit.start, hit.end) in organisations:
            votes[text] += 1
    chosen: list[tuple[Hit, Name]] = []
    accepted: set[tuple[int, int]] = set()
    for again in (False, True):
        for hit in kept:
            if (hit.start, hit.end) in accepted:
                continue
            text = plain[hit.start : hit.end]
            meant = (
                not hit.ambiguous
                or bool(sure_slugs & set(hit.companies))
                or votes[text] >= 2
                or (again and _beside_another(plain, hit, accepted))
            )
            if hit.companies and meant:
                slug = next((slug for slug in hit.companies if slug in sure_slugs), hit.companies[0])
                company = gazetteer.companies[slug]
                name = Name(f"company:{slug}", COMPANY, company.name, slug, text, also_outlet=bool(hit.outlets))
            elif hit.people:
                slug = hit.people[0]
                name = Name(f"person:{slug}", PERSON, gazetteer.people[slug].name, slug, text)
            elif hit.outlets and not _TITLE.match(plain[hit.end : hit.end + 12]):
                slug = hit.outlets[0]
                name = Name(f"outlet:{slug}", OUTLET, gazetteer.outlets[slug].name, slug, text)
            else:
                continue
            accepted.add((hit.start, hit.end))
            chosen.append((hit, name))
    return chosen


def _beside_another(plain: str, hit: Hit, accepted: set[tuple[int, int]]) -> bool:
    ends, starts = {end for _, end in accepted}, {start for start, _ in accepted}
    before = re.search(r"(?:, | and |, and )(?:the )?$", plain[: hit.start][-12:])
    after = re.match(r"(?:, | and |, and )(?:the )?", plain[hit.end : hit.end + 12])
    return bool(before and hit.start - len(before.group()) in ends or after and hit.end + len(after.group()) in starts)


def _inside_a_longer_name(
    plain: str, hit: Hit, longer: Sequence[tuple[int, int]], people: Sequence[tuple[int, int]]
) -> bool:
    """Say whether the hit is only a part of another name: “Amazon” in “Amazon Employees for Climate Justice”."""
    for start, end in longer:
        if start <= hit.start and hit.end <= end and (start, end) != (hit.start, hit.end):
            rest_before, rest_after = plain[start : hit.start], plain[hit.end : end]
            rest_after = _LEGAL.sub("", rest_after)
            if POSSESSIVE.sub("", rest_after).strip(" ,.") == "" and re.fullmatch(r"(?:[Tt]he )?", rest_before):
                continue
            if re.match(r"'s? |, | and |/", rest_after) and not rest_before.strip():
                continue
            if re.search(r"(?:, | and |/|'s? )$", rest_before) and not rest_after.strip():
                continue
            if (start, end) in people and hit.companies and not hit.ambiguous:
                continue
            if hit.people:
                continue
            if not hit.ambiguous and not re.search(r"[A-Z]", rest_before + rest_after):
                continue
            if not hit.ambiguous and re.fullmatch(r"[A-Za-z]+ ", rest_before) and not rest_after.strip():
                continue  # “Chicago-based Boeing”, “Detroit Ford”: the sure name stands
            return True
    if re.match(r" (?:States|Kingdom|Nations|Arab)\b", plain[hit.end : hit.end + 9]):
        return True
    if (
        hit.ambiguous
        and _LONGER.match(plain[hit.end : hit.end + 14])
        and not _LEGAL.match(plain[hit.end : hit.end + 14])
    ):
        return True
    before = re.search(r"([A-Z][a-z]+) $", plain[max(0, hit.start - 20) : hit.start])
    return bool(hit.ambiguous and before and before.group(1) not in NOT_NAMES)


def kind_of(text: str) -> str:
    """Say what sort of organisation a name that we do not know is, by its words alone."""
    if _OUTLET.search(text):
        return OUTLET
    if UNION.search(text) or (TRADE.search(text) and "City" not in text):
        return COMPANY
    if PUBLIC_BODY.search(text) or ADVOCACY.search(text) or re.match(r"(?:U\.S\.|US|U\.K\.|UK|EU|UN)\b", text):
        return PUBLIC
    return COMPANY


def _unknown(plain: str, guesses: Sequence[Guess], spans: dict[tuple[int, int], Name]) -> None:
    """Type the names the gazetteer lacks. The longest guess of a place wins, a surer kind first."""
    taken: list[tuple[int, int]] = sorted(spans)

    def free(start: int, end: int) -> bool:
        index = bisect.bisect_left(taken, (end, 0)) - 1
        return index < 0 or all(taken[i][1] <= start for i in range(max(0, index - 3), index + 1))

    votes: dict[str, Counter[str]] = {}
    for guess in guesses:
        text = _LEGAL.sub("", plain[guess.start : guess.end])
        weight = 3 if guess.sure and guess.kind in {"ORG", "PERSON"} else 1
        if _HONORIFIC.search(plain[max(0, guess.start - 12) : guess.start]):
            votes.setdefault(text, Counter())["PERSON"] += 9
        votes.setdefault(text, Counter())[guess.kind] += weight
    surnames = {
        text.split()[-1] for text, counted in votes.items() if " " in text and counted.most_common(1)[0][0] == "PERSON"
    }
    expanded = _expanded(votes)
    ranked = sorted(guesses, key=lambda guess: (-(guess.end - guess.start), guess.kind != "ORG", guess.start))
    for guess in ranked:
        if not free(guess.start, guess.end):
            continue
        text = plain[guess.start : guess.end]
        counted = votes[_LEGAL.sub("", text)]
        if text in surnames:
            counted = Counter({"PERSON": 99})
        elif " and " in text and set(re.split(r",? and |, ", text)) <= surnames or _a_plain_word(plain, guess):
            continue
        name = _named(text, guess, counted, plain)
        if name is None:
            continue
        if name.kind == COMPANY and text in expanded and kind_of(expanded[text]) == PUBLIC:
            name = dataclasses.replace(name, kind=PUBLIC, key=name.key.replace(COMPANY, PUBLIC, 1))
        spans[(guess.start, guess.end)] = name
        bisect.insort(taken, (guess.start, guess.end))


def _expanded(votes: Iterable[str]) -> dict[str, str]:
    """Return what the initials of the longer names stand for: “HHS” for “Health and Human Services”."""
    found: dict[str, str] = {}
    for text in votes:
        initials = "".join(word[0] for word in re.split(r"[ -]", text) if word[:1].isupper())
        if len(initials) >= 3:
            found.setdefault(initials, text)
    return found


def _a_plain_word(plain: str, guess: Guess) -> bool:
    """Say whether a single word is capitalised only because it begins its sentence: “Administrators”."""
    text = plain[guess.start : guess.end]
    if " " in text or guess.kind == "PERSON" or not text[1:].islower():
        return False
    begins = re.search(r"(?:[.!?:]['\"”’]*\s|\n|[“\"])\s*$|^\s*$", plain[max(0, guess.start - 4) : guess.start])
    return bool(begins) and re.search(rf"(?<![.!?:“\"] )(?<![\n“\"])\b{re.escape(text)}\b", plain) is None


def _named(text: str, guess: Guess, votes: Counter[str], plain: str) -> Name | None:
    short = _LEGAL.sub("", text)
    words = short.split()
    person = votes["PERSON"]
    honoured = _HONORIFIC.search(plain[max(0, guess.start - 12) : guess.start])
    organised = votes["ORG"] + 2 * votes["ORG?"]
    if re.search(rf"\b{CORPORATE}$", text) and len(words) > 1 and not honoured:
        organised += 3
    place = votes["GPE"] + votes["NORP"] + votes["LOC"]
    if honoured or (person and person >= organised and len(words) <= 4):
        if len(words) > 5 or any(word.isupper() and len(word) > 3 for word in words):
            return None
        return Name(f"person:{_folded(short)}", PERSON, short, None, text)
    if not organised or short in PLACES:
        return None
    if place >= organised and not votes["ORG?"] and not re.search(rf"\b{CORPORATE}$", text):
        return Name(f"public:{_folded(short)}", PUBLIC, short, None, text)
    kind = kind_of(short)
    return Name(f"{kind}:new:{_folded(short)}", kind, POSSESSIVE.sub("", short), None, text)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold().removeprefix("the ")).strip()


_OUTLET = re.compile(
    r"\b(?:Times|Post|Herald|Journal|Gazette|Tribune|Courant|Courier|Chronicle|News|Radio|Television|TV|"
    r"Magazine|Wire|Globe|Observer|Sentinel|"
    r"Dispatch|Inquirer|Telegraph|Mirror|Weekly|Insider|Verge|Blade|Evening Star|Daily \w+|Examiner|Bee)$"
)
_TITLE = re.compile(r" (?:President|Chair|Minister|Chancellor|Principal|Magazine of)")
# A capitalised word behind a short name makes it another name: “United States”, not “United CEO”.
_LONGER = re.compile(
    r" (?!CEO|CFO|COO|CTO|President|Chief|Chair|Vice|Executive|Spokes|Senior|Managing|Director|Founder|"
    r"Partner|Chairman|General)"
    r"[A-Z][a-z]+"
)


def _whole_names_first(plain: str, spans: dict[tuple[int, int], Name]) -> None:
    """Let a new name of several words win over a part of it that was typed by itself elsewhere."""
    whole = {
        plain[start:end]: name
        for (start, end), name in spans.items()
        if name.slug is None and " " in plain[start:end] and name.kind != PERSON
    }
    for text, name in list(whole.items())[:100]:
        for match in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", plain):
            span = match.span()
            if span in spans:
                continue
            inside = [each for each in spans if each[0] < span[1] and span[0] < each[1]]
            if all(span[0] <= each[0] and each[1] <= span[1] and spans[each].slug is None for each in inside):
                for each in inside:
                    del spans[each]
                spans[span] = name


def _repeats(plain: str, body: Sequence[object], spans: dict[tuple[int, int], Name]) -> None:
    """Find the names again where they stand alone or shortened: a surname, the first word of a company."""
    _whole_names_first(plain, spans)
    full: dict[str, Name] = {}
    short: dict[str, set[str]] = {}
    by_key = {name.key: name for name in spans.values()}
    for (start, end), name in spans.items():
        text = plain[start:end]
        full.setdefault(_LEGAL.sub("", text), name)
        words = _LEGAL.sub("", name.name).split()
        if name.kind == PERSON and len(words) > 1:
            last = words[-1] if words[-1] not in {"Jr", "Jr.", "Sr.", "III", "II"} else words[-2].rstrip(",")
            short.setdefault(last, set()).add(name.key)
        elif (
            name.kind == COMPANY
            and len(words) > 1
            and re.fullmatch(r"[A-Z][\w-]{3,}", words[0])
            and words[0] not in _COMMON
            and not TRADE.search(name.name)
        ):
            short.setdefault(words[0], set()).add(name.key)
    initials = _expanded([plain[start:end] for (start, end), name in spans.items() if name.kind in {COMPANY, PUBLIC}])
    for (start, end), name in list(spans.items()):
        text = plain[start:end]
        if name.slug is None and text in initials and (meant := full.get(_LEGAL.sub("", initials[text]))) is not None:
            spans[(start, end)] = full[text] = meant
    replaced: dict[str, Name] = {}
    for (start, end), name in list(spans.items()):
        text = plain[start:end]
        owners = short.get(text, set())
        if len(owners) == 1 and name.slug is None:
            spans[(start, end)] = replaced[text] = by_key[next(iter(owners))]
    words_to_find = {text: name for text, name in full.items() if len(text) > 2}
    for text, owners in short.items():
        people = {key for key in owners if key.startswith("person:")}
        chosen = owners if len(owners) == 1 else people if len(people) == 1 else set()
        if chosen and (text not in words_to_find or words_to_find[text].slug is None):
            words_to_find[text] = by_key[next(iter(chosen))]
    if not words_to_find:
        return
    taken = [False] * (len(plain) + 1)
    for start, end in spans:
        for place in range(start, end):
            taken[place] = True
    known = sorted(words_to_find, key=len, reverse=True)[:400]
    pattern = re.compile(r"(?<![\w@#-])(?:" + "|".join(map(re.escape, known)) + r")(?![\w-]|\.[a-z])")
    for match in pattern.finditer(plain):
        if taken[match.start()] or taken[match.end() - 1]:
            continue
        name = words_to_find[match.group()]
        if (
            name.kind != PERSON
            and re.search(r"[A-Z][a-z]+ $", plain[max(0, match.start() - 12) : match.start()])
            and match.group() in short
        ):
            continue
        spans[(match.start(), match.end())] = name


_COMMON = frozenset(
    words_of(
        """American National United First General International Global New North South East West Great Royal Federal
    Pacific Atlantic Central Standard Public Western Southern Northern Eastern Bank Union Home Best Big Blue
    Red Green Black White Gold Silver Old Young High Free Good Health Food World British Canadian European
    Chinese German French Japanese Indian San Los Las Saint Lake Mount Fort Port City State County Capital
    Alliance Association Federation Council League Chamber Business Internet Consumer Human Media Social
    Digital Data Financial Energy Motor Auto Air Ocean River Mountain Valley Water Power Electric Independent
    Workers Teamsters Employees Staff Professional Minnesota California Texas Florida Chicago Boston
    Washington York Angeles Francisco Target Delta Southwest Fast Open Smart True Real Next Prime Star Sun
    Moon Family Dollar Whole Under Over Super Sports Outdoor Morning Evening Daily Star"""
    )
)


def company_of(gazetteer: Gazetteer, slug: str) -> Name:
    """Return the party a known company is."""
    company = gazetteer.companies[slug]
    return Name(f"company:{slug}", COMPANY, company.name, slug, company.name)


def brand_of(text: str) -> bool:
    """Say whether a phrase names a company in general: “the company”, “the retailer”."""
    return re.fullmatch(rf"(?:the|this|that|its|their) (?:[\w'-]+ ){{0,3}}{COMPANY_NOUN}", text, re.I) is not None
