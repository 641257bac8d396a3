"""How much one reader or one key may ask a minute.

Counted in the shared cache, a window at a time, with an atomic increment: several
processes cannot both take the last place. Whoever is refused is told when the window
ends. If the cache is down, requests pass: a limit that takes the record offline would
be worse than none.
"""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from tracker.operations.handoff import Breaker

if TYPE_CHECKING:
    from rest_framework.views import APIView

# A cache that hangs is asked once in half a minute, not once a request.
breaker = Breaker(what="The cache", so="Requests are not limited.")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class WindowThrottle(BaseThrottle):
    """Counts requests of one sender in a window of time. Subclasses say whose requests they count."""

    scope = ""

    def counts(self, request: Request) -> bool:
        """Say whether this request is one of those counted."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not self.counts(request):
            return True
        self.most, self.seconds = rate(str(api_settings.DEFAULT_THROTTLE_RATES[self.scope]))
        now = time.time()
        window = int(now // self.seconds)
        self.left = (window + 1) * self.seconds - now
        name = f"throttle:{self.scope}:{window}:{hashlib.sha256(sender(request).encode()).hexdigest()[:32]}"
        if not breaker.lets_through():
            return True
        try:
            cache.add(name, 0, timeout=self.seconds + 5)
            used = cache.incr(name)
        except Exception as error:  # whatever the cache's client raises: a limit that fails closed closes the record
            breaker.failed(error)
            return True
        breaker.worked()
        view.headers.update(
            {
                "RateLimit-Policy": f'"{self.scope}";q={self.most};w={self.seconds}',
                "RateLimit": f'"{self.scope}";r={max(0, self.most - used)};t={int(self.left) + 1}',
            }
        )
        return used <= self.most

    def wait(self) -> float:
        """Return the seconds until the window ends."""
        return max(1.0, self.left)


class ReaderThrottle(WindowThrottle):
    """Counts what only reads."""

    scope = "reader"

    def counts(self, request: Request) -> bool:
        return request.method in SAFE_METHODS


class WriterThrottle(WindowThrottle):
    """Counts what writes."""

    scope = "writer"

    def counts(self, request: Request) -> bool:
        return request.method not in SAFE_METHODS


def rate(written: str) -> tuple[int, int]:
    """Read "600/min" into a number and seconds."""
    found = re.fullmatch(r"(\d+)/(s|m|h|d)\w*", written)
    if not found:
        raise ValueError(f"write a rate as 600/min, not {written!r}")
    return int(found[1]), SECONDS[found[2]]


def sender(request: Request) -> str:
    """Return who asks: the key's user, or the address the connection comes from.

    ``X-Forwarded-For`` is believed only behind our own proxy, and then its last entry
    only: the rest is what the sender wrote.
    """
    user: Any = request.user
    if user and user.is_authenticated:
        return f"user {user.pk}"
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return f"from {forwarded.split(',')[-1].strip()}"
    return f"from {request.META.get('REMOTE_ADDR', '')}"
