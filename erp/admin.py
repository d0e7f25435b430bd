"""The administrators' door: everything can be looked at, and what is data can be corrected.

What only the services may write (statut, journal, ledger, outbox) is read-only here: the admin is no second way to make
a transition. Only the role admin enters (`User.is_staff`).
"""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import PeriodicTaskAdmin as PeriodicTaskAdminBase
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from django_celery_results.models import GroupResult, TaskResult
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from erp.models import JourFerie, ParametresSociete, PeriodeRamadan


def entrer(request: HttpRequest) -> HttpResponse:
    """The door: there is one sign-in page, the product's own. Whoever is signed in without being admin is refused."""
    suite = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(suite, {request.get_host()}, request.is_secure()):
        suite = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(suite)
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return HttpResponseRedirect(suite)


class AdminErp(ModelAdmin):  # type: ignore[misc]  # unfold is not typed
    """Base of every page: dates of the row shown, no select with ten thousand options."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    search_help_text = _("Rechercher")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        dates = [
            champ.name
            for champ in self.model._meta.concrete_fields
            if champ.name in ("created_at", "updated_at")
        ]
        return (*super().get_readonly_fields(request, obj), *dates)


class AdminLecture(AdminErp):
    """To be looked at: what is here is written by the services alone."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LignesErp(TabularInline):  # type: ignore[misc]
    """Rows of a child that may be edited with their parent; `liees` are what naming a row needs."""

    extra = 0
    liees: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        lignes: QuerySet[Any] = super().get_queryset(request)
        return lignes.select_related(*self.liees) if self.liees else lignes


class LignesLecture(LignesErp):
    """Rows of a child to be looked at."""

    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ParametresSociete)
class ParametresSocieteAdmin(AdminErp):
    list_display = ("nom", "horaires", "horaires_ramadan", "delai_archivage_jours")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not ParametresSociete.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(JourFerie)
class JourFerieAdmin(AdminErp):
    list_display = ("jour", "libelle", "chome")
    list_filter = ("chome",)
    date_hierarchy = "jour"


@admin.register(PeriodeRamadan)
class PeriodeRamadanAdmin(AdminErp):
    list_display = ("debut", "fin")


# --- Jobs: the schedule is in the database, an administrator sees and changes it --------------------------------------

for modele in (
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    SolarSchedule,
    ClockedSchedule,
    TaskResult,
    GroupResult,
    Group,
    AccessAttempt,
    AccessLog,
    AccessFailureLog,
):
    if admin.site.is_registered(modele):
        admin.site.unregister(modele)


@admin.register(PeriodicTask)
class TachePlanifieeAdmin(PeriodicTaskAdminBase, AdminErp):  # type: ignore[misc]
    list_display = ("name", "enabled", "task", "scheduler", "last_run_at", "total_run_count")
    list_filter = ("enabled",)

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        forme = super().get_form(*args, **kwargs)
        if "task" in forme.base_fields:
            forme.base_fields["task"].widget = UnfoldAdminTextInputWidget()
        if "regtask" in forme.base_fields:
            choix = forme.base_fields["regtask"].widget.choices
            forme.base_fields["regtask"].widget = UnfoldAdminSelectWidget(choices=choix)
        return forme


@admin.register(IntervalSchedule)
class IntervalleAdmin(AdminErp):
    list_display = ("every", "period")


@admin.register(CrontabSchedule)
class HoraireAdmin(AdminErp):
    list_display = ("__str__", "timezone")


@admin.register(TaskResult)
class ExecutionAdmin(AdminLecture):
    list_display = ("task_name", "status", "date_created", "date_done", "worker")
    list_filter = ("status", "task_name")
    search_fields = ("task_id", "task_name", "result")


# --- Sign-in ----------------------------------------------------------------------------------------------------------


@admin.register(AccessAttempt)
class BlocageAdmin(AdminLecture):
    """Failed sign-ins; deleting a line unlocks the account at that address."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    actions = ("delete_selected",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


# In the words of the rest of the admin.
for modele, singulier, pluriel in (
    (AccessAttempt, _("blocage de connexion"), _("blocages de connexion")),
    (PeriodicTask, _("tâche planifiée"), _("tâches planifiées")),
    (IntervalSchedule, _("intervalle"), _("intervalles")),
    (CrontabSchedule, _("horaire"), _("horaires")),
    (TaskResult, _("exécution"), _("exécutions")),
):
    modele._meta.verbose_name = singulier
    modele._meta.verbose_name_plural = pluriel
