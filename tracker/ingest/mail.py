"""An e-mail as it was saved: who wrote when about what, and the words of the part that a reader sees. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

import lxml.html

from tracker.core.text import clean, clean_name

_HEADERS = re.compile(
    rb"^(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|content-type|reply-to|cc)"
    rb"[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"}


@dataclasses.dataclass(frozen=True)
class Mail:
    """What an e-mail says. ``date`` is the day of its Date line, in the zone it names."""

    subject: str
    sender: str
    date: dt.date | None
    date_as_written: str
    words: str


def looks_like_mail(body: bytes, content_type: str = "") -> bool:
    """Whether the bytes are an e-mail: so declared, or begun with at least three lines that only e-mails have."""
    if content_type.split(";")[0].strip().lower() == "message/rfc822":
        return True
    head = re.split(rb"\r?\n\r?\n", body[:16384].lstrip(), maxsplit=1)[0]
    named = {found.group(1).lower() for found in _HEADERS.finditer(head)}
    return bool(_HEADERS.match(head)) and len(named) >= 3 and bool(named & {b"message-id", b"date", b"received"})


def read(body: bytes) -> Mail:
    """Read an e-mail; attachments and pictures are left out. Never raises: what cannot be read is empty."""
    message = message_from_bytes(body, policy=policy.default)
    date_as_written = clean_name(_header(message, "date"))
    return Mail(
        subject=clean_name(_header(message, "subject")),
        sender=clean_name(parseaddr(_header(message, "from"))[0] or parseaddr(_header(message, "from"))[1]),
        date=_day(date_as_written),
        date_as_written=date_as_written,
        words=clean(_words(message)).strip(),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "") or "")
    except (ValueError, IndexError, AttributeError):  # the standard library trips over some broken headers
        return ""


def _day(written: str) -> dt.date | None:
    try:
        return parsedate_to_datetime(written).date() if written else None
    except (ValueError, TypeError, OverflowError):
        return None


def _words(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except (KeyError, AttributeError, ValueError):
        part = None
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, AttributeError):
        raw = part.get_payload(decode=True)
        text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else ""
    return _shown(text) if part.get_content_subtype() == "html" else text


def _shown(html: str) -> str:
    """Return the text of an HTML part, a line for each block."""
    try:
        tree = lxml.html.fromstring(
            html.encode("utf-8", errors="replace"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (lxml.etree.LxmlError, ValueError):
        return ""
    for unseen in tree.xpath("//script|//style|//head"):
        unseen.drop_tree()
    for block in tree.iter():
        if isinstance(block.tag, str) and block.tag in _BREAKS:
            block.tail = "\n" + (block.tail or "")
            if block.tag != "br":
                block.text = "\n" + (block.text or "")
    lines = [" ".join(line.split()) for line in tree.text_content().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
