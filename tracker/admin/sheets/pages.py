"""The screens of a sheet: its template, a dry run that shows every error, the import, and the export of a list."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from tracker.admin.sheets import files
from tracker.admin.sheets.sheet import Sheet, counted, wrong_in
from tracker.review import rights

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker alone

SALT = "sheet tried out"
KEPT_SECONDS = 3600  # between the dry run and the import
MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileForm(forms.Form):
    """Which file."""

    file = forms.FileField(label="CSV or XLSX", help_text="At most 10 MB; the first sheet of a workbook is read.")


class SheetsMixin(ModelAdmin):
    """Import and export of one sort of rows, on its list."""

    sheet: type[Sheet]
    change_list_template = "admin/record/change_list.html"

    def get_urls(self) -> list[Any]:
        """Add the screens of the sheet."""
        place = f"{self.opts.app_label}_{self.opts.model_name}"
        guard = self.admin_site.admin_view
        return [
            path("import/", guard(self.import_view), name=f"{place}_import"),
            path("import/template.<str:ending>", guard(self.template_view), name=f"{place}_template"),
            path("export.<str:ending>", guard(self.export_view), name=f"{place}_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Offer the sheet beside the list."""
        place = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        context = {
            "import_address": reverse(f"{place}_import") if self.may_import(request) else "",
            "export_address": reverse(f"{place}_export", args=["csv"]),
            "export_xlsx_address": reverse(f"{place}_export", args=["xlsx"]),
            "list_query": request.GET.urlencode(),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def may_import(self, request: HttpRequest) -> bool:
        """A sheet changes many rows at once: that is an editor's."""
        return bool(request.user.has_perm(rights.PUBLISH)) and self.has_add_permission(request)

    def template_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        """Return the columns with an example row."""
        if not self.may_import(request):
            raise PermissionDenied
        columns = self.sheet.columns
        rows = [[column.example for column in columns]]
        return _file([column.name for column in columns], rows, f"{self.opts.model_name}-template", ending)

    def export_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        """Return what the list shows, under its filters, as a file that can be imported again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        sheet = self.sheet(by=request.user)
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters as error:
            raise Http404("The list has no such filter.") from error
        if ending == "xlsx" and rows.order_by()[: sheet.most + 1].count() > sheet.most:
            self.message_user(
                request, f"More than {sheet.most:,} rows: export them as CSV, or filter the list.", messages.ERROR
            )
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        name = f"{self.opts.model_name}-{timezone.now():%Y-%m-%d}"
        return _file(sheet.heads(), sheet.export_rows(rows), name, ending)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Try the file out; then, once the editor has seen what it does, import it."""
        if not self.may_import(request):
            raise PermissionDenied
        form = FileForm()
        context: dict[str, Any] = {}
        if request.method == "POST" and "tried" in request.POST:
            answer = self._keep(request, context)
            if answer is not None:
                return answer
        elif request.method == "POST":
            form = FileForm(request.POST, request.FILES)
            if form.is_valid():
                self._try(request, form, context)
        place = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Import {self.sheet.title}",
            "form": form,
            "sheet": self.sheet,
            "template_csv": reverse(f"{place}_template", args=["csv"]),
            "template_xlsx": reverse(f"{place}_template", args=["xlsx"]),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/record/import.html", context)

    def _try(self, request: HttpRequest, form: FileForm, context: dict[str, Any]) -> None:
        given = form.cleaned_data["file"]
        if given.size > files.MOST_BYTES:
            form.add_error("file", f"The file is larger than {files.MOST_BYTES // 1024 // 1024} MB.")
            return
        body = given.read()
        try:
            dataset = files.read(given.name, body, most=self.sheet.most)
        except files.Unreadable as refused:
            form.add_error("file", str(refused))
            return
        result = self.sheet(by=request.user).try_out(dataset)
        wrong = wrong_in(result)
        context |= {"counts": counted(result), "wrong": wrong[:MOST_SHOWN], "more": max(0, len(wrong) - MOST_SHOWN)}
        if not wrong:
            kept = {"file": _put_aside(body), "name": given.name, "user": request.user.pk, "of": self.opts.label}
            context["tried"] = signing.dumps(kept, salt=SALT)

    def _keep(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse | None:
        try:
            kept = signing.loads(request.POST["tried"], salt=SALT, max_age=KEPT_SECONDS)
            body = _aside(kept["file"]).read_bytes()
        except (signing.BadSignature, FileNotFoundError):
            self.message_user(request, "The file is no longer here: choose it again.", messages.ERROR)
            return None
        if kept["user"] != request.user.pk or kept["of"] != self.opts.label:
            raise PermissionDenied
        dataset = files.read(kept["name"], body, most=self.sheet.most)
        result = self.sheet(by=request.user).keep(dataset)
        if wrong := wrong_in(result):
            context |= {"counts": counted(result), "wrong": wrong[:MOST_SHOWN]}
            return None
        _aside(kept["file"]).unlink(missing_ok=True)
        told = counted(result)
        self.message_user(
            request,
            f"{told['new']} new, {told['changed']} changed, {told['unchanged']} as they were.",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))


def _file(heads: list[str], rows: Any, name: str, ending: str) -> HttpResponse:
    if ending == "xlsx":
        answer = HttpResponse(files.write_xlsx(heads, rows), content_type=XLSX)
    else:
        answer = StreamingHttpResponse(files.write_csv(heads, rows), content_type="text/csv; charset=utf-8")  # type: ignore[assignment]
        ending = "csv"
    answer["Content-Disposition"] = f'attachment; filename="{re.sub(r"[^a-z0-9-]", "", name)}.{ending}"'
    return answer


def _aside(name: str) -> Path:
    folder: Path = settings.VAR_DIR / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _put_aside(body: bytes) -> str:
    """Keep a tried file for an hour; what nobody came back for goes."""
    name = secrets.token_hex(16)
    held = _aside(name)
    old = timezone.now() - dt.timedelta(seconds=KEPT_SECONDS)
    for other in held.parent.iterdir():
        if other.stat().st_mtime < old.timestamp():
            other.unlink(missing_ok=True)
    held.write_bytes(body)
    return name
