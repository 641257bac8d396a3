"""Imports go one way, and only one module opens a door to the outside."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TRACKER = Path(__file__).resolve().parent.parent / "tracker"

# Each stage may import what stands in its row. "reading" alone is shared sideways, by delivery.
BELOW = {
    "models": set(),
    "core": {"models"},
    "ingest": {"models", "core"},
    "review": {"models", "core"},
    "reading": {"models", "core"},
    "delivery": {"models", "core", "reading"},
    "operations": {"models", "core", "ingest", "review", "reading", "delivery"},
    "tasks": {"models", "core", "ingest", "review", "reading", "delivery", "operations"},
}
TOP = {"api", "pages", "admin", "management", "templatetags", "apps"}
HTTP_CLIENTS = {
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
    "http.client",
    "urllib.request",
    "socket",
    "ftplib",
    "smtplib",
}


def imported(path: Path) -> set[str]:
    """Return the dotted names a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def modules() -> list[Path]:
    return [path for path in sorted(TRACKER.rglob("*.py")) if "migrations" not in path.parts]


def stage_of(path: Path) -> str:
    first = path.relative_to(TRACKER).parts[0]
    return first.removesuffix(".py")


def test_every_part_of_tracker_has_its_place() -> None:
    known = {*BELOW, *TOP, "__init__"}
    assert {stage_of(path) for path in modules()} <= known


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(TRACKER)))
def test_imports_go_one_way(path: Path) -> None:
    stage = stage_of(path)
    stages = {name.split(".")[1] for name in imported(path) if name.startswith("tracker.")}
    if stage in BELOW:
        wrong = stages - BELOW[stage] - {stage}
        assert not wrong, f"{path.relative_to(TRACKER)} imports {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(TRACKER)))
def test_only_the_guard_opens_connections(path: Path) -> None:
    if path == TRACKER / "core" / "net.py" or stage_of(path) == "operations" or "management" in path.parts:
        return  # the guard itself; and what starts or asks our own servers on this machine
    clients = {
        name
        for name in imported(path)
        if any(name == client or name.startswith(client + ".") for client in HTTP_CLIENTS)
    }
    assert not clients, f"{path.relative_to(TRACKER)} imports {', '.join(sorted(clients))}: go through tracker.core.net"


def test_the_finder_and_the_deciders_are_pure() -> None:
    for path in [*sorted((TRACKER / "ingest" / "find").rglob("*.py")), TRACKER / "ingest" / "decide.py"]:
        if not path.exists():
            continue
        names = imported(path)
        assert not any(
            name.startswith("django.db") or name.startswith("tracker.models.") and "choices" not in name
            for name in names
        ), path
