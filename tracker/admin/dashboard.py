"""What needs an editor now: counts with the way there, and candidates in and out per day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.db.models.functions import TruncDate
from django.urls import reverse

from tracker.admin.desk import waiting
from tracker.models import Candidate, Citation, Feed, Notice, Report
from tracker.models.choices import FeedState, NoticeState, ReportState, StatementState
from tracker.review import second_coding

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DAYS = 28
WIDTH, HEIGHT, BASE = 640, 120, 96


@dataclasses.dataclass(frozen=True)
class Need:
    """One number, what it counts, and where to go. ``calls`` means that it should be nothing."""

    n: int
    what: str
    address: str
    calls: bool = False
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Bar:
    """A day of the chart: what came in and what was decided, with the place of both bars."""

    day: dt.date
    came: int
    went: int
    x: float
    came_y: float
    came_height: float
    went_height: float
    label: str


def needs_of(user: User, *, now: dt.datetime) -> list[Need]:
    """Count what waits, for those who may see it. One query a number."""
    if not user.has_perm("tracker.view_candidate"):
        return []
    pending = Candidate.objects.pending()
    counts = waiting.counts()
    oldest = pending.order_by().aggregate(oldest=Min("created_at"))["oldest"]
    desk = reverse("admin:desk_queue")
    found = [
        Need(counts["pending"], _many(counts["pending"], "candidate waits", "candidates wait"), desk,
             note=_age(oldest, now)),
        Need(pending.filter(claimed_by=user, claimed_until__gte=now).count(), "claimed by me", f"{desk}?mine=on"),
        Need(counts["awaiting"], _many(counts["awaiting"], "awaits a second approval", "await a second approval"),
             reverse("admin:desk_approvals")),
        Need(counts["drafts"], _many(counts["drafts"], "draft not yet public", "drafts not yet public"),
             reverse("admin:desk_drafts")),
    ]  # fmt: skip
    differ, twice = second_coding.open_questions(), len(second_coding.waiting_for(user))
    second = reverse("admin:desk_second")
    found += [
        Need(differ, _many(differ, "disagreement to settle", "disagreements to settle"), second),
        Need(twice, _many(twice, "statement for me to code a second time", "statements for me to code a second time"),
             second),
    ]  # fmt: skip
    failed = Report.objects.filter(state__in=[ReportState.FAILED, ReportState.PARKED]).count()
    if user.has_perm("tracker.view_report"):
        found.append(
            Need(failed, _many(failed, "report failed", "reports failed"),
                 _list("report", state__in=f"{ReportState.FAILED},{ReportState.PARKED}"), calls=bool(failed))
        )  # fmt: skip
    if user.has_perm("tracker.view_notice"):
        notices = Notice.objects.exclude(state=NoticeState.CLOSED).count()
        found.append(
            Need(notices, _many(notices, "notice to look into", "notices to look into"),
                 _list("notice", state__in=f"{NoticeState.OPEN},{NoticeState.EXAMINING}"), calls=bool(notices))
        )  # fmt: skip
    if user.has_perm("tracker.view_feed"):
        ailing = Feed.objects.filter(state=FeedState.ACTIVE, failures__gt=0).count()
        ailing += Feed.objects.exclude(state=FeedState.ACTIVE).exclude(last_error="").count()
        found.append(Need(ailing, _many(ailing, "feed ails", "feeds ail"), _list("feed"), calls=bool(ailing)))
    drifted = Citation.objects.filter(
        source_changed_at__isnull=False, statement__state=StatementState.PUBLISHED
    ).count()
    found.append(
        Need(drifted, _many(drifted, "quote whose source changed", "quotes whose source changed"),
             _list("citation", source_changed_at__isempty=0), calls=bool(drifted))
    )  # fmt: skip
    return found


def in_and_out(*, now: dt.datetime) -> list[Bar]:
    """Return the last four weeks: candidates found and candidates decided, a pair of bars a day."""
    first = now.date() - dt.timedelta(days=DAYS - 1)
    start = dt.datetime.combine(first, dt.time(), tzinfo=dt.UTC)
    came = _by_day(Candidate.objects.filter(created_at__gte=start), "created_at")
    went = _by_day(Candidate.objects.filter(decided_at__gte=start), "decided_at")
    if not came and not went:
        return []
    most = max([*came.values(), *went.values(), 1])
    step = WIDTH / DAYS
    bars = []
    for number in range(DAYS):
        day = first + dt.timedelta(days=number)
        high, low = came.get(day, 0) / most * (BASE - 12), went.get(day, 0) / most * (BASE - 12)
        bars.append(
            Bar(
                day,
                came.get(day, 0),
                went.get(day, 0),
                round(number * step, 1),
                round(BASE - high, 1),
                round(high, 1),
                round(low, 1),
                f"{day.day} {day:%b}" if number % 7 == 0 else "",
            )
        )
    return bars


def chart_of(bars: list[Bar]) -> dict[str, Any]:
    """Return what the drawing needs."""
    half = round(WIDTH / DAYS / 2 - 1.5, 1)
    return {
        "bars": [
            {"bar": bar, "went_x": round(bar.x + half + 1, 1), "went_y": round(BASE - bar.went_height, 1)}
            for bar in bars
        ],
        "width": WIDTH,
        "height": HEIGHT,
        "base": BASE,
        "half": half,
        "came": sum(bar.came for bar in bars),
        "went": sum(bar.went for bar in bars),
        "days": DAYS,
    }  # fmt: skip


def _by_day(rows: Any, column: str) -> dict[dt.date, int]:
    counted = rows.order_by().annotate(day=TruncDate(column, tzinfo=dt.UTC)).values("day").annotate(n=Count("pk"))
    return {row["day"]: row["n"] for row in counted}


def _list(model: str, **filters: Any) -> str:
    address = reverse(f"admin:tracker_{model}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def _many(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def _age(moment: dt.datetime | None, now: dt.datetime) -> str:
    if moment is None:
        return ""
    hours = int((now - moment).total_seconds() // 3600)
    return f"oldest {hours} h" if hours < 48 else f"oldest {hours // 24} days"
