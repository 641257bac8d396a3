"""The timeline as a feed, and every list as a file, for the same questions as the lists themselves.

Files stream: the first line leaves before the last row is read, and a reader who hangs up
ends the query. They hold every row that answers, so there is no page and no cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.request import Request

from tracker.api.answers import RecordView
from tracker.reading import exports, feeds, filters, lists

CSV, NDJSON = "text/csv; charset=utf-8", "application/x-ndjson"


class FeedView(RecordView):
    """The timeline as a feed."""

    is_json = False

    def get(self, request: Request) -> HttpResponse:
        question = filters.read(request.query_params)
        bound = filters.cleaned(question)
        self.unless_unchanged(request)
        made = feeds.of_statements(bound)
        query = filters.canonical(question)
        address = f"{settings.SITE_URL}{request.path}" + (f"?{query}" if query else "")
        write = feeds.json_feed if self.is_json else feeds.atom
        response = HttpResponse(
            write(made, address=address), content_type=feeds.JSON_FEED if self.is_json else feeds.ATOM
        )
        response["Link"] = f'<{address}>; rel="self"'
        return response


class JsonFeedView(FeedView):
    is_json = True


class FileView(RecordView):
    """A list as a file."""

    name: str
    is_csv = True

    def get(self, request: Request) -> StreamingHttpResponse:
        listing, rows = self.asked(request)
        self.unless_unchanged(request)
        ending = "csv" if self.is_csv else "ndjson"
        response = StreamingHttpResponse(self.lines(listing, rows), content_type=CSV if self.is_csv else NDJSON)
        response["Content-Disposition"] = f'attachment; filename="onrecord-{self.name}.{ending}"'
        return response

    def asked(self, request: Request) -> tuple[lists.Listing, Any]:
        """Return the list and the rows that answer the question."""
        if self.name in ("timeline", "statements", "voices"):
            question = filters.cleaned(filters.read(request.query_params))
            return lists.STATEMENTS, filters.narrowed(question)
        listing = lists.LISTS[self.name]
        return listing, lists.asked(listing, lists.read(listing, request.query_params))

    def lines(self, listing: lists.Listing, rows: Any) -> Iterator[Any]:
        """Yield the file in pieces."""
        if not self.is_csv:
            return exports.ndjson_lines(exports.texts(listing, rows))
        found: Iterable[Any] = exports.parsed(listing, rows)
        if self.name == "voices":
            found = exports.voices(found)
        return exports.csv_lines(exports.COLUMNS[self.name], found)


def answers_with(view: type[RecordView], **attributes: Any) -> Any:
    """Return a view class with these attributes; a class of its own, so that the document can name it."""
    return type(view.__name__, (view,), attributes)
