"""The API's page keeps its word: every curl and Python example runs against a live server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests import factories as make
from tests.test_api_reports import key_of
from tracker.api import urls
from tracker.delivery import webhooks
from tracker.reading import filters

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "code"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_runs(live_server: Any, settings: Any, language: str, code: str) -> None:
    cache.clear()
    settings.SITE_URL = live_server.url
    event = make.make_event("Sel crossing order")
    company = make.make_company("Brantholm Rail")
    for day in (3, 4):
        make.make_statement(event=event, company=company, said=f"2026-03-0{day}")
    environment = {**os.environ, "ONRECORD": live_server.url, "KEY": key_of(make.contributor(), "reports")}
    command = ["bash", "-euo", "pipefail", "-c", code] if language == "sh" else [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stdout


def test_there_are_examples_of_both_languages() -> None:
    assert {language for language, _ in EXAMPLES} == {"sh", "python"} and len(EXAMPLES) >= 8


@pytest.mark.django_db
def test_the_receivers_example_knows_our_signature_and_no_other() -> None:
    code = next(code for _, code in EXAMPLES if "def is_ours" in code)
    names: dict[str, Any] = {}
    exec(code, names)
    secret, at, body = webhooks.new_secret(), int(time.time()), b'{"type": "statement.added"}'
    headers = {
        "webhook-id": "msg-1",
        "webhook-timestamp": str(at),
        "webhook-signature": webhooks.sign(body, secrets=[secret, webhooks.new_secret()], message_id="msg-1", at=at),
    }
    assert names["is_ours"](secret, headers, body)
    assert not names["is_ours"](secret, headers, body + b" ")
    assert not names["is_ours"](webhooks.new_secret(), headers, body)
    assert not names["is_ours"](secret, {**headers, "webhook-id": "msg-2"}, body)
    late = {**headers, "webhook-timestamp": str(at - 400)}
    late["webhook-signature"] = webhooks.sign(body, secrets=[secret], message_id="msg-1", at=at - 400)
    assert not names["is_ours"](secret, late, body)


def test_every_filter_and_every_list_is_described() -> None:
    described = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert set(filters.PARAMETERS) <= described
    lists = {str(one.pattern).rstrip("/") for one in urls.urlpatterns if str(one.pattern).count("/") == 1}
    addresses = set(re.findall(r"`(?:POST )?([a-z]+)/`", PAGE))
    assert {name for name in lists if "<" not in name} - {"docs", "schema"} <= addresses
