"""The wire format of the figures: the keys are those of `dashboard.indicateurs`."""

from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from dashboard.indicateurs import (
    INDICATEURS,
    REPARTITIONS,
    Indicateur,
    Lien,
    Ligne,
    Repartition,
    Tableau,
    Unite,
    Valeur,
)
from dashboard.periodes import Genre, Periode
from dashboard.presentation import COLONNES, FORMES, MOTS
from erp.pages import url_avec

_UNITES = [(unite.value, unite.value) for unite in Unite]
_VALEUR = {"type": ["number", "null"]}


@extend_schema_field({"type": "number", "nullable": True})
class ValeurField(serializers.Field):  # type: ignore[type-arg]
    """A number, or null when there is nothing to judge by."""


class LienSortie(serializers.Serializer[Lien]):
    nombre = serializers.IntegerField()
    url = serializers.CharField(
        help_text="La liste de l’API qui compte exactement ce nombre de lignes."
    )


class IndicateurSortie(serializers.Serializer[Indicateur]):
    cle = serializers.ChoiceField(choices=[(cle, cle) for cle in INDICATEURS])
    libelle = serializers.CharField()
    definition = serializers.CharField()
    unite = serializers.ChoiceField(choices=_UNITES)
    valeur = ValeurField()
    precedent = ValeurField()
    sur = LienSortie(allow_null=True)
    dont = LienSortie(allow_null=True)


class ColonneSortie(serializers.Serializer[None]):
    cle = serializers.CharField()
    libelle = serializers.CharField()
    unite = serializers.ChoiceField(choices=_UNITES)


class CaseSortie(serializers.Serializer[None]):
    colonne = serializers.CharField()
    valeur = ValeurField()
    lien = LienSortie(allow_null=True)


class LigneSortie(serializers.Serializer[Ligne]):
    cle = serializers.CharField(help_text="Un choix, un jour ou un identifiant.")
    libelle = serializers.CharField()
    valeurs = CaseSortie(many=True)


class RepartitionSortie(serializers.Serializer[Repartition]):
    cle = serializers.ChoiceField(choices=[(cle, cle) for cle in REPARTITIONS])
    libelle = serializers.CharField()
    colonnes = ColonneSortie(many=True)
    lignes = LigneSortie(many=True)


class PeriodeSortie(serializers.Serializer[Periode]):
    genre = serializers.ChoiceField(choices=Genre.choices)
    debut = serializers.DateField()
    fin = serializers.DateField()


class TableauSortie(serializers.Serializer[Tableau]):
    periode = PeriodeSortie()
    precedente = PeriodeSortie()
    indicateurs = IndicateurSortie(many=True)
    repartitions = RepartitionSortie(many=True)


class UnIndicateurSortie(serializers.Serializer[Indicateur]):
    periode = PeriodeSortie()
    precedente = PeriodeSortie()
    indicateur = IndicateurSortie()


# --- As plain data --------------------------------------------------------------------------------


def _nombre(valeur: Valeur) -> float | int | None:
    return valeur if valeur is None or isinstance(valeur, (int, float)) else float(valeur)


def _lien(lien: Lien | None) -> dict[str, object] | None:
    if lien is None:
        return None
    url = url_avec(reverse("api_interventions"), QueryDict(), **lien.params)
    return {"nombre": lien.nombre, "url": url}


def _periode(periode: Periode) -> dict[str, object]:
    return {
        "genre": periode.genre,
        "debut": periode.premier.isoformat(),
        "fin": periode.dernier.isoformat(),
    }


def _indicateur(indicateur: Indicateur) -> dict[str, object]:
    mots = MOTS[indicateur.cle]
    return {
        "cle": indicateur.cle,
        "libelle": str(mots.libelle),
        "definition": str(mots.definition),
        "unite": indicateur.unite,
        "valeur": _nombre(indicateur.valeur),
        "precedent": _nombre(indicateur.precedent),
        "sur": _lien(indicateur.sur),
        "dont": _lien(indicateur.dont),
    }


def _repartition(repartition: Repartition) -> dict[str, object]:
    return {
        "cle": repartition.cle,
        "libelle": str(FORMES[repartition.cle].titre),
        "colonnes": [
            {"cle": colonne, "libelle": str(COLONNES[colonne]), "unite": unite}
            for colonne, unite in repartition.colonnes.items()
        ],
        "lignes": [
            {
                "cle": ligne.cle,
                "libelle": ligne.libelle,
                "valeurs": [
                    {
                        "colonne": colonne,
                        "valeur": _nombre(ligne.valeurs[colonne]),
                        "lien": _lien(ligne.liens.get(colonne)),
                    }
                    for colonne in repartition.colonnes
                ],
            }
            for ligne in repartition.lignes
        ],
    }


def en_donnees(tableau: Tableau) -> dict[str, object]:
    return {
        **_periodes(tableau),
        "indicateurs": [_indicateur(i) for i in tableau.indicateurs.values()],
        "repartitions": [_repartition(r) for r in tableau.repartitions.values()],
    }


def un_indicateur(tableau: Tableau, cle: str) -> dict[str, object]:
    return {**_periodes(tableau), "indicateur": _indicateur(tableau.indicateurs[cle])}


def _periodes(tableau: Tableau) -> dict[str, object]:
    periode = tableau.demande.periode
    return {"periode": _periode(periode), "precedente": _periode(periode.precedente())}
