from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from documents.choices import TypeDocument


class DepotSousEntree(serializers.Serializer[Any]):
    """One file, as multipart, for the thing that the address names."""

    file = serializers.FileField(allow_empty_file=True, max_length=500)
    type_document = serializers.ChoiceField(
        choices=TypeDocument.choices, default=TypeDocument.AUTRE
    )
    interne = serializers.BooleanField(default=False, help_text=_("Le client ne le voit pas."))


class DepotEntree(DepotSousEntree):
    """One file, as multipart, and the one thing that it belongs to."""

    intervention_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    equipement_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    client_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    contrat_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
