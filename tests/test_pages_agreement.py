"""Agreement between blind coders: from the sample alone, by value and version, and only where there is enough."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from tests import factories as f
from tracker.models import Coding, Statement
from tracker.reading import agreement
from tracker.review import second_coding

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def drawn(n: int, *, inside: bool = True) -> list[Statement]:
    """Return published statements inside (or outside) the random fifth."""
    ids = (f"OR-{number:07}" for number in itertools.count())
    wanted = itertools.islice((one for one in ids if agreement.in_sample(one) == inside), n)
    event = f.make_event(told=False)
    company = f.make_company(told=False)
    made = []
    for public_id in wanted:
        statement = f.make_statement(event=event, company=company, told=False, cited=False)
        Statement.objects.filter(pk=statement.pk).update(public_id=public_id)
        made.append(statement)
    return made


def code(statements: Sequence[Statement], pairs: Sequence[tuple[str, str]], **fields: Any) -> None:
    for statement, values in zip(statements, pairs, strict=True):
        for coder, value in zip((f.editor(), f.second_editor()), values, strict=True):
            Coding.objects.create(
                **{"statement": statement, "coder": coder, "field": "stance", "value": value, "blind": True}
                | {"codebook_version": "1.0"}
                | fields
            )


TEN = [("critical", "critical")] * 12 + [("supportive", "supportive")] * 6 + [("critical", "supportive")] * 2


def test_alpha_is_krippendorffs_nominal_one() -> None:
    # By hand: 40 values, 26 critical and 14 supportive; expected disagreement 2*26*14/(40*39), observed 2/20.
    code(drawn(20), TEN)
    (found,) = agreement.agreement()
    whole = found.figures[0]
    assert (found.field, found.codebook, found.n, whole.n) == ("stance", "1", 20, 20)
    assert whole.alpha == pytest.approx(1 - (2 / 20) / (2 * 26 * 14 / (40 * 39)))
    assert whole.same == pytest.approx(0.9)
    assert whole.least is not None and whole.most is not None
    assert whole.least <= whole.alpha <= whole.most
    assert [row.value for row in found.figures] == ["", "critical", "supportive"]


def test_a_value_stands_against_all_others() -> None:
    pairs = [("critical", "critical")] * 10 + [("neutral", "mixed")] * 5 + [("mixed", "mixed")] * 5
    code(drawn(20), pairs)
    figures = {row.value: row for row in agreement.agreement()[0].figures}
    assert figures["critical"].alpha == pytest.approx(1)
    assert figures["mixed"].alpha is not None and figures["mixed"].alpha < 0.667
    assert (figures["critical"].tentative, figures["mixed"].tentative) == (False, True)
    assert figures["critical"].n == 10


def test_all_of_one_value_has_no_alpha() -> None:
    code(drawn(20), [("critical", "critical")] * 20)
    whole = agreement.agreement()[0].figures[0]
    assert (whole.alpha, whole.same, whole.tentative) == (None, 1.0, False)


def test_too_few_bear_no_figure(client: Client) -> None:
    code(drawn(19), TEN[:19])
    assert agreement.agreement()[0].figures == ()
    assert "19 statements have been coded twice so far; figures appear from 20 on." in text(client.get("/methodology/"))


@pytest.mark.parametrize("fields", [{"blind": False}, {"inside": False}])
def test_only_blind_codings_of_the_sample_count(fields: dict[str, Any]) -> None:
    code(drawn(20, inside=fields.pop("inside", True)), TEN, **fields)
    assert [one.n for one in agreement.agreement()] in ([], [0])


def test_what_settles_a_disagreement_does_not_count() -> None:
    statements = drawn(20)
    code(statements, TEN)
    third = Coding.objects.create(
        statement=statements[-1],
        coder=f.administrator(),
        field="stance",
        value="critical",
        blind=True,
        codebook_version="1.0",
    )
    third.adjudicates.set(Coding.objects.filter(statement=statements[-1]).exclude(pk=third.pk))
    assert agreement.agreement()[0].figures[0].same == pytest.approx(0.9)


def test_major_versions_are_kept_apart_and_minor_ones_are_not() -> None:
    statements = drawn(20)
    code(statements, TEN, codebook_version="1.0")
    code(statements, TEN, codebook_version="2.1")
    assert [(one.codebook, one.n) for one in agreement.agreement()] == [("2", 20), ("1", 20)]


def test_the_sample_is_the_one_that_review_draws() -> None:
    ids = [f"OR-{n:07}" for n in range(500)]
    assert [agreement.in_sample(one) for one in ids] == [second_coding.in_sample(one) for one in ids]


def test_the_methodology_page_prints_the_figures_with_their_n(client: Client) -> None:
    code(drawn(20), TEN)
    said = text(client.get("/methodology/"))
    assert "Stance, codebook 1" in said
    assert "All values 20 90% 0.79" in said
    assert "20 statements of the random fifth" in said


def test_without_any_coding_the_page_says_so(client: Client) -> None:
    assert "No statement has been coded twice so far" in text(client.get("/methodology/"))
