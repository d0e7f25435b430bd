"""Notifications and preferences on the wire."""

from typing import Any

from rest_framework import serializers

from erp.api.columns import Colonnes
from erp.api.schema import compose, sortie
from notifications.choices import Evenement
from notifications.models import Notification
from notifications.services import CANAUX

NOTIFICATION = Colonnes(
    Notification,
    {
        "id": "id",
        "type_notification": "type_notification",
        "titre": "titre",
        "message": "message",
        "lien": "lien",
        "sujet": "sujet",
        "lu": "lu",
        "date_lu": "date_lu",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
)

NotificationSortie = sortie("Notification", NOTIFICATION)


class CompteSortie(serializers.Serializer[Any]):
    non_lues = serializers.IntegerField()


class LuesSortie(serializers.Serializer[Any]):
    marquees = serializers.IntegerField()


class PreferenceEntree(serializers.Serializer[Any]):
    evenement = serializers.ChoiceField(choices=Evenement.choices)
    canal = serializers.ChoiceField(choices=[(canal.value, canal.label) for canal in CANAUX])
    active = serializers.BooleanField()


PreferencesEntree = compose(
    "PreferencesEntree",
    serializers.Serializer,
    data=serializers.ListField(child=PreferenceEntree(), max_length=200),
)


PreferenceSortie = compose(
    "Preference", PreferenceEntree, evenement_libelle=serializers.CharField()
)
PreferencesSortie = compose("Preferences", serializers.Serializer, data=PreferenceSortie(many=True))
