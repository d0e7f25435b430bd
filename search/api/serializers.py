"""The shapes of `/filters`."""

from typing import Any

from rest_framework import serializers

from erp.api.columns import Colonnes
from erp.api.schema import compose, sortie
from search.choices import Entite, Genre
from search.models import NOM_MAX, FiltreEnregistre

FILTRE = Colonnes(
    FiltreEnregistre,
    {
        "id": "id",
        "entite": "entite",
        "nom": "nom",
        "parametres": "parametres",
        "partage": "partage",
        "user_id": "user_id",
        "user_nom": "user__full_name",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)


class FiltreEntree(serializers.Serializer[Any]):
    """`parametres` are those of the list: {"statut": ["ouverte", "affectee"], "sort": "priorite"}."""

    entite = serializers.ChoiceField(choices=Entite.choices)
    nom = serializers.CharField(max_length=NOM_MAX)
    parametres = serializers.DictField(required=False)
    partage = serializers.BooleanField(required=False)


class FiltreModification(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=NOM_MAX)
    parametres = serializers.DictField(required=False)
    partage = serializers.BooleanField(required=False)


_Valeur = serializers.ListField(child=serializers.CharField())
FiltreSortie = compose(
    "FiltreEnregistre",
    sortie("FiltreEnregistreColonnes", FILTRE),
    parametres=serializers.DictField(child=_Valeur),
)


class ChoixSortie(serializers.Serializer[Any]):
    valeur = serializers.CharField()
    libelle = serializers.CharField()


class FiltreDescription(serializers.Serializer[Any]):
    nom = serializers.CharField()
    libelle = serializers.CharField()
    genre = serializers.ChoiceField(
        choices=["choix", "ids", "textes", "drapeau", "moment", "jour", "nombre", "texte"]
    )
    plusieurs = serializers.BooleanField(help_text="Valeurs séparées par des virgules.")
    choix = ChoixSortie(many=True)


class EntiteDescription(serializers.Serializer[Any]):
    entite = serializers.ChoiceField(choices=Entite.choices)
    libelle = serializers.CharField()
    url = serializers.CharField()
    filtres = FiltreDescription(many=True)
    tris = serializers.ListField(child=serializers.CharField())
    colonnes = serializers.ListField(child=serializers.CharField())


CatalogueSortie = compose(
    "CatalogueFiltres", serializers.Serializer, data=EntiteDescription(many=True)
)


class SegmentSortie(serializers.Serializer[Any]):
    texte = serializers.CharField()
    marque = serializers.BooleanField(help_text="Vrai pour ce qui répond à la recherche.")


class ResultatSortie(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=Genre.choices)
    id = serializers.IntegerField()
    titre = SegmentSortie(many=True)
    contexte = SegmentSortie(many=True)
    extrait = SegmentSortie(many=True)
    score = serializers.FloatField()
    url = serializers.CharField(help_text="La page de l’objet ; vide quand on n’en a pas.")

    class Meta:
        ref_name = "ResultatRecherche"


class GroupeSortie(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=Genre.choices)
    libelle = serializers.CharField()
    suite = serializers.BooleanField(
        help_text="Il y en a d’autres : demandez un `limit` plus grand."
    )
    resultats = ResultatSortie(many=True)


RechercheSortie = compose(
    "Recherche",
    serializers.Serializer,
    q=serializers.CharField(),
    data=GroupeSortie(many=True),
)
