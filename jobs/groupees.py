"""An action over more rows than a request can wait for, as a job: a service per row, the refused ones in a file."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import ValidationError
from erp.exports import Colonne, Genre, Tableau, csv
from erp.groupees import Action, Lot, Sort, appliquer
from erp.pages import aller
from erp.validation import exiger
from jobs.models import Travail
from jobs.services import Resultat, demander_travail
from jobs.suivi import Suivi

PAS = 50  # rows between two signs of life
TACHE = "jobs.tasks.appliquer_lot"


def differer(
    request: HttpRequest,
    lot: Lot[Any],
    action: Action[Any],
    ids: list[int],
    envoye: dict[str, list[str]],
) -> HttpResponse:
    """Ask for the job and show how far it is. The lot authorised its sender, and bounded the rows to what he sees."""
    travail = demander_travail(
        par=cast(User, request.user),
        tache=TACHE,
        titre=str(action.titre),
        parametres={"lot": lot.route, "action": action.nom, "ids": ids, "envoye": envoye},
        total=len(ids),
    )
    return aller(request, travail.get_absolute_url())


def executer_lot(travail: Travail, suivi: Suivi) -> Resultat:
    """Do to each row what was asked, with the rights of this moment. Started again, it does what is left to do."""
    demande = travail.parametres
    lot: Lot[Any] = import_string(settings.ACTIONS_GROUPEES[demande["lot"]])
    exiger(lot.permis(travail.user))
    action = next(action for action in lot.actions if action.nom == demande["action"])
    valeurs = _valeurs(action, demande["envoye"], travail.user)
    ids: list[int] = demande["ids"]
    faits = changes = 0
    refuses: list[Sort] = []
    for debut in range(0, len(ids), PAS):
        morceau = ids[debut : debut + PAS]
        bilan = appliquer(lot, action, travail.user, morceau, valeurs, faits=faits)
        faits += len(bilan.sorts) - len(bilan.refuses)
        changes += len(bilan.changes)
        refuses += bilan.refuses
        suivi.avancer(debut + len(morceau), len(ids))
    message = ngettext("%d ligne modifiée.", "%d lignes modifiées.", changes) % changes
    if not refuses:
        return Resultat(message=message, donnees={"lignes": len(ids), "modifiees": changes})
    nombre = len(refuses)
    message += " " + (
        ngettext(
            "%d ligne refusée, laissée comme elle était : le fichier dit pourquoi.",
            "%d lignes refusées, laissées comme elles étaient : le fichier dit pourquoi.",
            nombre,
        )
        % nombre
    )
    with ExitStack() as pile:
        fichier: IO[bytes] = pile.enter_context(TemporaryFile())
        for octets in csv(_tableau(refuses)):
            fichier.write(octets)
        fichier.seek(0)
        pile.pop_all()  # whoever stores it closes it
    return Resultat(
        message=message,
        donnees={"lignes": len(ids), "modifiees": changes, "refusees": nombre},
        fichier=fichier,
        nom_fichier="refus.csv",
    )


def _valeurs(action: Action[Any], envoye: dict[str, list[str]], user: User) -> dict[str, Any]:
    """What the form was sent, read again: what it named may be gone since."""
    if action.formulaire is None:
        return {}
    donnees = QueryDict(mutable=True)
    for nom, textes in envoye.items():
        donnees.setlist(nom, textes)
    form = action.formulaire(donnees, user=user)
    if not form.is_valid():
        raise ValidationError(
            " ".join(str(message) for messages in form.errors.values() for message in messages)
        )
    return form.valeurs()


def _tableau(refuses: list[Sort]) -> Tableau:
    def lignes() -> Iterator[list[Any]]:
        return ([sort.nom, sort.avant, sort.refus] for sort in refuses)

    return Tableau(
        _("Refusées"),
        [
            Colonne("ligne", _("Ligne"), Genre.TEXTE),
            Colonne("etat", _("Aujourd’hui"), Genre.TEXTE),
            Colonne("refus", _("Pourquoi"), Genre.TEXTE),
        ],
        lignes,
        get_language() or "fr",
    )
