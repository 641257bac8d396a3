"""Who says what: every act of saying in an article, with its speakers, its words and its verb.

The grammar of the sentence says who; where the parser is lost, the name beside the verb
does. Words of people who speak for no company are followed as carefully as the others,
so that they end up with nobody instead of with the company named last.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tracker.ingest.find import deeds
from tracker.ingest.find.article import Article, Sentence
from tracker.ingest.find.names import COMPANY, OUTLET, PERSON, PUBLIC, Mention, Name, Names
from tracker.ingest.find.parse import Parsed, is_verb
from tracker.ingest.find.people import Role
from tracker.ingest.find.quotes import Quotation
from tracker.ingest.find.words import (
    COMPANY_NOUN,
    DOCUMENT,
    JUDGING,
    OFFICE,
    SAYING,
    SPOKES,
    STAFF,
    UNION,
    WEAK,
    foreign,
    words_of,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

STATEMENT, OPEN_LETTER, DECLINED, NO_RESPONSE = "statement", "open_letter", "declined_to_comment", "no_response"
OFFICER, SPOKESPERSON, ITSELF, WORKFORCE = "officer", "spokesperson", "company", "staff"

_HE = frozenset({"he", "she"})
_IT = frozenset({"it", "they", "who", "which"})
_STAFF_HEAD = re.compile(rf"{STAFF}$", re.IGNORECASE)
_SPOKES_HEAD = re.compile(rf"{SPOKES}$", re.IGNORECASE)
_OFFICE_HEAD = re.compile(rf"(?:{OFFICE}|chiefs?|chief executives|ceos|chairs?|heads?|founders?)$", re.IGNORECASE)
_DOCUMENT_HEAD = re.compile(rf"{DOCUMENT}s?$", re.IGNORECASE)
_COMPANY_HEAD = re.compile(
    rf"(?:{COMPANY_NOUN}s?|companies|businesses|employers|automakers|carmakers|organi[sz]ations)$", re.I
)
# “A spokeswoman”, “the company's executives”, “officials”: of the company spoken of. Not “corporate leaders”.
_THE_COMPANYS = re.compile(
    rf"(?:(?:an?|the|its|one|another|company|this)\b|(?:spokes\w+|management|leadership|(?:{COMPANY_NOUN})s?)\b)",
    re.IGNORECASE,
)
_AND_ANOTHER = re.compile(rf"(?:,? and|,) (?:(?:fellow|its|his|her|the) )?(?:{OFFICE},? )?", re.IGNORECASE)
_ONLY_A_NAME = re.compile(
    r"[\s.,:]*(?:(?:Inc|Corp|Co|Ltd|plc|Company|Corporation|Group|Holdings|Insurance|Mutual|\([A-Z]+\))[\s.,:]*)*"
)
_HIS_OWN_MAN = re.compile(r"(?:managing |general |senior )?(?:partner|investor|founder|director|owner)", re.IGNORECASE)
_SAID_NOTHING = re.compile(
    r"(?:a (?:good|great) deal|little|nothing|so|as much|more|much|it|this|something|otherwise|no more)\b.{0,30}", re.I
)
_OF_THE_PAPER = re.compile(
    r"\b(?:genuine|authentic\w*|receipt|received|nothing (?:besides|else|more)|the (?:text|memo|letter|"
    r"email) (?:is|was))\b",
    re.I,
)
_PLATFORMS = frozenset(
    words_of("Twitter X Facebook Instagram LinkedIn YouTube TikTok Reddit Slack Snapchat Medium Threads")
)
_EXPRESSED = re.compile(
    r"\b(?:concerns?|support|opposition|outrage|regret|sympathy|solidarity|objections?|questions|alarm|"
    r"disappointment|hope|doubts?|"
    r"condolences|gratitude|confidence|dismay|annoyance|anger|frustration|commitment|view|interest)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"\b(?:source|sources|person familiar|people familiar|former|ex-|ousted|fired)\b", re.IGNORECASE)
_COMMENT = (
    r"(?:comments?|responses?|discuss|respond|answer|elaborate|say|speak|statements?|interview\w*|be interviewed)"
)
_DECLINED = re.compile(
    r"\b(?:declin(?:ed|es|ing)|refus(?:ed|es|ing)|would(?:n't|"
    rf" not))\b(?: \w+){{0,3}}? (?:to )?(?:\w+ ){{0,2}}?{_COMMENT}\b"
    r"|\b(?:had|has|have|offered|with) no (?:immediate )?comment\b|"
    r"\bdeclined (?:an? )?(?:interview|comment)",
    re.IGNORECASE,
)
_UNANSWERED = re.compile(
    r"\b(?:did|do|does|has|have|had|could|were|was)(?:n't| not| yet to)"
    r"(?: (?:yet|immediately|directly|previously|also|be))*"
    r" (?:respond|responded|reply|replied|answer|answered|return|returned|available|reached|comment|commented|"
    r"have an? (?:immediate )?(?:response|comment|answer)|"
    r"provide a)\b"
    r"(?! on whether to)[^.;]{0,80}|\b(?:has|have|had) yet to (?:respond|reply|comment)\b|\bunavailable for comment\b"
    r"|\b(?:was|were)(?:n't| not) (?:immediately )?(?:available|reachable)\b[^.;]{0,30}\bcomment"
    r"|\bstay(?:ed|ing)? silent when asked\b",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"\b[Nn]either\b(?P<who>[^.;]{3,160}?)\b(?:responded|replied|returned|answered|commented|would comment|"
    r"was available|were available)\b"
)
_UNRETURNED = re.compile(
    r"\b(?:[Rr]equests?|[Cc]alls?|[Ee]mails?|[Mm]essages?|[Ii]nquir\w+)\b[^.;]{0,40}?\b(?:to|from|with|by|"
    r"at) (?P<who>[^.;]{3,160}?)\b(?:(?:was|were)(?:n't| not) "
    r"(?:immediately |promptly )?(?:returned|answered|acknowledged)|(?:was|were|went|remained) (?:unanswered|"
    r"unreturned))\b"
)
_ASKED_OF = re.compile(
    r"\b(?:request|requests|call|calls|email|emails|message|messages|question|questions|inquir\w+|enquir\w+|"
    r"comment|press|"
    r"respond|reply|reached|asked|query|queries)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\b(?:signed|have signed|had signed|co-signed|signing|sign|(?:put|added|adding|lent) (?:their|its|his|"
    r"her) names? to)\b[^.;]{0,40}?\b(?:letter|petition|"
    r"statement|appeal|pledge)\b"
    r"|\b(?:letter|petition|statement|appeal)\b[^.;]{0,40}?\bsigned by\b",
    re.IGNORECASE,
)
_ISSUED = frozenset(
    words_of(
        """issue issued issues issuing release released releases send sent sends publish published publishes put
    circulated circulate posted post posts"""
    )
)
_QUANTITIES = frozenset(
    words_of(
        "hundreds thousands dozens scores number group majority handful half percent coalition team most some many tens"
    )
)
_TELLS = frozenset({"say", "tell", "write", "announce", "state", "confirm", "warn", "argue", "add"})
_AFTER_ITS_PLACE = re.compile(
    rf"[^“\".;:]{{0,120}}?(?:\bthat (?=\w)"
    rf"|\b{DOCUMENT}(?: (?:on|to|with|from|late|early) (?:the )?[A-Z]\w+){{0,2}}"
    r" (?=(?:it|the|its|they|he|she|we|his|her)\b))"
)
_NOT_A_FACT = frozenset({"would", "could", "might", "should", "may", "must", "can"})


@dataclasses.dataclass(frozen=True)
class Party:
    """One speaker: a company itself, its officer, its spokesperson, or people of its workforce."""

    organisation: Name
    standing: str
    span: tuple[int, int]
    person: Name | None = None
    title: str | None = None

    @property
    def speaker(self) -> Name | None:
        """The person who may be named: nobody from among the staff."""
        return None if self.standing == WORKFORCE else self.person


@dataclasses.dataclass
class Saying:
    """One act of saying. ``own`` is where the verb stands, ``clause`` the words it governs without quotation marks."""

    kind: str
    parties: tuple[Party, ...]
    verb: str
    own: tuple[int, int]
    number: int
    sentence: Sentence
    quotes: list[Quotation] = dataclasses.field(default_factory=list)
    clause: tuple[int, int] | None = None
    document: str | None = None
    deed: str = ""  # which sort of deed, where nothing is said
    count: tuple[int, int] | None = None
    towards: Name | None = None

    @property
    def paragraph(self) -> int:
        """The number of the paragraph it stands in."""
        return self.sentence.paragraph

    @property
    def span(self) -> tuple[int, int]:
        """Its sentence, and every quotation given to it."""
        starts = [self.sentence.start, *(quote.outer[0] for quote in self.quotes)]
        ends = [self.sentence.end, *(quote.outer[1] for quote in self.quotes)]
        return min(starts), max(ends)


def listen(
    article: Article,
    sentences: Sequence[Sentence],
    parsed: Sequence[Parsed],
    quotes: Sequence[Quotation],
    names: Names,
    roles: Mapping[str, Role],
) -> list[Saying]:
    """Return every act of saying whose speaker we know, in order."""
    return _Listener(article, sentences, parsed, quotes, names, roles).heard()


class _Listener:
    """Reads the sentences in order and remembers who spoke last, so that “he” and “the company” have a meaning."""

    def __init__(
        self,
        article: Article,
        sentences: Sequence[Sentence],
        parsed: Sequence[Parsed],
        quotes: Sequence[Quotation],
        names: Names,
        roles: Mapping[str, Role],
    ) -> None:
        self.plain = article.plain
        self.paragraphs = article.paragraphs
        self.sentences = sentences
        self.parsed = {part.number: part for part in parsed}
        self.quotes = quotes
        self.names = names
        self.roles = roles
        self.person: Name | None = None
        self.group: Party | None = None
        self.company: Name | None = None
        self.last: Saying | None = None
        self.recent: list[Name] = []
        self.spokes: Party | None = None  # who “the spokeswoman” is
        self.spokes_for_nobody = False
        self.paragraph = -1
        self.number = 0
        self.unnamed: tuple[Party, int] | None = None  # an office without its holder's name, and where it stood
        self.begins = 0  # of the sentence being read
        self.lost = False  # the last speaker spoke for no company

    def heard(self) -> list[Saying]:
        found: list[Saying] = []
        for number, sentence in enumerate(self.sentences):
            part = self.parsed.get(number)
            if sentence.paragraph != self.paragraph:
                self._enter(sentence.paragraph)
            if part is not None:
                found += self._sentence(part)
            self._notice(sentence)
        return found

    # --- one sentence ---------------------------------------------------------------

    def _sentence(self, part: Parsed) -> list[Saying]:
        self.begins, self.number = part.sentence.start, part.number
        silent = self._silence(part)
        said = self._letter(part) or self._cues(part, silent)
        spoken = [saying for saying in said if saying.parties]
        orphans = self._give_quotes(part, said)
        if orphans:
            self._continue(part, orphans, said)
        kept = [saying for saying in spoken if self._carries(saying) and not _only_silence(saying, silent)]
        if said:
            self.lost = not said[-1].parties
            if said[-1].parties:
                self.last = said[-1]
        return silent + kept

    def _notice(self, sentence: Sentence) -> None:
        """Remember the company a sentence is about, which is the one it names first, and its people."""
        mentions = self.names.within(sentence.start, sentence.end)
        companies = [mention for mention in mentions if mention.name.kind == COMPANY and not self._a_place(mention)]
        if companies:
            self.company = next((one.name for one in companies if not self._owns(one)), companies[0].name)
        for mention in mentions:
            if mention.name.kind == PERSON:
                self.person = mention.name
                self.recent.append(mention.name)

    def _a_place(self, mention: Mention) -> bool:
        """Say whether a company is named as the place where something was put: “posted on Twitter”."""
        before = self.plain[max(0, mention.start - 12) : mention.start]
        return (
            bool(re.search(r"\b(?:on|via|through) (?:its |the |his |her )?$", before))
            and mention.name.as_written in _PLATFORMS
        )

    def _enter(self, paragraph: int) -> None:
        """Let a heading that is a company's name say whom the text below it is about."""
        for part in self.paragraphs[self.paragraph + 1 : paragraph]:
            if part.kind == "heading":
                inside = self.names.within(part.start, part.end)
                if (
                    len(inside) == 1
                    and inside[0].name.kind == COMPANY
                    and _ONLY_A_NAME.fullmatch(
                        self.plain[part.start : inside[0].start] + self.plain[inside[0].end : part.end]
                    )
                ):
                    self.company = inside[0].name
                    self.person = self.group = self.last = None
        self.paragraph = paragraph

    # --- acts of saying ---------------------------------------------------------------

    def _cues(self, part: Parsed, silent: Sequence[Saying]) -> list[Saying]:
        found: list[Saying] = []
        taken = [saying.own for saying in silent]
        for token in part.doc:
            at = part.at(token)
            if any(start <= at < end for start, end in taken) or self._in_quote(part, at):
                continue
            saying = self._cue(part, token)
            if saying is not None:
                found.append(saying)
        told = [one.clause for one in found if one.clause is not None and one.parties and not one.deed]
        # “X said it had pulled its ads” is one act: what is said holds the deed.
        return [one for one in found if not one.deed or not any(a <= one.own[0] < b for a, b in told)]

    def _cue(self, part: Parsed, token: Token) -> Saying | None:
        word = token.lower_
        span = part.span(token, token)
        if word == "according":
            parties, foreign = self._according(part, token)
            if parties or foreign:
                return self._saying(part, "say", span, parties, self._main_clause(part, token))
            return None
        base = SAYING.get(word)
        issued = word in _ISSUED and self._document_of(part, token) is not None
        if base is None and not issued:
            return self._deed(part, token)
        if base == "read" and not any(_DOCUMENT_HEAD.search(c.lower_) for c in token.children if c.dep_ != "prep"):
            return None
        if not is_verb(token) and word not in {"says", "states"}:
            return None
        if not self._happened(token, base or word):
            return None
        subject = _subject(token)
        parties, foreign = self._parties(part, subject) if subject is not None else ((), False)
        speaks_on = base in {"continue", "add"} and subject is not None and subject.lower_ in _HE | _IT
        if speaks_on and self.last is not None and not self.lost:
            parties, foreign = tuple(dataclasses.replace(one, span=span) for one in self.last.parties), False
        if base == "read":
            # “…,” read a memo from X: what is read stands before the verb, who wrote it behind.
            things = (child for child in token.children if child.dep_ in {"dobj", "nsubj", "attr"})
            written = next((child for child in things if _DOCUMENT_HEAD.search(child.lower_)), None)
            if written is not None:
                parties, foreign = self._parties(part, written)
        if not parties and not foreign:
            parties, foreign = self._beside(part, token)
        if not parties and not foreign and base is None:
            return None
        document = self._document(part, token, subject)
        clause = self._content(part, token)
        if issued and clause is not None:
            clause = clause[0], part.sentence.end  # what it said may follow at a distance: “…, that called for …”
        intends = base in {"plan", "pledge", "vow", "intend", "promise"} and clause is not None and not document
        staff = bool(parties) and all(party.standing == WORKFORCE for party in parties)
        if intends and staff and clause and deeds.PROTESTING.search(self.plain[clause[0] : clause[1]]):
            return self._saying(part, base or "plan", span, parties, clause, deed=deeds.PROTEST)
        return self._saying(part, base or "issue", span, parties, clause, document=document)

    def _deed(self, part: Parsed, token: Token) -> Saying | None:
        """Read what a company or its workforce does, where it does it without a word: “pulled its ads”."""
        if token.lower_ not in deeds.ALL or not is_verb(token) or not deeds.done(token):
            return None
        subject = _subject(token)
        if subject is None:
            return None
        parties, _ = self._parties(part, subject)
        own = part.span(token, token)
        end = max(_span(part, token)[1], min(own[1] + 60, part.sentence.end))
        staff = bool(parties) and all(party.standing == WORKFORCE for party in parties)
        kind = deeds.deed(token, self.plain[own[1] : end], staff=staff)
        if not parties or not kind or any(party.standing == SPOKESPERSON for party in parties):
            return None
        return self._saying(part, token.lower_, own, parties, (own[0], end), deed=kind)

    def _saying(
        self,
        part: Parsed,
        verb: str,
        own: tuple[int, int],
        parties: Sequence[Party],
        clause: tuple[int, int] | None,
        *,
        kind: str = STATEMENT,
        document: str | None = None,
        deed: str = "",
    ) -> Saying:
        return Saying(
            kind, tuple(parties), verb, own, part.number, part.sentence, clause=clause, document=document, deed=deed
        )

    def _happened(self, token: Token, base: str) -> bool:
        """Say whether the verb tells of something that was said: not “would say”, “did not say”, “to say”."""
        for child in token.children:
            if child.dep_ == "neg" and base not in {"stand", "support", "believe", "agree"}:
                return False
            if child.dep_ == "aux" and child.lower_ in _NOT_A_FACT:
                return False
            if child.dep_ == "aux" and child.lower_ == "to":
                return token.head.lower_ in {
                    "went",
                    "goes",
                    "took",
                    "continued",
                    "used",
                    "wrote",
                    "moved",
                    "rushed",
                    "came",
                    "is",
                }
        return not (
            token.dep_ == "amod" or (token.dep_ == "pcomp" and token.head.lower_ in {"without", "instead", "of"})
        )

    def _carries(self, saying: Saying) -> bool:
        """Say whether there is something in it: words, a clause, a judgement, a deed or a document."""
        if saying.kind != STATEMENT or saying.deed or saying.quotes:
            return True
        if saying.clause is None:
            return bool(saying.document) and saying.verb == "issue"
        clause = self.plain[saying.clause[0] : saying.clause[1]]
        length = len(clause.split())
        if _SAID_NOTHING.fullmatch(clause) or saying.verb == "confirm" and _OF_THE_PAPER.search(clause):
            return False
        if saying.verb == "write" and not (saying.document or re.match(r"(?:that|to)\b", clause)):
            return False
        if saying.verb in {"express", "voice", "raise", "share"} and _EXPRESSED.search(clause):
            return length >= 2
        if saying.verb in {"ask", "request", "petition", "lobby"}:
            return length >= 4 and re.search(r"\w+ (?:not )?to [a-z]+", clause) is not None
        if saying.verb in JUDGING:
            return length >= 2
        if saying.verb == "issue":
            return True
        return saying.verb not in WEAK and length >= 3 or (bool(saying.document) and length >= 3)

    # --- whose words ------------------------------------------------------------------

    def _parties(self, part: Parsed, head: Token) -> tuple[tuple[Party, ...], bool]:
        """Return the parties a noun phrase names; the flag says that it names somebody who speaks for none."""
        if head.lower_ in _QUANTITIES and (counted := _counted(head)) is not None:
            head = counted
        start, end = _phrase(part, head)
        text = self.plain[start:end]
        word = head.lower_
        aside = re.search(r", (?:which|who|whose|known as|called|where)\b", text)
        if aside:
            end, text = start + aside.start(), text[: aside.start()]
        mentions = [mention for mention in self.names.within(start, end) if mention.end <= end + 1]
        if word in _HE | {"it", "they"} and (above := _who_said_so(head)) is not None:
            return self._parties(part, above)
        if word in _HE:
            return self._person_again((start, end))
        if word in _IT:
            return self._again(word, (start, end), part)
        if word in {"we", "i", "you", "there", "this", "that", "what", "others", "some", "many", "critics"}:
            return (), word not in {"this", "that", "what", "there"}
        if _NOBODY.search(text) and not any(
            mention.name.kind == COMPANY and mention.start == start for mention in mentions[:1]
        ):
            return (), True
        people = [mention for mention in mentions if mention.name.kind == PERSON and not self._owns(mention)]
        at = part.at(head)
        covered = next((mention for mention in mentions if mention.start <= at < mention.end), None)
        if people and (
            covered is None or covered.name.kind == PERSON or _OFFICE_HEAD.search(word) or _SPOKES_HEAD.search(word)
        ):
            return self._people(people, text)
        if covered is not None and covered.name.kind in {COMPANY, OUTLET, PUBLIC}:
            return self._organisations(covered, mentions)
        companies = [mention for mention in mentions if mention.name.kind == COMPANY]
        if _STAFF_HEAD.search(word):
            return self._workforce(companies, (start, end), text)
        if _SPOKES_HEAD.search(word) or _OFFICE_HEAD.search(word):
            return self._spokesperson(word, text, companies, mentions, (start, end))
        if _DOCUMENT_HEAD.search(word):
            if not companies and not people and head.dep_ == "dobj" and (sender := _subject(head.head)) is not None:
                return self._parties(part, sender)
            return self._writers(companies, people, (start, end), text)
        if _COMPANY_HEAD.search(word):
            if companies:
                return tuple(Party(mention.name, ITSELF, (mention.start, mention.end)) for mention in companies), False
            behind = self.plain[end : part.at(head.head)] if head.head.i > head.i else ""
            if re.match(r",? (?:among them|including|such as|like|led by)\b", behind):
                named = [m for m in self.names.within(end, end + len(behind)) if m.name.kind == COMPANY]
                if named:
                    return tuple(Party(m.name, ITSELF, (m.start, m.end)) for m in named), False
            company = self._nearby(start)
            if text.lower().startswith(("the ", "this ", "that ", "its ")) and company is not None:
                return (Party(company, self._standing(company), (start, end)),), False
            return (), True
        among = re.search(r"\b(?:including|such as|like|among them|led by)\b", text)
        if among and (named := [mention for mention in companies if mention.start > start + among.start()]):
            return self._organisations(named[0], named)
        if companies and all(self._owns(mention) for mention in companies):
            return (), False  # “Altman's stance”, “the company's shares”: a thing, not a speaker
        return (), bool(foreign(text)) or bool(mentions)

    def _spokesperson(
        self, word: str, text: str, companies: Sequence[Mention], mentions: Sequence[Mention], span: tuple[int, int]
    ) -> tuple[tuple[Party, ...], bool]:
        """Return whom “a spokesman for X”, “the company's chief” or, later, “the spokesman” speaks for."""
        is_spokes = word.startswith("spokes")
        again = is_spokes and text.lower().startswith("the spokes") and not mentions
        if again and (self.spokes is not None or self.spokes_for_nobody):
            return ((dataclasses.replace(self.spokes, span=span),), False) if self.spokes else ((), True)
        behind = self.names.within(span[1], span[1] + 30)
        titled = any(
            re.fullmatch(r" (?:for|of) (?:the )?(?:Sen|Rep|Gov|Mr|Ms|Mrs)\.? ", self.plain[span[1] : m.start])
            for m in behind
        )
        others = any(m.name.kind in {PUBLIC, PERSON} for m in mentions) and not companies
        if titled or others or foreign(re.sub(SPOKES, "", text, flags=re.IGNORECASE)):
            self.spokes, self.spokes_for_nobody = None, is_spokes
            return (), True
        found = self._speaking_for(companies, span)
        office = re.search(rf"(?:{OFFICE})$", text, re.IGNORECASE)
        if office and not is_spokes and len(found[0]) == 1 and found[0][0].person is None:
            # “The company's chief executive said …”: the name may follow in the next sentences.
            named = dataclasses.replace(found[0][0], standing=OFFICER, title=office.group())
            self.unnamed = (named, self.number)
            return (named,), False
        if is_spokes:
            self.spokes, self.spokes_for_nobody = (found[0][0] if found[0] else None), False
        return found

    def _owns(self, mention: Mention) -> bool:
        return self.plain[mention.end : mention.end + 2] in {"'s", "' "} or self.plain[
            mention.start : mention.end
        ].endswith("'s")

    def _people(self, people: Sequence[Mention], text: str) -> tuple[tuple[Party, ...], bool]:
        people = [*self._and_before(people[0]), *people, *self._and_others(people[-1])]
        parties = [party for mention in people if (party := self._officer(mention.name, (mention.start, mention.end)))]
        self.person = people[-1].name if not parties else parties[-1].person or self.person
        if parties:
            self.group = None
        return tuple(parties), not parties

    def _and_before(self, first: Mention) -> list[Mention]:
        """Return the people joined to one by “and” before it."""
        found: list[Mention] = []
        for mention in reversed(self.names.within(first.start - 160, first.start)):
            between = self.plain[mention.end : first.start]
            if mention.name.kind != PERSON or not _AND_ANOTHER.fullmatch(between) or mention.start < self.begins:
                break
            found.insert(0, mention)
            first = mention
        return found

    def _and_others(self, last: Mention) -> list[Mention]:
        """Return the people joined to one by “and”, which the parser may have lost: “A and partner B”."""
        found: list[Mention] = []
        for mention in self.names.within(last.end, last.end + 160):
            between = self.plain[last.end : mention.start]
            if mention.name.kind != PERSON or not _AND_ANOTHER.fullmatch(between):
                break
            found.append(mention)
            last = mention
        return found

    def _officer(self, name: Name, span: tuple[int, int]) -> Party | None:
        role = self.roles.get(name.key)
        if role is None and self.unnamed is not None and self.number - self.unnamed[1] <= 4:
            holder = self.unnamed[0]
            return Party(holder.organisation, OFFICER, span, name, holder.title)
        if role is None or role.foreign or role.organisation is None or role.organisation.kind == PUBLIC:
            return None
        if role.organisation.kind == OUTLET and not role.organisation.also_outlet:
            return None
        standing = WORKFORCE if role.staff else SPOKESPERSON if role.spokesperson else OFFICER
        if UNION.search(role.organisation.name):
            standing = WORKFORCE
        return Party(role.organisation, standing, span, name, role.title)

    def _person_again(self, span: tuple[int, int]) -> tuple[tuple[Party, ...], bool]:
        if self.lost and self.person is None:
            return (), True
        if self.person is not None:
            party = self._officer(self.person, span)
            return ((party,), False) if party else ((), True)
        if self.last is not None and self.last.parties and self.last.parties[-1].standing == SPOKESPERSON:
            return (dataclasses.replace(self.last.parties[-1], span=span),), False
        return (), True

    def _again(self, word: str, span: tuple[int, int], part: Parsed) -> tuple[tuple[Party, ...], bool]:
        if word == "it" and self.last is not None and self.last.kind == OPEN_LETTER and not self.lost:
            near = part.number - self.last.number <= 3
            if near and re.match(
                r" (?:says|reads|asks|calls|adds|goes on|demands|urges|states)\b", self.plain[span[1] :][:12]
            ):
                return tuple(dataclasses.replace(party, span=span) for party in self.last.parties), False
        if word == "it":
            here = [m for m in self.names.within(part.sentence.start, span[0]) if m.name.kind == COMPANY]
            named = next((m.name for m in here if not self._owns(m) and not self._a_place(m)), self.company)
            return ((Party(named, self._standing(named), span),), False) if named is not None else ((), True)
        if word == "they" and self.last is not None and not self.lost and len(self.last.parties) > 1:
            return tuple(dataclasses.replace(party, span=span) for party in self.last.parties), False
        if word == "they" and self.group is not None:
            return (dataclasses.replace(self.group, span=span),), False
        return (), True

    def _nearby(self, place: int) -> Name | None:
        """Return the company “the company” means: the one its sentence names first, or the one spoken of before."""
        here = [m for m in self.names.within(self.begins, place) if m.name.kind == COMPANY and not self._a_place(m)]
        return here[0].name if here else self.company

    def _standing(self, name: Name) -> str:
        return WORKFORCE if UNION.search(name.name) else ITSELF

    def _organisations(self, head: Mention, mentions: Sequence[Mention]) -> tuple[tuple[Party, ...], bool]:
        listed = self.names.listed(head, self.plain)
        listed = [*(listed if head in listed else [head]), *self._along_with(head)]
        parties = [
            Party(mention.name, self._standing(mention.name), (mention.start, mention.end))
            for mention in listed
            if mention.name.kind == COMPANY
        ]
        return tuple(parties), not parties

    def _along_with(self, head: Mention) -> list[Mention]:
        """Return who is added behind the clause: “A and B pledged help, along with carmaker C”."""
        stop = re.search(r"[.;“\"\n]", self.plain[head.end :])
        end = head.end + (stop.start() if stop else 0)
        found = re.search(r",? (?:along with|as did|as well as) (?:[\w-]+ ){0,3}", self.plain[head.end : end])
        if found is None:
            return []
        at = head.end + found.end()
        first = next((mention for mention in self.names.within(at, at + 2) if mention.name.kind == COMPANY), None)
        return [m for m in self.names.listed(first, self.plain) if m.start >= at] if first is not None else []

    def _workforce(
        self, companies: Sequence[Mention], span: tuple[int, int], text: str
    ) -> tuple[tuple[Party, ...], bool]:
        if companies:
            first = companies[0]
            listed = [mention for mention in self.names.listed(first, self.plain) if mention.name.kind == COMPANY]
            members = list({mention.name.key: mention for mention in (*listed, *companies)}.values())
        else:
            members = []
        if not members:
            if self.group is not None and re.match(
                r"the (?:union|guild|group|workers|employees|staff\w*)$", text, re.IGNORECASE
            ):
                return (dataclasses.replace(self.group, span=span),), False
            company = self._nearby(span[0])
            somebody = re.match(r"(?:an?|one) (?!\w*employee|\w*worker|member of staff|staff)", text)
            if company is None or foreign(text) or somebody and self.group is None:
                return (), True
            party = Party(company, WORKFORCE, span)
            self.group = party
            return (party,), False
        parties = tuple(Party(mention.name, WORKFORCE, span) for mention in members)
        self.group = parties[-1]
        self.person = None
        return parties, False

    def _speaking_for(self, companies: Sequence[Mention], span: tuple[int, int]) -> tuple[tuple[Party, ...], bool]:
        plural = re.match(
            r"the (?:executives|pair|two|leaders|founders|partners|bosses)$", self.plain[span[0] : span[1]], re.I
        )
        if plural and self.last is not None and not self.lost and len(self.last.parties) > 1:
            return tuple(dataclasses.replace(party, span=span) for party in self.last.parties), False
        known = None if companies else self._holder(self.plain[span[0] : span[1]])
        if known is not None:
            party = self._officer(known, span)
            return ((party,), False) if party else ((), True)
        if companies:
            listed = [m for m in self.names.listed(companies[0], self.plain) if m.name.kind == COMPANY]
            members = listed if len(listed) > 1 else companies[:1] if len(companies) == 1 else companies
            self.person = None
            return tuple(Party(mention.name, SPOKESPERSON, span) for mention in members), False
        company = self._nearby(span[0])
        if company is None or not _THE_COMPANYS.match(self.plain[span[0] : span[1]]):
            return (), True
        self.person = None
        return (Party(company, SPOKESPERSON, span),), False

    def _holder(self, phrase: str) -> Name | None:
        """Return the person named last whose office “the chairman”, “the CEO” may be."""
        office = re.fullmatch(
            rf"(?:the|its|their) (?:company's |firm's )?(?P<title>{OFFICE})", phrase.strip(), re.IGNORECASE
        )
        if office is None:
            return None
        head = office["title"].lower().split()[-1]
        for name in reversed(self.recent):
            role = self.roles.get(name.key)
            if (
                role is not None
                and role.title
                and (
                    head in role.title.lower()
                    or head in {"executive", "ceo", "chief"}
                    and "ceo chief executive".find(role.title.lower()) != -1
                )
            ):
                return name
        return None

    def _writers(
        self, companies: Sequence[Mention], people: Sequence[Mention], span: tuple[int, int], text: str
    ) -> tuple[tuple[Party, ...], bool]:
        """Return who wrote “the memo”, “the company's statement”, “a letter from staff”."""
        if people:
            return self._people(people[:1], text)
        if companies:
            if _STAFF_HEAD.search(text.split(" from ")[-1].strip()):
                return self._workforce(companies, span, text)
            return (Party(companies[0].name, self._standing(companies[0].name), span),), False
        owner = next((mention for mention in self.names.within(*span) if mention.name.kind == PERSON), None)
        if owner is not None:
            party = self._officer(owner.name, span)
            return ((party,), False) if party else ((), True)
        if self.last is not None and not self.lost:
            return tuple(dataclasses.replace(party, span=span) for party in self.last.parties), False
        return (), True

    def _beside(self, part: Parsed, token: Token) -> tuple[tuple[Party, ...], bool]:
        """Read the name that touches the verb, where the grammar gave none."""
        start, end = part.span(token, token)
        for mention in self.names.within(max(part.sentence.start, start - 60), start):
            between = self.plain[mention.end : start]
            if re.fullmatch(r"(?: (?:also|later|then|has|have|had|publicly))* ", between):
                return self._mention(mention)
        for mention in self.names.within(end, min(part.sentence.end, end + 60)):
            between = self.plain[end : mention.start]
            if re.fullmatch(rf" (?:the )?(?:(?:{OFFICE}|{SPOKES}),? )?", between, re.IGNORECASE):
                following = self.plain[mention.end : mention.end + 40]
                titled = re.match(rf"(?:'s)? (?:[a-z]+ ){{0,2}}(?:{OFFICE}|{SPOKES})\b", following)
                if titled and mention.name.kind == COMPANY:
                    ahead = self.names.within(mention.end, min(part.sentence.end, mention.end + 60))
                    if ahead and ahead[0].name.kind == PERSON:
                        return self._people(ahead[:1], following)
                    return (Party(mention.name, SPOKESPERSON, (mention.start, mention.end)),), False
                return self._mention(mention)
        return (), False

    def _mention(self, mention: Mention) -> tuple[tuple[Party, ...], bool]:
        if mention.name.kind == PERSON:
            return self._people([mention], "")
        if mention.name.kind == COMPANY and not self._owns(mention):
            return self._organisations(mention, [mention])
        return (), True

    def _according(self, part: Parsed, token: Token) -> tuple[tuple[Party, ...], bool]:
        for child in token.children:
            if child.lower_ == "to":
                for noun in child.children:
                    if noun.dep_ == "pobj":
                        if _DOCUMENT_HEAD.search(noun.lower_):
                            return (), False
                        parties, foreign = self._parties(part, noun)
                        return parties, foreign and not parties
        return (), False

    # --- what was said ------------------------------------------------------------------

    def _in_quote(self, part: Parsed, place: int) -> bool:
        return any(quote.start <= place < quote.end for quote in part.quotes if quote.words > 3)

    def _content(self, part: Parsed, token: Token) -> tuple[int, int] | None:
        """Return the clause or object a verb of saying governs."""
        spans = []
        for child in token.children:
            if (
                child.dep_ in {"ccomp", "xcomp", "dobj", "oprd", "attr", "prep", "advcl", "pcomp", "dative"}
                and child.i > token.i
            ):
                if child.dep_ == "prep" and child.lower_ not in {
                    "for",
                    "against",
                    "on",
                    "that",
                    "from",
                    "with",
                    "of",
                    "as",
                    "to",
                    "about",
                }:
                    continue
                if child.dep_ == "advcl" and child.tag_ != "VBG":
                    continue
                spans.append(_span(part, child))
            elif child.dep_ == "ccomp" and child.i < token.i:
                spans.append(_span(part, child))
        spans = [span for span in spans if span[1] > span[0]]
        after = part.span(token, token)[1]
        held = sum(len(self.plain[start:end].split()) for start, end in spans)
        if held < 3 and SAYING.get(token.lower_) in _TELLS:
            # “said in a memo that …”: the parser may hang the clause on the memo.
            rest = _AFTER_ITS_PLACE.match(self.plain, after, part.sentence.end)
            if rest is not None and len(self.plain[rest.end() : part.sentence.end].split()) >= 3:
                spans.append((rest.end(), part.sentence.end))
        if not spans:
            return None
        return min(start for start, _ in spans), max(end for _, end in spans)

    def _main_clause(self, part: Parsed, token: Token) -> tuple[int, int]:
        return part.sentence.start, part.at(token) if token.i > 3 else part.sentence.end

    def _document_of(self, part: Parsed, token: Token) -> str | None:
        for child in token.children:
            if child.dep_ in {"dobj", "nsubjpass"} and _DOCUMENT_HEAD.search(child.lower_):
                return str(child.lower_)
        return None

    def _document(self, part: Parsed, token: Token, subject: Token | None) -> str | None:
        if subject is not None and _DOCUMENT_HEAD.search(subject.lower_):
            return str(subject.lower_)
        if (issued := self._document_of(part, token)) is not None:
            return issued
        text = self.plain[part.sentence.start : part.sentence.end]
        found = re.search(
            rf"\b(?:in|via|through|on|by|to) (?:an?|the|its|his|her|their) (?:[\w'&,-]+ ){{0,5}}?({DOCUMENT})\b",
            text,
            re.I,
        )
        return found.group(1).lower() if found else None

    # --- quotations -----------------------------------------------------------------------

    def _give_quotes(self, part: Parsed, said: Sequence[Saying]) -> list[Quotation]:
        """Give each quotation of the sentence to the verb that governs it; return those without one."""
        orphans = []
        for quote in part.quotes:
            holders = [
                saying for saying in said if saying.clause and saying.clause[0] <= quote.start < saying.clause[1]
            ]
            holder = min(holders, key=lambda one: one.clause[1] - one.clause[0], default=None)  # type: ignore[index]
            if holder is None or not holder.parties:
                near = min(
                    said,
                    key=lambda one: (
                        abs(one.own[0] - quote.start) if one.own[0] > quote.start else quote.start - one.own[1]
                    ),
                    default=None,
                )
                holder = holder or near
            if holder is None:
                orphans.append(quote)
            elif self._is_speech(quote, holder):
                holder.quotes.append(quote)
        return orphans

    def _is_speech(self, quote: Quotation, holder: Saying) -> bool:
        """Say whether marked words are somebody's words, and not a name or a title in quotation marks."""
        if quote.words > 4:
            return True
        words = self.plain[quote.start : quote.end]
        capitals = [word for word in words.split() if word[:1].isupper()]
        if len(capitals) == len(words.split()) and quote.words > 1:
            return False
        inside = holder.clause is not None and holder.clause[0] - 2 <= quote.start <= holder.clause[1]
        return inside or holder.verb in {"describe", "call", "label", "say", "tell", "write"}

    def _continue(self, part: Parsed, orphans: Sequence[Quotation], said: Sequence[Saying]) -> None:
        """Give words without a verb to whoever speaks on: the same paragraph, or the one before it."""
        rest = self.plain[part.sentence.start : part.sentence.end]
        for quote in orphans:
            rest = rest.replace(self.plain[quote.outer[0] : quote.outer[1]], "")
        if len(rest.split()) > 3 or said:
            return
        if self.last is None or self.lost:
            return
        gap = [
            paragraph.kind
            for paragraph in self.paragraphs[self.last.paragraph + 1 : part.sentence.paragraph]
            if paragraph.kind in {"body", "heading"}
        ]
        held = self.last.quotes[-1].paragraph if self.last.quotes else self.last.paragraph
        since = [p for p in self.paragraphs[held + 1 : part.sentence.paragraph] if p.kind in {"body", "heading"}]
        if gap and since:
            return
        self.last.quotes.extend(quote for quote in orphans if quote.words > 2)

    # --- silence, letters -------------------------------------------------------------------

    def _silence(self, part: Parsed) -> list[Saying]:
        text = self.plain[part.sentence.start : part.sentence.end]
        found: list[Saying] = []
        for pattern, kind in ((_DECLINED, DECLINED), (_UNANSWERED, NO_RESPONSE)):
            for match in pattern.finditer(text):
                own = part.sentence.start + match.start(), part.sentence.start + match.end()
                if self._in_quote(part, own[0]):
                    continue
                around = text[match.start() : match.end() + 60]
                if kind == NO_RESPONSE and not _ASKED_OF.search(around):
                    continue
                kinds = kind
                if kind == DECLINED and re.search(
                    r"\bor (?:did|could|were|was)(?:n't| not)", text[match.end() : match.end() + 40]
                ):
                    kinds = NO_RESPONSE
                if (
                    kind == NO_RESPONSE
                    and found
                    and found[-1].kind == NO_RESPONSE
                    and re.search(r"\bor\b", text[found[-1].own[1] - part.sentence.start : match.start()])
                ):
                    continue
                parties = self._silent(part, own[0])
                if parties:
                    found.append(self._saying(part, "decline", own, parties, None, kind=kinds))
        for pattern in (_NEITHER, _UNRETURNED):
            for match in pattern.finditer(text):
                start, end = (part.sentence.start + at for at in match.span("who"))
                inside = [m for m in self.names.within(start, end) if m.name.kind == COMPANY]
                own = part.sentence.start + match.start(), part.sentence.start + match.end()
                if inside and not self._in_quote(part, own[0]) and not any(one.own[0] < own[1] for one in found):
                    parties = tuple(Party(m.name, ITSELF, (m.start, m.end)) for m in inside)
                    found.append(self._saying(part, "decline", own, parties, None, kind=NO_RESPONSE))
        return found

    def _silent(self, part: Parsed, place: int) -> tuple[Party, ...]:
        verb = next((token for token in part.doc if part.at(token) >= place), None)
        if verb is not None:
            while (
                verb.dep_ in {"aux", "neg", "advmod", "preconj", "prep", "pobj", "det", "amod"}
                and verb.head is not verb
            ):
                verb = verb.head
            subject = _subject(verb)
            if subject is not None:
                parties, foreign = self._parties(part, subject)
                if parties:
                    return tuple(
                        dataclasses.replace(party, person=None, title=None)
                        for party in parties
                        if party.standing != WORKFORCE and not _HIS_OWN_MAN.fullmatch(party.title or "")
                    )
                if foreign:
                    return ()
        before = [
            mention
            for mention in self.names.within(part.sentence.start, place)
            if mention.name.kind in {COMPANY, PERSON, PUBLIC}
        ]
        if before and place - before[-1].end < 80 and before[-1].name.kind == COMPANY:
            listed = self.names.listed(before[-1], self.plain)
            return tuple(Party(m.name, ITSELF, (m.start, m.end)) for m in listed if m.name.kind == COMPANY)
        return ()

    def _letter(self, part: Parsed) -> list[Saying]:
        text = self.plain[part.sentence.start : part.sentence.end]
        match = _SIGNED.search(text)
        if match is None or self._in_quote(part, part.sentence.start + match.start()):
            return []
        own = part.sentence.start + match.start(), part.sentence.start + match.end()
        verb = next(
            (
                token
                for token in part.doc
                if own[0] <= part.at(token) < own[1]
                and token.lower_.startswith(("sign", "co-sign", "put", "add", "lent"))
            ),
            None,
        )
        subject = None
        if verb is not None:
            by = next((child for child in verb.children if child.dep_ == "agent"), None)
            subject = next(iter(by.children), None) if by is not None else _subject(verb)
        parties: tuple[Party, ...] = ()
        if subject is not None:
            parties, _ = self._parties(part, subject)
        if not parties:
            before = [m for m in self.names.within(part.sentence.start, own[0]) if m.name.kind == COMPANY]
            staff = re.search(rf"\b{STAFF}\b", text[: match.start()], re.IGNORECASE)
            standing = WORKFORCE if staff else ITSELF
            parties = tuple(Party(m.name, standing, (m.start, m.end)) for m in before)
        in_passing = verb is not None and verb.dep_ == "relcl" and all(p.standing != WORKFORCE for p in parties)
        if not parties or in_passing:
            return []
        clause = (own[1], part.sentence.end)
        saying = self._saying(part, "sign", own, parties, clause, kind=OPEN_LETTER, document="letter")
        counted = re.search(
            r"\b(?:more than|over|at least|nearly|almost|about|around|some|roughly)? ?(?:\d[\d,]*|a dozen|"
            r"dozens|hundreds|"
            r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
            r"a hundred)\b(?= (?:[\w-]+ ){0,3}?(?:employees|workers|"
            r"staff|staffers|companies|firms|businesses|engineers|executives|people|signatories|of))",
            text,
            re.IGNORECASE,
        )
        if counted:
            saying.count = part.sentence.start + counted.start(), part.sentence.start + counted.end()
        return [saying]


def _counted(head: Token) -> Token | None:
    """Return what a quantity is of: “workers” in “hundreds of workers”."""
    of = next((child for child in head.children if child.dep_ == "prep" and child.lower_ == "of"), None)
    return next((child for child in of.children if child.dep_ == "pobj"), None) if of is not None else None


def _only_silence(saying: Saying, silent: Sequence[Saying]) -> bool:
    """Say whether what is said is only that there is no comment."""
    if saying.quotes or saying.clause is None:
        return False
    return any(
        saying.clause[0] <= one.own[0] < saying.clause[0] + 50 for one in silent if one.own[1] <= saying.clause[1]
    )


def _who_said_so(pronoun: Token) -> Token | None:
    """Return whom “it” or “he” means in “the ministry said that it did not comment”: who said it."""
    verb = pronoun.head
    while verb.dep_ in {"aux", "conj", "xcomp"} and verb.head is not verb:
        verb = verb.head
    above = verb.head
    if verb.dep_ != "ccomp" or above is verb or above.lower_ not in SAYING:
        return None
    subject = next((child for child in above.children if child.dep_ == "nsubj"), None)
    if subject is None or subject.tag_ in {"PRP", "PRP$", "WP", "WDT", "EX"} or subject.i > pronoun.i:
        return None
    return subject


def _subject(verb: Token) -> Token | None:
    """Return the head of the noun phrase that does the saying."""
    passive = nearest = None
    for child in verb.children:
        if child.dep_ in {"nsubj", "csubj"} and (nearest is None or nearest.i < child.i < verb.i):
            nearest = child
        elif child.dep_ == "nsubjpass":
            passive = child
        elif child.dep_ == "agent":
            return next((noun for noun in child.children if noun.dep_ == "pobj"), None)
    if nearest is not None:
        return _antecedent(verb, nearest)
    if passive is not None and verb.lower_ in {"quoted", "asked"}:
        return _antecedent(verb, passive)
    if passive is not None:
        return passive if _DOCUMENT_HEAD.search(passive.lower_) else None
    if verb.dep_ in {"conj", "xcomp", "advcl", "ccomp"} and verb.head is not verb and is_verb(verb.head):
        if verb.dep_ == "ccomp" and SAYING.get(verb.head.lower_):
            return None
        return _subject(verb.head)
    if verb.dep_ in {"acl", "relcl"} and verb.head is not verb:
        return verb.head
    return None


def _antecedent(verb: Token, subject: Token) -> Token:
    if subject.lower_ in {"who", "which", "that"}:
        top = verb
        while top.dep_ in {"conj", "xcomp"} and top.head is not top:
            top = top.head
        if top.dep_ in {"relcl", "acl"}:
            # “a note to employees that said”: the note said it.
            above = top.head.head
            if top.head.dep_ == "pobj" and _DOCUMENT_HEAD.search(above.head.lower_) and above.lower_ in {"to", "for"}:
                return above.head
            return top.head
    return subject


def _phrase(part: Parsed, head: Token) -> tuple[int, int]:
    """Return the span of a noun phrase without its relative clauses."""
    kept = [head]
    waiting = list(head.children)
    while waiting:
        token = waiting.pop()
        if token.dep_ in {"relcl", "acl", "advcl", "parataxis", "punct"} and token.lower_ not in {"including", ","}:
            continue
        kept.append(token)
        waiting.extend(token.children)
    first, last = min(kept, key=lambda one: one.i), max(kept, key=lambda one: one.i)
    return part.span(first, last)


def _span(part: Parsed, head: Token) -> tuple[int, int]:
    tokens = list(head.subtree)
    return part.span(tokens[0], tokens[-1])


def parties_of(sayings: Iterable[Saying]) -> Iterator[Party]:
    """Go through the parties of some sayings."""
    for saying in sayings:
        yield from saying.parties
