"""What a site asks of programs: robots.txt, as RFC 9309 has it.

Kept to where a program decides what to fetch: feeds, and the pages that feeds name. A
page that a person sends in is that person's visit.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import threading
import time
from urllib.parse import unquote, urlsplit

from django.conf import settings

from tracker.core import net

MAX_BYTES = 512 * 1024
MAX_RULES = 2000
MAX_SITES = 1000
DEADLINE = 5.0  # seconds, of those that the fetch itself has
KEPT = 24 * 3600.0
KEPT_UNANSWERED = 600.0


@dataclasses.dataclass(frozen=True)
class Rules:
    """What one visitor may fetch: (allowed, pattern) lines, of which the longest that fits decides."""

    lines: tuple[tuple[bool, str], ...] = ()

    def allow(self, path: str) -> bool:
        """Say whether a path, with its query, may be fetched. Where two lines are as long, the milder counts."""
        plain = unquote(path)
        fits = [(len(pattern), allowed) for allowed, pattern in self.lines if _fits(pattern, plain)]
        return max(fits)[1] if fits else True


def read(body: bytes, *, agent: str) -> Rules:
    """Return the rules for a visitor by the name it gives, or those for everybody. Reads whatever it is given."""
    mine: list[tuple[bool, str]] = []
    everybodys: list[tuple[bool, str]] = []
    named_at_all = False
    names: set[str] = set()
    in_rules = False
    whole = body if len(body) <= MAX_BYTES else body[: body.rfind(b"\n", 0, MAX_BYTES) + 1]
    for line in whole.decode("utf-8", errors="replace").removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            names = set() if in_rules else names
            in_rules = False
            names.add(re.split(r"[/\s]", value.lower(), maxsplit=1)[0])
            named_at_all = named_at_all or agent.lower() in names
        elif key in {"allow", "disallow"}:
            in_rules = True
            rule = (key == "allow", unquote(value))
            if value and agent.lower() in names and len(mine) < MAX_RULES:
                mine.append(rule)
            if value and "*" in names and len(everybodys) < MAX_RULES:
                everybodys.append(rule)
    return Rules(tuple(mine if named_at_all else everybodys))


def allowed(url: str, *, deadline: float = DEADLINE) -> bool | None:
    """Say whether the site lets us fetch an address; None if it cannot say just now, and we should come again.

    No such file, or a site that cannot be reached at all, forbids nothing: the fetch
    itself will tell. The answer is kept for a day.
    """
    target = net.parse(url)
    if target.path == "/robots.txt":
        return True
    rules = _rules_of(url.partition("://")[0].lower(), urlsplit(target.url).netloc, min(deadline, DEADLINE))
    return None if rules is None else rules.allow(target.path)


def _rules_of(scheme: str, site: str, deadline: float) -> Rules | None:
    now = time.monotonic()
    with _lock:
        kept = _kept.get((scheme, site))
    if kept is not None and kept[0] > now:
        return kept[1]
    rules, lasts = _ask(f"{scheme}://{site}/robots.txt", deadline)
    with _lock:
        if len(_kept) >= MAX_SITES:
            _kept.clear()
        _kept[(scheme, site)] = (now + lasts, rules)
    return rules


def _ask(url: str, deadline: float) -> tuple[Rules | None, float]:
    try:
        answer = net.fetch(url, accept="text/plain", deadline=deadline, max_bytes=MAX_BYTES)
    except net.OutboundError:
        return Rules(), KEPT_UNANSWERED
    if answer.status == 200:
        return read(answer.body, agent=_agent(settings.USER_AGENT)), KEPT
    if answer.status == 429 or answer.status >= 500:
        return None, KEPT_UNANSWERED
    return Rules(), KEPT


@functools.lru_cache(maxsize=4)
def _agent(introduced_as: str) -> str:
    """Return the name under which sites know us: what stands before the version."""
    return re.split(r"[/\s]", introduced_as.strip(), maxsplit=1)[0]


def _fits(pattern: str, path: str) -> bool:
    """Match a pattern with ``*`` and a closing ``$``, in time that grows with the path's length alone."""
    ends = pattern.endswith("$")
    first, *rest = (pattern[:-1] if ends else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        found = path.find(part, at)
        if found == -1:
            return False
        at = found + len(part)
    if not rest:
        return not ends or at == len(path)
    if ends:
        return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at
    return path.find(rest[-1], at) != -1


def forget() -> None:
    """Forget what sites have said: for tests, and for whoever has changed the name we go by."""
    with _lock:
        _kept.clear()


_lock = threading.Lock()
_kept: dict[tuple[str, str], tuple[float, Rules | None]] = {}
