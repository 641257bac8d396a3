"""Four roles, and what each may."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from tests import factories as make
from tracker.review import rights
from tracker.review.errors import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("view_statement", "reader contributor editor administrator"),
        ("view_release", "reader contributor editor administrator"),
        ("add_report", "contributor editor administrator"),
        ("review_candidate", "contributor editor administrator"),
        ("change_statement", "contributor editor administrator"),
        ("delete_quote", "contributor editor administrator"),
        ("add_company", "contributor editor administrator"),
        ("change_company", "editor administrator"),
        ("change_event", "editor administrator"),
        ("add_check", "editor administrator"),
        ("approve_statement", "editor administrator"),
        ("publish_statement", "editor administrator"),
        ("redact_statement", "administrator"),
        ("view_subscriber", "administrator"),
        ("add_apitoken", "administrator"),
        ("view_endpoint", "administrator"),
        ("change_check", ""),
        ("change_release", ""),
        ("add_capture", ""),
        ("change_capture", ""),
        ("delete_statement", ""),
        ("delete_company", ""),
        ("change_correction", ""),
        ("add_redaction", ""),
        ("change_historicalstatement", ""),
    ],
)
def test_a_role_may_what_it_is_for_and_no_more(permission: str, roles: str) -> None:
    groups = rights.create_roles()
    may = [role for role in rights.ROLES if groups[role].permissions.filter(codename=permission).exists()]
    assert may == roles.split()


def test_making_the_roles_again_changes_nothing_and_keeps_their_members() -> None:
    ana = make.editor()
    before = {group.name: group.permissions.count() for group in Group.objects.all()}
    out = StringIO()
    call_command("create_roles", stdout=out)
    assert {group.name: group.permissions.count() for group in Group.objects.all()} == before
    assert ana.groups.get().name == "editor"
    assert f"editor: {before['editor']} permissions" in out.getvalue()


def test_accounts_are_managed_by_administrators() -> None:
    assert make.administrator().has_perm("auth.change_user")
    assert not make.editor().has_perm("auth.view_user")


def test_a_refusal_says_what_is_not_allowed() -> None:
    with pytest.raises(NotAllowed, match="You may not redact. Ask an administrator"):
        rights.demand(make.editor(), rights.REDACT)
    with pytest.raises(NotAllowed, match="You may not change a company."):
        rights.demand(make.cy(), "tracker.change_company")
