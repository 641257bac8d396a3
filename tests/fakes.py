"""Stand-ins for what lies outside: a web server on loopback that behaves as it is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket, bytes], None]


class Server:
    """Answers each path with a behaviour: a function of the connection and the request it read."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.requests: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def answers(self, path: str, body: bytes, *, status: str = "200 OK", **headers: str) -> str:
        """Answer a path properly; header names are given with underscores. Returns its address."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.sends(path, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def sends(self, path: str, raw: bytes) -> str:
        """Send these bytes and hang up."""
        return self.does(path, lambda connection, request: connection.sendall(raw))

    def does(self, path: str, behaviour: Behaviour) -> str:
        self.behaviours[path] = behaviour
        return self.url(path)

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(30)
            request = b""
            while b"\r\n\r\n" not in request:
                more = connection.recv(65536)
                if not more:
                    return
                request += more
            self.requests.append(request)
            path = request.split(b" ")[1].decode()
            behaviour = self.behaviours.get(path)
            if behaviour is None:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                behaviour(connection, request)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A server of one's own for a test."""
    made = Server()
    try:
        yield made
    finally:
        made.close()
