"""Words of preventive plans."""

from django import template
from django.utils.translation import gettext as _

from erp.templatetags.pages import quantite
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
