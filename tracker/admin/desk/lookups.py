"""Small answers for the desk's script: names that begin like this, and what a date was understood as."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone

from tracker.admin.dates import explained, understand
from tracker.admin.desk import names
from tracker.core.text import clean_name

LONGEST = 200


def suggest(request: HttpRequest, what: str) -> JsonResponse:
    """Offer companies, people or outlets for what was typed so far."""
    if not request.user.has_perm(f"tracker.view_{what}"):
        raise PermissionDenied
    try:
        found = names.suggest(what, clean_name(request.GET.get("q", "")[:LONGEST]))
    except KeyError:
        raise Http404 from None
    return JsonResponse({"names": [{"value": one.value, "note": one.note} for one in found]})


def understand_date(request: HttpRequest) -> JsonResponse:
    """Say how a date is read, or why it is not."""
    try:
        span = understand(request.GET.get("q", "")[:LONGEST], today=timezone.now().date())
    except ValueError as error:
        return JsonResponse({"understood": "", "error": str(error)})
    return JsonResponse({"understood": explained(span), "error": ""})
