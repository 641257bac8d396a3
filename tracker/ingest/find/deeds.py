"""Deeds told without words of their own: ads pulled, ties cut, plants closed, workers walking out.

A deed counts where a company or its workforce does it to the kind of thing that
companies do such things to; “dropped the ball” is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.ingest.find.words import words_of

if TYPE_CHECKING:
    from spacy.tokens import Token

AWAY, OPERATIONS, GIVING, LAW, REVIEW, PROTEST, JOINING = (
    "away", "operations", "giving", "law", "review", "protest", "joining",
)  # fmt: skip


def _forms(words: str) -> frozenset[str]:
    return frozenset(words_of(words))


def _objects(*words: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)


_TURNING = _forms(
    """pull pulled pulling drop dropped dropping suspend suspended suspending withdraw withdrew withdrawn withdrawing
    halt halted halting cut cutting end ended ending sever severed severing cancel cancelled canceled cancelling
    canceling terminate terminated terminating stop stopped stopping pause paused pausing scrap scrapped revoke
    revoked boycott boycotted boycotting quit resign resigned resigning leave left leaving dismiss dismissed oust
    ousted fire fired ban banned barred block blocked remove removed removing retire retired retiring rename
    renamed renaming rebrand rebranded change changed changing discontinue discontinued discontinuing reverse
    reversed rescind rescinded distance distanced reassigned deleted"""
)
_TURNED_FROM = _objects(
    r"ads?", r"advertis\w+", r"commercials?", r"sponsor\w*", r"ties", r"contracts?", r"partner\w*", r"relationships?",
    r"donations?", r"contributions?", r"support", r"brands?", r"names?", r"logos?", r"packag\w+", r"products?",
    r"membership", r"council", r"board", r"panel", r"committee", r"deals?", r"agreements?", r"business with",
    r"funding",
    r"shows?", r"programs?", r"spending", r"accounts?", r"host", r"workers?", r"employees?", r"engineers?",
    r"executives?", r"authors?", r"him", r"her", r"licen[cs]e", r"sales? of", r"discounts?", r"campaigns?", r"policy",
    r"polic(?:y|ies)", r"decision", r"investments?", r"clients?", r"posts?", r"events?", r"conference", r"mascot",
    r"slogan", r"spots?", r"roaming", r"(?:its|their|the) (?:shelves|platform|catalog\w*|website)", r"character",
    r"image", r"links?", r"statues?", r"flag", r"merchandise", r"books?", r"films?",
)  # fmt: skip
_RUNNING = _forms(
    """close closed closing shut shutting shuttered suspend suspended suspending halt halted halting idle idled
    idling evacuate evacuated evacuating postpone postponed cancel canceled cancelled move moved moving relocate
    relocated waive waived waiving activate activated reopen reopened resume resumed send sent sending deploy
    deployed ship shipped dispatch dispatched stop stopped cut changed delayed delay flew flown prepare prepared
    preparing mobilize mobilized position positioned staged closed convert converted converting begin began begun
    start started starting furlough furloughed lay laid restock stocked keep"""
)
_RUN = _objects(
    r"plants?", r"factor(?:y|ies)", r"stores?", r"restaurants?", r"offices?", r"operations?", r"production", r"work",
    r"services?", r"flights?", r"cruises?", r"itinerar\w+", r"travel", r"fees?", r"shifts?", r"facilit\w+",
    r"warehouses?", r"mines?", r"refiner\w+", r"platforms?", r"crews?", r"generators?", r"supplies", r"aid", r"trucks?",
    r"jets?", r"planes?", r"aircraft", r"ships?", r"vessels", r"command cent\w+", r"hotels?", r"parks?", r"workers?",
    r"employees?", r"manufactur\w+", r"respirators?", r"masks?", r"terminals?", r"deliver\w+", r"sites?", r"branches",
)  # fmt: skip
_GIVING = _forms(
    """donate donated donating pledge pledged pledging give gave giving given commit committed committing contribute
    contributed raise raised raising offer offered offering match matched matching pay paid"""
)
_GIVEN = _objects(
    r"millions?", r"billion", r"bonus\w*", r"funds?", r"relief", r"donations?", r"grants?", r"minimum wage", r"wages?",
    r"\w+ to (?:the )?[A-Z]\w+", r"leave", r"credits?", r"scholarships?", r"legal (?:aid|fees|costs|help)", r"refunds?",
)  # fmt: skip
_SUING = _forms("sue sued suing file filed filing challenge challenged appeal appealed petitioned")
_SUED = _objects(
    r"lawsuits?", r"suit", r"complaints?", r"grievances?", r"briefs?", r"appeals?", r"injunction",
    r"in (?:federal )?court",
    r"over", r"the (?:government|administration|state|agency|order|ruling|ban|law|rule)", r"petition", r"motion",
)  # fmt: skip
_LOOKING = _forms(
    "hire hired launch launched open opened begin began begun order ordered start started conduct conducting "
    "conducted review reviewing reviewed investigate investigating investigated appoint appointed"
)
_LOOKED_AT = _objects(
    r"investigat\w+", r"review", r"inquir\w+", r"law firm", r"audit", r"names?", r"brands?", r"packag\w+", r"logos?",
    r"allegations?", r"polic(?:y|ies)", r"practices?", r"matter", r"incident", r"claims?",
)  # fmt: skip
_PROTESTING = _forms(
    """walk walked walking protest protested protesting march marched marching strike struck striking stage staged
    staging rally rallied demonstrate demonstrated join joined joining picket picketed hold held organize
    organized organizing organising sign signed signing plan planned planning pledge pledged refuse refused
    stopped participate participated"""
)
_PROTEST = _objects(
    r"walk(?:ed|ing|s)? (?:out|off)",
    r"(?:out|off) (?:on|of|over|to|the|in|at|after|during|monday|tuesday|wednesday|thursday|friday|for)",
    r"protest\w*", r"walk-?outs?", r"strikes?", r"striking", r"rall(?:y|ies)", r"march\w*", r"demonstrat\w+",
    r"sick-?outs?", r"vigils?",
    r"sit-?ins?", r"picket\w*", r"petitions?", r"work stoppage",
)  # fmt: skip
_JOIN = _forms("join joined joining follow followed joins")
_JOINED = _objects(r"boycotts?", r"strikes?", r"protests?", r"walk-?outs?", r"campaigns?", r"calls?", r"lawsuits?",
    r"pledge", r"suit", r"coalition", r"exodus", r"list of")  # fmt: skip
PROTESTING = _PROTEST
ALL = _TURNING | _RUNNING | _GIVING | _SUING | _LOOKING | _PROTESTING | _JOIN
_INTENDS = frozenset(
    words_of(
        """plan plans planned planning decided decides decide agreed agrees began begun begins vowed pledged going set
        intends intend opted chose ordered prepared"""
    )
)


def deed(verb: Token, after: str, *, staff: bool) -> str:
    """Return which sort of deed a verb tells of, given the words behind it; empty when it is none."""
    word = verb.lower_
    after = re.split(r"[;:“”\"]| (?:because|although|while|but|who|which)\b", after, maxsplit=1)[0][:110]
    if staff:
        return PROTEST if word in _PROTESTING and _PROTEST.search(f"{word} {after}") else ""
    near = " ".join(after.split()[:9])
    for kind, forms, objects in (
        (JOINING, _JOIN, _JOINED),
        (LAW, _SUING, _SUED),
        (REVIEW, _LOOKING, _LOOKED_AT),
        (GIVING, _GIVING, _GIVEN),
    ):
        if word in forms and objects.search(near):
            return kind
    if word in _RUNNING and _RUN.search(near) and not (word in _TURNING and _TURNED_FROM.search(near)):
        return OPERATIONS
    if word in _TURNING and (_TURNED_FROM.search(near) or word in {"resigned", "resign", "resigning", "quit"} and near):
        return AWAY
    return OPERATIONS if word in _RUNNING and _RUN.search(near) else ""


TURNING_AWAY = re.compile(
    r"\b(?:(?:"
    + "|".join(sorted(_TURNING, key=len, reverse=True))
    + r")\b(?: [\w'-]+){0,4}? (?:ads?|advertis\w+|commercials?|sponsor\w*|ties|"
    r"contracts?|partnerships?|relationships?|donations?|contributions?|membership|council|board|"
    r"business with|discounts?|spending)"
    r"|no longer (?:advertis\w+|sell|stock|sponsor|work with|carry|do business|feature)"
    r"|(?:joined|joining|join) (?:the |a |an )?(?:[\w'-]+ ){0,2}(?:boycott|walkout|strike|protest|lawsuit))\b",
    re.IGNORECASE,
)


def done(verb: Token) -> bool:
    """Say whether it is told as done, being done or decided: not “could pull”, “to pull”, “if it pulls”."""
    auxiliaries = {child.lower_ for child in verb.children if child.dep_ in {"aux", "auxpass"}}
    if any(child.dep_ == "neg" for child in verb.children) or auxiliaries & {
        "would",
        "could",
        "might",
        "should",
        "may",
        "must",
        "can",
    }:
        return False
    if "to" in auxiliaries:
        return verb.head.lower_ in _INTENDS
    if verb.tag_ in {"VBD"} or auxiliaries & {
        "has",
        "have",
        "had",
        "'s",
        "'ve",
        "is",
        "are",
        "was",
        "were",
        "will",
        "'ll",
        "'re",
    }:
        return verb.dep_ not in {"amod", "acl", "relcl"}
    if verb.tag_ in {"VBN", "VBG"} and verb.dep_ == "conj":
        return done(verb.head)
    return verb.tag_ in {"VBN"} and verb.dep_ in {"ROOT", "ccomp"}
