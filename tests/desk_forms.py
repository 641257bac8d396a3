"""The desk's form as a browser without a script sends it: read from the page, some fields changed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import lxml.html
from django.test import Client


def fields(html: str, *, form: str = "coding") -> dict[str, str]:
    """Return what the form on the page would send, buttons apart."""
    found = lxml.html.fromstring(html).get_element_by_id(form)
    # A browser drops the line feed that HTML allows right after <textarea>.
    return {name: value.removeprefix("\n") for name, value in found.form_values() if value is not None}


def send(
    client: Client, url: str, act: str, *, script: bool = False, given: dict[str, str] | None = None, **changes: Any
) -> Any:
    """Open the page, change fields, press a button; in the names of changes two underscores stand for a hyphen."""
    filled = dict(given if given is not None else fields(client.get(url).content.decode()))
    for name, value in changes.items():
        filled[name.replace("__", "-")] = value
    filled["act"] = act
    headers = {"X-Desk": "1"} if script else {}
    return client.post(
        url,
        urlencode([(name, value) for name, value in filled.items() if value is not None]),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
