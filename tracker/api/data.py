"""The data packages under /data/: an index, and the files it names and no others."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from tracker.api import problems
from tracker.delivery import packages

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "sqlite3": "application/vnd.sqlite3",
    "parquet": "application/vnd.apache.parquet",
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the versions, newest first, with their files, sizes and hashes."""
    held = packages.versions()
    told = [
        {
            "version": one.name,
            "made": one.made,
            "ledger_line": one.line,
            "codebook_version": one.codebook_version,
            "taken_back": one.taken_back or None,
            "files": [
                {"name": name, "url": f"{settings.SITE_URL}/data/{one.name}/{name}", **measured}
                for name, measured in one.files.items()
            ],
        }
        for one in held
    ]
    return JsonResponse(
        {
            "title": f"{settings.SITE_NAME}: data packages",
            "latest": f"{settings.SITE_URL}/data/latest/",
            "versions": told,
        }
    )


@require_safe
def latest(request: HttpRequest, file: str = "datapackage.json") -> HttpResponse:
    """Lead to a file of the newest version."""
    held = next((one for one in packages.versions() if not one.taken_back), None)
    if held is None or file not in held.files:
        return problems.answer(request, 404, "There is no such file. What there is: /data/")
    return HttpResponseRedirect(f"/data/{held.name}/{file}")


@require_safe
def one(request: HttpRequest, version: str, file: str) -> HttpResponse | FileResponse:
    """Give one file of a version. A version that holds what has been removed since is gone."""
    held = next((each for each in packages.versions() if each.name == version), None)
    if held is None or (file not in held.files and not held.taken_back):
        return problems.answer(request, 404, "There is no such file. What there is: /data/")
    if held.taken_back or not packages.is_clean(held):
        return problems.answer(request, 410, "This version was taken back: it held something that has been removed.")
    tag = f'"{held.files[file]["sha256"]}"'
    found = get_conditional_response(request, etag=tag)
    if found is not None and found.status_code == 304:
        return HttpResponse(status=304, headers={"ETag": tag})
    try:
        content = (packages.folder() / version / file).open("rb")
    except FileNotFoundError:
        return problems.answer(request, 404, "There is no such file. What there is: /data/")
    kind = TYPES.get(file.rpartition(".")[2], "text/plain; charset=utf-8")
    response = FileResponse(content, as_attachment=True, filename=file, content_type=kind)
    response["ETag"] = tag
    response["Cache-Control"] = "public, no-cache"
    response["Access-Control-Allow-Origin"] = "*"
    return response


urlpatterns = [
    path("", index),
    path("latest/", latest),
    path("latest/<str:file>", latest),
    path("<str:version>/<str:file>", one),
]
