"""What is vendored is what was published, and the page's own files keep their promises."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent / "tracker" / "static"
TEMPLATES = Path(__file__).resolve().parent.parent / "tracker" / "templates" / "tracker"
SUMS = dict(
    reversed(line.split())
    for line in (STATIC / "vendor" / "VENDORED.txt").read_text().splitlines()
    if re.match(r"[0-9a-f]{64} ", line)
)


def test_every_vendored_file_is_listed() -> None:
    held = {path.name for path in (STATIC / "vendor").iterdir()} - {"VENDORED.txt"}
    assert held == set(SUMS)


@pytest.mark.parametrize("name", sorted(SUMS))
def test_a_vendored_file_is_as_published(name: str) -> None:
    assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == SUMS[name]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]{4,}=|javascript:", text)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours(scheme: int) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", (STATIC / "tracker" / "variables.css").read_text(), re.S)
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", blocks[scheme]))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_contrast_enough_on_paper_and_panel(scheme: int) -> None:
    held = colours(scheme)
    for paper in ("paper", "panel"):
        for text in ("ink", "ink-2", "ink-3", "accent"):
            assert contrast(held[text], held[paper]) >= 4.5, (text, paper)
    assert contrast(held["ink"], held["hl"]) >= 7
    assert contrast(held["on-accent"], held["accent"]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_mark_has_contrast_enough_on_paper(scheme: int) -> None:
    held = colours(scheme)
    for stance in ("critical", "calls-for-calm", "supportive", "neutral", "no-position", "field"):
        assert contrast(held[stance], held["paper"]) >= 3, stance
