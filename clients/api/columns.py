"""What each role reads of clients, their people, sites and contracts."""

from accounts.models import User
from clients.models import Client, Contact, Contrat, EngagementSLA, Site
from clients.permissions import peut_voir_montants, peut_voir_notes_commerciales
from erp.api.columns import Colonnes, Enfants

CLIENT = Colonnes(
    Client,
    {
        nom: nom
        for nom in (
            "id",
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
            "created_at",
            "updated_at",
        )
    },
)
_CLIENT_SANS_NOTES = CLIENT.sans("notes_commerciales")

CONTACT = Colonnes(
    Contact,
    {
        "id": "id",
        "client_id": "client_id",
        "nom": "nom",
        "fonction": "fonction",
        "email": "email",
        "telephone": "telephone",
        "user_id": "user_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)

SITE = Colonnes(
    Site,
    {
        "id": "id",
        "client_id": "client_id",
        "client_nom": "client__nom_entreprise",
        "nom": "nom",
        "adresse": "adresse",
        "ville": "ville",
        "latitude": "latitude",
        "longitude": "longitude",
        "instructions_acces": "instructions_acces",
        "heures_ouverture": "heures_ouverture",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)

CONTRAT = Colonnes(
    Contrat,
    {
        "id": "id",
        "numero": "numero",
        "client_id": "client_id",
        "client_nom": "client__nom_entreprise",
        "type_contrat": "type_contrat",
        "statut": "statut",
        "date_debut": "date_debut",
        "date_fin": "date_fin",
        "montant_annuel": "montant_annuel",
        "devise": "devise",
        "interventions_incluses": "interventions_incluses",
        "heures_incluses": "heures_incluses",
        "couverture": "couverture",
        "reconduction_tacite": "reconduction_tacite",
        "notes": "notes",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
_CONTRAT_DU_CLIENT = CONTRAT.sans("notes")
_CONTRAT_DU_TERRAIN = CONTRAT.sans("notes", "montant_annuel", "devise")

ENGAGEMENTS = Enfants(
    EngagementSLA,
    {
        "id": "id",
        "priorite": "priorite",
        "reponse_heures": "reponse_heures",
        "resolution_heures": "resolution_heures",
    },
    parent="contrat_id",
    ordre=("resolution_heures",),
)


def client_pour(user: User) -> Colonnes:
    """The columns of a client that this user may read."""
    return CLIENT if peut_voir_notes_commerciales(user) else _CLIENT_SANS_NOTES


def contrat_pour(user: User) -> Colonnes:
    """The columns of a contract that this user may read: notes for staff, amounts not for techniciens."""
    if user.est_gestion:
        return CONTRAT
    return _CONTRAT_DU_CLIENT if peut_voir_montants(user) else _CONTRAT_DU_TERRAIN
