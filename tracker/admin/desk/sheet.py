"""The main form and its lists, bound together: one proposal as an editor sees it and sends it back."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.forms.formsets import BaseFormSet

from tracker.admin.desk import proposed
from tracker.admin.desk.forms import OF_A_CITATION, OPEN, Asks, CandidateForm, Links, Positions, Quotes, Voices
from tracker.core.drafts import Draft
from tracker.models import Ask, Candidate, Event, Target


@dataclasses.dataclass(frozen=True)
class Problem:
    """An error of one field, with the id to go to."""

    id: str
    label: str
    sentence: str


class Sheet:
    """The main form and its lists, bound together."""

    def __init__(
        self,
        candidate: Candidate,
        *,
        draft: Draft,
        events: list[Event],
        targets: list[Target],
        asks: list[Ask],
        known: dict[str, str],
        data: Any = None,
    ) -> None:
        self.draft = draft
        first = proposed.initial_of(candidate, draft)
        self.main = CandidateForm(data, initial=first, events=events, auto_id="id_%s")
        self.voices = Voices(data, prefix="voices", initial=proposed.voices(draft, known))
        self.quotes = Quotes(
            data, prefix="quotes", initial=proposed.quotes(draft), form_kwargs={"capture": candidate.capture}
        )
        self.asks = Asks(data, prefix="asks", initial=proposed.asks(draft, asks))
        self.positions = Positions(data, prefix="positions", initial=proposed.positions(draft, targets))
        self.links = Links(data, prefix="links")
        _choose(self.asks, "ask", asks)
        _choose(self.positions, "target", targets)

    @property
    def lists(self) -> tuple[BaseFormSet[Any], ...]:
        """The lists, in the order of the form."""
        return (self.voices, self.quotes, self.asks, self.positions, self.links)

    def is_valid(self) -> bool:
        """Check everything, so that all errors are shown at once."""
        valid = [self.main.is_valid(), *(rows.is_valid() for rows in self.lists)]
        if all(valid) and not self.rows(self.voices, "company", "person"):
            self.main.add_error(None, "A statement needs at least one voice.")
            return False
        for row in self.voices.forms:
            # Only now is it known whether the row asks for a capacity at all.
            named = row.cleaned_data.get("company") or row.cleaned_data.get("person") if row.is_valid() else ""
            removed = self.voices.can_delete and row.is_valid() and row.cleaned_data.get("DELETE")
            if named and not removed and not row.cleaned_data.get("capacity") and not self.main.is_inquiry:
                row.add_error("capacity", "Choose whose voice it is.")
                valid.append(False)
        return all(valid)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, field by field, each with the place to go to; none while nothing was posted."""
        if not self.main.is_bound:
            return []
        found = [form for form in (self.main, *(form for rows in self.lists for form in rows.forms)) if form.errors]
        return [
            Problem(form[name].id_for_label or form[name].auto_id, str(form[name].label), str(error))
            for form in found
            for name, errors in form.errors.items()
            if name != "__all__"
            for error in errors
        ]

    @property
    def broken(self) -> bool:
        """Whether a list did not come back as it was sent out: a row too many, or without its counters."""
        return self.main.is_bound and any(rows.non_form_errors() for rows in self.lists)

    def problems_of_the_citation(self) -> list[str]:
        """Say what is wrong with what a merge takes: the citation and its quotes, not the coding."""
        self.main.is_valid()
        self.quotes.is_valid()
        wanted = (*OF_A_CITATION, *(("outcome",) if self.main.is_inquiry else ()))
        wrong = [str(error) for name in wanted for error in self.main.errors.get(name, [])]
        of_quotes = [held for form in self.quotes.forms for held in form.errors.values()]
        return wrong + [str(error) for errors in of_quotes for error in errors]

    def rows(self, of: BaseFormSet[Any], *any_of: str) -> list[dict[str, Any]]:
        """Return the rows of a list that say something and are not being removed."""
        return [
            row.cleaned_data
            for row in of.forms
            if row.cleaned_data
            and not row.cleaned_data.get("DELETE")
            and any(row.cleaned_data.get(name) for name in any_of)
        ]


def _choose(rows: BaseFormSet[Any], name: str, among: list[Any]) -> None:
    choices = [OPEN, *((row.pk, str(row)) for row in among)]
    for form in [*rows.forms, rows.empty_form]:
        field = form.fields[name]
        field.queryset = (
            type(among[0]).objects.filter(pk__in=[row.pk for row in among]) if among else field.queryset.none()
        )
        field.choices = choices
