"""Statements: what was said about an event, by whom, and everything coded of it."""

from __future__ import annotations

import functools

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tracker.models import dates
from tracker.models.base import Timestamped, kept_history, public_id
from tracker.models.choices import (
    MEDIA_OF_CHANNEL,
    AboutEvent,
    AskBasis,
    Audience,
    Capacity,
    Channel,
    CodedField,
    Comparator,
    CorrectionReason,
    Disclosure,
    Entity,
    Form,
    InquiryOutcome,
    LinkKind,
    Medium,
    Part,
    Stance,
    StatementState,
    TakenDown,
    Verification,
    one_of,
)


class StatementQuerySet(models.QuerySet["Statement"]):
    """Statements in the product's words."""

    def published(self) -> StatementQuerySet:
        """Statements that readers may see."""
        return self.filter(state=StatementState.PUBLISHED, merged_into=None)

    def counted(self) -> StatementQuerySet:
        """Published statements that count: not disputed, nor the weaker side of ``same_as`` to one that is public."""
        return (
            self.published()
            .exclude(verification=Verification.DISPUTED)
            .exclude(
                pk__in=StatementLink.objects.filter(
                    kind=LinkKind.SAME_AS, to_statement__state=StatementState.PUBLISHED
                ).values("from_statement")
            )
        )

    def due(self, now: object) -> StatementQuerySet:
        """Approved statements whose ten seconds to undo are over."""
        return self.filter(state=StatementState.APPROVED, publish_at__lte=now)


class Statement(Timestamped):
    """One issuing act: same voices, same top-level channel, same occasion."""

    public_id = models.CharField(
        max_length=16,
        unique=True,
        editable=False,
        default=functools.partial(public_id, "OR"),
        help_text="Stable public id, never reused.",
    )
    event = models.ForeignKey(
        "tracker.Event",
        on_delete=models.PROTECT,
        related_name="statements",
        help_text="The most specific event it is about.",
    )
    form = models.CharField(
        max_length=16, choices=Form.choices, default=Form.INDIVIDUAL, help_text="What kind of document or act it is."
    )
    said_earliest = dates.earliest("it was said")
    said_latest = dates.latest("it was said")
    said_precision = dates.precision("it was said")
    said_as_written = dates.as_written("it was said")
    said_reason = dates.reason("it was said")
    said_at = models.DateTimeField(
        null=True, blank=True, help_text="Minute precision only: when its addressees could first receive it, UTC."
    )
    sort_earliest = models.DateField(
        null=True,
        editable=False,
        help_text="Earliest day it may have been said; a missing bound read as the root event's beginning.",
    )
    sort_date = models.DateField(
        null=True,
        editable=False,
        help_text="Latest day it may have been said; a missing bound read as the first report's publication.",
    )
    channel = models.CharField(
        max_length=8, choices=Channel.choices, help_text="To whom it went: internal, public, unknown."
    )
    medium = models.CharField(
        max_length=16, choices=Medium.choices, default=Medium.UNSPECIFIED, help_text="Through what."
    )
    disclosure = models.CharField(
        max_length=8,
        choices=Disclosure.choices,
        default=Disclosure.REPORTED,
        help_text="Issued by the speaker, leaked, or known only from a report that does not say how.",
    )
    audience = models.CharField(
        max_length=12, choices=Audience.choices, default=Audience.UNSPECIFIED, help_text="Whom it addressed."
    )
    stance = models.CharField(
        max_length=16,
        choices=Stance.choices,
        blank=True,
        help_text="Side taken toward the tree's stance target, by the speaker's words only. Empty: no target.",
    )
    operations_only = models.BooleanField(
        default=False, help_text='Only about operations ("our store reopens"): shown, not counted as a first response.'
    )
    summary = models.TextField(blank=True, help_text="Our neutral summary. Names no victim, suspect or private person.")
    language = models.CharField(max_length=8, default="en", help_text="BCP 47 tag of the words.")
    removed_earliest = dates.earliest("the issuer removed it")
    removed_latest = dates.latest("the issuer removed it")
    removed_precision = dates.precision("the issuer removed it")
    removed_as_written = dates.as_written("the issuer removed it")
    removed_reason = dates.reason("the issuer removed it")
    taken_down_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When we took the row down.")
    taken_down_category = models.CharField(
        max_length=16, choices=TakenDown.choices, blank=True, editable=False, help_text="Why we took it down."
    )
    taken_down_note = models.TextField(blank=True, editable=False, help_text="What readers are told about it.")
    state = models.CharField(
        max_length=12,
        choices=StatementState.choices,
        default=StatementState.DRAFT,
        editable=False,
        help_text="Where it stands.",
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who made it a draft.",
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who approved it, a second person.",
    )
    approved_digest = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="SHA-256 of the coded fields as approved; any later edit voids the approval.",
    )
    no_inquiry_reason = models.CharField(
        max_length=300, blank=True, help_text="Leaked or anonymous only: why we did not ask the company ourselves."
    )
    publish_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When publishing takes effect; until then it can be undone."
    )
    published_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When readers could first see it."
    )
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who pressed publish.",
    )
    codebook_version = models.CharField(
        max_length=12, blank=True, editable=False, help_text="Version of the codebook it was coded by."
    )
    verification = models.CharField(
        max_length=20,
        choices=Verification.choices,
        default=Verification.OUTLETS_ASSERTION,
        editable=False,
        help_text="How well it is borne out, computed from its citations.",
    )
    verification_reason = models.CharField(
        max_length=300, blank=True, editable=False, help_text="How the level came about, in one sentence."
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        editable=False,
        help_text="Our duplicate of this other row.",
    )

    said = dates.HonestDate("said")
    removed = dates.HonestDate("removed")
    objects = StatementQuerySet.as_manager()
    history = kept_history()

    class Meta:
        permissions = [
            ("review_candidate", "Can accept, merge and reject candidates"),
            ("approve_statement", "Can approve a statement that somebody else accepted"),
            ("publish_statement", "Can publish, correct, withhold and withdraw"),
            ("redact_statement", "Can redact (two administrators)"),
        ]
        constraints = [
            *dates.constraints("said", "statement"),
            *dates.constraints("removed", "statement"),
            one_of("form", Form, name="statement_form_known"),
            one_of("channel", Channel, name="statement_channel_known"),
            one_of("disclosure", Disclosure, name="statement_disclosure_known"),
            one_of("audience", Audience, name="statement_audience_known"),
            one_of("stance", Stance, name="statement_stance_known", blank=True),
            one_of("state", StatementState, name="statement_state_known"),
            one_of("verification", Verification, name="statement_verification_known"),
            one_of("taken_down_category", TakenDown, name="statement_taken_down_known", blank=True),
            models.CheckConstraint(
                condition=functools.reduce(
                    Q.__or__,
                    (Q(channel=channel, medium__in=list(media)) for channel, media in MEDIA_OF_CHANNEL.items()),
                ),
                name="statement_medium_belongs_to_channel",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(accepted_by__isnull=True) | ~Q(approved_by=F("accepted_by")),
                name="statement_approver_is_not_the_accepter",
            ),
            models.CheckConstraint(
                condition=Q(said_at__isnull=True) | Q(said_precision="minute"),
                name="statement_said_at_is_minute_precision",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[StatementState.PUBLISHED, StatementState.WITHHELD])
                | Q(published_at__isnull=False, sort_date__isnull=False, sort_earliest__isnull=False),
                name="statement_published_has_its_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state=StatementState.WITHDRAWN)
                | Q(taken_down_at__isnull=False)
                | Q(published_at__isnull=True),
                name="statement_withdrawn_says_when",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="statement_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(
                fields=["-sort_date", "-sort_earliest", "-public_id"],
                condition=Q(state="published", merged_into__isnull=True),
                name="statement_timeline",
            ),
            models.Index(
                fields=["event", "-sort_date", "-sort_earliest", "-public_id"],
                condition=Q(state="published", merged_into__isnull=True),
                name="statement_timeline_of_event",
            ),
            models.Index(fields=["publish_at"], condition=Q(state="approved"), name="statement_due"),
        ]
        ordering = ["-sort_date", "-sort_earliest", "-public_id"]

    def __str__(self) -> str:
        return self.public_id


class Voice(Timestamped):
    """One company and/or person behind a statement, with a capacity. Only official voices are a company's response."""

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="voices", help_text="What was said."
    )
    company = models.ForeignKey(
        "tracker.Company",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="voices",
        help_text="The company this voice is tied to.",
    )
    person = models.ForeignKey(
        "tracker.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="voices",
        help_text="Who spoke. Never set for a staff voice.",
    )
    name_then = models.CharField(
        max_length=200, blank=True, help_text="The company's name at the time, if it was another."
    )
    title_then = models.CharField(
        max_length=200,
        blank=True,
        help_text='The speaker\'s title at the time, or the group ("more than 450 employees").',
    )
    capacity = models.CharField(
        max_length=8, choices=Capacity.choices, help_text="Whose voice it is: official, personal, staff, unclear."
    )
    part = models.CharField(
        max_length=12, choices=Part.choices, default=Part.AUTHOR, help_text="What it did in the statement."
    )
    joined_earliest = dates.earliest("it joined")
    joined_latest = dates.latest("it joined")
    joined_precision = dates.precision("it joined")
    joined_as_written = dates.as_written("it joined")
    joined_reason = dates.reason("it joined")
    left_earliest = dates.earliest("it left")
    left_latest = dates.latest("it left")
    left_precision = dates.precision("it left")
    left_as_written = dates.as_written("it left")
    left_reason = dates.reason("it left")

    joined = dates.HonestDate("joined")
    left = dates.HonestDate("left")
    history = kept_history()

    class Meta:
        constraints = [
            *dates.constraints("joined", "voice"),
            *dates.constraints("left", "voice"),
            one_of("capacity", Capacity, name="voice_capacity_known"),
            one_of("part", Part, name="voice_part_known"),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(person__isnull=False), name="voice_company_or_person"
            ),
            models.CheckConstraint(
                condition=~Q(capacity=Capacity.STAFF) | Q(person__isnull=True), name="voice_staff_names_nobody"
            ),
            models.UniqueConstraint(
                fields=["statement", "company", "person"],
                condition=Q(company__isnull=False, person__isnull=False),
                name="voice_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "company", "capacity"],
                condition=Q(company__isnull=False, person__isnull=True),
                name="voice_of_a_company_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "person"],
                condition=Q(company__isnull=True, person__isnull=False),
                name="voice_of_a_person_once",
            ),
        ]
        indexes = [models.Index(fields=["company", "capacity", "statement"], name="voice_by_company")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return " · ".join(str(part) for part in (self.company, self.person) if part)


class Target(Timestamped):
    """Something other than the stance target of a tree that statements take a side toward. A short list per tree."""

    tree = models.ForeignKey(
        "tracker.Event", on_delete=models.PROTECT, related_name="targets", help_text="Root of the tree it belongs to."
    )
    label = models.CharField(max_length=200, help_text='In words: "President Donald Trump".')
    event = models.ForeignKey(
        "tracker.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="If it is an event we hold.",
    )
    company = models.ForeignKey(
        "tracker.Company",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="If it is a company we hold.",
    )
    person = models.ForeignKey(
        "tracker.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="If it is a person we hold.",
    )
    history = kept_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tree", "label"], name="target_once_a_tree")]

    def __str__(self) -> str:
        return self.label


class Position(Timestamped):
    """A side the statement takes toward another target than the tree's."""

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="positions", help_text="What was said."
    )
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="positions", help_text="Toward what.")
    stance = models.CharField(max_length=16, choices=Stance.choices, help_text="Side taken toward it.")
    quote = models.ForeignKey(
        "tracker.Quote",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="positions",
        help_text="The words it rests on.",
    )
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "target"], name="position_once_a_target"),
            one_of("stance", Stance, name="position_stance_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()} of {self.target}"


class Ask(Timestamped):
    """Something that statements ask for: de-escalation, an investigation, a withdrawal."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Name in addresses and filters.")
    label = models.CharField(max_length=120, help_text="In words.")
    history = kept_history()

    def __str__(self) -> str:
        return self.label


class StatementAsk(Timestamped):
    """A statement asks for this, of this addressee."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="asks", help_text="What was said.")
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="statements", help_text="What it asks for.")
    addressee = models.CharField(
        max_length=200, blank=True, help_text="Of whom, in the report's words. Empty: not named."
    )
    basis = models.CharField(
        max_length=12, choices=AskBasis.choices, default=AskBasis.PARAPHRASED, help_text="What we hold of the words."
    )
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "ask"], name="ask_once_a_statement"),
            one_of("basis", AskBasis, name="ask_basis_known"),
        ]

    def __str__(self) -> str:
        return str(self.ask)


class StatementLink(Timestamped):
    """How one statement stands to another. ``same_as`` runs from the weaker to the stronger row."""

    from_statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="links", help_text="This statement …"
    )
    to_statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="linked_from", help_text="… to that one."
    )
    kind = models.CharField(max_length=12, choices=LinkKind.choices, help_text="What it does to the other.")
    note = models.CharField(max_length=300, blank=True, help_text="Why we say so, if it needs saying.")
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_statement", "to_statement", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(from_statement=F("to_statement")), name="link_not_to_itself"),
            one_of("kind", LinkKind, name="link_kind_known"),
        ]
        indexes = [models.Index(fields=["kind", "from_statement"], name="link_by_kind")]

    def __str__(self) -> str:
        return f"{self.from_statement} {self.get_kind_display().lower()} {self.to_statement}"


class SignatureCount(Timestamped):
    """How many had signed, as of a day, by one report. Several over time are all kept."""

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="signature_counts", help_text="The letter."
    )
    company = models.ForeignKey(
        "tracker.Company",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Signatures from this company only. Empty: all.",
    )
    count = models.PositiveIntegerField(help_text="The number given.")
    comparator = models.CharField(
        max_length=12, choices=Comparator.choices, default=Comparator.EXACTLY, help_text="How it was given."
    )
    as_of = models.DateField(help_text="The day as of which the number holds.")
    citation = models.ForeignKey(
        "tracker.Citation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="signature_counts",
        help_text="Who says so.",
    )
    history = kept_history()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="signature_count_positive"),
            one_of("comparator", Comparator, name="signature_count_comparator_known"),
        ]
        ordering = ["as_of", "pk"]

    def __str__(self) -> str:
        prefix = "" if self.comparator == Comparator.EXACTLY else f"{self.get_comparator_display().lower()} "
        return f"{prefix}{self.count} as of {self.as_of}"


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    """Inquiries in the product's words."""

    def published(self) -> InquiryQuerySet:
        """Inquiries that readers may see."""
        return self.filter(state=StatementState.PUBLISHED)

    def due(self, now: object) -> InquiryQuerySet:
        """Approved inquiries whose ten seconds to undo are over."""
        return self.filter(state=StatementState.APPROVED, publish_at__lte=now)


class Inquiry(Timestamped):
    """An outlet, or we, asked a company about an event. Declining to comment is this, never a statement."""

    public_id = models.CharField(
        max_length=16,
        unique=True,
        editable=False,
        default=functools.partial(public_id, "IQ"),
        help_text="Stable public id.",
    )
    event = models.ForeignKey(
        "tracker.Event", on_delete=models.PROTECT, related_name="inquiries", help_text="What it was about."
    )
    company = models.ForeignKey(
        "tracker.Company", on_delete=models.PROTECT, related_name="inquiries", help_text="Who was asked."
    )
    outlet = models.ForeignKey(
        "tracker.Outlet",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inquiries",
        help_text="Who asked. Empty: not named, or we did.",
    )
    asked_earliest = dates.earliest("it was asked")
    asked_latest = dates.latest("it was asked")
    asked_precision = dates.precision("it was asked")
    asked_as_written = dates.as_written("it was asked")
    asked_reason = dates.reason("it was asked")
    asked_about = models.CharField(
        max_length=300, blank=True, help_text="What was asked, in the report's words or ours."
    )
    about_event = models.CharField(
        max_length=8,
        choices=AboutEvent.choices,
        default=AboutEvent.YES,
        help_text="Whether it was about this event. Only yes counts.",
    )
    outcome = models.CharField(
        max_length=20,
        choices=InquiryOutcome.choices,
        help_text="What came of it; derived from the citations, the milder where they differ.",
    )
    reports_differ = models.BooleanField(
        default=False, editable=False, help_text="Reports of this inquiry give different outcomes."
    )
    by_us = models.BooleanField(default=False, help_text="We asked the company ourselves.")
    state = models.CharField(
        max_length=12,
        choices=StatementState.choices,
        default=StatementState.DRAFT,
        editable=False,
        help_text="Where it stands.",
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who made it a draft.",
    )
    publish_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When publishing takes effect.")
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        help_text="Who pressed publish.",
    )
    published_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When readers could first see it."
    )
    taken_down_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When we took it down.")
    taken_down_category = models.CharField(
        max_length=16, choices=TakenDown.choices, blank=True, editable=False, help_text="Why we took it down."
    )
    taken_down_note = models.TextField(blank=True, editable=False, help_text="What readers are told about it.")

    asked = dates.HonestDate("asked")
    objects = InquiryQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name_plural = "inquiries"
        constraints = [
            *dates.constraints("asked", "inquiry"),
            one_of("about_event", AboutEvent, name="inquiry_about_event_known"),
            one_of("outcome", InquiryOutcome, name="inquiry_outcome_known"),
            one_of("state", StatementState, name="inquiry_state_known"),
            one_of("taken_down_category", TakenDown, name="inquiry_taken_down_known", blank=True),
            models.CheckConstraint(
                condition=Q(by_us=False) | Q(outlet__isnull=True), name="inquiry_by_us_has_no_outlet"
            ),
        ]
        indexes = [models.Index(fields=["event", "company"], name="inquiry_by_event")]
        ordering = ["-asked_latest", "-pk"]

    def __str__(self) -> str:
        return self.public_id


class Reply(Timestamped):
    """A company's own note on what we publish about it: shown whole or not at all, never coded."""

    statement = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replies",
        help_text="What it replies to.",
    )
    company = models.ForeignKey(
        "tracker.Company", on_delete=models.PROTECT, related_name="replies", help_text="Whose note it is."
    )
    event = models.ForeignKey(
        "tracker.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replies",
        help_text="If it replies to no single statement: the event.",
    )
    text = models.TextField(help_text="The note, whole.")
    source = models.ForeignKey(
        "tracker.Report",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replies",
        help_text="Where it reached us.",
    )
    received = models.DateField(help_text="The day it reached us.")
    published_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When readers could first see it."
    )
    history = kept_history()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.CheckConstraint(
                condition=Q(statement__isnull=False, event__isnull=True)
                | Q(statement__isnull=True, event__isnull=False),
                name="reply_to_a_statement_or_an_event",
            )
        ]

    def __str__(self) -> str:
        return f"Reply of {self.company}"


class Coding(Timestamped):
    """One coder's value for one coded field, blind or not; agreement figures are computed from these rows."""

    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="codings", help_text="What was coded."
    )
    voice = models.ForeignKey(
        Voice, null=True, blank=True, on_delete=models.CASCADE, related_name="codings", help_text="For capacity only."
    )
    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="codings", help_text="Who coded."
    )
    field = models.CharField(max_length=8, choices=CodedField.choices, help_text="What was coded.")
    value = models.CharField(max_length=16, help_text="The value chosen.")
    proposed = models.CharField(
        max_length=16, blank=True, help_text="What the machine had proposed, shown only afterwards."
    )
    blind = models.BooleanField(default=False, help_text="Coded without seeing anybody else's value.")
    codebook_version = models.CharField(max_length=12, help_text="Version of the codebook.")
    note = models.TextField(blank=True, help_text="Why, where it was hard.")
    adjudicates = models.ManyToManyField(
        "self", symmetrical=False, blank=True, help_text="The codings this one settles."
    )

    class Meta:
        constraints = [
            one_of("field", CodedField, name="coding_field_known"),
            models.CheckConstraint(
                condition=Q(field=CodedField.CAPACITY, voice__isnull=False)
                | Q(field=CodedField.STANCE, voice__isnull=True),
                name="coding_voice_iff_capacity",
            ),
            models.UniqueConstraint(
                fields=["statement", "coder", "field", "codebook_version"],
                condition=Q(voice__isnull=True),
                name="coding_of_a_statement_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "coder", "voice", "field", "codebook_version"],
                condition=Q(voice__isnull=False),
                name="coding_of_a_voice_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.statement}: {self.value}"


class Correction(models.Model):
    """A public change to a published row: field, before, after, reason. Append-only."""

    public_id = models.CharField(
        max_length=16,
        unique=True,
        editable=False,
        default=functools.partial(public_id, "CO"),
        help_text="Stable public id.",
    )
    entity = models.CharField(max_length=16, choices=Entity.choices, help_text="What sort of public row changed.")
    row = models.CharField(max_length=80, help_text="Its public id or slug.")
    statement = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        help_text="The statement, if it is one.",
    )
    event = models.ForeignKey(
        "tracker.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        help_text="The event it concerns.",
    )
    field = models.CharField(max_length=60, help_text="What changed.")
    before = models.JSONField(null=True, help_text="The public value before.")
    after = models.JSONField(null=True, help_text="The public value after.")
    reason = models.CharField(
        max_length=16, choices=CorrectionReason.choices, help_text="Why. Only our error is called a correction."
    )
    note = models.TextField(blank=True, help_text="What readers are told.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="Who made it."
    )
    published_at = models.DateTimeField(help_text="When readers could first see it.")

    class Meta:
        constraints = [
            one_of("entity", Entity, name="correction_entity_known"),
            one_of("reason", CorrectionReason, name="correction_reason_known"),
        ]
        indexes = [models.Index(fields=["-published_at", "-id"], name="correction_newest")]
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.row}: {self.field}"
