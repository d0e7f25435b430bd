from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.choices import Role
from accounts.models import User
from erp.admin import AdminErp


@admin.register(User)
class CompteAdmin(UserAdmin, AdminErp):  # type: ignore[misc,type-arg]
    """Accounts. Nobody is deleted here: the journal keeps naming him, so he is deactivated."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("full_name", "email", "username", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", "langue")
    search_fields = ("full_name", "email", "username")
    ordering = ("full_name",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("full_name", "email", "username", "password")}),
        (_("Droits"), {"fields": ("role", "is_active", "langue")}),
        (_("Dates"), {"fields": ("last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "full_name",
                    "email",
                    "username",
                    "role",
                    "langue",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )
    readonly_fields = ("last_login",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        champs = super().get_readonly_fields(request, obj)
        if obj is not None and _dernier_admin(obj):
            return (*champs, "role", "is_active")
        return champs

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        comptes: QuerySet[User] = super().get_queryset(request)
        return comptes


def _dernier_admin(user: User) -> bool:
    """Whether nobody could enter the admin any more without him."""
    autres = User.objects.actifs().avec_role(Role.ADMIN).exclude(pk=user.pk)
    return user.est_admin and not autres.exists()
