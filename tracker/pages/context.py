"""What every page is told about the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the names that every template may use."""
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "SAMPLE_DATA": settings.SAMPLE_DATA,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "CODEBOOK_VERSION": settings.CODEBOOK_VERSION,
    }
