"""What the fiche of a technicien shows: his week, his skills, his absences, his work in hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import User
from erp.calendrier import CASABLANCA, minuit
from erp.models import CleTri
from erp.societe import calendrier_societe
from technicians import permissions
from technicians.absences import creneaux_touches
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite, Technicien
from technicians.presence import calendrier_de
from technicians.querysets import EN_CHARGE

ABSENCES_PASSEES = timedelta(days=90)
PERIODE_CHIFFRES = timedelta(days=30)
CLOSES = ("cloturee", "archivee")
COMPTES_AU_PLUS = 20


@dataclass(frozen=True, slots=True)
class Bande:
    """A stretch of a day as it is drawn: minutes from the left edge, and of what kind it is."""

    x: int
    largeur: int
    genre: str


@dataclass
class Jour:
    """One day of the week, with what touches it, and its minutes planned out of those worked."""

    date: date
    creneaux: list[Any]
    absences: list[Disponibilite]
    ferie: bool
    aujourdhui: bool
    planifiees: int
    ouvrees: int
    bandes: list[Bande]


@dataclass
class Semaine:
    """Seven days from a Monday, and the hours planned in them."""

    jours: list[Jour]
    minutes: int
    minutes_contrat: int
    largeur: int  # of the drawing, in minutes
    heures: list[str]  # that its edges and its middle stand for
    precedente: str
    suivante: str
    courante: str

    @property
    def pourcentage(self) -> int:
        return round(100 * self.minutes / self.minutes_contrat)


def contexte_de_fiche(user: User, technicien: Technicien, semaine: str) -> dict[str, Any]:
    """For staff and techniciens; what concerns his time only for those who may see it."""
    contexte: dict[str, Any] = {
        "technicien": technicien,
        "gestion": permissions.peut_gerer(user),
        "prive": permissions.peut_voir_prive(user),
        "peut_demander": permissions.peut_demander_absence(user, technicien),
        "emploi_du_temps": permissions.peut_voir_emploi_du_temps(user, technicien),
        "competences": technicien.competences_detenues.visible_to(user)
        .select_related("competence")
        .order_by(CleTri("competence__nom")),
        "outils": technicien.outils.visible_to(user),
    }
    if not contexte["emploi_du_temps"]:
        return contexte
    maintenant = timezone.now()
    siennes = technicien.interventions.visible_to(user)
    absences = [
        (absence, permissions.peut_supprimer_absence(user, absence))
        for absence in technicien.disponibilites.visible_to(user)
        .filter(fin__gte=maintenant - ABSENCES_PASSEES)
        .order_by("-debut")
    ]
    touches = creneaux_touches(
        user, [a for a, _s in absences if a.statut == StatutAbsence.DEMANDEE]
    )
    actives = (
        siennes.filter(statut__in=EN_CHARGE)
        .for_list()
        .order_by("priorite_rang", "date_limite")[:COMPTES_AU_PLUS]
    )
    return {
        **contexte,
        "semaine": _semaine(user, technicien, semaine),
        "absences": [
            (absence, supprimable, absence.fin < maintenant, touches.get(absence.pk, ()))
            for absence, supprimable in absences
        ],
        "demandes": sum(absence.statut == StatutAbsence.DEMANDEE for absence, _s in absences),
        "interventions": actives,
        "conflits": _conflits(user, technicien, maintenant),
        "chiffres": siennes.aggregate(
            actives=Count("pk", filter=Q(statut__in=EN_CHARGE)),
            closes=Count(
                "pk",
                filter=Q(statut__in=CLOSES, date_fin__gte=maintenant - PERIODE_CHIFFRES),
            ),
            satisfaction=Avg("satisfaction_client"),
        ),
    }


def _conflits(user: User, technicien: Technicien, maintenant: datetime) -> list[Any]:
    """Open slots to come that fall into an accepted absence."""
    absent = (
        Disponibilite.objects.visible_to(user)
        .acceptees()
        .filter(
            technicien=OuterRef("technicien"),
            debut__lt=OuterRef("fin"),
            fin__gt=OuterRef("debut"),
        )
    )
    return list(
        technicien.creneaux.visible_to(user)
        .ouverts()
        .filter(Exists(absent), fin__gte=maintenant)
        .select_related("intervention")
        .order_by("debut")
    )


def _semaine(user: User, technicien: Technicien, demandee: str) -> Semaine:
    aujourdhui = timezone.localdate()
    try:
        jour = parse_date(demandee) or aujourdhui
    except ValueError:
        jour = aujourdhui
    if not 2000 <= jour.year <= 2100:
        jour = aujourdhui
    lundi = jour - timedelta(days=jour.weekday())
    debut, fin = minuit(lundi), minuit(lundi + timedelta(days=7))
    creneaux = list(
        technicien.creneaux.visible_to(user)
        .ouverts()
        .touchant(debut, fin)
        .for_list()
        .order_by("debut")
    )
    absences = list(
        technicien.disponibilites.visible_to(user)
        .exclude(statut=StatutAbsence.REFUSEE)
        .touchant(debut, fin)
    )
    calendrier = calendrier_de(technicien, calendrier_societe())
    acceptees = [(a.debut, a.fin) for a in absences if a.statut == StatutAbsence.ACCEPTEE]
    presence = calendrier.sans(acceptees)
    dates = [lundi + timedelta(days=rang) for rang in range(7)]
    bornes = [(minuit(jour), minuit(jour + timedelta(days=1))) for jour in dates]
    ouvertes = [presence.plages(de, a) for de, a in bornes]
    de_h, a_h = _amplitude(
        [*(plage for plages in ouvertes for plage in plages), *((c.debut, c.fin) for c in creneaux)]
    )
    jours = []
    for date_, (de, a), plages in zip(dates, bornes, ouvertes, strict=True):
        siens = [c for c in creneaux if c.debut < a and c.fin > de]
        absent = [absence for absence in absences if absence.debut < a and absence.fin > de]
        mur = de.astimezone(CASABLANCA)  # the frame is what the clock on the wall reads
        cadre = (mur + timedelta(hours=de_h), min(a, mur + timedelta(hours=a_h)))
        jours.append(
            Jour(
                date=date_,
                creneaux=siens,
                absences=absent,
                ferie=calendrier.est_ferie(date_),
                aujourdhui=date_ == aujourdhui,
                planifiees=_minutes((max(c.debut, de), min(c.fin, a)) for c in siens),
                ouvrees=_minutes(plages),
                bandes=[
                    *_bandes(cadre, plages, "ouvert"),
                    *_bandes(cadre, ((x.debut, x.fin) for x in absent), "absence"),
                    *_bandes(cadre, ((c.debut, c.fin) for c in siens), "creneau"),
                ],
            )
        )
    planifie = sum((min(c.fin, fin) - max(c.debut, debut) for c in creneaux), timedelta())
    url = reverse("technicians:detail", args=[technicien.pk])
    return Semaine(
        jours=jours,
        minutes=int(planifie.total_seconds() // 60),
        minutes_contrat=technicien.heures_hebdomadaires * 60,
        largeur=(a_h - de_h) * 60,
        heures=[f"{heure:02d}:00" for heure in (de_h, (de_h + a_h) // 2, a_h)],
        precedente=f"{url}?semaine={lundi - timedelta(days=7)}",
        suivante=f"{url}?semaine={lundi + timedelta(days=7)}",
        courante="" if lundi <= aujourdhui < lundi + timedelta(days=7) else url,
    )


def _amplitude(plages: Iterable[tuple[datetime, datetime]]) -> tuple[int, int]:
    """The hours between which a week is drawn: an even number of them, at least from 8 to 18."""
    locales = [(timezone.localtime(debut), timezone.localtime(fin)) for debut, fin in plages]
    de = min([8, *(debut.hour for debut, _fin in locales)])
    # what ends on another day goes to the end of the day
    fins = [24 if f.date() > d.date() else f.hour + (f.minute > 0) for d, f in locales]
    a = max([18, *fins])
    if (a - de) % 2:
        a, de = (a + 1, de) if a < 24 else (a, de - 1)
    return de, a


def _bandes(
    cadre: tuple[datetime, datetime], plages: Iterable[tuple[datetime, datetime]], genre: str
) -> Iterator[Bande]:
    for debut, fin in plages:
        de, a = max(debut, cadre[0]), min(fin, cadre[1])
        if de < a:
            yield Bande(_minutes([(cadre[0], de)]), _minutes([(de, a)]), genre)


def _minutes(plages: Iterable[tuple[datetime, datetime]]) -> int:
    duree = sum((fin - debut for debut, fin in plages), timedelta())
    return int(duree.total_seconds() // 60)
