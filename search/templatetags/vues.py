"""The menu of saved views, above every list that has some."""

from typing import Any

from django import template

from erp.pages import Liste
from search.vues import a_des_vues, vues_de

register = template.Library()


@register.inclusion_tag("search/vues_de_liste.html", takes_context=True)
def vues_de_liste(context: template.Context, liste: Liste[Any]) -> dict[str, Any]:
    """One's own views of this list and those that are shared; nothing for a list that keeps none."""
    user = context["request"].user
    if not a_des_vues(user, liste.nom):
        return {}
    vues = vues_de(user, liste.nom, liste.params, liste.chemin)
    return {"liste": liste, "vues": vues, "active": next((v for v in vues if v.active), None)}
