"""Badges of techniciens."""

from django import template
from django.utils.safestring import SafeString

from erp.templatetags.pages import pastille
from technicians.choices import EtatTechnicien

register = template.Library()

_TONS: dict[str, tuple[str, str]] = {
    EtatTechnicien.DISPONIBLE: ("vert", "circle-check"),
    EtatTechnicien.OCCUPE: ("cyan", "tool"),
    EtatTechnicien.ABSENT: ("orange", "beach"),
    EtatTechnicien.HORS_HORAIRES: ("gris", "moon"),
    EtatTechnicien.INACTIF: ("gris", "ban"),
}


@register.filter
def badge_etat(etat: str) -> SafeString:
    """`{{ technicien.etat|badge_etat }}`, of a queryset `avec_etat()`."""
    ton, icone = _TONS[etat]
    return SafeString(pastille(EtatTechnicien(etat).label, ton, icone))
