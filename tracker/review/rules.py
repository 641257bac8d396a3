"""What must hold before readers see a row: reasons for a second pair of eyes, and what stands in the way.

Everything here reads and returns sentences for an editor. Nothing here writes.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from tracker.core.text import occurs_at
from tracker.models import Citation, Event, Inquiry, Quote, Statement
from tracker.models.choices import (
    Basis,
    Capacity,
    Channel,
    Disclosure,
    QuoteKind,
    Stance,
    Stand,
    StatementState,
    Verification,
)
from tracker.review import coded, derived

MAX_WORDS_OF_A_REPORT = 300
TAKES_A_SIDE = frozenset({Stance.CRITICAL, Stance.SUPPORTIVE, Stance.MIXED})
WITHOUT_A_VIEW = frozenset({"", Stance.NO_POSITION, Stance.UNCLEAR})
OWN_WORDS = frozenset({QuoteKind.VERBATIM, QuoteKind.PARTIAL})
TO_READ = ("voices", *derived.STATEMENT_EVIDENCE)
ON_ITS_WAY = (StatementState.APPROVED, StatementState.PUBLISHED, StatementState.WITHHELD)


def needs_second_approval(statement: Statement) -> list[str]:
    """Say why a second editor must approve it; an empty list if none must."""
    return reasons_for_approval(read(statement))


def reasons_for_approval(row: Statement) -> list[str]:
    """As ``needs_second_approval``, of a statement that comes from ``read``, or with ``TO_READ`` prefetched."""
    citations = list(row.citations.all())
    reasons = []
    if row.channel == Channel.INTERNAL:
        reasons.append("it is an internal statement")
    if row.disclosure == Disclosure.LEAKED:
        reasons.append("it was leaked")
    if any(citation.basis == Basis.ANONYMOUS_SOURCE for citation in citations):
        reasons.append("it rests on an anonymous source")
    if any(voice.capacity == Capacity.PERSONAL for voice in row.voices.all()):
        reasons.append("it is somebody's personal voice")
    supporting = [citation for citation in citations if citation.stand == Stand.SUPPORTS]
    level = derived.verification.assess(row).level
    if row.stance in TAKES_A_SIDE and len(supporting) <= 1 and level == Verification.OUTLETS_ASSERTION:
        reasons.append("it takes a side on one outlet's assertion alone")
    return reasons


def approval_wanted(statement: Statement) -> list[str]:
    """Say why a second editor must still approve it: nothing where approvals are switched off or one holds."""
    if not settings.SECOND_APPROVAL or coded.approval_holds(statement):
        return []
    return needs_second_approval(statement)


def blockers(row: Statement | Inquiry, *, approval: bool = True) -> list[str]:
    """Say what stands in the way of publishing, one sentence each that tells what to do.

    Without ``approval`` a second editor is not waited for: a public row may be corrected
    at once and be approved again afterwards.
    """
    found = [*_of_the_event(row.event), *_of_the_evidence(row)]
    if isinstance(row, Inquiry):
        return found
    statement = read(row)
    found += coding_problems(statement)
    if approval and (wanted := approval_wanted(statement)):
        found.append(f"A second editor must approve it: {', '.join(wanted)}.")
    return found


def read(statement: Statement) -> Statement:
    """Read a statement anew with what ``coding_problems`` looks at."""
    return Statement.objects.prefetch_related(*TO_READ).get(pk=statement.pk)


def _of_the_event(event: Event) -> list[str]:
    root = event.root
    if not root.scope:
        return [f"“{root.title}” has no scope: say in one sentence what counts as a statement on it."]
    hidden = next((above.title for above in (root, event) if not above.published), None)
    return [f"“{hidden}” is not published: publish the event first."] if hidden else []


def _of_the_evidence(row: Statement | Inquiry) -> list[str]:
    citations = list(row.citations.select_related("report").prefetch_related("quotes__capture"))
    if not citations:
        by_us = isinstance(row, Inquiry) and row.by_us
        return [] if by_us else ["It has no citation: add the report that says so."]
    found = []
    for citation in citations:
        for quote in citation.quotes.all():
            found += quote_problems(quote)
        if (words := words_quoted(citation, row)) > MAX_WORDS_OF_A_REPORT:
            found.append(
                f"{words} words of “{citation.report}” would be quoted in all, and {MAX_WORDS_OF_A_REPORT} are "
                "allowed: shorten or remove quotes."
            )
    return found


def quote_problems(quote: Quote) -> list[str]:
    """Say what is wrong with a quote as evidence."""
    short = quote.text if len(quote.text) <= 60 else f"{quote.text[:59]}…"
    if quote.kind == QuoteKind.HEADLINE or quote.kind in OWN_WORDS and quote.start < quote.capture.body_start:
        return [f"“{short}” stands in the headline, which is no evidence of words: quote the body, or remove it."]
    if quote.kind in OWN_WORDS and not occurs_at(quote.capture.text, quote.text, quote.start, quote.end):
        return [f"“{short}” does not stand at {quote.start}–{quote.end} of the captured text: select the words again."]
    return []


def words_quoted(citation: Citation, row: Statement | Inquiry) -> int:
    """Count the words of this citation's report that readers would see, on all rows together."""
    shown = Q(citation__statement__state__in=ON_ITS_WAY, citation__statement__merged_into=None)
    shown |= Q(citation__inquiry__state__in=ON_ITS_WAY)
    same = Q(citation__inquiry=row) if isinstance(row, Inquiry) else Q(citation__statement=row)
    quotes = Quote.objects.filter(shown | same, citation__report=citation.report_id)
    # The same words behind two statements are shown, and counted, once.
    return sum(len(text.split()) for text, *_ in set(quotes.values_list("text", "capture", "start", "end")))


def coding_problems(statement: Statement) -> list[str]:
    """Say what is wrong with who, what and when. The statement comes from ``read``, or with ``TO_READ`` prefetched."""
    found = []
    if not statement.voices.all():
        found.append("It has no voice: say who spoke.")
    target = statement.event.root.stance_target
    if target and not statement.stance:
        found.append(f"It has no stance: say which side it takes toward {target}.")
    if statement.stance and not target:
        found.append("Its event has no stance target, so it can have no stance: leave it empty.")
    if statement.operations_only and statement.stance not in WITHOUT_A_VIEW:
        found.append("It is marked as only about operations but has a stance: change one of the two.")
    reported = derived.first_reported(statement)
    if reported and statement.said.earliest and statement.said.earliest > reported:
        found.append(
            f"It is dated {statement.said.words()}, but was reported by {reported.day} {reported:%b %Y}: "
            "correct the date."
        )
    if None in derived.effective_days(statement):
        found.append("Nothing says when it was said: give a date, or a report that has one.")
    if _must_have_asked(statement) and not statement.no_inquiry_reason and not _we_asked(statement):
        found.append(
            "It was leaked or rests on an anonymous source: record our own inquiry to the company, "
            "or say why we did not ask."
        )
    return found


def _must_have_asked(statement: Statement) -> bool:
    return statement.disclosure == Disclosure.LEAKED or any(
        citation.basis == Basis.ANONYMOUS_SOURCE for citation in statement.citations.all()
    )


def _we_asked(statement: Statement) -> bool:
    companies = [voice.company_id for voice in statement.voices.all() if voice.company_id]
    tree = Event.objects.tree_of(statement.event.root)
    return (
        Inquiry.objects.filter(by_us=True, company__in=companies, event__in=tree)
        .exclude(state=StatementState.WITHDRAWN)
        .exists()
    )
