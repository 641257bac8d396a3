"""Addresses that lead inward, in every spelling we know."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator

INWARD_V4 = (
    "127.0.0.1", "127.0.0.53", "127.99.88.77", "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1",
    "100.100.100.200", "169.254.169.254", "169.254.170.2", "172.16.0.5", "172.31.255.254", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.9", "203.0.113.5", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
)  # fmt: skip
INWARD_V6 = (
    "::", "::1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2620:4f:8000::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip
TRICKS = (
    "http://LOCALHOST/", "http://localhost./", "http://localhost:6379/", "http://db.localhost/", "http://printer.local/",
    "http://metadata.google.internal/", "http://router.home.arpa/", "http://pub.test@127.0.0.1/",
    "http://127.0.0.1@pub.test@127.0.0.1/", "http://pub.test\\@127.0.0.1/", "http://127.0.0.1#@pub.test/",
    "http://127.0.0.1\\.pub.test/", "http://pub.test:80@127.0.0.1/", "http://pub.test%40127.0.0.1/",
    "http://localhost%00.pub.test/", "http://127.0.0.1%09/", "http://127.0.0.1%2f.pub.test/", "http:///127.0.0.1/",
    "http:127.0.0.1/", "//127.0.0.1/", "\t//127.0.0.1/", "http://127.0.0.1:80\\.pub.test/", "HTTP://127.0.0.1/",
    "hTtP://0x7F.1/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.０.０.１/", "http://127.0.0.1./",
    "http://127.0.0.1:6379/", "http://127.0.0.1:22/", "http://pub.test:6379/", "http://pub.test:22/", "http://pub.test:25/",
    "http://[::1]:80/", "http://[::1%25lo]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/", "http://[::ffff:a9fe:a9fe]/", "http://[::1/", "http://[::1]@pub.test/",
    "http://ⓛocalhost/", "http://locaLhost/", "http://127.0.0.1.nip.test/", "https://127.0.0.1/", "https://localhost/",
    "file:///etc/passwd", "file://localhost/etc/passwd", "ftp://127.0.0.1/", "dict://127.0.0.1:6379/info",
    "gopher://127.0.0.1:6379/_INFO", "ldap://127.0.0.1/", "tftp://127.0.0.1/x", "jar:http://127.0.0.1!/", "data:text/html,x",
    "javascript:alert(1)", "unix:/var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "netdoc:///etc/hosts",
)  # fmt: skip
# What a redirect may say beyond whole addresses.
LOCATIONS = (
    "//127.0.0.1/",
    "\\\\127.0.0.1\\",
    "http:/127.0.0.1/",
    "http://127.0.0.1:80",
    "///127.0.0.1/",
    "?",
    "http://[::1]/",
)


def spellings(address: str) -> Iterator[str]:
    """Yield the ways to write an IPv4 address that one program or another reads as one."""
    parts = [int(part) for part in address.split(".")]
    whole = int(ipaddress.IPv4Address(address))
    yield address
    yield f"{address}."
    yield str(whole)
    yield hex(whole)
    yield f"0{whole:o}"
    yield ".".join(hex(part) for part in parts)
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(f"{part:03d}" for part in parts)
    yield f"{parts[0]}.{whole & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{whole & 0xFFFF}"
    yield f"0x{parts[0]:x}.{parts[1]}.0{whole & 0xFFFF:o}"
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{whole >> 16:x}:{whole & 0xFFFF:x}]"
    yield f"[0:0:0:0:0:ffff:{address}]"


def literal() -> list[str]:
    """Return every inward address in every spelling, and the tricks."""
    found = [f"http://{spelt}/" for address in INWARD_V4 for spelt in spellings(address)]
    found += [f"http://[{address}]/" for address in INWARD_V6]
    found += [f"http://[{ipaddress.IPv6Address(address).exploded}]/" for address in INWARD_V6]
    return list(dict.fromkeys([*found, *TRICKS]))


def some(count: int, *, seed: int = 7) -> list[str]:
    """Return a spread of the literal vectors: for entries that cost more than a look at the address."""
    every = literal()
    kept = [*TRICKS, *(f"http://{address}/" for address in INWARD_V4), *(f"http://[{one}]/" for one in INWARD_V6)]
    rest = [one for one in every if one not in kept]
    random.Random(seed).shuffle(rest)
    return [*kept, *rest][:count]
