from django.contrib import admin

from equipment.models import (
    Compteur,
    CouvertureContrat,
    Equipement,
    HistoriqueEquipement,
    ReleveCompteur,
)
from erp.admin import AdminErp, AdminLecture, LignesErp, LignesLecture


class CompteurLignes(LignesErp):
    model = Compteur
    fields = ("nom", "unite")
    show_change_link = True


class CouvertureLignes(LignesLecture):
    model = CouvertureContrat
    liees = ("contrat",)
    fields = readonly_fields = ("contrat", "periode", "actif")
    show_change_link = False


class ReleveLignes(LignesLecture):
    model = ReleveCompteur
    liees = ("user", "compteur")
    fields = ("date_releve", "valeur", "remplacement", "user")
    max_num = 0


class HistoriqueLignes(LignesLecture):
    model = HistoriqueEquipement
    liees = ("user",)
    fields = readonly_fields = (
        "horodatage",
        "ancien_statut",
        "nouveau_statut",
        "motif",
        "origine",
        "user",
    )
    max_num = 0
    show_change_link = False


@admin.register(Equipement)
class EquipementAdmin(AdminErp):
    list_display = (
        "code_interne",
        "nom",
        "type_equipement",
        "client",
        "site",
        "statut",
        "criticite",
    )
    list_select_related = ("client", "site")
    list_filter = ("statut", "criticite", "type_equipement")
    search_fields = ("code_interne", "nom", "numero_serie", "client__nom_entreprise")
    autocomplete_fields = ("client", "site", "parent")
    readonly_fields = ("statut",)
    inlines = (CompteurLignes, CouvertureLignes, HistoriqueLignes)


@admin.register(Compteur)
class CompteurAdmin(AdminErp):
    list_display = ("nom", "equipement", "unite")
    list_select_related = ("equipement",)
    search_fields = ("nom", "equipement__nom", "equipement__code_interne")
    autocomplete_fields = ("equipement",)
    inlines = (ReleveLignes,)


@admin.register(ReleveCompteur)
class ReleveAdmin(AdminLecture):
    list_display = ("compteur", "valeur", "date_releve", "remplacement", "user")
    list_select_related = ("compteur__equipement", "user")
    search_fields = ("compteur__equipement__code_interne",)
