from django.contrib import admin

from erp.admin import AdminErp, AdminLecture, LignesErp, LignesLecture
from planning.models import (
    AbonnementCalendrier,
    Gamme,
    Inspection,
    LigneProposition,
    OccurrencePlan,
    PieceGamme,
    PlanMaintenance,
    PointGamme,
    PropositionPlanning,
    Reserve,
)


class PointLignes(LignesErp):
    model = PointGamme
    fields = ("ordre", "libelle", "obligatoire", "unite")


class PieceLignes(LignesErp):
    model = PieceGamme
    liees = ("piece",)
    fields = ("piece", "quantite")
    autocomplete_fields = ("piece",)


class OccurrenceLignes(LignesLecture):
    model = OccurrencePlan
    liees = ("intervention", "plan__gamme", "plan__equipement")
    fields = ("date_echeance", "intervention")


@admin.register(Gamme)
class GammeAdmin(AdminErp):
    list_display = ("titre", "type_intervention", "priorite", "duree_estimee", "is_active")
    list_filter = ("is_active", "type_intervention")
    search_fields = ("titre",)
    autocomplete_fields = ("competences", "outils")
    inlines = (PointLignes, PieceLignes)


@admin.register(PlanMaintenance)
class PlanAdmin(AdminErp):
    list_display = (
        "gamme",
        "equipement",
        "regle",
        "prochaine_echeance",
        "derniere_execution",
        "mode",
        "actif",
    )
    list_select_related = ("gamme", "equipement")
    list_filter = ("actif", "mode")
    search_fields = ("gamme__titre", "equipement__nom", "equipement__code_interne")
    autocomplete_fields = ("gamme", "equipement", "compteur", "technicien")
    readonly_fields = ("derniere_execution",)
    inlines = (OccurrenceLignes,)


@admin.register(OccurrencePlan)
class OccurrenceAdmin(AdminLecture):
    list_display = ("plan", "date_echeance", "intervention")
    list_select_related = ("plan__gamme", "plan__equipement", "intervention")
    search_fields = ("plan__gamme__titre", "intervention__reference")


class PropositionLignes(LignesLecture):
    model = LigneProposition
    liees = ("intervention", "technicien__user")
    fields = ("intervention", "genre", "technicien", "debut", "fin", "raison", "etat", "message")


@admin.register(PropositionPlanning)
class PropositionAdmin(AdminLecture):
    list_display = ("debut", "fin", "demandee_par", "etat", "progression", "calculee_le", "erreur")
    list_select_related = ("demandee_par",)
    list_filter = ("etat",)
    inlines = (PropositionLignes,)


@admin.register(AbonnementCalendrier)
class AbonnementAdmin(AdminLecture):
    list_display = ("nom", "user", "technicien", "lu_le", "revoque_le")
    list_select_related = ("user", "technicien__user")
    exclude = ("empreinte",)


class ReserveLignes(LignesLecture):
    model = Reserve
    liees = ("intervention", "levee_par")
    fields = ("numero", "libelle", "delai", "intervention", "levee_le", "levee_par", "note")


@admin.register(Inspection)
class InspectionAdmin(AdminLecture):
    list_display = ("plan", "date_visite", "organisme", "conclusion")
    list_select_related = ("plan__gamme", "plan__equipement")
    list_filter = ("conclusion",)
    search_fields = ("plan__equipement__nom", "plan__equipement__code_interne", "numero_rapport")
    inlines = (ReserveLignes,)
