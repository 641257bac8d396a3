"""JSON on its way in and out: read with bounds, its members checked one by one; written fast.

Only members that an endpoint names are read; any other is refused, so that nobody
believes to have set what cannot be set.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from tracker.api.problems import TooLarge
from tracker.reading.errors import nearest
from tracker.reading.filters import FIRST_YEAR, LAST_YEAR

MOST_BYTES = 4 * 1024 * 1024
MOST_DEPTH = 12


class BoundedJson(BaseParser):
    """Reads JSON of bounded size and depth; a body that is no object is refused."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        raw = stream.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise TooLarge(f"A body holds at most {MOST_BYTES:,} bytes.")
        try:
            found = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"This is not JSON: {str(error)[:120]}.") from error
        if not isinstance(found, dict):
            raise ParseError("Send a JSON object.")
        if _depth(found) > MOST_DEPTH:
            raise ParseError(f"The body is nested deeper than {MOST_DEPTH} levels.")
        return found


class JsonRenderer(BaseRenderer):
    """Writes JSON fast."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data)


class Members:
    """The members of a body, read one by one; ``done`` refuses the body with everything wrong in it."""

    def __init__(self, body: Mapping[str, Any], *, known: Sequence[str], at: str = "") -> None:
        self.body = body
        self.at = at
        self.wrong: dict[str, list[str]] = {}
        for name in body:
            if name not in known:
                near = nearest(str(name), known)
                hint = f" Did you mean “{near}”?" if near else f" There are {', '.join(known)}."
                self.refuse(str(name)[:60], f"There is no such member.{hint}")

    def refuse(self, name: str, message: str) -> None:
        """Note what is wrong with a member."""
        self.wrong.setdefault(f"{self.at}{name}", []).append(message)

    def text(self, name: str, *, most: int, needed: bool = False) -> str:
        """Return a text, or the empty string."""
        found = self.body.get(name)
        if found is None or found == "":
            if needed:
                self.refuse(name, "This is needed.")
            return ""
        if not isinstance(found, str):
            self.refuse(name, "Write a text.")
            return ""
        if len(found) > most:
            self.refuse(name, f"At most {most:,} characters.")
            return ""
        if "\x00" in found:
            self.refuse(name, "The text holds a NUL character.")
            return ""
        return found

    def one_of(self, name: str, known: Sequence[str], *, default: str = "", needed: bool = False) -> str:
        """Return a value of a closed list."""
        found = self.text(name, most=80, needed=needed)
        if found and found not in known:
            near = nearest(found, known)
            hint = f" Did you mean “{near}”?" if near else f" It is one of {', '.join(known)}."
            self.refuse(name, f"“{found[:60]}” is not known.{hint}")
            return default
        return found or default

    def texts(self, name: str, *, most: int, longest: int) -> list[str]:
        """Return a list of texts, each once."""
        found = self.body.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.refuse(name, "Write a list of texts.")
            return []
        if len(found) > most or any(len(one) > longest or "\x00" in one for one in found):
            self.refuse(name, f"At most {most} texts of at most {longest} characters.")
            return []
        return list(dict.fromkeys(found))

    def day(self, name: str) -> dt.date | None:
        """Return a day."""
        found = self.text(name, most=10)
        if not found:
            return None
        try:
            day = dt.date.fromisoformat(found)
        except ValueError:
            self.refuse(name, "Write a day as 2026-01-28.")
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.refuse(name, f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
            return None
        return day

    def switch(self, name: str) -> bool:
        """Return whether a switch is on."""
        found = self.body.get(name, False)
        if not isinstance(found, bool):
            self.refuse(name, "Write true or false.")
            return False
        return found

    def done(self) -> None:
        """Refuse the body if anything was wrong with it."""
        if self.wrong:
            raise ValidationError(self.wrong)


def digest(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a body, whatever the order of its members."""
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _depth(value: Any) -> int:
    """Return how deep a body is nested, without recursion: the body may be made to exhaust it."""
    deepest = 0
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > MOST_DEPTH:
            return depth
        if isinstance(one, dict):
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1) for inner in one]
    return deepest
