"""Filters and sort keys of accounts: page, API and export alike."""

from accounts.choices import Langue, Role
from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    JusquaFiltre,
    RechercheFiltre,
    Tris,
)
from erp.models import CleTri


class UtilisateurFiltres(Filtres):
    search = RechercheFiltre("full_name", "email", "username")
    role = ChoixFiltre("role", Role.choices)
    langue = ChoixFiltre("langue", Langue.choices)
    is_active = DrapeauFiltre("is_active")
    created_at_gte = DepuisFiltre("created_at")
    created_at_lte = JusquaFiltre("created_at")


TRIS: Tris = {
    "full_name": (CleTri("full_name"),),
    "email": ("email",),
    "username": ("username",),
    "role": ("role",),
    "is_active": ("is_active",),
    "last_login": ("last_login",),
    "created_at": ("created_at",),
}
