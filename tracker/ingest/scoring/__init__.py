"""Measure the finder on annotated articles. Pure but for reading the files; needs no database.

    articles   the annotated articles of a folder, and how they are split in two
    matching   which found row is which expected row, and which is neither
    figures    the shares that come of it, for people and for programs
    floors     what a folder's figures must not fall below

The rules of the labels are those of ``tests/articles/README.md``: an optional row
neither rewards nor punishes, ``accept_also`` holds other right answers, a deed may be
found as a statement, neutral, no position and unclear are one class of stance, and a
silence has none.
"""

from tracker.ingest.scoring.articles import Annotated, Row, load, split
from tracker.ingest.scoring.figures import Figures, Mark, measure
from tracker.ingest.scoring.matching import FoundRow, Matched, match, rows_of

__all__ = ["Annotated", "Figures", "FoundRow", "Mark", "Matched", "Row", "load", "match", "measure", "rows_of", "split"]
