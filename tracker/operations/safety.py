"""Refuse to serve or work with settings that would let somebody in, or lose something.

Web server and worker call ``refuse_unsafe`` before they do anything else. Each finding
is one line that names the setting and says what to set. With DEBUG on only two things
are refused: being reachable from elsewhere, and pickle.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

LEAST_SECRET = 50
EXAMPLE_SECRETS = ("django-insecure", "changeme", "change-me", "secret", "example", "tests-only")


def unsafe(settings: Any, *, bind: str = "", demo_logins: int = 0) -> list[str]:
    """Return one line for each setting that must not go live. Pure.

    ``bind`` is the address the web server listens on, empty for a worker;
    ``demo_logins`` how many of the demo's accounts can still sign in.
    """
    found: list[str] = []
    if set(settings.CELERY_ACCEPT_CONTENT) - {"json"}:
        found.append("CELERY_ACCEPT_CONTENT accepts more than json: a message could run code. Set it to ['json'].")
    if settings.DEBUG:
        if bind and not is_this_machine(bind):
            found.append(f"DEBUG is on and the server listens on {bind}: bind to 127.0.0.1, or set DEBUG=0.")
        return found
    found += _secret(settings.SECRET_KEY)
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS is empty or holds *: name the hosts this site answers to.")
    if demo_logins:
        found.append("The demo's logins are still there: delete them, or give them other passwords.")
    if settings.HTTPS:
        if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
            found.append("Cookies are sent without TLS: set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE.")
        if not settings.SECURE_HSTS_SECONDS:
            found.append("HSTS_SECONDS is 0 behind TLS: set it to a year (31536000).")
    if "sqlite" in settings.DATABASES["default"]["ENGINE"] and not _is_local_broker(settings.BROKER_URL):
        found.append("REDIS_URL names another machine while the database is SQLite on this one: set DATABASE_URL too.")
    if extra := _allowed_outbound(settings):
        found.append(
            f"OUTBOUND_ALLOW lets the ingest reach {', '.join(extra)}: empty it; it is for tests and the demo."
        )
    if "@" not in settings.USER_AGENT and "http" not in settings.USER_AGENT:
        found.append("USER_AGENT names no contact: put an address or a page in it, so that site owners can reach you.")
    if Path(settings.CAPTURES_DIR).is_relative_to(settings.STATIC_ROOT):
        found.append("CAPTURES_DIR lies inside the static files, which are public: put it elsewhere.")
    return found


def refuse_unsafe(*, bind: str = "") -> None:
    """Raise ``ImproperlyConfigured`` with every finding, one a line."""
    if found := unsafe(django_settings, bind=bind, demo_logins=_demo_logins()):
        raise ImproperlyConfigured("Refusing to start.\n" + "\n".join(f"- {line}" for line in found))


def is_this_machine(bind: str) -> bool:
    """Say whether an address to listen on can be reached from this machine only."""
    if bind.startswith("unix:"):
        return True
    host = bind.rsplit(":", 1)[0].strip("[]") if ":" in bind else bind
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _secret(key: str) -> list[str]:
    if len(key) < LEAST_SECRET or len(set(key)) < 8 or any(key.lower().startswith(known) for known in EXAMPLE_SECRETS):
        return [f"SECRET_KEY is short or an example: set {LEAST_SECRET} or more random characters."]
    return []


def _is_local_broker(url: str) -> bool:
    parts = urlsplit(url)
    return (
        not url or "+socket" in parts.scheme or parts.scheme == "unix" or is_this_machine(parts.hostname or "localhost")
    )


def _allowed_outbound(settings: Any) -> list[str]:
    model = urlsplit(os.environ.get("FINDER_LLM_URL", "")).netloc
    return [entry for entry in settings.OUTBOUND_ALLOW if entry != model]


def _demo_logins() -> int:
    from django.contrib.auth.models import User
    from django.db import DatabaseError

    try:
        return User.objects.filter(email__endswith="@demo.onrecord.example", is_active=True).count()
    except DatabaseError:  # not migrated yet: nobody can sign in
        return 0
