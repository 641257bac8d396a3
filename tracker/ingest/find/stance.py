"""On which side: what the words say of the stance target, with the words that show it.

Rules with trigger words, in the order of the codebook: a judgement before a call for
calm, that before saying that no side is taken, that before no view at all. Where no
words are held, the answer is ``unclear``; where words are held and nothing in them
judges, ``no_position``. Words aimed at another person are no stance.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from tracker.ingest.find import deeds, views
from tracker.ingest.find.names import PERSON, Names
from tracker.ingest.find.speech import OPEN_LETTER, Saying
from tracker.ingest.find.words import words_of
from tracker.models.choices import Stance

_ENOUGH = 1.35
_TOKENS = re.compile(r"[A-Za-z][\w'-]+")
_SMALL = frozenset(
    words_of(
        """the and for not that this with from against over about into toward towards other called calls call its
        his her their after before under upon than those these what when who whom which per person company companies"""
    )
)
_OTHER_MATTERS = frozenset({"corona", "pandem", "virus", "quarte", "earnin"})


@dataclasses.dataclass(frozen=True)
class View:
    """The side taken, the sentence for the editor, and the words it rests on."""

    stance: str
    reason: str
    spans: tuple[tuple[int, int], ...] = ()
    sure: float = 0.5


@dataclasses.dataclass(frozen=True)
class _Cue:
    side: str
    weight: float
    start: int
    end: int


def stems(phrase: str) -> frozenset[str]:
    """Return the beginnings of the words of a phrase that mean something, for finding them again inflected."""
    return frozenset(
        word.lower().removesuffix("'s")[:6]
        for word in _TOKENS.findall(phrase)
        if len(word) > 2 and word.lower() not in _SMALL
    )


def judge(
    plain: str,
    sayings: Sequence[Saying],
    names: Names,
    *,
    target: str,
    disavowal: bool = False,
    own: bool = False,
) -> View:
    """Code a statement's stance toward the target from its own words.

    ``own`` says that the target is the speaker's own conduct: its blame then falls on
    others, and giving grounds for the deed defends it.
    """
    if disavowal:
        verb = sayings[0].own
        return View(
            str(Stance.UNCLEAR),
            f"“{plain[verb[0] : verb[1]]}” turns away from somebody's words; it does not say on which side of "
            "the matter.",
            (verb,),
            0.6,
        )
    passages = _passages(plain, sayings)
    if not passages:
        return View(str(Stance.UNCLEAR), "The report gives neither words nor their content.", (), 0.4)
    target_stems = stems(target)
    asked, moved = views.a_demand(target), views.a_movement(target)
    cues: list[_Cue] = []
    printed = {(quote.start, quote.end) for saying in sayings for quote in saying.quotes if quote.block}
    denied = [saying.clause for saying in sayings if saying.verb == "deny" and saying.clause is not None]
    for start, end in passages:
        # A statement printed at length says much besides: a word of goodwill in it weighs less.
        found = _cues(plain, start, end, names, target_stems, willing=(0.4 if (start, end) in printed else 1.4) * asked)
        if any(first <= start and end <= last for first, last in denied):
            found = [dataclasses.replace(cue, weight=cue.weight * 0.2) for cue in found]
        cues += found
    for saying in sayings:
        cues += _of_the_verb(plain, saying, names, target_stems, asked=asked, moved=moved)
    if own and not any(views.SORRY.search(plain, start, end) for start, end in passages):
        cues = [
            dataclasses.replace(cue, side="right", weight=cue.weight * 0.9) if cue.side == "wrong" else cue
            for cue in cues
        ]
    return _weigh(plain, cues, target)


def is_own(target: str, organisation: str) -> bool:
    """Say whether the target is what this organisation itself did: “Calder's sacking of …”."""
    return bool(stems(organisation) & stems(views.head_of(target)))


def _passages(plain: str, sayings: Sequence[Saying]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for saying in sayings:
        if saying.clause is not None and saying.clause[1] - saying.clause[0] > 3:
            found.append(saying.clause)
        found += [(quote.start, quote.end) for quote in saying.quotes]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(found)):
        if merged and start <= merged[-1][1] and end <= merged[-1][1]:
            continue
        if merged and start < merged[-1][1]:
            start = merged[-1][1]
        merged.append((start, end))
    return merged


def _cues(plain: str, start: int, end: int, names: Names, target: frozenset[str], *, willing: float) -> list[_Cue]:
    """Find the judging words of a passage; ``willing`` is what readiness to heed a demand weighs, 0 without one."""
    asked = willing > 0
    text = plain[start:end]
    found: list[_Cue] = []
    tables: list[tuple[re.Pattern[str], str, float]] = [
        (views.NEUTRAL, "neutral", 2.0),
        (views.WRONG_STRONG, "wrong", 1.6),
        (views.RIGHT_STRONG, "right", 1.6),
        (views.WRONG_LEANING, "wrong", 1.4),
        (views.CALM, "calm", 2.0),
        (views.CALM_IF_ASKED, "calm", 1.5),
        (views.WRONG_WEAK, "wrong", 0.7),
        (views.RIGHT_WEAK, "right", 0.5),
    ]
    if asked:
        tables += [(views.UNWILLING, "wrong", 1.2), (views.WILLING, "right", willing)]
    taken: list[tuple[int, int]] = []
    for pattern, side, weight in tables:
        for match in pattern.finditer(text):
            if any(first < match.end() and match.start() < last for first, last in taken):
                continue
            taken.append(match.span())
            cue = _Cue(side, weight, start + match.start(), start + match.end())
            if side in {"wrong", "right"}:
                begin, stop = _sentence_around(text, match.start())
                weighed = _weighed(plain, cue, start + begin, start + stop, names, target)
                if weighed is not None:
                    found.append(weighed)
            elif pattern is not views.CALM_IF_ASKED or views.ASKING.search(plain[max(0, start - 60) : end]):
                found.append(cue)
    for match in deeds.TURNING_AWAY.finditer(text):
        if not views.NEGATED.search(text[: match.start()]):
            found.append(_Cue("right" if asked else "wrong", 1.6, start + match.start(), start + match.end()))
    for match in views.ADVANCES.finditer(text):
        if target & stems(text[match.end() : match.end() + 60]):
            found.append(_Cue("right", 1.4, start + match.start(), start + match.end()))
    return found


def _weighed(plain: str, cue: _Cue, begin: int, stop: int, names: Names, target: frozenset[str]) -> _Cue | None:
    """Weigh a judging word by what it is aimed at, and turn it round where it is denied."""
    word, before, after = plain[cue.start : cue.end], plain[begin : cue.start], plain[cue.end : stop]
    side, weight = cue.side, cue.weight
    if views.FEELING.match(word) and views.OTHERS_FEEL.search(before):
        return None  # the anger of others, told or admitted
    if views.NEGATED.search(before):
        side, weight = {"wrong": "right", "right": "wrong"}[side], weight * 0.9
    if views.TAKES_AN_OBJECT.match(word):
        words = re.split(r"[,.;:()]| (?:but|while|although|because|and that) ", after, maxsplit=1)[0]
        nearest = " ".join(words.split()[:8])
        punished = views.PUNISHING.match(words)
        if punished and not target & stems(punished.group()):
            side = {"wrong": "right", "right": "wrong"}[side]
        elif target & stems(nearest):
            weight *= 1.5
        elif not nearest.strip('“”" '):
            weight *= 1.0 if views.THE_THING.search(before[-50:]) or target & stems(before) else 0.5
        elif not views.THE_THING.match(words):
            weight *= 0.2
        return dataclasses.replace(cue, side=side, weight=weight)
    return dataclasses.replace(cue, side=side, weight=weight * _aim(plain[begin:stop], begin, stop, names, target))


def _sentence_around(text: str, place: int) -> tuple[int, int]:
    begin = max(text.rfind(". ", 0, place), text.rfind("; ", 0, place), text.rfind("? ", 0, place)) + 1
    stops = [at for mark in (". ", "; ", "? ") if (at := text.find(mark, place)) != -1]
    return begin, min(stops, default=len(text))


def _aim(clause: str, start: int, end: int, names: Names, target: frozenset[str]) -> float:
    """Return how much a judging word counts: more when the target is named beside it, less when somebody else is."""
    words = stems(clause)
    if target & words:
        return 1.5
    if words & _OTHER_MATTERS:
        return 0.3
    others = [m for m in names.within(start, end) if m.name.kind == PERSON and not stems(m.name.name) & target]
    return 0.4 if others else 1.0


def _of_the_verb(
    plain: str, saying: Saying, names: Names, target: frozenset[str], *, asked: bool, moved: bool
) -> list[_Cue]:
    """Read the verb itself: condemning, backing, urging that a thing stop, cutting ties."""
    start, end = saying.own
    clause = plain[saying.clause[0] : saying.clause[1]] if saying.clause else ""
    if saying.deed in {deeds.AWAY, deeds.PROTEST, deeds.JOINING, deeds.LAW}:
        # Turning away answers a thing by judging it wrong, and a demand by heeding it.
        heeds = asked or moved and saying.deed in {deeds.PROTEST, deeds.JOINING}
        side = "right" if heeds and saying.deed != deeds.LAW else "wrong"
        return [_Cue(side, 2.2, start, saying.clause[1] if saying.clause else end)]
    if saying.deed == deeds.GIVING:
        return [_Cue("right", 1.0, start, saying.clause[1] if saying.clause else end)]
    if saying.deed:
        return []
    if saying.verb in views.JUDGES_WRONG | views.JUDGES_RIGHT:
        side = "wrong" if saying.verb in views.JUDGES_WRONG else "right"
        cue = _Cue(side, 1.8, start, end)
        weighed = _weighed(plain, cue, start, saying.clause[1] if saying.clause else end, names, target)
        return [weighed] if weighed is not None else []
    if saying.verb in views.DEMANDS or saying.kind == OPEN_LETTER:
        stops = views.STOPS.search(clause)
        if stops:
            side = "right" if asked else "wrong"
            at = saying.clause[0] if saying.clause else start
            return [_Cue(side, 2.2, at + stops.start(), at + stops.end())]
        goes_on = views.GOES_ON.search(clause)
        onward = clause[goes_on.end() : goes_on.end() + 60] if goes_on else ""
        if goes_on and saying.clause and (target & stems(onward) or views.THE_THING.match(onward)):
            return [_Cue("right", 2.0, saying.clause[0] + goes_on.start(), saying.clause[0] + goes_on.end())]
    return []


def _weigh(plain: str, cues: Sequence[_Cue], target: str) -> View:
    def total(side: str) -> float:
        """Add up the strongest; a long text must not become a judgement by its length."""
        ranked = sorted((cue.weight for cue in cues if cue.side == side), reverse=True)
        return sum(ranked[:2]) + 0.4 * sum(ranked[2:5])

    def best(*sides: str) -> tuple[tuple[int, int], ...]:
        ranked = sorted((cue for cue in cues if cue.side in sides), key=lambda cue: -cue.weight)[:3]
        return tuple((cue.start, cue.end) for cue in sorted(ranked, key=lambda cue: cue.start))

    def shown(spans: Sequence[tuple[int, int]]) -> str:
        return ", ".join(f"“{' '.join(plain[start:end].split())[:60]}”" for start, end in spans)

    about = target or "the matter"
    wrong, right, calm, neutral = total("wrong"), total("right"), total("calm"), total("neutral")
    if neutral >= _ENOUGH and max(wrong, right) < 1.8 * _ENOUGH:
        spans = best("neutral")
        return View(str(Stance.NEUTRAL), f"{shown(spans)} says that no side is taken.", spans, 0.7)
    if wrong >= 2.4 and right >= 2.4 and min(wrong, right) / max(wrong, right) > 0.7:
        spans = best("wrong", "right")
        return View(str(Stance.MIXED), f"{shown(spans)} go both ways on {about}.", spans, 0.35)
    if max(wrong, right) >= _ENOUGH and not (
        calm >= _ENOUGH and max(wrong, right) < 1.5 * _ENOUGH and calm > max(wrong, right)
    ):
        side, stance, word = (
            ("wrong", Stance.CRITICAL, "wrong") if wrong >= right else ("right", Stance.SUPPORTIVE, "right")
        )
        spans = best(side)
        sure = min(0.85, 0.4 + abs(wrong - right) / 10)
        return View(str(stance), f"{shown(spans)} judges {about} {word}.", spans, sure)
    if calm >= _ENOUGH:
        spans = best("calm")
        return View(
            str(Stance.CALLS_FOR_CALM), f"{shown(spans)} asks for calm or openness and blames nobody.", spans, 0.6
        )
    return View(str(Stance.NO_POSITION), f"The words are held, and nothing in them judges {about}.", (), 0.45)
