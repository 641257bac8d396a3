"""The editors' desk: Django's admin under our name."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils import timezone

# The order in which an editor meets them; what is not named here stands at the end.
ORDER = (
    "Statement", "Inquiry", "Report", "Event", "Company", "Person", "WatchEntry", "Frame", "Notice", "Reply",
    "Outlet", "Feed", "Ask", "Target", "Candidate", "Correction", "Citation", "Capture", "Check", "Coding", "Release",
    "ApiToken",
)  # fmt: skip


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
        """List the sorts of rows in the order of the work, ours first."""
        apps: list[Any] = super().get_app_list(request, app_label)
        place = {name: number for number, name in enumerate(ORDER)}
        for app in apps:
            if app["app_label"] == "tracker":
                app["models"].sort(key=lambda model: (place.get(model["object_name"], len(ORDER)), model["name"]))
        return sorted(apps, key=lambda app: (app["app_label"] != "tracker", app["name"]))
