"""The random fifth of the statements that is coded twice."""

from __future__ import annotations

import hashlib

ONE_IN = 5


def in_sample(public_id: str) -> bool:
    """Whether a statement is among those that are coded twice: decided by its id alone, so by nobody."""
    return int.from_bytes(hashlib.sha256(public_id.encode()).digest()[:8], "big") % ONE_IN == 0
