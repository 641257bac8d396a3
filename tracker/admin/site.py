"""The editors' desk: Django's admin under our name."""

from __future__ import annotations

from django.contrib import admin


class OnRecordAdminSite(admin.AdminSite):
    """Stock admin, branded."""

    site_header = "On Record"
    site_title = "On Record"
    index_title = "Editors' desk"
    empty_value_display = "–"
