"""How well a statement is borne out: one level and one sentence, from its citations alone.

Five levels, strongest first: the issuer confirmed it; we hold the document; several
outlets with access of their own; one such outlet; an outlet's assertion. A report that
only repeats another raises nothing, and one we never captured counts for nothing. A
denial by issuer or speaker sets the statement apart as disputed until it is settled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tracker.models.choices import Basis, OutletKind, Stand, Verification

if TYPE_CHECKING:
    from tracker.models import Citation, Statement

OWN_PUBLICATION = frozenset({OutletKind.COMPANY, OutletKind.PLATFORM, OutletKind.OFFICIAL})
RANK = {
    level: rank
    for rank, level in enumerate(
        [
            Verification.OUTLETS_ASSERTION,
            Verification.ONE_OUTLET,
            Verification.SEVERAL_OUTLETS,
            Verification.DOCUMENT_SEEN,
            Verification.ISSUER_CONFIRMED,
        ]
    )
}


@dataclasses.dataclass(frozen=True)
class Evidence:
    """One citation, as far as the level depends on it. ``text`` is the same for reports that share their text."""

    stand: str
    basis: str
    own_access: bool
    captured: bool
    is_issuers_own: bool
    is_uploaded_document: bool
    outlet: str
    text: str


@dataclasses.dataclass(frozen=True)
class Assessment:
    """A level of ``Verification`` and the sentence a reader is given for it."""

    level: str
    reason: str
    independent: int


def assess(statement: Statement) -> Assessment:
    """Compute the level of a statement from its citations as they stand. Reads, writes nothing.

    Prefetch ``citations__report__outlet`` and ``citations__report__captures`` when
    assessing many.
    """
    return level_of([evidence_of(citation) for citation in statement.citations.all()])


def evidence_of(citation: Citation) -> Evidence:
    """Boil a citation down to what its weight depends on."""
    report = citation.report
    captures = list(report.captures.all())
    outlet = report.outlet
    return Evidence(
        stand=citation.stand,
        basis=citation.basis,
        own_access=citation.own_access,
        captured=bool(captures),
        is_issuers_own=outlet is not None and outlet.kind in OWN_PUBLICATION,
        is_uploaded_document=bool(captures) and not report.url,
        outlet=outlet.slug if outlet else f"report {report.public_id}",
        text=f"story {report.story_id}" if report.story_id else f"report {report.public_id}",
    )


def level_of(citations: Iterable[Evidence]) -> Assessment:
    """Weigh the evidence. Pure."""
    known = list(citations)
    if any(one.stand == Stand.DENIES for one in known):
        return Assessment(Verification.DISPUTED, "The issuer or the speaker denies it.", 0)
    seen = [one for one in known if one.captured]
    with_access = {one.text: one.outlet for one in seen if one.own_access and one.basis != Basis.OTHER_MEDIA}
    independent = len(set(with_access.values()))
    if any(one.is_issuers_own and one.basis in (Basis.PUBLIC_POST, Basis.DOCUMENT_OBTAINED) for one in seen):
        return Assessment(
            Verification.ISSUER_CONFIRMED, "The issuer's own page, post or filing is captured.", max(independent, 1)
        )
    if any(one.basis == Basis.NAMED_SPOKESPERSON for one in seen):
        return Assessment(
            Verification.ISSUER_CONFIRMED,
            "A spokesperson confirmed it by name in a captured report.",
            max(independent, 1),
        )
    if any(one.is_uploaded_document and one.basis in (Basis.DOCUMENT_OBTAINED, Basis.DOCUMENT_SEEN) for one in seen):
        return Assessment(Verification.DOCUMENT_SEEN, "We hold a copy of the document.", max(independent, 1))
    if independent > 1:
        return Assessment(
            Verification.SEVERAL_OUTLETS,
            f"{independent} outlets state their own access, in texts of their own.",
            independent,
        )
    if independent == 1:
        return Assessment(Verification.ONE_OUTLET, "One outlet states its own access.", 1)
    if not seen:
        return Assessment(Verification.OUTLETS_ASSERTION, "It is credited to reports that we have not seen.", 0)
    return Assessment(
        Verification.OUTLETS_ASSERTION,
        "Reports repeat it without access of their own."
        if len(seen) > 1
        else "One report says so, without stating its own access.",
        0,
    )
