"""Staff beside their company, a disavowal beside what it disavows, and what stands between the statements."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client

from tests import factories as f
from tracker.models import Correction, Statement

pytestmark = pytest.mark.django_db
EVENT = "/events/harbour-strike/"


def text(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def section(response: Any, name: str) -> str:
    page = response.content.decode()
    if f'id="{name}"' not in page:
        return ""
    start = page.index(f'id="{name}"')
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[start : page.index("</section>", start)])))


def correct(row: str, **fields: Any) -> Correction:
    return Correction.objects.create(
        **{
            "entity": "statement",
            "row": row,
            "event": f.make_event(),
            "field": "said",
            "before": {"words": "4 Mar 2026"},
            "after": {"words": "3 Mar 2026"},
            "reason": "our_error",
            "note": "The dateline is not the day.",
            "by": f.editor(),
            "published_at": dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC),
        }
        | fields
    )


def test_what_staff_asked_stands_beside_what_their_company_said(client: Client) -> None:
    letter = f.make_statement(capacity="staff", said="2026-03-04")
    letter.asks.create(ask=f.make_ask("Withdrawal"), basis="quoted")
    f.make_statement(said="2026-03-06", stance="no_position")
    f.make_statement(capacity="staff", company=f.make_company("Pinhay Rail"), said="2026-03-05")
    said = section(client.get(EVENT), "staff")
    assert "Critical 4 Mar 2026 · asks for withdrawal" in said
    assert "No position 6 Mar 2026" in said
    assert "Pinhay Rail Critical 5 Mar 2026 nothing in its own voice on record" in said


def test_a_personal_voice_is_neither_staff_nor_the_companys_answer_to_them(client: Client) -> None:
    f.make_statement(capacity="staff")
    f.make_statement(capacity="personal", person=f.make_person(), stance="supportive")
    assert "Supportive" not in section(client.get(EVENT), "staff")


@pytest.mark.parametrize(("kind", "words"), [("disavows", "disavows"), ("contradicts", "contradicts")])
def test_a_disagreement_is_shown_with_both_sides(client: Client, kind: str, words: str) -> None:
    first = f.make_statement(capacity="personal", person=f.make_person(), summary="The order is good.")
    later = f.make_statement(summary="He spoke for himself.", stance="unclear", said="2026-03-05")
    f.link(later, first, kind)
    said = section(client.get(EVENT), "disagreement")
    assert said.index("He spoke for himself.") < said.index(words) < said.index("The order is good.")


def test_a_disagreement_between_two_companies_is_not_inside_one(client: Client) -> None:
    f.link(f.make_statement(company=f.make_company("Pinhay Rail")), f.make_statement(), "contradicts")
    assert section(client.get(EVENT), "disagreement") == ""


def test_what_is_not_public_is_disavowed_by_nobody(client: Client) -> None:
    hidden = f.make_statement(published=False, summary="A secret.")
    f.link(f.make_statement(), hidden, "disavows")
    f.link(f.make_statement(published=False, summary="Another secret."), f.make_statement(), "disavows")
    for path in (EVENT, "/companies/calder-ferries/"):
        assert "secret" not in text(client.get(path))
    assert section(client.get(EVENT), "disagreement") == ""


def test_a_later_statement_stands_beside_the_earlier_and_never_in_its_place(client: Client) -> None:
    first = f.make_statement(summary="First words.", said="2026-03-02")
    second = f.make_statement(summary="Second words.", said="2026-03-05", stance="neutral")
    f.link(second, first, "supersedes")
    said = text(client.get("/companies/calder-ferries/"))
    assert said.index("First words.") < said.index("Superseded by") < said.index("Second words.")
    assert said.index("Second words.") < said.index("Supersedes")


# --- Events, inquiries and corrections between the statements --------------------------------


def heads(response: Any) -> list[str]:
    return re.findall(r'<section class="day[^"]*"><h3>([^<]*?)\s*<', response.content.decode())


def test_events_inquiries_and_corrections_stand_on_their_days_and_in_no_count(client: Client) -> None:
    root, child, _ = f.make_tree()
    statement = f.make_statement(event=child, said="2026-03-05")
    f.make_inquiry(event=child, asked="2026-03-03")
    correct(statement.public_id)
    response = client.get(EVENT)
    assert heads(response) == [
        "Thursday 5 March 2026",
        "Wednesday 4 March 2026",
        "Tuesday 3 March 2026",
        "Monday 2 March 2026",
        "Sunday 1 March 2026",
    ]
    said = text(response)
    assert f"Correction {statement.public_id} , said: 4 Mar 2026 is now 3 Mar 2026 our error" in said.replace(
        f"{statement.public_id},", f"{statement.public_id} ,"
    )
    assert "Ottery Foods: declined asked by an outlet that is not named" in said
    assert "1 statement" in said


def test_an_aside_joins_a_day_that_has_statements(client: Client) -> None:
    f.make_statement(said="2026-03-03")
    f.make_inquiry(asked="2026-03-03")
    assert heads(client.get(EVENT)) == ["Tuesday 3 March 2026", "Sunday 1 March 2026"]


def test_asides_can_be_switched_off_without_a_script_and_are_on_no_list_of_everything(client: Client) -> None:
    f.make_statement()
    f.make_inquiry()
    assert 'id="asides-on"' in client.get(EVENT).content.decode()
    assert 'class="asides"' not in client.get("/").content.decode()


def test_asides_are_those_of_the_days_of_the_page(client: Client) -> None:
    for n in range(30):
        f.make_statement(said=f"2026-03-{n % 15 + 1:02}", told=False)
    f.make_inquiry(asked="2026-03-02", company=f.make_company("Early Asked"))
    f.make_inquiry(asked="2026-03-20", company=f.make_company("Late Asked"))
    first = client.get(EVENT)
    assert "Late Asked" in text(first)
    assert "Early Asked:" not in text(first)
    older = re.search(r'href="(/events/harbour-strike/\?cursor=[^"]+)"', first.content.decode())
    assert older
    assert "Early Asked:" in text(client.get(older[1]))
    assert "Late Asked:" not in text(client.get(older[1]))


def test_a_company_page_shows_its_own_inquiries_and_corrections(client: Client) -> None:
    statement = f.make_statement(said="2026-03-05")
    other = f.make_statement(company=f.make_company("Pinhay Rail"))
    f.make_inquiry(company=f.make_company(), asked="2026-03-03", outcome="no_answer")
    correct(statement.public_id)
    correct(other.public_id, field="stance", before="neutral", after="critical")
    page = client.get("/companies/calder-ferries/").content.decode()
    inside = page[page.index('id="results"') :]
    assert "Calder Ferries: no answer" in inside
    assert statement.public_id in inside
    assert other.public_id not in inside


@pytest.mark.parametrize("state", ["draft", "approved", "withheld", "withdrawn"])
def test_what_is_not_public_is_no_aside(client: Client, state: str) -> None:
    f.make_statement()
    hidden = f.make_inquiry(published=False, company=f.make_company("Secret Foods"))
    type(hidden).objects.update(state=state, taken_down_at=f.NOW, published_at=f.NOW if state[0] == "w" else None)
    withheld = f.make_statement(state="withheld", published_at=f.NOW)
    correct(withheld.public_id, note="Secret note", after={"words": "Secret"})
    assert "Secret" not in text(client.get(EVENT))
    assert Statement.objects.filter(state="withheld").exists()


def test_the_queries_of_a_company_do_not_grow_with_its_statements(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    first = f.make_statement()
    for n in range(12):
        f.link(f.make_statement(said=f"2026-03-{n + 4:02}", told=False), first, "supersedes")
        f.make_inquiry(company=f.make_company(), told=False)
    with django_assert_max_num_queries(30):
        assert client.get("/companies/calder-ferries/").status_code == 200
