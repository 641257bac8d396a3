"""The editors' desk: Django's admin under our name."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path


class OnRecordAdminSite(admin.AdminSite):
    """Stock admin, branded."""

    site_header = "On Record"
    site_title = "On Record"
    index_title = "Editors' desk"
    empty_value_display = "–"

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]
        """Put the review desk beside the stock pages."""
        return [path("review/", include("tracker.admin.desk.urls")), *super().get_urls()]
