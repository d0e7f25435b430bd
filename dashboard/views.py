from datetime import timedelta
from typing import NamedTuple

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from dashboard import services
from erp.models import ParametresSociete
from erp.pages import rendre, url_avec


class Presentation(NamedTuple):
    """How a number is shown: its words, its icon, and what it means when it is not zero."""

    libelle: str | Promise
    icone: str
    ton: str


PRESENTATIONS = {
    "a_affecter": Presentation(_("À affecter"), "inbox", "douce"),
    "en_retard": Presentation(_("En retard"), "flame", "forte"),
    "a_risque": Presentation(_("À risque"), "hourglass", "douce"),
    "en_attente": Presentation(_("En attente"), "player-pause", ""),
    "annulations": Presentation(_("Annulations demandées"), "ban", "douce"),
    "sous_minimum": Presentation(_("Pièces sous le minimum"), "package", "douce"),
    "absences": Presentation(_("Absences à décider"), "beach", "douce"),
    "actives": Presentation(_("Non closes"), "list-check", ""),
    "en_cours": Presentation(_("En cours"), "player-play", ""),
    "a_noter": Presentation(_("À noter"), "star", ""),
}
# Shown only when there is something to do.
DISCRETS = frozenset({"annulations", "sous_minimum", "absences", "a_noter"})


class Indicateur(NamedTuple):
    presentation: Presentation
    valeur: int
    note: str
    url: str

    @property
    def alerte(self) -> str:
        return self.presentation.ton if self.valeur else ""


@connexion_requise
@require_GET
def accueil(request: Requete) -> HttpResponseBase:
    """What needs me now, then today."""
    user = request.user
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    return rendre(
        request,
        "dashboard/accueil.html",
        {
            "indicateurs": [
                _indicateur(nombre)
                for nombre in services.a_traiter(user)
                if nombre.valeur or nombre.cle not in DISCRETS
            ],
            "pressantes": services.les_plus_pressantes(user),
            "journee": services.planning_du_jour(user),
            "a_noter": services.a_noter(user) if user.est_client else [],
            "maintenant": timezone.now(),
            "instant": (timezone.now(), alerte),
        },
    )


def _indicateur(nombre: services.Nombre) -> Indicateur:
    url = url_avec(reverse(nombre.liste), QueryDict(), **nombre.params)
    return Indicateur(PRESENTATIONS[nombre.cle], nombre.valeur, _note(nombre), url)


def _note(nombre: services.Nombre) -> str:
    """« dont 3 urgentes »"""
    urgentes, pieces = nombre.dont.get("urgentes", 0), nombre.dont.get("pieces", 0)
    if urgentes:
        return ngettext("dont %(n)d urgente", "dont %(n)d urgentes", urgentes) % {"n": urgentes}
    if pieces:
        return ngettext("dont %(n)d pour une pièce", "dont %(n)d pour des pièces", pieces) % {
            "n": pieces
        }
    return ""
