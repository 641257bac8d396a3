"""The only door out. Every byte that this project asks of the network comes through here.

What it promises: the name is resolved once; if any of its addresses is not public, or
the answer cannot be had, nothing is dialled; the address that was checked is the one
dialled, and the peer is verified after connecting; every redirect passes the same gate;
name, connection, headers and body together end by one deadline on the clock; sizes are
capped, raw and decoded. No proxy, credential or key log is taken from the environment.

What it does not: it does not decide whether to fetch, keeps nothing, and tries nothing
again. ``OUTBOUND_ALLOW`` (``host:port``) exempts exactly those from the address check, on
the first hop only, never on a redirect: for tests, benchmarks and a local language model.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import email.utils
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError

from tracker.core.addresses import is_public

PORTS = frozenset({80, 443, 8080, 8443})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOVED = frozenset({301, 308})
MAX_URL = 4096
LONGEST_WAIT = dt.timedelta(hours=24)
MAX_HEADER_BYTES = 64 * 1024  # http.client itself stops at 100 headers
CHUNK = 64 * 1024


class OutboundError(Exception):
    """Something asked of the network was not had. The message is for an editor; ``retry`` says whether to try again."""

    retry = False


class Refused(OutboundError):
    """Our guard does not allow it."""


class Unreachable(OutboundError):
    """The server could not be reached, or hung up."""

    retry = True


class TimedOut(OutboundError):
    """It took longer than the deadline."""

    retry = True


class TooLarge(OutboundError):
    """It is larger than we read."""


class BadResponse(OutboundError):
    """What came back is no proper answer."""


@dataclasses.dataclass(frozen=True)
class Response:
    """An answer, read whole. Header names are in lower case; a repeated header is joined by commas.

    ``moved_to`` is where the address has moved for good, as far as redirects said so.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_ms: int
    hops: tuple[str, ...]
    moved_to: str = ""

    @property
    def content_type(self) -> str:
        """The media type, without parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The character set the server names, or the empty string."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'").lower()
        return ""

    def retry_after(self, now: dt.datetime) -> dt.timedelta | None:
        """How long the server asks us to wait, a day at most; None if it says nothing that can be understood."""
        written = self.headers.get("retry-after", "").strip()
        if written.isdigit():
            return min(dt.timedelta(seconds=int(written[:9])), LONGEST_WAIT)
        try:
            when = email.utils.parsedate_to_datetime(written)
            wait = when - (now if when.tzinfo else now.replace(tzinfo=None))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return min(wait, LONGEST_WAIT) if wait > dt.timedelta() else None


@dataclasses.dataclass(frozen=True)
class Target:
    """Where a checked address leads: what to dial, and under which name."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    accept: str = "*/*",
    deadline: float | None = None,
    max_bytes: int | None = None,
) -> Response:
    """GET an address and return the whole answer, whatever its status; 304 has an empty body.

    ``deadline`` is seconds for everything together (``FETCH_DEADLINE_SECONDS``),
    ``max_bytes`` the raw body (``FETCH_MAX_BYTES``). Raises an ``OutboundError``.
    """
    headers = {"Accept": accept}
    if etag:
        headers["If-None-Match"] = _header_value(etag)
    if last_modified:
        headers["If-Modified-Since"] = _header_value(last_modified)
    return _request(
        "GET",
        url,
        headers=headers,
        body=None,
        deadline=deadline,
        max_bytes=max_bytes,
        redirects=settings.FETCH_MAX_REDIRECTS,
    )


def post(
    url: str, *, body: bytes, headers: Mapping[str, str], deadline: float | None = None, max_bytes: int = 64 * 1024
) -> Response:
    """POST a body and return the answer, read up to ``max_bytes``. Redirects are never followed."""
    checked = {name: _header_value(value) for name, value in headers.items()}
    return _request("POST", url, headers=checked, body=body, deadline=deadline, max_bytes=max_bytes, redirects=0)


def check_url(url: str) -> str:
    """Return the address in its normal form, or raise ``Refused`` with the reason. Asks nothing of the network."""
    return parse(url).url


def parse(url: str) -> Target:
    """Take an address apart, refusing whatever two programs could read in two ways."""
    if len(url) > MAX_URL:
        raise Refused(f"The address is longer than {MAX_URL} characters.")
    if any(ord(letter) <= 0x20 or 0x7F <= ord(letter) <= 0x9F or letter == "\\" for letter in url):
        raise Refused("The address holds spaces, control characters or backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise Refused("The address cannot be read as a web address.") from error
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"}:
        raise Refused("Only addresses that begin with http:// or https:// are fetched.")
    if "@" in parts.netloc or "%" in parts.netloc:
        raise Refused("The address holds a user name, a password or an escaped host.")
    name = _host(host)
    port = port if port is not None else (443 if scheme == "https" else 80)
    if port not in PORTS and f"{name}:{port}" not in settings.OUTBOUND_ALLOW:
        raise Refused(f"Port {port} is not one that web pages are served from.")
    shown = f"[{name}]" if ":" in name else name
    standard = port == (443 if scheme == "https" else 80)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]") if parts.query else ""
    )
    return Target(f"{scheme}://{shown}{'' if standard else f':{port}'}{path}", scheme, name, port, path)


def _host(host: str) -> str:
    """Return a host name as DNS knows it, or an IP address in its one usual form."""
    bare = host.rstrip(".").lower()
    if not bare:
        raise Refused("The address names no host.")
    if ":" in bare:
        return bare
    try:
        name = bare.encode("ascii").decode() if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError as error:
        raise Refused("The host's name is not a valid domain name.") from error
    if not bare.isascii() and (name.isascii() and name.replace(".", "").isdigit()):
        raise Refused("The host is a number written in other digits.")
    last = name.rsplit(".", 1)[-1]
    # 2130706433, 0x7f.1 and 017700000001 are loopback to some resolvers and names to others.
    if (last.isdigit() or last.startswith("0x")) and not _is_plain_ipv4(name):
        raise Refused("The host is an IP address in an unusual form.")
    if any(not label or len(label) > 63 for label in name.split(".")):
        raise Refused("The host's name is not a valid domain name.")
    inward = name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".home.arpa"))
    if inward and not any(entry.rsplit(":", 1)[0] == name for entry in settings.OUTBOUND_ALLOW):
        raise Refused("The address leads to this machine or its own network, not to the open internet.")
    return name


def _is_plain_ipv4(name: str) -> bool:
    labels = name.split(".")
    return len(labels) == 4 and all(
        label.isdigit() and str(int(label)) == label and int(label) < 256 for label in labels
    )


def _request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    deadline: float | None,
    max_bytes: int | None,
    redirects: int,
) -> Response:
    begun = time.monotonic()
    ends = begun + (settings.FETCH_DEADLINE_SECONDS if deadline is None else deadline)
    limit = settings.FETCH_MAX_BYTES if max_bytes is None else max_bytes
    hops: list[str] = []
    at = url
    moved_to, for_good = "", True
    while True:
        target = parse(at)
        exempt = not hops and f"{target.host}:{target.port}" in settings.OUTBOUND_ALLOW
        status, found, content = _one(method, target, headers=headers, body=body, ends=ends, limit=limit, exempt=exempt)
        hops.append(target.url)
        location = found.get("location", "")
        if status not in REDIRECTS or not location or not redirects:
            elapsed = int((time.monotonic() - begun) * 1000)
            return Response(url, target.url, status, found, content, elapsed, tuple(hops), moved_to)
        if len(hops) > redirects:
            raise BadResponse(f"The address redirects more than {redirects} times.")
        at = _next(target, location)
        for_good = for_good and status in MOVED
        moved_to = parse(at).url if for_good else moved_to


def _next(target: Target, location: str) -> str:
    try:
        following = urljoin(target.url, location.strip())
        unprotected = urlsplit(following).scheme.lower() == "http"
    except ValueError as error:
        raise BadResponse("The address redirects to something that is no web address.") from error
    if target.scheme == "https" and unprotected:
        raise Refused("The address redirects from https to unprotected http.")
    return following


def _one(
    method: str,
    target: Target,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    ends: float,
    limit: int,
    exempt: bool,
) -> tuple[int, dict[str, str], bytes]:
    """Make one request to one checked address; the watchdog ends it at the deadline whatever it is doing."""
    proxy = "" if exempt else settings.EGRESS_PROXY
    address = _proxy_address(proxy) if proxy else _resolve(target, ends=ends, exempt=exempt)
    dialled: list[socket.socket] = []
    watchdog = threading.Timer(max(0.01, ends - time.monotonic()), _hang_up, args=(dialled,))
    watchdog.daemon = True
    watchdog.start()
    connection = _connection(
        target, address, dialled, ends=ends, check_peer=not exempt and not proxy, tunnel=bool(proxy)
    )
    try:
        _connect(connection, ends=ends)
        sent = {"User-Agent": settings.USER_AGENT, "Accept-Encoding": "gzip", "Connection": "close", **headers}
        where = target.url if proxy and target.scheme == "http" else target.path
        connection.request(method, where, body=body, headers=sent, preload_content=False, decode_content=False)
        answer = connection.getresponse()
        found = _headers(answer)
        if answer.status == 304 or (answer.status in REDIRECTS and found.get("location")):
            return answer.status, found, b""
        return answer.status, found, _read(answer, found.get("content-encoding", ""), limit=limit)
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        if time.monotonic() >= ends - 0.05:
            raise TimedOut("The server took too long to answer.") from error
        raise Unreachable("The server broke off the connection, or its answer is not proper HTTP.") from error
    finally:
        watchdog.cancel()
        connection.close()
        for spare in dialled:
            spare.close()


def _resolve(target: Target, *, ends: float, exempt: bool) -> tuple[Any, ...]:
    """Look the name up once and return one socket address, after checking every one that came back."""
    left = ends - time.monotonic()
    pool = ThreadPoolExecutor(max_workers=1)  # getaddrinfo knows no deadline; we stop waiting for it
    try:
        found = pool.submit(socket.getaddrinfo, target.host, target.port, 0, socket.SOCK_STREAM).result(
            timeout=max(0.01, left)
        )
    except TookTooLong as error:
        raise TimedOut("The name of the server could not be looked up in time.") from error
    except (OSError, UnicodeError) as error:
        raise Unreachable("The name of the server is not known. Check the address for a misprint.") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if not found:
        raise Unreachable("The name of the server is not known. Check the address for a misprint.")
    if not exempt and not all(is_public(str(sockaddr[0])) for *_, sockaddr in found):
        raise Refused("The address leads into a private network, not to the open internet.")
    family, kind, protocol, _, sockaddr = min(found, key=lambda one: one[0] != socket.AF_INET)
    return (family, kind, protocol, sockaddr)


def _proxy_address(proxy: str) -> tuple[Any, ...]:
    parts = urlsplit(proxy)
    family, kind, protocol, _, sockaddr = socket.getaddrinfo(parts.hostname, parts.port or 3128, 0, socket.SOCK_STREAM)[
        0
    ]
    return (family, kind, protocol, sockaddr)


def _connection(
    target: Target,
    address: tuple[Any, ...],
    dialled: list[socket.socket],
    *,
    ends: float,
    check_peer: bool,
    tunnel: bool,
) -> HTTPConnection:
    """Make a connection that dials the one address that was checked, whatever the name resolves to by now."""

    def dial() -> socket.socket:
        family, kind, protocol, sockaddr = address
        raw = socket.socket(family, kind, protocol)
        raw.settimeout(max(0.01, ends - time.monotonic()))
        try:
            raw.connect(sockaddr)
            # TLS takes the socket over; a duplicate lets the watchdog end the connection all the same.
            dialled.append(raw.dup())
            if check_peer and not is_public(str(raw.getpeername()[0])):
                raise Refused("The server that answered is in a private network.")
            if tunnel and target.scheme == "https":
                _tunnel(raw, target)
        except BaseException:
            raw.close()
            raise
        return raw

    shown = f"[{target.host}]" if ":" in target.host else target.host  # or urllib3 reads a part of it as the port
    timeout = max(0.01, ends - time.monotonic())
    connection: HTTPConnection
    if target.scheme == "https":
        # Not create_default_context(): that one would write session keys to $SSLKEYLOGFILE.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        connection = HTTPSConnection(shown, target.port, timeout=timeout, ssl_context=context)
    else:
        connection = HTTPConnection(shown, target.port, timeout=timeout)
    connection._new_conn = dial  # type: ignore[method-assign]
    return connection


def _connect(connection: HTTPConnection, *, ends: float) -> None:
    try:
        connection.connect()
    except (HTTPError, OSError, ValueError) as error:
        if time.monotonic() >= ends - 0.05 or isinstance(error, TimeoutError):
            raise TimedOut("The server could not be reached in time.") from error
        if isinstance(error, (SSLError, ssl.SSLError)):
            raise Unreachable("The server's certificate is not valid for this address.") from error
        raise Unreachable("The server could not be reached.") from error


def _tunnel(raw: socket.socket, target: Target) -> None:
    shown = f"[{target.host}]" if ":" in target.host else target.host
    raw.sendall(f"CONNECT {shown}:{target.port} HTTP/1.1\r\nHost: {shown}:{target.port}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < 8192:
        more = raw.recv(1024)
        if not more:
            break
        answer += more
    if b" 200" not in answer.split(b"\r\n", 1)[0]:
        raise Unreachable("The outbound proxy refused the connection.")


def _hang_up(dialled: list[socket.socket]) -> None:
    """End the connection under the reader's feet: the one thing that stops a server that answers a byte a second."""
    for spare in dialled:
        with contextlib.suppress(OSError):
            spare.shutdown(socket.SHUT_RDWR)


def _headers(answer: Any) -> dict[str, str]:
    items = list(answer.headers.items())
    if sum(len(name) + len(value) for name, value in items) > MAX_HEADER_BYTES:
        raise BadResponse("The server sends more headers than a web page needs.")
    found: dict[str, str] = {}
    for name, value in items:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def _read(answer: Any, encoding: str, *, limit: int) -> bytes:
    """Read and decode the body within its caps; a bomb is refused before it has gone off."""
    decode = _decoder(encoding)
    decoded = bytearray()
    raw = 0
    while chunk := answer.read(CHUNK, decode_content=False):
        raw += len(chunk)
        if raw > limit:
            raise TooLarge(f"The page is larger than {limit // (1024 * 1024)} MB.")
        decoded += decode(chunk)
        if len(decoded) > settings.FETCH_MAX_DECODED_BYTES:
            raise TooLarge(
                f"The page is larger than {settings.FETCH_MAX_DECODED_BYTES // (1024 * 1024)} MB when unpacked."
            )
    return bytes(decoded)


def _decoder(encoding: str) -> Callable[[bytes], bytes]:
    if encoding.strip().lower() in {"", "identity"}:
        return bytes
    if encoding.strip().lower() not in {"gzip", "x-gzip"}:
        raise BadResponse("The server packs the page in a way we did not ask for.")
    machine = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def unpack(chunk: bytes) -> bytes:
        room = settings.FETCH_MAX_DECODED_BYTES + 1
        try:
            unpacked = machine.decompress(chunk, room)
        except zlib.error as error:
            raise BadResponse("The page is packed in a damaged way.") from error
        if machine.unconsumed_tail:
            raise TooLarge(
                f"The page is larger than {settings.FETCH_MAX_DECODED_BYTES // (1024 * 1024)} MB when unpacked."
            )
        return unpacked

    return unpack


def _header_value(value: str) -> str:
    if any(ord(letter) < 0x20 and letter != "\t" or ord(letter) == 0x7F for letter in value):
        raise Refused("A header value holds control characters.")
    return value
