"""What each role reads of équipements and their meters."""

from accounts.models import User
from equipment.models import Compteur, Equipement, ReleveCompteur
from equipment.permissions import peut_voir_montants
from erp.api.columns import Colonnes, Enfants

LISTE = Colonnes(
    Equipement,
    {
        "id": "id",
        "code_interne": "code_interne",
        "nom": "nom",
        "numero_serie": "numero_serie",
        "type_equipement": "type_equipement",
        "marque": "marque",
        "modele": "modele",
        "statut": "statut",
        "criticite": "criticite",
        "client_id": "client_id",
        "client_nom": "client__nom_entreprise",
        "site_id": "site_id",
        "site_nom": "site__nom",
        "site_ville": "site__ville",
        "localisation": "localisation",
        "parent_id": "parent_id",
        "date_fin_garantie": "date_fin_garantie",
        "updated_at": "updated_at",
    },
)
EQUIPEMENT = LISTE.avec(
    batiment="batiment",
    etage="etage",
    zone="zone",
    parent_nom="parent__nom",
    specifications="specifications",
    date_installation="date_installation",
    date_mise_en_service="date_mise_en_service",
    frequence_entretien_jours="frequence_entretien_jours",
    cout_acquisition="cout_acquisition",
    created_at="created_at",
)
_SANS_MONTANT = EQUIPEMENT.sans("cout_acquisition")

COMPTEUR = Colonnes(
    Compteur,
    {
        "id": "id",
        "equipement_id": "equipement_id",
        "nom": "nom",
        "unite": "unite",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
COMPTEURS = Enfants(Compteur, COMPTEUR.colonnes, parent="equipement_id", ordre=("nom",))

RELEVE = Colonnes(
    ReleveCompteur,
    {
        "id": "id",
        "compteur_id": "compteur_id",
        "valeur": "valeur",
        "date_releve": "date_releve",
        "remplacement": "remplacement",
        "user_nom": "user__full_name",
        "created_at": "created_at",
    },
)
# A client reads the figures; who of the house read the meter is not its business.
_RELEVE_DU_CLIENT = RELEVE.sans("user_nom")


def equipement_pour(user: User) -> Colonnes:
    """The columns of a machine that this user may read."""
    return EQUIPEMENT if peut_voir_montants(user) else _SANS_MONTANT


def releve_pour(user: User) -> Colonnes:
    """The columns of a reading that this user may read."""
    return _RELEVE_DU_CLIENT if user.est_client else RELEVE
