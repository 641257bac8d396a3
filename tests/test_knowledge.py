"""What the ingest knows is as fresh as the record, and is not made anew for nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories import make_company, make_event, make_outlet, make_person, make_statement
from tracker.core import ledger
from tracker.ingest.knowledge import knowledge
from tracker.models import Alias, Event, WatchTerms

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_it_is_kept_while_nobody_new_is_named(django_assert_num_queries: Any) -> None:
    make_company()
    make_statement()
    before = knowledge()
    ledger.bump_coverage()
    make_statement()
    with django_assert_num_queries(8):
        assert knowledge() is before


def test_every_change_to_a_name_an_event_or_what_is_watched_for_is_known_at_once() -> None:
    company, event = make_company(), make_event()
    seen = [knowledge()]

    def is_new() -> bool:
        seen.append(knowledge())
        return seen[-1] is not seen[-2]

    alias = Alias.objects.create(company=company, name="The Ferries")
    assert is_new()
    assert seen[-1].gazetteer.hits("The Ferries sailed.")
    alias.delete()
    assert is_new()
    assert not seen[-1].gazetteer.hits("The Ferries sailed.")
    make_person()
    assert is_new()
    terms = WatchTerms.objects.create(event=event, terms=["quay"])
    assert is_new()
    assert seen[-1].event(event.slug).terms == ("quay",)  # type: ignore[union-attr]
    outlet = make_outlet()
    assert is_new()
    terms.outlets.add(outlet)
    assert is_new()
    terms.outlets.remove(outlet)
    assert is_new()
    event.published = False
    event.save()
    assert is_new()
    assert seen[-1].event(event.slug) is None
    Event.objects.filter(pk=event.pk).update(updated_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    assert is_new()
    assert not is_new()
