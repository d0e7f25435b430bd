"""Équipements and their meters on the wire."""

from typing import Any

from rest_framework import serializers

from equipment.api.columns import COMPTEUR, EQUIPEMENT, RELEVE
from equipment.choices import Criticite, StatutEquipement
from erp.api.fields import EntierField, IdField, MomentField, MontantField, TexteField
from erp.api.schema import compose, sortie


class EquipementEntree(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=200)
    code_interne = serializers.RegexField(r"^[A-Za-z0-9._-]+$", max_length=40)
    type_equipement = serializers.CharField(max_length=80)
    client_id = IdField()
    site_id = IdField(required=False, allow_null=True)
    parent_id = IdField(required=False, allow_null=True)
    numero_serie = TexteField(100)
    marque = TexteField(80)
    modele = TexteField(80)
    localisation = TexteField(200)
    batiment = TexteField(80)
    etage = TexteField(40)
    zone = TexteField(80)
    criticite = serializers.ChoiceField(choices=Criticite.choices, required=False)
    specifications = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="libellé : valeur"
    )
    date_installation = serializers.DateField(required=False, allow_null=True)
    date_mise_en_service = serializers.DateField(required=False, allow_null=True)
    date_fin_garantie = serializers.DateField(required=False, allow_null=True)
    frequence_entretien_jours = EntierField(
        min_value=1, max_value=32767, required=False, allow_null=True
    )
    cout_acquisition = MontantField(required=False, allow_null=True)


class StatutEquipementEntree(serializers.Serializer[Any]):
    statut = serializers.ChoiceField(choices=StatutEquipement.choices)
    motif = TexteField(300)


class CompteurEntree(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=80)
    unite = serializers.CharField(max_length=20, required=False)


class ReleveEntree(serializers.Serializer[Any]):
    valeur = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    date_releve = MomentField(required=False)
    remplacement = serializers.BooleanField(required=False)


class CouvertureEntree(serializers.Serializer[Any]):
    equipement_ids = serializers.ListField(child=IdField(), max_length=5000)


CompteurSortie = sortie("Compteur", COMPTEUR)
ReleveSortie = compose(
    "Releve",
    sortie("ReleveColonnes", RELEVE),
    user_nom=serializers.CharField(required=False, allow_null=True),
)
EquipementSortie = compose(
    "Equipement",
    sortie("EquipementColonnes", EQUIPEMENT),
    # not for techniciens
    cout_acquisition=serializers.DecimalField(12, 2, required=False, allow_null=True),
)
EquipementDetailSortie = compose(
    "EquipementDetail", EquipementSortie, compteurs=CompteurSortie(many=True)
)
