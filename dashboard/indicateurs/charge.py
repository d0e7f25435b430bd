"""The load of techniciens: hours worked against hours available."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, Q, Sum, Value
from django.db.models.functions import Greatest, Least

from dashboard.demande import Demande
from dashboard.indicateurs.modele import Indicateur, Lien, Ligne, Repartition, Unite, part
from erp.calendrier import CASABLANCA, Calendrier, minuit
from erp.societe import calendrier_societe
from interventions.choices import TypeTemps
from interventions.models import TempsPasse
from technicians.models import Disponibilite, Technicien
from technicians.querysets import TechnicienQuerySet

COLONNES = {
    "taux": Unite.POURCENT,
    "travail": Unite.MINUTES,
    "deplacement": Unite.MINUTES,
    "disponible": Unite.MINUTES,
    "closes": Unite.NOMBRE,
}


def techniciens(demande: Demande) -> TechnicienQuerySet:
    """Those in scope: active ones, of a technicien only himself."""
    siens = Technicien.objects.visible_to(demande.user).actifs()
    if demande.user.est_technicien:
        siens = siens.filter(user=demande.user)
    if ids := demande.filtres.get("technicien_id"):
        siens = siens.filter(pk__in=ids)
    return siens


def charge(demande: Demande) -> tuple[Indicateur, Repartition]:
    """Load: 100 × minutes entered (work and travel) ÷ minutes available, up to now while the period lasts.

    EN 15341:2007 speaks of maintenance man-hours available (excluding holidays, training, absences). Available: the
    weekly hours of the contract, spread over the company's working days, less public holidays and accepted absences,
    from the day of hiring. Time entries are cut at the edges of the period. Inactive techniciens are left out, their
    hours too. Overtime can take it above 100.
    """
    personnes = list(techniciens(demande).select_related("user").order_by("user__full_name", "pk"))
    minutes, disponibles = _minutes(demande), _disponibles(demande, personnes)
    closes = dict(
        demande.interventions()
        .filter(date_fin__gte=demande.periode.depuis, date_fin__lt=demande.periode.jusqua)
        .order_by()
        .values_list("technicien_id")
        .annotate(nombre=Count("pk"))
    )
    lignes = []
    for technicien in personnes:
        travail, deplacement = minutes.get(technicien.pk, (0, 0))
        nombre = closes.get(technicien.pk, 0)
        params = {**demande.dans_la_periode("date_fin"), "technicien_id": str(technicien.pk)}
        valeurs = {
            "taux": part(travail + deplacement, disponibles[technicien.pk]),
            "travail": travail,
            "deplacement": deplacement,
            "disponible": disponibles[technicien.pk],
            "closes": nombre,
        }
        libelle = technicien.user.full_name
        lignes.append(Ligne(str(technicien.pk), libelle, valeurs, {"closes": Lien(nombre, params)}))
    avant = demande.precedente
    total = part(sum(sum(minutes.get(t.pk, (0, 0))) for t in personnes), sum(disponibles.values()))
    minutes_avant = _minutes(avant)
    total_avant = part(
        sum(sum(minutes_avant.get(t.pk, (0, 0))) for t in personnes),
        sum(_disponibles(avant, personnes).values()),
    )
    faites = sum(int(ligne.valeurs["closes"] or 0) for ligne in lignes)
    # one list holds them all only when they are one person's
    sur = lignes[0].liens["closes"] if len(lignes) == 1 and faites else None
    return (
        Indicateur("charge", total, Unite.POURCENT, total_avant, sur),
        Repartition("charge", COLONNES, lignes),
    )


def _minutes(demande: Demande) -> dict[int, tuple[int, int]]:
    """Minutes of work and of travel of each technicien, by the time that lies in the period."""
    debut, fin = demande.periode.depuis, demande.observee_jusqua
    duree = ExpressionWrapper(
        Least("fin", Value(fin, DateTimeField()))
        - Greatest("debut", Value(debut, DateTimeField())),
        DurationField(),
    )
    lues = (
        TempsPasse.objects.visible_to(demande.user)
        .filter(debut__lt=fin, fin__gt=debut)
        .order_by()
        .values("technicien_id")
        .annotate(
            travail=Sum(duree, filter=Q(type_temps=TypeTemps.TRAVAIL)),
            deplacement=Sum(duree, filter=Q(type_temps=TypeTemps.DEPLACEMENT)),
        )
    )
    return {
        ligne["technicien_id"]: (_en_minutes(ligne["travail"]), _en_minutes(ligne["deplacement"]))
        for ligne in lues
    }


def _en_minutes(duree: timedelta | None) -> int:
    return round(duree.total_seconds() / 60) if duree else 0


def _disponibles(demande: Demande, personnes: list[Technicien]) -> dict[int, int]:
    """Minutes available of each technicien: his share of each working day that he was there for."""
    debut, fin = demande.periode.depuis, demande.observee_jusqua
    calendrier = calendrier_societe()
    absences: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    acceptees = Disponibilite.objects.visible_to(demande.user).acceptees().touchant(debut, fin)
    for technicien_id, de, a in acceptees.values_list("technicien_id", "debut", "fin"):
        absences[technicien_id].append((de, a))
    jours = _jours_ouvres(calendrier, debut, fin)
    # every full day weighs 1: what a day counts for each is looked up, not computed anew
    disponibles = {}
    for technicien in personnes:
        embauche = minuit(technicien.date_embauche) if technicien.date_embauche else debut
        siens = absences[technicien.pk]
        poids = 0.0
        for ouverture, fermeture, part_du_jour in jours:
            if ouverture < embauche:
                continue
            if siens:
                part_du_jour -= _part_absente(siens, ouverture, min(fermeture, fin), calendrier)
            poids += max(part_du_jour, 0.0)
        par_jour = technicien.heures_hebdomadaires * 60 / max(len(calendrier.jours), 1)
        disponibles[technicien.pk] = round(poids * par_jour)
    return disponibles


def _jours_ouvres(
    calendrier: Calendrier, debut: datetime, fin: datetime
) -> list[tuple[datetime, datetime, float]]:
    """Opening, closing and the part of the day that has passed by `fin`, of each working day of the period."""
    jours = []
    jour: date = debut.astimezone(CASABLANCA).date()
    while minuit(jour) < fin:
        if calendrier.est_ouvre(jour):
            ouverture, fermeture = calendrier.plage(jour)
            passee = (min(fermeture, fin) - ouverture) / (fermeture - ouverture)
            if passee > 0:
                jours.append((ouverture, fermeture, passee))
        jour += timedelta(days=1)
    return jours


def _part_absente(
    absences: list[tuple[datetime, datetime]], de: datetime, a: datetime, calendrier: Calendrier
) -> float:
    """The part of a working day that absences take; they never overlap one another."""
    duree: Any = calendrier.plage(de.astimezone(CASABLANCA).date())
    total = duree[1] - duree[0]
    prise = sum(
        (max(min(fin, a) - max(debut, de), timedelta(0)) for debut, fin in absences), timedelta(0)
    )
    return float(prise / total)
