"""No spelling of an inward address, and no name that changes its mind, reaches anything."""

from __future__ import annotations

import random
import socket
import time
from typing import Any

import pytest

from tests.hostile import table, vectors
from tests.hostile.world import PUBLIC_V4, PUBLIC_V6, Everywhere, NameServer, answer
from tracker.core import net


def refused(url: str, **more: Any) -> bool:
    """Ask for an address; True when nothing came of it."""
    try:
        net.fetch(url, deadline=4, **more)
    except net.OutboundError:
        return True
    return False


def test_the_world_answers(web: Everywhere, names: NameServer) -> None:
    """Without this the canary would prove nothing: it hears whoever dials, and good pages are had."""
    inward = {"10.0.0.1", "169.254.169.254", "fd00:ec2::254"}
    for address in inward:
        with socket.create_connection((address, 80), timeout=2) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert connection.recv(4096).endswith(b"canary")
    assert {destination for destination, *_ in web.reached} == inward
    for host in ("six.test", "both.test", PUBLIC_V4):
        web.page(host, "/", answer(b"good"))
    fetched = [net.fetch(f"http://{host}/").status for host in ("pub.test", "six.test", "both.test", PUBLIC_V4)]
    table.record("legitimate fetches", tried=len(fetched), through=fetched.count(200), remark="all must come through")
    assert fetched == [200] * 4


@pytest.mark.parametrize("method", ["fetch", "post"])
def test_no_spelling_of_an_inward_address_is_dialled(web: Everywhere, method: str) -> None:
    every = vectors.literal()
    for url in every:
        if method == "fetch":
            refused(url)
        else:
            with pytest.raises(net.OutboundError):
                net.post(url, body=b"{}", headers={}, deadline=4)
    table.record(f"literal addresses, {method}", tried=len(every), through=len(web.reached))
    assert web.reached == []
    assert len(every) >= 2 * 67


def test_no_redirect_leads_inward(web: Everywhere) -> None:
    every = [*vectors.some(200), *vectors.LOCATIONS]
    for number, url in enumerate(every):
        location = url if url.isascii() and "\t" not in url else url.encode("utf-8").decode("latin-1").replace("\t", "")
        path = f"/away/{number}"
        web.pages["pub.test", path] = (
            f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode(
                "latin-1"
            )
        )
        refused(f"http://pub.test{path}")
    table.record("redirects", tried=len(every), through=len(web.reached))
    assert web.reached == []
    assert sum(web.served.values()) >= len(every)


def test_no_name_leads_inward(web: Everywhere, names: NameServer) -> None:
    tried = 0
    for number, address in enumerate(
        [*vectors.INWARD_V4, *vectors.INWARD_V6, *(f"::ffff:{one}" for one in vectors.INWARD_V4)]
    ):
        for first, host in enumerate((f"a{number}.evil.test", f"b{number}.evil.test", f"c{number}.evil.test")):
            beside = [[], [PUBLIC_V4], [PUBLIC_V4, PUBLIC_V6]][first]
            names.name(host, *beside, address)
            refused(f"http://{host}/")
            tried += 1
    names.alias("alias.evil.test", "localhost")
    names.alias("metadata.evil.test", "a8.evil.test")
    for host in ("alias.evil.test", "metadata.evil.test"):
        refused(f"http://{host}/")
        tried += 1
    # A long answer comes over TCP; its last address is the bad one.
    names.name("long.evil.test", *(f"151.101.1.{number}" for number in range(60)), "127.0.0.1")
    refused("http://long.evil.test/")
    table.record("names that lead inward", tried=tried + 1, through=len(web.reached))
    assert web.reached == []


def test_no_name_that_changes_its_mind_leads_inward(web: Everywhere, names: NameServer) -> None:
    generator = random.Random(11)
    tried = through = 0
    for flip in (1, 2, 3):
        for inward in ("127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"):
            host = f"flip{flip}-{tried}.evil.test"
            names.changing(host, lambda times, flip=flip, inward=inward: [PUBLIC_V4] if times <= flip else [inward])
            web.page(host, "/", answer(b"good"))
            for _ in range(4):
                refused(f"http://{host}/")
                tried += 1
    for number in range(40):
        host = f"random{number}.evil.test"
        names.changing(host, lambda times: [generator.choice([PUBLIC_V4, "127.0.0.1"])])
        web.page(host, "/", answer(b"good"))
        for _ in range(12):
            refused(f"http://{host}/")
            tried += 1
    through = len(web.reached)
    table.record("names that change their mind", tried=tried, through=through)
    assert tried >= 500
    assert web.reached == []
    assert web.served  # the good half of the answers was used


def test_a_dead_or_slow_name_server_keeps_nobody(web: Everywhere, names: NameServer) -> None:
    for host in ("dead.evil.test", "slow.evil.test"):
        begun = time.monotonic()
        assert refused(f"http://{host}/")
        assert time.monotonic() - begun < 6
    assert web.reached == []


def test_nothing_of_the_environment_goes_out(web: Everywhere, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / ".netrc").write_text("machine pub.test login editor password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:8080")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    heads: list[bytes] = []
    web.heard = heads.append
    web.page("pub.test", "/seen", answer(b"good"))
    assert net.fetch("http://pub.test/seen").body == b"good"
    assert web.reached == [] and not (tmp_path / "keys").exists()
    assert heads and b"authorization" not in heads[0].lower()
