"""The admin site as Django's default one, so that every third-party admin registers with it."""

from django.contrib.admin.apps import AdminConfig


class OnRecordAdminConfig(AdminConfig):
    """Use our site in place of the stock one."""

    default_site = "tracker.admin.site.OnRecordAdminSite"
