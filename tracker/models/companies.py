"""Who may respond: companies with their names and identifiers, and the people who speak for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tracker.models import dates
from tracker.models.base import Timestamped, kept_history
from tracker.models.choices import CompanyKind, ParentKind, Sector, one_of


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies in the product's words."""

    def current(self) -> CompanyQuerySet:
        """Companies that have not been merged into another row."""
        return self.filter(merged_into=None)


class Company(Timestamped):
    """An organisation that may respond: company, investment firm, trade group, other."""

    slug = models.SlugField(
        max_length=80, unique=True, help_text="Name in addresses. May change; the old one redirects."
    )
    name = models.CharField(max_length=200, help_text="The name readers know it by.")
    kind = models.CharField(
        max_length=16, choices=CompanyKind.choices, default=CompanyKind.COMPANY, help_text="What sort of organisation."
    )
    sector = models.CharField(max_length=32, choices=Sector.choices, blank=True, help_text="GICS sector.")
    hq_region = models.CharField(
        max_length=8, blank=True, help_text="Headquarters, ISO 3166-2 (US-MN), or the country alone (IE)."
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The organisation it belongs to.",
    )
    parent_kind = models.CharField(
        max_length=8,
        choices=ParentKind.choices,
        blank=True,
        help_text="A brand speaks for its owner; an owned subsidiary speaks only for itself.",
    )
    parent_since_earliest = dates.earliest("belonging to its parent, from")
    parent_since_latest = dates.latest("belonging to its parent, from")
    parent_since_precision = dates.precision("belonging to its parent, from")
    parent_since_as_written = dates.as_written("belonging to its parent, from")
    parent_since_reason = dates.reason("belonging to its parent, from")
    parent_until_earliest = dates.earliest("belonging to its parent, until")
    parent_until_latest = dates.latest("belonging to its parent, until")
    parent_until_precision = dates.precision("belonging to its parent, until")
    parent_until_as_written = dates.as_written("belonging to its parent, until")
    parent_until_reason = dates.reason("belonging to its parent, until")
    succeeded_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
        help_text="The organisation that took its place. Not for our duplicates: those are merged.",
    )
    wikidata_id = models.CharField(max_length=16, blank=True, help_text="Wikidata QID, such as Q312.")
    cik = models.CharField("CIK", max_length=10, blank=True, help_text="SEC Central Index Key, without leading zeros.")
    lei = models.CharField("LEI", max_length=20, blank=True, help_text="Legal Entity Identifier, ISO 17442.")
    domain = models.CharField(max_length=200, blank=True, help_text="Its own site's host name.")
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        help_text="Set when this row turned out to be our duplicate of another; its address redirects there.",
    )
    is_sample = models.BooleanField(default=False, help_text="Invented for demonstration.")

    parent_since = dates.HonestDate("parent_since")
    parent_until = dates.HonestDate("parent_until")
    objects = CompanyQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            *dates.constraints("parent_since", "company"),
            *dates.constraints("parent_until", "company"),
            one_of("kind", CompanyKind, name="company_kind_known"),
            one_of("sector", Sector, name="company_sector_known", blank=True),
            one_of("parent_kind", ParentKind, name="company_parent_kind_known", blank=True),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="company_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="company_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, parent_kind="") | (Q(parent__isnull=False) & ~Q(parent_kind="")),
                name="company_parent_kind_iff_parent",
            ),
            *(
                models.UniqueConstraint(
                    fields=[field],
                    condition=Q(merged_into__isnull=True) & ~Q(**{field: ""}),
                    name=f"company_{field}_unique",
                )
                for field in ("wikidata_id", "cik", "lei")
            ),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Alias(Timestamped):
    """Another name by which a company is written about. Reviewed data: the finder trusts it."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="aliases", help_text="Whose name it is."
    )
    name = models.CharField(max_length=200, help_text="The name as it is written.")
    ambiguous = models.BooleanField(
        default=False, help_text="Also a word, surname or place: taken as the company only where the text bears it out."
    )
    history = kept_history()

    class Meta:
        verbose_name_plural = "aliases"
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="alias_once_a_company")]
        indexes = [models.Index(fields=["name"], name="alias_by_name")]

    def __str__(self) -> str:
        return self.name


class Ticker(Timestamped):
    """A share class on an exchange. Several may belong to one company."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="tickers", help_text="Whose share it is."
    )
    exchange = models.CharField(
        max_length=12, blank=True, help_text="Exchange code (MIC or common name). Empty: not given."
    )
    symbol = models.CharField(max_length=12, help_text="The ticker symbol.")
    history = kept_history()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exchange", "symbol"], name="ticker_unique")]

    def __str__(self) -> str:
        return f"{self.exchange}:{self.symbol}" if self.exchange else self.symbol


class PersonQuerySet(models.QuerySet["Person"]):
    """People in the product's words."""

    def current(self) -> PersonQuerySet:
        """People that have not been merged into another row."""
        return self.filter(merged_into=None)


class Person(Timestamped):
    """An officer, director, partner, founder, owner or authorised spokesperson named as such by a source."""

    slug = models.SlugField(
        max_length=80, unique=True, help_text="Name in addresses. May change; the old one redirects."
    )
    name = models.CharField(max_length=200, help_text="The name readers know the person by.")
    wikidata_id = models.CharField(max_length=16, blank=True, help_text="Wikidata QID.")
    is_spokesperson = models.BooleanField(
        default=False, help_text="Speaks for others by profession: gets no page of their own."
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        help_text="Our duplicate of this other row.",
    )
    is_sample = models.BooleanField(default=False, help_text="Invented for demonstration.")
    objects = PersonQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="person_not_merged_into_itself"),
            models.UniqueConstraint(
                fields=["wikidata_id"],
                condition=Q(merged_into__isnull=True) & ~Q(wikidata_id=""),
                name="person_wikidata_id_unique",
            ),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Role(Timestamped):
    """A position a person held at a company."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles", help_text="Who.")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="roles", help_text="Where.")
    title = models.CharField(max_length=200, help_text="Title as the company or a source gives it.")
    held_earliest = dates.earliest("holding the role, from")
    held_latest = dates.latest("holding the role, until")
    held_precision = dates.precision("holding the role")
    held_as_written = dates.as_written("holding the role")
    held_reason = dates.reason("holding the role")

    held = dates.HonestDate("held")
    history = kept_history()

    class Meta:
        constraints = [
            *dates.constraints("held", "role"),
            models.UniqueConstraint(
                fields=["person", "company", "title", "held_earliest"],
                condition=Q(held_earliest__isnull=False),
                name="role_once",
            ),
            models.UniqueConstraint(
                fields=["person", "company", "title"], condition=Q(held_earliest__isnull=True), name="role_undated_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.title}, {self.company}"
