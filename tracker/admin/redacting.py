"""Redaction: words, names and bytes overwritten everywhere. Two administrators, both present."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from tracker.admin.acts import Act
from tracker.admin.base import ListField
from tracker.review import rights
from tracker.review.redact import redact

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RedactForm(forms.Form):
    """Which words, why, and the second administrator's own name and password."""

    words = ListField(
        label="Words to remove", required=False, help_text="One a line. Of a person the name goes without being listed."
    )
    reason = forms.CharField(label="Why", max_length=300, help_text="Without repeating what is removed.")
    second = forms.CharField(label="Second administrator", max_length=150)
    password = forms.CharField(
        label="Their password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Typed by them, here.",
    )

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        """Make sure that the second administrator is here. Guessing is counted, as at the login."""
        given = super().clean() or {}
        second = authenticate(self.request, username=given.get("second") or "", password=given.get("password") or "")
        if second is None:
            # One sentence for both, so that it tells nobody which names exist.
            raise forms.ValidationError("Name and password of the second administrator do not fit.")
        given["second"] = second
        return given


def redacting_act() -> Act:
    """Return the act “redact”, for administrators."""

    def act(row: Any, by: User, given: dict[str, Any]) -> str:
        redact(row, words=given["words"], by=by, second=given["second"], reason=given["reason"])
        return "Overwritten everywhere, and logged."

    return Act(
        "redact",
        "Redact",
        act,
        rights.REDACT,
        form=RedactForm,
        explains="Overwrites words everywhere: rows, histories, the ledger, captured texts and their bytes. It cannot "
        "be undone, and does not reach what others copied. For a court, or a person wronged, and nothing else.",
        grave=True,
    )
