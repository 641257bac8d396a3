"""Keys for programs that write."""

from __future__ import annotations

from django.db import models
from knox.models import AbstractAuthToken


class ApiToken(AbstractAuthToken):
    """A key of a trusted program: stored as a digest, named, scoped, with its own expiry."""

    name = models.CharField(max_length=120, help_text="What it is for.")
    scopes = models.JSONField(default=list, help_text="What it may do: reports, candidates, inquiries.")
    last_used = models.DateTimeField(null=True, blank=True, help_text="When it was last used, to the minute.")

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"
