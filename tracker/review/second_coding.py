"""Two coders, neither knowing the other's choice; and a third who settles what they see differently.

A random fifth of the published statements, drawn by the hash of the public id, is coded
a second time. Blind codings are never changed: agreement is computed from them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from tracker.core.sampling import in_sample
from tracker.models import Coding, Statement, Voice
from tracker.models.choices import Capacity, CodedField, CorrectionReason, Stance, StatementState
from tracker.review import reference, rights
from tracker.review.errors import CannotAccept, Conflict, NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LOOKED_AT = 5000  # of the newest statements; the sample among them is some thousand


@dataclasses.dataclass(frozen=True)
class Disagreement:
    """One field of one statement that two blind coders see differently, and that nobody has settled."""

    statement: Statement
    voice: Voice | None
    codings: tuple[Coding, ...]

    @property
    def field(self) -> str:
        """What was coded."""
        return CodedField.CAPACITY if self.voice else CodedField.STANCE


def waiting_for(user: User) -> list[Statement]:
    """Return the published statements of the sample that this user may code as the second, oldest first."""
    coded = Coding.objects.filter(codebook_version=settings.CODEBOOK_VERSION, blind=True)
    rows = (
        Statement.objects.published()
        .exclude(accepted_by=user)
        .exclude(pk__in=coded.filter(coder=user).values("statement"))
        .annotate(coders=Count("codings__coder", filter=_current_blind(), distinct=True))
        .filter(coders=1)
        .order_by("-published_at")
    )
    drawn = [pk for pk, public_id in rows.values_list("pk", "public_id")[:LOOKED_AT] if in_sample(public_id)]
    return list(Statement.objects.filter(pk__in=drawn).select_related("event__parent").order_by("published_at"))


@transaction.atomic
def code(statement: Statement, *, by: User, stance: str, capacities: Mapping[int, str], note: str = "") -> list[Coding]:
    """Keep a second coder's choices, made without seeing the first's. The statement stays as it is.

    ``capacities`` is by voice. Raises CannotAccept with all that is missing, NotAllowed
    for whoever accepted or coded it.
    """
    rights.demand(by, rights.REVIEW)
    row = Statement.objects.select_for_update().get(pk=statement.pk)
    if row.state != StatementState.PUBLISHED or row.merged_into_id:
        raise Conflict("It is not published: there is nothing to code a second time.")
    version = settings.CODEBOOK_VERSION
    if row.accepted_by_id == by.pk or Coding.objects.filter(statement=row, coder=by, codebook_version=version).exists():
        raise NotAllowed("You coded this statement: somebody else must code it a second time.")
    wrong = []
    if row.event.root.stance_target and stance not in Stance.values:
        wrong.append("Choose a stance, by the speaker's words only.")
    voices = list(row.voices.order_by("pk"))
    wrong += [f"Choose whose voice “{one}” is." for one in voices if capacities.get(one.pk) not in Capacity.values]
    if wrong:
        raise CannotAccept(wrong)
    shared = {"statement": row, "coder": by, "codebook_version": version, "blind": True, "note": note.strip()}
    codings = [Coding(field=CodedField.CAPACITY, voice=one, value=capacities[one.pk], **shared) for one in voices]
    if row.event.root.stance_target:
        codings.insert(0, Coding(field=CodedField.STANCE, value=stance, **shared))
    return Coding.objects.bulk_create(codings)


def disagreements(statement: Statement | None = None) -> list[Disagreement]:
    """Return what blind coders see differently and nobody has settled, oldest first."""
    rows = Coding.objects.filter(blind=True, codebook_version=settings.CODEBOOK_VERSION).order_by("pk")
    rows = rows.filter(statement=statement) if statement else rows.filter(statement__state=StatementState.PUBLISHED)
    pairs = (
        rows.order_by()
        .values("statement", "voice", "field")
        .annotate(values=Count("value", distinct=True))
        .filter(values__gt=1)
        .order_by("statement", "voice")
    )
    settled = _settled()
    keys = [(pair["statement"], pair["voice"], pair["field"]) for pair in pairs]
    found = []
    for key in keys:
        if key in settled:
            continue
        codings = tuple(
            rows.filter(statement=key[0], voice=key[1], field=key[2]).select_related(
                "coder", "statement__event__parent", "voice__company", "voice__person"
            )
        )
        found.append(Disagreement(codings[0].statement, codings[0].voice, codings))
    return found


def open_questions() -> int:
    """Count what is to be settled, in two queries."""
    blind = Coding.objects.filter(
        blind=True, codebook_version=settings.CODEBOOK_VERSION, statement__state=StatementState.PUBLISHED
    )
    pairs = blind.order_by().values_list("statement", "voice", "field").annotate(values=Count("value", distinct=True))
    differ = {pair[:3] for pair in pairs.filter(values__gt=1)}
    return len(differ - _settled()) if differ else 0


@transaction.atomic
def settle(disagreement: Disagreement, *, by: User, value: str, note: str, now: dt.datetime | None = None) -> Coding:
    """Decide between two coders, with a note. What is public changes with it, as an update that says "recoded"."""
    rights.demand(by, rights.PUBLISH)
    choices = Capacity if disagreement.field == CodedField.CAPACITY else Stance
    wrong = [] if value in choices.values else ["Choose what it is to be."]
    if not note.strip():
        wrong.append("Say why: the note stays beside both codings.")
    if wrong:
        raise CannotAccept(wrong)
    statement = Statement.objects.select_for_update().get(pk=disagreement.statement.pk)
    if not any(one.codings == disagreement.codings for one in disagreements(statement)):
        raise Conflict("Somebody else settled this first.")
    if any(coding.coder_id == by.pk for coding in disagreement.codings):
        raise NotAllowed("You are one of the two coders: somebody else must settle it.")
    coding = Coding.objects.create(
        statement=statement,
        voice=disagreement.voice,
        coder=by,
        field=disagreement.field,
        value=value,
        codebook_version=settings.CODEBOOK_VERSION,
        note=note.strip(),
    )
    coding.adjudicates.set(disagreement.codings)
    row, column = (disagreement.voice, "capacity") if disagreement.voice else (statement, "stance")
    if getattr(row, column) != value:
        setattr(row, column, value)
        reference.save(row, by=by, reason=CorrectionReason.RECODED, note=note.strip(), now=now)
    return coding


def codings_of(statement: Statement) -> QuerySet[Coding]:
    """Return every coding of a statement, the oldest first."""
    return statement.codings.select_related("coder", "voice__company", "voice__person").order_by("pk")


def _settled() -> set[tuple[int, int | None, str]]:
    rows = Coding.objects.filter(adjudicates__isnull=False, codebook_version=settings.CODEBOOK_VERSION)
    return set(rows.values_list("statement", "voice", "field"))


def _current_blind() -> Q:
    return Q(codings__blind=True, codings__codebook_version=settings.CODEBOOK_VERSION)
