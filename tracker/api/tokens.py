"""Keys of trusted programs: who sends, and what the key may do.

Reading needs no key. A key never gives more than its user has: both the key's scope and
the user's own permission are asked. Only the digest of a key is stored.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tracker.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.views import APIView

SCOPES = {
    "reports": ("tracker.add_report", "Send in reports"),
    "candidates": ("tracker.review_candidate", "Propose statements"),
    "inquiries": ("tracker.add_inquiry", "Record inquiries"),
}
KEYWORD = "Token"
LONGEST = 200


class TokenAuthentication(BaseAuthentication):
    """Reads ``Authorization: Token or_…``. A wrong, expired or misplaced key is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        header = get_authorization_header(request).split()
        if not header:
            return None
        if header[0].lower() != KEYWORD.lower().encode() or len(header) != 2:
            raise exceptions.AuthenticationFailed(f"Write the key as “Authorization: {KEYWORD} or_…”.")
        try:
            given = header[1].decode("ascii")
        except UnicodeDecodeError as error:
            raise exceptions.AuthenticationFailed("This key is not known.") from error
        token = find(given) if len(given) <= LONGEST else None
        if token is None or not token.user.is_active:
            raise exceptions.AuthenticationFailed("This key is not known.")
        now = timezone.now()
        if token.expiry and token.expiry <= now:
            raise exceptions.AuthenticationFailed(f"This key expired on {token.expiry:%Y-%m-%d}.")
        if token.last_used is None or token.last_used < now - dt.timedelta(minutes=1):
            ApiToken.objects.filter(pk=token.pk).update(last_used=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{KEYWORD} realm="api"'


class HasScope(BasePermission):
    """Lets everybody read; to write, asks for the scope that the view names and the user's permission for it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return True
        scope = getattr(view, "scopes", {}).get(request.method)
        if scope is None:
            return True  # a method the view does not have; 405 follows
        if not isinstance(request.auth, ApiToken):
            raise exceptions.NotAuthenticated(f"Send a key with the scope “{scope}”.")
        if scope not in request.auth.scopes:
            raise exceptions.PermissionDenied(f"This key lacks the scope “{scope}”.")
        if not request.user.has_perm(SCOPES[scope][0]):
            raise exceptions.PermissionDenied("The user of this key may not do that.")
        return True


def find(given: str) -> ApiToken | None:
    """Return the key's row. Compares in constant time."""
    digest = hash_token(given)
    for token in ApiToken.objects.filter(token_key=given[: CONSTANTS.TOKEN_KEY_LENGTH]).select_related("user"):
        if hmac.compare_digest(digest, token.digest):
            return token
    return None
