"""Nothing starts with settings that would let somebody in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured

from tracker.operations.safety import is_this_machine, refuse_unsafe, unsafe

GOOD: dict[str, Any] = {
    "DEBUG": False,
    "SECRET_KEY": "q8Zr2mW5tLx9vB3nK7pD1sH4gJ6fC0yTaE-uRoI_wXkMbVzNcQ",
    "ALLOWED_HOSTS": ["onrecord.example"],
    "HTTPS": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "CELERY_ACCEPT_CONTENT": ["json"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "BROKER_URL": "redis://queue.internal:6379/0",
    "OUTBOUND_ALLOW": [],
    "USER_AGENT": "OnRecordBot/1 (+https://onrecord.example/about; editors@onrecord.example)",
    "CAPTURES_DIR": Path("/srv/captures"),
    "STATIC_ROOT": Path("/srv/static"),
}
SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}


def found(**changes: Any) -> list[str]:
    arguments = {key: changes.pop(key) for key in ("bind", "demo_logins") if key in changes}
    return unsafe(SimpleNamespace(**{**GOOD, **changes}), **arguments)


def test_good_settings_pass() -> None:
    assert found() == []
    assert found(DATABASES=SQLITE, BROKER_URL="redis+socket:///run/valkey.sock") == []
    assert found(DATABASES=SQLITE, BROKER_URL="") == []


@pytest.mark.parametrize(
    ("setting", "changes"),
    [
        ("SECRET_KEY", {"SECRET_KEY": ""}),
        ("SECRET_KEY", {"SECRET_KEY": "short"}),
        ("SECRET_KEY", {"SECRET_KEY": "a" * 60}),
        ("SECRET_KEY", {"SECRET_KEY": "django-insecure-" + GOOD["SECRET_KEY"]}),
        ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": []}),
        ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": ["*"]}),
        ("demo", {"demo_logins": 2}),
        ("COOKIE", {"SESSION_COOKIE_SECURE": False}),
        ("HSTS", {"SECURE_HSTS_SECONDS": 0}),
        ("pickle|CELERY_ACCEPT_CONTENT", {"CELERY_ACCEPT_CONTENT": ["json", "pickle"]}),
        ("REDIS_URL", {"DATABASES": SQLITE}),
        ("OUTBOUND_ALLOW", {"OUTBOUND_ALLOW": ["127.0.0.1:8000"]}),
        ("USER_AGENT", {"USER_AGENT": "bot"}),
        ("CAPTURES_DIR", {"CAPTURES_DIR": Path("/srv/static/captures")}),
    ],
)
def test_a_bad_setting_is_refused_in_one_line_that_names_it(setting: str, changes: dict[str, Any]) -> None:
    lines = found(**changes)
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert any(word in lines[0] for word in setting.split("|"))


def test_debug_is_refused_where_others_can_reach_it() -> None:
    assert found(DEBUG=True, SECRET_KEY="short", ALLOWED_HOSTS=["*"], bind="127.0.0.1:8000") == []
    assert "DEBUG" in found(DEBUG=True, bind="0.0.0.0:8000")[0]
    assert "pickle" not in found(DEBUG=True)
    assert len(found(DEBUG=True, CELERY_ACCEPT_CONTENT=["pickle"])) == 1


@pytest.mark.parametrize(
    ("bind", "here"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost:8000", True),
        ("unix:/run/web.sock", True),
        ("0.0.0.0:80", False),
        ("[::]:80", False),
        ("192.0.2.7:80", False),
        ("web.internal:80", False),
    ],
)
def test_only_loopback_is_this_machine(bind: str, here: bool) -> None:
    assert is_this_machine(bind) is here


@pytest.mark.django_db
def test_a_demo_login_keeps_production_from_starting(settings: Any) -> None:
    for name, value in GOOD.items():
        if name != "DATABASES":  # the connection must stay the tests' own
            setattr(settings, name, value)
    settings.BROKER_URL = ""
    refuse_unsafe()
    User.objects.create_user("edith", "edith@demo.onrecord.example")
    with pytest.raises(ImproperlyConfigured, match="The demo's logins"):
        refuse_unsafe()
