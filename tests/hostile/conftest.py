"""The namespace's inside, once for the whole run, and the table at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile import table
from tests.hostile.world import PUBLIC_V4, PUBLIC_V6, Everywhere, NameServer, answer, world

# Outside the namespace these would dial real addresses: `make hostile` enters it first.
collect_ignore_glob = [] if os.environ.get("ONRECORD_HOSTILE") == "1" else ["test_*.py"]


@pytest.fixture(scope="session")
def everything() -> Iterator[tuple[Everywhere, NameServer]]:
    """Listen everywhere."""
    with world() as (everywhere, names):
        names.name("pub.test", PUBLIC_V4)
        names.name("six.test", PUBLIC_V6)
        names.name("both.test", PUBLIC_V4, PUBLIC_V6)
        yield everywhere, names


@pytest.fixture
def web(everything: tuple[Everywhere, NameServer]) -> Everywhere:
    """The listener, with a new count and one good page."""
    everywhere, _ = everything
    everywhere.forget()
    everywhere.page("pub.test", "/", answer(b"<html><title>Good</title><p>A page that may be read.</p></html>"))
    return everywhere


@pytest.fixture
def names(everything: tuple[Everywhere, NameServer]) -> NameServer:
    """The name server."""
    return everything[1]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was tried and what came through."""
    if table.LINES:
        terminalreporter.write_line("")
        terminalreporter.write_line(table.rendered())
