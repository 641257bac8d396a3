"""The whole public record as a data package, one version a day: files one can cite, check and keep.

Everything is read from the ledger up to one line, so a version is the record at one
moment however long writing it takes. It is made in a folder of its own and renamed into
place; the index is replaced last, so nobody ever reads half of one. A version that holds
something that has been removed since is taken back.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import importlib.util
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from tracker.core import ledger
from tracker.models import Inquiry, Release, Statement
from tracker.models.choices import REMOVALS, Entity, StatementState
from tracker.reading import changes, exports

INDEX = "index.json"
CHUNK = 500
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
ABOUT = {
    "statements": "One line a statement. The stance is toward stance_target: count and print the two together.",
    "voices": "One line a voice. Only official voices are a company's response.",
    "events": "What companies respond to, as trees.",
    "companies": "Who may respond.",
    "people": "Who speaks in a public role.",
    "outlets": "Who publishes reports.",
    "reports": "What is evidence, with the hashes of what we captured.",
    "inquiries": "Who was asked, and what came of it.",
    "corrections": "What we changed in public, and why.",
}
ENTITIES = {
    "statements": Entity.STATEMENT,
    "events": Entity.EVENT,
    "companies": Entity.COMPANY,
    "people": Entity.PERSON,
    "outlets": Entity.OUTLET,
    "inquiries": Entity.INQUIRY,
    "corrections": Entity.CORRECTION,
}
KEYS = {
    "statements": ["id"], "voices": ["statement", "number"], "reports": ["id"], "inquiries": ["id"],
    "corrections": ["id"], "events": ["slug"], "companies": ["slug"], "people": ["slug"], "outlets": ["slug"],
}  # fmt: skip
WHOLE_NUMBERS = {"voices", "number", "captures"}
SWITCHES = {"said_inferred", "operations_only", "is_sample", "by_us", "reports_differ", "is_correction"}

Body = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Version:
    """One version that was published: its name, the ledger's line it stands at, and its files' sizes and hashes."""

    name: str
    line: int
    made: str
    codebook_version: str
    files: Mapping[str, Mapping[str, Any]]
    taken_back: str = ""


def folder() -> Path:
    """Return where versions are kept."""
    return Path(settings.DATA_DIR)


def versions() -> list[Version]:
    """Return every version, newest first."""
    try:
        held = orjson.loads((folder() / INDEX).read_bytes())
    except FileNotFoundError:
        return []
    return [Version(**one) for one in held["versions"]]


def publish(*, now: dt.datetime | None = None, say: Callable[[str], None] = lambda line: None) -> Version | None:
    """Write a version of the record as it is now; None if nothing has changed since the last one."""
    at = now or timezone.now()
    take_back(now=at)
    line, _ = ledger.version()
    before = versions()
    if before and before[0].line == line and not before[0].taken_back:
        return None
    name = f"{at:%Y-%m-%d}-line-{line}"
    making = folder() / f".making-{os.getpid()}-{name}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        resources = _write(making, line, since=before[0].line if before else 0, say=say)
        _describe(making, name, line, at, resources)
        files = {path.name: _measured(path) for path in sorted(making.iterdir())}
        _sums(making, files)
        files["SHA256SUMS"] = _measured(making / "SHA256SUMS")
        place = folder() / name
        shutil.rmtree(place, ignore_errors=True)  # left by somebody who died before the index knew it
        os.rename(making, place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    made = Version(name, line, at.isoformat(), settings.CODEBOOK_VERSION, files)
    _index([made, *[one for one in before if one.name != name]])
    return made


def take_back(*, now: dt.datetime) -> list[Version]:
    """Remove the files of versions that hold what has been removed, or is being examined, since. Their names stay."""
    held = versions()
    back = [one for one in held if not one.taken_back and not is_clean(one)]
    for one in back:
        shutil.rmtree(folder() / one.name, ignore_errors=True)
    if back:
        names = {one.name for one in back}
        _index(
            [
                dataclasses.replace(one, files={}, taken_back=now.date().isoformat()) if one.name in names else one
                for one in held
            ]
        )
    return back


def is_clean(version: Version) -> bool:
    """Say whether everything in a version may still be shown. Two queries."""
    hidden = Q(state=StatementState.WITHHELD) | Q(
        state=StatementState.WITHDRAWN, taken_down_category__in=list(REMOVALS)
    )
    for model, entity in ((Statement, Entity.STATEMENT), (Inquiry, Entity.INQUIRY)):
        held = Release.objects.filter(entity=entity, public_id=OuterRef("public_id"), seq__lte=version.line)
        if model.objects.filter(hidden).filter(Exists(held)).exists():
            return False
    return True


# --- Rows at one line of the ledger -------------------------------------------------------


def rows(entity: str, line: int) -> Iterator[Body]:
    """Yield the rows of an entity as readers saw them at a line, without what they may not see now."""
    newer = Release.objects.filter(
        entity=OuterRef("entity"), public_id=OuterRef("public_id"), seq__gt=OuterRef("seq"), seq__lte=line
    )
    found = (
        Release.objects.filter(~Exists(newer), entity=entity, seq__lte=line, body__isnull=False)
        .order_by("public_id")
        .annotate(text=Cast("body", TextField()))
        .values_list("public_id", "text")
    )
    unseen = _unseen()
    for name, text in found.iterator(chunk_size=CHUNK):
        body = orjson.loads(text)
        if body.get("merged_into") or body.get("state", "published") != StatementState.PUBLISHED:
            continue
        if name in unseen or (entity == Entity.CORRECTION and body["row"] in unseen):
            continue
        yield body


def _unseen() -> set[str]:
    hidden = Q(state__in=[StatementState.WITHHELD, StatementState.WITHDRAWN])
    statements = Statement.objects.filter(hidden).values_list("public_id", flat=True)
    return {*statements, *Inquiry.objects.filter(hidden).values_list("public_id", flat=True)}


def _reports(line: int) -> Iterator[Body]:
    """Yield every report that a public row cites, once."""
    known: set[str] = set()
    for entity in (Entity.STATEMENT, Entity.INQUIRY):
        for body in rows(entity, line):
            for citation in body["citations"]:
                report = citation["report"]
                if report["id"] not in known:
                    known.add(report["id"])
                    yield report


def _read(name: str, line: int) -> Iterator[Body]:
    if name == "voices":
        return exports.voices(rows(Entity.STATEMENT, line))
    if name == "reports":
        return _reports(line)
    return rows(ENTITIES[name], line)


# --- Writing ------------------------------------------------------------------------------


def _write(place: Path, line: int, *, since: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    resources = []
    database = sqlite3.connect(place / "onrecord.sqlite3")
    try:
        for name in ABOUT:
            made = _write_list(place, name, line, database)
            resources += made
            say(f"{name}: {made[0]['rows']:,} rows")
        _write_about(database, line)
        database.commit()
        database.execute("VACUUM")
    finally:
        database.close()
    lines = 0
    with _durable(place / "changes.ndjson") as file:
        cursor = since
        while True:
            page = changes.since(cursor, size=CHUNK)
            told = [one for one in page.lines if one.seq <= line]
            file.write(b"".join(orjson.dumps(one.to_json()) + b"\n" for one in told))
            lines += len(told)
            if not page.more or len(told) < len(page.lines) or not page.lines:
                break
            cursor = page.cursor
    resources.append(
        {
            "name": "changes",
            "type": "file",
            "path": "changes.ndjson",
            "format": "ndjson",
            "description": f"The ledger's lines after {since}: what changed since the version before.",
            "entries": lines,
        }
    )
    resources.append(
        {
            "name": "database",
            "type": "file",
            "path": "onrecord.sqlite3",
            "format": "sqlite",
            "description": "The tables of the CSV files in one SQLite file.",
        }
    )
    return resources


def _write_list(place: Path, name: str, line: int, database: sqlite3.Connection) -> list[dict[str, Any]]:
    """Write one list as CSV, JSON lines, a table and, where pyarrow is installed, Parquet; all from one reading."""
    columns = exports.COLUMNS[name]
    fields = [{"name": column, **_type(column)} for column in columns]
    names = ", ".join(f'"{one["name"]}" {_sql_type(one["type"])}' for one in fields)
    keys = ", ".join(f'"{one}"' for one in KEYS[name])
    database.execute(f'CREATE TABLE "{name}" ({names}, PRIMARY KEY ({keys}))')
    insert = f'INSERT INTO "{name}" VALUES ({", ".join("?" for _ in fields)})'
    parquet = _Parquet(place / f"{name}.parquet", fields) if _has_pyarrow() else None
    count = 0
    with _durable(place / f"{name}.csv") as as_csv, _durable(place / f"{name}.ndjson") as as_json:
        text = _Text(as_csv)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        for some in exports.chunks(_read(name, line)):
            values = [[read(body) for read in columns.values()] for body in some]
            writer.writerows([[exports.neutral(value) for value in row] for row in values])
            if name != "voices":
                as_json.write(b"".join(orjson.dumps(body) + b"\n" for body in some))
            database.executemany(insert, values)
            if parquet:
                parquet.write(values)
            count += len(some)
    if parquet:
        parquet.close()
    # Frictionless counts "rows" of tables only, and would look for them in any resource that has the word.
    table, file = ({"description": ABOUT[name], word: count} for word in ("rows", "entries"))
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "type": "table",
            "path": f"{name}.csv",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            **table,
            "schema": {"fields": fields, "primaryKey": KEYS[name], "missingValues": [""]},
        }
    ]
    if name == "voices":
        (place / "voices.ndjson").unlink()
    else:
        found.append({"name": f"{name}-json", "type": "file", "path": f"{name}.ndjson", "format": "ndjson", **file})
    if parquet:
        found.append(
            {"name": f"{name}-parquet", "type": "file", "path": f"{name}.parquet", "format": "parquet", **file}
        )
    return found


def _write_about(database: sqlite3.Connection, line: int) -> None:
    database.execute('CREATE TABLE "about" ("name" TEXT PRIMARY KEY, "value" TEXT)')
    told = {
        "site": settings.SITE_URL,
        "line": str(line),
        "codebook_version": settings.CODEBOOK_VERSION,
        "licence": LICENCE["name"],
        "is_sample": "true" if settings.SAMPLE_DATA else "false",
    }
    database.executemany('INSERT INTO "about" VALUES (?, ?)', told.items())


def _describe(place: Path, name: str, line: int, at: dt.datetime, resources: list[dict[str, Any]]) -> None:
    for one in resources:
        measured = _measured(place / one["path"])
        one["bytes"], one["hash"] = measured["bytes"], f"sha256:{measured['sha256']}"
    told = {
        "profile": "data-package",
        "name": "on-record",
        "title": settings.SITE_NAME,
        "description": (
            "Which companies have spoken about an event, who spoke for them, when, to whom, on which side, and who "
            "says so."
            + (" Sample data for demonstration: much of it is invented. Do not cite." if settings.SAMPLE_DATA else "")
        ),
        "version": name,
        "created": at.isoformat(),
        "homepage": settings.SITE_URL,
        "licenses": [LICENCE],
        "contributors": [{"title": settings.SITE_NAME, "email": settings.CONTACT_EMAIL, "role": "publisher"}],
        "ledger_line": line,
        "codebook_version": settings.CODEBOOK_VERSION,
        "is_sample": settings.SAMPLE_DATA,
        "parquet": _has_pyarrow(),
        "resources": resources,
    }
    with _durable(place / "datapackage.json") as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def _sums(place: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    with _durable(place / "SHA256SUMS") as file:
        file.write("".join(f"{one['sha256']}  {name}\n" for name, one in files.items()).encode())


def _index(held: Iterable[Version]) -> None:
    told = {"site": settings.SITE_URL, "versions": [dataclasses.asdict(one) for one in held]}
    new = folder() / f".{INDEX}-{os.getpid()}"
    with _durable(new) as file:
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    os.replace(new, folder() / INDEX)


def _measured(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}


class _durable:
    """A file that is on the disk, not only on its way there, when it is closed."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")

    def __enter__(self) -> Any:
        return self.file

    def __exit__(self, *error: object) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()


class _Text:
    """A file of bytes that takes text."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, text: str) -> int:
        return int(self.file.write(text.encode()))


def _type(column: str) -> dict[str, str]:
    if column in WHOLE_NUMBERS:
        return {"type": "integer"}
    if column in SWITCHES:
        return {"type": "boolean"}
    if column.endswith(("_earliest", "_latest")):
        return {"type": "date"}
    if column.endswith("_at"):
        return {"type": "datetime", "format": "any"}
    return {"type": "string"}


def _sql_type(kind: str) -> str:
    return "INTEGER" if kind in ("integer", "boolean") else "TEXT"


def _has_pyarrow() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


class _Parquet:
    """A Parquet file, written some hundred rows at a time."""

    def __init__(self, path: Path, fields: list[dict[str, str]]) -> None:
        pyarrow: Any = importlib.import_module("pyarrow")  # of the extra "research"
        kinds = {"integer": pyarrow.int64(), "boolean": pyarrow.bool_()}
        self.arrow = pyarrow
        self.schema = pyarrow.schema([(one["name"], kinds.get(one["type"], pyarrow.string())) for one in fields])
        self.writer: Any = importlib.import_module("pyarrow.parquet").ParquetWriter(path, self.schema)

    def write(self, values: list[list[Any]]) -> None:
        columns = [
            self.arrow.array(list(column), type=field.type)
            for column, field in zip(zip(*values, strict=True), self.schema, strict=True)
        ]
        self.writer.write_table(self.arrow.Table.from_arrays(columns, schema=self.schema))

    def close(self) -> None:
        self.writer.close()
