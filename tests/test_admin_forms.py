"""Every form of the admin, posted: who may, what review and the ledger make of it, and that the record holds together.

The cases come from the registry of the site: a page of rows that has no case here fails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.forms import BaseForm
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tracker import models
from tracker.admin.base import ReadOnly
from tracker.models import Company, Correction, Event, Release, Statement
from tracker.operations import verify

pytestmark = pytest.mark.django_db

OURS = {model: page for model, page in admin.site._registry.items() if model._meta.app_label == "tracker"}
EDITABLE = sorted((m for m, page in OURS.items() if not isinstance(page, ReadOnly)), key=lambda m: m.__name__)
FIXED = sorted((m for m, page in OURS.items() if isinstance(page, ReadOnly)), key=lambda m: m.__name__)
REASON = {"why_reason": "our_error", "why_note": "It was misread."}


@pytest.fixture(autouse=True)
def outlet_that_readers_know() -> None:
    """The Gazette is cited by what the builders publish, so the ledger must know of it."""
    make.make_outlet()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def place(model: Any, view: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def filled(form: BaseForm) -> dict[str, Any]:
    """Return what a browser would post of a form as it was shown."""
    posted: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if value is None or value is False:
            continue
        if hasattr(field.field.widget, "widgets"):
            for part, one in zip(("0", "1"), field.field.widget.decompress(value), strict=False):
                posted[f"{field.html_name}_{part}"] = "" if one is None else str(one)
        elif isinstance(value, (list, tuple, set)) or hasattr(value, "iterator"):
            posted[field.html_name] = [getattr(one, "pk", one) for one in value]
        else:
            posted[field.html_name] = "on" if value is True else str(value)
    return posted


def posted_from(answer: Any) -> dict[str, Any]:
    """Return what a browser would post of the whole page: the form and its inlines, nothing touched."""
    posted = filled(answer.context["adminform"].form)
    for inline in answer.context["inline_admin_formsets"]:
        posted |= filled(inline.formset.management_form)
        for form in inline.formset.initial_forms:
            posted |= filled(form)
    return posted


# --- What is posted -----------------------------------------------------------------------


def days(name: str, said: str) -> dict[str, str]:
    return {name: said, f"{name}_as_written": "", f"{name}_reason": "Inferred in a test."}


def empty_inlines(posted: dict[str, Any], *prefixes: str) -> dict[str, Any]:
    for prefix in prefixes:
        posted |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return posted


def new_event() -> dict[str, Any]:
    return {
        "title": "Ferry fire",
        "slug": "",
        "kind": "other",
        "time_zone": "UTC",
        "scope": "Words about the fire.",
    } | {
        **days("began", "2 Mar 2026"),
        "watch_terms-TOTAL_FORMS": "1",
        "watch_terms-INITIAL_FORMS": "0",
        "watch_terms-0-terms": "ferry fire\nburning ferry",
    }


def new_company() -> dict[str, Any]:
    return {
        "name": "Seaton Hotels",
        "kind": "company",
        "aliases-TOTAL_FORMS": "1",
        "aliases-INITIAL_FORMS": "0",
        "aliases-0-name": "Seaton",
        "tickers-TOTAL_FORMS": "1",
        "tickers-INITIAL_FORMS": "0",
        "tickers-0-symbol": "SEAT",
    }


def new_person() -> dict[str, Any]:
    return {
        "name": "Mira Holt",
        "roles-TOTAL_FORMS": "1",
        "roles-INITIAL_FORMS": "0",
        "roles-0-company": str(make.make_company().pk),
        "roles-0-title": "chair",
        "roles-0-held": "2024",
        "roles-0-held_reason": "By the register.",
    }


def new_statement() -> dict[str, Any]:
    report = make.make_report()
    posted = {
        "event": str(make.make_event().pk),
        "form": "individual",
        "language": "en",
        "summary": "Called the order a step too far.",
        "channel": "public",
        "medium": "unspecified",
        "disclosure": "reported",
        "audience": "public",
        "stance": "critical",
        **days("said", "3 Mar 2026"),
        "voices-TOTAL_FORMS": "1",
        "voices-INITIAL_FORMS": "0",
        "voices-0-company": str(make.make_company().pk),
        "voices-0-capacity": "official",
        "voices-0-part": "author",
        "citations-TOTAL_FORMS": "1",
        "citations-INITIAL_FORMS": "0",
        "citations-0-report": str(report.pk),
        "citations-0-basis": "outlets_assertion",
        "citations-0-stand": "supports",
        "asks-TOTAL_FORMS": "1",
        "asks-INITIAL_FORMS": "0",
        "asks-0-ask": str(make.make_ask().pk),
        "asks-0-basis": "paraphrased",
        "positions-TOTAL_FORMS": "1",
        "positions-INITIAL_FORMS": "0",
        "positions-0-target": str(make.make_target().pk),
        "positions-0-stance": "critical",
        "signature_counts-TOTAL_FORMS": "1",
        "signature_counts-INITIAL_FORMS": "0",
        "signature_counts-0-count": "40",
        "signature_counts-0-comparator": "about",
        "signature_counts-0-as_of": "2026-03-03",
        "links-TOTAL_FORMS": "1",
        "links-INITIAL_FORMS": "0",
        "links-0-kind": "reiterates",
        "links-0-to_statement": str(make.make_statement().pk),
    }
    return empty_inlines(posted, "corrections")


def new_citation() -> dict[str, Any]:
    courier = make.make_report("https://the-courier.example/strike", outlet=make.make_outlet("The Courier"))
    return REASON | {
        "statement": str(make.make_statement(published=False).pk),
        "report": str(courier.pk),
        "basis": "named_spokesperson",
        "stand": "supports",
    }


def new_inquiry() -> dict[str, Any]:
    return {
        "event": str(make.make_event().pk),
        "company": str(make.make_company().pk),
        "by_us": "on",
        "about_event": "yes",
        "outcome": "no_answer",
        **days("asked", "4 Mar 2026"),
        "citations-TOTAL_FORMS": "0",
        "citations-INITIAL_FORMS": "0",
    }


def new_entry() -> dict[str, Any]:
    posted = {
        "event": str(make.make_event().pk),
        "company": str(make.make_company().pk),
        "entered_for": "tip",
        "searched_from": "2026-03-01",
    }
    return empty_inlines(posted, "checks")


ADDED: dict[Any, Callable[[], dict[str, Any]]] = {
    models.Event: new_event,
    models.Ask: lambda: {"label": "An inquiry", "slug": "an-inquiry"},
    models.Target: lambda: {"label": "the harbour master", "tree": str(make.make_event().pk)},
    models.Company: new_company,
    models.Outlet: lambda: {"name": "Seaton Post", "kind": "news", "domain": "seaton.example", "aliases": "The Post"},
    models.Person: new_person,
    models.Statement: new_statement,
    models.Citation: new_citation,
    models.Inquiry: new_inquiry,
    models.Reply: lambda: {
        "company": str(make.make_company().pk),
        "statement": str(make.make_statement().pk),
        "text": "We stand by it.",
        "received": "2026-03-10",
    },
    models.Frame: lambda: {
        "name": "Harbour Ten",
        "slug": "harbour-ten",
        "rule": "The ten largest.",
        "source": "Invented.",
        "dated": "2026-02-01",
    },
    models.WatchEntry: new_entry,
    models.Report: lambda: {"text": "A headline\n\nHARBOUR TOWN — Words.", "headline": "A headline"},
    models.Feed: lambda: {
        "url": "https://the-gazette.example/feed",
        "title": "The Gazette",
        "interval": "00:15:00",
        "state": "active",
    },
    models.Notice: lambda: {
        "kind": "complaint",
        "entity": "statement",
        "row": make.make_statement().public_id,
        "text": "We never said so.",
    },
    models.ApiToken: lambda: {
        "user": str(make.contributor().pk),
        "name": "harbour bot",
        "scopes": ["reports"],
        "days": "30",
    },
}


def a_citation() -> Any:
    return make.make_statement().citations.get()


HELD: dict[Any, tuple[Callable[[], Any], dict[str, Any]]] = {
    models.Event: (make.make_event, {"place": "Harbour Town", "why_note": "It was missing."}),
    models.Ask: (lambda: ask_in_use(), {"label": "Withdrawing it", **REASON}),
    models.Target: (lambda: target_in_use(), {"label": "the minister of harbours", **REASON}),
    models.Company: (make.make_company, {"sector": "industrials", "why_note": "By the register."}),
    models.Outlet: (make.make_outlet, {"owner": "Gazette Group"}),
    models.Person: (make.make_person, {"wikidata_id": "Q1234567"}),
    models.Statement: (make.make_statement, {"audience": "staff", **REASON}),
    models.Citation: (a_citation, {"attribution": "according to the company", **REASON}),
    models.Inquiry: (make.make_inquiry, {"asked_about": "the order", **REASON}),
    models.Reply: (lambda: a_reply(), {"text": "We stand by every word of it."}),
    models.Frame: (make.make_frame, {"name": "Harbour Forty of 2026"}),
    models.WatchEntry: (make.make_watch_entry, {"until": "2026-06-01"}),
    models.Report: (lambda: a_citation().report, {"byline": "By our correspondent", **REASON}),
    models.Feed: (lambda: models.Feed.objects.create(url="https://x.example/feed"), {"title": "X"}),
}
# Their rows move by buttons only.
BY_BUTTONS = {models.Notice, models.ApiToken}


def ask_in_use() -> Any:
    ask = make.make_ask()
    statement = make.make_statement(told=False)
    statement.asks.create(ask=ask)
    told(statement)
    return ask


def target_in_use() -> Any:
    target = make.make_target()
    statement = make.make_statement(told=False)
    statement.positions.create(target=target, stance="critical")
    told(statement)
    return target


def a_reply() -> Any:
    reply = models.Reply.objects.create(
        company=make.make_company(),
        statement=make.make_statement(),
        text="No.",
        received=dt.date(2026, 3, 9),
        published_at=make.NOW,
    )
    make.tell(reply)
    return reply


def told(statement: Statement) -> None:
    for row in (statement.event, *[voice.company for voice in statement.voices.all()]):
        if row and not Release.objects.filter(public_id=row.slug).exists():
            make.tell(row)
    make.tell(statement)


# --- The tests ----------------------------------------------------------------------------


def test_every_page_of_rows_has_a_case() -> None:
    assert set(EDITABLE) == set(ADDED)
    assert set(EDITABLE) - BY_BUTTONS == set(HELD)


def sound() -> list[str]:
    return [str(finding) for finding in verify.verify()]


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_a_new_row_is_saved_through_review(model: Any) -> None:
    posted = ADDED[model]()
    before = set(model._default_manager.values_list("pk", flat=True))
    client = client_of(make.administrator())
    shown = client.get(place(model, "add"))
    assert shown.status_code == 200
    answer = client.post(place(model, "add"), posted)
    made = model._default_manager.exclude(pk__in=before)
    assert answer.status_code in (200 if model is models.ApiToken else 302,), _errors(answer)
    row = made.get()
    if hasattr(row, "history"):
        assert row.history.latest().history_user == make.administrator()
    assert sound() == []


@pytest.mark.parametrize("model", [m for m in EDITABLE if m not in BY_BUTTONS], ids=lambda model: model.__name__)
def test_a_change_is_saved_through_review(model: Any) -> None:
    build, changes = HELD[model]
    row = build()
    assert sound() == []
    client = client_of(make.administrator())
    posted = posted_from(client.get(place(model, "change", row.pk))) | changes
    newest = Release.objects.count()
    answer = client.post(place(model, "change", row.pk), posted)
    assert answer.status_code == 302, _errors(answer)
    field = next(name for name in changes if not name.startswith("why_"))
    assert getattr(model._default_manager.get(pk=row.pk), field) not in (getattr(row, field), None)
    if model is not models.Feed:
        assert Release.objects.count() > newest
    if REASON.items() <= changes.items():
        assert Correction.objects.filter(reason="our_error", note="It was misread.").exists()
    assert sound() == []


@pytest.mark.parametrize("model", [m for m in EDITABLE if m not in BY_BUTTONS], ids=lambda model: model.__name__)
def test_saving_a_form_as_it_was_shown_changes_nothing(model: Any) -> None:
    row = HELD[model][0]()
    client = client_of(make.administrator())
    posted = posted_from(client.get(place(model, "change", row.pk)))
    newest, versions = Release.objects.count(), row.history.count() if hasattr(row, "history") else 0
    answer = client.post(place(model, "change", row.pk), posted)
    assert answer.status_code == 302, _errors(answer)
    assert Release.objects.count() == newest
    if hasattr(row, "history"):
        assert row.history.count() == versions


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_cy_is_refused(model: Any) -> None:
    posted = ADDED[model]()
    cy = make.cy()
    cy.is_staff = True
    cy.save(update_fields=["is_staff"])
    client = client_of(cy)
    before = model._default_manager.count()
    assert client.get(place(model, "changelist")).status_code == 403
    assert client.get(place(model, "add")).status_code == 403
    assert client.post(place(model, "add"), posted).status_code == 403
    if model in HELD:
        row = HELD[model][0]()
        before = model._default_manager.count()
        assert client.post(place(model, "change", row.pk), HELD[model][1]).status_code == 403
    assert model._default_manager.count() == before


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model.__name__)
def test_a_reader_looks_and_changes_nothing(model: Any) -> None:
    client = client_of(make.reader())
    allowed = 403 if model is models.ApiToken else 200
    assert client.get(place(model, "changelist")).status_code == allowed
    assert client.get(place(model, "add")).status_code == 403
    if model in HELD:
        row = HELD[model][0]()
        assert client.get(place(model, "change", row.pk)).status_code == 200
        assert client.post(place(model, "change", row.pk), HELD[model][1]).status_code == 403


@pytest.mark.parametrize("model", FIXED, ids=lambda model: model.__name__)
def test_what_is_never_changed_by_hand_is_not(model: Any) -> None:
    client = client_of(make.administrator())
    assert client.get(place(model, "changelist")).status_code == 200
    assert client.get(place(model, "add")).status_code == 403
    assert client.post(place(model, "add"), {}).status_code == 403


@pytest.mark.parametrize("model", [m for m in EDITABLE if m in HELD], ids=lambda model: model.__name__)
def test_every_row_shows_its_history(model: Any) -> None:
    row = HELD[model][0]()
    assert client_of(make.reader()).get(place(model, "history", row.pk)).status_code == 200


def test_fixed_rows_are_shown() -> None:
    statement = make.make_statement()
    make.make_candidate()
    client = client_of(make.administrator())
    for row in (
        statement.citations.get().report.captures.latest(),
        Release.objects.first(),
        models.Candidate.objects.first(),
    ):
        assert client.get(place(type(row), "change", row.pk)).status_code == 200  # type: ignore[union-attr]
        assert client.post(place(type(row), "change", row.pk), {}).status_code == 403  # type: ignore[union-attr]


@pytest.mark.parametrize("model", [Event, Company, Statement], ids=lambda model: model.__name__)
def test_deletion_is_refused_in_words(model: Any) -> None:
    row = HELD[model][0]()
    client = client_of(make.administrator())
    answer = client.post(place(model, "delete", row.pk), {"post": "yes"}, follow=True)
    assert "never deleted" in answer.content.decode()
    assert model._default_manager.filter(pk=row.pk).exists()


def test_roles_are_not_drawn_up_by_hand_and_accounts_are_administrators() -> None:
    client = client_of(make.administrator())
    group = make.administrator().groups.get()
    assert client.get(place(Group, "changelist")).status_code == 200
    assert client.post(place(Group, "change", group.pk), {"name": "kings"}).status_code == 403
    posted = {
        "username": "hal",
        "password1": "correct horse hal",
        "password2": "correct horse hal",
        "usable_password": "true",
    }
    assert client.post(place(User, "add"), posted).status_code == 302
    assert client_of(make.editor()).get(place(User, "changelist")).status_code == 403


def test_an_administrator_makes_no_superuser_and_does_not_touch_one() -> None:
    boss = User.objects.create_superuser("boss", "boss@onrecord.example", "correct horse boss")
    client = client_of(make.administrator())
    assert "is_superuser" not in client.get(place(User, "change", make.editor().pk)).content.decode()
    assert client.post(place(User, "change", boss.pk), {"username": "mine"}).status_code == 403


def _errors(answer: Any) -> Any:
    context = answer.context or {}
    if "adminform" in context:
        return [context["adminform"].form.errors, *[i.formset.errors for i in context["inline_admin_formsets"]]]
    return context["form"].errors if "form" in context else answer.content.decode()[:800]
