"""Making and revoking the keys of programs. The key itself is seen once; only its digest is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import timezone

from tracker.api.tokens import SCOPES
from tracker.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_DAYS = 3 * 366


class CannotMakeKey(Exception):
    """No key was made. The message says why."""


def make_key(user: User, *, name: str, scopes: Iterable[str], days: int) -> tuple[ApiToken, str]:
    """Make a key and return its row and the key itself, which nobody can read again.

    A key never gives more than its user has, and every key expires.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise CannotMakeKey(f"There is no scope {', '.join(unknown)}: choose from {', '.join(SCOPES)}.")
    if not wanted:
        raise CannotMakeKey(f"Say what the key is for: one or more of {', '.join(SCOPES)}.")
    if lacking := [scope for scope in wanted if not user.has_perm(SCOPES[scope][0])]:
        raise CannotMakeKey(f"{user} may not do what {', '.join(lacking)} is for: give the user the role first.")
    if not user.is_active:
        raise CannotMakeKey(f"{user} is not active.")
    if not name.strip():
        raise CannotMakeKey("Give the key a name, so that others know what it is for.")
    if not 1 <= days <= LONGEST_DAYS:
        raise CannotMakeKey(f"A key lasts from 1 to {LONGEST_DAYS:,} days.")
    token, key = ApiToken.objects.create(
        user, expiry=dt.timedelta(days=days), prefix="or_", name=name.strip()[:120], scopes=wanted
    )
    return token, key


def revoke(token: ApiToken) -> None:
    """End a key now. Its row stays, so that one can see that there was one."""
    token.expiry = timezone.now()
    token.save(update_fields=["expiry"])
