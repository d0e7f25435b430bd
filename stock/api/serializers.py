"""Parts and movements on the wire."""

from typing import Any

from rest_framework import serializers

from erp.api.fields import IdField, MontantField, TexteField
from erp.api.schema import compose, sortie
from stock.api.columns import MOUVEMENT, PIECE, VEHICULE
from stock.choices import TypeMouvement


class PieceEntree(serializers.Serializer[Any]):
    """`stock_actuel` is not written: it follows the movements."""

    reference = serializers.CharField(max_length=60)
    designation = serializers.CharField(max_length=200)
    unite = serializers.CharField(max_length=20, required=False)
    prix_unitaire = MontantField(required=False)
    stock_minimum = MontantField(required=False)
    stock_maximum = MontantField(required=False, allow_null=True)
    emplacement = TexteField(80)
    fournisseur = TexteField(120)
    types_compatibles = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=50, required=False
    )
    is_active = serializers.BooleanField(required=False)


class PieceNouvelle(PieceEntree):
    stock_initial = MontantField(
        required=False, help_text="Ce qui est déjà en rayon : le premier mouvement."
    )


class MouvementDePieceEntree(serializers.Serializer[Any]):
    type_mouvement = serializers.ChoiceField(choices=TypeMouvement.choices)
    quantite = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, help_text="Ajustement : le stock compté."
    )
    prix_unitaire = MontantField(required=False, allow_null=True)
    motif = TexteField(300)


class MouvementEntree(MouvementDePieceEntree):
    piece_id = IdField()


class VehiculeEntree(serializers.Serializer[Any]):
    technicien_id = IdField()
    piece_id = IdField()
    quantite = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, help_text="Zéro : elle n’y est plus."
    )


VehiculeSortie = sortie("PieceVehicule", VEHICULE)

# prices are not for techniciens
PieceSortie = compose(
    "Piece",
    sortie("PieceColonnes", PIECE),
    prix_unitaire=serializers.DecimalField(12, 2, required=False),
)
MouvementSortie = compose(
    "Mouvement",
    sortie("MouvementColonnes", MOUVEMENT),
    prix_unitaire=serializers.DecimalField(12, 2, required=False),
)
