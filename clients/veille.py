"""What the clock watches over the contracts: their last days, their end or their tacit renewal."""

from collections.abc import Callable
from datetime import date
from functools import partial

import structlog
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import Role
from accounts.models import User
from clients.choices import StatutContrat
from clients.models import Contrat
from erp.lots import cles_par_lots
from notifications.choices import Evenement
from notifications.services import notifier, notifier_une_fois

logger = structlog.get_logger(__name__)

# Days before the end at which the responsables are told, once each.
PALIERS = (60, 30, 7)
# What a tacit renewal adds, as such clauses have it; repeated until the contract reaches today.
RECONDUCTION = relativedelta(years=1)


def _responsables() -> QuerySet[User]:
    responsables: QuerySet[User] = User.objects.actifs().avec_role(Role.RESPONSABLE)
    return responsables


def _jour(jour: date) -> str:
    return date_format(jour, "SHORT_DATE_FORMAT")


def prevenir_des_fins(*, jour: date | None = None) -> int:
    """Tell the responsables that an active contract ends in 60, 30 and 7 days, each once per term.

    When runs were missed only the nearest threshold is told. Returns how many contracts were told of.
    """
    jour = jour or timezone.localdate()
    proches = Contrat.objects.filter(
        statut=StatutContrat.ACTIF,
        date_fin__gte=jour,
        date_fin__lte=jour + relativedelta(days=max(PALIERS)),
    )
    total = 0
    for pk in cles_par_lots(proches):
        contrat = Contrat.objects.select_related("client").get(pk=pk)
        restants = (contrat.date_fin - jour).days
        palier = min(palier for palier in PALIERS if restants <= palier)
        total += bool(
            notifier_une_fois(
                destinataires=_responsables(),
                evenement=Evenement.CONTRAT_EXPIRE,
                titre=partial(_titre_fin, contrat, restants),
                message=partial(_message_fin, contrat),
                lien=contrat.get_absolute_url(),
                sujet=f"contrat:{pk}:fin:{contrat.date_fin:%Y%m%d}:{palier}",
            )
        )
    return total


def _titre_fin(contrat: Contrat, restants: int) -> str:
    return ngettext(
        "Contrat %(numero)s : fin dans %(jours)d jour",
        "Contrat %(numero)s : fin dans %(jours)d jours",
        restants,
    ) % {"numero": contrat.numero, "jours": restants}


def _message_fin(contrat: Contrat) -> str:
    suite = (
        _("Il sera reconduit tacitement pour un an.")
        if contrat.reconduction_tacite
        else _("Sans renouvellement, il expirera.")
    )
    return f"{contrat.client}, {_jour(contrat.date_fin)}. {suite}"


def terminer_les_contrats(*, jour: date | None = None) -> tuple[int, int]:
    """Renew or end the active contracts whose last day has passed; (renewed, expired).

    With `reconduction_tacite` a contract gets another year, or several if it is that late; one whose équipements a
    newer contract covers meanwhile ends instead. Twice is safe: the row is locked and its dates asked again.
    """
    jour = jour or timezone.localdate()
    finis = Contrat.objects.filter(statut=StatutContrat.ACTIF, date_fin__lt=jour)
    reconduits = expires = 0
    for pk in cles_par_lots(finis):
        with transaction.atomic():
            contrat = (
                finis.filter(pk=pk)
                .select_for_update(skip_locked=True, no_key=True, of=("self",))
                .select_related("client")
                .first()
            )
            if contrat is None:
                continue
            if contrat.reconduction_tacite and _reconduire(contrat, jour):
                reconduits += 1
                _annoncer(contrat, _titre_reconduction)
            else:
                contrat.statut = StatutContrat.EXPIRE
                contrat.enregistrer("statut")
                expires += 1
                _annoncer(contrat, _titre_expiration)
    return reconduits, expires


def _reconduire(contrat: Contrat, jour: date) -> bool:
    """Another term; False when the database refuses it, for a newer contract covers the same équipement."""
    ancienne = fin = contrat.date_fin
    annees = 0
    while fin < jour:
        annees += 1
        fin = ancienne + RECONDUCTION * annees
    contrat.date_fin = fin
    try:
        with transaction.atomic():
            contrat.enregistrer("date_fin")
    except IntegrityError:
        logger.warning("reconduction_impossible", contrat=contrat.pk)
        contrat.date_fin = ancienne
        return False
    return True


def _titre_reconduction(contrat: Contrat) -> str:
    return _("Contrat %(numero)s reconduit jusqu’au %(jour)s") % {
        "numero": contrat.numero,
        "jour": _jour(contrat.date_fin),
    }


def _titre_expiration(contrat: Contrat) -> str:
    return _("Contrat %(numero)s expiré") % {"numero": contrat.numero}


def _annoncer(contrat: Contrat, titre: Callable[[Contrat], str]) -> None:
    notifier(
        destinataires=_responsables(),
        evenement=Evenement.CONTRAT_EXPIRE,
        titre=partial(titre, contrat),
        message=lambda: str(contrat.client),
        lien=contrat.get_absolute_url(),
        sujet=f"contrat:{contrat.pk}",
    )
