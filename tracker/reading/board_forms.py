"""The silence board as JSON, and as lines of a file: the same names behind every door."""

from __future__ import annotations

import dataclasses
from typing import Any

from tracker.reading.board import Board, Curves, Figures, Group, Row


def board_json(board: Board) -> dict[str, Any]:
    """Return the board without what the question named: figures, companies, curves, groups."""
    return {
        "anchor": {"earliest": board.anchor[0].isoformat(), "latest": board.anchor[1].isoformat()},
        "figures": figures_json(board.figures),
        "looked_at": {place.value: n for place, n in board.where.items()},
        "companies": [row_json(one) for one in board.rows],
        "curve": _curves_json(board.public, given=board.figures.share_given),
        "internal_curve": _curves_json(board.internal, given=board.figures.share_given),
        "by_sector": [_group_json(one) for one in board.sectors],
        "by_region": [_group_json(one) for one in board.regions],
    }


def figures_json(found: Figures) -> dict[str, Any]:
    """Return the counts, each with what it is out of."""
    return {
        "companies": found.frame,
        "counted": found.counted,
        "not_checked": found.not_checked,
        "checked_at_own_channels": found.own_checked,
        "public": found.public,
        "public_before_anchor": found.public_before,
        "found": {key.value: n for key, n in found.found.items()},
        "no_statement_found_checked_short_of_until": found.behind,
        "found_and_asked": [
            {"found": one.value, "asked": asked.value, "companies": n} for (one, asked), n in found.pairs.items()
        ],
        "share_given": found.share_given,
        "why_no_share": found.why_no_share or None,
    }


def row_json(one: Row) -> dict[str, Any]:
    """Return one company's line."""
    first = one.first
    return {
        "company": {"slug": one.member.slug, "name": one.member.name},
        "sector": one.member.sector or None,
        "hq_region": one.member.region or None,
        "entered_for": one.member.entered_for,
        "searched_from": one.member.searched_from.isoformat(),
        "found": one.found.value,
        "asked": one.asked.value,
        "first_response": {
            "statement": first.public_id,
            "earliest": first.said.earliest.isoformat(),
            "latest": first.said.latest.isoformat(),
            "channel": first.channel,
            "medium": first.medium,
            "stance": first.stance or None,
            "walked_back": first.walked_back.isoformat() if first.walked_back else None,
        }
        if first
        else None,
        "days_to_first_response": {"least": one.days.least, "most": one.days.most}
        if one.days and not one.before
        else None,
        "spoke_before_anchor": one.before,
        "inquiry": one.inquiry.public_id if one.inquiry else None,
        "checked_through": one.checked.isoformat() if one.checked else None,
        "held_back": one.held_back,
        "checked_at_own_channels": one.own_checked,
        "in_figures": one.counts,
    }


def _curves_json(curves: Curves, *, given: bool) -> dict[str, Any] | None:
    if not given:
        return None
    return {
        name: [dataclasses.asdict(step) for step in steps]
        for name, steps in (("earliest", curves.early), ("latest", curves.late))
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "key": group.key or None,
        "companies": group.n,
        "public": group.public,
        "share": {"least": group.curves.at_end[0], "most": group.curves.at_end[1]} if group.curves else None,
    }


def line_names() -> list[str]:
    """Return the columns of ``line``."""
    return [
        "company",
        "company_name",
        "sector",
        "hq_region",
        "found",
        "asked",
        "statement",
        "channel",
        "medium",
        "stance",
        "days_least",
        "days_most",
        "spoke_before_anchor",
        "inquiry",
        "searched_from",
        "checked_through",
        "in_figures",
    ]


def line(one: Row) -> list[str]:
    """Return one company as text cells, in the order of ``line_names``; what is not known is empty.

    A name that a spreadsheet would calculate begins with an apostrophe.
    """
    first, shown = one.first, one.days if not one.before else None
    cells: list[Any] = [
        one.member.slug,
        f"'{one.member.name}" if one.member.name[:1] in "=+-@\t\r" else one.member.name,
        one.member.sector,
        one.member.region,
        one.found.value,
        one.asked.value,
        first.public_id if first else "",
        first.channel if first else "",
        first.medium if first else "",
        first.stance if first else "",
        shown.least if shown else "",
        shown.most if shown else "",
        str(one.before).lower(),
        one.inquiry.public_id if one.inquiry else "",
        one.member.searched_from.isoformat(),
        one.checked.isoformat() if one.checked else "",
        str(one.counts).lower(),
    ]
    return [str(cell) for cell in cells]
