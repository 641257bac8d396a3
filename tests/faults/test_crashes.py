"""Killed between any two statements, and taken up again: the work is done once, wherever it was cut off.

A child process does the work and ends itself, as ``kill -9`` would, right before its
n-th statement to the database or its n-th step on the file system; then the work is
taken up by somebody else, after the lease. The long form tries every n, the short one
every fourth.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.fakes import Server
from tests.faults import table
from tests.machine import page
from tracker.core import storage
from tracker.ingest import pipeline, warm
from tracker.models import ApiToken, Candidate, Capture, FetchAttempt, Idempotency, Outbox, Release, Report, Statement
from tracker.models.choices import FetchOutcome, ReportState, StatementState
from tracker.review import publishing, rights

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

RUNS = int(os.environ.get("FAULTS_RUNS", "1"))
STRIDE = int(os.environ.get("FAULTS_STRIDE", "4"))  # the long form tries every step
KILLED = 137
FILE_STEPS = ("mkstemp", "fsync", "replace")


class Cut:
    """Ends the process right before the n-th statement or file step."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def step(self) -> None:
        """Count one step."""
        self.seen += 1
        if self.seen == self.at:
            os._exit(KILLED)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.step()
        return execute(sql, params, many, context)

    def watch_files(self) -> None:
        """Count the steps of writing a capture too."""
        for name in FILE_STEPS:
            home: Any = storage.tempfile if name == "mkstemp" else storage.os
            real = getattr(home, name)

            def counted(*given: Any, real: Callable[..., Any] = real, **more: Any) -> Any:
                self.step()
                return real(*given, **more)

            setattr(home, name, counted)


def cut_off(work: Callable[[], object], *, at: int) -> bool:
    """Do the work in a child that ends itself at its ``at``-th step; False when it came to its end before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            cut = Cut(at)
            cut.watch_files()
            connection.ensure_connection()
            with connection.execute_wrapper(cut):
                work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, KILLED}, f"the child ended with {code} at step {at}"
    return code == KILLED


def every_cut(
    work: Callable[[], object], prepare: Callable[[], object], *, first: int = 1, stride: int = 1
) -> Iterator[int]:
    """Prepare, cut the work off at its first step, and at later ones until it is not reached; yield each."""
    at = first
    while True:
        prepare()
        killed = cut_off(work, at=at)
        yield at
        if not killed:
            return
        at += stride


def test_the_pipeline_is_taken_up_wherever_it_was_cut_off(web: Server) -> None:
    factories.make_company("Calder Ferries")
    factories.make_company("Pinhay Rail")
    event = factories.make_event()
    warm.warm_up()
    cuts = lost = doubled = 0
    usual: int | None = None
    for run in range(RUNS):
        held: dict[str, Report] = {}

        def arrives(run: int = run, held: dict[str, Report] = held) -> None:
            number = run * 1000 + Report.objects.count()
            url = web.answers(f"/{number}", page(number), Content_Type="text/html")
            held["report"], _ = pipeline.receive(url=url, events=(event.pk,))

        def work(held: dict[str, Report] = held) -> None:
            pipeline.advance(held["report"].pk)

        for _ in every_cut(work, arrives, first=1 + run % STRIDE, stride=STRIDE):
            report = held["report"]
            later = timezone.now() + dt.timedelta(hours=1)
            pipeline.advance(report.pk, now=lambda later=later: later)  # type: ignore[misc]
            report.refresh_from_db()
            lost += report.state != ReportState.PROPOSED
            found = Candidate.objects.filter(report=report).count()
            usual = usual or found
            doubled += Capture.objects.filter(report=report).count() != 1
            doubled += found != usual
            doubled += FetchAttempt.objects.filter(report=report, outcome=FetchOutcome.FETCHED).count() > 2
            assert storage.exists(Capture.objects.get(report=report).storage_key)
            cuts += 1
    table.record(
        "pipeline cut off between two steps",
        given=cuts,
        lost=lost,
        doubled=doubled,
        remark=f"every {STRIDE}. step, {RUNS} run(s)",
    )
    assert (lost, doubled) == (0, 0)
    assert usual and cuts > 100 * RUNS // STRIDE


def test_publishing_is_taken_up_wherever_it_was_cut_off() -> None:
    made: list[Statement] = []

    def ready() -> None:
        statement = _another(len(made))
        publishing.publish(statement, by=factories.editor(), delay=0)
        made.append(statement)

    cuts = lost = doubled = 0
    for _ in every_cut(lambda: publishing.take_effect(timezone.now()), ready):
        publishing.take_effect(timezone.now())
        row = Statement.objects.get(pk=made[-1].pk)
        lines = Release.objects.filter(public_id=row.public_id, kind="added").count()
        lost += row.state != StatementState.PUBLISHED or lines == 0
        doubled += lines > 1
        doubled += Outbox.objects.count() != Outbox.objects.values("release").distinct().count()
        cuts += 1
    table.record("publication cut off between two steps", given=cuts, lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)
    assert cuts > 10


def _another(number: int) -> Statement:
    company = factories.make_company(f"Company Number {number}")
    return factories.make_statement(published=False, company=company, stance="no_position")


def test_what_is_sent_in_is_taken_once_wherever_the_answer_was_cut_off() -> None:
    event = factories.make_event()
    user = factories.make_user("machine", rights.CONTRIBUTOR)
    _, token = ApiToken.objects.create(user=user, expiry=None, name="crashes", scopes=["reports"])
    sent = 0

    def send() -> int:
        answer = Client().post(
            "/api/v1/reports/",
            {"url": f"https://the-gazette.example/{sent}", "events": [event.slug]},
            content_type="application/json",
            headers={"authorization": f"Token {token}", "idempotency-key": f"crash-{sent}"},
        )
        return int(answer.status_code)

    def next_one() -> None:
        nonlocal sent
        sent += 1

    cuts = lost = doubled = 0
    for _ in every_cut(send, next_one):
        assert send() == 202  # the client was told nothing, so it asks again under the same key
        rows = Report.objects.filter(url=f"https://the-gazette.example/{sent}").count()
        lost += rows == 0
        doubled += rows > 1 or Idempotency.objects.filter(key=f"crash-{sent}").count() > 1
        cuts += 1
    table.record("submission cut off between two steps", given=cuts, lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)
    assert cuts > 3
