"""The OpenAPI document: current, complete, and true of what is enforced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from tests import factories as make
from tracker.api import docs, problems, shapes, urls
from tracker.models import choices
from tracker.reading import filters, lists

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = docs.document()


@pytest.fixture(autouse=True)
def no_limit_is_reached() -> Iterator[None]:
    cache.clear()
    yield


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_in_the_repository_is_current(tmp_path: Path) -> None:
    made = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    assert yaml.safe_load(made.read_text()) == yaml.safe_load((ROOT / "schema.yml").read_text()), (
        "remake it: python manage.py spectacular --validate --fail-on-warn --file schema.yml"
    )


def test_every_address_is_described() -> None:
    described = {path.removeprefix("/api/v1/") for path in DOCUMENT["paths"]}
    there = {
        re.sub(r"<str:(\w+)>", r"{\1}", str(one.pattern))
        for one in urls.urlpatterns
        if isinstance(one, URLPattern) and one.name and one.name not in ("docs", "timeline-json")
    }
    assert there == described


def test_every_operation_has_its_own_name_a_tag_that_is_explained_and_errors() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for path, _, operation in operations():
        assert set(operation["tags"]) <= tags, path
        assert operation["summary"] and {"400", "429"} <= set(operation["responses"]), path


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    for reference in set(references(DOCUMENT)):
        found: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            assert part in found, reference
            found = found[part]


def test_every_filter_is_described_with_its_closed_list() -> None:
    described = DOCUMENT["components"]["parameters"]
    assert set(described) == set(filters.PARAMETERS)
    assert described["stance"]["schema"]["items"]["enum"] == [
        *choices.Stance.values, *(f"!{key}" for key in choices.Stance.values),
    ]  # fmt: skip
    for name, listing in lists.LISTS.items():
        asked = DOCUMENT["paths"][f"/api/v1/{name}/"]["get"]["parameters"]
        assert {one["name"] for one in asked} == {
            *(one.name for one in listing.parameters), "cursor", "page_size", "count", "fields", "ordering",
        }  # fmt: skip


@pytest.mark.django_db
def test_what_the_document_allows_is_accepted_and_what_it_does_not_is_refused(client: Client) -> None:
    make.make_statement()
    for name, one in DOCUMENT["components"]["parameters"].items():
        schema = one["schema"].get("items", one["schema"])
        for value in schema.get("enum", []):
            assert client.get("/api/v1/statements/", {name: value}).status_code == 200, (name, value)
        if "enum" in schema or schema.get("format") == "date":
            assert client.get("/api/v1/statements/", {name: "nonsense"}).status_code == 400, name


def test_closed_lists_are_those_of_the_codebook() -> None:
    for one in shapes.ENUMS:
        assert DOCUMENT["components"]["schemas"][one.__name__]["enum"] == list(one.values)


def test_every_kind_of_problem_has_its_place_in_the_documentation(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    for name in problems.TITLES:
        assert f'id="problem-{name}"' in page.content.decode()
    assert set(problems.KINDS.values()) <= set(problems.TITLES)


def test_the_page_to_try_it_out_comes_from_us_and_has_no_inline_script(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    text = answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
    for tag in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in tag
    assert "<style" not in text and " style=" not in text


@pytest.mark.django_db
def test_the_document_is_served_as_json_and_yaml(client: Client) -> None:
    as_json = client.get("/api/v1/schema/").json()
    as_yaml = yaml.safe_load(client.get("/api/v1/schema/?format=yaml").content)
    assert as_json == as_yaml and as_json["openapi"].startswith("3.1")
    assert as_json["servers"] == [{"url": "http://testserver"}]
    assert client.get("/api/v1/schema/?format=xml").status_code == 400
