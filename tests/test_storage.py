"""Captured bytes are kept whole, under their own hash, or not at all."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tracker.core import storage

BODY = b"<p>We went too far.</p>"
KEY = hashlib.sha256(BODY).hexdigest()


def test_bytes_come_back_under_their_hash() -> None:
    assert storage.store(BODY) == KEY
    assert storage.load(KEY) == BODY
    assert storage.exists(KEY)
    assert list(storage.keys()) == [KEY]


def test_storing_again_changes_nothing() -> None:
    storage.store(BODY)
    storage.store(BODY)
    assert list(storage.keys()) == [KEY]


def test_damage_is_noticed(settings: Any) -> None:
    storage.store(BODY)
    (settings.CAPTURES_DIR / KEY[:2] / KEY[2:4] / KEY).write_bytes(b"something else")
    with pytest.raises(storage.Damaged, match=KEY):
        storage.load(KEY)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", KEY.upper(), KEY[:-1], KEY + "/x", "g" * 64])
def test_a_name_that_is_no_hash_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is not the SHA-256"):
        storage.load(key)


def test_a_failed_write_leaves_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.store(BODY)
    assert not [path for path in Path(settings.CAPTURES_DIR).rglob("*") if path.is_file()]


def test_several_writers_of_the_same_bytes_end_with_one_file() -> None:
    threads = [threading.Thread(target=storage.store, args=(BODY,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(storage.keys()) == [KEY]
    assert storage.load(KEY) == BODY


def test_removed_bytes_are_gone() -> None:
    storage.store(BODY)
    storage.remove(KEY)
    storage.remove(KEY)
    assert not storage.exists(KEY)
    with pytest.raises(FileNotFoundError):
        storage.load(KEY)
