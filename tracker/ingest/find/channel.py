"""To whom it was said: channel, medium and disclosure, with the words that show it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find.speech import OFFICER, OPEN_LETTER, SPOKESPERSON, WORKFORCE, Saying
from tracker.models.choices import Channel, Disclosure, Medium

_STAFF = (
    r"(?:employees|staff|staffers|workers|workforce|colleagues|personnel|teams?|crews?|troops|rank and file|associates)"
)
_TO_STAFF = rf"(?:to|for|with|among|at) (?:[\w'’-]+ ){{0,4}}?{_STAFF}\b"
_WRITTEN = r"(?:memo|memorandum|e-?mail|message|note|letter|missive|newsletter)"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_INTERNAL: tuple[tuple[Medium, re.Pattern[str]], ...] = (
    (Medium.CHAT, _words(
    r"\b(?:on|in|over|via|a|an|internal|company|the) (?:\w+ )?(?:Slack|Teams|chat|messaging)\b(?: (?:message|"
    r"channel|post|thread))?|\bSlack (?:message|post|channel)s?\b")),
    (Medium.INTERNAL_VIDEO, _words(
    rf"\b(?:internal|staff) video\b|\bvideo (?:message )?{_TO_STAFF}|\bvideo (?:posted|shared|published|"
    r"shown) internally\b")),
    (Medium.ALL_HANDS, _words(
    r"\ball[- ]hands\b|\btown[- ]hall\b|\b(?:staff|company|companywide|company-wide|internal|"
    rf"employee) (?:meeting|gathering|forum|q&a)\b|\bmeeting {_TO_STAFF}|\b(?:leaked|internal) (?:audio|"
    r"recording)\b|\baudio of (?:the )?(?:internal )?meetings?\b")),
    (Medium.EMAIL_OR_MEMO, _words(
        rf"\b(?:internal|staff|company-?wide|in-house|employee|leaked) (?:\w+ )?{_WRITTEN}s?\b|"
        rf"\b{_WRITTEN} (?:sent |written |addressed |circulated |on \w+ |\w+day )*{_TO_STAFF}"
        rf"|\bmemo(?:randum)?s?\b|\b(?:wrote|e-?mailed|told|writing|write) {_TO_STAFF}|\b(?:wrote|"
        rf"e-?mailed) (?:[\w'’-]+ ){{0,3}}?{_STAFF}\b"
        rf"|\b{_WRITTEN} [^.]{{0,40}}?{_TO_STAFF}"
    )),
    (Medium.UNSPECIFIED, _words(r"\b(?:told|tells|telling|assured|informed|addressed|urged|reminded|"
    rf"warned) (?:[\w'’-]+ ){{0,4}}?{_STAFF}\b|\binternally\b|\binternal (?:forum|post|message board|"
    r"discussion|network|website|chat)\w*|\bintranet\b|\bmessage boards?\b")),
)  # fmt: skip
_PUBLIC: tuple[tuple[Medium, re.Pattern[str]], ...] = (
    (Medium.OPEN_LETTER, _words(
    r"\bopen letter\b|\bjoint letter\b|\bletter (?:signed|to (?:the )?(?:president|congress|governor|minister|"
    r"lawmakers|government|senate))\b|\bpetition\b")),
    (Medium.PRESS_RELEASE, _words(r"\b(?:press|news|media) release\b|\breleased? (?:said|stated)\b")),
    (Medium.EARNINGS_CALL, _words(
    r"\b(?:earnings|conference|analyst|investor|quarterly) call\b|\bcall with (?:analysts|investors|"
    r"reporters about results)\b|\btold (?:analysts|investors)\b")),
    (Medium.FILING, _words(
    r"\b(?:regulatory|securities|exchange|SEC|court|stock exchange) filing\b|\bfiled with\b|\bin a filing\b|"
    r"\bsubmission to\b")),
    (Medium.ADVERTISEMENT, _words(
    r"\bfull-page (?:ad|advertisement)\b|\b(?:newspaper|television|print) (?:ad|advertisement)\b|"
    r"\bin an advertisement\b")),
    (Medium.SOCIAL_POST, _words(
    r"\b(?:tweet(?:ed|s|ing)?|retweet\w*|Twitter|Facebook post|on Facebook|Instagram|LinkedIn|Threads|Bluesky|"
    r"Mastodon|Weibo|TikTok|Truth Social|social media|posted on X|post on X|on X)\b"
    r"|\b(?:wrote|posted|said|(?:an?|the|his|her|its|their|personal) (?:post|account|message|feed|page|"
    r"note))(?: [a-z]+){0,3} on "
    r"(?-i:(?!Mon|Tues|Wed|Thurs|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Capitol|Slack|CN|"
    r"CBS|NBC|ABC|Fox|BBC|MS)[A-Z]\w+)(?! (?:Radio|TV|News))")),
    (Medium.WEBSITE, _words(
    r"\b(?:blog(?: post)?|(?:on|to) (?:its|the company'?s?|their|his|her) (?:\w+ )?(?:website|site|page|"
    r"newsroom)|company website|newsroom)\b")),
    (Medium.INTERVIEW, _words(
    r"\b(?:in|during) an? (?:\w+ ){0,3}interview\b|\binterview(?:ed)? (?:with|on|by)\b|\btold (?:the |a |"
    r"an )?(?-i:(?:[A-Z][\w.&'’]+(?: |\b)){1,5})|\bspeaking (?:on|to|with) (?-i:[A-Z])")),
)  # fmt: skip
_LEAKED = _words(
    r"\b(?:leaked|obtained by|seen by|reviewed by|viewed by|shared with|according to (?:a |an |two |three |"
    r"several |multiple )?(?:\w+ )?(?:source|sources|person|people|employees?) |"
    r"(?:first )?reported by|accidentally|a copy of (?:the|which)|provided to|who (?:had )?seen|"
    r"familiar with the (?:message|memo|matter))"
)
_ANONYMOUS = re.compile(r"\b(?:a|the|one|two|several) (?:spokes\w+|representative)\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Told:
    """Channel, medium and disclosure, each with the words it rests on and a sentence for the editor."""

    channel: str
    medium: str
    disclosure: str
    why_channel: str
    why_medium: str
    why_disclosure: str
    spans: tuple[tuple[int, int], ...]


def top(plain: str, saying: Saying) -> str:
    """Return the channel the saying's own sentence shows, or an empty string."""
    text, _ = _around(plain, saying)
    inside = _first(_INTERNAL, text)
    outside = _first(_PUBLIC, text)
    if inside and not (
        outside
        and outside[0] in {Medium.OPEN_LETTER, Medium.WEBSITE, Medium.SOCIAL_POST}
        and _public_first(outside, inside)
    ):
        return str(Channel.INTERNAL)
    return str(Channel.PUBLIC) if outside else ""


def tell(plain: str, sayings: Sequence[Saying], *, more: Sequence[tuple[int, int]] = ()) -> Told:
    """Code the channel of a statement from the sentences it was found in; ``more`` are sentences about it."""
    internal = outside = None
    for saying in sayings:
        text, begin = _around(plain, saying)
        found = _first(_INTERNAL, text)
        if found and (internal is None or internal[0] == Medium.UNSPECIFIED != found[0]):
            internal = (found[0], begin + found[1].start(), begin + found[1].end())
        found = _first(_PUBLIC, text)
        if found and outside is None:
            outside = (found[0], begin + found[1].start(), begin + found[1].end())
    letter = any(saying.kind == OPEN_LETTER for saying in sayings)
    staff = any(party.standing == WORKFORCE for saying in sayings for party in saying.parties)
    if letter:
        return _public(Medium.OPEN_LETTER, plain, sayings, outside)
    if internal is not None and not staff and not (outside is not None and _stronger(outside, internal)):
        return _internal(plain, sayings, internal, more)
    if outside is not None:
        return _public(outside[0], plain, sayings, outside)
    spoke = any(party.standing == SPOKESPERSON for saying in sayings for party in saying.parties)
    if staff and internal is not None and internal[0] in {Medium.CHAT, Medium.UNSPECIFIED}:
        return _internal(plain, sayings, internal, more)
    return _public(Medium.SPOKESPERSON if spoke else Medium.UNSPECIFIED, plain, sayings, None)


def _around(plain: str, saying: Saying) -> tuple[str, int]:
    """Return the sentence with the inside of its quotations blanked, and where it begins."""
    start, end = saying.sentence.start, saying.sentence.end
    text = plain[start:end]
    for quote in saying.quotes:
        first, last = max(quote.start - start, 0), quote.end - start
        if 0 <= first < last <= len(text) and quote.words > 2:
            text = text[:first] + "x" * (last - first) + text[last:]
    return text, start


def _first(patterns: Sequence[tuple[Medium, re.Pattern[str]]], text: str) -> tuple[Medium, re.Match[str]] | None:
    for medium, pattern in patterns:
        match = pattern.search(text)
        if match:
            return medium, match
    return None


def _public_first(outside: tuple[Medium, re.Match[str]], inside: tuple[Medium, re.Match[str]]) -> bool:
    return outside[1].start() < inside[1].start()


def _stronger(outside: tuple[Medium, int, int], internal: tuple[Medium, int, int]) -> bool:
    """Say whether a public place outweighs a word that merely may be internal."""
    return (
        outside[0] in {Medium.SOCIAL_POST, Medium.WEBSITE, Medium.PRESS_RELEASE, Medium.OPEN_LETTER}
        and outside[1] < internal[1]
    )


def _internal(
    plain: str, sayings: Sequence[Saying], found: tuple[Medium, int, int], more: Sequence[tuple[int, int]]
) -> Told:
    medium, start, end = found
    words = " ".join(plain[start:end].split())
    leak = next(
        (
            match.span()
            for begin, stop in [*((one.sentence.start, one.sentence.end) for one in sayings), *more]
            if (match := _LEAKED.search(plain, begin, stop)) is not None
        ),
        None,
    )
    return Told(
        str(Channel.INTERNAL),
        str(medium),
        str(Disclosure.LEAKED if leak else Disclosure.REPORTED),
        f"“{words}” says that it went to the company's own people.",
        f"“{words}” names the medium." if medium != Medium.UNSPECIFIED else "The report does not say in which form.",
        f"“{plain[leak[0] : leak[1]].strip()}” shows that the issuer did not put it out."
        if leak
        else "The report does not say how it got out.",
        ((start, end),) if leak is None else ((start, end), leak),
    )


def _public(medium: Medium, plain: str, sayings: Sequence[Saying], found: tuple[Medium, int, int] | None) -> Told:
    words = " ".join(plain[found[1] : found[2]].split()) if found else ""
    held = any(saying.quotes for saying in sayings)
    officer = any(party.standing == OFFICER for saying in sayings for party in saying.parties)
    why = f"“{words}” is said in public." if words else "Nothing says that it was meant for staff alone."
    if medium == Medium.SPOKESPERSON:
        why_medium = "A spokesperson said it to the outlet."
    elif words:
        why_medium = f"“{words}” names the medium."
    else:
        why_medium = "The report does not say in which form."
    issued = held or bool(words) or medium == Medium.SPOKESPERSON
    return Told(
        str(Channel.PUBLIC),
        str(medium),
        str(Disclosure.ISSUED if issued else Disclosure.REPORTED),
        why,
        why_medium,
        "The speaker put it out."
        if issued
        else f"Known only from the report{' of what the officer said' if officer else ''}.",
        ((found[1], found[2]),) if found else (),
    )
