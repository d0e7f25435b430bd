from django.contrib import admin

from erp.admin import AdminLecture
from jobs.models import Travail


@admin.register(Travail)
class TravailAdmin(AdminLecture):
    """A job is asked for where its result is wanted, and started again by whoever asked."""

    list_display = ("titre", "user", "statut", "fait", "total", "created_at", "fin")
    list_select_related = ("user",)
    list_filter = ("statut", "tache")
    search_fields = ("titre", "user__email")
