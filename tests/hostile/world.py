"""The inside of the namespace: every address answers, and whoever dials one is written down.

``Everywhere`` listens on all addresses of both families. Connections to the few that
stand for public sites get the page set for that host and path; any other destination is
the canary. The list of public sites is written out, so that this does not share a
mistake with the guard it tests.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

PUBLIC_V4, PUBLIC_V6 = "93.184.216.34", "2606:2800:220:1::1"
PUBLIC = frozenset({PUBLIC_V4, PUBLIC_V6, "151.101.1.69", "8.8.8.8"})
PORTS = (80, 443, 8080, 8443, 22, 25, 53, 6379, 5432, 8000, 9200, 11211)
RESOLVER = "127.0.0.53"

Page = Callable[[str], bytes] | bytes
Names = Callable[[int], list[str]]


class Everywhere:
    """A listener on every address and the usual ports."""

    def __init__(self) -> None:
        self.reached: list[tuple[str, int, bytes]] = []
        self.served: Counter[str] = Counter()
        self.pages: dict[tuple[str, str], Page] = {}
        self.behaviours: dict[tuple[str, str], Callable[[socket.socket], None]] = {}
        self.heard: Callable[[bytes], None] = lambda request: None
        self._sockets = [self._listen(port) for port in PORTS if port != 53]

    def page(self, host: str, path: str, answer: Page) -> str:
        """Serve a raw HTTP answer at a public site; return its address."""
        self.pages[host, path] = answer
        return f"http://{host}{path}"

    def does(self, host: str, path: str, behaviour: Callable[[socket.socket], None]) -> str:
        """Let a public site do as it likes with a connection; return the address."""
        self.behaviours[host, path] = behaviour
        return f"http://{host}{path}"

    def forget(self) -> None:
        """Start a new count, with no pages."""
        self.reached.clear()
        self.served.clear()
        self.pages.clear()
        self.behaviours.clear()
        self.heard = lambda request: None

    def close(self) -> None:
        for one in self._sockets:
            one.close()

    def _listen(self, port: int) -> socket.socket:
        made = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512)
        threading.Thread(target=self._accept, args=(made, port), daemon=True).start()
        return made

    def _accept(self, listening: socket.socket, port: int) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            destination = connection.getsockname()[0].removeprefix("::ffff:")
            if destination not in PUBLIC or port not in {80, 443, 8080, 8443}:
                # Noted before a byte is read: a connection alone is a leak.
                self.reached.append((destination, port, b""))
            threading.Thread(target=self._serve, args=(connection, destination, port), daemon=True).start()

    def _serve(self, connection: socket.socket, destination: str, port: int) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            request = b""
            while b"\r\n\r\n" not in request and len(request) < 65536:
                more = connection.recv(65536)
                if not more:
                    break
                request += more
            if destination not in PUBLIC:
                self.reached.append((destination, port, request[:200]))
                connection.sendall(answer(b"canary"))
                return
            path = request.split(b" ")[1].decode("latin-1") if request.count(b" ") else "/"
            lines = request.split(b"\r\n")
            host = next((line[5:].strip().decode() for line in lines if line.lower().startswith(b"host:")), "")
            self.served[host + path] += 1
            self.heard(request)
            behaviour = self.behaviours.get((host.split(":")[0], path))
            if behaviour is not None:
                connection.settimeout(60)
                behaviour(connection)
                return
            page = self.pages.get((host.split(":")[0], path))
            if page is None:
                connection.sendall(answer(b"no such page", status="404 Not Found"))
            else:
                connection.sendall(page(path) if callable(page) else page)


def answer(
    body: bytes, *, status: str = "200 OK", content_type: str = "text/html; charset=utf-8", **more: str
) -> bytes:
    """Return a whole HTTP answer; further headers are named with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


class NameServer:
    """A DNS server whose answers are functions of how often a name has been asked for."""

    def __init__(self) -> None:
        self.names: dict[str, Names] = {}
        self.aliases: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((RESOLVER, 53))
        self._tcp = socket.create_server((RESOLVER, 53))
        threading.Thread(target=self._datagrams, daemon=True).start()
        threading.Thread(target=self._streams, daemon=True).start()

    def name(self, host: str, *addresses: str) -> str:
        """Let a name lead to these addresses."""
        self.names[host] = lambda time_asked: list(addresses)
        return host

    def changing(self, host: str, names: Names) -> str:
        """Let a name lead somewhere else each time it is asked for."""
        self.names[host] = names
        return host

    def alias(self, host: str, to: str) -> str:
        """Let a name be another name."""
        self.aliases[host] = to
        return host

    def close(self) -> None:
        self._udp.close()
        self._tcp.close()

    def _datagrams(self) -> None:
        while True:
            try:
                question, sender = self._udp.recvfrom(4096)
            except OSError:
                return
            threading.Thread(target=self._reply, args=(question, sender), daemon=True).start()

    def _reply(self, question: bytes, sender: tuple[str, int]) -> None:
        told = self._answer(question)
        with contextlib.suppress(OSError):
            if told is not None:
                cut = told[:2] + struct.pack(">H", 0x8380) + question[4:6] + b"\0\0\0\0\0\0" + question[12:]
                self._udp.sendto(told if len(told) <= 512 else cut, sender)

    def _streams(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with contextlib.suppress(OSError, struct.error), connection:
                connection.settimeout(3)
                (length,) = struct.unpack(">H", connection.recv(2))
                told = self._answer(connection.recv(length))
                if told is not None:
                    connection.sendall(struct.pack(">H", len(told)) + told)

    def _answer(self, question: bytes) -> bytes | None:
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode("latin-1"))
            at += 1 + question[at]
        host = ".".join(labels).lower()
        (kind,) = struct.unpack(">H", question[at + 1 : at + 3])
        if host.startswith("dead."):
            return None
        if host.startswith("slow."):
            time.sleep(30)
        asked = question[12 : at + 5]
        records = b""
        count = 0
        owner = b"\xc0\x0c"
        if host in self.aliases:
            to = self.aliases[host]
            wire = b"".join(bytes([len(label)]) + label.encode() for label in to.split(".")) + b"\0"
            records += owner + struct.pack(">HHIH", 5, 1, 0, len(wire)) + wire
            owner, host, count = wire, to, 1
        with self._lock:
            # A and AAAA are asked for at once: together they are one time of asking.
            self.asked[host] += kind == 1
            times = max(1, self.asked[host])
        known = self.names.get(host)
        addresses = ["127.0.0.1", "::1"] if host == "localhost" else known(times) if known else []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            if (kind == 28) == (family == socket.AF_INET6) and kind in {1, 28}:
                packed = socket.inet_pton(family, address)
                records += owner + struct.pack(">HHIH", kind, 1, 0, len(packed)) + packed
                count += 1
        code = 0x8180 if known or count or host == "localhost" else 0x8183
        return question[:2] + struct.pack(">HHHHH", code, 1, count, 0, 0) + asked + records


@contextlib.contextmanager
def world() -> Iterator[tuple[Everywhere, NameServer]]:
    """The listener and the name server, for as long as the tests run. Only inside the namespace."""
    if os.environ.get("ONRECORD_HOSTILE") != "1":
        raise RuntimeError("These tests run in a namespace of their own: use `make hostile`.")
    everywhere, names = Everywhere(), NameServer()
    try:
        yield everywhere, names
    finally:
        everywhere.close()
        names.close()
