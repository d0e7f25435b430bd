from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import services
from accounts.choices import Role
from accounts.models import SessionApi, User
from accounts.sessions import fermer_sessions
from erp.admin import AdminErp, AdminLecture


class MotDePasseForm(AdminPasswordChangeForm):  # type: ignore[misc]
    """A new password, or none, signs the person out of the API, as everywhere else."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        fermer_sessions(user)
        return user


@admin.register(User)
class CompteAdmin(UserAdmin, AdminErp):  # type: ignore[misc,type-arg]
    """Accounts, written through their services: a refusal of theirs is shown and nothing is changed.

    Nobody is deleted here: the journal keeps naming him, so he is deactivated.
    """

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = MotDePasseForm
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

    def save_model(
        self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool
    ) -> None:
        par, compte = cast(User, request.user), cast(User, obj)
        champs = {
            nom: form.cleaned_data[nom]
            for nom in ("full_name", "email", "username", "role", "langue")
            if nom in form.cleaned_data and (not change or nom in form.changed_data)
        }
        if not change:
            ouvert = form.cleaned_data.get("password1") or None
            cree = services.creer_utilisateur(
                par=par, **champs, mot_de_passe=ouvert, invitation=ouvert is None
            )
            compte.__dict__.update(cree.__dict__)
            return
        if champs:
            services.modifier_utilisateur(par=par, user_id=compte.pk, **champs)
        if "is_active" in form.changed_data:
            services.changer_activation(par=par, user_id=compte.pk, actif=compte.is_active)


def _dernier_admin(user: User) -> bool:
    """Whether nobody could enter the admin any more without him."""
    autres = User.objects.actifs().avec_role(Role.ADMIN).exclude(pk=user.pk)
    return user.est_admin and not autres.exists()


@admin.register(SessionApi)
class SessionApiAdmin(AdminLecture):
    """Who is signed in to the mobile application, from where."""

    list_display = ("user", "agent", "adresse", "utilisee_le", "expire_le", "revoquee_le")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__full_name", "adresse")
    exclude = ("jeton",)
