"""Kept apart from the suite: these take minutes, and break things."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import Server, server
from tests.faults import table
from tests.faults.rig import Rig
from tracker.operations import handoff
from tracker.operations.handoff import Breaker
from tracker.operations.processes import Group

collect_ignore_glob = [] if os.environ.get("ONRECORD_FAULTS") == "1" else ["test_*.py"]


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    """A server of pages."""
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        yield made


@pytest.fixture
def rig(tmp_path: Path, web: Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """The programs of one installation; nothing runs yet."""
    monkeypatch.setattr(handoff, "breaker", Breaker())
    with Group(logs=tmp_path, grace=30) as group:
        made = Rig(group, tmp_path, allow=web.host)
        settings.BROKER_URL = made.broker_url
        yield made


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was broken and what came of it."""
    if table.LINES:
        terminalreporter.write_line("")
        terminalreporter.write_line(table.rendered())
