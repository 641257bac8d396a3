"""Read settings from the environment, loudly.

A value that cannot be understood stops the process with one line that names the
variable; a secret that production needs and lacks does too. The defaults are the safe
ones: DEBUG off, no host allowed, no exemption from the outbound guard.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def secret_key(var_dir: Path, *, debug: bool) -> str:
    """Return SECRET_KEY from the environment; with DEBUG on, make one and keep it in ``var/``.

    With DEBUG off a missing key is refused: a key made on each start would sign
    everybody out, and one on disk beside the data is not a secret in production.
    """
    given = env.str("SECRET_KEY", default="")
    if given:
        return str(given)
    if not debug:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to 50 or more random characters, or DEBUG=1 to try things out."
        )
    kept = var_dir / "secret_key"
    try:
        return kept.read_text().strip()
    except FileNotFoundError:
        var_dir.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(64)
        try:
            with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(made)
        except FileExistsError:  # another process was first; its key is the one
            return kept.read_text().strip()
        return made


def broker_url(var_dir: Path) -> str:
    """Return REDIS_URL, or the address that the embedded server left in ``var/broker.url``, or nothing.

    Nothing means that no broker is known: reports are still taken, and wait for the
    sweeper of the next worker that starts.
    """
    given = env.str("REDIS_URL", default="")
    if given:
        return str(given)
    try:
        return (var_dir / "broker.url").read_text().strip()
    except FileNotFoundError:
        return ""


def cache_url(broker: str) -> str:
    """Return the same server's address in the form Django's cache wants, database 1."""
    if broker.startswith("redis+socket://"):
        return "unix://" + broker.removeprefix("redis+socket://").split("?")[0] + "?db=1"
    base, _, _ = broker.partition("?")
    scheme, _, rest = base.partition("://")
    host = rest.split("/")[0]
    return f"{scheme}://{host}/1"


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number from the environment; one that is none, or too small, is refused by name."""
    try:
        value = int(env.str(name, default=str(default)))
    except ValueError as bad:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {os.environ.get(name)!r}.") from bad
    if value < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more, not {value}.")
    return value
