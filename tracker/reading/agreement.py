"""How far two coders agree who see neither each other's choice nor the machine's.

From the blind codings of the random fifth that is coded twice, before anybody settled
them, by major version of the codebook. Alpha is Krippendorff's, nominal, as the
``krippendorff`` package computes it; its interval is drawn by resampling statements.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

from tracker.core.sampling import in_sample
from tracker.models import Coding
from tracker.models.choices import Capacity, CodedField, Stance, StatementState

FEWEST = 20  # statements coded twice; fewer bear no figure
TENTATIVE = 0.667
RESAMPLES = 300
LISTS = {CodedField.STANCE: Stance, CodedField.CAPACITY: Capacity}

Unit = tuple[int, tuple[str, ...]]  # the statement, and the values its coders chose for one thing


@dataclasses.dataclass(frozen=True)
class Alpha:
    """Agreement on one value against all others, or on all values (``value`` empty). ``alpha`` is None if all agree
    on one value only, where it is not defined."""

    value: str
    n: int
    same: float
    alpha: float | None
    least: float | None
    most: float | None

    @property
    def tentative(self) -> bool:
        """Whether the figure is too low to lean on."""
        return self.alpha is not None and self.alpha < TENTATIVE


@dataclasses.dataclass(frozen=True)
class Agreement:
    """Agreement on one coded field under one major version of the codebook; no figures where ``n`` is too small."""

    field: str
    codebook: str
    n: int
    figures: tuple[Alpha, ...]


def agreement() -> list[Agreement]:
    """Return the agreement on stance and capacity, by major version of the codebook, newest first. One query."""
    rows = (
        Coding.objects.filter(blind=True, adjudicates=None, statement__state=StatementState.PUBLISHED)
        .order_by("statement", "voice", "coder")
        .values_list("field", "codebook_version", "statement", "statement__public_id", "voice", "value")
    )
    units: dict[tuple[str, str], dict[tuple[int, int | None], list[str]]] = {}
    for field, version, statement, public_id, voice, value in rows:
        if in_sample(public_id):
            under = units.setdefault((version.split(".")[0], field), {})
            under.setdefault((statement, voice), []).append(value)
    found = []
    for (major, field), held in sorted(units.items(), key=lambda item: (-_number(item[0][0]), item[0][1])):
        twice = tuple((statement, tuple(values)) for (statement, _), values in held.items() if len(values) > 1)
        n = len({statement for statement, _ in twice})
        found.append(Agreement(field, major, n, _figures(twice, tuple(LISTS[CodedField(field)].values), n)))
    return found


@functools.lru_cache(maxsize=16)
def _figures(units: tuple[Unit, ...], values: tuple[str, ...], n: int) -> tuple[Alpha, ...]:
    if n < FEWEST:
        return ()
    used = [value for value in values if any(value in chosen for _, chosen in units)]
    return tuple(_alpha(units, value) for value in ("", *used))


def _alpha(units: Sequence[Unit], value: str) -> Alpha:
    """Work out one line; with a value, every other one counts as the same other."""
    import numpy as np  # heavy, and needed on one page only

    told = [(unit, [one == value if value else one for one in chosen]) for unit, chosen in units]
    known = sorted({one for _, chosen in told for one in chosen}, key=str)
    counts = np.array([[chosen.count(one) for one in known] for _, chosen in told])
    statements = np.array([unit for unit, _ in told])
    alpha = _of(counts)
    interval = _interval(counts, statements) if alpha is not None else None
    pairs = counts.sum(axis=1) * (counts.sum(axis=1) - 1)
    same = float((counts * (counts - 1)).sum() / pairs.sum())
    involved = sum(value in chosen for _, chosen in units) if value else len(units)
    return Alpha(value, involved, same, alpha, *(interval or (None, None)))


def _of(counts: object) -> float | None:
    import krippendorff
    import numpy as np

    held = np.asarray(counts)
    if (held.sum(axis=0) > 0).sum() < 2:
        return None
    return float(krippendorff.alpha(value_counts=held, level_of_measurement="nominal"))


def _interval(counts: object, statements: object) -> tuple[float, float] | None:
    """Draw statements again and again, with all that was coded of each; the middle 95 per cent."""
    import numpy as np

    held, owner = np.asarray(counts), np.asarray(statements)
    drawn = np.random.default_rng(20260128)
    places = [np.flatnonzero(owner == one) for one in np.unique(owner)]
    alphas: list[float] = []
    for _ in range(RESAMPLES):
        picked = drawn.integers(0, len(places), len(places))
        one = _of(held[np.concatenate([places[n] for n in picked])])
        if one is not None:
            alphas.append(one)
    if len(alphas) < RESAMPLES / 2:
        return None
    least, most = np.percentile(alphas, [2.5, 97.5])
    return float(least), float(most)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
