"""A forgotten password: a mail with a link that works once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import views
from django.urls import path

# The link leads to SITE_URL, never to the host a request claims to be for.
urlpatterns = [
    path(
        "password_reset/",
        views.PasswordResetView.as_view(
            email_template_name="registration/reset_mail.txt",
            subject_template_name="registration/reset_subject.txt",
            extra_email_context={"SITE_URL": settings.SITE_URL, "SITE_NAME": settings.SITE_NAME},
        ),
        name="admin_password_reset",
    ),
    path("password_reset/done/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("reset/done/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
