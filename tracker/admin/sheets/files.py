"""Bytes to rows, and back. What cannot be read is refused with what to do."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl
import tablib

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 120 * 1024 * 1024
MOST_COLUMNS = 60
# What a spreadsheet program would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(Exception):
    """The file is no sheet of ours. The message says what to do."""


def read(name: str, body: bytes, *, most: int) -> tablib.Dataset:
    """Return the rows of a CSV or XLSX file as text, empty rows left out."""
    if len(body) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB: import it in parts.")
    if not body.strip():
        raise Unreadable("The file is empty.")
    rows = _xlsx(body) if body[:4] == b"PK\x03\x04" else _csv(name, body)
    heads = [str(head or "").strip().casefold().replace(" ", "_") for head in next(rows, [])]
    while heads and not heads[-1]:
        heads.pop()
    if not heads or len(heads) > MOST_COLUMNS:
        raise Unreadable("The first line must name the columns: take the template.")
    if twice := sorted({head for head in heads if head and heads.count(head) > 1}):
        raise Unreadable(f"The column {', '.join(twice)} stands there twice.")
    made = tablib.Dataset(headers=heads)
    for number, row in enumerate(rows, start=2):
        cells = [_text(cell) for cell in row[: len(heads)]]
        if not any(cells):
            continue
        if len(made) >= most:
            raise Unreadable(f"There are more than {most:,} rows: import them in parts.")
        made.append([*cells, *[""] * (len(heads) - len(cells))], tags=[str(number)])
    if not len(made):
        raise Unreadable("There is no row below the names of the columns.")
    return made


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file that no spreadsheet program takes for formulas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in ([*heads], *[]):
        writer.writerow(row)
    yield "\ufeff" + buffer.getvalue()
    for told in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([harmless(cell) for cell in told])
        yield buffer.getvalue()


def write_xlsx(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an XLSX file, every cell a text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("On Record")
    sheet.append(list(heads))
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def harmless(cell: Any) -> str:
    """Put an apostrophe before what would be run as a formula. Reading takes it off again."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(name: str, body: bytes) -> Iterator[list[Any]]:
    if name.casefold().endswith((".xls", ".ods", ".numbers")):
        raise Unreadable("Save it as CSV (UTF-8) or as XLSX: other formats are not read.")
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("It is not UTF-8: save it again as “CSV UTF-8”, or as XLSX.") from error
    if "\x00" in text:
        raise Unreadable("It is not a text: save it as CSV (UTF-8) or as XLSX.")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise Unreadable(f"It cannot be read as CSV: {error}.") from error


def _xlsx(body: bytes) -> Iterator[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise Unreadable("Unpacked, the file is too large: import it in parts.")
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=False)
        for number, row in enumerate(book.active.iter_rows(), start=1):
            for cell in row:
                if cell.data_type == "f":
                    raise Unreadable(f"Line {number} holds a formula: paste values instead.")
            yield [cell.value for cell in row]
    except (zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError) as error:
        raise Unreadable("It is not a sheet that can be read: save it again as XLSX, or as CSV (UTF-8).") from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text
