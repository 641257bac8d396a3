"""The bytes we captured, by their SHA-256: written whole or not at all, read back only if unchanged."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

_KEY = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """The bytes on disk are not the ones that were stored."""


def store(body: bytes) -> str:
    """Keep the bytes and return their key. Storing the same bytes again changes nothing.

    They are on disk, under their final name, when this returns; a crash before leaves
    at most a temporary file. Raises OSError when the disk is full or not writable.
    """
    key = hashlib.sha256(body).hexdigest()
    path = _path(key)
    if path.exists():
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return key


def load(key: str) -> bytes:
    """Return the bytes of a key.

    Raises FileNotFoundError when there are none, ``Damaged`` when what is there hashes to
    something else, ValueError when the key is no key.
    """
    body = _path(key).read_bytes()
    if hashlib.sha256(body).hexdigest() != key:
        raise Damaged(f"the capture {key} is damaged on disk; restore it from a backup")
    return body


def exists(key: str) -> bool:
    """Say whether there are bytes for a key, damaged or not."""
    return _path(key).exists()


def remove(key: str) -> None:
    """Delete the bytes of a key. Only ``review.redact`` may; nothing else ever deletes evidence."""
    _path(key).unlink(missing_ok=True)


def keys() -> Iterator[str]:
    """Yield every key there is, in no order."""
    for path in settings.CAPTURES_DIR.glob("??/??/*"):
        if _KEY.fullmatch(path.name):
            yield path.name


def _path(key: str) -> Path:
    # The key is checked, so that no name from outside can leave the folder.
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not the SHA-256 of a capture")
    folder: Path = settings.CAPTURES_DIR
    return folder / key[:2] / key[2:4] / key


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
