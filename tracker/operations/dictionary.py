"""The data dictionary: every table and column, from the models' own help texts."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

HEAD = """# Data dictionary

Made from the models by `manage.py data_dictionary --write`; a test keeps it current. The words are defined in the
[methodology](methodology.md); what of all this is public is told by `tracker/core/public.py`.

Every table also has a row id. Tables of editors' history (`Historical…`) mirror the tables they follow and add who
changed what, when and why.
"""


def render() -> str:
    """Return the dictionary as Markdown, in the order of the models' modules."""
    return HEAD + "\n" + "\n".join(_tables()) + "\n"


def _tables() -> Iterator[str]:
    for model in sorted(_models(), key=lambda model: (model.__module__, model.__name__)):
        yield f"\n## {model.__name__}\n"
        yield (model.__doc__ or "").strip().splitlines()[0] + "\n"
        yield "| field | holds | meaning |"
        yield "|---|---|---|"
        for field in model._meta.get_fields():
            if isinstance(field, (models.Field, models.ManyToManyField)) and field.concrete and field.name != "id":
                yield f"| `{field.name}` | {_holds(field)} | {field.help_text or field.verbose_name} |"
        named = [constraint.name for constraint in model._meta.constraints]
        if named:
            yield "\nThe database refuses rows that break: " + ", ".join(f"`{name}`" for name in named) + "."


def _models() -> list[type[models.Model]]:
    known = apps.get_app_config("tracker").get_models()
    return [model for model in known if not model.__name__.startswith("Historical")]


def _holds(field: models.Field) -> str:
    if isinstance(field, models.ManyToManyField):
        return f"many {field.related_model.__name__}"
    if isinstance(field, models.ForeignKey):
        return f"{field.related_model.__name__}{', may be empty' if field.null else ''}"
    if field.choices:
        return "one of " + ", ".join(f"`{key}`" for key, _ in field.flatchoices if key)
    kind = field.get_internal_type().removesuffix("Field").lower()
    return f"{kind}{', may be empty' if field.null or field.blank else ''}"
