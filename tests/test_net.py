"""The only door out: nothing inward is reached, and everything ends."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from tests.fakes import Server, server
from tracker.core import net
from tracker.core.addresses import is_public
from tracker.core.net import BadResponse, Refused, TimedOut, TooLarge, Unreachable, check_url, fetch, post


@pytest.fixture
def web(settings: Any) -> Iterator[Server]:
    with server() as made:
        settings.OUTBOUND_ALLOW = [made.host]
        settings.FETCH_DEADLINE_SECONDS = 3
        yield made


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name resolve to these addresses; return the list of names that were asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, *rest: Any) -> list[Any]:
        asked.append(host)
        kinds = [(socket.AF_INET6 if ":" in address else socket.AF_INET, address) for address in addresses]
        return [(kind, socket.SOCK_STREAM, 6, "", (address, port)) for kind, address in kinds]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note every address that is dialled, and dial none."""
    dialled: list[Any] = []

    def note(self: socket.socket, address: Any) -> None:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", note)
    return dialled


INWARD = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://00000000/",
    "http://127.99.88.77/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://db.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://router.home.arpa/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.254/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://169.254.43518/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.9/",
    "http://203.0.113.9/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.88.99.1/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::1]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[2002:7f00:1::]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://127.0.0.1@news.example/",
    "http://news.example@127.0.0.1/",
    "http://news.example:80@127.0.0.1/",
    "http://news.example\\@127.0.0.1/",
    "http://127.0.0.1\\.news.example/",
    "http://127.0.0.1%09/",
    "http://localhost%00.news.example/",
    "http://news.example%40127.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http:///127.0.0.1/",
    "//127.0.0.1/",
    "http:127.0.0.1/",
    "http://127.0.0.1:6379/",
    "http://news.example:6379/",
    "http://news.example:22/",
    "http://news.example:0/",
    "http://news.example:99999/",
    "http://[::1/",
    "http://../",
    "http://" + "a" * 64 + ".example/",
    "http://news .example/",
    "http://news.example/\r\nHost: evil",
    "http://news.example/" + "a" * 5000,
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:6379/_x",
    "dict://127.0.0.1:6379/info",
    "javascript:alert(1)",
    "data:text/html,x",
    "",
]


@pytest.mark.parametrize("url", INWARD)
def test_nothing_inward_is_dialled(url: str, canary: list[Any]) -> None:
    with pytest.raises((Refused, Unreachable)):
        fetch(url)
    assert not canary


@pytest.mark.parametrize("url", INWARD)
def test_nothing_inward_is_dialled_by_a_redirect(url: str, web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[Any] = []
    real = socket.socket.connect

    def note(self: socket.socket, address: Any) -> None:
        dialled.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", note)
    web.answers("/", b"", status="302 Found", Location=url.replace("\r\n", "") or "file:///etc/passwd")
    with pytest.raises((Refused, Unreachable, BadResponse)):
        response = fetch(web.url("/"))
        # An address without scheme or host is relative: it stays on the server it came from.
        assert all(hop.startswith(web.url("/")) for hop in response.hops)
        raise Refused("stayed where it was")
    assert {address[:2] for address in dialled} <= {("127.0.0.1", web.port)}


def test_the_exemption_does_not_hold_for_a_redirect_to_itself(web: Server) -> None:
    web.answers("/", b"", status="302 Found", Location=web.url("/inner"))
    web.answers("/inner", b"secret")
    with pytest.raises(Refused, match="private network"):
        fetch(web.url("/"))


@pytest.mark.parametrize(
    "addresses",
    [("10.0.0.1",), ("93.184.216.34", "127.0.0.1"), ("93.184.216.34", "::1"), ("2606:2800:220:1::1", "fd00::1")],
)
def test_a_name_with_one_inward_address_is_refused_whole(
    addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, canary: list[Any]
) -> None:
    names(monkeypatch, *addresses)
    with pytest.raises(Refused, match="private network"):
        fetch("https://news.example/")
    assert not canary


def test_the_name_is_asked_for_once_and_the_checked_address_is_dialled(
    monkeypatch: pytest.MonkeyPatch, canary: list[Any]
) -> None:
    asked = names(monkeypatch, "93.184.216.34")
    with pytest.raises(Unreachable):
        fetch("https://news.example/")
    assert asked == ["news.example"]
    assert [address[0] for address in canary] == ["93.184.216.34"]


def test_the_peer_is_checked_after_connecting(web: Server, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OUTBOUND_ALLOW = []
    names(monkeypatch, "93.184.216.34")
    real = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: real(self, ("127.0.0.1", web.port)))
    web.answers("/", b"secret")
    with pytest.raises(Refused, match="private network"):
        fetch("http://news.example/")
    assert not web.requests


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("2a00:1450:4001::5", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:100.64.0.1", False),
        ("fe80::1%eth0", False),
        ("not an address", False),
        ("", False),
    ],
)
def test_the_table_of_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://News.Example:443/A?b=c#d", "https://news.example/A?b=c"),
        ("http://news.example", "http://news.example/"),
        ("http://news.example:8080/ä", "http://news.example:8080/%C3%A4"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
    ],
)
def test_an_address_has_one_normal_form(url: str, normal: str) -> None:
    assert check_url(url) == normal
    assert check_url(normal) == normal


def test_a_page_comes_back_whole(web: Server) -> None:
    url = web.answers("/", b"<p>Hello</p>", Content_Type="text/html; charset=ISO-8859-1", ETag='"1"')
    response = fetch(url, etag='"0"', last_modified="Mon, 02 Mar 2026 10:00:00 GMT")
    assert (response.status, response.body, response.final_url) == (200, b"<p>Hello</p>", url)
    assert (response.content_type, response.charset, response.headers["etag"]) == ("text/html", "iso-8859-1", '"1"')
    request = web.requests[0].decode()
    assert 'If-None-Match: "0"' in request
    assert "If-Modified-Since: Mon, 02 Mar 2026 10:00:00 GMT" in request
    assert "OnRecordBot" in request


def test_not_modified_and_errors_are_answers(web: Server) -> None:
    assert fetch(web.answers("/same", b"", status="304 Not Modified")).status == 304
    assert fetch(web.url("/missing")).status == 404
    assert fetch(web.url("/missing")).charset == ""


def test_nothing_of_the_environment_goes_out(web: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login ana password secret")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.setenv("NETRC", str(netrc))
    assert fetch(web.answers("/", b"ok")).body == b"ok"
    assert b"authorization" not in web.requests[0].lower()


def test_a_packed_page_is_unpacked(web: Server) -> None:
    assert fetch(web.answers("/", gzip.compress(b"x" * 1000), Content_Encoding="gzip")).body == b"x" * 1000


def test_a_bomb_is_refused_before_it_goes_off(web: Server, settings: Any) -> None:
    settings.FETCH_MAX_DECODED_BYTES = 1024 * 1024
    bomb = gzip.compress(b"\0" * 50 * 1024 * 1024)
    with pytest.raises(TooLarge, match="1 MB when unpacked"):
        fetch(web.answers("/", bomb, Content_Encoding="gzip"))


def test_a_page_that_is_too_large_is_refused(web: Server) -> None:
    with pytest.raises(TooLarge):
        fetch(web.answers("/", b"x" * 200_000), max_bytes=100_000)


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_packing_we_did_not_ask_for_is_refused(web: Server, encoding: str) -> None:
    with pytest.raises(BadResponse, match="did not ask for"):
        fetch(web.answers("/", b"x", Content_Encoding=encoding))


def test_damaged_packing_is_refused(web: Server) -> None:
    with pytest.raises(BadResponse, match="damaged"):
        fetch(web.answers("/", b"not gzip", Content_Encoding="gzip"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 999999 Odd\r\n\r\n",
    ],
)
def test_an_answer_that_breaks_off_is_worth_another_try(web: Server, raw: bytes) -> None:
    with pytest.raises(Unreachable) as refusal:
        fetch(web.sends("/", raw))
    assert refusal.value.retry


def test_too_much_header_is_refused(web: Server) -> None:
    raw = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1500) for n in range(50)) + b"\r\n"
    with pytest.raises(BadResponse, match="more headers"):
        fetch(web.sends("/", raw))
    many = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n"
    with pytest.raises(Unreachable, match="not proper HTTP"):
        fetch(web.sends("/many", many))


def drip(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.1)


def drip_headers(connection: socket.socket, request: bytes) -> None:
    for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 1000:
        connection.sendall(bytes([letter]))
        time.sleep(0.1)


def never_answer(connection: socket.socket, request: bytes) -> None:
    time.sleep(20)


@pytest.mark.parametrize("behaviour", [drip, drip_headers, never_answer])
def test_every_fetch_ends_at_its_deadline(web: Server, behaviour: Any) -> None:
    begun = time.monotonic()
    with pytest.raises(TimedOut) as refusal:
        fetch(web.does("/", behaviour), deadline=1)
    assert time.monotonic() - begun < 2
    assert refusal.value.retry


def test_a_server_that_never_shakes_hands_ends_at_the_deadline(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        settings.OUTBOUND_ALLOW = [host]
        begun = time.monotonic()
        with pytest.raises(TimedOut):
            fetch(f"https://{host}/", deadline=1)
        assert time.monotonic() - begun < 2


def test_a_server_that_is_not_there_is_said_to_be(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        host = f"127.0.0.1:{gone.getsockname()[1]}"
    settings.OUTBOUND_ALLOW = [host]
    with pytest.raises(Unreachable, match="could not be reached"):
        fetch(f"http://{host}/")


def test_an_unknown_name_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="misprint"):
        fetch("https://news.example/")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: [])
    with pytest.raises(Unreachable, match="misprint"):
        fetch("https://news.example/")


def test_a_name_server_that_never_answers_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: time.sleep(5))
    begun = time.monotonic()
    with pytest.raises(TimedOut, match="looked up"):
        fetch("https://news.example/", deadline=0.5)
    assert time.monotonic() - begun < 1.5


def test_redirects_are_followed_a_few_times(web: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net, "is_public", lambda address: True)
    web.answers("/a", b"", status="301 Moved Permanently", Location="/b?x=1")
    web.answers("/b?x=1", b"there")
    web.answers("/loop", b"", status="302 Found", Location="/loop")
    response = fetch(web.url("/a"))
    assert (response.body, response.hops) == (b"there", (web.url("/a"), web.url("/b?x=1")))
    with pytest.raises(BadResponse, match="redirects more than 5 times"):
        fetch(web.url("/loop"))


def test_a_redirect_to_unprotected_http_is_refused() -> None:
    with pytest.raises(Refused, match="unprotected"):
        net._next(net.parse("https://news.example/"), "http://news.example/")


def test_a_certificate_that_does_not_fit_is_refused(settings: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        settings.OUTBOUND_ALLOW = [host]

        def serve() -> None:
            connection, _ = listening.accept()
            try:
                context.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(Unreachable, match="certificate"):
            fetch(f"https://{host}/", deadline=3)


def test_a_post_is_sent_whole_and_follows_nothing(web: Server) -> None:
    url = web.answers("/hook", b"", status="302 Found", Location="/elsewhere")
    assert post(url, body=b'{"a": 1}', headers={"Content-Type": "application/json"}).status == 302
    assert web.requests[0].endswith(b'{"a": 1}') or b"Content-Length: 8" in web.requests[0]
    with pytest.raises(Refused, match="control characters"):
        post(url, body=b"", headers={"X": "a\r\nHost: evil"})
