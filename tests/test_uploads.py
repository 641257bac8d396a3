"""What editors upload: e-mails, and pictures with a typed transcript, kept as evidence like any page."""

from __future__ import annotations

import hashlib

import pytest

from tests.factories import editor
from tracker.core import storage
from tracker.ingest import extract, mail, pipeline
from tracker.models import Report

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
TRANSCRIPT = "Memo to all staff\n\nHARBOUR TOWN, 3 March 2026 — We ask the minister to withdraw the order.\n"
EMAIL = (
    "Received: from mail.example by desk.example; Tue, 3 Mar 2026 10:00:00 +0000\r\n"
    "From: Ada Quill <ada@calder.example>\r\n"
    "To: all@calder.example\r\n"
    "Subject: =?utf-8?q?The_order_=E2=80=93_a_step_too_far?=\r\n"
    "Date: Tue, 3 Mar 2026 23:30:00 -0600\r\n"
    "Message-ID: <1@calder.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: {type}; charset={charset}\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "{body}"
)


def an_email(body: str, *, type: str = "text/plain", charset: str = "utf-8") -> bytes:
    return EMAIL.format(type=type, charset=charset, body=body).encode(charset if charset != "nonsense" else "utf-8")


# --- E-mails ------------------------------------------------------------------------------


def test_an_email_is_read_with_sender_subject_and_day() -> None:
    found = extract.extract(an_email("Dear all,\r\n\r\nthe order is “a step too far”.\r\n"))
    assert found.text == "The order – a step too far\n\nDear all,\n\nthe order is “a step too far”."
    assert (found.headline, found.byline) == ("The order – a step too far", "Ada Quill")
    assert (str(found.published), found.published_from) == ("2026-03-03", "the e-mail's own date")
    assert found.text[found.body_start :].startswith("Dear all,")


def test_the_html_part_is_read_as_it_is_shown() -> None:
    body = "<html><head><style>p{}</style></head><body><p>Dear all,</p><p>the order<br>is wrong.</p></body></html>"
    found = mail.read(an_email(body, type="text/html"))
    assert found.words == "Dear all,\n\nthe order\nis wrong."


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "nonsense"])
def test_any_charset_leaves_words(charset: str) -> None:
    assert "order" in mail.read(an_email("the order is a disgrace", charset=charset)).words


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"From",
        b"From: \r\nDate: x\r\nSubject: y\r\n",
        b"\0" * 99,
        EMAIL.encode()[:120],
        b"Content-Type: multipart/mixed",
    ],
)
def test_no_bytes_stop_the_reader(body: bytes) -> None:
    assert isinstance(mail.read(body), mail.Mail)


@pytest.mark.parametrize(
    "text",
    [b"From: the desk\n\nAn article that begins like this is none.", b"<html><body>From: Date: Subject:</body></html>"],
)
def test_an_article_is_not_taken_for_an_email(text: bytes) -> None:
    assert not mail.looks_like_mail(text)


def test_an_email_without_words_says_what_to_do() -> None:
    with pytest.raises(extract.NothingToRead, match="typed transcript"):
        extract.extract(an_email(""), content_type="message/rfc822")


# --- Transcripts ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_picture_is_kept_and_its_transcript_is_the_text() -> None:
    report, new = pipeline.receive(body=PICTURE, content_type="image/png", text=TRANSCRIPT, by=editor())
    pipeline.fetch(report.pk)
    pipeline.extract(report.pk)
    capture = report.captures.get()
    assert new and capture.text == TRANSCRIPT.strip()
    assert (capture.extractor, capture.content_type) == ("typed transcript", "image/png")
    assert capture.body_sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert storage.load(capture.storage_key) == PICTURE


@pytest.mark.django_db
def test_a_picture_that_could_not_be_read_comes_again_with_its_transcript() -> None:
    first, _ = pipeline.receive(body=PICTURE, content_type="image/png", by=editor())
    pipeline.fetch(first.pk)
    pipeline.extract(first.pk)
    first.refresh_from_db()
    assert first.state == "failed" and "typed transcript" in first.error
    again, new = pipeline.receive(body=PICTURE, content_type="image/png", text=TRANSCRIPT, by=editor())
    assert (again, new) == (first, False)
    pipeline.fetch(first.pk)
    pipeline.extract(first.pk)
    assert first.captures.get().text == TRANSCRIPT.strip()


@pytest.mark.django_db
def test_a_transcript_does_not_change_what_was_captured() -> None:
    first, _ = pipeline.receive(body=PICTURE, content_type="image/png", text=TRANSCRIPT, by=editor())
    pipeline.fetch(first.pk)
    pipeline.extract(first.pk)
    pipeline.receive(body=PICTURE, content_type="image/png", text="Something else.", by=editor())
    assert first.captures.get().text == TRANSCRIPT.strip()
    assert Report.objects.get().pasted_text != "Something else."
