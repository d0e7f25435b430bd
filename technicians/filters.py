"""Filters and sort keys of techniciens: one set per reader, for nobody filters by what he does not see."""

from collections.abc import Sequence
from typing import Any

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
    TextesFiltre,
    Tris,
)
from erp.models import CleTri
from technicians import permissions
from technicians.choices import EtatTechnicien, StatutAbsence, TypeAbsence
from technicians.querysets import TechnicienQuerySet

TRIS: Tris = {
    "nom": (CleTri("user__full_name"),),
    "matricule": ("matricule",),
    "specialite": (CleTri("specialite"),),
    "equipe": (CleTri("equipe"),),
    "date_embauche": ("date_embauche",),
}
TRIS_NOM: Tris = {"nom": TRIS["nom"]}
TRI_DEFAUT = TRIS["nom"]


class NomFiltres(Filtres):
    """For clients, who are shown names only."""

    search = RechercheFiltre("user__full_name", label=_("Recherche"))


class AnnuaireFiltres(Filtres):
    """For techniciens: the directory of their colleagues."""

    search = RechercheFiltre(
        "matricule",
        "specialite",
        "equipe",
        "zone_geographique",
        "user__full_name",
        label=_("Recherche"),
    )
    actif = DrapeauFiltre("user__is_active", label=_("Actif"))
    competence_id = IdsFiltre(
        method="possedant",
        label=_("Compétence détenue et valide ; toutes, si plusieurs"),
        field_name="competences",
    )
    equipe = TextesFiltre("equipe", label=_("Équipe"))
    specialite = TextesFiltre("specialite", label=_("Spécialité"))
    zone_geographique = TextesFiltre("zone_geographique", label=_("Zone"))
    user_id = IdsFiltre("user_id", label=_("Compte"))
    date_embauche_gte = JourDepuisFiltre("date_embauche", label=_("Embauché depuis"))
    date_embauche_lte = JourJusquaFiltre("date_embauche", label=_("Embauché jusqu’au"))

    def possedant(
        self, queryset: TechnicienQuerySet, nom: str, valeur: Sequence[int]
    ) -> TechnicienQuerySet:
        return queryset.possedant(valeur)


class TechnicienFiltres(AnnuaireFiltres):
    """For staff: where each one stands now, too."""

    etat = ChoixFiltre("etat", EtatTechnicien.choices, method="par_etat", label=_("En ce moment"))

    def par_etat(self, queryset: TechnicienQuerySet, nom: str, valeur: Sequence[str]) -> Any:
        avec_etat: Any = queryset.avec_etat()
        return avec_etat.filter(etat__in=valeur)


class AbsenceFiltres(Filtres):
    technicien_id = IdsFiltre("technicien_id", label=_("Technicien"))
    type = ChoixFiltre("type", TypeAbsence.choices, label=_("Type"))
    statut = ChoixFiltre("statut", StatutAbsence.choices, label=_("Statut"))
    date_debut_gte = DepuisFiltre("debut", label=_("Commence à partir de"))
    date_debut_lte = JusquaFiltre("debut", label=_("Commence avant"))
    date_fin_gte = DepuisFiltre("fin", label=_("Finit à partir de"))
    date_fin_lte = JusquaFiltre("fin", label=_("Finit avant"))


class CompetenceFiltres(Filtres):
    search = RechercheFiltre("nom", "description", label=_("Recherche"))


class OutilFiltres(Filtres):
    search = RechercheFiltre("nom", label=_("Recherche"))
    is_active = DrapeauFiltre("is_active", label=_("En service"))


def filtres_pour(user: User) -> tuple[type[Filtres], Tris]:
    """The filters and sort keys of a list of techniciens, as far as the user sees what they filter by."""
    if permissions.peut_gerer(user):
        return TechnicienFiltres, TRIS
    if permissions.peut_voir_fiche(user):
        return AnnuaireFiltres, TRIS
    return NomFiltres, TRIS_NOM
