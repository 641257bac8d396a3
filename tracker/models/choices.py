"""The closed lists of the record.

A list stands here, not in a table, when the codebook and the code both branch on
its values: adding one is a codebook change, not data entry. Keys are the labels in
snake case and are the same in the database, the API, URLs and files. Every list used
by a column is also a CHECK constraint on that column (``one_of``).
"""

from __future__ import annotations

from django.db import models


class EventKind(models.TextChoices):
    """What sort of thing happened."""

    VIOLENCE = "violence", "Violence"
    GOVERNMENT_ACTION = "government_action", "Government action"
    COURT_RULING = "court_ruling", "Court ruling"
    LEGISLATION = "legislation", "Legislation"
    WAR = "war", "War"
    PROTEST = "protest", "Protest"
    DISASTER = "disaster", "Disaster"
    CORPORATE_CONDUCT = "corporate_conduct", "Corporate conduct"
    OTHER = "other", "Other"


class CompanyKind(models.TextChoices):
    """What sort of organisation may respond."""

    COMPANY = "company", "Company"
    INVESTMENT_FIRM = "investment_firm", "Investment firm"
    TRADE_GROUP = "trade_group", "Trade group"
    OTHER = "other", "Other"


class ParentKind(models.TextChoices):
    """How a company belongs to its parent: a brand speaks for its owner, an owned subsidiary only for itself."""

    OWNER = "owner", "Owner"
    BRAND = "brand", "Brand of"


class Sector(models.TextChoices):
    """The eleven GICS sectors."""

    COMMUNICATION_SERVICES = "communication_services", "Communication services"
    CONSUMER_DISCRETIONARY = "consumer_discretionary", "Consumer discretionary"
    CONSUMER_STAPLES = "consumer_staples", "Consumer staples"
    ENERGY = "energy", "Energy"
    FINANCIALS = "financials", "Financials"
    HEALTH_CARE = "health_care", "Health care"
    INDUSTRIALS = "industrials", "Industrials"
    INFORMATION_TECHNOLOGY = "information_technology", "Information technology"
    MATERIALS = "materials", "Materials"
    REAL_ESTATE = "real_estate", "Real estate"
    UTILITIES = "utilities", "Utilities"


class Precision(models.TextChoices):
    """How closely a date is known. ``before`` and ``after`` have one stated bound; the other is read from the event."""

    MINUTE = "minute", "To the minute"
    DAY = "day", "Day"
    WEEKEND = "weekend", "Weekend"
    WEEK = "week", "Week"
    MONTH = "month", "Month"
    RANGE = "range", "Range"
    BEFORE = "before", "On or before"
    AFTER = "after", "On or after"


class Channel(models.TextChoices):
    """To whom it went: the first thing the timeline filters on."""

    INTERNAL = "internal", "Internal memo"
    PUBLIC = "public", "Public statement"
    UNKNOWN = "unknown", "Channel unknown"


class Medium(models.TextChoices):
    """The second level of the channel. Which media belong to which channel: ``MEDIA_OF_CHANNEL``."""

    CHAT = "chat", "Chat"
    EMAIL_OR_MEMO = "email_or_memo", "Email or memo"
    ALL_HANDS = "all_hands", "All-hands"
    INTERNAL_VIDEO = "internal_video", "Internal video"
    PRESS_RELEASE = "press_release", "Press release"
    WEBSITE = "website", "Website"
    SOCIAL_POST = "social_post", "Social post"
    INTERVIEW = "interview", "Interview"
    SPOKESPERSON = "spokesperson", "Spokesperson"
    FILING = "filing", "Filing"
    EARNINGS_CALL = "earnings_call", "Earnings call"
    OPEN_LETTER = "open_letter", "Open letter"
    ADVERTISEMENT = "advertisement", "Advertisement"
    UNSPECIFIED = "unspecified", "Medium not given"


MEDIA_OF_CHANNEL: dict[str, tuple[Medium, ...]] = {
    Channel.INTERNAL: (
        Medium.CHAT,
        Medium.EMAIL_OR_MEMO,
        Medium.ALL_HANDS,
        Medium.INTERNAL_VIDEO,
        Medium.UNSPECIFIED,
    ),
    Channel.PUBLIC: (
        Medium.PRESS_RELEASE,
        Medium.WEBSITE,
        Medium.SOCIAL_POST,
        Medium.INTERVIEW,
        Medium.SPOKESPERSON,
        Medium.FILING,
        Medium.EARNINGS_CALL,
        Medium.OPEN_LETTER,
        Medium.ADVERTISEMENT,
        Medium.UNSPECIFIED,
    ),
    Channel.UNKNOWN: (Medium.UNSPECIFIED,),
}


class Disclosure(models.TextChoices):
    """How the words got out."""

    ISSUED = "issued", "Issued"
    LEAKED = "leaked", "Leaked"
    REPORTED = "reported", "Reported"


class Audience(models.TextChoices):
    """Whom the speaker addressed."""

    STAFF = "staff", "Staff"
    PUBLIC = "public", "The public"
    OWNERS = "owners", "Owners and investors"
    CUSTOMERS = "customers", "Customers"
    OFFICIALS = "officials", "Public officials"
    UNSPECIFIED = "unspecified", "Not given"


class Capacity(models.TextChoices):
    """Whose voice it is. Only an official voice is a company's response."""

    OFFICIAL = "official", "The company's own"
    PERSONAL = "personal", "Personal"
    STAFF = "staff", "Staff"
    UNCLEAR = "unclear", "Unclear"


class Part(models.TextChoices):
    """What a voice did in the statement."""

    AUTHOR = "author", "Author"
    ISSUER = "issuer", "Issuer"
    SIGNATORY = "signatory", "Signatory"
    ADOPTS = "adopts", "Adopts"
    RELEASED_BY = "released_by", "Released by"


class Form(models.TextChoices):
    """What kind of document or act the statement is."""

    INDIVIDUAL = "individual", "Individual statement"
    JOINT = "joint", "Joint statement"
    OPEN_LETTER = "open_letter", "Open letter"
    RELEASE = "release", "Release"
    UNSPECIFIED = "unspecified", "Form not given"


class Stance(models.TextChoices):
    """The side taken toward the stance target of the tree, by the codebook's rules. Silence is never one of these."""

    CRITICAL = "critical", "Critical"
    MIXED = "mixed", "Mixed"
    CALLS_FOR_CALM = "calls_for_calm", "Calls for calm"
    NEUTRAL = "neutral", "Neutral"
    NO_POSITION = "no_position", "No position"
    SUPPORTIVE = "supportive", "Supportive"
    UNCLEAR = "unclear", "Unclear"


class StatementState(models.TextChoices):
    """Where a statement stands on its way to and from the public record. Inquiries use the same list."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHHELD = "withheld", "Withheld, being examined"
    WITHDRAWN = "withdrawn", "Withdrawn"


STATEMENT_MOVES: dict[str, frozenset[str]] = {
    StatementState.DRAFT: frozenset({StatementState.APPROVED, StatementState.WITHDRAWN}),
    StatementState.APPROVED: frozenset({StatementState.DRAFT, StatementState.PUBLISHED, StatementState.WITHDRAWN}),
    StatementState.PUBLISHED: frozenset({StatementState.WITHHELD, StatementState.WITHDRAWN}),
    StatementState.WITHHELD: frozenset({StatementState.PUBLISHED, StatementState.WITHDRAWN}),
    StatementState.WITHDRAWN: frozenset({StatementState.PUBLISHED}),
}


class TakenDown(models.TextChoices):
    """Why a public row was taken down. The last four leave a tombstone with nothing but id, dates and this word."""

    OUR_ERROR = "our_error", "Our error"
    SOURCE_CORRECTED = "source_corrected", "Source corrected"
    LEGAL = "legal", "Legal"
    PRIVACY = "privacy", "Privacy"
    WRONG_PERSON = "wrong_person", "Wrong person"
    FABRICATED = "fabricated", "Fabricated"


REMOVALS = frozenset({TakenDown.LEGAL, TakenDown.PRIVACY, TakenDown.WRONG_PERSON, TakenDown.FABRICATED})


class LinkKind(models.TextChoices):
    """How one statement stands to another, read from the first to the second."""

    SAME_AS = "same_as", "Same as"
    DISAVOWS = "disavows", "Disavows"
    CONTRADICTS = "contradicts", "Contradicts"
    SUPERSEDES = "supersedes", "Supersedes"
    REITERATES = "reiterates", "Reiterates"
    REPLIES_TO = "replies_to", "Replies to"
    WALKS_BACK = "walks_back", "Walks back"


class AskBasis(models.TextChoices):
    """What we hold of the words in which something was asked for."""

    QUOTED = "quoted", "Quoted"
    PARAPHRASED = "paraphrased", "Paraphrased"
    UNSUPPORTED = "unsupported", "Unsupported"


class Comparator(models.TextChoices):
    """How a count of signatures was given."""

    EXACTLY = "exactly", "Exactly"
    MORE_THAN = "more_than", "More than"
    AT_LEAST = "at_least", "At least"
    ABOUT = "about", "About"
    NEARLY = "nearly", "Nearly"


class OutletKind(models.TextChoices):
    """What sort of publisher it is."""

    NEWS = "news", "News outlet"
    NEWSLETTER = "newsletter", "Newsletter"
    WIRE = "wire", "Wire agency"
    BROADCASTER = "broadcaster", "Broadcaster"
    COMPANY = "company", "Company's own site"
    PLATFORM = "platform", "Social platform"
    OFFICIAL = "official", "Official register"
    OTHER = "other", "Other"


class Basis(models.TextChoices):
    """What a report's words about a statement rest on, in the report's own account."""

    DOCUMENT_OBTAINED = "document_obtained", "Document obtained"
    DOCUMENT_SEEN = "document_seen", "Document seen"
    NAMED_SPOKESPERSON = "named_spokesperson", "Named spokesperson"
    ANONYMOUS_SOURCE = "anonymous_source", "Anonymous source"
    PUBLIC_POST = "public_post", "Public post"
    OTHER_MEDIA = "other_media", "Other media"
    OUTLETS_ASSERTION = "outlets_assertion", "Outlet's assertion"


class Stand(models.TextChoices):
    """Whether a report bears the statement out."""

    SUPPORTS = "supports", "Supports"
    DENIES = "denies", "Denies"


class QuoteKind(models.TextChoices):
    """What the quoted span is. A headline is never evidence of words."""

    VERBATIM = "verbatim", "Verbatim"
    PARTIAL = "partial", "Partial"
    PARAPHRASE = "paraphrase", "Paraphrase"
    HEADLINE = "headline", "Headline"


class Verification(models.TextChoices):
    """How well a statement is borne out, weakest first; computed from citations by ``core.verification``."""

    OUTLETS_ASSERTION = "outlets_assertion", "Outlet's assertion"
    ONE_OUTLET = "one_outlet", "One outlet with own access"
    SEVERAL_OUTLETS = "several_outlets", "Several outlets with own access"
    DOCUMENT_SEEN = "document_seen", "Document seen by us"
    ISSUER_CONFIRMED = "issuer_confirmed", "Issuer confirmed"
    DISPUTED = "disputed", "Disputed"


class InquiryOutcome(models.TextChoices):
    """What came of asking a company, mildest first (the order in which differing reports are settled)."""

    NO_IMMEDIATE_ANSWER = "no_immediate_answer", "No immediate answer"
    NO_ANSWER = "no_answer", "No answer"
    NOT_ON_RECORD = "not_on_record", "Not on record"
    DECLINED = "declined", "Declined"
    ANSWERED = "answered", "Answered"


class AboutEvent(models.TextChoices):
    """Whether the inquiry was about this event."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNCLEAR = "unclear", "Unclear"


class EnteredFor(models.TextChoices):
    """Why a company is on the watch list."""

    FRAME = "frame", "Member of the frame"
    AFTER_IT_SPOKE = "after_it_spoke", "After it spoke"
    ASKED = "asked", "Because it was asked"
    TIP = "tip", "After a tip"


class Where(models.TextChoices):
    """Where a check looked. The first three are the company's own channels."""

    NEWSROOM = "newsroom", "Newsroom"
    ACCOUNTS = "accounts", "Accounts"
    FILINGS = "filings", "Filings"
    OUTLETS = "outlets", "Outlets"


OWN_CHANNELS = frozenset({Where.NEWSROOM, Where.ACCOUNTS, Where.FILINGS})


class ReportState(models.TextChoices):
    """How far a report has come. Moves: ``REPORT_MOVES``; made only by ``Report.objects.advance``."""

    RECEIVED = "received", "Received"
    FETCHED = "fetched", "Fetched"
    EXTRACTED = "extracted", "Text extracted"
    MATCHED = "matched", "Matched to events"
    PROPOSED = "proposed", "Candidates proposed"
    DONE = "done", "Done"
    DUPLICATE = "duplicate", "Duplicate"
    IRRELEVANT = "irrelevant", "Irrelevant"
    FAILED = "failed", "Failed"
    PARKED = "parked", "Parked"


REPORT_MOVES: dict[str, frozenset[str]] = {
    ReportState.RECEIVED: frozenset(
        {ReportState.FETCHED, ReportState.DUPLICATE, ReportState.FAILED, ReportState.PARKED}
    ),
    ReportState.FETCHED: frozenset(
        {ReportState.EXTRACTED, ReportState.DUPLICATE, ReportState.FAILED, ReportState.PARKED}
    ),
    ReportState.EXTRACTED: frozenset(
        {ReportState.MATCHED, ReportState.DUPLICATE, ReportState.IRRELEVANT, ReportState.FAILED, ReportState.PARKED}
    ),
    ReportState.MATCHED: frozenset(
        {ReportState.PROPOSED, ReportState.DONE, ReportState.IRRELEVANT, ReportState.FAILED, ReportState.PARKED}
    ),
    ReportState.PROPOSED: frozenset({ReportState.DONE, ReportState.RECEIVED, ReportState.EXTRACTED}),
    ReportState.DONE: frozenset({ReportState.RECEIVED, ReportState.EXTRACTED}),
    ReportState.DUPLICATE: frozenset({ReportState.RECEIVED, ReportState.EXTRACTED}),
    ReportState.IRRELEVANT: frozenset({ReportState.RECEIVED, ReportState.EXTRACTED}),
    ReportState.FAILED: frozenset(
        {
            ReportState.RECEIVED,
            ReportState.FETCHED,
            ReportState.EXTRACTED,
            ReportState.MATCHED,
            ReportState.PARKED,
        }
    ),
    ReportState.PARKED: frozenset(
        {ReportState.RECEIVED, ReportState.FETCHED, ReportState.EXTRACTED, ReportState.MATCHED}
    ),
}
UNFINISHED_REPORTS = (ReportState.RECEIVED, ReportState.FETCHED, ReportState.EXTRACTED, ReportState.MATCHED)


class Step(models.TextChoices):
    """The steps of the ingest, as an editor reads them beside a failure."""

    FETCH = "fetch", "Fetching"
    EXTRACT = "extract", "Extracting the text"
    MATCH = "match", "Matching events"
    PROPOSE = "propose", "Finding statements"


class FetchOutcome(models.TextChoices):
    """How one attempt to fetch ended."""

    FETCHED = "fetched", "Fetched"
    NOT_MODIFIED = "not_modified", "Not modified"
    REFUSED = "refused", "Refused by our guard"
    GONE = "gone", "Gone"
    HTTP_ERROR = "http_error", "HTTP error"
    TOO_LARGE = "too_large", "Too large"
    TIMED_OUT = "timed_out", "Timed out"
    UNREACHABLE = "unreachable", "Unreachable"


class FeedState(models.TextChoices):
    """Whether we poll the feed."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    GONE = "gone", "Gone"


class CandidateState(models.TextChoices):
    """What became of a proposal."""

    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    MERGED = "merged", "Merged"
    REJECTED = "rejected", "Rejected"
    SUPERSEDED = "superseded", "Superseded"


class CandidateKind(models.TextChoices):
    """What a draft proposes. The last two become inquiries."""

    STATEMENT = "statement", "Statement"
    OPEN_LETTER = "open_letter", "Open letter"
    DECLINED_TO_COMMENT = "declined_to_comment", "Declined to comment"
    NO_RESPONSE = "no_response", "No response"


INQUIRY_KINDS = frozenset({CandidateKind.DECLINED_TO_COMMENT, CandidateKind.NO_RESPONSE})


class CodedField(models.TextChoices):
    """The fields that two coders may code blind."""

    STANCE = "stance", "Stance"
    CAPACITY = "capacity", "Capacity"


class CorrectionReason(models.TextChoices):
    """Why a public row changed. Only ``our_error`` is called a correction; the rest are updates."""

    OUR_ERROR = "our_error", "Our error"
    SOURCE_CORRECTED = "source_corrected", "Source corrected"
    NEW_EVIDENCE = "new_evidence", "New evidence"
    RECODED = "recoded", "Recoded"
    LEGAL = "legal", "Legal"
    WORDING = "wording", "Wording"


class ReleaseKind(models.TextChoices):
    """What a line of the ledger did."""

    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    WITHHELD = "withheld", "Withheld"
    RESTORED = "restored", "Restored"
    MERGED = "merged", "Merged"
    UNMERGED = "unmerged", "Unmerged"


class Entity(models.TextChoices):
    """The public things whose every version the ledger holds."""

    EVENT = "event", "Event"
    COMPANY = "company", "Company"
    PERSON = "person", "Person"
    OUTLET = "outlet", "Outlet"
    STATEMENT = "statement", "Statement"
    INQUIRY = "inquiry", "Inquiry"
    CORRECTION = "correction", "Correction"
    REPLY = "reply", "Reply"
    FRAME = "frame", "Frame"
    WATCH_ENTRY = "watch_entry", "Watch entry"
    HOLDBACK = "holdback", "What holds back a check"


class NoticeKind(models.TextChoices):
    """Why somebody, or the product itself, asks for an editor's eye on a public row."""

    ERROR = "error", "Error report"
    TIP = "tip", "Tip"
    COMPLAINT = "complaint", "Complaint"
    QUOTE_DRIFT = "quote_drift", "Quote drift"


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    OPEN = "open", "Open"
    EXAMINING = "examining", "Being examined"
    CLOSED = "closed", "Closed"


class DeliveryState(models.TextChoices):
    """Where a webhook delivery stands."""

    PENDING = "pending", "Pending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    DISABLED = "disabled", "Endpoint disabled"


class Found(models.TextChoices):
    """What we found of a company on an event, least public first. Computed, never stored."""

    NOTHING = "nothing", "No statement found"
    OPERATIONS_ONLY = "operations_only", "Operations only"
    INTERNAL_ONLY = "internal_only", "Internal only"
    REPORTED = "reported_form_not_known", "Reported, form not known"
    JOINT_ONLY = "joint_only", "Joint only"
    OWN_NAME = "own_name", "In its own name"


class Asked(models.TextChoices):
    """What came of asking, as far as we know. Computed; of several inquiries the last in this list wins."""

    NOT_KNOWN = "not_known", "Not known"
    NO_ANSWER = "no_answer", "No answer"
    DECLINED = "declined", "Declined"
    ANSWERED = "answered", "Answered"


def one_of(field: str, choices: type[models.TextChoices], *, name: str, blank: bool = False) -> models.CheckConstraint:
    """Say in the database that a column holds one of a closed list (or nothing, with ``blank``)."""
    values = [*choices.values, *([""] if blank else [])]
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
