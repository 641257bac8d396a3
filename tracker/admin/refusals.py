"""What a form refuses, said so that an editor knows what to do."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError

from tracker.review.errors import ReviewError, SeveralReasons

_NAMED = re.compile(r"Constraint “(\w+)” is violated\.")
SENTENCES = {
    "voice_staff_names_nobody": "A staff voice names nobody: remove the person, or choose another capacity.",
    "voice_company_or_person": "Name a company, a person, or both.",
    "company_parent_kind_iff_parent": "Name the parent and say how it belongs to it, or leave both empty.",
    "company_not_its_own_parent": "A company does not belong to itself.",
    "event_scope_and_target_only_on_a_root": "Scope and stance target stand on the root of a tree only.",
    "event_published_root_has_scope": "A published root needs its scope: say in one sentence what counts.",
    "statement_medium_belongs_to_channel": "This medium does not belong to this channel: choose another.",
    "statement_said_at_is_minute_precision": "A time of day needs a date to the minute: write “2026-01-24 (minute)”.",
    "watch_entry_of_a_frame_names_it": "A member of a frame names its frame: choose it, or another reason.",
    "watch_entry_until_after_from": "It cannot end before the search begins.",
    "inquiry_by_us_has_no_outlet": "We asked ourselves, so no outlet did: leave the outlet empty.",
    "citation_outcome_only_for_an_inquiry": "Only a citation of an inquiry has an outcome.",
    "quote_offsets_in_order": "The end must come after the start.",
    "quote_translated_is_never_verbatim": "A translated line is never verbatim: choose another kind.",
    "signature_count_positive": "A count of signatures is at least one.",
    "reply_to_a_statement_or_an_event": "Say what it replies to: one statement, or an event.",
    "link_not_to_itself": "A statement is not linked to itself.",
}


def sentences(error: ReviewError) -> list[str]:
    """Return the reasons of a refusal, each a sentence."""
    return error.reasons if isinstance(error, SeveralReasons) else [error.sentence]


def in_words(errors: Any) -> Any:
    """Put our sentences in place of the names of constraints."""
    if isinstance(errors, ValidationError):
        for error in getattr(errors, "error_list", []):
            if isinstance(error.message, str) and (named := _NAMED.search(_said(error))):
                rule = named[1]
                error.message = SENTENCES.get(rule) or f"This breaks a rule of the record: {rule.replace('_', ' ')}."
                error.params = None
        if hasattr(errors, "error_dict"):
            for held in errors.error_dict.values():
                for one in held:
                    in_words(one)
    return errors


def _said(error: ValidationError) -> str:
    return error.message % error.params if error.params else str(error.message)
