"""Accounts and sign-in on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.choices import Densite, Langue, Role, Theme
from accounts.models import SessionApi, User
from accounts.services import COLONNES_MAX, NOM_UTILISATEUR
from erp.api.columns import Colonnes
from erp.api.fields import EmailField, TexteField
from erp.api.schema import compose, sortie
from erp.pages import TAILLES

MOT_DE_PASSE_MAX = 200

UTILISATEUR = Colonnes(
    User,
    {
        "id": "id",
        "username": "username",
        "email": "email",
        "full_name": "full_name",
        "role": "role",
        "is_active": "is_active",
        "langue": "langue",
        "last_login": "last_login",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)
# What a mobile app must know of its user: the technicien he is, the company he belongs to.
MOI = UTILISATEUR.avec(
    technicien_id="technicien__id",
    client_id="contact__client_id",
    client_nom="contact__client__nom_entreprise",
)
SESSION = Colonnes(
    SessionApi,
    {
        "id": "id",
        "agent": "agent",
        "adresse": "adresse",
        "created_at": "created_at",
        "utilisee_le": "utilisee_le",
        "expire_le": "expire_le",
    },
)

UtilisateurSortie = sortie("Utilisateur", UTILISATEUR)
MoiSortie = sortie("Moi", MOI)
SessionSortie = compose(
    "SessionApi", sortie("SessionApiLigne", SESSION), courante=serializers.BooleanField()
)
SessionsSortie = compose("Sessions", serializers.Serializer, data=SessionSortie(many=True))


class _MotDePasse(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=MOT_DE_PASSE_MAX, trim_whitespace=False, write_only=True, **options
        )


class JetonEntree(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=255)
    password = _MotDePasse()


class ConnexionEntree(serializers.Serializer[Any]):
    """The password form of OAuth 2: what such a client sends besides the name and the password is not looked at."""

    username = serializers.CharField(max_length=255)
    password = _MotDePasse()
    grant_type = serializers.CharField(max_length=40, required=False)
    scope = TexteField(200)
    client_id = TexteField(200)
    client_secret = TexteField(200)


class RafraichissementEntree(serializers.Serializer[Any]):
    refresh_token = serializers.CharField(max_length=2000)


class JetonsSortie(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField(default="bearer")
    refresh_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="secondes")


class ChangementMotDePasse(serializers.Serializer[Any]):
    ancien_mot_de_passe = _MotDePasse()
    nouveau_mot_de_passe = _MotDePasse()


class DemandeReinitialisation(serializers.Serializer[Any]):
    email = EmailField(max_length=255)


class Reinitialisation(serializers.Serializer[Any]):
    uid = serializers.CharField(max_length=40)
    jeton = serializers.CharField(max_length=200)
    nouveau_mot_de_passe = _MotDePasse()


class UtilisateurEntree(serializers.Serializer[Any]):
    """To create; with PATCH only the named fields change."""

    email = EmailField(max_length=255)
    full_name = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=Role.choices)
    username = serializers.RegexField(
        rf"^{NOM_UTILISATEUR.pattern}$", max_length=100, required=False
    )
    langue = serializers.ChoiceField(choices=Langue.choices, required=False)


class UtilisateurNouveau(UtilisateurEntree):
    mot_de_passe = _MotDePasse(required=False)
    invitation = serializers.BooleanField(
        required=False, help_text="Envoyer le lien par lequel la personne choisit son mot de passe."
    )


class ProfilEntree(serializers.Serializer[Any]):
    full_name = serializers.CharField(max_length=200, required=False)
    langue = serializers.ChoiceField(choices=Langue.choices, required=False)


class PreferencesForme(serializers.Serializer[Any]):
    theme = serializers.ChoiceField(choices=Theme.choices, required=False)
    densite = serializers.ChoiceField(choices=Densite.choices, required=False)
    taille = serializers.ChoiceField(choices=TAILLES, required=False)
    colonnes = serializers.DictField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=40), max_length=COLONNES_MAX, allow_null=True
        ),
        required=False,
        help_text="Par liste, les colonnes facultatives affichées, dans l’ordre.",
    )
    tris = serializers.DictField(
        child=serializers.CharField(max_length=41, allow_null=True),
        required=False,
        help_text="Par liste, la clé de tri à l’ouverture.",
    )
    vues = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True),
        required=False,
        help_text="Par liste, la vue enregistrée sur laquelle elle s’ouvre.",
    )


class ActivationEntree(serializers.Serializer[Any]):
    is_active = serializers.BooleanField()
