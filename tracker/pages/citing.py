"""How to cite a statement: in words, as BibTeX and as RIS, always with permalink, version and day."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

from django.conf import settings

from tracker.models import Statement
from tracker.pages import entries

_TEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_"}


@dataclasses.dataclass(frozen=True)
class Citing:
    """What a citation says."""

    title: str
    number: str
    version: int
    day: dt.date | None
    url: str


def of(statement: Statement, *, version: int, updated: dt.datetime | None) -> Citing:
    """Return what a citation of this statement says."""
    read = entries.brief(statement)
    return Citing(
        title=f"{read.heading}, {read.said}",
        number=statement.public_id,
        version=version,
        day=updated.date() if updated else None,
        url=settings.SITE_URL + read.href,
    )


def bibtex(one: Citing) -> str:
    """Write the citation as BibTeX."""
    key = re.sub(r"[^A-Za-z0-9]", "", one.number)
    fields = {
        "title": f"{{{_tex(one.title)}}}",
        "author": f"{{{{{_tex(settings.SITE_NAME)}}}}}",
        "year": f"{{{one.day.year}}}" if one.day else "{n.d.}",
        "date": f"{{{one.day.isoformat()}}}" if one.day else "{}",
        "note": f"{{{_tex(one.number)}, version {one.version}}}",
        "url": f"{{{one.url}}}",
    }
    body = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@misc{{onrecord{key},\n{body}\n}}\n"


def ris(one: Citing) -> str:
    """Write the citation as RIS."""
    rows = [
        ("TY", "DATA"),
        ("TI", one.title),
        ("AU", settings.SITE_NAME),
        ("PY", str(one.day.year) if one.day else ""),
        ("DA", f"{one.day:%Y/%m/%d}" if one.day else ""),
        ("AN", one.number),
        ("ET", str(one.version)),
        ("UR", one.url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in rows)


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in " ".join(text.split()))
