"""Lists of feeds as other readers keep them: OPML in and out. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

import lxml.etree

from tracker.core.text import clean_name, safe_link

MAX_BYTES = 5 * 1024 * 1024
MAX_FEEDS = 5000

_OWN_ENTITIES = re.compile(rb"<!doctype[^>\[]{0,4096}\[", re.IGNORECASE)


class NotOpml(Exception):
    """The bytes are no list of feeds. The message is for an editor."""


@dataclasses.dataclass(frozen=True)
class Listed:
    """A feed in a list."""

    url: str
    title: str = ""
    site: str = ""


def read(body: bytes) -> tuple[Listed, ...]:
    """Return the feeds of an OPML file in order, each address once, folders flattened. Raises ``NotOpml``."""
    if len(body) > MAX_BYTES:
        raise NotOpml(f"The file is larger than {MAX_BYTES // (1024 * 1024)} MB.")
    if _OWN_ENTITIES.search(body[:65536]):
        raise NotOpml("The file defines entities of its own, which we do not read.")
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        tree = lxml.etree.fromstring(body, parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NotOpml("The file is damaged and cannot be read.") from error
    if tree is None or not isinstance(tree.tag, str) or tree.tag.lower() != "opml":
        raise NotOpml("This is no OPML file.")
    found: dict[str, Listed] = {}
    for outline in tree.iter("outline"):
        said = {name.lower(): value for name, value in outline.attrib.items()}
        url = safe_link(said.get("xmlurl", ""))
        if url and len(url) <= 2000 and len(found) < MAX_FEEDS:
            title = clean_name(said.get("title") or said.get("text") or "")[:300]
            found.setdefault(url, Listed(url, title, safe_link(said.get("htmlurl", ""))))
    return tuple(found.values())


def write(feeds: Iterable[Listed], *, title: str) -> bytes:
    """Return an OPML 2.0 file of these feeds."""
    tree = lxml.etree.Element("opml", version="2.0")
    head = lxml.etree.SubElement(tree, "head")
    lxml.etree.SubElement(head, "title").text = clean_name(title)
    body = lxml.etree.SubElement(tree, "body")
    for feed in feeds:
        said = {"type": "rss", "text": clean_name(feed.title) or feed.url, "xmlUrl": feed.url}
        if feed.site:
            said["htmlUrl"] = feed.site
        lxml.etree.SubElement(body, "outline", said)
    made: bytes = lxml.etree.tostring(tree, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made
