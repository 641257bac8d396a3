"""The editors' desk: Django's admin under our name."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils import timezone

# The groups in which an editor meets them; what is not named here stands in the last.
GROUPS = (
    ("The record", ("Statement", "Inquiry", "Event", "Company", "Person", "Reply", "Outlet", "Ask", "Target")),
    ("What reaches us", ("Report", "Feed", "Notice")),
    ("What is watched", ("WatchEntry", "Frame", "Check")),
    ("What bears it out", ("Citation", "Capture", "Candidate", "Coding", "Correction", "Release")),
    ("Machinery and access", ()),
)


class OnRecordAdminSite(admin.AdminSite):
    """Stock admin, branded."""

    site_header = "On Record"
    site_title = "On Record"
    index_title = "Editors' desk"
    empty_value_display = "–"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Put the review desk beside the stock pages."""
        return [path("review/", include("tracker.admin.desk.urls")), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Begin with what needs the editor."""
        from tracker.admin import dashboard  # needs the models, which are not there yet when this site is made

        now = timezone.now()
        context: dict[str, Any] = {"needs": dashboard.needs_of(request.user, now=now)}  # type: ignore[arg-type]
        if context["needs"] and (bars := dashboard.in_and_out(now=now)):
            context["chart"] = dashboard.chart_of(bars)
        return super().index(request, {**context, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the sorts of rows in the groups and the order of the work, ours first."""
        apps: list[Any] = super().get_app_list(request, app_label)
        ours = next((app for app in apps if app["app_label"] == "tracker"), None)
        if ours is None:
            return apps
        held = {model["object_name"]: model for model in ours["models"]}
        groups = []
        for title, names in GROUPS:
            models = [held.pop(name) for name in names if name in held] if names else list(held.values())
            if models:
                groups.append({**ours, "name": title, "models": models})
        return [*groups, *(app for app in apps if app is not ours)]
