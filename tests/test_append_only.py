"""Evidence and ledger rows are never changed or deleted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from tracker.models import Redaction, Release

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def line() -> Release:
    return Release.objects.create(
        seq=1, kind="added", entity="event", public_id="a-strike", body={}, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )


def test_a_line_of_the_ledger_cannot_be_changed(line: Release) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Release.objects.filter(seq=1).update(public_id="another")


def test_a_line_of_the_ledger_cannot_be_deleted(line: Release) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        line.delete()


def test_an_open_redaction_lets_it_be_overwritten(line: Release) -> None:
    ana, ben = (User.objects.create_user(name) for name in ("ana", "ben"))
    redaction = Redaction.objects.create(
        entity="event", row="a-strike", reason="court order", asked_by=ana, approved_by=ben, open=True
    )
    Release.objects.filter(seq=1).update(body=None)
    redaction.open = False
    redaction.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Release.objects.filter(seq=1).update(body={"again": True})
