"""Who could take a job, and why the others cannot: what the assigning page shows before anybody is asked."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from interventions.models import Intervention, Planning
from technicians.models import Disponibilite, Technicien, TechnicienCompetence


@dataclass(slots=True)
class Candidat:
    """A technicien with his open jobs and what stands against him; `empechements` empty means he can be assigned."""

    technicien: Technicien
    charge: int
    sur_place: bool
    empechements: list[str] = field(default_factory=list)


def candidats(
    par: User,
    intervention: Intervention,
    debut: datetime | None = None,
    fin: datetime | None = None,
) -> list[Candidat]:
    """Every active technicien, those who can come first, then those of the zone, then the least loaded.

    Skills count on the day of the slot; absences and other slots only when a slot is given. Five queries, whatever the
    number of people. The services ask again, under lock.
    """
    actives = Intervention.objects.visible_to(par).actives().exclude(technicien=None)
    charges = dict(actives.order_by().values_list("technicien").annotate(combien=Count("pk")))
    siens = Technicien.objects.visible_to(par).actifs().select_related("user")
    tous = {
        technicien.pk: Candidat(
            technicien,
            charges.get(technicien.pk, 0),
            _de_la_zone(technicien, intervention),
        )
        for technicien in siens
    }
    _competences(tous, intervention, debut)
    if debut is not None and fin is not None and debut < fin:
        _absences(tous, debut, fin)
        _creneaux(tous, intervention, debut, fin)
    return sorted(
        tous.values(),
        key=lambda c: (
            bool(c.empechements),
            not c.sur_place,
            c.charge,
            c.technicien.user.full_name,
        ),
    )


def _de_la_zone(technicien: Technicien, intervention: Intervention) -> bool:
    """Whether his zone is the town of the site, or the region of the client."""
    zone = technicien.zone_geographique.strip().casefold()
    lieux = [intervention.client.region, intervention.site.ville if intervention.site else ""]
    return any(zone in lieu.casefold() for lieu in lieux if lieu) if zone else False


def _competences(
    tous: dict[int, Candidat], intervention: Intervention, debut: datetime | None
) -> None:
    requises = dict(intervention.competences_requises.values_list("pk", "nom"))
    if not requises:
        return
    jour = timezone.localdate(debut) if debut is not None else timezone.localdate()
    detenues: dict[int, set[int]] = defaultdict(set)
    valides = TechnicienCompetence.objects.valides(jour).filter(
        technicien__in=tous, competence__in=requises
    )
    for technicien, competence in valides.values_list("technicien_id", "competence_id"):
        detenues[technicien].add(competence)
    for pk, candidat in tous.items():
        manquantes = [nom for cle, nom in requises.items() if cle not in detenues[pk]]
        if manquantes:
            candidat.empechements.append(
                _("n’a pas : %(competences)s") % {"competences": ", ".join(manquantes)}
            )


def _absences(tous: dict[int, Candidat], debut: datetime, fin: datetime) -> None:
    for absence in (
        Disponibilite.objects.acceptees().touchant(debut, fin).filter(technicien__in=tous)
    ):
        tous[absence.technicien_id].empechements.append(
            _("%(type)s jusqu’au %(fin)s")
            % {"type": absence.get_type_display(), "fin": _moment(absence.fin)}
        )


def _creneaux(
    tous: dict[int, Candidat], intervention: Intervention, debut: datetime, fin: datetime
) -> None:
    pris = Planning.objects.ouverts().touchant(debut, fin).filter(technicien__in=tous)
    for creneau in pris.exclude(intervention=intervention).select_related("intervention"):
        tous[creneau.technicien_id].empechements.append(
            _("sur %(reference)s du %(debut)s au %(fin)s")
            % {
                "reference": creneau.intervention.reference,
                "debut": _moment(creneau.debut),
                "fin": _moment(creneau.fin),
            }
        )


def _moment(quand: datetime) -> str:
    return date_format(timezone.localtime(quand), "SHORT_DATETIME_FORMAT")
