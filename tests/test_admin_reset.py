"""A forgotten password is set anew by a link in a mail that leads to our own address."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def any_host(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]


def ask_for(email: str) -> None:
    client = Client()
    assert "Forgotten your" in client.get(reverse("admin:login")).content.decode()
    client.post(reverse("admin_password_reset"), {"email": email}, headers={"host": "elsewhere.example"})


def test_the_mail_leads_to_our_own_address_and_its_link_works_once() -> None:
    ana = make.editor()
    ask_for(ana.email)
    (sent,) = mail.outbox
    assert sent.to == [ana.email] and "elsewhere" not in sent.body
    link = re.search(r"http://testserver(/admin/reset/\S+)", sent.body)
    assert link
    client = Client()
    form = client.get(link[1], follow=True)
    address = form.redirect_chain[-1][0]
    secret = "a wholly new passphrase"
    client.post(address, {"new_password1": secret, "new_password2": secret})
    ana.refresh_from_db()
    assert ana.check_password(secret)
    assert "invalid" in Client().get(link[1]).content.decode()


def test_nobody_learns_which_addresses_have_an_account() -> None:
    ask_for("nobody@onrecord.example")
    assert mail.outbox == []
