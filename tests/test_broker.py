"""The broker that comes with us answers on a socket of its own and leaves nothing behind."""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.env import broker_url, cache_url
from tracker.operations import broker
from tracker.operations.broker import AlreadyRunning, NoBroker
from tracker.operations.processes import Group


def test_it_answers_on_a_private_socket_and_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    var = tmp_path / "var"
    with Group(logs=tmp_path / "logs") as group:
        url = broker.start(group, var_dir=var)
        assert broker_url(var) == url
        assert broker.answers(url)
        folder = Path(urlsplit(url).path).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert cache_url(url).startswith(f"unix://{folder}")
    assert not broker.answers(url)
    assert broker_url(var) == ""
    assert not folder.exists()


def test_a_second_one_from_the_same_folder_is_refused(tmp_path: Path) -> None:
    with Group(logs=tmp_path / "logs") as group:
        broker.start(group, var_dir=tmp_path)
        with pytest.raises(AlreadyRunning, match="Stop it first"), Group(logs=tmp_path / "other") as another:
            broker.start(another, var_dir=tmp_path)
        group.check()


def test_an_address_left_by_a_crash_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "broker.url").write_text("redis+socket:///tmp/onrecord-gone/s")
    with Group(logs=tmp_path / "logs") as group:
        assert broker.answers(broker.start(group, var_dir=tmp_path))


def test_a_temporary_folder_with_a_long_path_is_worked_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with Group(logs=tmp_path / "logs") as group:
        url = broker.start(group, var_dir=tmp_path)
        assert len(urlsplit(url).path) <= broker.MAX_SOCKET
    assert list(long.iterdir()) == []


def test_a_machine_without_a_server_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    with pytest.raises(NoBroker, match="REDIS_URL"), Group(logs=tmp_path) as group:
        broker.start(group, var_dir=tmp_path)


@pytest.mark.parametrize("url", ["", "redis+socket:///nowhere/s", "redis+socket://"])
def test_no_answer_is_no_error(url: str) -> None:
    assert not broker.answers(url)
