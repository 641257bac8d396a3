"""Load what every report needs, once, before a worker divides into its children."""

from __future__ import annotations

from tracker.ingest.extract import extract
from tracker.ingest.find import find
from tracker.ingest.knowledge import knowledge

_WORDS = "The ferry company said on Tuesday that it would sail as planned. “We sail,” its chief executive told staff."
_PAGE = f'<html lang="en"><title>Ferries sail</title><body><article><p>{_WORDS * 5}</p></article></body></html>'


def warm_up() -> None:
    """Read one made-up page from its bytes to its statements: whatever loads itself at first use is loaded now."""
    read = extract(_PAGE.encode(), content_type="text/html")
    find(read.text, gazetteer=knowledge().gazetteer)
