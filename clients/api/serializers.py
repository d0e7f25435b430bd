"""Clients, their people, sites and contracts on the wire."""

from typing import Any

from rest_framework import serializers

from clients.api.columns import CLIENT, CONTACT, CONTRAT, ENGAGEMENTS, SITE
from clients.choices import (
    Couverture,
    NiveauService,
    Priorite,
    StatutContrat,
    TypeClient,
    TypeContrat,
)
from erp.api.fields import EmailField, EntierField, MontantField, TexteField
from erp.api.schema import compose, sortie


class ClientEntree(serializers.Serializer[Any]):
    nom_entreprise = serializers.CharField(max_length=200)
    nom_commercial = TexteField(200)
    type_client = serializers.ChoiceField(choices=TypeClient.choices, required=False)
    secteur_activite = TexteField(100)
    ice = TexteField(15)
    identifiant_fiscal = TexteField(20)
    registre_commerce = TexteField(30)
    patente = TexteField(20)
    cnss = TexteField(20)
    contact_nom = TexteField(200)
    contact_fonction = TexteField(100)
    email = EmailField(max_length=255, required=False, allow_blank=True)
    telephone = TexteField(30)
    telephone_mobile = TexteField(30)
    adresse = TexteField(300)
    code_postal = TexteField(10)
    ville = TexteField(100)
    region = TexteField(100)
    pays = serializers.CharField(max_length=100, required=False)
    niveau_service = serializers.ChoiceField(choices=NiveauService.choices, required=False)
    instructions_particulieres = TexteField(5000)
    notes_commerciales = TexteField(5000)
    is_active = serializers.BooleanField(required=False)


class ContactEntree(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=200)
    fonction = TexteField(100)
    email = EmailField(max_length=255, required=False, allow_blank=True)
    telephone = TexteField(30)


class _Coordonnee(serializers.DecimalField):
    def __init__(self, limite: int) -> None:
        super().__init__(
            max_digits=9,
            decimal_places=6,
            min_value=-limite,
            max_value=limite,
            required=False,
            allow_null=True,
        )


class SiteEntree(serializers.Serializer[Any]):
    nom = serializers.CharField(max_length=200)
    adresse = TexteField(300)
    ville = TexteField(100)
    latitude = _Coordonnee(90)
    longitude = _Coordonnee(180)
    instructions_acces = TexteField(5000)
    heures_ouverture = TexteField(200)


class EngagementEntree(serializers.Serializer[Any]):
    priorite = serializers.ChoiceField(choices=Priorite.choices)
    reponse_heures = EntierField(min_value=1, max_value=8760)
    resolution_heures = EntierField(min_value=1, max_value=8760)


class ContratEntree(serializers.Serializer[Any]):
    """`engagements`, when given, replaces all of them."""

    numero = serializers.CharField(max_length=40)
    type_contrat = serializers.ChoiceField(choices=TypeContrat.choices)
    date_debut = serializers.DateField()
    date_fin = serializers.DateField()
    montant_annuel = MontantField(required=False)
    devise = serializers.CharField(max_length=3, required=False)
    interventions_incluses = EntierField(required=False, allow_null=True)
    heures_incluses = EntierField(required=False, allow_null=True)
    couverture = serializers.ChoiceField(choices=Couverture.choices, required=False)
    reconduction_tacite = serializers.BooleanField(required=False)
    notes = TexteField(5000)
    engagements = serializers.ListField(child=EngagementEntree(), max_length=10, required=False)


class StatutContratEntree(serializers.Serializer[Any]):
    statut = serializers.ChoiceField(choices=StatutContrat.choices)


ClientSortie = compose(
    "Client",
    sortie("ClientColonnes", CLIENT),
    notes_commerciales=serializers.CharField(
        required=False, help_text="Pour les responsables et les administrateurs."
    ),
)
ContactSortie = sortie("Contact", CONTACT)
SiteSortie = sortie("Site", SITE)
ContratSortie = compose(
    "Contrat",
    sortie("ContratColonnes", CONTRAT),
    # the house's own notes; techniciens see no amount
    notes=serializers.CharField(required=False),
    montant_annuel=serializers.DecimalField(12, 2, required=False),
    devise=serializers.CharField(required=False),
)
ContratDetailSortie = compose(
    "ContratDetail",
    ContratSortie,
    engagements=sortie("Engagement", ENGAGEMENTS)(many=True),
    interventions_utilisees=serializers.IntegerField(
        help_text="Faites dans la période du contrat, annulées à part ; à côté de `interventions_incluses`."
    ),
    minutes_utilisees=serializers.IntegerField(
        help_text="Durée réelle de ces interventions ; à côté de `heures_incluses`."
    ),
)
