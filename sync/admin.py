from django.contrib import admin

from erp.admin import AdminLecture
from sync.models import EtatSync, OperationSync


@admin.register(OperationSync)
class OperationSyncAdmin(AdminLecture):
    """What devices sent, with what was typed and what became of it."""

    list_display = (
        "created_at",
        "user",
        "libelle_type",
        "etat",
        "intervention",
        "heure_appareil",
        "traitee_le",
    )
    list_select_related = ("user", "intervention")
    list_filter = ("etat", "type")
    search_fields = ("uuid", "user__email", "user__full_name", "intervention__reference")
    exclude = ("empreinte",)


@admin.register(EtatSync)
class EtatSyncAdmin(AdminLecture):
    """How far each device has read."""

    list_display = ("updated_at", "user", "chaine", "rang", "empreintes")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__full_name")
    exclude = ("contenu", "curseur")
