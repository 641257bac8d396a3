"""Who may do what: four roles, kept as groups with permissions.

reader          sees everything in the admin site, changes nothing
contributor     also sends in reports, decides candidates into drafts, edits drafts
editor          also approves, publishes, corrects, merges, withholds, withdraws, and keeps companies,
                people, events and watch lists
administrator   also redacts (two of them), and manages accounts and keys
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from tracker.review.errors import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READER, CONTRIBUTOR, EDITOR, ADMINISTRATOR = ROLES = ("reader", "contributor", "editor", "administrator")

REVIEW = "tracker.review_candidate"
APPROVE = "tracker.approve_statement"
PUBLISH = "tracker.publish_statement"
REDACT = "tracker.redact_statement"
MAY = {
    REVIEW: "accept, merge or reject candidates",
    APPROVE: "approve statements",
    PUBLISH: "publish or change what is public",
    REDACT: "redact",
}

# What a contributor makes is not public before an editor publishes it.
DRAFTED = ("statement", "voice", "citation", "quote", "position", "statementask", "statementlink", "signaturecount")
CONTRIBUTES = ("report", "candidate", "inquiry", "coding", *DRAFTED)
# Never by hand, whatever the role: evidence and ledger are append-only, and some rows are the machine's.
NOBODY_CHANGES = (
    "authtoken", "capture", "correction", "delivery", "fetchattempt", "feeditem", "heartbeat", "idempotency", "oldslug",
    "outbox", "recordversion", "redaction", "release", "rollup", "savedview", "shingle", "story",
)  # fmt: skip
# Addresses and secrets of other people: administrators only, even to look at.
PRIVATE = ("apitoken", "endpoint", "idempotency", "redaction", "subscriber")


def create_roles() -> dict[str, Group]:
    """Make the four groups, or bring their permissions up to date. Users keep the groups they have."""
    create_permissions(apps.get_app_config("tracker"), verbosity=0)
    create_permissions(apps.get_app_config("auth"), verbosity=0)
    tracker = Permission.objects.filter(content_type__app_label="tracker")
    accounts = Permission.objects.filter(content_type__app_label="auth", content_type__model__in=["user", "group"])
    kept = tracker.exclude(content_type__model__in=[*NOBODY_CHANGES, *PRIVATE]).exclude(
        content_type__model__startswith="historical"
    )
    reader = tracker.filter(codename__startswith="view_").exclude(content_type__model__in=PRIVATE)
    contributor = kept.filter(
        Q(content_type__model__in=CONTRIBUTES, codename__regex="^(add|change)_")
        | Q(content_type__model__in=DRAFTED[1:], codename__startswith="delete_")
        | Q(codename__in=["add_company", "add_person", "add_outlet", "review_candidate"])
    )
    # Rows of the record itself are withdrawn or merged; only what hangs on a row may go. A check, once logged, stays.
    editor = kept.filter(
        Q(codename__startswith="add_")
        | Q(codename__startswith="change_") & ~Q(content_type__model="check")
        | Q(content_type__model__in=["alias", "ticker", "role", "watchterms"], codename__startswith="delete_")
        | Q(codename__in=["approve_statement", "publish_statement"])
    )
    administrator = tracker.filter(
        Q(codename="redact_statement")
        | Q(content_type__model__in=PRIVATE, codename__startswith="view_")
        | Q(content_type__model__in=["apitoken", "endpoint", "subscriber"])
    )
    granted: set[Permission] = set()
    groups = {}
    for role, adds in zip(ROLES, ([*reader], [*contributor], [*editor], [*administrator, *accounts]), strict=True):
        granted.update(adds)
        groups[role], _ = Group.objects.get_or_create(name=role)
        groups[role].permissions.set(granted)
    return groups


def demand(by: User, permission: str) -> None:
    """Raise NotAllowed unless the user has the permission."""
    if not by.has_perm(permission):
        what = MAY.get(permission) or permission.split(".")[-1].replace("_", " a ", 1)
        raise NotAllowed(f"You may not {what}. Ask an administrator for the role you need.")
