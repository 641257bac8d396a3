"""Events, and what it takes to say that nothing was found: watch terms, frames, entries, checks."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from tracker.models import dates
from tracker.models.base import Timestamped, kept_history
from tracker.models.choices import EnteredFor, EventKind, Sector, Where, one_of

MAX_DEPTH = 12  # of the event tree; deeper is surely a mistake, and bounds every walk


class EventQuerySet(models.QuerySet["Event"]):
    """Events in the product's words."""

    def published(self) -> EventQuerySet:
        """Events that readers may see."""
        return self.filter(published=True)

    def roots(self) -> EventQuerySet:
        """The heads of the trees."""
        return self.filter(parent=None)

    def tree_of(self, event: Event) -> EventQuerySet:
        """The event and everything below it, in any order. One query per level."""
        found = {event.pk}
        level = [event.pk]
        while level:
            level = [pk for pk in self.filter(parent__in=level).values_list("pk", flat=True) if pk not in found]
            found.update(level)
        return self.filter(pk__in=found)


class Event(Timestamped):
    """What companies respond to. Events form a tree; scope and stance target stand on its root."""

    slug = models.SlugField(
        max_length=80, unique=True, help_text="Name in addresses. May change; the old one redirects."
    )
    title = models.CharField(max_length=200, help_text="What happened, as a headline without a verdict.")
    kind = models.CharField(
        max_length=24, choices=EventKind.choices, default=EventKind.OTHER, help_text="What sort of thing happened."
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The larger event this one is part of. Empty: the root of a tree.",
    )
    began_earliest = dates.earliest("the beginning")
    began_latest = dates.latest("the beginning")
    began_precision = dates.precision("the beginning")
    began_as_written = dates.as_written("the beginning")
    began_reason = dates.reason("the beginning")
    ended_earliest = dates.earliest("the end")
    ended_latest = dates.latest("the end")
    ended_precision = dates.precision("the end")
    ended_as_written = dates.as_written("the end")
    ended_reason = dates.reason("the end")
    place = models.CharField(max_length=200, blank=True, help_text="Where it happened, in words.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        help_text="IANA zone in which the days of this tree are counted; the root's holds.",
    )
    description = models.TextField(
        blank=True, help_text="What happened, in a few neutral sentences. Names no victim, suspect or private person."
    )
    scope = models.TextField(
        blank=True,
        help_text="Root only, one sentence, needed to publish: what counts as a statement on this event.",
    )
    stance_target = models.CharField(
        max_length=300,
        blank=True,
        help_text="Root only, frozen at first publication: the conduct a stance is toward. Empty: none is sensible.",
    )
    wikidata_id = models.CharField(max_length=16, blank=True, help_text="Wikidata QID, such as Q42.")
    published = models.BooleanField(default=False, help_text="Whether readers see it.")
    is_sample = models.BooleanField(default=False, help_text="Invented for demonstration; every page about it says so.")

    began = dates.HonestDate("began")
    ended = dates.HonestDate("ended")
    objects = EventQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            *dates.constraints("began", "event"),
            *dates.constraints("ended", "event"),
            one_of("kind", EventKind, name="event_kind_known"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="event_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(scope="", stance_target=""),
                name="event_scope_and_target_only_on_a_root",
            ),
            models.CheckConstraint(
                condition=Q(published=False) | Q(parent__isnull=False) | ~Q(scope=""),
                name="event_published_root_has_scope",
            ),
        ]
        ordering = ["began_earliest", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a parent below this event: the tree has no cycles."""
        above, steps = self.parent, 0
        while above is not None:
            if above.pk == self.pk and self.pk is not None:
                raise ValidationError(
                    {"parent": "This event is itself above the parent you chose. Choose one outside its own tree."}
                )
            steps += 1
            if steps > MAX_DEPTH:
                raise ValidationError({"parent": f"Events nest at most {MAX_DEPTH} deep."})
            above = above.parent

    def ancestors(self) -> list[Event]:
        """Return the events above this one, nearest first. One query per level unless already loaded."""
        found: list[Event] = []
        above = self.parent
        while above is not None and len(found) <= MAX_DEPTH:
            found.append(above)
            above = above.parent
        return found

    @property
    def root(self) -> Event:
        """The head of this event's tree; itself for a root."""
        return (self.ancestors() or [self])[-1]


class WatchTerms(Timestamped):
    """What the ingest looks for: words and outlets that make a report relevant to an event."""

    event = models.OneToOneField(
        Event, on_delete=models.CASCADE, related_name="watch_terms", help_text="The event these words belong to."
    )
    terms = models.JSONField(
        default=list,
        blank=True,
        help_text="Words or phrases, one each: a report with one of them may be about the event.",
    )
    outlets = models.ManyToManyField(
        "tracker.Outlet", blank=True, help_text="Outlets whose reports are always looked at."
    )
    history = kept_history()

    class Meta:
        verbose_name_plural = "watch terms"

    def __str__(self) -> str:
        return f"Watch terms of {self.event}"


class Frame(Timestamped):
    """A named list of companies that gives figures their denominator. Frozen at first publication."""

    slug = models.SlugField(max_length=80, unique=True, help_text="Name in addresses.")
    name = models.CharField(max_length=200, help_text='Such as "Fortune 500, Minnesota".')
    rule = models.TextField(help_text="Who belongs to it, so that anybody could draw up the same list.")
    source = models.TextField(help_text="Where the list was taken from.")
    dated = models.DateField(help_text="The day as of which the list holds.")
    published_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it was first published, and frozen."
    )
    history = kept_history()

    def __str__(self) -> str:
        return self.name


class WatchEntry(Timestamped):
    """This company is watched for this tree, in this frame, entered for this reason, searched from this day."""

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="watch_entries", help_text="The root event; its children inherit."
    )
    company = models.ForeignKey(
        "tracker.Company", on_delete=models.PROTECT, related_name="watch_entries", help_text="Who is watched."
    )
    frame = models.ForeignKey(
        Frame,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
        help_text="The frame it belongs to. Empty: watched outside any frame, left out of rates.",
    )
    entered_for = models.CharField(
        max_length=16, choices=EnteredFor.choices, default=EnteredFor.FRAME, help_text="Why it is watched."
    )
    searched_from = models.DateField(help_text="The first day covered by our search.")
    until = models.DateField(null=True, blank=True, help_text="The last day watched. Empty: still watched.")
    sector_then = models.CharField(
        max_length=32, choices=Sector.choices, blank=True, help_text="Sector when watched; copied in."
    )
    hq_then = models.CharField(
        max_length=8, blank=True, help_text="Headquarters region when watched, ISO 3166-2; copied in."
    )
    history = kept_history()

    class Meta:
        verbose_name_plural = "watch entries"
        constraints = [
            models.UniqueConstraint(
                fields=["event", "company", "frame", "searched_from"],
                condition=Q(frame__isnull=False),
                name="watch_entry_once_a_frame",
            ),
            models.UniqueConstraint(
                fields=["event", "company", "searched_from"],
                condition=Q(frame__isnull=True),
                name="watch_entry_once_outside_frames",
            ),
            one_of("entered_for", EnteredFor, name="watch_entry_reason_known"),
            one_of("sector_then", Sector, name="watch_entry_sector_known", blank=True),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("searched_from")), name="watch_entry_until_after_from"
            ),
            models.CheckConstraint(
                condition=~Q(entered_for=EnteredFor.FRAME) | Q(frame__isnull=False),
                name="watch_entry_of_a_frame_names_it",
            ),
        ]
        indexes = [models.Index(fields=["event", "company"], name="watch_entry_by_event")]

    def __str__(self) -> str:
        return f"{self.company} watched for {self.event}"


class Check(models.Model):
    """Somebody looked for a statement of a watched company, there, through that day. Append-only."""

    entry = models.ForeignKey(
        WatchEntry, on_delete=models.PROTECT, related_name="checks", help_text="Whom it was about."
    )
    through = models.DateField(help_text="Everything through this day was looked at.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Who looked."
    )
    where = models.JSONField(default=list, help_text="Where: any of newsroom, accounts, filings, outlets.")
    note = models.CharField(max_length=300, blank=True, help_text="What the next person should know.")
    at = models.DateTimeField(auto_now_add=True, help_text="When the check was logged.")

    class Meta:
        indexes = [models.Index(fields=["entry", "-through"], name="check_latest_of_entry")]
        ordering = ["entry", "-through", "-pk"]

    def __str__(self) -> str:
        return f"{self.entry.company} checked through {self.through}"

    def clean(self) -> None:
        """Refuse a check that looked nowhere, or somewhere we do not know."""
        wrong = [place for place in self.where if place not in Where.values]
        if wrong or not self.where:
            raise ValidationError({"where": f"Say where you looked: one or more of {', '.join(Where.values)}."})
        if len(set(self.where)) != len(self.where):
            raise ValidationError({"where": "Name each place once."})


def cycle_free(rows: dict[int, int | None]) -> set[int]:
    """Return the ids that stand on a cycle, given id → parent id. Used by ``manage.py verify``."""
    bad: set[int] = set()
    for start in rows:
        seen: set[int] = set()
        at: int | None = start
        while at is not None and at not in seen:
            seen.add(at)
            at = rows.get(at)
        if at is not None:
            bad.add(start)
    return bad
