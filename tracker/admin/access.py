"""Accounts, roles and keys of programs: for administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from knox.models import AuthToken

from tracker.admin.acts import Act, ActsMixin
from tracker.admin.base import Listed, NeverDeleted, ReadOnly
from tracker.api.keys import LONGEST_DAYS, CannotMakeKey, make_key, revoke
from tracker.api.tokens import SCOPES
from tracker.models import ApiToken, Delivery, Endpoint, Heartbeat, SavedView, Subscriber

User = get_user_model()
for model in (User, Group, AuthToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class AccountAdmin(NeverDeleted, UserAdmin):
    """Accounts. Whoever leaves is made inactive: their name stays on what they did."""

    list_display = ("username", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    autocomplete_fields = ("groups",)
    filter_horizontal = ()
    save_as = False
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Who", {"fields": ("first_name", "last_name", "email")}),
        ("What they may", {"fields": ("is_active", "is_staff", "groups")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the roles."""
        return super().get_queryset(request).prefetch_related("groups")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account, made on the command line, is changed by superusers only."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    @admin.display(description="Roles")
    def roles(self, user: Any) -> str:
        """The groups, by name."""
        return ", ".join(group.name for group in user.groups.all())


@admin.register(Group)
class RoleAdmin(ReadOnly, GroupAdmin):
    """The four roles. ``manage.py create_roles`` makes them; nobody draws up others by hand."""

    search_fields = ("name",)
    ordering = ("pk",)


class KeyForm(forms.Form):
    """Whose key, for what, for how long."""

    user = forms.ModelChoiceField(queryset=User.objects.filter(is_active=True).order_by("username"))
    name = forms.CharField(label="What it is for", max_length=120)
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope, f"{what} ({scope})") for scope, (_, what) in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(label="Days until it expires", min_value=1, max_value=LONGEST_DAYS, initial=365)


def _revoke(token: ApiToken, by: Any, given: dict[str, Any]) -> str:
    revoke(token)
    return f"“{token.name}” is revoked: the next request with it is refused."


def is_live(token: ApiToken) -> bool:
    """Whether the key still opens something."""
    return token.expiry is None or token.expiry > timezone.now()


@admin.register(ApiToken)
class KeyAdmin(ActsMixin, NeverDeleted, Listed):
    """Keys of programs that write. A key is shown once, when it is made."""

    change_form_template = "admin/record/change_form.html"
    list_display = ("name", "user", "scopes", "created", "expiry", "last_used", "live")
    list_filter = (("user", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "scopes", "token_key", "created", "expiry", "last_used")
    readonly_fields = fields
    acts = (Act("revoke", "Revoke", _revoke, "tracker.delete_apitoken", offered=is_live, grave=True),)

    class Media:
        css = {"all": ["tracker/admin.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is revoked, not changed."""
        return False

    @admin.display(description="In force", boolean=True)
    def live(self, token: ApiToken) -> bool:
        """Whether it still opens something."""
        return is_live(token)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Make a key and show it, this once."""
        return _make_key_view(self, request)


def _make_key_view(page: KeyAdmin, request: HttpRequest) -> HttpResponse:
    if not page.has_add_permission(request):
        raise PermissionDenied
    form = KeyForm(request.POST) if request.method == "POST" else KeyForm()
    key = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            _, key = make_key(given["user"], name=given["name"], scopes=given["scopes"], days=given["days"])
        except CannotMakeKey as refused:
            form.add_error(None, str(refused))
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": "Make a key",
        "form": form,
        "key": key,
        "media": page.media + form.media,
    }
    return TemplateResponse(request, "admin/tracker/apitoken/add.html", context)


@admin.register(Endpoint)
class EndpointAdmin(ReadOnly):
    """Addresses that are told of changes. Their secrets are shown to nobody."""

    list_display = ("url", "owner", "corrections_only", "disabled_at", "disabled_reason")
    list_select_related = ("owner",)
    exclude = ("secret", "old_secret")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    """What was sent where, and how it went."""

    list_display = ("message_id", "endpoint", "state", "attempt", "status", "next_try_at", "error")
    list_filter = ("state",)
    list_select_related = ("endpoint", "release")


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnly):
    """Addresses that follow a view."""

    list_display = ("email", "view", "daily", "confirmed_at", "unsubscribed_at")
    list_select_related = ("view",)
    search_fields = ("=email",)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnly):
    """Filters that somebody follows."""

    list_display = ("label", "query")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly):
    """When each part of the machinery last showed that it was alive."""

    list_display = ("name", "at", "note")
    ordering = ("name",)
