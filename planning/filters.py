"""Filters and sort keys of plans and gammes; a client does not filter by what it does not see."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    IdsFiltre,
    JourDepuisFiltre,
    JourJusquaFiltre,
    JusquaFiltre,
    RechercheFiltre,
    Tris,
)
from erp.models import CleTri
from interventions.choices import Priorite, TypeIntervention
from planning.choices import EtatProposition, JourFerme, ModeEcheance
from planning.models import Reserve
from planning.previsions import a_generer
from planning.querysets import GammeQuerySet, PlanQuerySet

ECHEANCE = F("prochaine_echeance").asc(nulls_last=True)
TRIS_PLAN: Tris = {
    "echeance": (ECHEANCE,),
    "equipement": (CleTri("equipement__nom"),),
    "client": (CleTri("equipement__client__nom_entreprise"),),
    "gamme": (CleTri("gamme__titre"),),
    "derniere_execution": (F("derniere_execution").asc(nulls_last=True),),
}
TRIS_GAMME: Tris = {"titre": (CleTri("titre"),), "duree_estimee": ("duree_estimee",)}
TRIS_PROPOSITION: Tris = {"created_at": ("created_at",), "debut": ("debut",)}
TRIS_CRENEAU: Tris = {"debut": ("debut",), "fin": ("fin",)}


class PlanFiltres(Filtres):
    """For everybody who sees plans."""

    search = RechercheFiltre(
        "gamme__titre",
        "equipement__nom",
        "equipement__code_interne",
        "equipement__client__nom_entreprise",
        label=_("Recherche"),
    )
    equipement_id = IdsFiltre("equipement_id", label=_("Équipement"))
    site_id = IdsFiltre("equipement__site_id", label=_("Site"))
    gamme_id = IdsFiltre("gamme_id", label=_("Gamme"))
    actif = DrapeauFiltre("actif", label=_("Actif"))
    mode = ChoixFiltre("mode", ModeEcheance.choices, label=_("Échéance fixe ou flottante"))
    jour_ferme = ChoixFiltre(
        "jour_ferme", JourFerme.choices, label=_("Si la date tombe un jour fermé")
    )
    reglementaire = DrapeauFiltre("reglementaire", label=_("Contrôle réglementaire"))
    compteur_id = IdsFiltre("compteur_id", label=_("Compteur"))
    date_depart_gte = JourDepuisFiltre("date_depart", label=_("Première échéance à partir du"))
    date_depart_lte = JourJusquaFiltre("date_depart", label=_("Première échéance jusqu’au"))
    derniere_execution_gte = JourDepuisFiltre(
        "derniere_execution", label=_("Dernière exécution à partir du")
    )
    derniere_execution_lte = JourJusquaFiltre(
        "derniere_execution", label=_("Dernière exécution jusqu’au")
    )
    date_echeance_gte = JourDepuisFiltre("prochaine_echeance", label=_("Échéance à partir du"))
    date_echeance_lte = JourJusquaFiltre("prochaine_echeance", label=_("Échéance jusqu’au"))


class PlanFiltresGestion(PlanFiltres):
    """For staff."""

    client_id = IdsFiltre("equipement__client_id", label=_("Client"))
    technicien_id = IdsFiltre("technicien_id", label=_("Technicien habituel"))
    a_generer = DrapeauFiltre(
        "actif", method="par_generation", label=_("La prochaine génération en crée l’intervention")
    )

    def par_generation(self, queryset: PlanQuerySet, nom: str, valeur: bool) -> Any:
        dus = a_generer(queryset, timezone.localdate())
        return dus if valeur else queryset.exclude(pk__in=dus.order_by().values("pk"))


class GammeFiltres(Filtres):
    search = RechercheFiltre("titre", "description", label=_("Recherche"))
    type_intervention = ChoixFiltre("type_intervention", TypeIntervention.choices, label=_("Type"))
    priorite = ChoixFiltre("priorite", Priorite.choices, label=_("Priorité"))
    competence_id = IdsFiltre(
        "competences", method="exigeant", label=_("Compétence exigée ; toutes, si plusieurs")
    )
    is_active = DrapeauFiltre("is_active", label=_("Active"))

    def exigeant(self, queryset: GammeQuerySet, nom: str, valeur: Sequence[int]) -> GammeQuerySet:
        for pk in valeur:
            queryset = queryset.filter(
                pk__in=queryset.model.objects.filter(competences=pk).values("pk")
            )
        return queryset


class CreneauFiltres(Filtres):
    """Slots of a period: those that touch it."""

    date_debut_gte = DepuisFiltre("fin", label=_("Finit à partir de"))
    date_debut_lte = JusquaFiltre("debut", label=_("Commence avant"))
    intervention_id = IdsFiltre("intervention_id", label=_("Intervention"))
    ouvert = DrapeauFiltre("ouvert", label=_("Ouvert"))
    confirme = DrapeauFiltre("confirme", label=_("Confirmé"))


class CreneauFiltresGestion(CreneauFiltres):
    technicien_id = IdsFiltre("technicien_id", label=_("Technicien"))


def filtres_de_plan(user: User) -> type[Filtres]:
    return PlanFiltresGestion if user.est_gestion else PlanFiltres


def filtres_de_creneau(user: User) -> type[Filtres]:
    return CreneauFiltresGestion if user.est_gestion else CreneauFiltres


class PropositionFiltres(Filtres):
    etat = ChoixFiltre("etat", EtatProposition.choices, label=_("État"))
    demandee_par_id = IdsFiltre("demandee_par_id", label=_("Demandée par"))
    date_debut_gte = JourDepuisFiltre("debut", label=_("Commence à partir du"))
    date_debut_lte = JourJusquaFiltre("debut", label=_("Commence jusqu’au"))


class RegistreFiltres(Filtres):
    """Regulatory inspections."""

    search = RechercheFiltre(
        "gamme__titre",
        "equipement__nom",
        "equipement__code_interne",
        "texte_legal",
        label=_("Recherche"),
    )
    client_id = IdsFiltre("equipement__client_id", label=_("Client"))
    equipement_id = IdsFiltre("equipement_id", label=_("Équipement"))
    en_retard = DrapeauFiltre("prochaine_echeance", method="en_retard_", label=_("En retard"))
    avec_reserves = DrapeauFiltre("pk", method="avec_reserves_", label=_("Réserves ouvertes"))

    def en_retard_(self, queryset: PlanQuerySet, nom: str, valeur: bool) -> PlanQuerySet:
        depasse = Q(actif=True, prochaine_echeance__lt=timezone.localdate())
        return queryset.filter(depasse if valeur else ~depasse)

    def avec_reserves_(self, queryset: PlanQuerySet, nom: str, valeur: bool) -> PlanQuerySet:
        ouvertes = Exists(
            Reserve.objects.filter(inspection__plan=OuterRef("pk"), levee_le__isnull=True)
        )
        return queryset.filter(ouvertes if valeur else ~ouvertes)
