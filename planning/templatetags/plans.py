"""Words of preventive plans."""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from erp.templatetags.pages import quantite
from planning.annee import Marque
from planning.choices import EtatVisite
from planning.libelles import en_mots
from planning.models import PlanMaintenance

register = template.Library()


@register.filter
def cadence(plan: PlanMaintenance) -> str:
    """When a plan is due: « Tous les 3 mois », « Tous les 500 h », « Tous les 3 mois ou 500 h »."""
    morceaux = [en_mots(plan.regle)] if plan.regle else []
    if plan.compteur is not None:
        valeurs = {"nombre": quantite(plan.intervalle_compteur), "unite": plan.compteur.unite}
        modele = _("%(nombre)s %(unite)s") if morceaux else _("tous les %(nombre)s %(unite)s")
        morceaux.append(modele % valeurs)
    phrase = _(" ou ").join(morceaux)
    return phrase[:1].upper() + phrase[1:]


_TONS_DE_VISITE: dict[str, tuple[str, str]] = {
    EtatVisite.FAITE: ("ton-vert", "check"),
    EtatVisite.ANNULEE: ("ton-gris", "x"),
    EtatVisite.EN_RETARD: ("ton-rouge", "alert-triangle"),
    EtatVisite.PLANIFIEE: ("ton-bleu", "clock"),
    EtatVisite.CREEE: ("ton-orange", "calendar-plus"),
    EtatVisite.A_VENIR: ("", ""),
    EtatVisite.ESTIMEE: ("", "gauge"),
}


@register.simple_tag
def ton_de_visite(etat: str) -> dict[str, str]:
    """Colour and icon of where a visit stands."""
    ton, icone = _TONS_DE_VISITE[etat]
    return {"ton": ton, "icone": icone}


@register.simple_tag
def dire_visite(marque: Marque) -> str:
    """« 12 décembre 2026 : À venir, déplacée du 13 décembre 2026 »."""
    phrase = _("%(jour)s : %(etat)s") % {
        "jour": date_format(marque.date_visite, "j F Y"),
        "etat": EtatVisite(marque.etat).label,
    }
    if marque.deplacee:
        phrase += _(", déplacée du %(jour)s") % {"jour": date_format(marque.date_echeance, "j F Y")}
    return f"{phrase} – {marque.reference}" if marque.reference else phrase


@register.filter
def heures(minutes: int) -> str:
    """Minutes as whole hours, one decimal under ten: 4,5; 120."""
    pas = Decimal(1) if minutes >= 600 else Decimal("0.1")
    return quantite((Decimal(minutes) / 60).quantize(pas))


@register.filter
def rang(suite: Sequence[object], numero: int) -> object:
    return suite[numero]


@register.filter
def un_chiffre(nombre: Decimal) -> str:
    """A pace with one decimal, two under one."""
    return quantite(nombre.quantize(Decimal("0.1") if nombre >= 1 else Decimal("0.01")))
