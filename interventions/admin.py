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
    liees = ("user",)
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
    liees = ("technicien__user",)
    fields = ("technicien", "debut", "fin", "ouvert", "confirme")


class PieceLignes(LignesLecture):
    model = InterventionPiece
    liees = ("piece",)
    fields = ("piece", "quantite", "prix_unitaire")


class TempsLignes(LignesLecture):
    model = TempsPasse
    liees = ("technicien__user",)
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


@admin.register(InterventionPiece)
class PieceUtiliseeAdmin(AdminLecture):
    list_display = ("intervention", "piece", "quantite", "prix_unitaire", "created_at")
    list_select_related = ("intervention", "piece")
    search_fields = ("intervention__reference", "piece__reference", "piece__designation")


@admin.register(TempsPasse)
class TempsAdmin(AdminLecture):
    list_display = ("intervention", "technicien", "type_temps", "debut", "fin", "note")
    list_select_related = ("intervention", "technicien__user")
    list_filter = ("type_temps",)
    search_fields = ("intervention__reference", "technicien__user__full_name")


@admin.register(PointControle)
class ControleAdmin(AdminLecture):
    list_display = ("intervention", "libelle", "obligatoire", "resultat", "valeur_mesuree", "user")
    list_select_related = ("intervention", "user")
    list_filter = ("resultat", "obligatoire")
    search_fields = ("intervention__reference", "libelle")
