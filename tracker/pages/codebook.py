"""The methodology page, made from docs/methodology.md, so that there is one codebook and not two."""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any

import mistune
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

SOURCE = Path(settings.BASE_DIR) / "docs" / "methodology.md"


@dataclasses.dataclass(frozen=True)
class Codebook:
    """The text as HTML, and its sections for the list of contents."""

    title: str
    body: SafeString
    sections: tuple[tuple[str, str], ...]


class _Renderer(mistune.HTMLRenderer):
    """Headings get names to link to, tables a wrapper that may scroll; raw HTML in the text is shown, not run."""

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.sections: list[tuple[str, str]] = []
        self.title = ""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"<[^>]+>|&\w+;", "", text).lower()).strip("-")
        if level == 1:
            self.title = text
            return ""
        if level == 2:
            self.sections.append((name, text))
        return f'<h{level} id="{escape(name)}">{text}</h{level}>\n'


@functools.cache
def codebook() -> Codebook:
    """Read and render the codebook once a process."""
    renderer = _Renderer()
    markdown = mistune.create_markdown(renderer=renderer, plugins=["table"])
    body = str(markdown(SOURCE.read_text(encoding="utf-8")))
    # The text is ours and mistune escapes raw HTML in it; nothing a reader or source wrote passes here.
    return Codebook(renderer.title, mark_safe(body), tuple(renderer.sections))
