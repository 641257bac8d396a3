"""Webhooks: signed as the standard says, at least once, and no receiver can harm another."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from tests import factories as make
from tests.fakes import Server
from tracker import tasks
from tracker.delivery import webhooks
from tracker.models import Delivery, Endpoint, Outbox, SavedView
from tracker.models.choices import DeliveryState
from tracker.review import corrections, takedown

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver(Server):
    """Reads the whole of what is posted before it answers."""

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(30)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
            while len(body) < length:
                body += connection.recv(65536)
            self.requests.append(head + b"\r\n\r\n" + body)
            self.behaviours[head.split(b" ")[1].decode()](connection, request)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Server]:
    server = Receiver()
    settings.OUTBOUND_ALLOW = [server.host]
    yield server
    server.close()


def endpoint_at(url: str, **fields: Any) -> Endpoint:
    made = Endpoint.objects.create(url=url, secret=fields.pop("secret", SECRET), owner=make.editor(), **fields)
    Endpoint.objects.filter(pk=made.pk).update(created_at=make.NOW - dt.timedelta(days=1))
    made.refresh_from_db()
    return made


def view(query: str) -> SavedView:
    return SavedView.objects.create(query=query, query_sha256=hashlib.sha256(query.encode()).hexdigest())


def sent(server: Server) -> list[tuple[dict[str, str], Any, bytes]]:
    """Return what a receiver got: headers, the JSON, the bytes."""
    found = []
    for raw in server.requests:
        head, _, body = raw.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        found.append(({name.lower(): value for name, value in headers.items()}, json.loads(body), body))
    return found


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Check a message as a receiver does, by the words of the standard."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


# --- Signing ----------------------------------------------------------------------------


def test_a_signature_is_that_of_the_standards_own_library() -> None:
    """The expected value was made with the package ``standardwebhooks`` 1.1.0."""
    found = webhooks.sign(
        b'{"test": 2432232314}', secrets=[SECRET], message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=1614265330
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_while_one_is_being_changed() -> None:
    endpoint = endpoint_at("https://receiver.example/")
    new = webhooks.rotate(endpoint)
    make.make_statement()
    webhooks.drain()
    one = webhooks.prepared(Delivery.objects.select_related("endpoint", "release")[0], now=make.NOW)
    headers = dict(one.headers)
    assert verified(SECRET, headers, one.body) and verified(new, headers, one.body)
    assert not verified(SECRET, headers, one.body + b" ")
    assert not verified(SECRET, {**headers, "webhook-id": "msg_other"}, one.body)
    assert not verified(SECRET, {**headers, "webhook-timestamp": "1"}, one.body)
    webhooks.forget_old_secret(endpoint)
    after = webhooks.prepared(Delivery.objects.select_related("endpoint", "release")[0], now=make.NOW)
    assert not verified(SECRET, dict(after.headers), after.body) and verified(new, dict(after.headers), after.body)


# --- Who is told of what ------------------------------------------------------------------


def test_a_change_reaches_who_asked_for_everything_once(receiver: Server) -> None:
    endpoint_at(receiver.answers("/hook", b"ok"))
    statement = make.make_statement()
    assert webhooks.drain() == 3 and webhooks.drain() == 0
    assert webhooks.run() == 3
    assert webhooks.run() == 0
    messages = sent(receiver)
    assert [body["type"] for _, body, _ in messages if body["type"].startswith("statement")] == ["statement.added"]
    headers, body, raw = next(message for message in messages if message[1]["type"] == "statement.added")
    assert verified(SECRET, headers, raw) and headers["content-type"] == "application/json"
    assert body["data"]["body"]["id"] == statement.public_id and body["data"]["seq"] == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_who_heard_of_a_statement_hears_of_its_end(receiver: Server) -> None:
    endpoint_at(receiver.answers("/hook", b""), view=view("stance=critical"))
    shown = make.make_statement()
    make.make_statement(stance="supportive", company=make.make_company("Pinhay Rail"))
    webhooks.drain()
    takedown.withhold(shown, by=make.editor(), why="A complaint.")
    webhooks.drain()
    webhooks.run()
    messages = [body for _, body, _ in sent(receiver)]
    assert sorted(body["type"] for body in messages) == ["statement.added", "statement.withheld"]
    assert make.QUOTE not in str(messages), "what is hidden by now is not told any more"


def test_corrections_alone_and_no_wording(receiver: Server) -> None:
    endpoint_at(receiver.answers("/hook", b""), corrections_only=True)
    statement = make.make_statement()
    for reason, words in (("wording", "Calder Ferries called the order one step too far."), ("our_error", "Better.")):
        corrections.correct(statement, by=make.editor(), reason=reason, note="x", changes={"summary": words})
    webhooks.drain()
    webhooks.run()
    assert [(body["type"], body["data"]["body"]["reason"]) for _, body, _ in sent(receiver)] == [
        ("correction.added", "our_error")
    ]


def test_what_happened_before_somebody_asked_is_not_sent(receiver: Server) -> None:
    make.make_statement()
    Endpoint.objects.create(url=receiver.answers("/hook", b""), secret=SECRET, owner=make.editor())
    webhooks.drain()
    assert not Delivery.objects.exists() and not Outbox.objects.filter(drained_at=None).exists()


# --- Receivers ----------------------------------------------------------------------------


def one_delivery(url: str) -> Delivery:
    endpoint_at(url, corrections_only=True)
    statement = make.make_statement()
    corrections.correct(statement, by=make.editor(), reason="our_error", note="x", changes={"summary": "Better."})
    webhooks.drain()
    return Delivery.objects.get()


@pytest.mark.parametrize("status", ["500 No", "404 No", "301 Moved", "302 Found", "418 Tea"])
def test_a_receiver_that_fails_is_tried_again_under_the_same_id(receiver: Server, status: str) -> None:
    delivery = one_delivery(receiver.answers("/hook", b"no", status=status, Location="http://127.0.0.1:1/inside"))
    webhooks.run()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt, delivery.status) == ("pending", 1, int(status[:3]))
    assert delivery.next_try_at is not None and webhooks.run() == 0, "not before it is due"
    assert len(receiver.requests) == 1, "a redirect is not followed"
    receiver.answers("/hook", b"")
    later = delivery.next_try_at + dt.timedelta(seconds=1)
    assert webhooks.run(now=lambda: later) == 1
    assert len({headers["webhook-id"] for headers, _, _ in sent(receiver)}) == 1


def test_tries_go_on_for_days_and_then_end_with_a_word_to_the_owner(receiver: Server) -> None:
    delivery = one_delivery(receiver.answers("/hook", b"", status="500 No"))
    at = make.NOW
    for _ in range(len(webhooks.SCHEDULE) + 1):
        webhooks.run(now=lambda at=at: at)
        delivery.refresh_from_db()
        at = delivery.next_try_at or at
    assert (delivery.state, delivery.attempt) == (DeliveryState.FAILED, 10)
    assert at - make.NOW > dt.timedelta(days=2)
    endpoint = Endpoint.objects.get()
    assert endpoint.disabled_at and "10 tries" in endpoint.disabled_reason
    assert [message.to for message in mail.outbox] == [[endpoint.owner.email]]
    webhooks.enable(endpoint)
    webhooks.redeliver(delivery)
    receiver.answers("/hook", b"")
    assert webhooks.run() == 1


def test_410_switches_off_at_once(receiver: Server) -> None:
    delivery = one_delivery(receiver.answers("/hook", b"", status="410 Gone"))
    webhooks.run()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DISABLED and Endpoint.objects.get().disabled_at
    assert webhooks.run(now=lambda: make.NOW + dt.timedelta(days=1)) == 0 and len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [("120", 120, 121), ("999999999999", 86400, 86500), ("-5", 4, 7), ("soon", 4, 7), ("0", 4, 7)],
)
def test_rest_that_a_receiver_asks_for_is_given(receiver: Server, written: str, least: int, most: int) -> None:
    delivery = one_delivery(receiver.answers("/hook", b"", status="429 Slow", Retry_After=written))
    webhooks.run(now=lambda: make.NOW)
    delivery.refresh_from_db()
    assert delivery.next_try_at is not None
    assert least <= (delivery.next_try_at - make.NOW).total_seconds() <= most


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_is_none_is_a_failure_on_the_row(receiver: Server, raw: bytes) -> None:
    delivery = one_delivery(receiver.sends("/hook", raw))
    webhooks.run()
    delivery.refresh_from_db()
    assert delivery.state == "pending" and delivery.error and delivery.attempt == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://169.254.169.254/", "http://[::1]/", "https://localhost/"]
)
def test_nothing_is_sent_inside(url: str) -> None:
    delivery = one_delivery(url)
    webhooks.run()
    delivery.refresh_from_db()
    assert delivery.status is None and delivery.error


@pytest.mark.django_db(transaction=True)
def test_dead_receivers_do_not_keep_live_ones_waiting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "DEADLINE", 3.0)
    live, dead = Receiver(), Receiver()
    settings.OUTBOUND_ALLOW = [live.host, dead.host]

    def hang(connection: socket.socket, request: bytes) -> None:
        time.sleep(4)

    for number in range(20):
        endpoint_at(dead.does(f"/{number}", hang), corrections_only=True)
    endpoint_at(live.answers("/hook", b""), corrections_only=True)
    statement = make.make_statement()
    for number in range(3):
        corrections.correct(
            statement, by=make.editor(), reason="our_error", note="x", changes={"summary": f"Better {number}."}
        )
    webhooks.drain()
    began = time.monotonic()
    webhooks.run(seconds=2.5)
    assert Delivery.objects.filter(state="delivered").count() == 3
    assert len(live.requests) == 3 and time.monotonic() - began < 8
    assert not Delivery.objects.filter(endpoint__url__contains=f":{dead.port}/", attempt__gt=1).exists()
    live.close()
    dead.close()


# --- Workers that die ---------------------------------------------------------------------


def test_what_a_dead_worker_held_is_sent_again_under_the_same_id(receiver: Server) -> None:
    delivery = one_delivery(receiver.answers("/hook", b""))
    (lost,) = webhooks._claimed(5, now=make.NOW)
    assert webhooks.post(lost).went_through, "sent; and the worker dies before it notes so"
    assert webhooks.run(now=lambda: make.NOW) == 0, "its lease holds"
    assert webhooks.run(now=lambda: make.NOW + webhooks.LEASE * 2) == 1
    assert len({headers["webhook-id"] for headers, _, _ in sent(receiver)}) == 1 and len(receiver.requests) == 2
    assert not webhooks.note(lost.delivery, webhooks.Outcome(500), now=make.NOW), "too late: another has it"
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


def test_one_task_drains_and_sends_and_two_do_not_get_in_each_others_way(receiver: Server) -> None:
    endpoint_at(receiver.answers("/hook", b""))
    make.make_statement()
    tasks.deliver()
    assert len(receiver.requests) == 3
    cache.add(webhooks._BUSY, True)
    make.make_statement(said="2026-03-02")
    assert webhooks.deliver() == 0
    cache.delete(webhooks._BUSY)
    assert webhooks.deliver() == 1


def test_an_outbox_row_is_drained_once_however_often_it_is_tried(receiver: Server) -> None:
    one_delivery(receiver.answers("/hook", b""))
    Outbox.objects.update(drained_at=None)
    webhooks.drain()
    assert Delivery.objects.count() == 1
