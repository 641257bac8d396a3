"""What needs an editor: counts with the way there, a chart of candidates in and out, and few questions for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.test_admin_acts import told
from tests.test_admin_forms import client_of
from tracker.admin import dashboard
from tracker.admin.site import GROUPS
from tracker.models import Candidate, Feed, Notice
from tracker.review import candidates

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def counts(user: Any = None) -> dict[str, int]:
    return {need.what: need.n for need in dashboard.needs_of(user or make.editor(), now=NOW)}


def test_it_counts_what_waits_and_leads_there() -> None:
    ana = make.editor()
    candidates.claim(make.make_candidate(), by=ana)
    make.make_statement(published=False, channel="internal", medium="chat")
    make.make_report("https://x.example/1", state="failed")
    make.make_report("https://x.example/2", state="parked")
    Feed.objects.create(url="https://x.example/feed", failures=3)
    statement = make.make_statement(company=make.make_company("Pinhay Rail"), basis="named_spokesperson")
    statement.citations.update(source_changed_at=NOW)
    Notice.objects.create(entity="statement", row=statement.public_id, kind="complaint", text="No.")
    Notice.objects.create(entity="statement", row=statement.public_id, kind="tip", text="Old.", state="closed")
    assert (
        counts().items()
        >= {
            "candidate waits": 1,
            "claimed by me": 1,
            "awaits a second approval": 1,
            "draft not yet public": 1,
            "reports failed": 2,
            "notice to look into": 1,
            "feed ails": 1,
            "quote whose source changed": 1,
        }.items()
    )
    client = client_of(ana)
    page = client.get(reverse("admin:index"))
    for need in page.context["needs"]:
        assert need.what in told(page)
        assert client.get(need.address).status_code == 200, need.address


def test_lists_that_are_led_to_show_what_was_counted() -> None:
    make.make_report("https://x.example/1", state="failed")
    make.make_report("https://x.example/2", state="done")
    (need,) = [one for one in dashboard.needs_of(make.editor(), now=NOW) if "failed" in one.what]
    shown = client_of(make.editor()).get(need.address).context["cl"].result_list
    assert [report.state for report in shown] == ["failed"]


def test_the_chart_counts_candidates_in_and_out_by_day() -> None:
    assert dashboard.in_and_out(now=NOW) == []
    came = make.make_candidate()
    Candidate.objects.filter(pk=came.pk).update(created_at=NOW - dt.timedelta(days=3))
    candidates.reject(came, by=make.editor(), reason="Old.")
    bars = dashboard.in_and_out(now=NOW)
    assert [(bar.day, bar.came, bar.went) for bar in bars if bar.came or bar.went] == [
        (NOW.date() - dt.timedelta(days=3), 1, 0),
        (timezone.now().date(), 0, 1),
    ]
    page = told(client_of(make.editor()).get(reverse("admin:index")))
    assert "1 candidates found and 1 decided in 28 days" in page


def test_it_asks_few_questions(django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        make.make_report(f"https://x.example/{number}", state="failed")
        make.make_statement(company=make.make_company(f"Harbour Company {number}"))
    make.make_candidate()
    client = client_of(make.editor())
    client.get(reverse("admin:index"))
    with django_assert_max_num_queries(22):
        client.get(reverse("admin:index"))


def test_who_may_see_nothing_is_told_nothing() -> None:
    make.make_candidate()
    cy = make.cy()
    cy.is_staff = True
    cy.save(update_fields=["is_staff"])
    page = client_of(cy).get(reverse("admin:index"))
    assert page.context["needs"] == [] and "chart" not in page.context


def test_every_sort_of_row_stands_in_one_group() -> None:
    named = [name for _, names in GROUPS for name in names]
    held = {model.__name__ for model in admin.site._registry if model._meta.app_label == "tracker"}
    assert len(named) == len(set(named)) and set(named) <= held
    page = client_of(make.administrator()).get(reverse("admin:index"))
    groups = [app["name"] for app in page.context["app_list"]]
    assert groups[:5] == [title for title, _ in GROUPS]
