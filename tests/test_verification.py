"""The level of a statement follows from its citations alone."""

from __future__ import annotations

import dataclasses

import pytest

from tracker.core.verification import RANK, Evidence, level_of
from tracker.models.choices import Basis, Stand, Verification

ASSERTION = Evidence(
    stand=Stand.SUPPORTS,
    basis=Basis.OUTLETS_ASSERTION,
    own_access=False,
    captured=True,
    is_issuers_own=False,
    is_uploaded_document=False,
    outlet="gazette",
    text="report 1",
)
OWN_ACCESS = dataclasses.replace(ASSERTION, basis=Basis.DOCUMENT_SEEN, own_access=True)
OTHER_OUTLET = dataclasses.replace(OWN_ACCESS, outlet="courier", text="report 2")
WIRE_COPY = dataclasses.replace(OWN_ACCESS, outlet="courier")
ISSUERS_PAGE = dataclasses.replace(
    ASSERTION, basis=Basis.PUBLIC_POST, is_issuers_own=True, outlet="calder", text="report 3"
)
SPOKESPERSON = dataclasses.replace(ASSERTION, basis=Basis.NAMED_SPOKESPERSON)
UPLOADED = dataclasses.replace(ASSERTION, basis=Basis.DOCUMENT_OBTAINED, is_uploaded_document=True)
REPEATED = dataclasses.replace(ASSERTION, basis=Basis.OTHER_MEDIA, own_access=True, text="report 4")
DENIAL = dataclasses.replace(ISSUERS_PAGE, stand=Stand.DENIES)


@pytest.mark.parametrize(
    ("citations", "level", "independent"),
    [
        ([], Verification.OUTLETS_ASSERTION, 0),
        ([ASSERTION], Verification.OUTLETS_ASSERTION, 0),
        ([ASSERTION, REPEATED], Verification.OUTLETS_ASSERTION, 0),
        ([OWN_ACCESS], Verification.ONE_OUTLET, 1),
        ([OWN_ACCESS, WIRE_COPY], Verification.ONE_OUTLET, 1),
        ([OWN_ACCESS, OTHER_OUTLET], Verification.SEVERAL_OUTLETS, 2),
        ([ASSERTION, UPLOADED], Verification.DOCUMENT_SEEN, 1),
        ([SPOKESPERSON], Verification.ISSUER_CONFIRMED, 1),
        ([ASSERTION, ISSUERS_PAGE], Verification.ISSUER_CONFIRMED, 1),
        ([ISSUERS_PAGE, DENIAL], Verification.DISPUTED, 0),
    ],
)
def test_the_level_follows_from_the_citations(citations: list[Evidence], level: str, independent: int) -> None:
    found = level_of(citations)
    assert (found.level, found.independent) == (level, independent)
    assert found.reason.endswith(".")


@pytest.mark.parametrize("citation", [OWN_ACCESS, ISSUERS_PAGE, SPOKESPERSON, UPLOADED])
def test_a_report_we_never_captured_counts_for_nothing(citation: Evidence) -> None:
    found = level_of([dataclasses.replace(citation, captured=False)])
    assert found.level == Verification.OUTLETS_ASSERTION
    assert found.reason == "It is credited to reports that we have not seen."


def test_two_reports_of_one_outlet_are_one_source() -> None:
    again = dataclasses.replace(OWN_ACCESS, text="report 5")
    assert level_of([OWN_ACCESS, again]).level == Verification.ONE_OUTLET


def test_every_level_but_disputed_has_its_rank() -> None:
    assert set(RANK) == set(Verification) - {Verification.DISPUTED}
