"""Addresses of the desk, inside the admin site and behind its login."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from tracker.admin.desk import approvals, lookups, second, views, whole


def _desk(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """Serve a screen to those who may look at candidates: it shows what was captured, which is never public."""

    @functools.wraps(view)
    def for_those_who_may_look(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("tracker.view_candidate"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded: Any = admin.site.admin_view(for_those_who_may_look)
    return path(route, guarded, name=name)


urlpatterns = [
    _desk("", views.queue, "desk_queue"),
    _desk("candidates/<int:pk>/", views.candidate, "desk_candidate"),
    _desk("candidates/<int:pk>/undo/", views.undo, "desk_undo"),
    _desk("candidates/<int:pk>/claim/", views.keep_claim, "desk_claim"),
    _desk("reports/<str:public_id>/", whole.whole, "desk_report"),
    _desk("approvals/", approvals.awaiting, "desk_approvals"),
    _desk("drafts/", approvals.drafts, "desk_drafts"),
    _desk("rows/<str:public_id>/", approvals.row, "desk_row"),
    _desk("second/", second.listed, "desk_second"),
    _desk("second/<str:public_id>/", second.coding, "desk_second_coding"),
    _desk("second/<str:public_id>/settle/", second.settling, "desk_second_settling"),
    _desk("names/<str:what>/", lookups.suggest, "desk_suggest"),
    _desk("dates/", lookups.understand_date, "understand_date"),
]
