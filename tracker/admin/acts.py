"""What can be done with one row beyond editing it: approve, publish, withdraw, merge, try again.

Each act is one call of ``review`` or the pipeline behind a button on the row's page. An
act without a form is done at once; one with a form asks first, on a page of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from tracker.admin.refusals import sentences
from tracker.review.errors import ReviewError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker alone


def always(row: Any) -> bool:
    """Offer it on every row."""
    return True


@dataclasses.dataclass(frozen=True)
class Act:
    """One button. ``does`` takes the row, the user and what the form gave, and returns what to tell the editor."""

    name: str
    label: str
    does: Callable[[Any, User, dict[str, Any]], str]
    permission: str
    offered: Callable[[Any], bool] = always
    form: type[forms.Form] | None = None
    explains: str = ""
    grave: bool = False

    @property
    def asks(self) -> bool:
        """Whether the button leads to a page that asks first."""
        return self.form is not None


class ActsMixin(ModelAdmin):
    """Buttons on a row's page, each for those who may."""

    acts: tuple[Act, ...] = ()

    def get_urls(self) -> list[Any]:
        """Give each act an address below the row."""
        place = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/do/<slug:name>/", view, name=place), *super().get_urls()]

    def offered(self, row: Any, user: Any) -> list[Act]:
        """Return what this user may do with this row now."""
        return [act for act in self.acts if user.has_perm(act.permission) and act.offered(row)]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the row with its buttons."""
        row = self.get_object(request, object_id)
        acts = [(act, self._address(row, act)) for act in self.offered(row, request.user)] if row else []
        context = {"acts": acts, **(self.context_of(request, row) if row else {}), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def context_of(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the page of this row says besides its fields."""
        return {}

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Ask, or do it and go back to the row."""
        act = next((act for act in self.acts if act.name == name), None)
        row = self.get_object(request, object_id)
        if act is None or row is None:
            raise Http404
        if not request.user.has_perm(act.permission) or not self.has_view_permission(request, row):
            raise PermissionDenied
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        form_class = act.form or forms.Form
        form = form_class(request.POST, request.FILES) if request.method == "POST" else form_class()
        form.request = request  # type: ignore[attr-defined]
        if hasattr(form, "suits"):
            form.suits(row)
        if request.method == "POST" and form.is_valid():
            try:
                told = act.does(row, request.user, form.cleaned_data)  # type: ignore[arg-type]
            except ReviewError as refused:
                for sentence in sentences(refused):
                    form.add_error(None, sentence)
                if not act.asks:
                    for sentence in sentences(refused):
                        self.message_user(request, sentence, messages.ERROR)
                    return HttpResponseRedirect(back)
            else:
                self.message_user(request, told, messages.SUCCESS)
                return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": act.label,
            "subtitle": str(row),
            "act": act,
            "row": row,
            "form": form,
            "back": back,
            "media": self.media + form.media,
            "preview": form.preview(row) if hasattr(form, "preview") else None,
        }
        return TemplateResponse(request, "admin/record/act.html", context, status=200)

    def _address(self, row: Any, act: Act) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[row.pk, act.name])
