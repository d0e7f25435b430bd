"""Interventions to be looked at: they change on the pages and through the API, where the rules are asked."""

from django.contrib import admin

from erp.admin import AdminLecture, LignesLecture
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    Planning,
    PointControle,
    TempsPasse,
)


class HistoriqueLignes(LignesLecture):
    model = HistoriqueIntervention
    fields = (
        "horodatage",
        "action",
        "ancien_statut",
        "nouveau_statut",
        "user",
        "remarque",
        "interne",
    )


class PlanningLignes(LignesLecture):
    model = Planning
    fields = ("technicien", "debut", "fin", "ouvert", "confirme")


class PieceLignes(LignesLecture):
    model = InterventionPiece
    fields = ("piece", "quantite", "prix_unitaire")


class TempsLignes(LignesLecture):
    model = TempsPasse
    fields = ("technicien", "type_temps", "debut", "fin", "note")


class ControleLignes(LignesLecture):
    model = PointControle
    fields = ("ordre", "libelle", "obligatoire", "resultat", "valeur_mesuree", "note")


@admin.register(Intervention)
class InterventionAdmin(AdminLecture):
    list_display = (
        "reference",
        "titre",
        "statut",
        "priorite",
        "client",
        "equipement",
        "technicien",
        "date_creation",
        "date_limite",
    )
    list_select_related = ("client", "equipement", "technicien__user")
    list_filter = ("statut", "priorite", "type_intervention")
    search_fields = ("reference", "titre", "client__nom_entreprise", "equipement__code_interne")
    inlines = (HistoriqueLignes, PlanningLignes, PieceLignes, TempsLignes, ControleLignes)


@admin.register(HistoriqueIntervention)
class HistoriqueAdmin(AdminLecture):
    list_display = (
        "horodatage",
        "intervention",
        "action",
        "ancien_statut",
        "nouveau_statut",
        "user",
    )
    list_select_related = ("intervention", "user")
    list_filter = ("action",)
    search_fields = ("intervention__reference", "remarque")


@admin.register(Planning)
class PlanningAdmin(AdminLecture):
    list_display = (
        "intervention",
        "technicien",
        "debut",
        "fin",
        "ouvert",
        "confirme",
        "rappel_envoye",
    )
    list_select_related = ("intervention", "technicien__user")
    list_filter = ("ouvert", "confirme")
    search_fields = ("intervention__reference", "technicien__user__full_name")
    date_hierarchy = "debut"
