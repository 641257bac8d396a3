"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from tracker.models import append_only

_flush = TransactionTestCase._fixture_teardown


def pytest_configure(config: pytest.Config) -> None:
    """Hash passwords cheaply: a suite makes thousands of users."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _flush_with_triggers_off(self: TransactionTestCase) -> None:
    """Empty the database after a transactional test; the append-only triggers would refuse."""
    for alias in self.databases or ["default"]:
        append_only.drop(connections[alias])
    try:
        _flush(self)
    finally:
        for alias in self.databases or ["default"]:
            append_only.make(connections[alias])


TransactionTestCase._fixture_teardown = _flush_with_triggers_off  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def captures_in_a_folder_of_their_own(settings: object, tmp_path: object) -> Iterator[None]:
    """Keep what tests capture away from everything else."""
    settings.CAPTURES_DIR = tmp_path / "captures"  # type: ignore[attr-defined, operator]
    yield
