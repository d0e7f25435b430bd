"""Filters and sort keys of équipements: page, API and export alike."""

from django.db.models import QuerySet

from equipment.choices import Criticite, StatutEquipement
from equipment.models import Equipement
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


def _en_service(equipements: QuerySet[Equipement], _nom: str, oui: bool) -> QuerySet[Equipement]:
    if oui:
        return equipements.exclude(statut=StatutEquipement.RETIRE)
    return equipements.filter(statut=StatutEquipement.RETIRE)


class EquipementFiltres(Filtres):
    search = RechercheFiltre(
        "nom",
        "code_interne",
        "numero_serie",
        "type_equipement",
        "marque",
        "modele",
        "localisation",
        "client__nom_entreprise",
    )
    client_id = IdsFiltre("client_id")
    site_id = IdsFiltre("site_id")
    parent_id = IdsFiltre("parent_id")
    statut = ChoixFiltre("statut", StatutEquipement.choices)
    criticite = ChoixFiltre("criticite", Criticite.choices)
    type_equipement = TextesFiltre("type_equipement")
    marque = TextesFiltre("marque")
    ville = TextesFiltre("site__ville")
    en_service = DrapeauFiltre(method=_en_service)
    date_installation_gte = JourDepuisFiltre("date_installation")
    date_installation_lte = JourJusquaFiltre("date_installation")
    date_mise_en_service_gte = JourDepuisFiltre("date_mise_en_service")
    date_mise_en_service_lte = JourJusquaFiltre("date_mise_en_service")
    date_fin_garantie_gte = JourDepuisFiltre("date_fin_garantie")
    date_fin_garantie_lte = JourJusquaFiltre("date_fin_garantie")
    created_at_gte = DepuisFiltre("created_at")
    created_at_lte = JusquaFiltre("created_at")


TRIS: Tris = {
    "code_interne": ("code_interne",),
    "nom": (CleTri("nom"),),
    "type_equipement": (CleTri("type_equipement"),),
    "client_nom": (CleTri("client__nom_entreprise"),),
    "site_nom": (CleTri("site__nom"),),
    "statut": ("statut",),
    "criticite": ("criticite",),
    "date_installation": ("date_installation",),
    "date_fin_garantie": ("date_fin_garantie",),
    "created_at": ("created_at",),
}
