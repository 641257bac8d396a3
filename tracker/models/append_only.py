"""Triggers that keep evidence and ledger append-only, whatever code or console asks.

Re-made after every migration, because SQLite drops a table's triggers when Django
rebuilds the table. An open ``Redaction`` row, visible only inside its own
transaction, is the one thing they yield to.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = (
    "tracker_capture",
    "tracker_check",
    "tracker_correction",
    "tracker_fetchattempt",
    "tracker_release",
)
MESSAGE = "append-only: rows here are never changed or deleted"


def make(connection: BaseDatabaseWrapper) -> None:
    """Create every trigger anew on the tables that exist."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, [table for table in APPEND_ONLY if table in tables]):
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers: only for tests that empty the database between two cases."""
    with connection.cursor() as cursor:
        for table in APPEND_ONLY:
            for verb in ("update", "delete"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")


def _statements(vendor: str, tables: list[str]) -> Iterator[str]:
    if vendor == "postgresql":
        yield f"""
            CREATE OR REPLACE FUNCTION tracker_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM tracker_redaction WHERE open) THEN
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END $$"""
    for table in tables:
        for verb in ("update", "delete"):
            if vendor == "postgresql":
                yield f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}"
                yield (
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION tracker_append_only()"
                )
            else:
                yield f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
                yield (
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                    "WHEN NOT EXISTS (SELECT 1 FROM tracker_redaction WHERE open) "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
