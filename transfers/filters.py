"""Filters and sort keys of the rows of an import."""

from django.utils.translation import gettext_lazy as _

from erp.filters import ChoixFiltre, Filtres, RechercheFiltre, Tris
from transfers.choices import SortLigne
from transfers.models import LigneImport


class LigneImportFiltres(Filtres):
    search = RechercheFiltre("libelle", label=_("Recherche"))
    sort_ligne = ChoixFiltre("sort", SortLigne.choices, label=_("Sort"))

    class Meta:
        model = LigneImport
        fields: list[str] = []


TRIS: Tris = {"numero": ("numero",), "libelle": ("libelle",)}
