"""Filters and sort keys of the rows of an import, and of the exports that one asked for."""

from django.utils.translation import gettext_lazy as _

from erp.filters import ChoixFiltre, DepuisFiltre, Filtres, JusquaFiltre, RechercheFiltre, Tris
from jobs.choices import StatutTravail
from jobs.models import Travail
from transfers.choices import SortLigne
from transfers.models import LigneImport


class LigneImportFiltres(Filtres):
    search = RechercheFiltre("libelle", label=_("Recherche"))
    sort_ligne = ChoixFiltre("sort", SortLigne.choices, label=_("Sort"))

    class Meta:
        model = LigneImport
        fields: list[str] = []


TRIS: Tris = {"numero": ("numero",), "libelle": ("libelle",)}


class ExportDemandeFiltres(Filtres):
    search = RechercheFiltre("titre", label=_("Recherche"))
    statut = ChoixFiltre("statut", StatutTravail.choices, label=_("Statut"))
    created_at_gte = DepuisFiltre("created_at")
    created_at_lte = JusquaFiltre("created_at")

    class Meta:
        model = Travail
        fields: list[str] = []


EXPORTS_DEMANDES_TRIS: Tris = {
    "created_at": ("created_at",),
    "titre": ("titre",),
    "statut": ("statut",),
}
