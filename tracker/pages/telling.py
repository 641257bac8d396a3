"""The form by which anybody reports an error, sends a tip or complains about a public row; no account needed."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from tracker.api.throttles import sender
from tracker.models import Company, Event, Inquiry, Outlet, Person, Statement
from tracker.models.choices import Entity, NoticeKind
from tracker.pages import errors
from tracker.reading import lookups
from tracker.reading.errors import Missing
from tracker.review import notices

log = logging.getLogger(__name__)

MOST, WINDOW = 6, 3600  # so many notices of one sender an hour
KINDS = [
    (NoticeKind.ERROR, "Something here is wrong"),
    (NoticeKind.TIP, "A statement or source is missing"),
    (NoticeKind.COMPLAINT, "A complaint, or a company’s own note"),
]

# What a notice may be about: rows that readers can see, and the name that leads to each.
ABOUT: dict[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    Entity.STATEMENT: (lambda: Statement.objects.published(), "public_id"),
    Entity.INQUIRY: (lambda: Inquiry.objects.published(), "public_id"),
    Entity.EVENT: (lambda: Event.objects.published(), "slug"),
    Entity.COMPANY: (lambda: lookups.told(Company.objects.current()), "slug"),
    Entity.PERSON: (lambda: lookups.told(Person.objects.current().filter(is_spokesperson=False)), "slug"),
    Entity.OUTLET: (lambda: lookups.told(Outlet.objects.all()), "slug"),
}


class TellForm(forms.Form):
    """What a reader writes. ``website`` is a trap: people do not see it, programs fill it in."""

    kind = forms.ChoiceField(label="What is it?", choices=KINDS, initial=NoticeKind.ERROR, widget=forms.RadioSelect)
    text = forms.CharField(
        label="What should we know?",
        min_length=10,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": 4000}),
        error_messages={"required": "Write what should be looked at.", "min_length": "A few words more, please."},
    )
    contact = forms.CharField(
        label="How can we answer you? (not needed)",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email", "maxlength": 300}),
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))


def about(entity: str, name: str) -> str:
    """Return the address of the form for a row."""
    return reverse("pages:tell", args=[entity, name])


@require_http_methods(["GET", "HEAD", "POST"])
@errors.answering
@csrf_protect
def tell(request: HttpRequest, entity: str, name: str) -> HttpResponse:
    """The form about one row, and what was sent with it."""
    row = _row(entity, name)
    form = TellForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["website"]:
            return HttpResponseRedirect(reverse("pages:told"))
        if not _may(request):
            return errors.page(
                request, 429, lines=["You have sent several notices within an hour. Please wait a while."]
            )
        given = form.cleaned_data
        made = notices.receive(
            entity=entity, row=name, kind=given["kind"], text=given["text"], contact=given["contact"]
        )
        return HttpResponseRedirect(f"{reverse('pages:told')}?id={made.public_id}")
    context = {
        "title": f"Tell us about {row}",
        "row": row,
        "row_href": reverse(f"pages:{entity}", args=[name]),
        "form": form,
        "noindex": True,
        "canonical": about(entity, name),
    }
    return render(request, "tracker/tell.html", context, status=400 if form.errors else 200)


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """Thanks, with the number under which an editor finds the notice."""
    number = request.GET.get("id", "")
    known = number if number.isascii() and number.replace("-", "").isalnum() and len(number) <= 16 else ""
    return render(request, "tracker/told.html", {"title": "Thank you", "number": known, "noindex": True})


def _row(entity: str, name: str) -> Any:
    visible, field = ABOUT.get(entity, (None, ""))
    if visible is None or len(name) > 80 or "\x00" in name:
        raise Missing(name[:80])
    row = visible().filter(**{field: name}).first()
    if row is None:
        raise Missing(name)
    return row


def _may(request: HttpRequest) -> bool:
    """Count a notice of this sender; False when there were too many. If the cache is down, it passes."""
    window = int(time.time() // WINDOW)
    who = hashlib.sha256(sender(request).encode()).hexdigest()[:32]  # type: ignore[arg-type]
    key = f"notices:{window}:{who}"
    try:
        cache.add(key, 0, timeout=WINDOW)
        return bool(cache.incr(key) <= MOST)
    except Exception:  # whatever the cache's client raises: a notice matters more than the limit
        log.warning("The cache does not answer; notices are not limited.", exc_info=True)
        return True
