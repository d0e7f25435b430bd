"""Filters and sort keys of clients, contacts, sites and contracts: page, API and export alike."""

from django.db.models import QuerySet

from clients.choices import Couverture, NiveauService, StatutContrat, TypeClient, TypeContrat
from clients.models import Contrat
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


class ClientFiltres(Filtres):
    search = RechercheFiltre(
        "nom_entreprise", "nom_commercial", "ice", "ville", "contact_nom", "email"
    )
    type_client = ChoixFiltre("type_client", TypeClient.choices)
    niveau_service = ChoixFiltre("niveau_service", NiveauService.choices)
    secteur_activite = TextesFiltre("secteur_activite")
    ville = TextesFiltre("ville")
    region = TextesFiltre("region")
    is_active = DrapeauFiltre("is_active")
    created_at_gte = DepuisFiltre("created_at")
    created_at_lte = JusquaFiltre("created_at")


CLIENTS_TRIS: Tris = {
    "nom_entreprise": (CleTri("nom_entreprise"),),
    "ville": (CleTri("ville"),),
    "type_client": ("type_client",),
    "niveau_service": ("niveau_service",),
    "is_active": ("is_active",),
    "created_at": ("created_at",),
}


class ContactFiltres(Filtres):
    search = RechercheFiltre("nom", "fonction", "email", "client__nom_entreprise")
    client_id = IdsFiltre("client_id")
    user_id = IdsFiltre("user_id")


CONTACTS_TRIS: Tris = {"nom": (CleTri("nom"),), "created_at": ("created_at",)}


class SiteFiltres(Filtres):
    search = RechercheFiltre("nom", "adresse", "ville", "client__nom_entreprise")
    client_id = IdsFiltre("client_id")
    ville = TextesFiltre("ville")


SITES_TRIS: Tris = {
    "nom": (CleTri("nom"),),
    "ville": (CleTri("ville"),),
    "created_at": ("created_at",),
}


def _en_vigueur(contrats: QuerySet[Contrat], _nom: str, oui: bool) -> QuerySet[Contrat]:
    vigueur = Contrat.objects.en_vigueur().values("pk")
    return contrats.filter(pk__in=vigueur) if oui else contrats.exclude(pk__in=vigueur)


class ContratFiltres(Filtres):
    search = RechercheFiltre("numero", "client__nom_entreprise")
    client_id = IdsFiltre("client_id")
    type_contrat = ChoixFiltre("type_contrat", TypeContrat.choices)
    statut = ChoixFiltre("statut", StatutContrat.choices)
    couverture = ChoixFiltre("couverture", Couverture.choices)
    reconduction_tacite = DrapeauFiltre("reconduction_tacite")
    en_vigueur = DrapeauFiltre(method=_en_vigueur)
    date_debut_gte = JourDepuisFiltre("date_debut")
    date_debut_lte = JourJusquaFiltre("date_debut")
    date_fin_gte = JourDepuisFiltre("date_fin")
    date_fin_lte = JourJusquaFiltre("date_fin")


CONTRATS_TRIS: Tris = {
    "numero": ("numero",),
    "client_nom": (CleTri("client__nom_entreprise"),),
    "type_contrat": ("type_contrat",),
    "statut": ("statut",),
    "date_debut": ("date_debut",),
    "date_fin": ("date_fin",),
}
