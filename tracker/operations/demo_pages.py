"""The outlets of the demonstration: a small web server on this machine that serves the fixture reports and feeds.

A page that would stand at ``https://outlet.example/path`` is served at
``/outlet.example/path``, so that the ingest fetches it as it fetches any other, through
the one door and its guard, and a reader of the demo can open the source of a statement.
"""

from __future__ import annotations

import dataclasses
import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
_INVENTED = re.compile(rb"https://([a-z0-9.-]+\.example)(?=/)")


@dataclasses.dataclass(frozen=True)
class Served:
    """One page or feed: its body and what kind it is."""

    body: bytes
    content_type: str


def manifest(fixtures: Path) -> list[dict[str, Any]]:
    """Return what the fixture reports are and what is expected of each."""
    entries: list[dict[str, Any]] = json.loads((fixtures / "reports" / "manifest.json").read_text(encoding="utf-8"))
    return entries


def place_of(url: str) -> str:
    """Return where the page of an invented address is served: its host and path, its query too."""
    parts = urlsplit(url)
    return f"/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def feeds(fixtures: Path) -> dict[str, str]:
    """Return where each tree's feed is served, by the tree."""
    return {path.parent.name: f"/feeds/{path.parent.name}.xml" for path in sorted(fixtures.glob("reports/*/feed.xml"))}


def pages(fixtures: Path) -> dict[str, Served]:
    """Return everything that is served, by its place."""
    served = {
        place_of(entry["url"]): Served((fixtures / "reports" / entry["file"]).read_bytes(), "text/html; charset=utf-8")
        for entry in manifest(fixtures)
    }
    for tree, place in feeds(fixtures).items():
        body = (fixtures / "reports" / tree / "feed.xml").read_bytes()
        served[place] = Served(body, "application/rss+xml; charset=utf-8")
    return served


class PageServer:
    """Serves until it is closed. Takes the wanted port, or the next free one."""

    def __init__(self, fixtures: Path, *, port: int) -> None:
        self.server = ThreadingHTTPServer((HOST, port), _handler(pages(fixtures)))
        self.server.daemon_threads = True
        self.host = f"{HOST}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, name="sample pages", daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


def _handler(served: Mapping[str, Served]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET for what is served and 404 for the rest."""

        server_version = "SamplePages"
        sys_version = ""

        def do_GET(self) -> None:
            found = served.get(self.path)
            if found is None:
                self.send_error(404)
                return
            body = found.body
            if "rss" in found.content_type:
                # What a feed points to must be fetched from here; only here does it exist.
                here = f"http://{self.headers.get('Host', HOST)}/".encode()
                body = _INVENTED.sub(lambda match: here + match[1], body)
            self.send_response(200)
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the terminal belongs to the demo."""

    return Handler
