"""What the demonstration puts on record: logins, reference data, reports through the real queue, an editor's decisions.

Every step may be run again, and goes on from wherever the last run was cut off.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from tracker.ingest import pipeline
from tracker.models import Candidate, Citation, Company, Inquiry, Report, Statement
from tracker.models.choices import (
    UNFINISHED_REPORTS,
    Basis,
    CandidateState,
    CorrectionReason,
    ReportState,
    Stand,
    StatementState,
)
from tracker.operations.demo_pages import manifest, place_of
from tracker.review import candidates, loading, publishing, reference, rights
from tracker.review.errors import ReviewError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PASSWORD = "sample-data-only"
EDITOR, APPROVER = "demo-editor", "demo-approver"
SHOWN_EVENT = "sel-crossing-order"  # the tree whose silence page has the most to show
MAIL = "demo.onrecord.example"  # by which operations.safety knows them, and refuses to go live with them


class Refused(Exception):
    """The demonstration is not to be put here. The message says why."""


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far the sample reports have come."""

    total: int
    at_rest: int
    states: Mapping[str, int]
    candidates: int

    @property
    def done(self) -> bool:
        """Whether no report has a step still to take."""
        return self.at_rest == self.total

    def __str__(self) -> str:
        told = [f"{self.at_rest} of {self.total} reports read", f"{self.candidates} candidates"]
        for state in (ReportState.DUPLICATE, ReportState.IRRELEVANT, ReportState.FAILED, ReportState.PARKED):
            if self.states.get(state):
                told.append(f"{self.states[state]} {state.label.lower()}")
        return ", ".join(told)


@dataclasses.dataclass(frozen=True)
class Counted:
    """What stands on the demonstration's record."""

    statements: int
    inquiries: int
    waiting: int
    failed: int


def refuse_if_real() -> None:
    """Raise ``Refused`` unless this is a place for sample data and for logins whose password everybody knows."""
    if not (settings.DEBUG and settings.SAMPLE_DATA):
        raise Refused("The demonstration and its logins exist only with DEBUG=1 and SAMPLE_DATA=1.")


def logins() -> tuple[User, User]:
    """Return the editor and the second approver, made if they are not there."""
    refuse_if_real()
    group = rights.create_roles()[rights.EDITOR]
    made = []
    for name in (EDITOR, APPROVER):
        user, new = get_user_model().objects.get_or_create(
            username=name, defaults={"email": f"{name}@{MAIL}", "is_staff": True}
        )
        if new:
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        user.groups.add(group)
        made.append(user)
    return made[0], made[1]


def load(*, by: User) -> bool:
    """Load the reference data, if none is there; say whether it was."""
    if Company.objects.exists():
        return False
    loading.load(settings.FIXTURES_DIR, by=by)
    return True


def submit(*, pages: str, by: User, kick: Callable[[int], bool]) -> int:
    """Send in the fixture reports that are not there yet, by their address on the page server; say how many.

    What stands in a feed comes in as from a feed, nobody vouching for it: only so can a
    report turn out to be irrelevant. The few others are sent in by the editor.
    """
    held = by_file()
    sent = 0
    for entry in manifest(settings.FIXTURES_DIR):
        if entry["file"] not in held:
            report, _ = pipeline.receive(
                url=f"http://{pages}{place_of(entry['url'])}", by=None if entry["in_feed"] else by
            )
            kick(report.pk)
            sent += 1
    return sent


def by_file() -> dict[str, Report]:
    """Return the fixture reports that are held, by their file."""
    at = {report.url.partition("://")[2].partition("/")[2]: report for report in Report.objects.exclude(url="")}
    places = {entry["file"]: place_of(entry["url"]).lstrip("/") for entry in manifest(settings.FIXTURES_DIR)}
    return {file: at[place] for file, place in places.items() if place in at}


def progress() -> Progress:
    """Say how far the fixture reports have come."""
    reports = list(by_file().values())
    states = Counter(report.state for report in reports)
    return Progress(
        total=len(reports),
        at_rest=sum(count for state, count in states.items() if state not in UNFINISHED_REPORTS),
        states=states,
        candidates=Candidate.objects.filter(report__in=[report.pk for report in reports]).count(),
    )


def decisions(fixtures: Path | None = None) -> list[dict[str, Any]]:
    """Return what the demonstration's editors decide, in the order in which they do."""
    path = (fixtures or settings.FIXTURES_DIR) / "reviewed.json"
    told: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return told


def review(*, editor: User, approver: User, told: Iterable[Mapping[str, Any]] | None = None) -> list[str]:
    """Decide as the fixtures say, have it approved by the second editor, publish; return what could not be done.

    Decided first and approved afterwards: a link or a denial that is added later would
    take an approval back.
    """
    desk = _Desk(editor)
    for row in decisions() if told is None else told:
        try:
            with transaction.atomic():
                desk.decide(row)
        except ReviewError as error:
            desk.problems.append(f"{_words(row)}: {error.sentence}")
    for row, made in desk.to_publish:
        try:
            _publish(made, approve=bool(row.get("approve")), editor=editor, approver=approver)
        except ReviewError as error:
            desk.problems.append(f"{_words(row)}: {error.sentence}")
    return desk.problems


def on_their_way() -> int:
    """Say how many rows are to be public in a moment."""
    return sum(model._default_manager.exclude(publish_at=None).count() for model in (Statement, Inquiry))


def counted() -> Counted:
    """Count what stands on record, what waits for an editor, and what could not be read."""
    return Counted(
        statements=Statement.objects.filter(state=StatementState.PUBLISHED, merged_into=None).count(),
        inquiries=Inquiry.objects.filter(state=StatementState.PUBLISHED).count(),
        waiting=Candidate.objects.pending().count(),
        failed=Report.objects.filter(state__in=[ReportState.FAILED, ReportState.PARKED]).count(),
    )


class _Desk:
    """One editor at work; knows what became of which proposal."""

    def __init__(self, editor: User) -> None:
        self.editor = editor
        self.problems: list[str] = []
        self.to_publish: list[tuple[Mapping[str, Any], Statement | Inquiry]] = []
        self._made: dict[tuple[Any, ...], Statement | Inquiry] = {}
        self._reports = _with_their_copies()

    def decide(self, row: Mapping[str, Any]) -> None:
        """Do with one proposal what the row says."""
        candidate = self._find(row)
        if candidate is None:
            if not row.get("if_present"):
                self.problems.append(f"{_words(row)}: the finder has not proposed it.")
            return
        if row["decision"] == "reject":
            if candidate.state == CandidateState.PENDING:
                candidates.reject(candidate, by=self.editor, reason=row["reason"])
            return
        made = candidate.statement or candidate.inquiry
        if candidate.state == CandidateState.PENDING:
            made = self._take(candidate, row)
        if made is None:
            return
        self._made[_key(row["report"], row["match"])] = made
        if row.get("publish"):
            self.to_publish.append((row, made))

    def _take(self, candidate: Candidate, row: Mapping[str, Any]) -> Statement | Inquiry:
        edits = dict(row.get("edits") or {})
        changed_at = edits.pop("source_changed_at", None)
        if row.get("no_inquiry_reason"):
            edits["no_inquiry_reason"] = row["no_inquiry_reason"]
        if edits.get("links"):
            edits["links"] = [{**link, "to": self._earlier(link["to"], row)} for link in edits["links"]]
        if row["decision"] == "merge":
            return candidates.merge(candidate, into=self._earlier(row["into"], row), by=self.editor, edits=edits)
        made = candidates.accept(candidate, by=self.editor, edits=edits)
        if changed_at:
            citation = made.citations.get(report=candidate.report)
            citation.source_changed_at = dt.datetime.fromisoformat(changed_at).replace(tzinfo=dt.UTC)
            reference.save(citation, by=self.editor)
        if row.get("also_denies"):
            denial = Citation(report=candidate.report, stand=Stand.DENIES, basis=Basis.NAMED_SPOKESPERSON)
            denial.statement = self._earlier(row["also_denies"], row)  # type: ignore[assignment]
            reference.save(denial, by=self.editor, reason=CorrectionReason.NEW_EVIDENCE)
        return made

    def _earlier(self, match: Mapping[str, Any], row: Mapping[str, Any]) -> Statement | Inquiry:
        made = self._made.get(_key(match.get("report") or row["report"], match))
        if made is None:
            raise ReviewError(f"it refers to {_words({'match': match})}, which is not on record.")
        return made

    def _find(self, row: Mapping[str, Any]) -> Candidate | None:
        match = row["match"]
        proposed = Candidate.objects.filter(report__in=self._reports.get(row["report"], []), kind=match["kind"])
        for candidate in proposed.select_related("statement", "inquiry", "report").order_by("-confidence", "pk"):
            voices = candidate.draft["voices"]
            if any(
                (one["organization"], one["speaker"]) == (match["organization"], match["speaker"]) for one in voices
            ):
                return candidate
        return None


def _publish(made: Statement | Inquiry, *, approve: bool, editor: User, approver: User) -> None:
    made.refresh_from_db()
    if made.state not in (StatementState.DRAFT, StatementState.APPROVED) or made.publish_at is not None:
        return  # done by a run before this one
    if approve and isinstance(made, Statement) and made.state == StatementState.DRAFT:
        made = publishing.approve(made, by=approver)
    publishing.publish(made, by=editor)


def _with_their_copies() -> dict[str, list[int]]:
    """Return the reports in which a file's proposals may stand: of copies of one text, the first to come is read."""
    held = by_file()
    story = {entry["file"]: entry.get("story") or entry["file"] for entry in manifest(settings.FIXTURES_DIR)}
    return {file: [held[other].pk for other in held if story[other] == story[file]] for file in story}


def _key(report: str, match: Mapping[str, Any]) -> tuple[Any, ...]:
    return report, match["organization"], match["speaker"], match["kind"]


def _words(row: Mapping[str, Any]) -> str:
    match = row["match"]
    who = f"{match['speaker']} for {match['organization']}" if match["speaker"] else match["organization"]
    return f"{who} ({match['kind'].replace('_', ' ')})" + (f" in {row['report']}" if row.get("report") else "")
