"""Addresses: pages, API, admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", include("tracker.admin.reset")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tracker.api.urls")),
    path("data/", include("tracker.api.data")),
    path("", include("tracker.pages.urls")),
]

handler400 = "tracker.pages.errors.bad_request"
handler403 = "tracker.pages.errors.forbidden"
handler404 = "tracker.pages.errors.not_found"
handler500 = "tracker.pages.errors.server_error"
