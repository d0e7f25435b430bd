from django.contrib import admin

from erp.admin import AdminErp, LignesErp
from technicians.models import Competence, Disponibilite, Outil, Technicien, TechnicienCompetence


class CompetenceLignes(LignesErp):
    model = TechnicienCompetence
    liees = ("competence",)
    fields = ("competence", "niveau", "certifie", "date_acquisition", "date_expiration")
    autocomplete_fields = ("competence",)


@admin.register(Technicien)
class TechnicienAdmin(AdminErp):
    list_display = (
        "matricule",
        "user",
        "specialite",
        "equipe",
        "zone_geographique",
        "cout_horaire",
    )
    list_select_related = ("user",)
    list_filter = ("equipe", "specialite")
    search_fields = ("matricule", "user__full_name", "user__email", "specialite")
    autocomplete_fields = ("user", "outils")
    inlines = (CompetenceLignes,)


@admin.register(Competence)
class CompetenceAdmin(AdminErp):
    list_display = ("nom", "description")
    search_fields = ("nom",)


@admin.register(Outil)
class OutilAdmin(AdminErp):
    list_display = ("nom", "is_active")
    list_filter = ("is_active",)
    search_fields = ("nom",)


@admin.register(Disponibilite)
class DisponibiliteAdmin(AdminErp):
    list_display = ("technicien", "type", "debut", "fin", "statut", "motif")
    list_select_related = ("technicien__user",)
    list_filter = ("type", "statut")
    search_fields = ("technicien__user__full_name", "motif")
    autocomplete_fields = ("technicien",)
    date_hierarchy = "debut"
