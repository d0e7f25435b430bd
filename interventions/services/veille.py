"""What the clock watches over the interventions: tomorrow's planning, deadlines, delays, the archive.

Everything is told once: the row that remembers it is claimed by a conditional UPDATE in the transaction that writes the
messages, so of two runs at once one claims and the other finds nothing. A deadline that is moved back is told anew:
what was told before its present window concerned another.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import Role
from accounts.models import User
from clients.models import Contrat
from erp.calendrier import CASABLANCA
from erp.exceptions import ERPException
from erp.lots import cles_par_lots
from erp.models import ParametresSociete
from interventions.choices import Statut
from interventions.models import Intervention, Planning
from interventions.services.vie import archiver_automatiquement
from notifications.choices import Evenement
from notifications.services import notifier, notifier_une_fois
from technicians.models import Technicien

logger = structlog.get_logger(__name__)

# Shares of what a contract includes, in percent, at which the responsables are told.
SEUILS_CONSOMMATION = (100, 80)


def _responsables() -> QuerySet[User]:
    responsables: QuerySet[User] = User.objects.actifs().avec_role(Role.RESPONSABLE)
    return responsables


def _moment(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), "SHORT_DATETIME_FORMAT")


# --- tomorrow's planning ---------------------------------------------------------------------------


def rappeler_planning(*, maintenant: datetime | None = None) -> int:
    """Tell each technicien his open slots of tomorrow (in Casablanca), in one message; returns how many slots.

    A slot added or moved later is told by the next run, alone.
    """
    maintenant = maintenant or timezone.now()
    demain = timezone.localtime(maintenant, CASABLANCA).date() + timedelta(days=1)
    debut = datetime.combine(demain, datetime.min.time(), CASABLANCA)
    fin = datetime.combine(demain + timedelta(days=1), datetime.min.time(), CASABLANCA)
    a_rappeler = Planning.objects.ouverts().filter(
        debut__gte=debut, debut__lt=fin, rappel_envoye=False
    )
    total = 0
    for technicien_id in cles_par_lots(
        Technicien.objects.filter(pk__in=a_rappeler.values("technicien"))
    ):
        with transaction.atomic():
            total += _rappeler(technicien_id, a_rappeler.filter(technicien=technicien_id), debut)
    return total


def _rappeler(technicien_id: int, a_rappeler: QuerySet[Planning], jour: datetime) -> int:
    pris = list(a_rappeler.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not Planning.objects.filter(pk__in=pris, rappel_envoye=False).update(rappel_envoye=True):
        return 0
    creneaux = list(Planning.objects.filter(pk__in=pris).for_list().order_by("debut"))
    seul = creneaux[0].intervention if len(creneaux) == 1 else None
    notifier(
        destinataires=[creneaux[0].technicien.user],
        evenement=Evenement.RAPPEL_PLANNING,
        titre=lambda: (
            ngettext(
                "Demain, %(jour)s : %(nombre)d intervention",
                "Demain, %(jour)s : %(nombre)d interventions",
                len(creneaux),
            )
            % {"jour": date_format(jour, "SHORT_DATE_FORMAT"), "nombre": len(creneaux)}
        ),
        message=lambda: "\n".join(_ligne_de_planning(creneau) for creneau in creneaux),
        lien=seul.get_absolute_url() if seul else reverse("interventions:liste"),
        sujet=f"intervention:{seul.pk}" if seul else f"technicien:{technicien_id}",
    )
    return len(creneaux)


def _ligne_de_planning(creneau: Planning) -> str:
    intervention = creneau.intervention
    debut, fin = (
        date_format(timezone.localtime(instant), "TIME_FORMAT")
        for instant in (creneau.debut, creneau.fin)
    )
    lieu = intervention.site.ville if intervention.site is not None else ""
    ou = f"{intervention.client} ({lieu})" if lieu else str(intervention.client)
    return f"{debut}–{fin} : {intervention.reference}, {intervention.titre}, {ou}"


# --- deadlines and delays --------------------------------------------------------------------------


def alerter_echeances(*, maintenant: datetime | None = None) -> int:
    """Tell the technicien and the responsables, once, of a deadline within the company's `delai_alerte_heures`."""
    maintenant = maintenant or timezone.now()
    delai = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    return _signaler(
        Intervention.objects.echeance_entre(maintenant, maintenant + delai).filter(
            Q(alerte_echeance_le__isnull=True) | Q(alerte_echeance_le__lt=F("date_limite") - delai)
        ),
        "alerte_echeance_le",
        maintenant,
        evenement=Evenement.ECHEANCE_PROCHE,
        qui=lambda intervention: (
            Q(role=Role.RESPONSABLE) | Q(technicien=intervention.technicien_id or 0)
        ),
        titre=lambda intervention: (
            _("%(reference)s : échéance proche") % {"reference": intervention.reference}
        ),
    )


def alerter_retards(*, maintenant: datetime | None = None) -> int:
    """Tell the responsables, once, of an intervention past its deadline."""
    maintenant = maintenant or timezone.now()
    return _signaler(
        Intervention.objects.en_retard(maintenant).filter(
            Q(alerte_retard_le__isnull=True) | Q(alerte_retard_le__lt=F("date_limite"))
        ),
        "alerte_retard_le",
        maintenant,
        evenement=Evenement.INTERVENTION_EN_RETARD,
        qui=lambda intervention: Q(role=Role.RESPONSABLE),
        titre=lambda intervention: (
            _("%(reference)s est en retard") % {"reference": intervention.reference}
        ),
    )


def escalader_retards(*, maintenant: datetime | None = None) -> int:
    """Tell the administrators, once, of a delay that the responsables have known of for `delai_escalade_heures`."""
    maintenant = maintenant or timezone.now()
    delai = timedelta(hours=ParametresSociete.actuels().delai_escalade_heures)
    return _signaler(
        Intervention.objects.en_retard(maintenant).filter(
            Q(escalade_le__isnull=True) | Q(escalade_le__lt=F("date_limite")),
            alerte_retard_le__lte=maintenant - delai,
            alerte_retard_le__gte=F("date_limite"),
        ),
        "escalade_le",
        maintenant,
        evenement=Evenement.INTERVENTION_EN_RETARD,
        qui=lambda intervention: Q(role=Role.ADMIN),
        titre=lambda intervention: (
            _("%(reference)s est toujours en retard") % {"reference": intervention.reference}
        ),
    )


def _signaler(
    concernees: QuerySet[Intervention],
    colonne: str,
    maintenant: datetime,
    *,
    evenement: Evenement,
    qui: Callable[[Intervention], Q],
    titre: Callable[[Intervention], str],
) -> int:
    """Claim each by setting its column, where the condition still holds, and write its messages with it."""
    total = 0
    for pk in cles_par_lots(concernees):
        with transaction.atomic():
            if not concernees.filter(pk=pk).update(**{colonne: maintenant}):
                continue
            intervention = Intervention.objects.for_detail().get(pk=pk)
            notifier(
                destinataires=User.objects.actifs().filter(qui(intervention)).distinct(),
                evenement=evenement,
                titre=partial(titre, intervention),
                message=partial(_situation, intervention),
                lien=intervention.get_absolute_url(),
                sujet=f"intervention:{pk}",
            )
        total += 1
    return total


def _situation(intervention: Intervention) -> str:
    """What a dispatcher needs to decide, line by line."""
    assert intervention.date_limite is not None
    return "\n".join(
        (
            intervention.titre,
            f"{intervention.equipement}, {intervention.client}",
            _("Date limite : %(moment)s") % {"moment": _moment(intervention.date_limite)},
            _("Statut : %(statut)s") % {"statut": intervention.get_statut_display()},
            _("Technicien : %(nom)s") % {"nom": intervention.technicien or _("personne")},
        )
    )


# --- archive ---------------------------------------------------------------------------------------


def archiver_anciennes(*, maintenant: datetime | None = None) -> tuple[int, int]:
    """Archive what has been closed or cancelled for longer than `delai_archivage_jours`; (archived, refused).

    A cancelled one counts from its last change. One transaction each: a refusal is logged and the rest goes on.
    """
    maintenant = maintenant or timezone.now()
    limite = maintenant - timedelta(days=ParametresSociete.actuels().delai_archivage_jours)
    anciennes = Intervention.objects.filter(
        Q(statut=Statut.CLOTUREE, date_cloture__lt=limite)
        | Q(statut=Statut.ANNULEE, updated_at__lt=limite)
    )
    archivees = refusees = 0
    for pk in cles_par_lots(anciennes):
        try:
            archiver_automatiquement(pk)
        except (ERPException, DatabaseError):
            logger.exception("archivage_refuse", intervention=pk)
            refusees += 1
        else:
            archivees += 1
    return archivees, refusees


# --- contracts: what is used of what they include --------------------------------------------------


def alerter_consommation() -> int:
    """Tell the responsables, once, that a contract has used 80 %, then 100 %, of its interventions or hours.

    Used is what `avec_consommation` counts: sheet and warning say the same. Returns how many contracts were told of.
    """
    total = 0
    for pk in cles_par_lots(
        Contrat.objects.en_vigueur().filter(
            Q(interventions_incluses__gt=0) | Q(heures_incluses__gt=0)
        )
    ):
        contrat: Any = Contrat.objects.avec_consommation().select_related("client").get(pk=pk)
        faites: int = contrat.interventions_utilisees
        minutes: int = contrat.minutes_utilisees or 0
        with transaction.atomic():
            total += bool(_alerter_consommation(contrat, faites, minutes))
    return total


def _alerter_consommation(contrat: Contrat, interventions: int, minutes: int) -> int:
    parts: Iterable[tuple[str, float, int | None]] = (
        ("interventions", interventions, contrat.interventions_incluses),
        ("heures", minutes / 60, contrat.heures_incluses),
    )
    ecrites = 0
    for nature, fait, inclus in parts:
        if not inclus:
            continue
        pourcentage = fait / inclus * 100
        seuil = next((seuil for seuil in SEUILS_CONSOMMATION if pourcentage >= seuil), None)
        if seuil is not None:
            ecrites += notifier_une_fois(
                destinataires=_responsables(),
                evenement=Evenement.CONTRAT_CONSOMME,
                titre=partial(_titre_consommation, contrat, seuil),
                message=partial(_message_consommation, contrat, nature, fait, inclus),
                lien=contrat.get_absolute_url(),
                sujet=f"contrat:{contrat.pk}:{nature}:{contrat.date_fin:%Y%m%d}:{seuil}",
            )
    return ecrites


def _titre_consommation(contrat: Contrat, seuil: int) -> str:
    return _("Contrat %(numero)s : %(seuil)d %% consommés") % {
        "numero": contrat.numero,
        "seuil": seuil,
    }


def _message_consommation(contrat: Contrat, nature: str, fait: float, inclus: int) -> str:
    modele = (
        _("%(client)s : %(fait)d interventions sur %(inclus)d.")
        if nature == "interventions"
        else _("%(client)s : %(fait)d heures sur %(inclus)d.")
    )
    return modele % {"client": contrat.client, "fait": fait, "inclus": inclus}
