from django.contrib import admin

from erp.admin import AdminErp
from search.models import FiltreEnregistre


@admin.register(FiltreEnregistre)
class FiltreEnregistreAdmin(AdminErp):
    list_display = ("nom", "entite", "user", "partage", "updated_at")
    list_select_related = ("user",)
    list_filter = ("entite", "partage")
    search_fields = ("nom", "user__email", "user__full_name")
    autocomplete_fields = ("user",)
