"""The shapes of `/exports`."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.fields.json import KT
from rest_framework import serializers

from erp.api.columns import Colonnes
from erp.api.schema import compose
from erp.exports import FORMATS
from jobs.choices import StatutTravail
from jobs.models import Travail
from transfers.catalogue import EXPORTS

ENTITES = [(nom, export.titre) for nom, export in EXPORTS.items()]

EXPORT = Colonnes(
    Travail,
    {
        "id": "id",
        "entite": KT("parametres__export"),
        "format": KT("parametres__format"),
        "titre": "titre",
        "statut": "statut",
        "lignes": "fait",
        "lignes_total": "total",
        "message": "message",
        "telechargeable": ExpressionWrapper(
            Q(statut=StatutTravail.TERMINE) & ~Q(fichier=""), output_field=BooleanField()
        ),
        "nom_fichier": "nom_fichier",
        "debut": "debut",
        "fin": "fin",
        "expire_le": "expire_le",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)


class ExportEntree(serializers.Serializer[Any]):
    """`filtres` are those of the list: {"statut": ["ouverte", "affectee"], "date_creation_gte": "2026-01-01"}."""

    entite = serializers.ChoiceField(choices=ENTITES)
    format = serializers.ChoiceField(choices=[(nom, nom.upper()) for nom in FORMATS])
    colonnes = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=100,
        help_text="Toutes quand elles ne sont pas dites.",
    )
    filtres = serializers.DictField(required=False)
    sort = serializers.CharField(
        required=False, max_length=200, help_text="Clés de tri de la liste, dans l’ordre."
    )


class ColonneSortie(serializers.Serializer[Any]):
    nom = serializers.CharField()
    titre = serializers.CharField()

    class Meta:
        ref_name = "ColonneExport"


class ExportableSortie(serializers.Serializer[Any]):
    entite = serializers.ChoiceField(choices=ENTITES)
    libelle = serializers.CharField()
    colonnes = ColonneSortie(many=True)
    filtres = serializers.ListField(child=serializers.CharField())
    tris = serializers.ListField(child=serializers.CharField())
    urls = serializers.DictField(
        child=serializers.CharField(), help_text="Par format, l’adresse du fichier immédiat."
    )


CatalogueSortie = compose(
    "CatalogueExports", serializers.Serializer, data=ExportableSortie(many=True)
)
