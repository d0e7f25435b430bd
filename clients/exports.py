"""What of clients, sites and contracts leaves as a table."""

from django.utils.translation import gettext_lazy as _

from clients.api.columns import SITE, client_pour, contrat_pour
from clients.filters import (
    CLIENTS_TRIS,
    CONTRATS_TRIS,
    SITES_TRIS,
    ClientFiltres,
    ContratFiltres,
    SiteFiltres,
)
from clients.models import Client, Contrat, Site
from erp.exports import Export

CLIENTS = Export(
    nom="clients",
    titre=_("Clients"),
    visibles=lambda user: Client.objects.visible_to(user),
    colonnes=client_pour,
    filtres=lambda user: (ClientFiltres, CLIENTS_TRIS),
    tri="nom_entreprise",
    champs=dict.fromkeys(
        (
            "nom_entreprise",
            "nom_commercial",
            "type_client",
            "secteur_activite",
            "ice",
            "identifiant_fiscal",
            "registre_commerce",
            "patente",
            "cnss",
            "contact_nom",
            "contact_fonction",
            "email",
            "telephone",
            "telephone_mobile",
            "adresse",
            "code_postal",
            "ville",
            "region",
            "pays",
            "niveau_service",
            "instructions_particulieres",
            "notes_commerciales",
            "is_active",
        ),
        "",
    ),
)

SITES = Export(
    nom="sites",
    titre=_("Sites"),
    visibles=lambda user: Site.objects.visible_to(user),
    colonnes=lambda user: SITE,
    filtres=lambda user: (SiteFiltres, SITES_TRIS),
    tri="nom",
    champs={
        "client_nom": _("Client"),
        "nom": "",
        "adresse": "",
        "ville": "",
        "latitude": "",
        "longitude": "",
        "instructions_acces": "",
        "heures_ouverture": "",
    },
)

CONTRATS = Export(
    nom="contrats",
    titre=_("Contrats"),
    visibles=lambda user: Contrat.objects.visible_to(user),
    colonnes=contrat_pour,
    filtres=lambda user: (ContratFiltres, CONTRATS_TRIS),
    tri="-date_debut",
    champs={
        "numero": "",
        "client_nom": _("Client"),
        "type_contrat": "",
        "statut": "",
        "date_debut": "",
        "date_fin": "",
        "montant_annuel": "",
        "devise": "",
        "interventions_incluses": "",
        "heures_incluses": "",
        "couverture": "",
        "reconduction_tacite": "",
        "notes": "",
    },
)
