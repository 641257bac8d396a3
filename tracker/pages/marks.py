"""Which mark a statement wears. Colour says stance; shape says channel and whose voice; hollow never counts."""

from __future__ import annotations

from tracker.models import Statement
from tracker.models.choices import Asked, Capacity, Channel, Form, Found, Verification

# Each name is a symbol in templates/tracker/_partials/sprite.html, with its words for the key.
SHAPES = {
    "circle": "Public",
    "square": "Internal memo",
    "joint": "Joint",
    "joint-square": "Joint, internal",
    "door": "Channel unknown",
    "diamond": "Personal voice",
    "triangle": "Staff voice",
    "hollow-circle": "Voice unclear",
    "hollow-square": "Voice unclear, internal",
}
HOLLOW = frozenset({"diamond", "triangle", "hollow-circle", "hollow-square"})
JOINT_FORMS = frozenset({Form.JOINT, Form.OPEN_LETTER})

FOUND_SHAPES = {
    Found.OWN_NAME: "circle",
    Found.JOINT_ONLY: "joint",
    Found.REPORTED: "half",
    Found.INTERNAL_ONLY: "square",
    Found.OPERATIONS_ONLY: "dot",
    Found.NOTHING: "bar",
}
ASKED_SHAPES = {Asked.DECLINED: "struck", Asked.NO_ANSWER: "dashed", Asked.ANSWERED: "bar", Asked.NOT_KNOWN: "bar"}

CELLS = {
    Verification.DISPUTED: 0,
    Verification.OUTLETS_ASSERTION: 1,
    Verification.ONE_OUTLET: 2,
    Verification.SEVERAL_OUTLETS: 3,
    Verification.DOCUMENT_SEEN: 4,
    Verification.ISSUER_CONFIRMED: 5,
}


def whose_voice(statement: Statement) -> str:
    """Return the capacity a statement is drawn in: the company's own as soon as one voice is."""
    held = {voice.capacity for voice in statement.voices.all()}
    for capacity in (Capacity.OFFICIAL, Capacity.PERSONAL, Capacity.STAFF):
        if capacity in held:
            return capacity
    return Capacity.UNCLEAR


def shape_of(statement: Statement) -> str:
    """Return the shape of a statement's mark. Reads its prefetched voices, nothing else."""
    capacity = whose_voice(statement)
    if capacity == Capacity.PERSONAL:
        return "diamond"
    if capacity == Capacity.STAFF:
        return "triangle"
    if capacity == Capacity.UNCLEAR:
        return "hollow-square" if statement.channel == Channel.INTERNAL else "hollow-circle"
    if is_joint(statement):
        return "joint-square" if statement.channel == Channel.INTERNAL else "joint"
    return {Channel.INTERNAL: "square", Channel.UNKNOWN: "door"}.get(statement.channel, "circle")  # type: ignore[call-overload]


def is_joint(statement: Statement) -> bool:
    """Whether several companies stand behind one text."""
    companies = {voice.company_id for voice in statement.voices.all() if voice.company_id}
    return statement.form in JOINT_FORMS and len(companies) > 1


def response_shape(found: str, asked: str) -> str:
    """Return the mark of a response status, always drawn in ink."""
    if found == Found.NOTHING:
        return ASKED_SHAPES[Asked(asked)]
    return FOUND_SHAPES[Found(found)]
