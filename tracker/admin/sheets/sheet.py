"""A sheet as a whole: every row tried, every error in words with its line, and all of it kept or none."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import tablib
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from import_export import resources
from import_export.results import Error, Result, RowResult

from tracker.admin.refusals import in_words, sentences
from tracker.admin.sheets.cells import Column
from tracker.review.errors import CannotChange, ReviewError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NEW, CHANGED, UNCHANGED = RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE, RowResult.IMPORT_TYPE_SKIP
WHY = "imported from a sheet"


@dataclasses.dataclass(frozen=True)
class Wrong:
    """What is wrong, and on which line of the file."""

    line: str
    sentence: str


class ByNaturalKey:
    """Loads nothing: ``save`` finds its row by natural keys."""

    def __init__(self, resource: Any, dataset: tablib.Dataset) -> None:
        self.resource = resource


class Sheet(resources.Resource):
    """Rows of one sort. ``save`` is given the cells that hold something, read, and calls ``review``."""

    title: ClassVar[str] = ""
    key: ClassVar[str] = ""  # how a row is found again, in words
    columns: ClassVar[tuple[Column, ...]] = ()
    most: ClassVar[int] = 5_000
    relations: ClassVar[tuple[str, ...]] = ()
    do_not_call_in_templates = True

    class Meta:
        instance_loader_class = ByNaturalKey

    def __init__(self, *, by: User | Any, now: dt.datetime | None = None) -> None:
        super().__init__()
        self.by = by
        self.now = now or timezone.now()
        self.seen: dict[Any, str] = {}
        self.ready = False
        self.lines: list[str] = []

    # --- In ---

    def try_out(self, dataset: tablib.Dataset) -> Result:
        """Say what an import would do. Keeps nothing."""
        return self.import_data(dataset, dry_run=True, use_transactions=True)

    def keep(self, dataset: tablib.Dataset) -> Result:
        """Import all rows, or none if one of them is wrong."""
        return self.import_data(dataset, dry_run=False, use_transactions=True)

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Refuse columns that are not ours: a misspelt one would be ignored for good."""
        known = {column.name for column in self.columns}
        if unknown := [head for head in dataset.headers if head not in known]:
            raise CannotChange(f"There is no column {', '.join(unknown)}: take the template.")
        needed = [column.name for column in self.columns if column.needed]
        if missing := [head for head in needed if head not in dataset.headers]:
            raise CannotChange(f"The column {', '.join(missing)} is missing: take the template.")
        self.ready = True
        self.lines = [row.tags[0] if row.tags else str(number + 2) for number, row in enumerate(dataset._data)]

    def import_row(self, row: dict[str, str], instance_loader: Any, **kwargs: Any) -> RowResult:
        """Read one row and save it; what is wrong with it goes into the result, not up."""
        told = RowResult()
        told.import_type = UNCHANGED
        if not self.ready:
            return told  # the file itself was refused
        told.line = self.lines[kwargs["row_number"] - 1]
        values, wrong = self._read(row)
        if not wrong:
            try:
                with transaction.atomic():
                    self._once(values, told.line)
                    told.import_type = self.save(values)
            except ReviewError as refused:
                wrong = sentences(refused)
            except ValidationError as error:
                wrong = list(in_words(error).messages)
            except ValueError as error:
                wrong = [str(error)]
        if wrong:
            told.import_type = RowResult.IMPORT_TYPE_ERROR
            told.errors = [Error(sentence, row=row, number=told.line) for sentence in wrong]
        return told

    def save(self, values: dict[str, Any]) -> str:
        """Save one row through review; return whether it is new, changed or as it was."""
        raise NotImplementedError

    def key_of(self, values: dict[str, Any]) -> Any:
        """Return what must not stand twice in one file; None for rows that may."""
        return None

    def _read(self, row: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
        values: dict[str, Any] = {}
        wrong = []
        for column in self.columns:
            cell = row.get(column.name) or ""
            if not cell.strip():
                if column.needed:
                    wrong.append(f"{column.name}: it is needed.")
                continue
            if cell.startswith("="):
                wrong.append(f"{column.name}: “{cell[:40]}” is a formula, not a value.")
                continue
            try:
                values[column.name] = column.read(cell)
            except ValueError as error:
                wrong.append(f"{column.name}: {error}.")
        return values, wrong

    def _once(self, values: dict[str, Any], line: str) -> None:
        key = self.key_of(values)
        if key is None:
            return
        if key in self.seen:
            raise ValueError(f"It is the same row as on line {self.seen[key]}.")
        self.seen[key] = line

    def _check_import_id_fields(self, headers: Sequence[str]) -> None:
        """Natural keys are looked up by ``save``."""

    # --- Out ---

    def heads(self) -> list[str]:
        """Return the names of the columns."""
        return [column.name for column in self.columns]

    def export_rows(self, rows: Any) -> Iterable[list[str]]:
        """Yield one list of cells a line, such that importing them changes nothing."""
        for row in rows.prefetch_related(*self.relations).iterator(chunk_size=500):
            for told in self.cells_of(row):
                yield ["" if told.get(name) is None else str(told[name]) for name in self.heads()]

    def cells_of(self, row: Any) -> Iterable[dict[str, Any]]:
        """Return the lines that a row of the record makes."""
        raise NotImplementedError


def wrong_in(result: Result) -> list[Wrong]:
    """Return every error of an import, with its line."""
    found = [Wrong("", _sentence(error.error)) for error in result.base_errors]
    for row in result.rows:
        found += [Wrong(str(error.number), _sentence(error.error)) for error in row.errors]
    return found


def counted(result: Result) -> dict[str, int]:
    """Return how many rows are new, changed, as they were, and wrong."""
    totals = result.totals
    return {
        "new": totals[NEW],
        "changed": totals[CHANGED],
        "unchanged": totals[UNCHANGED],
        "wrong": totals[RowResult.IMPORT_TYPE_ERROR],
    }


def set_differing(row: Any, values: dict[str, Any]) -> bool:
    """Set the columns that differ; say whether any did. Honest dates keep the words and reasons they have."""
    differs = False
    for name, value in values.items():
        held = getattr(row, name)
        if hasattr(value, "edtf"):
            if (held.earliest, held.latest, held.precision) == (value.earliest, value.latest, value.precision):
                continue
            value = dataclasses.replace(value, as_written=held.as_written, reason=held.reason)
        if held != value:
            setattr(row, name, value)
            differs = True
    return differs


def _sentence(error: Any) -> str:
    if isinstance(error, ReviewError):
        return error.sentence
    return str(error)
