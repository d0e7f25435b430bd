from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from erp.templatetags.pages import icone, relatif
from interventions.choices import STATUTS_CLOS
from interventions.models import Intervention

register = template.Library()


@register.filter
def echeance(intervention: Intervention, instant: tuple[datetime, timedelta]) -> SafeString | str:
    """The deadline in relative words: red when it is past, amber within the alert delay, plain otherwise.

    `instant` is (now, alert delay), the same for the whole list.
    """
    limite = intervention.date_limite
    if limite is None:
        return "—"
    mots = relatif(limite)
    if intervention.statut in STATUTS_CLOS:
        return mots
    if intervention.horloge_arretee:
        return format_html('<span class="text-secondary">{} {}</span>', icone("player-pause"), mots)
    maintenant, alerte = instant
    if limite < maintenant:
        return format_html('<span class="retard">{}</span>', mots)
    if limite - maintenant <= alerte:
        return format_html('<span class="proche">{}</span>', mots)
    return mots
