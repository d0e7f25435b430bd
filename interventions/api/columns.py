"""What each role reads of interventions: a column that a role may not see is not read from the database."""

from django.db.models import BooleanField, Case, FilteredRelation, Q, TextField, Value, When
from django.db.models.functions import Now

from accounts.models import User
from erp.api.columns import Colonnes, Enfants, Ligne
from interventions.choices import MOTIFS_DU_CLIENT, STATUTS_ACTIFS, ActionJournal, Statut
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    PointControle,
    TempsPasse,
)
from interventions.permissions import peut_voir_couts

# Past its deadline at this moment, as the filter of that name: active, and not waiting for the client.
EN_RETARD = Case(
    When(
        Q(statut__in=STATUTS_ACTIFS, date_limite__lt=Now())
        & ~Q(statut=Statut.EN_ATTENTE, motif_attente__in=MOTIFS_DU_CLIENT),
        then=Value(True),
    ),
    default=Value(False),
    output_field=BooleanField(),
)

LISTE = Colonnes(
    Intervention,
    {
        "id": "id",
        "reference": "reference",
        "titre": "titre",
        "type_intervention": "type_intervention",
        "statut": "statut",
        "priorite": "priorite",
        "urgence": "urgence",
        "equipement_id": "equipement_id",
        "equipement_nom": "equipement__nom",
        "equipement_code": "equipement__code_interne",
        "client_id": "client_id",
        "client_nom": "client__nom_entreprise",
        "site_id": "site_id",
        "site_nom": "site__nom",
        "site_ville": "site__ville",
        "technicien_id": "technicien_id",
        "technicien_nom": "technicien__user__full_name",
        "date_creation": "date_creation",
        "date_limite": "date_limite",
        "en_retard": EN_RETARD,
        "planifiee_debut": "creneau__debut",
        "planifiee_fin": "creneau__fin",
        "date_debut": "date_debut",
        "date_fin": "date_fin",
        "date_cloture": "date_cloture",
        "duree_estimee": "duree_estimee",
        "duree_reelle": "duree_reelle",
        "motif_attente": "motif_attente",
        "satisfaction_client": "satisfaction_client",
        "version": "version",
        "updated_at": "updated_at",
    },
    # at most one slot is open, so the join adds no row
    relations={"creneau": FilteredRelation("creneaux", condition=Q(creneaux__ouvert=True))},
)

COUTS = ("cout_estime", "cout_main_oeuvre", "cout_pieces")

INTERVENTION = LISTE.avec(
    description="description",
    type_equipement="equipement__type_equipement",
    localisation="equipement__localisation",
    client_telephone="client__telephone",
    site_adresse="site__adresse",
    site_latitude="site__latitude",
    site_longitude="site__longitude",
    site_instructions="site__instructions_acces",
    contrat_id="contrat_id",
    contrat_numero="contrat__numero",
    created_by_id="created_by_id",
    created_by_nom="created_by__full_name",
    planifiee_confirmee="creneau__confirme",
    date_affectation="date_affectation",
    diagnostic="diagnostic",
    solution="solution",
    notes_techniques="notes_techniques",
    cout_estime="cout_estime",
    cout_main_oeuvre="cout_main_oeuvre",
    cout_pieces="cout_pieces",
    en_attente_depuis="en_attente_depuis",
    minutes_attente="minutes_attente",
    motif_annulation="motif_annulation",
    annulation_demandee_le="annulation_demandee_le",
    commentaire_client="commentaire_client",
)
_DU_TERRAIN = INTERVENTION.sans(*COUTS)
_DU_CLIENT = INTERVENTION.sans(*COUTS, "notes_techniques")

COMPETENCES = Enfants(
    Intervention.competences_requises.through,
    {"id": "competence_id", "nom": "competence__nom"},
    parent="intervention_id",
    ordre=("competence__nom",),
)

_JOURNAL = {
    "id": "id",
    "action": "action",
    "ancien_statut": "ancien_statut",
    "nouveau_statut": "nouveau_statut",
    "remarque": "remarque",
    "interne": "interne",
    "user_id": "user_id",
    "user_nom": "user__full_name",
    "horodatage": "horodatage",
    "donnees": "donnees",
}
_RECENT = ("-horodatage", "-id")
JOURNAL = Enfants(HistoriqueIntervention, _JOURNAL, parent="intervention_id", ordre=_RECENT)
# As `HistoriqueQuerySet.visible_to` for a client: the words of an internal line and the details stay in the house.
_JOURNAL_DU_CLIENT = Enfants(
    HistoriqueIntervention,
    {
        **{nom: valeur for nom, valeur in _JOURNAL.items() if nom not in ("interne", "donnees")},
        "remarque": Case(
            When(interne=True, then=Value("")), default="remarque", output_field=TextField()
        ),
    },
    parent="intervention_id",
    ordre=_RECENT,
    condition=~Q(interne=True, action__in=[ActionJournal.REMARQUE, ActionJournal.DOCUMENT])
    & ~Q(action__in=[ActionJournal.PIECE, ActionJournal.TEMPS, ActionJournal.MODIFICATION]),
)

PIECES = Colonnes(
    InterventionPiece,
    {
        "id": "id",
        "piece_id": "piece_id",
        "piece_reference": "piece__reference",
        "piece_designation": "piece__designation",
        "unite": "piece__unite",
        "quantite": "quantite",
        "prix_unitaire": "prix_unitaire",
        "mouvement_id": "mouvement_id",
        "created_at": "created_at",
    },
)
_PIECES_SANS_PRIX = PIECES.sans("prix_unitaire")

TEMPS = Colonnes(
    TempsPasse,
    {
        "id": "id",
        "technicien_id": "technicien_id",
        "technicien_nom": "technicien__user__full_name",
        "type_temps": "type_temps",
        "debut": "debut",
        "fin": "fin",
        "note": "note",
        "created_at": "created_at",
    },
)

CONTROLES = Colonnes(
    PointControle,
    {
        "id": "id",
        "ordre": "ordre",
        "libelle": "libelle",
        "obligatoire": "obligatoire",
        "resultat": "resultat",
        "valeur_mesuree": "valeur_mesuree",
        "unite": "unite",
        "note": "note",
        "user_id": "user_id",
        "user_nom": "user__full_name",
        "updated_at": "updated_at",
    },
)


def intervention_pour(user: User) -> Colonnes:
    """The columns of an intervention that this user may read."""
    if peut_voir_couts(user):
        return INTERVENTION
    return _DU_CLIENT if user.est_client else _DU_TERRAIN


def ligne_ouverte(user: User, intervention: Intervention) -> Ligne:
    """The intervention that a service has just opened, as this user reads it; one that is assigned is read again."""
    colonnes = intervention_pour(user)
    if intervention.technicien_id is not None:
        return colonnes.lignes([intervention.pk])[0]
    return colonnes.de_l_objet(
        intervention,
        client_telephone=vars(intervention.equipement)["client_telephone"],
        en_retard=intervention.en_retard,
        planifiee_debut=None,
        planifiee_fin=None,
        planifiee_confirmee=None,
    )


def journal_pour(user: User) -> Enfants:
    """The columns and the lines of a journal that this user may read."""
    return _JOURNAL_DU_CLIENT if user.est_client else JOURNAL


def pieces_pour(user: User) -> Colonnes:
    """The parts used, with prices for those who see costs."""
    return PIECES if peut_voir_couts(user) else _PIECES_SANS_PRIX
