"""The admin site as Django's default one, so that every third-party admin registers with it."""

from __future__ import annotations

from importlib import import_module

from django.contrib.admin.apps import AdminConfig

# One module a sort of row. They need the models, so they are imported when the apps are ready.
PAGES = (
    "events",
    "companies",
    "people",
    "statements",
    "evidence",
    "inquiries",
    "watch",
    "reports",
    "notices",
    "access",
)


class OnRecordAdminConfig(AdminConfig):
    """Use our site in place of the stock one."""

    default_site = "tracker.admin.site.OnRecordAdminSite"

    def ready(self) -> None:
        """Register every page of records after everybody else's."""
        super().ready()
        for name in PAGES:
            import_module(f"tracker.admin.{name}")
