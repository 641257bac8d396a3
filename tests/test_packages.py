"""The data package: what the record was at one line of the ledger, whole or not there at all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests import factories as make
from tracker import tasks
from tracker.delivery import packages
from tracker.models import Statement
from tracker.review import takedown

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def record() -> Statement:
    make.make_outlet()
    statement = make.make_statement(person=make.make_person(company=make.make_company()), summary="=1+1")
    make.make_statement(company=make.make_company("Pinhay Rail"), said="2026-03-02")
    make.make_inquiry()
    return statement


def publish(day: int = 20) -> packages.Version:
    made = packages.publish(now=make.NOW.replace(day=day))
    assert made is not None
    return made


def test_a_version_holds_what_the_lists_hold(client: Client, record: Statement, place: Path) -> None:
    made = publish()
    here = place / made.name
    described = json.loads((here / "datapackage.json").read_text())
    for one in described["resources"]:
        content = (here / one["path"]).read_bytes()
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}" and one["bytes"] == len(content)
        if one["format"] == "csv":
            lines = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
            assert len(lines) == one["rows"]
            assert [field["name"] for field in one["schema"]["fields"]] == list(lines[0] if lines else {}) or not lines
        elif one["format"] == "ndjson":
            assert len(content.splitlines()) == one["entries"]
    for name in ("statements", "events", "companies", "people", "outlets", "inquiries", "corrections", "reports"):
        held = [json.loads(line) for line in (here / f"{name}.ndjson").read_text().splitlines()]
        listed = client.get(f"/api/v1/{name}/").json()["results"]
        key = "slug" if name in ("events", "companies", "people", "outlets") else "id"
        assert {row[key]: row for row in held} == {row[key]: row for row in listed}, name
    sums = dict(line.split("  ")[::-1] for line in (here / "SHA256SUMS").read_text().splitlines())
    assert sums["statements.csv"] == made.files["statements.csv"]["sha256"]
    assert (described["ledger_line"], described["codebook_version"], described["licenses"][0]["name"]) == (
        made.line, "1.0", "CC-BY-4.0",
    )  # fmt: skip


def test_the_database_can_be_asked(record: Statement, place: Path) -> None:
    made = publish()
    database = sqlite3.connect(place / made.name / "onrecord.sqlite3")
    found = database.execute(
        "SELECT s.id, s.stance, s.stance_target, s.summary, s.operations_only, c.name FROM statements s "
        "JOIN voices v ON v.statement = s.id JOIN companies c ON c.slug = v.company "
        "WHERE v.capacity = 'official' AND c.slug = 'calder-ferries'"
    ).fetchall()
    assert found == [(record.public_id, "critical", "the harbour strike order", "=1+1", 0, "Calder Ferries")], (
        "in a database the words stay as they are"
    )
    assert dict(database.execute("SELECT name, value FROM about"))["line"] == str(made.line)
    assert "'=1+1" in (place / made.name / "statements.csv").read_text()


def test_a_version_is_made_only_when_something_changed_and_says_what(record: Statement, place: Path) -> None:
    first = publish()
    assert packages.publish(now=make.NOW.replace(day=21)) is None
    later = make.make_statement(said="2026-03-03", company=make.make_company("Ottery Mills"))
    second = publish(day=22)
    lines = [json.loads(line) for line in (place / second.name / "changes.ndjson").read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(first.line + 1, second.line + 1))
    assert lines[-1]["id"] == later.public_id
    assert [one.name for one in packages.versions()] == [second.name, first.name]


def test_what_is_published_meanwhile_is_not_in_it(
    record: Statement, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = packages._read

    def slowly(name: str, line: int) -> Any:
        if name == "voices":
            make.make_statement(said="2026-03-01", company=make.make_company("Ottery Mills"))
        return reading(name, line)

    monkeypatch.setattr(packages, "_read", slowly)
    made = publish()
    assert len((place / made.name / "companies.ndjson").read_text().splitlines()) == 3
    assert "ottery-mills" not in (place / made.name / "voices.csv").read_text()


def test_half_a_version_is_never_seen(record: Statement, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    make.make_statement(said="2026-03-01")
    monkeypatch.setattr(packages, "_describe", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        packages.publish(now=make.NOW.replace(day=21))
    assert len(packages.versions()) == 1
    assert sorted(path.name for path in place.iterdir()) == sorted([packages.versions()[0].name, "index.json"])


def test_a_version_that_holds_what_was_removed_is_taken_back(client: Client, record: Statement, place: Path) -> None:
    first = publish()
    path = f"/data/{first.name}/statements.csv"
    assert client.get(path).status_code == 200
    takedown.withhold(record, by=make.editor(), why="A complaint.")
    assert client.get(path).status_code == 410, "at once, before the next version"
    second = publish(day=21)
    assert not (place / first.name).exists()
    assert record.public_id not in (place / second.name / "statements.ndjson").read_text()
    assert client.get(path).status_code == 410
    assert [one.taken_back for one in packages.versions()] == ["", "2026-03-21"]
    assert make.QUOTE not in (place / second.name / "changes.ndjson").read_text().split(record.public_id)[1][:400]


def test_files_are_served_by_the_names_in_the_index_and_no_others(client: Client, record: Statement) -> None:
    assert client.get("/data/").json()["versions"] == []
    assert client.get("/data/latest/").status_code == 404
    made = publish()
    body = client.get("/data/").json()["versions"][0]
    assert (body["version"], body["ledger_line"]) == (made.name, made.line)
    for one in body["files"]:
        answer = client.get(one["url"].removeprefix("http://testserver"))
        content = b"".join(answer)
        assert answer.status_code == 200 and hashlib.sha256(content).hexdigest() == one["sha256"]
        assert answer["Content-Disposition"] == f'attachment; filename="{one["name"]}"'
        again = client.get(one["url"].removeprefix("http://testserver"), headers={"if-none-match": answer["ETag"]})
        assert again.status_code == 304
    moved = client.get("/data/latest/statements.csv")
    assert (moved.status_code, moved["Location"]) == (302, f"/data/{made.name}/statements.csv")
    for path in (
        f"/data/{made.name}/../index.json",
        f"/data/{made.name}/%2e%2e%2findex.json",
        "/data/.making/x",
        f"/data/{made.name}/nothing.csv",
    ):
        assert client.get(path).status_code in (400, 404)


def test_the_command_and_the_nightly_task_write_one(record: Statement, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("publish_data")
    assert "statements: 2 rows" in capsys.readouterr().out
    call_command("publish_data")
    assert "Nothing has changed" in capsys.readouterr().out
    make.make_statement(said="2026-03-01")
    tasks.publish_data()
    assert len(packages.versions()) == 2
