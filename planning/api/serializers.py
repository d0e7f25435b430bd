"""Slots, plans and gammes on the wire: what each role reads, what is sent."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from erp.api.columns import Colonnes, Enfants
from erp.api.fields import EntierField, IdField, MomentField, TexteField
from erp.api.schema import compose, sortie
from erp.models import CleTri
from interventions.choices import Priorite, TypeIntervention
from interventions.models import Planning
from planning.choices import JourFerme, ModeEcheance
from planning.models import Gamme, PieceGamme, PlanMaintenance, PointGamme
from technicians.models import Competence, Outil

# --- Out -------------------------------------------------------------------------------------

CRENEAU = Colonnes(
    Planning,
    {
        "id": "id",
        "intervention_id": "intervention_id",
        "intervention_reference": "intervention__reference",
        "intervention_titre": "intervention__titre",
        "intervention_statut": "intervention__statut",
        "equipement_id": "intervention__equipement_id",
        "equipement_nom": "intervention__equipement__nom",
        "client_id": "intervention__client_id",
        "client_nom": "intervention__client__nom_entreprise",
        "site_nom": "intervention__site__nom",
        "site_ville": "intervention__site__ville",
        "technicien_id": "technicien_id",
        "technicien_nom": "technicien__user__full_name",
        "debut": "debut",
        "fin": "fin",
        "ouvert": "ouvert",
        "confirme": "confirme",
        "verrouille": "verrouille",
        "notes": "notes",
        "updated_at": "updated_at",
    },
)
CRENEAU_CLIENT = CRENEAU.sans("notes", "verrouille")
PLAN = Colonnes(
    PlanMaintenance,
    {
        "id": "id",
        "equipement_id": "equipement_id",
        "equipement_nom": "equipement__nom",
        "equipement_code": "equipement__code_interne",
        "client_id": "equipement__client_id",
        "client_nom": "equipement__client__nom_entreprise",
        "site_id": "equipement__site_id",
        "site_nom": "equipement__site__nom",
        "gamme_id": "gamme_id",
        "gamme_titre": "gamme__titre",
        "regle": "regle",
        "compteur_id": "compteur_id",
        "compteur_nom": "compteur__nom",
        "compteur_unite": "compteur__unite",
        "intervalle_compteur": "intervalle_compteur",
        "prochaine_valeur": "prochaine_valeur",
        "date_depart": "date_depart",
        "prochaine_echeance": "prochaine_echeance",
        "derniere_execution": "derniere_execution",
        "jours_avance": "jours_avance",
        "mode": "mode",
        "technicien_id": "technicien_id",
        "technicien_nom": "technicien__user__full_name",
        "jour_ferme": "jour_ferme",
        "reglementaire": "reglementaire",
        "texte_legal": "texte_legal",
        "organisme": "organisme",
        "actif": "actif",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
PLAN_CLIENT = PLAN.sans("technicien_id", "technicien_nom", "jours_avance")
GAMME = Colonnes(
    Gamme,
    {
        "id": "id",
        "titre": "titre",
        "description": "description",
        "type_intervention": "type_intervention",
        "priorite": "priorite",
        "duree_estimee": "duree_estimee",
        "is_active": "is_active",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
POINTS = Enfants(
    PointGamme,
    {
        "id": "id",
        "ordre": "ordre",
        "libelle": "libelle",
        "obligatoire": "obligatoire",
        "unite": "unite",
    },
    parent="gamme_id",
    ordre=("ordre", "id"),
)
PIECES = Enfants(
    PieceGamme,
    {
        "id": "id",
        "piece_id": "piece_id",
        "piece_reference": "piece__reference",
        "piece_designation": "piece__designation",
        "quantite": "quantite",
    },
    parent="gamme_id",
    ordre=("id",),
)
COMPETENCES_GAMME = Enfants(
    Competence, {"id": "id", "nom": "nom"}, parent="gammes__id", ordre=(CleTri("nom"), "id")
)

OUTILS_GAMME = Enfants(
    Outil,
    {"id": "id", "nom": "nom", "is_active": "is_active"},
    parent="gammes__id",
    ordre=(CleTri("nom"), "id"),
)


def plan_pour(user: User) -> Colonnes:
    return PLAN if user.est_gestion else PLAN_CLIENT


def creneau_pour(user: User) -> Colonnes:
    return CRENEAU_CLIENT if user.est_client else CRENEAU


CreneauSortie = sortie("Creneau", CRENEAU)
PlanSortie = sortie("PlanMaintenance", PLAN)
GammeSortie = sortie("Gamme", GAMME)
PlanDetailSortie = compose(
    "PlanDetail",
    PlanSortie,
    prochaines_echeances=serializers.ListField(child=serializers.DateField()),
    compteur_par_jour=serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        allow_null=True,
        help_text=_("Ce que compte le compteur par jour, d’après ses derniers relevés."),
    ),
    compteur_echeance=serializers.DateField(
        allow_null=True,
        help_text=_("Le jour où le compteur devrait atteindre sa prochaine valeur."),
    ),
)
GammeDetailSortie = compose(
    "GammeDetail",
    GammeSortie,
    points=sortie("PointGamme", POINTS)(many=True),
    pieces=sortie("PieceGamme", PIECES)(many=True),
    competences=sortie("CompetenceGamme", COMPETENCES_GAMME)(many=True),
    outils=sortie("OutilGamme", OUTILS_GAMME)(many=True),
)

# --- In --------------------------------------------------------------------------------------


class CreneauModification(serializers.Serializer[Any]):
    debut = MomentField()
    fin = MomentField()
    confirme = serializers.BooleanField(required=False)
    notes = TexteField(500)


class VerrouEntree(serializers.Serializer[Any]):
    verrouille = serializers.BooleanField()


class CreneauEntree(CreneauModification):
    intervention_id = IdField()


class PlanModification(serializers.Serializer[Any]):
    gamme_id = IdField()
    regle = TexteField(200, help_text=_("Règle RFC 5545, par exemple FREQ=MONTHLY;INTERVAL=3."))
    compteur_id = IdField(required=False, allow_null=True)
    intervalle_compteur = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    date_depart = serializers.DateField()
    jours_avance = EntierField(max_value=365, required=False)
    mode = serializers.ChoiceField(choices=ModeEcheance.choices, required=False)
    technicien_id = IdField(required=False, allow_null=True)
    jour_ferme = serializers.ChoiceField(choices=JourFerme.choices, required=False)
    reglementaire = serializers.BooleanField(required=False)
    texte_legal = TexteField(300)
    organisme = TexteField(200)
    actif = serializers.BooleanField(required=False)


class PlanEntree(PlanModification):
    equipement_id = IdField()


class PointGammeEntree(serializers.Serializer[Any]):
    libelle = serializers.CharField(max_length=300)
    obligatoire = serializers.BooleanField(required=False)
    unite = TexteField(20)


class PieceGammeEntree(serializers.Serializer[Any]):
    piece_id = IdField()
    quantite = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)


class GammeEntree(serializers.Serializer[Any]):
    """A list that is sent replaces the one there was."""

    titre = serializers.CharField(max_length=200)
    description = serializers.CharField(min_length=10, max_length=2000)
    type_intervention = serializers.ChoiceField(choices=TypeIntervention.choices, required=False)
    priorite = serializers.ChoiceField(choices=Priorite.choices, required=False)
    duree_estimee = EntierField(min_value=1, required=False, help_text=_("minutes"))
    is_active = serializers.BooleanField(required=False)
    points = serializers.ListField(child=PointGammeEntree(), max_length=200, required=False)
    pieces = serializers.ListField(child=PieceGammeEntree(), max_length=200, required=False)
    competences = serializers.ListField(child=IdField(), max_length=50, required=False)
    outils = serializers.ListField(child=IdField(), max_length=50, required=False)
