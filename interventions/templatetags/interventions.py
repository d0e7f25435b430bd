from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from erp.affichage import TIRET, Lecture, adresse_fixe, html, icone
from erp.pages import Liste, est_fragment, url_avec
from interventions.choices import STATUTS_CLOS
from interventions.models import Intervention

register = template.Library()


@register.filter
def echeance(intervention: Intervention, instant: tuple[datetime, timedelta]) -> SafeString | str:
    """The deadline in relative words: red when it is past, amber within the alert delay, plain otherwise.

    `instant` is (now, alert delay), the same for the whole list.
    """
    maintenant, alerte = instant
    lecture = Lecture()
    lecture.maintenant = maintenant
    return echeance_lue(intervention, lecture, alerte)


def echeance_lue(intervention: Intervention, lecture: Lecture, alerte: timedelta) -> SafeString:
    """The deadline as a list shows it."""
    limite = intervention.date_limite
    if limite is None:
        return TIRET
    mots = lecture.relatif(limite)
    if intervention.statut in STATUTS_CLOS:
        return mots
    if intervention.horloge_arretee:
        return html('<span class="text-secondary">{} {}</span>', icone("player-pause"), mots)
    if limite < lecture.maintenant:
        return html('<span class="retard">{}</span>', mots)
    if limite - lecture.maintenant <= alerte:
        return html('<span class="proche">{}</span>', mots)
    return mots


_VUES = (
    ("liste", "interventions:liste", "list", _("Liste")),
    ("kanban", "interventions:kanban", "layout-kanban", _("Kanban")),
    ("calendrier", "interventions:calendrier", "calendar-week", _("Calendrier")),
)


@register.simple_tag(takes_context=True)
def bascule_vues(
    context: template.Context, liste: Liste[Intervention], courante: str, hors_bande: bool = False
) -> SafeString:
    """List, kanban, calendar: the same filters, seen otherwise.

    `hors_bande` inside what a fragment holds: the links follow the filters that have just changed.
    """
    if hors_bande and not est_fragment(context["request"]):
        return SafeString("")
    client = context["request"].user.est_client
    liens = format_html_join(
        "",
        '<a class="btn{}" href="{}"{}>{}<span>{}</span></a>',
        (
            (
                " active" if nom == courante else "",
                url_avec(adresse_fixe(route), liste.params, page=None),
                format_html(' aria-current="{}"', "page") if nom == courante else "",
                icone(dessin),
                libelle,
            )
            for nom, route, dessin, libelle in _VUES
            if not (client and nom == "kanban")
        ),
    )
    return format_html(
        '<nav class="btn-group bascule" id="bascule-vues"{} aria-label="{}">{}</nav>',
        format_html(' hx-swap-oob="{}"', "true") if hors_bande else "",
        gettext("Manière de voir"),
        liens,
    )
