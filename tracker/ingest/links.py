"""One report, one address: web addresses without what changes nothing."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

# Names of query parameters that say where a reader came from, never which page it is.
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|yclid|igshid|mc_[ce]id|_ga|_gl|ref_src|ref_url|"
    r"cmpid|cmp|ocid|ncid|smid|smtyp|partner|taid|mkt_tok|guccounter|guce_\w+|soc_src|soc_trk|__twitter_impression|amp)$",
    re.IGNORECASE,
)
_DEFAULT_PORT = {"http": "80", "https": "443"}


def canonical_url(url: str) -> str:
    """Return the address by which we tell reports apart. Idempotent; asks nothing of the network.

    Lower-case host without default port and closing dot, no fragment, no tracking
    parameters, the rest of the query sorted, no trailing slash but the root's. http and
    https stay apart: which one serves the page is the server's affair. An address that
    cannot be read comes back as it is.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return url.strip()
    if not host:
        return url.strip()
    shown = f"[{host}]" if ":" in host else host
    scheme = parts.scheme.lower()
    if port is not None and str(port) != _DEFAULT_PORT.get(scheme):
        shown = f"{shown}:{port}"
    kept = sorted(
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(name)
    )
    path = re.sub(r"/{2,}", "/", parts.path) or "/"
    if len(path) > 1:
        path = path.rstrip("/") or "/"
    return urlunsplit((scheme, shown, path, urlencode(kept), ""))


def same_host(one: str, other: str) -> bool:
    """Say whether two addresses are on one host; a leading ``www.`` makes no difference."""
    return _host(one) != "" and _host(one) == _host(other)


def page_canonical(named: str, url: str) -> str:
    """Return what the page names as its address, if it is on the same host; else the address it was fetched from.

    A page may not claim to be a page of somebody else.
    """
    if named:
        absolute = urljoin(url, named.strip())
        if same_host(absolute, url):
            return canonical_url(absolute)
    return canonical_url(url)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
