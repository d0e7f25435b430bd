"""Synchronisation on the wire."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.choices import Role
from documents.choices import TypeDocument
from erp.api.fields import IdField, MomentField
from erp.api.schema import ErreurSerializer, compose, sortie
from sync.choices import EtatOperation, TypeOperation
from sync.delta import LIMITE_DEFAUT, LIMITE_MAX
from sync.perimetre import perimetre

OPERATIONS_MAX = 200


class LectureEntree(serializers.Serializer[Any]):
    """The parameters of a reading."""

    depuis = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text=_("Le curseur reçu en dernier.")
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=LIMITE_MAX, default=LIMITE_DEFAUT, help_text=_("Lignes par page.")
    )


class OperationEntree(serializers.Serializer[Any]):
    """One thing done on the device."""

    uuid = serializers.UUIDField(help_text=_("Fait par l’appareil, une fois par saisie."))
    type = serializers.CharField(
        max_length=40, help_text=", ".join(str(valeur) for valeur in TypeOperation.values)
    )
    cible = IdField(
        required=False, allow_null=True, help_text=_("Ce sur quoi elle porte, selon le type.")
    )
    heure_appareil = MomentField(required=False, allow_null=True)
    vu = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text=_("Les valeurs que l’appareil montrait avant la saisie."),
    )
    voulu = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text=_("Les valeurs saisies, selon le type."),
    )

    def to_internal_value(self, data: Any) -> Any:
        inconnus = data.keys() - self.fields.keys() if isinstance(data, dict) else ()
        if inconnus:
            message = _("Ce champ n’existe pas ici.")
            raise serializers.ValidationError(
                {nom[:100]: ErrorDetail(str(message), "CHAMP_INCONNU") for nom in sorted(inconnus)}
            )
        return super().to_internal_value(data)


class EnvoiEntree(serializers.Serializer[Any]):
    operations = serializers.ListField(
        child=OperationEntree(), max_length=OPERATIONS_MAX, help_text=_("Dans l’ordre des saisies.")
    )


class FichierEntree(serializers.Serializer[Any]):
    """A photo or document taken while offline: the file with what an operation says of itself."""

    uuid = serializers.UUIDField(help_text=_("Fait par l’appareil, une fois par fichier."))
    file = serializers.FileField(allow_empty_file=True, max_length=500)
    type_document = serializers.ChoiceField(
        choices=TypeDocument.choices, default=TypeDocument.PHOTO
    )
    interne = serializers.BooleanField(default=False, help_text=_("Le client ne le voit pas."))
    heure_appareil = MomentField(required=False)
    intervention_id = IdField(required=False)
    equipement_id = IdField(required=False)


class ConflitSortie(serializers.Serializer[Any]):
    """Two values of one field: the one that stands and the one that is kept beside it."""

    champ = serializers.CharField()
    vu = serializers.JSONField(allow_null=True)
    voulu = serializers.JSONField(allow_null=True)
    serveur = serializers.JSONField(allow_null=True)
    gagnant = serializers.ChoiceField(choices=[("serveur", _("Valeur du serveur"))])
    raison = serializers.CharField()


class ObjetSortie(serializers.Serializer[Any]):
    entite = serializers.CharField()
    id = serializers.IntegerField()


class _ErreurOperation(serializers.Serializer[Any]):
    status = serializers.IntegerField(help_text=_("Celui qu’aurait la route ordinaire."))
    code = serializers.CharField()
    detail = serializers.CharField()


ErreurOperationSortie = compose(
    "ErreurOperation", _ErreurOperation, errors=ErreurSerializer().fields["errors"]
)


class ResultatSortie(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    etat = serializers.ChoiceField(choices=EtatOperation.choices)
    objet = ObjetSortie(allow_null=True, help_text=_("Ce qui a été écrit."))
    conflits = ConflitSortie(many=True)
    erreur = ErreurOperationSortie(allow_null=True)


class EnvoiSortie(serializers.Serializer[Any]):
    resultats = ResultatSortie(many=True)
    heure_serveur = serializers.DateTimeField()


def _souple(nom: str, colonnes: Any) -> type[serializers.Serializer[Any]]:
    """The row of an entity: what a role may not read of it is absent."""
    complets: Any = sortie(f"Sync_{nom}_complet", colonnes)().fields
    champs = {
        cle: type(champ)(*champ._args, **{**champ._kwargs, "read_only": False, "required": False})
        for cle, champ in complets.items()
    }
    nom = f"Sync_{nom}"
    meta = type("Meta", (), {"ref_name": nom})
    return type(nom, (serializers.Serializer,), {**champs, "Meta": meta})


_ENTITES = perimetre(Role.ADMIN).colonnes
ModifiesSortie = compose(
    "SyncModifies",
    serializers.Serializer,
    **{
        nom: _souple(nom, colonnes)(many=True, required=False) for nom, colonnes in _ENTITES.items()
    },
)
RetraitsSortie = compose(
    "SyncRetraits",
    serializers.Serializer,
    **{
        nom: serializers.ListField(child=serializers.IntegerField(), required=False)
        for nom in _ENTITES
    },
)
LectureSortie = compose(
    "SyncLecture",
    serializers.Serializer,
    curseur=serializers.CharField(help_text=_("À garder, et à donner la prochaine fois.")),
    suite=serializers.BooleanField(help_text=_("Il reste une page : redemandez aussitôt.")),
    complet=serializers.BooleanField(
        help_text=_("Première page d’un nouveau départ : l’appareil oublie ce qu’il tenait.")
    ),
    heure_serveur=serializers.DateTimeField(),
    modifies=ModifiesSortie(),
    retraits=RetraitsSortie(),
)
