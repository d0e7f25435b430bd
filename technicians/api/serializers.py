"""Techniciens on the wire: what each role reads, what is sent."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.choices import Langue
from accounts.models import User
from erp.api.columns import Colonnes, Enfants
from erp.api.fields import EmailField, EntierField, IdField, MomentField, MontantField, TexteField
from erp.api.schema import compose, sortie
from erp.models import CleTri
from technicians import permissions
from technicians.choices import NiveauCompetence, TypeAbsence
from technicians.models import (
    Competence,
    Disponibilite,
    Outil,
    Technicien,
    TechnicienCompetence,
)

# --- Out -------------------------------------------------------------------------------------

TECHNICIEN = Colonnes(
    Technicien,
    {
        "id": "id",
        "user_id": "user_id",
        "nom": "user__full_name",
        "email": "user__email",
        "is_active": "user__is_active",
        "matricule": "matricule",
        "specialite": "specialite",
        "equipe": "equipe",
        "zone_geographique": "zone_geographique",
        "telephone": "telephone",
        "date_embauche": "date_embauche",
        "heures_hebdomadaires": "heures_hebdomadaires",
        "horaires": "horaires",
        "cout_horaire": "cout_horaire",
        "latitude": "latitude",
        "longitude": "longitude",
        "notes_privees": "notes_privees",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
COLLEGUE = TECHNICIEN.sans("cout_horaire", "latitude", "longitude", "notes_privees")
NOM = Colonnes(Technicien, {"id": "id", "nom": "user__full_name"})
COMPETENCE = Colonnes(
    Competence,
    {
        "id": "id",
        "nom": "nom",
        "description": "description",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
OUTIL = Colonnes(
    Outil,
    {
        "id": "id",
        "nom": "nom",
        "is_active": "is_active",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
PORTES = Enfants(
    Outil,
    {"id": "id", "nom": "nom", "is_active": "is_active"},
    parent="porteurs__id",
    ordre=(CleTri("nom"), "id"),
)
DETENUES = Enfants(
    TechnicienCompetence,
    {
        "id": "id",
        "competence_id": "competence_id",
        "competence_nom": "competence__nom",
        "niveau": "niveau",
        "certifie": "certifie",
        "date_acquisition": "date_acquisition",
        "date_expiration": "date_expiration",
        "updated_at": "updated_at",
    },
    parent="technicien_id",
    ordre=(CleTri("competence__nom"), "id"),
)
ABSENCE = Colonnes(
    Disponibilite,
    {
        "id": "id",
        "technicien_id": "technicien_id",
        "technicien_nom": "technicien__user__full_name",
        "type": "type",
        "debut": "debut",
        "fin": "fin",
        "motif": "motif",
        "statut": "statut",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)


def technicien_pour(user: User) -> Colonnes:
    """The columns of a technicien that the user may read."""
    if permissions.peut_voir_prive(user):
        return TECHNICIEN
    return COLLEGUE if permissions.peut_voir_fiche(user) else NOM


TechnicienSortie = sortie("Technicien", TECHNICIEN)
CompetenceSortie = sortie("CompetenceCatalogue", COMPETENCE)
OutilSortie = sortie("Outil", OUTIL)
DetenueSortie = sortie("CompetenceDetenue", DETENUES)
AbsenceSortie = sortie("Disponibilite", ABSENCE)
TechnicienDetailSortie = compose(
    "TechnicienDetail", TechnicienSortie, competences=DetenueSortie(many=True)
)


class CreneauTouche(serializers.Serializer[Any]):
    """An open slot that an absence overlaps: to be moved or given to somebody else."""

    id = serializers.IntegerField()
    intervention_id = serializers.IntegerField()
    reference = serializers.CharField()
    debut = MomentField()
    fin = MomentField()


AbsencePoseeSortie = compose(
    "DisponibilitePosee", AbsenceSortie, creneaux_en_conflit=CreneauTouche(many=True)
)

# --- In --------------------------------------------------------------------------------------


class _Position(serializers.DecimalField):
    def __init__(self, borne: int) -> None:
        super().__init__(
            max_digits=9,
            decimal_places=6,
            min_value=-borne,
            max_value=borne,
            required=False,
            allow_null=True,
        )


class TechnicienModification(serializers.Serializer[Any]):
    """Name and address are those of the account: `/users`."""

    matricule = serializers.CharField(max_length=30)
    specialite = TexteField(100)
    equipe = TexteField(80)
    zone_geographique = TexteField(100)
    telephone = TexteField(32)
    date_embauche = serializers.DateField(required=False, allow_null=True)
    heures_hebdomadaires = EntierField(min_value=1, max_value=84, required=False)
    horaires = TexteField(200)
    cout_horaire = MontantField(required=False)
    latitude = _Position(90)
    longitude = _Position(180)
    notes_privees = TexteField(5000)


class TechnicienEntree(TechnicienModification):
    """With `user_id`, the account of that user; without, a new one at `email`."""

    user_id = IdField(required=False)
    email = EmailField(max_length=255, required=False)
    full_name = serializers.CharField(max_length=200, required=False)
    username = TexteField(100)
    langue = serializers.ChoiceField(choices=Langue.choices, required=False)
    mot_de_passe = serializers.CharField(
        max_length=200,
        trim_whitespace=False,
        write_only=True,
        required=False,
        help_text=_("Absent : une invitation à le choisir est envoyée."),
    )
    competences = serializers.ListField(child=IdField(), max_length=100, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "user_id" not in attrs:
            requis = serializers.Field.default_error_messages["required"]
            manquants = [nom for nom in ("email", "full_name") if not attrs.get(nom)]
            if manquants:
                raise serializers.ValidationError(
                    {nom: serializers.ErrorDetail(str(requis), "required") for nom in manquants}
                )
        return attrs


class CompetenceEntree(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=100)
    description = TexteField(2000)


class OutilEntree(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=100)
    is_active = serializers.BooleanField(required=False)


class OutilsPortesEntree(serializers.Serializer[Any]):
    outils = serializers.ListField(
        child=IdField(), max_length=200, help_text=_("Ceux-ci, et aucun autre.")
    )


class DetenueModification(serializers.Serializer[Any]):
    niveau = serializers.ChoiceField(choices=NiveauCompetence.choices, required=False)
    certifie = serializers.BooleanField(required=False)
    date_acquisition = serializers.DateField(required=False, allow_null=True)
    date_expiration = serializers.DateField(
        required=False, allow_null=True, help_text=_("Elle compte jusqu’à ce jour compris.")
    )


class DetenueEntree(DetenueModification):
    competence_id = IdField()


class AbsenceEntree(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=TypeAbsence.choices)
    debut = MomentField()
    fin = MomentField()
    motif = TexteField(300)


class DecisionEntree(serializers.Serializer[Any]):
    accepter = serializers.BooleanField()
    motif = TexteField(300)
