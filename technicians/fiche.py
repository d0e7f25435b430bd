"""What the fiche of a technicien shows: his week, his skills, his absences, his work in hand."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import User
from erp.calendrier import jours_feries
from erp.models import CleTri
from technicians import permissions
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite, Technicien
from technicians.querysets import EN_CHARGE

ABSENCES_PASSEES = timedelta(days=90)
PERIODE_CHIFFRES = timedelta(days=30)
CLOSES = ("cloturee", "archivee")
COMPTES_AU_PLUS = 20


@dataclass
class Jour:
    """One day of the week, with what touches it."""

    date: date
    creneaux: list[Any]
    absences: list[Disponibilite]
    ferie: bool
    aujourdhui: bool


@dataclass
class Semaine:
    """Seven days from a Monday, and the hours planned in them."""

    jours: list[Jour]
    minutes: int
    minutes_contrat: int
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
    actives = (
        siennes.filter(statut__in=EN_CHARGE)
        .for_list()
        .order_by("priorite_rang", "date_limite")[:COMPTES_AU_PLUS]
    )
    return {
        **contexte,
        "semaine": _semaine(user, technicien, semaine),
        "absences": [
            (absence, supprimable, absence.fin < maintenant) for absence, supprimable in absences
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
    debut, fin = _minuit(lundi), _minuit(lundi + timedelta(days=7))
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
    jours = []
    for rang in range(7):
        date_ = lundi + timedelta(days=rang)
        de, a = _minuit(date_), _minuit(date_ + timedelta(days=1))
        jours.append(
            Jour(
                date=date_,
                creneaux=[c for c in creneaux if c.debut < a and c.fin > de],
                absences=[
                    absence for absence in absences if absence.debut < a and absence.fin > de
                ],
                ferie=date_ in jours_feries(date_.year),
                aujourdhui=date_ == aujourdhui,
            )
        )
    planifie = sum((min(c.fin, fin) - max(c.debut, debut) for c in creneaux), timedelta())
    url = reverse("technicians:detail", args=[technicien.pk])
    return Semaine(
        jours=jours,
        minutes=int(planifie.total_seconds() // 60),
        minutes_contrat=technicien.heures_hebdomadaires * 60,
        precedente=f"{url}?semaine={lundi - timedelta(days=7)}",
        suivante=f"{url}?semaine={lundi + timedelta(days=7)}",
        courante="" if lundi <= aujourdhui < lundi + timedelta(days=7) else url,
    )


def _minuit(jour: date) -> datetime:
    return timezone.make_aware(datetime.combine(jour, time()))
