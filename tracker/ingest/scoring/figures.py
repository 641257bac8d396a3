"""The shares that come of matched articles, and the lines that tell the next person what to work on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from tracker.core.drafts import Span
from tracker.ingest.scoring import alike
from tracker.ingest.scoring.articles import Row
from tracker.ingest.scoring.matching import FoundRow, Matched, shared_letters

CLASSES = ("critical", "supportive", "mixed", "calls_for_calm", "no_position")
WIDEST_DATE = 7  # days beyond the right ones within which an honest range still counts
_NO_VIEW = frozenset({None, "neutral", "no_position", "unclear"})
# The annotated sets name some media in words of their own.
_MEDIA: dict[str, frozenset[str]] = {
    "email/memo": frozenset({"email_or_memo"}),
    "unspecified statement": frozenset({"unspecified", "press_release", "spokesperson", "website"}),
    "unspecified internal message": frozenset({"unspecified", "email_or_memo", "chat"}),
    "internal discussion boards": frozenset({"chat", "unspecified"}),
    "internal meeting": frozenset({"all_hands"}),
    "notes of an internal meeting": frozenset({"all_hands", "unspecified"}),
    "blog post": frozenset({"website"}),
    "social post": frozenset({"social_post"}),
    "press release": frozenset({"press_release"}),
    "letter": frozenset({"open_letter", "unspecified", "filing"}),
    "investor call": frozenset({"earnings_call"}),
}
# What stands in a floor file: the same on every machine, unlike milliseconds.
SHARES = (
    "precision",
    "recall",
    "f1",
    "speaker",
    "role",
    "capacity",
    "channel",
    "medium",
    "kind",
    "stance",
    "stance_macro",
    "date",
    "reported_by",
    "attribution",
    "quotes_found",
    "quotes_right",
    "organization",
)
COUNTS = ("false_on_negatives", "quotes_not_in_text")
WANTED = {
    "precision": 0.85,
    "recall": 0.75,
    "f1": 0.80,
    "speaker": 0.95,
    "channel": 0.95,
    "kind": 0.95,
    "stance": 0.75,
    "stance_macro": 0.65,
    "quotes_found": 0.90,
    "organization": 0.97,
}
MS_WANTED = 120.0


@dataclasses.dataclass(frozen=True)
class Mark:
    """How many were right, of how many."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """The share that was right; None when there was nothing to get right."""
        return self.right / self.of if self.of else None


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A field of a matched row that is not as expected."""

    field: str
    wanted: str
    found: str


@dataclasses.dataclass(frozen=True)
class Figures:
    """All that was measured on a set of articles."""

    articles: int
    negatives: int
    precision: Mark
    recall: Mark
    fields: dict[str, Mark]
    classes: dict[str, Mark]
    quotes_found_of_all: Mark
    reported_by_named: Mark
    date_exact: Mark
    false_on_negatives: int
    quotes_not_in_text: int
    milliseconds: tuple[float, ...]

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        precision, recall = self.precision.share, self.recall.share
        if precision is None or recall is None:
            return None
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    @property
    def stance_macro(self) -> float | None:
        """The mean over the classes of stance that occur."""
        shares = [mark.share for mark in self.classes.values() if mark.share is not None]
        return statistics.fmean(shares) if shares else None

    def share(self, name: str) -> float | None:
        """Return one of ``SHARES`` by its name."""
        if name in {"f1", "stance_macro"}:
            value: float | None = getattr(self, name)
            return value
        mark: Mark = getattr(self, name) if name in {"precision", "recall"} else self.fields[name]
        return mark.share

    def as_json(self) -> dict[str, Any]:
        """Return every figure in plain types, shares with the counts they come of."""
        told: dict[str, Any] = {"articles": self.articles, "negatives": self.negatives}
        for name in SHARES:
            mark = self.mark(name)
            told[name] = {"share": _rounded(self.share(name)), **(dataclasses.asdict(mark) if mark else {})}
        told["stance_by_class"] = {
            name: {"share": _rounded(mark.share), **dataclasses.asdict(mark)} for name, mark in self.classes.items()
        }
        for name in ("quotes_found_of_all", "reported_by_named", "date_exact"):
            extra: Mark = getattr(self, name)
            told[name] = {"share": _rounded(extra.share), **dataclasses.asdict(extra)}
        told |= {name: getattr(self, name) for name in COUNTS}
        told["ms_cpu"] = {
            "mean": _rounded(statistics.fmean(self.milliseconds), 1) if self.milliseconds else None,
            "most": _rounded(max(self.milliseconds, default=0.0), 1),
        }
        return told

    def mark(self, name: str) -> Mark | None:
        """Return the counts behind a share, where it is of counts."""
        if name in {"f1", "stance_macro"}:
            return None
        mark: Mark = getattr(self, name) if name in {"precision", "recall"} else self.fields[name]
        return mark

    def lines(self) -> list[str]:
        """Return the figures as a table to read."""
        out = [f"{self.articles} articles, {self.negatives} of them without any statement."]
        for name in SHARES:
            mark, share = self.mark(name), self.share(name)
            counts = f"{mark.right:4d} of {mark.of:<4d}" if mark else " " * 12
            wanted = f"wanted {WANTED[name]:.2f}" if name in WANTED else ""
            out.append(f"  {_label(name):<34} {_shown(share)}  {counts}  {wanted}".rstrip())
            if name == "stance_macro":
                out += [
                    f"      {_label(each):<30} {_shown(one.share)}  {one.right:4d} of {one.of:<4d}".rstrip()
                    for each, one in self.classes.items()
                ]
        for name in ("quotes_found_of_all", "reported_by_named", "date_exact"):
            extra: Mark = getattr(self, name)
            out.append(f"  {_label(name):<34} {_shown(extra.share)}  {extra.right:4d} of {extra.of:<4d}".rstrip())
        out.append(f"  {'false rows on negatives':<34} {self.false_on_negatives:5d}                wanted 0")
        out.append(f"  {'quotes not in the text':<34} {self.quotes_not_in_text:5d}                wanted 0")
        if self.milliseconds:
            mean, most = statistics.fmean(self.milliseconds), max(self.milliseconds)
            out.append(
                f"  {'ms CPU an article, mean':<34} {mean:5.0f}  most {most:5.0f}    wanted {MS_WANTED:.0f} at most"
            )
        return out


def measure(matched: Sequence[Matched], *, milliseconds: Sequence[float] = ()) -> Figures:
    """Count what was right. Fields are counted on matched required rows only."""
    pairs = [(one, row, found) for one in matched for row, found in one.pairs]
    missed = sum(len(one.missed) for one in matched)
    false = sum(len(one.false) for one in matched)
    judged = [(field, right) for one, row, found in pairs for field, right, _, _ in judge(one.article.text, row, found)]
    fields = {
        name: Mark(sum(right for field, right in judged if field == name), sum(field == name for field, _ in judged))
        for name in SHARES
        if name not in {"precision", "recall", "f1", "stance_macro", "quotes_found", "quotes_right"}
    }
    spoken = [(row, found) for _, row, found in pairs if not row.silent]
    found_quotes = [covered(quote, found.quotes) for row, found in spoken for quote in row.quotes]
    lost = sum(len(row.quotes) for one in matched for row in one.missed)
    fields["quotes_found"] = Mark(sum(found_quotes), len(found_quotes))
    fields["quotes_right"] = _quotes_right(pairs)
    by_class = {
        name: [stance_right(row, found) for row, found in spoken if stance_class(row.stance) == name]
        for name in CLASSES
    }
    named = [(row, found) for _, row, found in pairs if row.reported_by]
    dated = [(row, found) for _, row, found in pairs if row.days]
    return Figures(
        articles=len(matched),
        negatives=sum(one.article.negative for one in matched),
        precision=Mark(len(pairs), len(pairs) + false),
        recall=Mark(len(pairs), len(pairs) + missed),
        fields=fields,
        classes={name: Mark(sum(rights), len(rights)) for name, rights in by_class.items() if rights},
        quotes_found_of_all=Mark(sum(found_quotes), len(found_quotes) + lost),
        reported_by_named=Mark(sum(_reported_right(row, found) for row, found in named), len(named)),
        date_exact=Mark(sum(_dated(row, found, slack=0) for row, found in dated), len(dated)),
        false_on_negatives=sum(len(one.false) for one in matched if one.article.negative),
        quotes_not_in_text=sum(
            one.article.text[quote.start : quote.end] != quote.text
            for one in matched
            for draft in {id(row.draft): row.draft for row in _every(one)}.values()
            for quote in draft.quotes
        ),
        milliseconds=tuple(milliseconds),
    )


def judge(text: str, row: Row, found: FoundRow) -> Iterable[tuple[str, bool, str, str]]:
    """Yield every field that can be judged on a matched row: its name, whether right, wanted, found."""
    voice, draft = found.voice, found.draft
    resolved = alike.organizations((row.organization, *row.accept_also.get("organization", ())))
    if voice.is_new_organization:  # nobody could know the usual name of what is in no list
        resolved |= alike.organizations(
            (row.organization_as_written, *row.accept_also.get("organization_as_written", ()))
        )
    yield (
        "organization",
        bool(alike.organizations((voice.organization,)) & resolved),
        row.organization,
        voice.organization or "-",
    )
    yield "speaker", _speaker_right(row, found), row.speaker or "nobody", voice.speaker or "nobody"
    if row.role and not row.silent:
        right = any(alike.same_role(role, voice.role) for role in row.accepted("role"))
        yield "role", right, row.role, voice.role or "none"
    yield "capacity", voice.capacity in row.accepted("capacity"), row.capacity, voice.capacity
    yield "channel", draft.channel in row.accepted("channel"), row.channel, draft.channel
    if not row.silent and row.kind != "action":
        yield "medium", draft.medium in _media(row), row.medium, draft.medium
    yield "kind", _kind_right(row, draft.kind), row.kind, draft.kind
    if not row.silent:
        yield "stance", stance_right(row, found), str(row.stance), str(draft.stance)
    if row.days:
        said = f"{draft.said.earliest}…{draft.said.latest}"
        yield "date", _dated(row, found, slack=WIDEST_DATE), "…".join(row.days[0]), said
    yield "reported_by", _reported_right(row, found), row.reported_by or "none", draft.reported_by or "none"
    if row.attribution:
        yield "attribution", _attributed(row.attribution, draft.attribution), row.attribution, draft.attribution or "-"


def wrongs(text: str, row: Row, found: FoundRow) -> list[Wrong]:
    """Return the fields of a matched row that are not as expected."""
    found_wrong = [Wrong(field, wanted, got) for field, right, wanted, got in judge(text, row, found) if not right]
    lost = [quote for quote in row.quotes if not covered(quote, found.quotes)]
    return found_wrong + [Wrong("quote", text[start:end], "not found") for start, end in lost]


def stance_class(stance: str | None) -> str:
    """Return the class a stance is counted in."""
    return "no_position" if stance in _NO_VIEW else str(stance)


def stance_right(row: Row, found: FoundRow) -> bool:
    """Whether the found stance is one that counts as right."""
    return stance_class(found.draft.stance) in {stance_class(stance) for stance in row.accepted("stance")}


def covered(quote: Span, found: Sequence[Span]) -> bool:
    """Whether at least half of a quotation was found; long ones may come in pieces."""
    return 2 * shared_letters([quote], found) >= quote[1] - quote[0]


def passage(text: str, spans: Sequence[Span], *, most: int = 400) -> str:
    """Return the sentences in which passages stand, on one line, cut when long."""
    told: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        opening = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start) + 1, -1) + 1
        ends = [at for at in (text.find("\n", end), text.find(". ", end) + 1) if at > 0]
        closing = end if text[end - 1 : end] in ".!?" else min(ends, default=len(text))
        if not told or opening >= told[-1][1]:
            told.append((opening, closing))
    words = " […] ".join(" ".join(text[start:end].split()) for start, end in told)
    return words if len(words) <= most else words[:most] + " …"


def where(text: str, row: Row) -> list[Span]:
    """Return where an expected row stands: its quotations, else its attribution, else the organisation's name."""
    if row.quotes:
        return list(row.quotes)
    for words in (row.attribution, row.speaker, row.organization_as_written, row.organization):
        if words and (at := text.rfind(words)) >= 0:
            return [(at, at + len(words))]
    return []


def _every(one: Matched) -> list[FoundRow]:
    return [*(found for _, found in one.pairs), *one.false, *one.aside]


def _speaker_right(row: Row, found: FoundRow) -> bool:
    if any(alike.same_person(accepted, found.voice.speaker) for accepted in row.accepted("speaker")):
        return True
    return row.capacity == "staff" and found.voice.speaker is None


def _kind_right(row: Row, kind: str) -> bool:
    accepted = row.accepted("kind")
    return kind in accepted or (kind == "statement" and "action" in accepted)


def _media(row: Row) -> frozenset[str]:
    return frozenset().union(*(_MEDIA.get(str(medium), frozenset({str(medium)})) for medium in row.accepted("medium")))


def _dated(row: Row, found: FoundRow, *, slack: int) -> bool:
    """Whether the found bounds hold one of the right dates and are at most ``slack`` days wider."""
    said = found.draft.said
    if not said.earliest or not said.latest:
        return False
    return any(
        said.earliest <= earliest
        and latest <= said.latest
        and _days_between(said.earliest, said.latest) - _days_between(earliest, latest) <= slack
        for earliest, latest in row.days
    )


def _days_between(one: str, other: str) -> int:
    return (dt.date.fromisoformat(other) - dt.date.fromisoformat(one)).days


def _reported_right(row: Row, found: FoundRow) -> bool:
    return alike.outlet(found.draft.reported_by) in {alike.outlet(name) for name in row.accepted("reported_by")}


def _attributed(wanted: str, found: str | None) -> bool:
    """Whether half of the words that carry the source were kept, or all that was kept are of them."""
    first, second = alike.plain(wanted).split(), alike.plain(found or "").split()
    if not second:
        return False
    common = len(set(first) & set(second))
    return common >= 0.5 * len(set(first)) or " ".join(second) in " ".join(first)


def _quotes_right(pairs: Sequence[tuple[Matched, Row, FoundRow]]) -> Mark:
    """Of the quotations in matched rows, those that are that row's own (or an optional row's of the same article)."""
    right = of = 0
    for one, row, found in pairs:
        own = [*row.quotes, *(quote for other in one.article.rows if other.optional for quote in other.quotes)]
        for quote in found.quotes:
            of += 1
            right += 2 * shared_letters([quote], own) >= quote[1] - quote[0]
    return Mark(right, of)


def _rounded(share: float | None, digits: int = 4) -> float | None:
    return None if share is None or math.isnan(share) else round(share, digits)


def _shown(share: float | None) -> str:
    return "    -" if share is None else f"{share:5.3f}"


def _label(name: str) -> str:
    return {
        "f1": "F1",
        "organization": "organisation resolved",
        "stance_macro": "stance, mean of classes",
        "quotes_found": "quotes found (matched rows)",
        "quotes_found_of_all": "quotes found (all required rows)",
        "quotes_right": "quotes in the right row",
        "reported_by": "reported by",
        "reported_by_named": "reported by, where named",
        "date": f"date (right days, ≤ {WIDEST_DATE} more)",
        "date_exact": "date, to the day",
    }.get(name, name.replace("_", " "))
