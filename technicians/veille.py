"""What the clock watches over the skills."""

from datetime import date, timedelta
from functools import partial

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from erp.lots import cles_par_lots
from notifications.choices import Evenement
from notifications.services import notifier_une_fois
from technicians.models import TechnicienCompetence

# Days before the expiry at which it is told, once each; 0 is the first day on which the skill no longer counts.
PALIERS = (30, 7, 0)
# One that expired longer ago than this is old news to an installation that has just begun to watch.
TROP_TARD = timedelta(days=30)


def signaler_expirations(*, jour: date | None = None) -> int:
    """Tell a technicien and the responsables that a skill of his is about to expire, or has; how many were told of.

    When runs were missed only the nearest threshold is told.
    """
    jour = jour or timezone.localdate()
    proches = TechnicienCompetence.objects.filter(
        technicien__user__is_active=True,
        date_expiration__gte=jour - TROP_TARD,
        date_expiration__lte=jour + timedelta(days=max(PALIERS)),
    )
    total = 0
    for pk in cles_par_lots(proches):
        detenue = TechnicienCompetence.objects.select_related("technicien__user", "competence").get(
            pk=pk
        )
        assert detenue.date_expiration is not None
        restants = (detenue.date_expiration - jour).days
        palier = 0 if restants < 0 else min(p for p in PALIERS if p and restants <= p)
        total += bool(
            notifier_une_fois(
                destinataires=User.objects.actifs().filter(
                    Q(role=Role.RESPONSABLE) | Q(pk=detenue.technicien.user_id)
                ),
                evenement=Evenement.COMPETENCE_EXPIRE,
                titre=partial(_titre, detenue, expiree=restants < 0),
                message=partial(_message, detenue),
                lien=detenue.technicien.get_absolute_url(),
                sujet=f"competence:{pk}:{detenue.date_expiration:%Y%m%d}:{palier}",
            )
        )
    return total


def _titre(detenue: TechnicienCompetence, *, expiree: bool) -> str:
    modele = (
        _("%(competence)s de %(nom)s : expirée")
        if expiree
        else _("%(competence)s de %(nom)s : bientôt expirée")
    )
    return modele % {"competence": detenue.competence, "nom": detenue.technicien}


def _message(detenue: TechnicienCompetence) -> str:
    assert detenue.date_expiration is not None
    return _("Elle compte jusqu’au %(jour)s compris.") % {
        "jour": date_format(detenue.date_expiration, "SHORT_DATE_FORMAT")
    }
