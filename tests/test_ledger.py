"""The ledger has a line exactly when the change does, in commit order."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from tracker.core import ledger
from tracker.models import Outbox, Release

pytestmark = pytest.mark.database

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def write(public_id: str = "harbour-strike") -> Release:
    return ledger.record(kind="added", entity="event", public_id=public_id, body={"slug": public_id}, at=NOW, by=None)


@pytest.mark.django_db
def test_lines_are_numbered_without_gaps_and_wait_in_the_outbox() -> None:
    assert [write().seq for _ in range(3)] == [1, 2, 3]
    assert Outbox.objects.filter(drained_at=None).count() == 3
    assert ledger.version()[0] == 3


@pytest.mark.django_db(transaction=True)
def test_a_line_without_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match="in the transaction of the change"):
        write()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_taken_back_leaves_no_line_and_no_gap() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write()
        raise RuntimeError("the change failed")
    with transaction.atomic():
        assert write().seq == 1


@pytest.mark.django_db(transaction=True)
def test_workers_are_woken_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(ledger, "_wake", lambda: woken.append(True))
    with transaction.atomic():
        write()
        assert not woken
    assert woken == [True]


@pytest.mark.django_db
def test_coverage_counts_on_its_own() -> None:
    before = ledger.version()
    ledger.bump_coverage()
    ledger.bump_coverage()
    assert ledger.version() == (before[0], before[1] + 2)


@pytest.mark.django_db(transaction=True)
def test_publishers_at_once_get_numbers_in_commit_order() -> None:
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        pytest.fail("the test database must be a file: threads cannot share one in memory")
    failures: list[BaseException] = []

    def publish(number: int) -> None:
        try:
            with transaction.atomic():
                write(f"event-{number}")
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(Release.objects.values_list("seq", flat=True)) == list(range(1, 13))
