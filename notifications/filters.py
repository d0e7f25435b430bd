"""Filters and sort keys of one's own notifications."""

from django.utils.translation import gettext_lazy as _

from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    JusquaFiltre,
    RechercheFiltre,
    TextesFiltre,
    Tris,
)
from notifications.choices import Evenement
from notifications.models import Notification


class NotificationFiltres(Filtres):
    search = RechercheFiltre("titre", "message", label=_("Recherche"))
    type_notification = ChoixFiltre("type_notification", Evenement.choices, label=_("Événement"))
    lu = DrapeauFiltre("lu", label=_("Lue"))
    date_lu_gte = DepuisFiltre("date_lu", label=_("Lue depuis"))
    date_lu_lte = JusquaFiltre("date_lu", label=_("Lue jusqu’au"))
    sujet = TextesFiltre("sujet", label=_("Sujet"))
    created_at_gte = DepuisFiltre("created_at", label=_("Depuis"))
    created_at_lte = JusquaFiltre("created_at", label=_("Jusqu’au"))

    class Meta:
        model = Notification
        fields: list[str] = []


TRIS: Tris = {"created_at": ("id",)}
