"""Servers that drip, lie, bomb and loop: every fetch ends in time and in little memory."""

from __future__ import annotations

import contextlib
import gzip
import resource
import socket
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.hostile import table
from tests.hostile.world import Everywhere, answer
from tracker.core import net

DEADLINE, GRACE, ROOM_MB = 20.0, 1.0, 100
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def drip(raw: bytes, *, every: float = 1.0) -> Callable[[socket.socket], None]:
    """Send one byte at a time, for longer than anybody should wait."""

    def behave(connection: socket.socket) -> None:
        for number in range(40):
            connection.sendall(raw[number % len(raw) : number % len(raw) + 1])
            time.sleep(every)

    return behave


def silent(connection: socket.socket) -> None:
    """Say nothing."""
    time.sleep(40)


def endless(chunk: bytes, head: bytes = HEAD) -> Callable[[socket.socket], None]:
    """Send for ever, as fast as it is taken."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head + b"\r\n")
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(chunk)

    return behave


def chunked_for_ever(connection: socket.socket) -> None:
    """Never send the last chunk."""
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def bomb(layers: int = 1) -> bytes:
    """Pack a gigabyte of nothing, piece by piece; more layers pack the packed."""
    machine = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = b"\0" * (1 << 20)
    packed = b"".join([*(machine.compress(piece) for _ in range(1024)), machine.flush()])
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


def raw(whole: bytes) -> Callable[[socket.socket], None]:
    """Send these bytes and hang up."""
    return lambda connection: connection.sendall(whole)


def keep_open(whole: bytes) -> Callable[[socket.socket], None]:
    """Send these bytes and then nothing."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(whole)
        time.sleep(40)

    return behave


@pytest.mark.timeout(180)
def test_every_fetch_ends_in_time_and_in_little_memory(web: Everywhere, settings: object) -> None:
    settings.FETCH_DEADLINE_SECONDS = DEADLINE  # type: ignore[attr-defined]
    packed, twice = bomb(), bomb(2)
    behaviours: dict[str, Callable[[socket.socket], None]] = {
        "nothing": silent,
        "a byte of header a second": drip(HEAD + b"X: " + b"y" * 100),
        "a byte of body a second": lambda connection: (connection.sendall(HEAD + b"\r\n"), drip(b"x")(connection))[1],
        "headers for ever": endless(b"X-More: " + b"y" * 200 + b"\r\n", HEAD[:-2]),
        "a body for ever": endless(b"x" * 65536),
        "chunks for ever": chunked_for_ever,
        "a chunk of absurd size": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nx"),
        "a chunk of negative size": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nx"),
        "a gigabyte in a megabyte": raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + packed),
        "gzip in gzip": raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + twice),
        "deflate unasked": raw(HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"x" * 1000)),
        "brotli unasked": raw(HEAD + b"Content-Encoding: br\r\n\r\n\x0b\x02\x80"),
        "two encodings": raw(HEAD + b"Content-Encoding: gzip, gzip\r\n\r\n" + twice),
        "a length too long": keep_open(HEAD + b"Content-Length: 1000\r\n\r\nshort"),
        "a length too short": raw(HEAD + b"Content-Length: 1\r\n\r\nlonger than that"),
        "a negative length": raw(HEAD + b"Content-Length: -1\r\n\r\nx"),
        "two lengths": raw(HEAD + b"Content-Length: 1\r\nContent-Length: 5\r\n\r\nxxxxx"),
        "a megabyte of one header": raw(HEAD + b"X: " + b"y" * (1 << 20) + b"\r\n\r\nx"),
        "ten thousand headers": raw(HEAD + b"X: y\r\n" * 10_000 + b"\r\nx"),
        "HTTP 0.9": raw(b"<html>no header at all</html>"),
        "an answer of two": raw(answer(b"one") + answer(b"two")),
        "204 with a body": raw(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
        "a status of 999": raw(b"HTTP/1.1 999 Oh\r\nContent-Length: 0\r\n\r\n"),
        "a status of words": raw(b"HTTP/1.1 abc Oh\r\n\r\n"),
        "100 for ever": endless(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue"),
        "fifty megabytes announced": raw(HEAD + b"Content-Length: 52428800\r\n\r\n" + b"x" * (11 << 20)),
        "nothing at all, politely": raw(b""),
    }
    addresses = {name: web.does("pub.test", f"/{number}", one) for number, (name, one) in enumerate(behaviours.items())}
    addresses["TLS that never shakes hands"] = "https://pub.test/"
    addresses["a loop"] = web.page("pub.test", "/loop", answer(b"", status="302 Found", Location="/loop"))
    web.page("pub.test", "/loop6", answer(b"", status="302 Found", Location="/loop6?" + "x" * 1000))
    addresses["a growing loop"] = "http://pub.test/loop6"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    longest: dict[str, float] = {}

    def ask(name: str) -> None:
        begun = time.monotonic()
        with contextlib.suppress(net.OutboundError):
            net.fetch(addresses[name])
        longest[name] = time.monotonic() - begun

    with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
        list(pool.map(ask, addresses))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    slowest = max(longest, key=lambda name: longest[name])
    late = [name for name, seconds in longest.items() if seconds > DEADLINE + GRACE]
    table.record(
        "hostile servers",
        tried=len(longest),
        through=len(late),
        remark=f"slowest {longest[slowest]:.1f} s ({slowest}); all together {grown:.0f} MB more",
    )
    assert late == []
    # All of them at once: a cap of 20 MB for each that is read to its cap, and never the whole.
    assert grown < ROOM_MB * 4


def test_one_bomb_takes_little_memory(web: Everywhere) -> None:
    before = _peak()
    web.does("pub.test", "/bomb", raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb()))
    begun = time.monotonic()
    with pytest.raises(net.TooLarge):
        net.fetch("http://pub.test/bomb")
    grown = _peak() - before
    table.record(
        "one bomb",
        tried=1,
        through=int(grown >= ROOM_MB),
        remark=f"{time.monotonic() - begun:.1f} s, {grown:.0f} MB more",
    )
    assert grown < ROOM_MB


def test_nobody_is_left_waiting(web: Everywhere) -> None:
    """Watchdogs and look-ups leave no threads behind."""
    time.sleep(0.5)
    assert threading.active_count() < 200


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
