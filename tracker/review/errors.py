"""What review refuses, each with a sentence that tells an editor what to do."""

from __future__ import annotations

from collections.abc import Iterable


class ReviewError(Exception):
    """Nothing was changed. ``sentence`` is shown to the editor as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SeveralReasons(ReviewError):
    """A refusal with several reasons, each a sentence."""

    def __init__(self, reasons: str | Iterable[str]) -> None:
        self.reasons = [reasons] if isinstance(reasons, str) else list(reasons)
        super().__init__(" ".join(self.reasons))


class NotAllowed(ReviewError):
    """The user lacks the right."""


class AlreadyReviewed(ReviewError):
    """Somebody else decided it first."""


class Claimed(ReviewError):
    """Somebody else is at it."""


class Conflict(ReviewError):
    """The row has moved on since it was read: look again."""


class CannotAccept(SeveralReasons):
    """The proposal, with the editor's edits, does not make a row."""


class QuoteNotFound(CannotAccept):
    """The words do not stand in the captured text where they are said to stand."""


class CannotPublish(SeveralReasons):
    """What stands in the way of publishing."""


class CannotChange(SeveralReasons):
    """The change would break a rule of the record."""


class CannotMerge(SeveralReasons):
    """The two rows cannot become one."""
