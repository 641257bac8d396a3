"""Administrators by command, and keys of programs: made once, shown once, revoked at once."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.test_admin_forms import client_of
from tracker.api.keys import CannotMakeKey, make_key
from tracker.api.tokens import find
from tracker.models import ApiToken
from tracker.review import rights

pytestmark = pytest.mark.django_db

SECRET = "a long enough passphrase"


def create_admin(*args: str) -> str:
    out = StringIO()
    call_command("create_admin", *args, stdout=out, stderr=out)
    return out.getvalue()


def test_the_first_administrator_is_made_by_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_ADMIN_PASSWORD", SECRET)
    told = create_admin("iris", "--email", "iris@onrecord.example")
    iris = User.objects.get(username="iris")
    assert SECRET not in told
    assert iris.check_password(SECRET) and iris.is_staff and not iris.is_superuser
    assert iris.has_perm(rights.REDACT) and iris.has_perm("auth.add_user")
    with pytest.raises(CommandError, match="already"):
        create_admin("IRIS")


@pytest.mark.parametrize(("password", "why"), [("short", "too short"), ("12345678901234", "numeric")])
def test_a_weak_password_makes_nobody(password: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_ADMIN_PASSWORD", password)
    with pytest.raises(CommandError, match=why):
        create_admin("iris")
    assert not User.objects.filter(username="iris").exists()


def test_where_nobody_can_be_asked_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONRECORD_ADMIN_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match="ONRECORD_ADMIN_PASSWORD"):
        create_admin("iris")


def create_token(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_token", *args, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_a_key_by_command_is_the_only_thing_on_standard_output() -> None:
    fay = make.contributor()
    key, told = create_token("fay", "--name", "harbour bot", "--scope", "reports", "--days", "30")
    token = find(key)
    assert token is not None and token.user == fay and token.scopes == ["reports"] and token.name == "harbour bot"
    assert token.expiry is not None and (token.expiry - token.created).days in (29, 30)
    assert key.startswith("or_") and key not in told and "harbour bot" in told


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"scopes": ["reports", "crowns"]}, "no scope crowns"),
        ({"scopes": []}, "Say what the key is for"),
        ({"name": " "}, "Give the key a name"),
        ({"days": 0}, "A key lasts"),
        ({"days": 100_000}, "A key lasts"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(CannotMakeKey, match=why):
        make_key(make.contributor(), **{"name": "bot", "scopes": ["reports"], "days": 30} | changed)
    assert not ApiToken.objects.exists()


def test_cy_gets_no_key_because_a_key_gives_no_more_than_its_user_has() -> None:
    with pytest.raises(CannotMakeKey, match="may not do"):
        make_key(make.cy(), name="bot", scopes=["reports"], days=30)


def test_a_key_is_shown_once_and_revoked_at_once() -> None:
    client = client_of(make.administrator())
    address = reverse("admin:tracker_apitoken_add")
    posted = {"user": make.contributor().pk, "name": "harbour bot", "scopes": ["reports"], "days": 30}
    answer = client.post(address, posted)
    key = re.search(r'class="key-shown">(or_\w+)<', answer.content.decode())
    assert key and "no-store" in answer["Cache-Control"]
    token = find(key[1])
    assert token is not None
    for view, args in (("changelist", []), ("change", [token.pk])):
        shown = client.get(reverse(f"admin:tracker_apitoken_{view}", args=args)).content.decode()
        assert key[1] not in shown and "harbour bot" in shown
    assert sends(key[1]) != 401
    answer = client.post(reverse("admin:tracker_apitoken_act", args=[token.pk, "revoke"]), follow=True)
    assert "is revoked" in answer.content.decode()
    assert sends(key[1]) == 401


def sends(key: str) -> int:
    return (
        Client()
        .post("/api/v1/reports/", {}, content_type="application/json", headers={"Authorization": f"Token {key}"})
        .status_code
    )


def test_editors_see_no_keys_and_make_none() -> None:
    token, _ = make_key(make.contributor(), name="bot", scopes=["reports"], days=30)
    client = client_of(make.editor())
    assert client.get(reverse("admin:tracker_apitoken_changelist")).status_code == 403
    assert client.post(reverse("admin:tracker_apitoken_add"), {}).status_code == 403
    assert client.post(reverse("admin:tracker_apitoken_act", args=[token.pk, "revoke"])).status_code == 403
