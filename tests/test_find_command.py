"""``manage.py find`` prints what was found, in a form programs rely on, and writes nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

SAMPLE = Path(settings.FIXTURES_DIR) / "reports" / "sel-crossing-order" / "kestrian-wire-statements.html"
TEXT = """Ferries and the order

MARENHOLT, March 16, 2026 — The Sel Crossing Order divided employers again.

“The Crossing Order is wrong and should be repealed,” Dorrit Halm, chief executive of Sundermere Logistics, \
said in a statement on Sunday.

Dunmarrow Energy declined to comment.
"""


def run(*arguments: str) -> tuple[dict[str, Any], str]:
    out = io.StringIO()
    call_command("find", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue()), out.getvalue()


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as before the first migration: names and events come from the fixtures."""
    from django.db import OperationalError

    from tracker.management.commands import find

    def missing() -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(find, "knowledge", missing)


def test_the_form_is_the_one_programs_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    found, _ = run(str(file), "--event", "sel-crossing-order")
    assert "fixtures/" in capsys.readouterr().err
    assert "text" not in found
    halm, energy = found["candidates"]
    (voice,) = halm["voices"]
    assert (voice["organization"], voice["speaker"], voice["role"], voice["capacity"]) == (
        "Sundermere Logistics",
        "Dorrit Halm",
        "chief executive",
        "official",
    )
    assert (halm["kind"], halm["channel"], halm["stance"]) == ("statement", "public", "critical")
    (quote,) = halm["quotes"]
    assert TEXT[quote["start"] : quote["end"]] == quote["text"] == "The Crossing Order is wrong and should be repealed"
    assert halm["said"] == {
        "earliest": "2026-03-15",
        "latest": "2026-03-15",
        "precision": "day",
        "as_written": "on Sunday",
    }
    for key in ("medium", "disclosure", "reported_by", "attribution", "confidence", "reasons"):
        assert key in halm
    assert energy["kind"] == "declined_to_comment"


def test_an_html_page_carries_the_text_its_offsets_count_in() -> None:
    found, _ = run(str(SAMPLE), "--event", "sel-crossing-order")
    quotes = [quote for one in found["candidates"] for quote in one["quotes"]]
    assert quotes
    assert all(found["text"][quote["start"] : quote["end"]] == quote["text"] for quote in quotes)


def test_offsets_count_in_the_file_as_given(tmp_path: Path) -> None:
    file = tmp_path / "dos.txt"
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    found, _ = run(str(file))
    (quote,) = found["candidates"][0]["quotes"]
    assert file.read_bytes().decode()[quote["start"] : quote["end"]] == quote["text"]


def test_an_unknown_event_names_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    with pytest.raises(CommandError, match="The nearest is “sel-crossing-order”") as refused:
        run(str(file), "--event", "sel-crossing-ordr")
    assert refused.value.returncode == 2


def test_without_a_target_the_stance_stays_empty(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    found, _ = run(str(file))
    assert {one["stance"] for one in found["candidates"]} == {None}
    found, _ = run(str(file), "--stance-target", "the Sel Crossing Order")
    assert found["candidates"][0]["stance"] == "critical"


def test_a_file_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("nowhere.txt")


def test_in_words_for_people(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    out = io.StringIO()
    call_command("find", str(file), "--event", "sel-crossing-order", stdout=out)
    assert "Dunmarrow Energy declined to comment." in out.getvalue()
    assert "    stance: " in out.getvalue()
