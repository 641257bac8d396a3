"""Which found row is which expected row.

The organisation must be the same; a silence is only ever a silence. Beyond that a pair
needs one thing more: words in common, or one voice (the same speaker, or nobody named on
either side and both or neither a workforce). So a statement with the wrong speaker still
matches by its words, one with the wrong words by its speaker, and each is then counted
as wrong in that field; an unrelated statement of the same organisation does not match.
Of all ways to pair the rows of an article the one with the most agreement is taken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from tracker.core.drafts import Draft, DraftVoice, Span
from tracker.ingest.scoring import alike
from tracker.ingest.scoring.articles import SILENCES, Annotated, Row


@dataclasses.dataclass(frozen=True)
class FoundRow:
    """One voice of a draft, with the draft it is of."""

    voice: DraftVoice
    draft: Draft

    @property
    def names(self) -> frozenset[str]:
        """The comparable names it gives the organisation."""
        return alike.organizations((self.voice.organization, self.voice.organization_as_written))

    @property
    def quotes(self) -> tuple[Span, ...]:
        """Where its quotations stand."""
        return tuple((quote.start, quote.end) for quote in self.draft.quotes)

    @property
    def silent(self) -> bool:
        """It is about an organisation that did not answer."""
        return self.draft.kind in SILENCES


@dataclasses.dataclass(frozen=True)
class Matched:
    """What came of one article: pairs of required rows, what was missed, and what should not be there.

    ``aside`` is what matches optional rows; it counts neither way.
    """

    article: Annotated
    pairs: tuple[tuple[Row, FoundRow], ...]
    missed: tuple[Row, ...]
    false: tuple[FoundRow, ...]
    aside: tuple[FoundRow, ...]


def rows_of(drafts: Sequence[Draft]) -> list[FoundRow]:
    """Return a row for each voice of each draft."""
    return [FoundRow(voice, draft) for draft in drafts for voice in draft.voices]


def match(article: Annotated, found: Sequence[FoundRow]) -> Matched:
    """Pair the found rows of an article with the expected ones."""
    weights = [[agreement(article, row, one) for one in found] for row in article.rows]
    paired = _best_pairs(weights)
    taken = set(paired.values())
    pairs = tuple(
        (article.rows[row], found[one]) for row, one in sorted(paired.items()) if not article.rows[row].optional
    )
    missed = tuple(row for at, row in enumerate(article.rows) if at not in paired and not row.optional)
    optional = [at for at, row in enumerate(article.rows) if row.optional]
    aside, false = [], []
    for at, one in enumerate(found):
        if at in taken:
            if not any(paired.get(row) == at and not article.rows[row].optional for row in range(len(article.rows))):
                aside.append(one)
        elif any(weights[row][at] > 0 for row in optional):
            aside.append(one)
        else:
            false.append(one)
    return Matched(article, pairs, missed, tuple(false), tuple(aside))


def agreement(article: Annotated, row: Row, found: FoundRow) -> float:
    """Say how well a found row fits an expected one; 0 when it is another."""
    wanted = alike.organizations(
        (
            row.organization,
            row.organization_as_written,
            *row.accept_also.get("organization", ()),
            *row.accept_also.get("organization_as_written", ()),
        )
    )
    if not wanted & found.names or row.silent != found.silent:
        return 0.0
    shared = overlap(row.quotes, found.quotes)
    speaker = speaks(row, found)
    if not shared and not speaker and not _retold(article, row, found):
        return 0.0
    return (
        1.0
        + 8.0 * shared
        + 4.0 * speaker
        + 1.0 * (found.draft.kind in row.accepted("kind"))
        + 0.5 * (found.draft.channel in row.accepted("channel"))
        + 0.5 * (found.voice.capacity in row.accepted("capacity"))
        + 0.25 * (not row.optional)
    )


def speaks(row: Row, found: FoundRow) -> bool:
    """Whether both rows have one voice: the same person, or nobody named and both or neither a workforce."""
    for accepted in row.accepted("speaker"):
        if not alike.same_person(accepted, found.voice.speaker):
            continue
        if accepted is not None or (found.voice.capacity == "staff") in {
            capacity == "staff" for capacity in row.accepted("capacity")
        }:
            return True
    # By the codebook a staff voice names nobody, whomever the article names.
    return row.capacity == "staff" and found.voice.capacity == "staff" and found.voice.speaker is None


def overlap(wanted: Sequence[Span], found: Sequence[Span]) -> float:
    """Return the share of the letters in common, of the side that has fewer; 0 when either has none."""
    shorter = min(_letters(wanted), _letters(found))
    return shared_letters(wanted, found) / shorter if shorter else 0.0


def shared_letters(wanted: Sequence[Span], found: Sequence[Span]) -> int:
    """Count the letters that lie in a passage of both."""
    return sum(max(0, min(end, other_end) - max(start, other)) for start, end in wanted for other, other_end in found)


def _letters(spans: Sequence[Span]) -> int:
    return sum(end - start for start, end in spans)


def _retold(article: Annotated, row: Row, found: FoundRow) -> bool:
    """Whether the found row rests on the very words that the expected one is attributed by."""
    if not row.attribution or row.quotes:
        return False
    at = article.text.find(row.attribution)
    return at >= 0 and bool(shared_letters([(at, at + len(row.attribution))], found.draft.spans))


def _best_pairs(weights: Sequence[Sequence[float]]) -> dict[int, int]:
    """Return the pairing with the greatest sum: row to column, pairs of weight 0 left out.

    Augmenting paths with potentials (the Hungarian method) on the square of costs.
    """
    size = max(len(weights), max((len(row) for row in weights), default=0))
    if not size:
        return {}
    cost = [
        [-(weights[row][at] if row < len(weights) and at < len(weights[row]) else 0.0) for at in range(size)]
        for row in range(size)
    ]
    rows, columns = [0.0] * (size + 1), [0.0] * (size + 1)
    owner = [0] * (size + 1)
    for row in range(1, size + 1):
        owner[0] = row
        at = 0
        least = [float("inf")] * (size + 1)
        came, seen = [0] * (size + 1), [False] * (size + 1)
        while True:
            seen[at] = True
            step, following = float("inf"), 0
            for other in range(1, size + 1):
                if seen[other]:
                    continue
                reduced = cost[owner[at] - 1][other - 1] - rows[owner[at]] - columns[other]
                if reduced < least[other]:
                    least[other], came[other] = reduced, at
                if least[other] < step:
                    step, following = least[other], other
            for other in range(size + 1):
                if seen[other]:
                    rows[owner[other]] += step
                    columns[other] -= step
                else:
                    least[other] -= step
            at = following
            if not owner[at]:
                break
        while at:
            owner[at], at = owner[came[at]], came[at]
    return {owner[at] - 1: at - 1 for at in range(1, size + 1) if cost[owner[at] - 1][at - 1] < 0}
