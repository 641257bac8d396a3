"""How far reports have come: counts for whoever waits for them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection

from tracker.models import Candidate, Report
from tracker.models.choices import UNFINISHED_REPORTS, ReportState

WIDTH = 24
SOON = dt.timedelta(seconds=5)  # a report that is tried again later than this is not waited for


@dataclasses.dataclass(frozen=True)
class Progress:
    """Reports counted by what became of them. ``later`` will be tried again, but not within this wait."""

    total: int
    settled: int
    found: int
    duplicates: int
    irrelevant: int
    failed: int
    later: int

    @property
    def over(self) -> bool:
        """Nothing is left that waiting would bring to its end."""
        return self.settled + self.later >= self.total

    def bar(self) -> str:
        """Return a bar with counts, for a terminal."""
        full = WIDTH * (self.settled + self.later) // self.total if self.total else WIDTH
        return f"[{'#' * full}{'-' * (WIDTH - full)}] {self}"

    def __str__(self) -> str:
        told = [
            f"{self.settled} of {self.total}",
            f"found {self.found}",
            f"duplicates {self.duplicates}",
            f"failed {self.failed}",
        ]
        if self.irrelevant:
            told.append(f"irrelevant {self.irrelevant}")
        if self.later:
            told.append(f"to be tried again {self.later}")
        return " · ".join(told)


def progress(ids: Collection[int], *, now: dt.datetime, known: int = 0) -> Progress:
    """Count these reports and the candidates found in them. ``known`` are those that were no news on arrival.

    A report that has been deleted meanwhile is settled: there is nothing to wait for.
    """
    rows = Report.objects.filter(pk__in=ids)
    states = list(rows.values_list("state", "failures", "next_try_at"))
    under_way = [row for row in states if row[0] in UNFINISHED_REPORTS]
    later = sum(1 for _, failures, at in under_way if failures and at is not None and at > now + SOON)
    named = [state for state, _, _ in states]
    return Progress(
        total=len(ids) + known,
        settled=len(ids) + known - len(under_way),
        found=Candidate.objects.filter(report__in=ids).count(),
        duplicates=known + named.count(ReportState.DUPLICATE),
        irrelevant=named.count(ReportState.IRRELEVANT),
        failed=named.count(ReportState.FAILED) + named.count(ReportState.PARKED),
        later=later,
    )


def troubles(ids: Collection[int], *, now: dt.datetime) -> list[str]:
    """Return a line in words for each report that failed, or that will be tried again."""
    lines = []
    for report in Report.objects.filter(pk__in=ids).order_by("pk"):
        name = report.url or report.headline or report.public_id
        if report.state in {ReportState.FAILED, ReportState.PARKED}:
            lines.append(f"{name}: {report.state_reason or report.error}")
        elif report.state in UNFINISHED_REPORTS and report.next_try_at is not None and report.next_try_at > now:
            lines.append(f"{name}: {report.error} It is tried again at {report.next_try_at:%H:%M} UTC.")
    return lines
