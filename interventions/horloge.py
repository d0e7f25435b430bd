"""The SLA clock of an intervention, in words: how long is left, by how much it is late, or why it stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from erp.templatetags.pages import duree
from interventions.models import Intervention


@dataclass(frozen=True, slots=True)
class Horloge:
    """`ton` is how it is shown: retard, proche, tenue, arretee or calme; `part` of the time gone, in percent.

    `limite` is the moment towards which it is running, None when it stands still.
    """

    ton: str
    libelle: str
    part: int | None = None
    limite: datetime | None = None


def horloge(
    intervention: Intervention, alerte: timedelta, maintenant: datetime | None = None
) -> Horloge:
    """Where the deadline stands; `alerte` is how near it must be to be called near."""
    maintenant = maintenant or timezone.now()
    limite = intervention.date_limite
    if intervention.a_ete_annulee:
        return Horloge("calme", _("Annulée"))
    if limite is None:
        return Horloge("calme", _("Sans date limite"))
    if intervention.date_fin is not None:
        ecart = intervention.date_fin - limite
        if ecart > timedelta(0):
            return Horloge(
                "retard", _("Finie avec %(duree)s de retard") % {"duree": _minutes(ecart)}
            )
        return Horloge("tenue", _("Finie dans les temps"))
    total = limite - intervention.date_creation
    if intervention.horloge_arretee and intervention.en_attente_depuis is not None:
        reste = limite - intervention.en_attente_depuis
        if reste <= timedelta(0):
            return Horloge("retard", _("En retard, en attente du client"), 100)
        mots = _("Arrêtée : il reste %(duree)s") % {"duree": _minutes(reste)}
        return Horloge("arretee", mots, _part(total, reste))
    reste = limite - maintenant
    if reste < timedelta(0):
        mots = _("En retard de %(duree)s") % {"duree": _minutes(-reste)}
        return Horloge("retard", mots, 100, limite)
    ton = "proche" if reste <= alerte else "calme"
    mots = _("Reste %(duree)s") % {"duree": _minutes(reste)}
    return Horloge(ton, mots, _part(total, reste), limite)


def _minutes(ecart: timedelta) -> str:
    return duree(int(ecart.total_seconds() // 60))


def _part(total: timedelta, reste: timedelta) -> int:
    if total <= timedelta(0):
        return 100
    return max(0, min(100, round(100 * (1 - reste / total))))
