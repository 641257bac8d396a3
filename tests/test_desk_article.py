"""The article on the desk: every word once, every mark in its place."""

from __future__ import annotations

from tracker.admin.desk.article import Mark, paragraphs, place_of

TEXT = "A headline 😀\n\nThe firm said it was “shocked”.\n\nIts owner declined to comment.\n"


def words(text: str) -> tuple[int, int]:
    start = TEXT.index(text)
    return start, start + len(text)


def test_paragraphs_hold_every_word_of_the_text_at_its_offset() -> None:
    shown = paragraphs(TEXT, [Mark(*words("shocked"), 1, current=True), Mark(*words("firm said it was “sh"), 2)])
    for paragraph in shown:
        whole = "".join(piece.text for piece in paragraph.pieces)
        assert TEXT[paragraph.start : paragraph.start + len(whole)] == whole
    assert "".join(piece.text for paragraph in shown for piece in paragraph.pieces) == TEXT.replace("\n", "")


def test_headline_matter_has_no_number() -> None:
    shown = paragraphs(TEXT, [], body_start=TEXT.index("The firm"))
    assert [paragraph.number for paragraph in shown] == [None, 1, 2]
    assert place_of(shown, TEXT.index("declined")) == 2


def test_overlapping_marks_are_cut_and_the_current_one_wins() -> None:
    shown = paragraphs(TEXT, [Mark(*words("was “shocked”"), 1, current=True), Mark(*words("firm said it was"), 2)])
    marked = [(piece.text, piece.current, piece.other) for piece in shown[1].pieces]
    assert marked == [
        ("The ", False, False),
        ("firm said it ", False, True),
        ("was", True, False),
        (" “shocked”", True, False),
        (".", False, False),
    ]
    assert [mark.number for piece in shown[1].pieces for mark in piece.ends] == [2, 1]


def test_only_the_first_piece_of_the_current_evidence_is_the_anchor() -> None:
    shown = paragraphs(
        TEXT, [Mark(*words("shocked"), 1, current=True), Mark(*words("declined to comment"), 1, current=True)]
    )
    anchors = [piece.text for paragraph in shown for piece in paragraph.pieces if piece.first_of_current]
    assert anchors == ["shocked"]


def test_a_mark_over_two_paragraphs_is_numbered_once() -> None:
    start, _ = words("shocked")
    _, end = words("Its owner")
    shown = paragraphs(TEXT, [Mark(start, end, 4)])
    assert [mark.number for paragraph in shown for piece in paragraph.pieces for mark in piece.ends] == [4]


def test_marks_that_do_not_fit_the_text_are_left_out() -> None:
    shown = paragraphs(TEXT, [Mark(5, 5000, 1), Mark(9, 9, 2), Mark(-3, 2, 3)])
    assert not any(piece.other for paragraph in shown for piece in paragraph.pieces)


def test_a_line_that_holds_dateline_and_first_words_is_body() -> None:
    shown = paragraphs("Head\nTOWN, 3 March — The firm spoke.\n", [], body_start=len("Head\nTOWN, 3 March — "))
    assert [paragraph.number for paragraph in shown] == [None, 1]


def test_quoted_words_stand_out_within_the_evidence() -> None:
    shown = paragraphs(
        TEXT, [Mark(*words("said it was “shocked”"), 1, current=True)], quotes=[words("shocked"), (0, 999)]
    )
    pieces = [(piece.text, piece.quoted) for piece in shown[1].pieces if piece.current]
    assert pieces == [("said it was “", False), ("shocked", True), ("”", False)]
