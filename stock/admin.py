from django.contrib import admin

from erp.admin import AdminErp, AdminLecture
from stock.models import MouvementStock, PieceDetachee, PieceVehicule


@admin.register(PieceDetachee)
class PieceAdmin(AdminErp):
    """A part; its stock moves through the ledger only, on the pages of the stock."""

    list_display = (
        "reference",
        "designation",
        "stock_actuel",
        "stock_minimum",
        "unite",
        "prix_unitaire",
        "emplacement",
    )
    list_filter = ("is_active", "fournisseur")
    search_fields = ("reference", "designation", "fournisseur")
    readonly_fields = ("stock_actuel",)


@admin.register(PieceVehicule)
class PieceVehiculeAdmin(AdminLecture):
    list_display = ("user", "piece", "quantite", "updated_at")
    list_select_related = ("piece", "user")
    search_fields = ("user__full_name", "piece__reference", "piece__designation")


@admin.register(MouvementStock)
class MouvementAdmin(AdminLecture):
    list_display = (
        "date_mouvement",
        "piece",
        "type_mouvement",
        "quantite",
        "stock_avant",
        "stock_apres",
        "user",
    )
    list_select_related = ("piece", "user")
    list_filter = ("type_mouvement",)
    search_fields = ("piece__reference", "piece__designation", "motif")
    date_hierarchy = "date_mouvement"
