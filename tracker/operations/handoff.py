"""Hand work to the workers, as a hint: the row in the database is the order, the message only wakes somebody.

Nothing here raises. A broker that is down, slow or unknown costs a sender at most two
seconds once in half a minute; what was not handed over, the sweeper finds.
"""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from kombu import Connection
from kombu.pools import producers

log = logging.getLogger(__name__)

PAUSE = 30.0  # seconds for which a broker that failed is not asked again
# One try, half a second for each answer. The worker's own connection has the patient settings.
_QUICK = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}


class Breaker:
    """Keeps senders from waiting for a broker that does not answer.

    After a failure nobody asks for ``PAUSE`` seconds; then one sender does, and the
    others go on doing without until it has had its answer. Each outage is logged once.
    """

    def __init__(
        self,
        *,
        pause: float = PAUSE,
        clock: Callable[[], float] = time.monotonic,
        what: str = "The broker",
        so: str = "Reports are kept and wait for the sweeper.",
    ) -> None:
        self._what = what
        self._so = so
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._closed_until: float | None = None

    def lets_through(self) -> bool:
        """Say whether the broker may be asked now."""
        with self._lock:
            if self._closed_until is None:
                return True
            if self._clock() < self._closed_until:
                return False
            self._closed_until = self._clock() + self._pause
            return True

    def failed(self, error: BaseException) -> None:
        """Note that the broker did not take a message."""
        with self._lock:
            first = self._closed_until is None
            self._closed_until = self._clock() + self._pause
        if first:
            log.warning("%s cannot be reached (%s). %s", self._what, type(error).__name__, self._so)

    def worked(self) -> None:
        """Note that it did."""
        with self._lock:
            back = self._closed_until is not None
            self._closed_until = None
        if back:
            log.info("%s can be reached again.", self._what)


breaker = Breaker()


def send(task: Any, *arguments: int | str, expires: float | None = None) -> bool:
    """Give a task to the broker; False if it could not be. Never raises, never waits longer than two seconds.

    ``expires`` is after how many seconds the message is void: for what will be sent again anyway.
    """
    if not settings.BROKER_URL or not breaker.lets_through():
        return False
    try:
        with _producers(settings.BROKER_URL, os.getpid()).acquire(block=True, timeout=1) as producer:
            task.apply_async(arguments, producer=producer, retry=False, expires=expires)
    except Exception as error:  # whatever the broker's client raises: the row is safe, and this was only a hint
        breaker.failed(error)
        return False
    breaker.worked()
    return True


def waiting(queue: str) -> int | None:
    """Return how many messages wait in a queue; None if the broker cannot be asked."""
    if not settings.BROKER_URL or not breaker.lets_through():
        return None
    try:
        with _producers(settings.BROKER_URL, os.getpid()).acquire(block=True, timeout=1) as producer:
            found = int(producer.connection.default_channel.client.llen(queue))
    except Exception as error:
        breaker.failed(error)
        return None
    breaker.worked()
    return found


@functools.lru_cache(maxsize=4)
def _producers(url: str, process: int) -> Any:
    # Keyed by process: a connection must not be shared over a fork.
    return producers[Connection(url, transport_options=dict(_QUICK))]
