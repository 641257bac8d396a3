"""The demonstration: what it serves, what it refuses, what it leaves alone, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.factories import editor, make_candidate, make_draft, make_event, make_report, second_editor
from tracker.models import Candidate, Statement
from tracker.operations import demo, demo_record
from tracker.operations.demo_pages import PageServer, feeds, manifest, place_of
from tracker.operations.safety import unsafe

FIXTURES = Path(settings.FIXTURES_DIR)


def got(address: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


# --- The outlets -------------------------------------------------------------------------


def test_every_page_is_served_where_its_address_says_and_feeds_lead_there() -> None:
    server = PageServer(FIXTURES, port=0)
    try:
        for entry in manifest(FIXTURES):
            status, body = got(f"http://{server.host}{place_of(entry['url'])}")
            assert (status, body) == (200, (FIXTURES / "reports" / entry["file"]).read_bytes())
        for place in feeds(FIXTURES).values():
            status, body = got(f"http://{server.host}{place}")
            assert status == 200 and f"<link>http://{server.host}/".encode() in body
            assert b"https://" not in body
        assert got(f"http://{server.host}/nothing/here")[0] == 404
    finally:
        server.close()


# --- What it refuses and what it leaves alone ----------------------------------------------


def database(folder: Path, *, users: int) -> Path:
    path = folder / "onrecord.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE auth_user (id INTEGER)")
        made.executemany("INSERT INTO auth_user VALUES (?)", [(n,) for n in range(users)])
    return path


def test_a_record_that_is_not_its_own_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path, users=1)
    with pytest.raises(demo.Refused, match="not the demonstration's"):
        demo.refuse_a_real_record(tmp_path)
    assert path.exists()


def test_an_empty_database_and_its_own_are_not(tmp_path: Path) -> None:
    demo.refuse_a_real_record(tmp_path)
    database(tmp_path, users=0)
    demo.refuse_a_real_record(tmp_path)
    demo.Kept(web=8000).write(tmp_path)
    with sqlite3.connect(tmp_path / "onrecord.sqlite3") as held:
        held.execute("INSERT INTO auth_user VALUES (1)")
    demo.refuse_a_real_record(tmp_path)


def test_starting_over_forgets_what_the_demonstration_made_and_nothing_else(tmp_path: Path) -> None:
    database(tmp_path, users=1)
    (tmp_path / "captures" / "ab").mkdir(parents=True)
    for name in ("secret_key", "notes.txt", "beat-schedule.dat"):
        (tmp_path / name).write_text("kept")
    demo.Kept(filled=True).write(tmp_path)
    demo.forget(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key", "notes.txt"}


def test_what_an_installation_has_set_for_itself_is_not_inherited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://real@db/real")
    monkeypatch.setenv("EGRESS_PROXY", "http://proxy:3128")
    env = demo._environment(tmp_path, web=8123, pages="127.0.0.1:8090", redis="redis+socket:///x")
    assert "DATABASE_URL" not in env and "EGRESS_PROXY" not in env
    assert (env["OUTBOUND_ALLOW"], env["BIND"]) == ("127.0.0.1:8090", "127.0.0.1:8123")


def test_a_taken_port_is_passed_over_and_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said: list[str] = []
        found = demo._port(port, what="pages", say=said.append)
    assert found > port and said == [f"Port {port} is taken; the pages are on {found}."]


@pytest.mark.django_db
@pytest.mark.parametrize(("debug", "sample"), [(False, True), (True, False)])
def test_there_are_no_logins_that_everybody_knows_outside_it(settings: Any, debug: bool, sample: bool) -> None:
    settings.DEBUG, settings.SAMPLE_DATA = debug, sample
    with pytest.raises(demo_record.Refused, match="only with DEBUG=1"):
        demo_record.logins()
    assert not User.objects.exists()
    with pytest.raises(CommandError):
        call_command("demo_fill")


@pytest.mark.django_db
def test_its_logins_keep_a_site_from_going_live(settings: Any) -> None:
    settings.DEBUG = settings.SAMPLE_DATA = True
    first, second = demo_record.logins()
    assert demo_record.logins() == (first, second)
    assert all(user.email.endswith(f"@{demo_record.MAIL}") and not user.is_superuser for user in (first, second))
    settings.DEBUG = False
    assert any("demo's logins" in line for line in unsafe(settings, demo_logins=2))


def test_it_runs_with_debug_only(settings: Any) -> None:
    settings.DEBUG = False
    for command in ("demo", "demo_check"):
        with pytest.raises(CommandError, match="DEBUG=1"):
            call_command(command)


# --- What its editors do ------------------------------------------------------------------


def decision(**fields: Any) -> dict[str, Any]:
    return {
        "report": FILE,
        "match": {"organization": "Calder Ferries", "speaker": None, "kind": "statement"},
        "decision": "accept",
        "edits": {"event": "harbour-strike", "stance": "critical"},
        "approve": True,
        "publish": True,
    } | fields


FILE = manifest(FIXTURES)[0]["file"]
ADDRESS = f"http://127.0.0.1:8090{place_of(manifest(FIXTURES)[0]['url'])}"


@pytest.fixture
def proposed() -> Candidate:
    report = make_report(ADDRESS, event=make_event())
    return make_candidate(make_draft(), report=report, event=make_event())


def decide(*told: dict[str, Any]) -> list[str]:
    return demo_record.review(editor=editor(), approver=second_editor(), told=told)


@pytest.mark.django_db
def test_what_is_decided_is_approved_by_somebody_else_and_on_its_way(proposed: Candidate) -> None:
    assert decide(decision()) == []
    statement = Statement.objects.get()
    assert (statement.accepted_by, statement.approved_by) == (editor(), second_editor())
    assert statement.publish_at is not None and demo_record.on_their_way() == 1


@pytest.mark.django_db
def test_deciding_again_goes_on_from_where_it_was_cut_off(proposed: Candidate) -> None:
    decide(decision(publish=False))
    assert demo_record.on_their_way() == 0
    assert decide(decision()) == [] == decide(decision())
    assert Statement.objects.count() == 1 and demo_record.on_their_way() == 1


@pytest.mark.django_db
def test_what_cannot_be_done_is_said_and_holds_nothing_else_up(proposed: Candidate) -> None:
    nobody = {"organization": "Pinhay Rail", "speaker": None, "kind": "statement"}
    told = decide(
        decision(match=nobody),
        decision(match=nobody, if_present=True),
        decision(edits={"event": "no-such-event"}),
    )
    assert [line.rpartition(": ")[2] for line in told] == [
        "the finder has not proposed it.",
        "We hold no event “no-such-event”.",
    ]
    assert not Statement.objects.exists() and Candidate.objects.pending().count() == 1
    assert decide(decision(match=nobody), decision())[0].startswith("Pinhay Rail (statement) in ")
    assert demo_record.on_their_way() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("file", sorted({row["report"] for row in demo_record.decisions(FIXTURES)}))
def test_the_finder_proposes_whatever_the_editors_decide_on(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    tree = next(entry["tree"] for entry in manifest(FIXTURES) if entry["file"] == file)
    call_command("find", str(FIXTURES / "reports" / file), event=tree, json=True)
    found = {
        (voice["organization"], voice["speaker"], candidate["kind"])
        for candidate in json.loads(capsys.readouterr().out)["candidates"]
        for voice in candidate["voices"]
    }
    wanted = {
        tuple(row["match"].values())
        for row in demo_record.decisions(FIXTURES)
        if row["report"] == file and not row.get("if_present")
    }
    assert wanted <= found


# --- That nothing is left -------------------------------------------------------------------


def started_from(folder: Path) -> list[int]:
    """Return the processes that run with this folder as theirs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"ONRECORD_VAR={folder}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.worker
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to see what runs")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("how", "programs"), [(signal.SIGINT, 1), (signal.SIGTERM, 6)], ids=["at once", "when up"])
def test_a_signal_stops_everything(tmp_path: Path, how: signal.Signals, programs: int) -> None:
    folder = tmp_path / "var"
    env = {**os.environ, "DEBUG": "1", "ONRECORD_VAR": str(folder)}
    for name in ("DATABASE_URL", "REDIS_URL"):
        env.pop(name, None)
    # As a script that a shell put into the background would start it: with SIGINT ignored.
    running = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", "28500"],
        cwd=settings.BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    ends = time.monotonic() + 200
    while len(started_from(folder)) <= programs:
        assert running.poll() is None and time.monotonic() < ends
        time.sleep(0.1)
    running.send_signal(how)
    told = running.communicate(timeout=60)[0].decode()
    assert running.returncode == 0, told
    assert "Nothing is left running" in told
    assert started_from(folder) == []
