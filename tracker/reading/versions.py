"""Which version of the record an answer is of: what conditional requests compare.

An answer to a question is the same as long as these are: the ledger, what we watch and
check, the day (a statement may be "today"), the code that writes the answer, and the
question. None of them needs the answer itself, so an unchanged one costs a single query.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from django.utils import timezone

from tracker.core import ledger

_TRACKER = Path(__file__).resolve().parent.parent


def etag(*question: str) -> str:
    """Return the entity tag, quotes included, of the answer to a question asked now."""
    seq, coverage = ledger.version()
    told = [str(seq), str(coverage), timezone.now().date().isoformat(), build(), *question]
    return f'"{hashlib.sha256(chr(31).join(told).encode(errors="replace")).hexdigest()[:32]}"'


@functools.cache
def build() -> str:
    """Return a digest of our own code: an answer may change with it though the record did not."""
    found = hashlib.sha256()
    for path in sorted(_TRACKER.rglob("*")):
        if path.suffix in {".py", ".html", ".css"}:
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
