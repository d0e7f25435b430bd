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
from planning.choices import Conclusion, EtatProposition, JourFerme, ModeEcheance
from planning.models import Gamme, Reserve
from planning.previsions import a_generer
from planning.querysets import (
    GammeQuerySet,
    InspectionQuerySet,
    PlanQuerySet,
    ReserveQuerySet,
)

ECHEANCE = F("prochaine_echeance").asc(nulls_last=True)
TRIS_PLAN: Tris = {
    "echeance": (ECHEANCE,),
    "equipement": (CleTri("equipement__nom"),),
    "client": (CleTri("equipement__client__nom_entreprise"),),
    "gamme": (CleTri("gamme__titre"),),
    "derniere_execution": (F("derniere_execution").asc(nulls_last=True),),
}
TRIS_REGISTRE: Tris = {**TRIS_PLAN, "echeance": (F("echeance_legale").asc(nulls_last=True),)}
TRIS_GAMME: Tris = {"titre": (CleTri("titre"),), "duree_estimee": ("duree_estimee",)}
TRIS_PROPOSITION: Tris = {"created_at": ("created_at",), "debut": ("debut",)}
TRIS_INSPECTION: Tris = {
    "date_visite": ("date_visite",),
    "equipement": (CleTri("plan__equipement__nom"),),
    "client": (CleTri("plan__equipement__client__nom_entreprise"),),
}
DELAI = F("delai").asc(nulls_last=True)
TRIS_RESERVE: Tris = {
    "delai": (DELAI,),
    "date_visite": ("inspection__date_visite",),
    "levee_le": (F("levee_le").asc(nulls_last=True),),
}
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
    competence_id = IdsFiltre(
        "gamme__competences", method="exigeant", label=_("Compétence exigée par la gamme")
    )
    a_generer = DrapeauFiltre(
        "actif", method="par_generation", label=_("La prochaine génération en crée l’intervention")
    )

    def exigeant(self, queryset: PlanQuerySet, nom: str, valeur: Sequence[int]) -> PlanQuerySet:
        """Plans of a gamme that requires one of them."""
        exigeantes = Gamme.objects.filter(competences__in=list(valeur))
        return queryset.filter(gamme__in=exigeantes.values("pk"))

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
    verrouille = DrapeauFiltre("verrouille", label=_("Verrouillé"))
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
    """Regulatory inspections, of a queryset `avec_registre`."""

    search = RechercheFiltre(
        "gamme__titre",
        "equipement__nom",
        "equipement__code_interne",
        "texte_legal",
        label=_("Recherche"),
    )
    plan_id = IdsFiltre("pk", label=_("Plan"))
    client_id = IdsFiltre("equipement__client_id", label=_("Client"))
    site_id = IdsFiltre("equipement__site_id", label=_("Site"))
    equipement_id = IdsFiltre("equipement_id", label=_("Équipement"))
    en_retard = DrapeauFiltre("prochaine_echeance", method="en_retard_", label=_("En retard"))
    avec_reserves = DrapeauFiltre("pk", method="avec_reserves_", label=_("Réserves ouvertes"))

    def en_retard_(self, queryset: PlanQuerySet, nom: str, valeur: bool) -> PlanQuerySet:
        depasse = Q(
            actif=True, echeance_legale__isnull=False, echeance_legale__lt=timezone.localdate()
        )
        return queryset.filter(depasse if valeur else ~depasse)

    def avec_reserves_(self, queryset: PlanQuerySet, nom: str, valeur: bool) -> PlanQuerySet:
        ouvertes = Exists(
            Reserve.objects.filter(inspection__plan=OuterRef("pk"), levee_le__isnull=True)
        )
        return queryset.filter(ouvertes if valeur else ~ouvertes)


class InspectionFiltres(Filtres):
    """Reports of regulatory inspections, for everybody who sees them."""

    search = RechercheFiltre(
        "plan__gamme__titre",
        "plan__equipement__nom",
        "plan__equipement__code_interne",
        "organisme",
        "numero_rapport",
        label=_("Recherche"),
    )
    plan_id = IdsFiltre("plan_id", label=_("Plan"))
    equipement_id = IdsFiltre("plan__equipement_id", label=_("Équipement"))
    site_id = IdsFiltre("plan__equipement__site_id", label=_("Site"))
    conclusion = ChoixFiltre("conclusion", Conclusion.choices, label=_("Conclusion"))
    date_visite_gte = JourDepuisFiltre("date_visite", label=_("Visite à partir du"))
    date_visite_lte = JourJusquaFiltre("date_visite", label=_("Visite jusqu’au"))
    avec_reserves = DrapeauFiltre("pk", method="avec_reserves_", label=_("Réserves ouvertes"))

    def avec_reserves_(
        self, queryset: InspectionQuerySet, nom: str, valeur: bool
    ) -> InspectionQuerySet:
        ouvertes = Exists(Reserve.objects.filter(inspection=OuterRef("pk"), levee_le__isnull=True))
        return queryset.filter(ouvertes if valeur else ~ouvertes)


class InspectionFiltresGestion(InspectionFiltres):
    client_id = IdsFiltre("plan__equipement__client_id", label=_("Client"))
    enregistree_par_id = IdsFiltre("enregistree_par_id", label=_("Enregistrée par"))


class ReserveFiltres(Filtres):
    """What inspectors found wanting, for everybody who sees it."""

    search = RechercheFiltre(
        "libelle",
        "inspection__plan__equipement__nom",
        "inspection__plan__equipement__code_interne",
        label=_("Recherche"),
    )
    inspection_id = IdsFiltre("inspection_id", label=_("Inspection"))
    plan_id = IdsFiltre("inspection__plan_id", label=_("Plan"))
    equipement_id = IdsFiltre("inspection__plan__equipement_id", label=_("Équipement"))
    intervention_id = IdsFiltre("intervention_id", label=_("Intervention"))
    levee = DrapeauFiltre("levee_le", method="levee_", label=_("Levée"))
    en_retard = DrapeauFiltre("delai", method="en_retard_", label=_("Ouverte, son délai passé"))
    delai_gte = JourDepuisFiltre("delai", label=_("À lever à partir du"))
    delai_lte = JourJusquaFiltre("delai", label=_("À lever jusqu’au"))
    levee_le_gte = JourDepuisFiltre("levee_le", label=_("Levée à partir du"))
    levee_le_lte = JourJusquaFiltre("levee_le", label=_("Levée jusqu’au"))

    def levee_(self, queryset: ReserveQuerySet, nom: str, valeur: bool) -> ReserveQuerySet:
        return queryset.filter(levee_le__isnull=not valeur)

    def en_retard_(self, queryset: ReserveQuerySet, nom: str, valeur: bool) -> ReserveQuerySet:
        retard = Q(levee_le__isnull=True, delai__isnull=False, delai__lt=timezone.localdate())
        return queryset.filter(retard if valeur else ~retard)


class ReserveFiltresGestion(ReserveFiltres):
    client_id = IdsFiltre("inspection__plan__equipement__client_id", label=_("Client"))
    levee_par_id = IdsFiltre("levee_par_id", label=_("Levée par"))


def filtres_d_inspection(user: User) -> type[Filtres]:
    return InspectionFiltresGestion if user.est_gestion else InspectionFiltres


def filtres_de_reserve(user: User) -> type[Filtres]:
    return ReserveFiltresGestion if user.est_gestion else ReserveFiltres
