"""Who could take a job, and why the others cannot: what the assigning page shows before anybody is asked."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from clients.models import Client, Site
from erp.filters import debut_du_jour
from interventions.choices import Statut
from interventions.models import Intervention, Planning
from technicians.models import Disponibilite, Technicien, TechnicienCompetence


@dataclass(slots=True)
class Candidat:
    """A technicien with his open jobs and what stands against him; `empechements` empty means he can be assigned.

    `journee` are his slots of the day in question, `en_route` whether he is at work on a job now.
    """

    technicien: Technicien
    charge: int
    sur_place: bool
    empechements: list[str] = field(default_factory=list)
    journee: list[Planning] = field(default_factory=list)
    en_route: bool = False


@dataclass(frozen=True, slots=True)
class Besoin:
    """What a job asks of whoever takes it: where it is, which skills (id → name), and which slot is its own already."""

    client: Client
    site: Site | None
    competences: Mapping[int, str]
    intervention_id: int | None = None

    @classmethod
    def de(cls, intervention: Intervention) -> "Besoin":
        competences = dict(intervention.competences_requises.values_list("pk", "nom"))
        return cls(intervention.client, intervention.site, competences, intervention.pk)


def candidats(
    par: User,
    besoin: Besoin,
    debut: datetime | None = None,
    fin: datetime | None = None,
) -> list[Candidat]:
    """Every active technicien, those who can come first, then those of the zone, then the least loaded.

    Skills count on the day of the slot; absences and other slots only when a slot is given. Seven queries at most,
    whatever the number of people. The services ask again, under lock.
    """
    actives = Intervention.objects.visible_to(par).actives().exclude(technicien=None)
    charges = dict(actives.order_by().values_list("technicien").annotate(combien=Count("pk")))
    siens = Technicien.objects.visible_to(par).actifs().select_related("user")
    tous = {
        technicien.pk: Candidat(
            technicien,
            charges.get(technicien.pk, 0),
            _de_la_zone(technicien, besoin),
        )
        for technicien in siens
    }
    _competences(tous, besoin, debut)
    if debut is not None and fin is not None and debut < fin:
        _absences(tous, debut, fin)
        _creneaux(tous, besoin, debut, fin)
    _journees(tous, besoin, timezone.localdate(debut) if debut else timezone.localdate())
    _au_travail(par, tous)
    return sorted(
        tous.values(),
        key=lambda c: (
            bool(c.empechements),
            not c.sur_place,
            c.charge,
            c.technicien.user.full_name,
        ),
    )


def _de_la_zone(technicien: Technicien, besoin: Besoin) -> bool:
    """Whether his zone is the town of the site, or the region of the client."""
    zone = technicien.zone_geographique.strip().casefold()
    lieux = [besoin.client.region, besoin.site.ville if besoin.site else ""]
    return any(zone in lieu.casefold() for lieu in lieux if lieu) if zone else False


def _competences(tous: dict[int, Candidat], besoin: Besoin, debut: datetime | None) -> None:
    requises = besoin.competences
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


def _creneaux(tous: dict[int, Candidat], besoin: Besoin, debut: datetime, fin: datetime) -> None:
    pris = Planning.objects.ouverts().touchant(debut, fin).filter(technicien__in=tous)
    for creneau in pris.exclude(intervention=besoin.intervention_id).select_related("intervention"):
        tous[creneau.technicien_id].empechements.append(
            _("sur %(reference)s du %(debut)s au %(fin)s")
            % {
                "reference": creneau.intervention.reference,
                "debut": _moment(creneau.debut),
                "fin": _moment(creneau.fin),
            }
        )


def _journees(tous: dict[int, Candidat], besoin: Besoin, jour: date) -> None:
    """What each of them has on that day already."""
    minuit = debut_du_jour(jour)
    demain = debut_du_jour(jour + timedelta(days=1))
    pris = Planning.objects.ouverts().touchant(minuit, demain).filter(technicien__in=tous)
    for creneau in pris.exclude(intervention=besoin.intervention_id).order_by("debut"):
        tous[creneau.technicien_id].journee.append(creneau)


def _au_travail(par: User, tous: dict[int, Candidat]) -> None:
    en_cours = Intervention.objects.visible_to(par).filter(
        statut=Statut.EN_COURS, technicien__in=tous
    )
    for pk in en_cours.order_by().values_list("technicien", flat=True):
        tous[pk].en_route = True


def _moment(quand: datetime) -> str:
    return date_format(timezone.localtime(quand), "SHORT_DATETIME_FORMAT")
