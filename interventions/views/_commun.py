from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict

from accounts.acces import Requete
from accounts.models import User
from erp.forms import Formulaire
from erp.pages import rendre
from erp.validation import trouver
from interventions.journal import LigneJournal, lignes
from interventions.models import HistoriqueIntervention, Intervention

RECENTS = 3  # lines of the journal that tell what others did meanwhile


def la_fiche(user: User, pk: int) -> Intervention:
    """The intervention as its page shows it; IntrouvableError when the user does not see it."""
    return trouver(Intervention.objects.visible_to(user).for_detail(), pk)


def rendre_action(
    request: Requete,
    gabarit: str,
    intervention: Intervention,
    form: Formulaire,
    contexte: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form of one action, in its own page or in a dialog.

    When somebody was faster, the form goes on from the new version and says what he did; nothing typed is lost.
    """
    recents: list[LigneJournal] = []
    if form.perime:
        intervention = la_fiche(request.user, intervention.pk)
        form.reprendre(intervention.version)
        historique = HistoriqueIntervention.objects.visible_to(request.user).for_list()
        recents = lignes(historique.filter(intervention=intervention)[:RECENTS], request.user)
    return rendre(
        request,
        gabarit,
        {"intervention": intervention, "form": form, "recents": recents, **(contexte or {})},
        fragment="formulaire",
        status=form.status,
    )


def creneau_demande(donnees: QueryDict) -> tuple[datetime | None, datetime | None]:
    """The slot typed so far; half of one, or a wrong one, is no slot yet."""
    champ = forms.DateTimeField(required=False)
    bornes = []
    for nom in ("debut", "fin"):
        try:
            bornes.append(champ.clean(donnees.get(nom, "")))
        except forms.ValidationError:
            bornes.append(None)
    return bornes[0], bornes[1]
