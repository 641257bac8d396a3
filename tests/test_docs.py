"""Tests keep the documents true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

ROOT = Path(__file__).resolve().parent.parent


def test_the_data_dictionary_is_current() -> None:
    call_command("data_dictionary", "--check")


def test_every_column_says_what_it_means() -> None:
    silent = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("tracker").get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.get_fields()
        if isinstance(field, models.Field)
        and field.name not in {"id", "created_at", "updated_at", "digest", "token_key", "user", "created", "expiry"}
        and not field.help_text
    ]
    assert not silent


def test_every_setting_read_from_the_environment_is_described() -> None:
    read = set(re.findall(r'(?:env\.\w+|number)\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text()))
    read |= set(re.findall(r'env\.str\("([A-Z_]+)"', (ROOT / "config" / "env.py").read_text()))
    described = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text()))
    assert read <= described, f"docs/operations.md does not describe {', '.join(sorted(read - described))}"


@pytest.mark.parametrize(
    "paper", sorted(ROOT.glob("docs/**/*.md")) + sorted(ROOT.glob("*.md")), ids=lambda paper: paper.name
)
def test_links_between_documents_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", paper.read_text()):
        assert (paper.parent / target).exists(), f"{paper.name} links to {target}"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
