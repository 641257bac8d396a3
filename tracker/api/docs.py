"""The OpenAPI document and a page to try it out, served by ourselves."""

from __future__ import annotations

import functools
from typing import Any

import orjson
import yaml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api import answers
from tracker.api.answers import RecordView
from tracker.api.problems import KINDS, TITLES


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, made once a process."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


@functools.cache
def _rendered() -> tuple[bytes, bytes]:
    made = {**document(), "servers": [{"url": settings.SITE_URL}]}
    plain = orjson.loads(orjson.dumps(made))
    return orjson.dumps(made), yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120).encode()


class SchemaView(RecordView):
    """The OpenAPI document: JSON, or YAML if asked."""

    def get(self, request: Request) -> Response | HttpResponse:
        answers.only(request, "format")
        form = answers.once(request.query_params, "format") or "json"
        if form not in ("json", "yaml"):
            raise answers.wrong("format", "format is json or yaml.")
        self.unless_unchanged(request)
        as_json, as_yaml = _rendered()
        kind = "application/vnd.oai.openapi+json" if form == "json" else "application/vnd.oai.openapi"
        return HttpResponse(as_json if form == "json" else as_yaml, content_type=kind)


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Show Swagger UI over the document, and what each kind of problem means."""
    statuses = {kind: status for status, kind in KINDS.items()}
    problems = [(name, statuses.get(name, 400), title) for name, title in TITLES.items()]
    return render(request, "tracker/api_docs.html", {"title": "API", "problems": problems})
